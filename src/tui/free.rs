//! Who of a group is free, the best first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::look::Scene;
use super::page::Page;
use super::pane::frame;
use crate::board::age;

/// Draws who of a group is free, the best first.
pub fn draw(
    buffer: &mut Buffer,
    area: Rect,
    group: Option<&str>,
    Scene { board, look, now }: Scene<'_>,
    scroll: usize,
) -> usize {
    let title = format!("Free: {}", group.unwrap_or("no group"));
    let inside = frame(buffer, area, &title, look);
    let mut page = Page::new(inside.width, look);
    for entry in board.who_is_free(group, now) {
        let Some(known) = entry.known() else { continue };
        let glyph = known.presence.glyph(look.icons);
        let idle = if known.presence.idle { ", idle" } else { "" };
        let lasting = match age::short(known.since.at(), now).as_str() {
            "now" => "since just now".to_string(),
            time => format!("for {time}"),
        };
        let state = look.theme.state(known.presence.availability);
        page.line(vec![
            Span::styled(format!("{glyph} "), state),
            Span::raw(entry.name().to_string()),
            Span::styled(format!("  {lasting}{idle}"), look.theme.dim()),
        ]);
    }
    if page.is_empty() {
        page.line("Nobody is free right now.");
        let hint = "W tells you who is free first.";
        page.line(Line::styled(hint, look.theme.dim()));
    }
    page.draw(buffer, inside, scroll)
}
