//! Follows the settings file while the board is open: what can change does, the rest is told.

use std::sync::Arc;

use tokio::sync::watch;

use crate::board::{Origin, WorldMessage};
use crate::contacts::Changes;
use crate::file::{self, Stamp};
use crate::settings::{Settings, SettingsError};
use crate::tui::Keys;

/// Reads the settings again, below the same options.
pub type Reload = Arc<dyn Fn() -> Result<Settings, SettingsError> + Send + Sync>;

/// The settings file, and where what it says goes.
pub struct Following {
    reload: Option<Reload>,
    changes: Changes,
    /// The file as it was when it was read last.
    read: Option<Stamp>,
    settings: Settings,
    themes: Vec<String>,
    keys: watch::Sender<Keys>,
}

impl Following {
    /// Follows the file of these settings; without a way to read them again nothing comes of it.
    pub fn new(
        settings: &Settings,
        themes: &[String],
        keys: watch::Sender<Keys>,
        reload: Option<Reload>,
    ) -> Following {
        let mut changes = Changes::of(&settings.places.config.value);
        // It may have changed since it was read.
        changes.check(settings.places.config_stamp);
        Following {
            reload,
            changes,
            read: settings.places.config_stamp,
            settings: settings.clone(),
            themes: themes.to_vec(),
            keys,
        }
    }

    /// Why changes by others are seen only at the next poll, where that is so and is news.
    pub fn unwatched(&mut self) -> Option<String> {
        self.reload.as_ref()?;
        self.changes.unwatched()
    }

    /// Waits until the file was changed. Nothing is lost when the waiting is given up.
    pub async fn changed(&mut self) {
        match self.reload {
            Some(_) => self.changes.next().await,
            None => std::future::pending().await,
        }
    }

    /// Looks whether the file has changed without a word of the system's.
    pub fn check(&mut self) {
        self.changes.check(self.read);
    }

    /// The settings as they are followed.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Reads the file again. A mistake in it leaves everything as it was.
    pub fn read(&mut self) -> Vec<WorldMessage> {
        let Some(reload) = &self.reload else {
            return Vec::new();
        };
        let path = &self.settings.places.config.value;
        self.read = Stamp::of(path);
        self.changes.check(self.read);
        if self.read.is_none() && self.settings.places.config_stamp.is_some() {
            let words = "is gone; the settings stay as they were until it is back";
            let words = format!("{} {words} ({})", file::name_of(path), path.display());
            return vec![WorldMessage::SettingsTrouble(Some(words))];
        }
        let mut settings = match reload() {
            Ok(settings) => settings,
            Err(error) => {
                let words = format!("The settings stay as they were: {error}");
                return vec![WorldMessage::SettingsTrouble(Some(words))];
            }
        };
        // What was typed into the sign-in form is in no file.
        if self.settings.domain.origin == Origin::Form && settings.domain.value.is_none() {
            settings.domain = self.settings.domain.clone();
        }
        // Nobody hears it only while everything is being taken down.
        let _ = self.keys.send(settings.keys.value.clone());
        let preferences = super::show::preferences(&settings);
        let shown = settings.shown(&self.themes);
        self.settings = settings;
        vec![
            WorldMessage::SettingsTrouble(None),
            WorldMessage::Reconfigured(Box::new(preferences), shown),
        ]
    }
}
