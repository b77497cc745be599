//! The settings: name, value and where that comes from; below, what the one under the cursor is for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::fit::{fit, padded};
use super::look::Look;
use super::page::Page;
use super::pane;
use super::screen::{Target, Targets};
use super::state::sign;
use crate::board::Setting;

/// Cells for the name, and for the origin where there is room for it.
const NAME: usize = 13;
const ORIGIN: usize = 12;
/// From this width on the origin stands beside the value.
const WITH_ORIGIN: usize = 40;
/// The lines that explain, where there is room.
const BELOW: usize = 5;

/// Draws them; each can be pointed at.
pub fn draw(
    buffer: &mut Buffer,
    area: Rect,
    settings: &[Setting],
    at: usize,
    look: &Look,
    targets: &mut Targets,
) {
    let inside = pane::frame(buffer, area, "Settings", look);
    let (width, height) = (usize::from(inside.width), usize::from(inside.height));
    let below = if height > 2 * BELOW { BELOW } else { 0 };
    let room = height - below;
    let scroll = (at + 1).saturating_sub(room);
    let in_sight = settings.iter().enumerate().skip(scroll).take(room);
    for ((place, setting), y) in in_sight.zip(inside.y..) {
        let line = Rect {
            y,
            height: 1,
            ..inside
        };
        let row = row(setting, place == at, width, look);
        buffer.set_line(inside.x, y, &row, inside.width);
        if place == at {
            buffer.set_style(line, look.theme.selected());
        }
        targets.add(line, Target::Field(place));
    }
    let Some(setting) = settings.get(at).filter(|_| below > 0) else {
        return;
    };
    let below = Rect {
        y: inside.bottom() - BELOW as u16,
        height: BELOW as u16,
        ..inside
    };
    explained(setting, below.width, look).draw(buffer, below, 0);
}

fn row<'a>(setting: &Setting, chosen: bool, width: usize, look: &Look) -> Line<'a> {
    let cursor = if chosen {
        sign::cursor(look.icons)
    } else {
        " "
    };
    let origin = if width >= WITH_ORIGIN { ORIGIN } else { 0 };
    let name = NAME.min(width / 2);
    let room = width.saturating_sub(1 + name + origin);
    let (value, style) = if setting.choices.is_empty() {
        (setting.value.clone(), look.theme.dim())
    } else {
        (format!("< {} >", setting.value), Style::new())
    };
    let mut spans = vec![
        Span::styled(cursor, look.theme.key()),
        Span::styled(padded(setting.name, name), look.theme.name()),
        Span::styled(padded(&fit(&value, room.saturating_sub(1)), room), style),
    ];
    if origin > 0 {
        let words = fit(setting.origin.label(), ORIGIN);
        spans.push(Span::styled(words, look.theme.dim()));
    }
    Line::from(spans)
}

/// What it is for, its whole value, and where that comes from.
fn explained<'a>(setting: &Setting, width: u16, look: &'a Look) -> Page<'a> {
    let mut page = Page::new(width, look);
    page.heading(setting.name);
    let origin = setting.origin.place();
    page.words(setting.about);
    page.words(&format!("{} ({origin})", setting.value));
    page
}
