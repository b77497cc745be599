//! The line with the saved searches.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::fit::{cells, fit};
use super::look::Scene;
use super::screen::{Target, Targets};

/// Draws the saved searches, each a button behind its digit, and `0` for everybody.
pub fn draw(
    buffer: &mut Buffer,
    area: Rect,
    Scene { board, look, .. }: Scene<'_>,
    targets: &mut Targets,
) {
    if area.is_empty() {
        return;
    }
    let named = board.tabs().iter().map(|tab| tab.name.as_str());
    let tabs = (1..)
        .zip(named)
        .map(|(digit, name)| (digit, name, Some(digit - 1)));
    let mut x = area.x + 1;
    for (digit, name, place) in [(0, "All", None)].into_iter().chain(tabs) {
        let room = usize::from(area.right().saturating_sub(x));
        let text = fit(&format!("{digit} {name}"), room);
        let width = cells(&text) as u16;
        // A digit alone still says that there is more.
        if room < 3 {
            break;
        }
        let is_open = board.open_tab() == place;
        let style = if is_open {
            look.theme.heading()
        } else {
            look.theme.dim()
        };
        buffer.set_stringn(x, area.y, &text, room, style);
        buffer.set_stringn(x, area.y, &text, 1, look.theme.key());
        if is_open {
            buffer.set_style(Rect { x, width, ..area }, look.theme.selected());
        }
        targets.add(Rect { x, width, ..area }, Target::Tab(place));
        x += width + 2;
    }
}
