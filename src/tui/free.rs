//! Who of a group is free, the best first.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::pane::{frame, lines};
use super::screen::Look;
use crate::board::{Entry, age};

/// Draws who of a group is free, the best first.
pub fn draw(
    buffer: &mut Buffer,
    area: Rect,
    group: Option<&str>,
    free: &[&Entry],
    look: &Look,
    now: Timestamp,
    scroll: usize,
) -> usize {
    let inside = frame(
        buffer,
        area,
        &format!("Free: {}", group.unwrap_or("no group")),
        look,
    );
    let mut told: Vec<Line<'_>> = Vec::new();
    for entry in free {
        let Some(known) = entry.known() else { continue };
        let glyph = known.presence.glyph(look.icons).to_string();
        let idle = if known.presence.idle { ", idle" } else { "" };
        let lasting = match age::short(known.since.at(), now).as_str() {
            "now" => "since just now".to_string(),
            time => format!("for {time}"),
        };
        told.push(Line::from(vec![
            Span::styled(
                format!("{glyph} "),
                look.theme.state(known.presence.availability),
            ),
            Span::raw(entry.name().to_string()),
            Span::styled(format!("  {lasting}{idle}"), look.theme.dim()),
        ]));
    }
    if told.is_empty() {
        told.push(Line::raw("Nobody is free right now."));
        told.push(Line::styled(
            "W tells you who is free first.",
            look.theme.dim(),
        ));
    }
    lines(buffer, inside, told, scroll, look)
}
