//! The list of own presences.

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::fit::fit;
use super::look::Scene;
use super::page::Page;
use super::pane;
use super::screen::{Target, Targets};
use super::state::{clock, sign};
use crate::board::OwnChoice;
use crate::link::OwnPresence;

/// Draws the list; each of it can be pointed at.
pub fn draw(
    buffer: &mut Buffer,
    area: Rect,
    choice: OwnChoice,
    Scene { look, now, .. }: Scene<'_>,
    targets: &mut Targets,
) {
    let inside = pane::frame(buffer, area, "My presence", look);
    let low = usize::from(inside.height) < OwnPresence::ALL.len() + 2;
    let mut page = Page::new(inside.width, look);
    for own in OwnPresence::ALL {
        let chosen = own == choice.own();
        let glyph = own.availability().glyph(look.icons);
        let style = look.theme.state(own.availability());
        let cursor = if chosen {
            sign::cursor(look.icons)
        } else {
            " "
        };
        // Where the line below is out of sight, this one shows for how long.
        let hours = if chosen && low && own != OwnPresence::Available {
            format!(" {} h", choice.hours())
        } else {
            String::new()
        };
        let room = page.width().saturating_sub(3 + hours.len());
        page.line(vec![
            Span::styled(cursor, look.theme.key()),
            Span::styled(format!("{glyph} {}", fit(own.label(), room)), style),
            Span::styled(hours, look.theme.dim()),
        ]);
    }
    let until = now + SignedDuration::from_hours(choice.hours());
    let until = clock(until, &look.zone);
    let words = match choice.own() {
        OwnPresence::Available => " phone and calendar decide again".into(),
        _ => format!(" for < {} h >, until {until}", choice.hours()),
    };
    page.line(Line::default());
    page.line(Line::styled(words, look.theme.dim()));
    // Where there is little room what is chosen stays in sight.
    let at = OwnPresence::ALL.iter().position(|own| *own == choice.own());
    let height = usize::from(inside.height);
    let scroll = (at.unwrap_or(0) + 1).saturating_sub(height);
    let in_sight = (scroll..OwnPresence::ALL.len()).zip(inside.y..inside.bottom());
    for (place, y) in in_sight {
        let line = Rect {
            y,
            height: 1,
            ..inside
        };
        targets.add(line, Target::Field(place));
    }
    page.draw(buffer, inside, scroll);
}
