//! Colours: what each state and each part of the screen looks like. Meaning never rests on them
//! alone, so every theme also works without any.

use ratatui::style::{Color, Modifier, Style};

use crate::presence::Availability;

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
    /// What the environment says: `NO_COLOR`, `COLORTERM`, `TERM`.
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

/// A colour in each depth.
#[derive(Clone, Copy, Debug)]
struct Shade {
    rgb: u32,
    indexed: u8,
    sixteen: Color,
}

impl Shade {
    const fn new(rgb: u32, indexed: u8, sixteen: Color) -> Shade {
        Shade {
            rgb,
            indexed,
            sixteen,
        }
    }

    fn at(self, depth: Depth) -> Option<Color> {
        match depth {
            Depth::None => None,
            Depth::Sixteen => Some(self.sixteen),
            Depth::Indexed => Some(Color::Indexed(self.indexed)),
            Depth::True => Some(Color::from_u32(self.rgb)),
        }
    }
}

/// The colours of one theme.
#[derive(Clone, Copy, Debug)]
struct Palette {
    free: Shade,
    away: Shade,
    busy: Shade,
    dnd: Shade,
    off: Shade,
    accent: Shade,
    trouble: Shade,
    selected: Shade,
}

// The blue, orange, vermilion and yellow of Okabe and Ito stay apart under the common
// colour-vision deficiencies; their green does not.
const DARK: Palette = Palette {
    free: Shade::new(0x56B4E9, 74, Color::LightBlue),
    away: Shade::new(0xF0E442, 227, Color::LightYellow),
    busy: Shade::new(0xE69F00, 214, Color::Yellow),
    dnd: Shade::new(0xD55E00, 166, Color::Red),
    off: Shade::new(0x8A8A8A, 245, Color::DarkGray),
    accent: Shade::new(0xBCBCBC, 250, Color::Gray),
    trouble: Shade::new(0xFFAF5F, 215, Color::LightYellow),
    selected: Shade::new(0x303A46, 237, Color::DarkGray),
};

const LIGHT: Palette = Palette {
    free: Shade::new(0x0072B2, 25, Color::Blue),
    away: Shade::new(0x6E5F00, 58, Color::DarkGray),
    busy: Shade::new(0x8F5A00, 94, Color::Magenta),
    dnd: Shade::new(0xA83A00, 130, Color::Red),
    off: Shade::new(0x6C6C6C, 242, Color::DarkGray),
    accent: Shade::new(0x444444, 238, Color::DarkGray),
    trouble: Shade::new(0xA83A00, 130, Color::Red),
    selected: Shade::new(0xD7E5F0, 254, Color::Gray),
};

const CONTRAST: Palette = Palette {
    free: Shade::new(0x87D7FF, 117, Color::LightCyan),
    away: Shade::new(0xFFFF87, 228, Color::LightYellow),
    busy: Shade::new(0xFFD787, 222, Color::Yellow),
    dnd: Shade::new(0xFF8787, 210, Color::LightRed),
    off: Shade::new(0xD0D0D0, 252, Color::Gray),
    accent: Shade::new(0xFFFFFF, 231, Color::White),
    trouble: Shade::new(0xFFFF00, 226, Color::LightYellow),
    selected: Shade::new(0x005F87, 24, Color::Blue),
};

/// The themes that come with the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeName {
    /// For dark backgrounds.
    #[default]
    Dark,
    /// For light backgrounds.
    Light,
    /// The strongest contrast, for dark backgrounds.
    HighContrast,
}

impl ThemeName {
    /// Every theme.
    pub const ALL: [ThemeName; 3] = [ThemeName::Dark, ThemeName::Light, ThemeName::HighContrast];

    /// The name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            ThemeName::Dark => "dark",
            ThemeName::Light => "light",
            ThemeName::HighContrast => "high-contrast",
        }
    }

    /// The theme of this name.
    pub fn named(name: &str) -> Option<ThemeName> {
        ThemeName::ALL
            .into_iter()
            .find(|theme| theme.name() == name)
    }
}

/// What everything looks like.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    palette: Palette,
    depth: Depth,
}

impl Theme {
    /// A theme in as many colours as the terminal shows.
    pub fn new(name: ThemeName, depth: Depth) -> Theme {
        let palette = match name {
            ThemeName::Dark => DARK,
            ThemeName::Light => LIGHT,
            ThemeName::HighContrast => CONTRAST,
        };
        Theme { palette, depth }
    }

    /// Another theme in as many colours.
    pub fn with(&self, name: ThemeName) -> Theme {
        Theme::new(name, self.depth)
    }

    fn ink(&self, shade: Shade) -> Style {
        match shade.at(self.depth) {
            Some(colour) => Style::new().fg(colour),
            None => Style::new(),
        }
    }

    /// A state.
    pub fn state(&self, availability: Availability) -> Style {
        match availability {
            Availability::Available => self.ink(self.palette.free),
            Availability::Away => self.ink(self.palette.away),
            Availability::Busy => self.ink(self.palette.busy),
            Availability::Dnd => self.ink(self.palette.dnd).add_modifier(Modifier::BOLD),
            Availability::Unavailable | Availability::Unknown => self.ink(self.palette.off),
        }
    }

    /// What is not sure any more, and what is less important.
    pub fn dim(&self) -> Style {
        match self.depth {
            Depth::None => Style::new().add_modifier(Modifier::DIM),
            _ => self.ink(self.palette.off),
        }
    }

    /// The name of a contact.
    pub fn name(&self) -> Style {
        Style::new()
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
        self.ink(self.palette.free).add_modifier(Modifier::BOLD)
    }

    /// A problem.
    pub fn trouble(&self) -> Style {
        self.ink(self.palette.trouble).add_modifier(Modifier::BOLD)
    }

    /// What is told for a while.
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
