//! What panes have in common: a frame with a title, and lines that scroll.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph, Widget};

use super::fit::{fit, wrap};
use super::screen::Look;
use super::state::sign;
use crate::presence::IconSet;

/// From this size on there is a frame.
const FRAMED: (u16, u16) = (14, 5);

/// Draws the frame and its title; returns the room inside. On a low screen there is no frame: the
/// lines are worth more.
pub fn frame(buffer: &mut Buffer, area: Rect, title: &str, look: &Look) -> Rect {
    Clear.render(area, buffer);
    if area.height < FRAMED.1 || area.width < FRAMED.0 {
        return area;
    }
    let mut block = Block::bordered().border_style(look.theme.rule());
    block = match look.icons {
        IconSet::Ascii => block.border_set(ASCII),
        IconSet::Unicode | IconSet::Nerd => block.border_type(BorderType::Plain),
    };
    let title = fit(title, usize::from(area.width.saturating_sub(4)));
    block = block.title(Line::styled(format!(" {title} "), look.theme.heading()));
    let inside = block.inner(area);
    block.render(area, buffer);
    inside
}

const ASCII: ratatui::symbols::border::Set<'_> = ratatui::symbols::border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// Draws lines from the one at `scroll`, at most as far as the last is in sight; returns that
/// furthest `scroll`.
pub fn lines(
    buffer: &mut Buffer,
    area: Rect,
    lines: Vec<Line<'_>>,
    scroll: usize,
    look: &Look,
) -> usize {
    let height = usize::from(area.height);
    let last = lines.len().saturating_sub(height);
    let scroll = scroll.min(last);
    let more = scroll < last;
    let shown: Vec<Line<'_>> = lines.into_iter().skip(scroll).take(height).collect();
    Paragraph::new(shown).render(area, buffer);
    if more && area.height > 0 {
        let more = if look.icons == IconSet::Ascii {
            "v"
        } else {
            "↓"
        };
        let x = area.right().saturating_sub(1);
        buffer.set_stringn(x, area.bottom() - 1, more, 1, look.theme.key());
    }
    last
}

/// A fact: what it is, and its words, broken into as many lines as they need.
pub fn fact<'a>(lines: &mut Vec<Line<'a>>, width: u16, look: &Look, what: &str, words: &str) {
    const WHAT: usize = 11;
    let room = usize::from(width).saturating_sub(WHAT + 1).max(8);
    for (at, words) in wrap(words, room).into_iter().enumerate() {
        let what = if at == 0 { what } else { "" };
        lines.push(Line::from(vec![
            Span::styled(format!("{:WHAT$} ", fit(what, WHAT)), look.theme.dim()),
            Span::styled(words, Style::new()),
        ]));
    }
}

/// A heading inside a pane.
pub fn heading<'a>(words: impl Into<String>, look: &Look) -> Line<'a> {
    let rule = sign::rule(look.icons);
    Line::styled(
        format!("{rule}{rule} {}", words.into()),
        look.theme.heading(),
    )
}
