//! What drawing goes by beside the board.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::hours::Hours;
use super::keys::Keys;
use super::theme::{Background, Theme, Themes};
use crate::board::{Board, Choice};
use crate::presence::IconSet;

/// Colours, glyphs, keys and time zone of the drawing.
#[derive(Clone, Debug)]
pub struct Look {
    /// The colours.
    pub theme: Theme,
    /// The themes to choose from.
    pub themes: Themes,
    /// The glyphs.
    pub icons: IconSet,
    /// The keys, for hints and help.
    pub keys: Keys,
    /// When all is drawn dim.
    pub dim: Option<Hours>,
    /// Where the user is, for times of day.
    pub zone: TimeZone,
}

impl Look {
    /// Takes over what was chosen in the settings view and concerns the drawing.
    pub fn follow(&mut self, choice: &Choice) {
        match choice {
            Choice::Theme(name) => {
                if let Ok(name) = name.parse() {
                    self.themes.choose(name);
                    self.theme = self.themes.theme();
                }
            }
            Choice::Icons(icons) => self.icons = *icons,
            _ => {}
        }
    }

    /// Whether all is drawn dim now.
    pub fn is_dim(&self, now: Timestamp) -> bool {
        self.dim.is_some_and(|hours| hours.contain(now, &self.zone))
    }

    /// Follows the background that the terminal reports.
    pub fn see(&mut self, background: Background) {
        self.themes.see(background);
        self.theme = self.themes.theme();
    }
}

/// What a frame shows: the board at a moment, drawn with a look.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The board.
    pub board: &'a Board,
    /// How it is drawn.
    pub look: &'a Look,
    /// The moment.
    pub now: Timestamp,
}
