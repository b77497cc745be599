//! Colours: what each state and each part of the screen looks like. Meaning never rests on them
//! alone, so every theme also works without any.

mod background;
mod palette;
mod themes;

pub use background::{Answer, Background, Heard};
pub use palette::PaletteError;
pub use themes::{ThemeName, ThemeNameError, Themes};

use ratatui::style::{Modifier, Style};

use crate::presence::Availability;
use palette::{Palette, Shade};

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// None: `NO_COLOR` is set, or the terminal has none.
    None,
    /// The sixteen of every terminal.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// Any.
    True,
}

impl Depth {
    /// The depth by the environment: `NO_COLOR`, `COLORTERM`, `TERM`.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Depth {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        if set("NO_COLOR").is_some() || term == "dumb" {
            Depth::None
        } else if set("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit") {
            Depth::True
        } else if term.contains("256") || term.contains("kitty") || term.contains("alacritty") {
            Depth::Indexed
        } else {
            Depth::Sixteen
        }
    }
}

/// What everything looks like.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    palette: Palette,
    depth: Depth,
}

impl Theme {
    fn new(palette: Palette, depth: Depth) -> Theme {
        Theme { palette, depth }
    }

    fn ink(&self, shade: Shade) -> Style {
        match shade.at(self.depth) {
            Some(colour) => Style::new().fg(colour),
            None => Style::new(),
        }
    }

    /// A state. Who can be reached stands out most, in weight where there is no colour.
    pub fn state(&self, availability: Availability) -> Style {
        let recede = match self.depth {
            Depth::None => Modifier::DIM,
            _ => Modifier::empty(),
        };
        match availability {
            Availability::Available => self
                .ink(self.palette.available)
                .add_modifier(Modifier::BOLD),
            Availability::Away => self.ink(self.palette.away).add_modifier(recede),
            Availability::Busy => self.ink(self.palette.busy),
            Availability::Dnd => self.ink(self.palette.dnd).add_modifier(Modifier::BOLD),
            Availability::Unavailable | Availability::Unknown => {
                self.ink(self.palette.offline).add_modifier(recede)
            }
        }
    }

    /// What is not sure any more, and what is less important.
    pub fn dim(&self) -> Style {
        match self.depth {
            Depth::None => Style::new().add_modifier(Modifier::DIM),
            _ => self.ink(self.palette.offline),
        }
    }

    /// A name.
    pub fn name(&self) -> Style {
        Style::new()
    }

    /// The name of a contact in a state: that of who is free stands out, that of who is gone recedes.
    pub fn who(&self, availability: Availability) -> Style {
        match availability {
            Availability::Available => Style::new().add_modifier(Modifier::BOLD),
            Availability::Away | Availability::Busy | Availability::Dnd => Style::new(),
            Availability::Unavailable | Availability::Unknown => self.dim(),
        }
    }

    /// Headings of groups and panes.
    pub fn heading(&self) -> Style {
        self.ink(self.palette.accent).add_modifier(Modifier::BOLD)
    }

    /// Lines and frames.
    pub fn rule(&self) -> Style {
        self.dim()
    }

    /// A key in a hint.
    pub fn key(&self) -> Style {
        self.ink(self.palette.accent).add_modifier(Modifier::BOLD)
    }

    /// A problem.
    pub fn trouble(&self) -> Style {
        self.ink(self.palette.trouble).add_modifier(Modifier::BOLD)
    }

    /// A notice.
    pub fn notice(&self) -> Style {
        self.ink(self.palette.accent).add_modifier(Modifier::BOLD)
    }

    /// What the cursor is on: laid over what is there.
    pub fn selected(&self) -> Style {
        match self.palette.selected.at(self.depth) {
            // In sixteen colours a grey ground would swallow the grey words.
            Some(_) if self.depth == Depth::Sixteen => {
                Style::new().add_modifier(Modifier::REVERSED)
            }
            Some(colour) => Style::new().bg(colour),
            None => Style::new().add_modifier(Modifier::REVERSED),
        }
    }

    /// What just changed.
    pub fn changed(&self) -> Style {
        Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
    }

    /// What a search matched.
    pub fn found(&self) -> Style {
        Style::new().add_modifier(Modifier::UNDERLINED)
    }
}
