//! What happened lately, the latest first.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::fit::{cells, fit_name};
use super::look::{Look, Scene};
use super::page::Page;
use super::pane::frame;
use super::state::{clock, lower_first};
use crate::board::Happening;

/// Cells of a time of day and the space behind it.
const TIME: usize = 6;

/// Draws what happened lately; returns the furthest that it can be scrolled.
pub fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, scroll: usize) -> usize {
    let Scene { board, look, now } = scene;
    let inside = frame(buffer, area, "Lately", look);
    let mut page = Page::new(inside.width, look);
    let happenings = board.what_happened(now);
    let away = board.absent_since().unwrap_or(Timestamp::MIN);
    let (meanwhile, before): (Vec<_>, Vec<_>) = happenings.iter().partition(|one| one.at > away);
    if board.absent_since().is_some() {
        page.heading(&format!("since you left at {}", clock(away, &look.zone)));
        if meanwhile.is_empty() {
            page.line(Line::styled("nobody has changed", look.theme.dim()));
        }
    }
    meanwhile
        .iter()
        .for_each(|one| draw_one(&mut page, one, look));
    if board.absent_since().is_some() && !before.is_empty() {
        page.heading("before");
    }
    before.iter().for_each(|one| draw_one(&mut page, one, look));
    if page.is_empty() {
        page.line("Nobody has changed in the last hour.");
    }
    page.draw(buffer, inside, scroll)
}

fn draw_one(page: &mut Page<'_>, one: &Happening<'_>, look: &Look) {
    let presence = one.entry.presence().filter(|_| one.is_still_so);
    let label = presence.map_or(one.since.label(), |presence| presence.label());
    let glyph = match presence {
        Some(presence) => presence.glyph(look.icons),
        None => one.since.glyph(look.icons),
    };
    let was = format!(", was {}", lower_first(one.before.label()));
    let state = if one.is_still_so {
        look.theme.state(one.since)
    } else {
        look.theme.dim()
    };
    let room = page.width().saturating_sub(TIME + 2 + 2 + cells(label));
    // The name counts more than what was before.
    let (name_room, was) = match room.checked_sub(cells(&was)) {
        Some(left) if left >= cells(one.entry.name()) => (left, was),
        _ => (room.max(cells(one.entry.name())), String::new()),
    };
    page.line(vec![
        Span::styled(format!("{} ", clock(one.at, &look.zone)), look.theme.dim()),
        Span::styled(format!("{glyph} "), state),
        Span::raw(fit_name(one.entry.name(), name_room)),
        Span::styled(format!("  {label}"), state),
        Span::styled(was, look.theme.dim()),
    ]);
}
