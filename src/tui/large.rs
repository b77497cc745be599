//! A contact in large, to be read from afar: the name, the state, what is noted, and an empty line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::fit::{cells, fit, fit_name};
use super::grid::{NAME_AT, note_beside};
use super::look::Scene;
use super::state::{Shown, sign};
use crate::board::Entry;

/// Draws the contact into the cell.
pub fn draw(buffer: &mut Buffer, cell: Rect, entry: &Entry, scene: Scene<'_>) {
    let Scene { board, look, .. } = scene;
    let shown = Shown::of(entry, scene);
    let here = board.is_selected(entry);
    if here {
        buffer.set_style(
            Rect {
                height: cell.height.min(3),
                ..cell
            },
            look.theme.selected(),
        );
    }
    let end = cell.width.saturating_sub(1);
    let mut put = |x: u16, line: u16, text: &str, style: Style| {
        if line < cell.height && x < end {
            let room = usize::from(end - x);
            buffer.set_stringn(cell.x + x, cell.y + line, fit(text, room), room, style);
        }
    };
    let room = usize::from(end.saturating_sub(NAME_AT));
    put(0, 0, shown.sign(here, look.icons), look.theme.key());
    put(1, 0, shown.glyph, shown.style);
    put(2, 0, shown.second_glyph, shown.second_style);
    let watch = shown.watch_sign(look.icons);
    let name = fit_name(
        entry.name(),
        room.saturating_sub(if watch.is_empty() { 0 } else { 2 }),
    );
    put(
        NAME_AT,
        0,
        &name,
        shown.name_style.add_modifier(Modifier::BOLD),
    );
    put(end.saturating_sub(1), 0, watch, look.theme.key());
    let (words, age) = shown.words_and_age(room);
    let state = shown.state_style(look);
    put(NAME_AT, 1, &words, state);
    put(
        end.saturating_sub(cells(age) as u16),
        1,
        age,
        look.theme.dim(),
    );
    if let Some(note) = shown.note {
        put(NAME_AT - 2, 2, sign::noted(look.icons), look.theme.notice());
        put(NAME_AT, 2, note, look.theme.notice());
    } else if let Some(note) = note_beside(entry, &words).or(entry.contact.number.as_deref()) {
        put(NAME_AT, 2, note, look.theme.dim());
    }
}
