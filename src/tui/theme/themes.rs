//! The themes that there are: those of the program, and the user's own files.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use thiserror::Error;

use super::palette::{Palette, PaletteError};
use super::{Background, Depth, Theme};

/// The name of a theme: `auto`, one of the program's, or that of a file in the folder `themes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeName(String);

/// A text that names no theme.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{0}' is not the name of a theme: letters, digits, - and _")]
pub struct ThemeNameError(String);

impl ThemeName {
    /// Dark or light, by the terminal's background.
    pub const AUTO: &'static str = "auto";
    /// Those that need no file.
    pub const BUILT_IN: [&'static str; 4] = [ThemeName::AUTO, "dark", "light", "high-contrast"];

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ThemeName {
    fn default() -> ThemeName {
        ThemeName(ThemeName::AUTO.into())
    }
}

impl FromStr for ThemeName {
    type Err = ThemeNameError;

    /// # Errors
    /// What could lead out of the folder of themes.
    fn from_str(text: &str) -> Result<ThemeName, ThemeNameError> {
        let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if !text.is_empty() && text.chars().all(fits) {
            Ok(ThemeName(text.into()))
        } else {
            Err(ThemeNameError(text.into()))
        }
    }
}

impl fmt::Display for ThemeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The themes to choose from, and which is chosen.
#[derive(Clone, Debug)]
pub struct Themes {
    own: BTreeMap<String, Result<Palette, PaletteError>>,
    chosen: ThemeName,
    background: Background,
    depth: Depth,
}

impl Themes {
    /// The program's themes and those in this folder, which need not be there; `chosen` is drawn
    /// in as many colours as the terminal shows.
    pub fn new(folder: &Path, chosen: ThemeName, background: Background, depth: Depth) -> Themes {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let own = files.filter_map(|file| {
            let path = file.path();
            let is_theme = path.extension().is_some_and(|ending| ending == "toml");
            let name: ThemeName = path.file_stem()?.to_str()?.parse().ok()?;
            is_theme.then(|| (name.0, Palette::load(&path)))
        });
        Themes {
            own: own.collect(),
            chosen,
            background,
            depth,
        }
    }

    /// The names of all, the program's first.
    pub fn names(&self) -> Vec<String> {
        let built_in = ThemeName::BUILT_IN.map(String::from).into_iter();
        let own = self.own.keys().cloned();
        let own = own.filter(|name| !ThemeName::BUILT_IN.contains(&name.as_str()));
        built_in.chain(own).collect()
    }

    /// Whether there is a theme of this name, be its file right or wrong.
    pub fn has(&self, name: &ThemeName) -> bool {
        ThemeName::BUILT_IN.contains(&name.as_str()) || self.own.contains_key(name.as_str())
    }

    /// Which is chosen.
    pub fn chosen(&self) -> &ThemeName {
        &self.chosen
    }

    /// Whether the terminal's background decides.
    pub fn by_background(&self) -> bool {
        self.chosen.as_str() == ThemeName::AUTO && self.depth != Depth::None
    }

    /// What it looks like: the chosen theme, or by the background, where it cannot be used.
    pub fn theme(&self) -> Theme {
        Theme::new(self.palette(), self.depth)
    }

    fn palette(&self) -> Palette {
        // A file of the user's with the name of one of the program's replaces it.
        if let Some(Ok(palette)) = self.own.get(self.chosen.as_str()) {
            return *palette;
        }
        match (self.chosen.as_str(), self.background) {
            ("dark", _) => Palette::dark(),
            ("high-contrast", _) => Palette::high_contrast(),
            ("light", _) | (_, Background::Light) => Palette::light(),
            (_, Background::Dark) => Palette::dark(),
        }
    }

    /// Why the chosen theme cannot be used; the words say what is drawn instead.
    pub fn trouble(&self) -> Option<String> {
        match self.own.get(self.chosen.as_str()) {
            Some(Err(error)) => Some(format!("{error}; the theme 'auto' is used instead")),
            _ => None,
        }
    }

    /// Chooses another.
    pub fn choose(&mut self, name: ThemeName) {
        self.chosen = name;
    }

    /// Follows the background that the terminal reports.
    pub fn see(&mut self, background: Background) {
        self.background = background;
    }
}
