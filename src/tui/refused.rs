//! What of an import is refused: line, reason, and how it begins.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::fit::wrap;
use super::look::Look;
use super::page::Page;
use super::pane;
use crate::contacts::exchange::Refused;

/// Draws the list.
pub fn draw(
    buffer: &mut Buffer,
    area: Rect,
    file: &str,
    refused: &[Refused],
    look: &Look,
    scroll: usize,
) -> usize {
    let title = format!("{} refused of {file}", refused.len());
    let inside = pane::frame(buffer, area, &title, look);
    let mut page = Page::new(inside.width, look);
    for one in refused {
        page.fact(&format!("line {}", one.line), &one.reason.to_string());
        let begins = wrap(&one.text, page.width()).swap_remove(0);
        page.line(Line::styled(begins, look.theme.dim()));
    }
    page.draw(buffer, inside, scroll)
}
