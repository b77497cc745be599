//! The frame of a pane, with its title.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use super::fit::fit;
use super::look::Look;
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
