//! The menu of what can be done with a contact.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::fit::fit;
use super::look::Scene;
use super::page::Page;
use super::pane;
use super::screen::{Target, Targets};
use super::state::sign;
use crate::calling::Misfit;

/// Draws the menu with the cursor on the action at `at`; each can be pointed at.
pub fn draw(buffer: &mut Buffer, area: Rect, at: usize, scene: Scene<'_>, targets: &mut Targets) {
    let Scene { board, look, now } = scene;
    let name = board.selected().map_or("", |entry| entry.name());
    let inside = pane::frame(buffer, area, name, look);
    let mut page = Page::new(inside.width, look);
    let actions = board.contact_actions(now);
    for (place, (action, fits)) in actions.iter().enumerate() {
        let cursor = if place == at {
            sign::cursor(look.icons)
        } else {
            " "
        };
        let key = action.key.map_or(" ".into(), String::from);
        let missing = match fits {
            Ok(_) => String::new(),
            Err(Misfit::Unknown { placeholder, .. }) => format!(": no {placeholder} known"),
            Err(_) => ": does not fit".into(),
        };
        let words = format!("{}{missing}", action.name);
        let words = fit(&words, page.width().saturating_sub(4));
        let style = match fits {
            Ok(_) => look.theme.name(),
            Err(_) => look.theme.dim(),
        };
        page.line(Line::from(vec![
            Span::styled(cursor, look.theme.key()),
            Span::styled(format!("{key}  "), look.theme.key()),
            Span::styled(words, style),
        ]));
    }
    // Where not all fit, the one under the cursor stays in sight.
    let scroll = (at + 1).saturating_sub(usize::from(inside.height));
    for (place, y) in (scroll..actions.len()).zip(inside.y..inside.bottom()) {
        let line = Rect {
            y,
            height: 1,
            ..inside
        };
        targets.add(line, Target::Field(place));
    }
    page.draw(buffer, inside, scroll);
}
