//! Reading `config.toml`.

use std::convert::Infallible;
use std::path::Path;

use toml::Table;

use super::SettingsError;
use super::example::TABLES;
use super::layer::{Example, Layer, Take, examples};
use super::mistake::line_of;
use super::nearest::did_you_mean;
use super::values::Kind;
use crate::file::{self, toml_words};
use crate::presence::clean;

/// The text of the settings file; empty where there is none.
///
/// # Errors
/// [`SettingsError::Unreadable`] with the file.
pub(super) fn text_of(path: &Path) -> Result<String, SettingsError> {
    let text = file::read_if_there(path, file::Kind::Settings);
    let text = text.map_err(|error| SettingsError::Unreadable {
        path: path.into(),
        error,
    })?;
    Ok(text.unwrap_or_default())
}

impl Layer {
    /// The layer of the file; empty where there is no file.
    ///
    /// # Errors
    /// The first mistake, as [`SettingsError`] with file, line and key.
    pub fn of_file(path: &Path) -> Result<Layer, SettingsError> {
        let (layer, mistakes) = read(path)?;
        match mistakes.into_iter().next() {
            Some(first) => Err(first),
            None => Ok(layer),
        }
    }

    /// All that is wrong with the file, by line. Where it is no TOML, that alone.
    pub fn mistakes(path: &Path) -> Vec<SettingsError> {
        match read(path) {
            Ok((_, mistakes)) => mistakes,
            Err(error) => vec![error],
        }
    }
}

/// What can be read of the file, and what is wrong with the rest, by line.
fn read(path: &Path) -> Result<(Layer, Vec<SettingsError>), SettingsError> {
    let text = text_of(path)?;
    let invalid = |(line, reason)| SettingsError::Invalid {
        path: path.into(),
        line,
        reason,
    };
    let table: Table = toml::from_str(&text).map_err(|error| invalid(no_toml(&text, &error)))?;
    let unknown = table
        .keys()
        .filter(|key| !Layer::KEYS.contains(&key.as_str()));
    let unknown = unknown.map(|key| {
        let near = did_you_mean(key, Layer::KEYS);
        let reason = format!("there is no setting '{}'{near}", clean(key));
        (line_of(&text, key, &[]), reason)
    });
    let mut mistakes: Vec<(usize, String)> = unknown.collect();
    let Ok(layer) = Layer::of(Rows {
        text: &text,
        table: &table,
        folder: path.parent().unwrap_or(Path::new("")),
        mistakes: &mut mistakes,
    });
    mistakes.sort_by_key(|(line, _)| *line);
    let mut mistakes: Vec<SettingsError> = mistakes.into_iter().map(invalid).collect();
    let passwords = [
        &layer.app_password,
        &layer.broker_password,
        &layer.directory_password,
    ];
    if passwords.into_iter().any(Option::is_some) && file::others_can_read(path) {
        mistakes.push(SettingsError::OpenPassword(path.into()));
    }
    Ok((layer, mistakes))
}

/// Why the text is no TOML: the line, and in words how the setting there is written. Nothing else
/// of the line is repeated, for it might be a password.
fn no_toml(text: &str, error: &toml::de::Error) -> (usize, String) {
    let line = file::line_of(text, error.span());
    let words = clean(&toml_words(error.message()));
    let written = text.lines().nth(line - 1).unwrap_or_default();
    let name = written
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .next();
    let setting = examples()
        .into_iter()
        .find(|example| Some(example.key) == name && !TABLES.contains(&example.key));
    let reason = match setting {
        Some(Example {
            key,
            default,
            example,
            ..
        }) => {
            let value = default.as_deref().unwrap_or(example);
            format!("{key}: {words} ({key} = {value})")
        }
        None => words,
    };
    (line, reason)
}

/// The rows of the file, which is in a folder where relative paths start.
struct Rows<'a> {
    text: &'a str,
    table: &'a Table,
    folder: &'a Path,
    /// What could not be read, with its line from 1.
    mistakes: &'a mut Vec<(usize, String)>,
}

impl Take for Rows<'_> {
    type Error = Infallible;

    fn take<T: Kind>(&mut self, key: &'static str) -> Result<Option<T>, Infallible> {
        let value = self.table.get(key).map(T::of_file);
        Ok(match value {
            Some(Ok(value)) => Some(value.placed(self.folder)),
            Some(Err(error)) => {
                let reason = format!("{key}: {}", clean(&error.to_string()));
                let line = line_of(self.text, key, &error.parts());
                self.mistakes.push((line, reason));
                None
            }
            None => None,
        })
    }
}
