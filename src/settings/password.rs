//! Where the passwords of the application user and for the broker come from.

use std::process::Stdio;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::{Settings, SettingsError, Value};
use crate::board::Origin;
use crate::presence::clean;
use crate::sys::shell;

/// How long a command that prints a password may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A password of the settings: itself, or the command that prints it.
pub(super) struct Password<'a> {
    /// Its key in the settings.
    key: &'static str,
    itself: &'a Value<Option<SecretString>>,
    command: &'a Value<Option<SecretString>>,
}

impl Password<'_> {
    /// The command that prints it; `None` where the environment has the password itself.
    fn command(&self) -> Option<&SecretString> {
        match self.itself.origin {
            Origin::Variable(_) => None,
            _ => self.command.value.as_ref(),
        }
    }

    /// Where it comes from, in words, and the layer that sets it.
    fn origin(&self) -> (String, Origin) {
        let key = self.key;
        if self.command().is_some() {
            return (format!("{key}_command"), self.command.origin);
        }
        let origin = self.itself.origin;
        let words = match (&self.itself.value, origin) {
            (Some(_), Origin::Variable(_)) => origin.place(),
            (Some(_), _) => format!("{key} in the settings"),
            (None, _) => "nowhere".into(),
        };
        (words, origin)
    }

    /// What the settings view says in the place of it, and the layer that sets it.
    pub(super) fn shown(&self) -> (String, Origin) {
        let (words, origin) = self.origin();
        (format!("from {words}"), origin)
    }

    /// The password: from its variable, else from its command, else from the file.
    async fn get(&self) -> Result<Option<SecretString>, SettingsError> {
        match self.command() {
            Some(command) => printed(command.expose_secret())
                .await
                .map(Some)
                .map_err(|reason| SettingsError::PasswordCommand(self.key, reason)),
            None => Ok(self.itself.value.clone()),
        }
    }
}

impl Settings {
    pub(super) fn app(&self) -> Password<'_> {
        Password {
            key: "app_password",
            itself: &self.app_password,
            command: &self.app_password_command,
        }
    }

    pub(super) fn broker(&self) -> Password<'_> {
        Password {
            key: "broker_password",
            itself: &self.broker_password,
            command: &self.broker_password_command,
        }
    }

    /// Where the application user's password comes from, in words.
    pub fn password_source(&self) -> String {
        self.app().origin().0
    }

    /// The application user's password: from `WHOSIN_APP_PASSWORD`, from `app_password_command`,
    /// from `app_password`; `None` where the user has to type it.
    ///
    /// # Errors
    /// [`SettingsError::PasswordCommand`] where the command fails or takes too long.
    pub async fn password(&self) -> Result<Option<SecretString>, SettingsError> {
        self.app().get().await
    }

    /// The password for the broker of the shared feed: from `WHOSIN_BROKER_PASSWORD`, from
    /// `broker_password_command`, from `broker_password`; `None` where none of them is set.
    ///
    /// # Errors
    /// [`SettingsError::PasswordCommand`] where the command fails or takes too long.
    pub async fn broker_password(&self) -> Result<Option<SecretString>, SettingsError> {
        self.broker().get().await
    }
}

/// The first line that a command prints; or words that say why there is none.
async fn printed(command: &str) -> Result<SecretString, String> {
    let mut shell = shell::command(command);
    shell.stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, shell.output())
        .await
        .map_err(|_| format!("it took longer than {} s", PATIENCE.as_secs()))?
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        let trouble = clean(&String::from_utf8_lossy(&output.stderr));
        return Err(format!("{} {trouble}", output.status));
    }
    let text =
        String::from_utf8(output.stdout).map_err(|_| "what it prints is not text".to_string())?;
    match text.lines().next() {
        None | Some("") => Err("it prints nothing".into()),
        Some(password) => Ok(SecretString::from(password)),
    }
}
