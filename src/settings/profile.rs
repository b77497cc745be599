//! Several set-ups of one user: each has its own settings, contacts, and what is kept of them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

use super::SettingsError;

/// The name of a set-up: letters, digits, `-`, `_` and `.`, not at the beginning; at most 64.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Profile(String);

/// A text that names no profile.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{0}' is no name of a profile: letters, digits, - and _ alone, at most 64")]
pub struct ProfileError(String);

impl Profile {
    /// The variable that names the profile.
    const VARIABLE: &str = "WHOSIN_PROFILE";

    /// The profile that the environment names. A variable that is empty names none.
    ///
    /// # Errors
    /// [`SettingsError::Variable`] for what is no name.
    pub fn of_environment() -> Result<Option<Profile>, SettingsError> {
        let named = std::env::var(Profile::VARIABLE).unwrap_or_default();
        if named.is_empty() {
            return Ok(None);
        }
        let profile = named.parse().map_err(|error: ProfileError| {
            let name = Profile::VARIABLE.into();
            let reason = error.into();
            SettingsError::Variable { name, reason }
        });
        profile.map(Some)
    }

    /// The folder of all profiles inside a folder of whosin's.
    const FOLDER: &str = "profiles";

    /// Its own folder inside a folder of whosin's.
    pub(super) fn inside(&self, folder: &Path) -> PathBuf {
        folder.join(Profile::FOLDER).join(&self.0)
    }

    /// Those that have a folder inside this one, by name.
    pub(super) fn all_inside(folder: &Path) -> Vec<Profile> {
        let entries = std::fs::read_dir(folder.join(Profile::FOLDER));
        let folders = entries.into_iter().flatten().flatten();
        let folders = folders.filter(|entry| entry.path().is_dir());
        let mut profiles: Vec<Profile> = folders
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        profiles.sort();
        profiles
    }
}

impl FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Profile, ProfileError> {
        let fits = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        let is_name = !text.is_empty()
            && !text.starts_with('.')
            && text.chars().count() <= 64
            && text.chars().all(fits);
        if is_name {
            Ok(Profile(text.into()))
        } else {
            Err(ProfileError(crate::presence::clean(text)))
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
