//! Reading `config.toml`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use super::SettingsError;
use crate::cli;
use crate::file;
use crate::presence::IconSet;

/// `config.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) server: Option<OneOrMore>,
    pub(super) app_user: Option<String>,
    pub(super) app_password: Option<SecretString>,
    pub(super) app_password_command: Option<String>,
    pub(super) user: Option<String>,
    pub(super) domain: Option<String>,
    pub(super) interval: Option<Time>,
    pub(super) in_flight: Option<usize>,
    pub(super) mode: Option<String>,
    pub(super) listen: Option<SocketAddr>,
    pub(super) callback: Option<String>,
    pub(super) soap: Option<String>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) pin: Option<String>,
    pub(super) insecure: Option<bool>,
    pub(super) contacts: Option<PathBuf>,
    pub(super) icons: Option<IconSet>,
    pub(super) theme: Option<String>,
    pub(super) mouse: Option<bool>,
    pub(super) free_for: Option<Time>,
    pub(super) view: Option<String>,
    pub(super) sort: Option<String>,
    pub(super) hide_offline: Option<bool>,
    pub(super) history: Option<bool>,
    pub(super) log_level: Option<String>,
    #[serde(default)]
    pub(super) keys: BTreeMap<String, OneOrMore>,
}

/// A time as a number of seconds or as `10s`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Time {
    Seconds(u64),
    Text(String),
}

impl Time {
    pub(super) fn read(&self) -> Result<Duration, SettingsError> {
        let text = match self {
            Time::Seconds(seconds) => seconds.to_string(),
            Time::Text(text) => text.clone(),
        };
        cli::duration(&text).map_err(SettingsError::Value)
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// Reads the file. One that is not there is empty.
///
/// # Errors
/// [`SettingsError`] with file and line.
pub(super) fn read_file(path: &Path) -> Result<File, SettingsError> {
    let text = match file::read_if_there(path) {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(File::default()),
        Err(error) => {
            return Err(SettingsError::Unreadable {
                path: path.into(),
                error,
            });
        }
    };
    let file: File = toml::from_str(&text).map_err(|error: toml::de::Error| {
        SettingsError::Invalid {
            path: path.into(),
            line: file::line_of(&text, error.span()),
            // The message alone: the excerpt that goes with it might hold a password.
            reason: crate::presence::clean(error.message()),
        }
    })?;
    if file.app_password.is_some() && others_can_read(path) {
        return Err(SettingsError::OpenPassword(path.into()));
    }
    Ok(file)
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_path: &Path) -> bool {
    false
}
