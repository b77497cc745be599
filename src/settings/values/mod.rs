//! The kinds of values that settings have. Each is read from a text, whether an option, a variable
//! or the file holds it, and shown in one way.

use std::path::Path;

use clap::builder::{PossibleValuesParser, TypedValueParser, ValueParser};
use toml::Value as Toml;

use super::mistake::{Part, ValueError};

mod actions;
mod amounts;
mod keys;
mod lists;
mod names;
mod nodes;
mod plain;
mod tabs;

pub use amounts::{InFlight, Time, duration};
pub use names::LogLevel;
pub use nodes::{Callback, Nodes, Servers};

/// A kind of value.
pub trait Kind: Clone + Send + Sync + 'static {
    /// What the help calls a value of this kind. Empty: as an option it takes no value.
    const NAME: &'static str;

    /// A value as the file may write it.
    const EXAMPLE: &'static str;

    /// The names of all values, for kinds that have them.
    const NAMES: &'static [&'static str] = &[];

    /// Reads a value.
    ///
    /// # Errors
    /// [`ValueError`] with how to write it.
    fn read(text: &str) -> Result<Self, ValueError>;

    /// Reads a value of the file: a text, or what has one, such as a number. A list is its texts
    /// with commas between.
    ///
    /// # Errors
    /// [`ValueError`] with how to write it.
    fn of_file(value: &Toml) -> Result<Self, ValueError> {
        let text = text_of(value).ok_or(ValueError::Shape(Self::EXAMPLE))?;
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        Self::read(&text)
    }

    /// How an option is read.
    fn parser() -> ValueParser {
        let read = |text: &str| match text {
            "" => Err(ValueError::Empty),
            text => Self::read(text),
        };
        if Self::NAMES.is_empty() {
            ValueParser::new(read)
        } else {
            let named = PossibleValuesParser::new(Self::NAMES);
            ValueParser::new(named.try_map(move |text| read(&text)))
        }
    }

    /// Finishes a value that stands in a file of this folder: paths start there.
    fn placed(self, _folder: &Path) -> Self {
        self
    }

    /// The value as the help and the settings view show it; of a secret only that it is set.
    fn shown(&self) -> String;

    /// The value as the file writes it.
    fn written(&self) -> String {
        format!("{:?}", self.shown())
    }
}

fn text_of(value: &Toml) -> Option<String> {
    match value {
        Toml::String(text) => Some(text.clone()),
        Toml::Integer(number) => Some(number.to_string()),
        Toml::Float(number) => Some(number.to_string()),
        Toml::Boolean(switch) => Some(switch.to_string()),
        Toml::Array(values) => {
            let texts: Option<Vec<String>> = values.iter().map(text_of).collect();
            texts.map(|texts| texts.join(","))
        }
        Toml::Datetime(_) | Toml::Table(_) => None,
    }
}

/// Reads each table of a list.
///
/// # Errors
/// [`ValueError`] with the place of the table; [`ValueError::Shape`] where it is no list.
pub(super) fn each<T, C: FromIterator<T>>(
    value: &Toml,
    shape: &'static str,
    read: impl Fn(&Toml) -> Result<T, ValueError>,
) -> Result<C, ValueError> {
    let tables = value.as_array().ok_or(ValueError::Shape(shape))?;
    let read = |(place, table): (usize, &Toml)| {
        read(table).map_err(|error| error.inside(Part::Place(place)))
    };
    tables.iter().enumerate().map(read).collect()
}

/// The table that a value is, which has no other keys than these; `None` where it is no table.
///
/// # Errors
/// [`ValueError::Name`] with a key that is none of them.
pub(super) fn table_of<'a>(
    value: &'a Toml,
    keys: &'static [&'static str],
) -> Result<Option<&'a toml::Table>, ValueError> {
    let table = value.as_table();
    let mut written = table.into_iter().flat_map(|table| table.keys());
    match written.find(|key| !keys.contains(&key.as_str())) {
        Some(unknown) => {
            let error = ValueError::Name {
                text: unknown.clone(),
                names: keys,
            };
            Err(error.inside(Part::Key(unknown.clone())))
        }
        None => Ok(table),
    }
}
