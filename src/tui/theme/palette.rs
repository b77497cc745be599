//! The colours of a theme, and the files that they are written in.

use std::cell::LazyCell;
use std::path::{Path, PathBuf};

use ratatui::style::Color;
use serde::Deserialize;
use thiserror::Error;

use super::Depth;
use crate::file::{self, Kind};
use crate::presence::clean;

/// A colour in each depth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shade {
    rgb: Rgb,
    indexed: u8,
    sixteen: Color,
}

impl Shade {
    pub(super) fn at(self, depth: Depth) -> Option<Color> {
        let Rgb(red, green, blue) = self.rgb;
        match depth {
            Depth::None => None,
            Depth::Sixteen => Some(self.sixteen),
            Depth::Indexed => Some(Color::Indexed(self.indexed)),
            Depth::True => Some(Color::Rgb(red, green, blue)),
        }
    }
}

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Palette {
    pub available: Shade,
    pub away: Shade,
    pub busy: Shade,
    pub dnd: Shade,
    pub offline: Shade,
    pub accent: Shade,
    pub trouble: Shade,
    pub selected: Shade,
}

/// Why a theme's file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PaletteError {
    /// It cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// It holds something that is not understood.
    #[error("{path}, line {line}: {reason}")]
    Invalid {
        /// Which.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

impl Palette {
    /// Reads a theme's file.
    pub(super) fn load(path: &Path) -> Result<Palette, PaletteError> {
        let text =
            file::read_text(path, Kind::Theme).map_err(|error| PaletteError::Unreadable {
                path: path.into(),
                reason: error.to_string(),
            })?;
        Palette::read(&text).map_err(|error| PaletteError::Invalid {
            path: path.into(),
            line: file::line_of(&text, error.span()),
            reason: clean(&file::toml_words(error.message())),
        })
    }

    /// Reads a theme; what it leaves out is its base's.
    pub(super) fn read(text: &str) -> Result<Palette, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        // Read only where it is needed, for it is a theme's file itself, and once.
        let base = LazyCell::new(|| match file.base {
            Base::Dark => Palette::dark(),
            Base::Light => Palette::light(),
            Base::HighContrast => Palette::high_contrast(),
        });
        let shade = |own: Option<Colour>, of_base: fn(Palette) -> Shade| match own {
            Some(colour) => colour.shade(),
            None => of_base(*base),
        };
        Ok(Palette {
            available: shade(file.available, |base| base.available),
            away: shade(file.away, |base| base.away),
            busy: shade(file.busy, |base| base.busy),
            dnd: shade(file.dnd, |base| base.dnd),
            offline: shade(file.offline, |base| base.offline),
            accent: shade(file.accent, |base| base.accent),
            trouble: shade(file.trouble, |base| base.trouble),
            selected: shade(file.selected, |base| base.selected),
        })
    }

    fn built_in(text: &str) -> Palette {
        Palette::read(text).expect("a test reads the themes of the program, which name all colours")
    }

    pub(super) fn dark() -> Palette {
        Palette::built_in(include_str!("../../../assets/themes/dark.toml"))
    }

    pub(super) fn light() -> Palette {
        Palette::built_in(include_str!("../../../assets/themes/light.toml"))
    }

    pub(super) fn high_contrast() -> Palette {
        Palette::built_in(include_str!("../../../assets/themes/high-contrast.toml"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    base: Base,
    available: Option<Colour>,
    away: Option<Colour>,
    busy: Option<Colour>,
    dnd: Option<Colour>,
    offline: Option<Colour>,
    accent: Option<Colour>,
    trouble: Option<Colour>,
    selected: Option<Colour>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Base {
    #[default]
    Dark,
    Light,
    HighContrast,
}

/// A colour as a file writes it.
#[derive(Clone, Copy, Deserialize)]
#[serde(
    untagged,
    expecting = "a colour is \"#rrggbb\", or { rgb = \"#rrggbb\", indexed = 0 to 255, sixteen = \"light-blue\" }"
)]
enum Colour {
    Plain(Rgb),
    Each(Each),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Each {
    rgb: Rgb,
    indexed: Option<u8>,
    sixteen: Option<Sixteen>,
}

impl Colour {
    fn shade(self) -> Shade {
        let Each {
            rgb,
            indexed,
            sixteen,
        } = match self {
            Colour::Each(each) => each,
            Colour::Plain(rgb) => Each {
                rgb,
                indexed: None,
                sixteen: None,
            },
        };
        Shade {
            rgb,
            indexed: indexed.unwrap_or_else(|| rgb.indexed()),
            sixteen: sixteen.unwrap_or_else(|| rgb.sixteen()).colour(),
        }
    }
}

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct Rgb(u8, u8, u8);

impl TryFrom<String> for Rgb {
    type Error = String;

    fn try_from(text: String) -> Result<Rgb, String> {
        let digits = text.strip_prefix('#').filter(|digits| {
            digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        });
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let [_, red, green, blue] = number
            .ok_or_else(|| format!("'{text}' is not a colour: write it as \"#rrggbb\""))?
            .to_be_bytes();
        Ok(Rgb(red, green, blue))
    }
}

/// The brightness of the steps in the colour cube of xterm's 256 colours.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Rgb {
    fn far_from(self, other: Rgb) -> i32 {
        let apart = |one: u8, other: u8| (i32::from(one) - i32::from(other)).pow(2);
        // Roughly as the eye weighs them.
        2 * apart(self.0, other.0) + 4 * apart(self.1, other.1) + 3 * apart(self.2, other.2)
    }

    /// The nearest of the 256: a cube of 216 colours from 16 on, then 24 greys.
    fn indexed(self) -> u8 {
        let cube = |index: u8| {
            let at = index - 16;
            let step = |place: u8| STEPS[usize::from(place % 6)];
            Rgb(step(at / 36), step(at / 6), step(at))
        };
        let grey = |index: u8| {
            let level = 8 + 10 * (index - 232);
            Rgb(level, level, level)
        };
        let all = (16..=255).map(|index| match index {
            ..232 => (index, cube(index)),
            _ => (index, grey(index)),
        });
        let nearest = all.min_by_key(|(_, colour)| self.far_from(*colour));
        nearest.map_or(15, |(index, _)| index)
    }

    /// The nearest of the sixteen, as xterm shows them.
    fn sixteen(self) -> Sixteen {
        let nearest = Sixteen::ALL
            .iter()
            .min_by_key(|(_, _, colour)| self.far_from(*colour));
        nearest.map_or(Sixteen(Color::White), |(_, colour, _)| Sixteen(*colour))
    }
}

/// One of the sixteen colours of every terminal.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Sixteen(Color);

impl Sixteen {
    const ALL: [(&'static str, Color, Rgb); 16] = [
        ("black", Color::Black, Rgb(0, 0, 0)),
        ("red", Color::Red, Rgb(205, 0, 0)),
        ("green", Color::Green, Rgb(0, 205, 0)),
        ("yellow", Color::Yellow, Rgb(205, 205, 0)),
        ("blue", Color::Blue, Rgb(0, 0, 238)),
        ("magenta", Color::Magenta, Rgb(205, 0, 205)),
        ("cyan", Color::Cyan, Rgb(0, 205, 205)),
        ("gray", Color::Gray, Rgb(229, 229, 229)),
        ("dark-gray", Color::DarkGray, Rgb(127, 127, 127)),
        ("light-red", Color::LightRed, Rgb(255, 0, 0)),
        ("light-green", Color::LightGreen, Rgb(0, 255, 0)),
        ("light-yellow", Color::LightYellow, Rgb(255, 255, 0)),
        ("light-blue", Color::LightBlue, Rgb(92, 92, 255)),
        ("light-magenta", Color::LightMagenta, Rgb(255, 0, 255)),
        ("light-cyan", Color::LightCyan, Rgb(0, 255, 255)),
        ("white", Color::White, Rgb(255, 255, 255)),
    ];

    fn colour(self) -> Color {
        self.0
    }
}

impl TryFrom<String> for Sixteen {
    type Error = String;

    fn try_from(name: String) -> Result<Sixteen, String> {
        let known = Sixteen::ALL.iter().find(|(known, _, _)| *known == name);
        known.map(|(_, colour, _)| Sixteen(*colour)).ok_or_else(|| {
            let names: Vec<&str> = Sixteen::ALL.iter().map(|(name, _, _)| *name).collect();
            format!("'{name}' is none of the sixteen: {}", names.join(", "))
        })
    }
}
