//! What of an import is refused: line, reason, and how it begins.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::fit::wrap;
use super::pane;
use super::screen::Look;
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
    let mut lines = Vec::new();
    for one in refused {
        let line = format!("line {}", one.line);
        pane::fact(
            &mut lines,
            inside.width,
            look,
            &line,
            &one.reason.to_string(),
        );
        let width = usize::from(inside.width);
        let begins = wrap(&one.text, width).into_iter().take(1);
        lines.extend(begins.map(|text| Line::styled(text, look.theme.dim())));
    }
    pane::lines(buffer, inside, lines, scroll, look)
}
