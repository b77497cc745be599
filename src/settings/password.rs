//! Where the passwords of the application user and for the broker come from.

use std::process::Stdio;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::{Settings, SettingsError};
use crate::board::Origin;
use crate::presence::clean;
use crate::sys::shell;

/// How long `app_password_command` may take.
const PATIENCE: Duration = Duration::from_secs(30);

impl Settings {
    /// The command that prints the password; `None` where the environment has the password itself.
    fn password_command(&self) -> Option<&SecretString> {
        match self.app_password.origin {
            Origin::Variable(_) => None,
            _ => self.app_password_command.value.as_ref(),
        }
    }

    /// Where the password comes from, in words, and the layer that sets it.
    pub(super) fn password_origin(&self) -> (&'static str, Origin) {
        let password = &self.app_password;
        let words = match (self.password_command(), &password.value, password.origin) {
            (Some(_), ..) => {
                return ("app_password_command", self.app_password_command.origin);
            }
            (None, Some(_), Origin::Variable(_)) => "WHOSIN_APP_PASSWORD",
            (None, Some(_), _) => "app_password in the settings",
            (None, None, _) => "nowhere",
        };
        (words, password.origin)
    }

    /// Where the password comes from, in words.
    pub fn password_source(&self) -> &'static str {
        self.password_origin().0
    }

    /// The password for the broker of the shared feed: from `WHOSIN_BROKER_PASSWORD`, else from
    /// `broker_password_command`; `None` where neither is set. It may stand in no file.
    ///
    /// # Errors
    /// [`SettingsError::BrokerPasswordCommand`] where the command fails or takes too long.
    pub async fn broker_password(&self) -> Result<Option<SecretString>, SettingsError> {
        let variable = std::env::var("WHOSIN_BROKER_PASSWORD").ok();
        if let Some(password) = variable.filter(|password| !password.is_empty()) {
            return Ok(Some(SecretString::from(password)));
        }
        match &self.broker_password_command.value {
            Some(command) => printed(command.expose_secret())
                .await
                .map(Some)
                .map_err(SettingsError::BrokerPasswordCommand),
            None => Ok(None),
        }
    }

    /// The application user's password: from `WHOSIN_APP_PASSWORD`, from `app_password_command`,
    /// from `app_password`; `None` where the user has to type it.
    ///
    /// # Errors
    /// [`SettingsError::PasswordCommand`] where the command fails or takes too long.
    pub async fn password(&self) -> Result<Option<SecretString>, SettingsError> {
        match self.password_command() {
            Some(command) => printed(command.expose_secret())
                .await
                .map(Some)
                .map_err(SettingsError::PasswordCommand),
            None => Ok(self.app_password.value.clone()),
        }
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
