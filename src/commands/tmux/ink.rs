use ratatui::style::Color;

use super::line::Format;
use crate::presence::{Availability, IconSet, clean};
use crate::tui::Theme;

/// In whose notation colours are written, and what must be escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `#[fg=#92dbec]`.
    Tmux,
    /// `%{F#92dbec}`.
    Polybar,
    /// Pango markup, as waybar takes it.
    Pango,
}

impl Dialect {
    /// That of a format.
    pub fn of(format: &Format) -> Dialect {
        match format {
            Format::Polybar(_) => Dialect::Polybar,
            Format::Waybar(_) => Dialect::Pango,
            Format::Usual(_) | Format::Template(_) => Dialect::Tmux,
        }
    }

    /// Text from elsewhere that the bar shows as it stands.
    pub fn escape(self, text: &str) -> String {
        let text = clean(text);
        match self {
            Dialect::Tmux => text.replace('#', "##"),
            // There is no escape: what would begin a tag is taken apart.
            Dialect::Polybar => text.replace("%{", "% {"),
            Dialect::Pango => text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;"),
        }
    }

    fn colour(self, text: &str, rgb: &str) -> String {
        match self {
            Dialect::Tmux => format!("#[fg={rgb}]{text}#[default]"),
            Dialect::Polybar => format!("%{{F{rgb}}}{text}%{{F-}}"),
            Dialect::Pango => format!("<span foreground=\"{rgb}\">{text}</span>"),
        }
    }
}

/// How things look on the bar.
#[derive(Clone, Copy, Debug)]
pub struct Ink {
    /// The bar's notation.
    pub dialect: Dialect,
    /// Which glyphs are shown.
    pub icons: IconSet,
    theme: Option<Theme>,
}

impl Ink {
    /// In the colours of a theme, or in none.
    pub fn new(dialect: Dialect, theme: Option<Theme>, icons: IconSet) -> Ink {
        Ink {
            dialect,
            icons,
            theme,
        }
    }

    /// A text as the bar shows it, in the colour of a state where it has one.
    pub fn write(&self, text: &str, state: Option<Availability>) -> String {
        let text = self.dialect.escape(text);
        let colour = self
            .theme
            .zip(state)
            .and_then(|(theme, state)| theme.state(state).fg);
        match colour {
            Some(Color::Rgb(red, green, blue)) => self
                .dialect
                .colour(&text, &format!("#{red:02x}{green:02x}{blue:02x}")),
            _ => text,
        }
    }
}
