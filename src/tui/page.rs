//! The text of a pane, line by line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::fit::{fit, wrap};
use super::look::Look;
use super::state::sign;
use crate::presence::IconSet;

/// Cells for what a fact is about.
const WHAT: usize = 11;

/// Lines that scroll.
pub struct Page<'a> {
    lines: Vec<Line<'a>>,
    width: usize,
    look: &'a Look,
}

impl<'a> Page<'a> {
    /// An empty page for lines of `width` cells.
    pub fn new(width: u16, look: &'a Look) -> Page<'a> {
        Page {
            lines: Vec::new(),
            width: width.into(),
            look,
        }
    }

    /// Cells of a line.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether it has no lines.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Adds a line.
    pub fn line(&mut self, line: impl Into<Line<'a>>) {
        self.lines.push(line.into());
    }

    /// Adds words, broken into as many lines as they need.
    pub fn words(&mut self, words: &str) {
        let lines = wrap(words, self.width.max(1));
        self.lines.extend(lines.into_iter().map(Line::raw));
    }

    /// Adds a heading.
    pub fn heading(&mut self, words: &str) {
        let rule = sign::rule(self.look.icons);
        let words = format!("{rule}{rule} {words}");
        self.line(Line::styled(words, self.look.theme.heading()));
    }

    /// Adds a fact: what it is about, dimmed, and its words.
    pub fn fact(&mut self, what: &str, words: &str) {
        self.labelled(what, WHAT, self.look.theme.dim(), words);
    }

    /// Adds words with a label of `cells` before them, which the other lines leave free.
    pub fn labelled(&mut self, label: &str, cells: usize, style: Style, words: &str) {
        let room = self.width.saturating_sub(cells + 1).max(8);
        for (at, words) in wrap(words, room).into_iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            self.lines.push(Line::from(vec![
                Span::styled(super::fit::padded(&fit(label, cells), cells), style),
                Span::raw(" "),
                Span::raw(words),
            ]));
        }
    }

    /// Draws the lines from the one at `scroll`, at most as far as the last is in sight; returns
    /// that furthest `scroll`.
    pub fn draw(self, buffer: &mut Buffer, area: Rect, scroll: usize) -> usize {
        let height = usize::from(area.height);
        let last = self.lines.len().saturating_sub(height);
        let scroll = scroll.min(last);
        let shown: Vec<Line<'_>> = self.lines.into_iter().skip(scroll).take(height).collect();
        Paragraph::new(shown).render(area, buffer);
        if scroll < last && area.height > 0 {
            let more = if self.look.icons == IconSet::Ascii {
                "v"
            } else {
                "↓"
            };
            let x = area.right().saturating_sub(1);
            buffer.set_stringn(x, area.bottom() - 1, more, 1, self.look.theme.key());
        }
        last
    }
}
