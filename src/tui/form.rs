//! The forms: to add or change a contact, to name a file.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::fit::{cells, fit, wrap};
use super::pane;
use super::screen::{Look, Target, Targets};
use crate::board::{Board, Form};

/// The lines that the form takes where there is room for the contacts beside it.
pub const HEIGHT: u16 = 8;
/// Where what is typed begins.
const TYPED_AT: u16 = 9;

/// Draws the form with its cursor.
pub fn draw(
    screen: &mut Frame<'_>,
    area: Rect,
    board: &Board,
    form: &Form,
    look: &Look,
    targets: &mut Targets,
) {
    let framed = area.height >= 6 && area.width >= 24;
    let inside = if framed {
        pane::frame(screen.buffer_mut(), area, form.title(), look)
    } else {
        area
    };
    let room = usize::from(inside.width.saturating_sub(TYPED_AT + 1)).max(1);
    for (place, (name, hint, input)) in form.fields().enumerate() {
        let y = inside.y + place as u16;
        if y >= inside.bottom() {
            return;
        }
        let line = Rect {
            y,
            height: 1,
            ..inside
        };
        targets.add(line, Target::Field(place));
        let focused = form.focus() == place;
        let scroll = input.visual_scroll(room);
        let value: String = input.value().chars().skip(scroll).collect();
        let buffer = screen.buffer_mut();
        let label = if focused {
            look.theme.key()
        } else {
            look.theme.dim()
        };
        buffer.set_stringn(inside.x, y, name, usize::from(inside.width), label);
        let at = inside.x + TYPED_AT;
        if input.value().is_empty() {
            buffer.set_stringn(at, y, fit(hint, room), room, look.theme.dim());
        } else {
            buffer.set_stringn(at, y, &value, room, Style::new());
        }
        if focused {
            buffer.set_style(
                Rect {
                    x: at,
                    y,
                    width: room as u16,
                    height: 1,
                }
                .intersection(inside),
                Style::new().add_modifier(Modifier::UNDERLINED),
            );
            if let Some(suggestion) = board.suggestion(form) {
                let end = at + cells(&value) as u16;
                let left = usize::from(inside.right().saturating_sub(end));
                buffer.set_stringn(end, y, fit(&suggestion, left), left, look.theme.dim());
            }
            let cursor = input.visual_cursor().saturating_sub(scroll).min(room - 1) as u16;
            screen.set_cursor_position(Position::new(at + cursor, y));
        }
    }
    let below = inside.y + form.fields().count() as u16;
    if let Some(refusal) = &form.refusal {
        let width = usize::from(inside.width);
        for (line, y) in wrap(refusal, width).iter().zip(below..inside.bottom()) {
            screen
                .buffer_mut()
                .set_stringn(inside.x, y, line, width, look.theme.trouble());
        }
    }
}
