//! The line with what is searched for.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::fit::{cells, fit};
use super::look::Look;
use crate::board::Board;

/// Draws what is searched for, with the cursor while it is typed.
pub fn draw(frame: &mut Frame<'_>, area: Rect, board: &Board, look: &Look) {
    let (false, Some(search)) = (area.is_empty(), board.search()) else {
        return;
    };
    let count = format!("{} of {}", board.found(), board.entries().count());
    let room = usize::from(area.width).saturating_sub(cells(&count) + 3);
    let scroll = search.input.visual_scroll(room.max(1));
    let visible: String = search.input.value().chars().skip(scroll).collect();
    let buffer = frame.buffer_mut();
    buffer.set_stringn(area.x, area.y, "/", 1, look.theme.key());
    buffer.set_stringn(area.x + 1, area.y, fit(&visible, room), room, Style::new());
    let count_at = area.right().saturating_sub(cells(&count) as u16 + 1);
    buffer.set_stringn(count_at, area.y, &count, cells(&count), look.theme.dim());
    if search.typing {
        let cursor = search
            .input
            .visual_cursor()
            .saturating_sub(scroll)
            .min(room) as u16;
        frame.set_cursor_position(Position::new(area.x + 1 + cursor, area.y));
    }
}
