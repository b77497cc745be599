//! The profiles that a board joins.

use super::nearest::did_you_mean;
use super::{Layer, Profile, SetUp, Settings, SettingsError};

impl Settings {
    /// The settings of a profile that another board joins: those of its file alone. Options and variables
    /// are meant for the server of that board, and a password among them may go nowhere else.
    ///
    /// # Errors
    /// [`SettingsError`] with file and line.
    pub fn of_joined(profile: &Profile) -> Result<Settings, SettingsError> {
        let set_up = SetUp::of_profile(profile);
        Settings::layered(&Layer::default(), Layer::default(), &set_up)
    }

    /// The profiles that are joined, in their order, each with its settings. Whom they join themselves
    /// does not count.
    ///
    /// # Errors
    /// [`SettingsError`] for a profile that does not exist, that is the board's own, that is named twice, or
    /// whose settings cannot be followed.
    pub fn joined(&self) -> Result<Vec<(Profile, Settings)>, SettingsError> {
        let there = Settings::profiles();
        let mut joined: Vec<(Profile, Settings)> = Vec::new();
        for profile in self.with.value.iter().flatten() {
            if joined.iter().any(|(other, _)| other == profile) {
                return Err(SettingsError::JoinedTwice(profile.clone()));
            }
            if !there.contains(profile) {
                return Err(no_profile(profile, &there));
            }
            let settings = Settings::of_joined(profile)?;
            if settings.places.config.value == self.places.config.value {
                return Err(SettingsError::JoinsItself(profile.clone()));
            }
            joined.push((profile.clone(), settings));
        }
        Ok(joined)
    }
}

fn no_profile(profile: &Profile, there: &[Profile]) -> SettingsError {
    let there: Vec<String> = there.iter().map(ToString::to_string).collect();
    let there: Vec<&str> = there.iter().map(String::as_str).collect();
    SettingsError::NoProfile {
        near: did_you_mean(&profile.to_string(), &there),
        profile: profile.clone(),
    }
}
