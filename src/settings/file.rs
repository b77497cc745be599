//! Reading `config.toml`.

use std::path::Path;

use super::SettingsError;
use super::layer::Layer;
use crate::file;

impl Layer {
    /// The layer of the file; empty where there is no file.
    ///
    /// # Errors
    /// [`SettingsError`] with file and line.
    pub fn of_file(path: &Path) -> Result<Layer, SettingsError> {
        let text = file::read_if_there(path).map_err(|error| SettingsError::Unreadable {
            path: path.into(),
            error,
        })?;
        let text = text.unwrap_or_default();
        let layer: Layer =
            toml::from_str(&text).map_err(|error: toml::de::Error| SettingsError::Invalid {
                path: path.into(),
                line: file::line_of(&text, error.span()),
                // The message alone: the excerpt that goes with it might hold a password.
                reason: crate::presence::clean(error.message()),
            })?;
        if layer.app_password.is_some() && file::others_can_read(path) {
            return Err(SettingsError::OpenPassword(path.into()));
        }
        Ok(layer)
    }
}
