//! Why a state is what it is: the raw activities, and the rule that won.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::Scene;
use super::page::Page;
use super::pane::frame;
use crate::presence::Why;

/// Draws why the state of the contact under the cursor is what it is.
pub fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, scroll: usize) -> usize {
    let Scene { board, look, .. } = scene;
    let Some(entry) = board.selected() else {
        return 0;
    };
    let inside = frame(buffer, area, &format!("Why: {}", entry.name()), look);
    let mut page = Page::new(inside.width, look);
    let Some(presence) = entry.presence() else {
        page.line("Nothing is known of this contact yet.");
        return page.draw(buffer, inside, scroll);
    };
    page.fact("State", presence.availability.label());
    let rule = match presence.why {
        Why::Person => "The person's own activities decide; of several, the most restrictive.",
        Why::Device => {
            "The person says nothing that counts, so the devices' activities decide; of several, the most restrictive."
        }
        Why::OpenDevice => "No activity counts, and a device is open: available.",
        Why::ClosedDevices => "No activity counts, and every device is closed: offline.",
        Why::NotWilling => {
            "No activity counts, and the person does not want to be reached by what is open."
        }
        Why::Unclear => {
            "The document says something that whosin cannot read, so it does not call the person available."
        }
        Why::OnlyUnknown => {
            "Nothing is said but 'unknown'. The server does so for addresses that it does not know."
        }
        Why::Nothing => "The document says nothing at all.",
        Why::Basic => "The server gives no documents for this contact, only one word.",
    };
    page.fact("Rule", rule);
    for remark in presence.remarks() {
        page.fact("Remark", remark);
    }
    page.heading("What the document says");
    for activity in &presence.activities {
        let says = match activity.kind().and_then(|kind| kind.availability()) {
            Some(availability) => {
                format!("{}: counts as {}", activity.details(), availability.name())
            }
            None => format!("{}: does not count", activity.details()),
        };
        page.fact(activity.name(), &says);
    }
    if presence.activities.is_empty() {
        page.line("No activity.");
    }
    for device in &presence.devices {
        let open = match device.open {
            Some(true) => "open",
            Some(false) => "closed",
            None => "says neither open nor closed",
        };
        let activities: Vec<&str> = device
            .activities
            .iter()
            .map(|activity| activity.name())
            .collect();
        let words = format!("{}: {open} {}", device.id, activities.join(", "));
        page.fact("Device", &words);
    }
    page.draw(buffer, inside, scroll)
}
