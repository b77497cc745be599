//! Why a state is what it is: the raw activities, and the rule that won.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::pane::{fact, frame, heading, lines};
use super::screen::Look;
use crate::board::Board;
use crate::presence::Why;

/// Draws why the state of the contact under the cursor is what it is.
pub fn draw(buffer: &mut Buffer, area: Rect, board: &Board, look: &Look, scroll: usize) -> usize {
    let Some(entry) = board.selected() else {
        return 0;
    };
    let inside = frame(buffer, area, &format!("Why: {}", entry.name()), look);
    let width = inside.width;
    let mut told: Vec<Line<'_>> = Vec::new();
    let Some(presence) = entry.presence() else {
        told.push(Line::raw("Nothing is known of this contact yet."));
        return lines(buffer, inside, told, scroll, look);
    };
    fact(
        &mut told,
        width,
        look,
        "State",
        presence.availability.label(),
    );
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
    fact(&mut told, width, look, "Rule", rule);
    for remark in presence.remarks() {
        fact(&mut told, width, look, "Remark", remark);
    }
    told.push(heading("What the document says", look));
    for activity in &presence.activities {
        let says = match activity.kind().and_then(|kind| kind.availability()) {
            Some(availability) => {
                format!("{}: counts as {}", activity.details(), availability.name())
            }
            None => format!("{}: does not count", activity.details()),
        };
        let mut block = Vec::new();
        fact(&mut block, width, look, activity.name(), &says);
        told.extend(block);
    }
    if presence.activities.is_empty() {
        told.push(Line::raw("No activity."));
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
        let mut block = Vec::new();
        fact(
            &mut block,
            width,
            look,
            "Device",
            &format!("{}: {open} {}", device.id, activities.join(", ")),
        );
        told.extend(block);
    }
    lines(buffer, inside, told, scroll, look)
}
