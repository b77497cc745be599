//! Reading `config.toml`.

use std::path::Path;

use toml::Table;
use toml_edit::Document;

use super::SettingsError;
use super::layer::{Layer, Take};
use super::nearest::did_you_mean;
use super::values::Kind;
use crate::file;
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
    /// [`SettingsError`] with file, line and key.
    pub fn of_file(path: &Path) -> Result<Layer, SettingsError> {
        let text = text_of(path)?;
        let invalid = |line, reason| SettingsError::Invalid {
            path: path.into(),
            line,
            reason,
        };
        let table: Table = toml::from_str(&text).map_err(|error: toml::de::Error| {
            // The message alone: the excerpt that goes with it might hold a password.
            invalid(file::line_of(&text, error.span()), clean(error.message()))
        })?;
        if let Some(key) = table
            .keys()
            .find(|key| !Layer::KEYS.contains(&key.as_str()))
        {
            let near = did_you_mean(key, Layer::KEYS);
            let reason = format!("there is no setting '{}'{near}", clean(key));
            return Err(invalid(line_of(&text, key), reason));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let layer = Layer::of(Rows {
            table: &table,
            folder,
        });
        let layer = layer.map_err(|(key, reason)| {
            invalid(line_of(&text, key), format!("{key}: {}", clean(&reason)))
        })?;
        let passwords = [
            &layer.app_password,
            &layer.broker_password,
            &layer.directory_password,
        ];
        if passwords.into_iter().any(Option::is_some) && file::others_can_read(path) {
            return Err(SettingsError::OpenPassword(path.into()));
        }
        Ok(layer)
    }
}

/// The rows of the file, which is in a folder where relative paths start.
struct Rows<'a> {
    table: &'a Table,
    folder: &'a Path,
}

impl Take for Rows<'_> {
    type Error = (&'static str, String);

    fn take<T: Kind>(&mut self, key: &'static str) -> Result<Option<T>, Self::Error> {
        let Some(value) = self.table.get(key) else {
            return Ok(None);
        };
        let value = T::of_file(value).map_err(|error| (key, error.to_string()))?;
        Ok(Some(value.placed(self.folder)))
    }
}

/// The line of a key, from 1.
fn line_of(text: &str, key: &str) -> usize {
    let document = Document::parse(text).ok();
    let span = document.as_ref().and_then(|document| {
        let (key, _) = document.as_table().get_key_value(key)?;
        key.span()
    });
    file::line_of(text, span)
}
