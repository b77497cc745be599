//! The terminal: drawing, keys, mouse. Drawing only reads the board; what the user does becomes a
//! message to it.

mod actions;
mod bells;
mod details;
mod fit;
mod form;
mod free;
mod grid;
mod header;
mod help;
mod hints;
mod hours;
mod keys;
mod large;
mod lately;
mod links;
mod list;
mod look;
mod notices;
mod own;
mod page;
mod pane;
mod people;
mod refused;
mod run;
mod screen;
mod search;
mod settings;
mod state;
mod tabs;
mod terminal;
mod theme;
mod why;

pub use fit::{cells, fit, fit_name};
pub use hours::{Hours, HoursError};
pub use keys::{BINDINGS, Binding, Key, KeyError, Keys, KeysError};
pub use look::{Look, Scene};
pub use run::{TuiError, run};
pub use screen::{Layout, Target, Targets, draw};
pub use state::{clock, lower_first, moment};
pub use theme::{
    Answer, Background, Depth, Heard, PaletteError, Theme, ThemeName, ThemeNameError, Themes,
};
