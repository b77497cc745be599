//! Writing `config.toml`: keys that are chosen change, all others, the comments and the line ends stay.

use std::io;
use std::path::Path;

use secrecy::ExposeSecret;
use toml_edit::{DocumentMut, value};

use super::SettingsError;
use super::file::text_of;
use crate::board::{Choice, Draft, Way};
use crate::file::{self, Text};
use crate::presence::clean;

/// Saves what the sign-in form asked for. The file is made readable by its owner alone: a password
/// may be in it.
///
/// # Errors
/// [`SettingsError`] where the file cannot be read or written; then it is left as it was.
pub fn save_sign_in(path: &Path, draft: &Draft) -> Result<(), SettingsError> {
    let (text, mut document) = read(path)?;
    let mut set = |key: &str, text: &str| {
        if !text.is_empty() {
            document[key] = value(text);
        }
    };
    let password = draft.password.expose_secret();
    match &draft.way {
        Way::Service {
            server,
            app_user,
            user,
        } => {
            set("server", server);
            set("app_user", app_user);
            set("app_password", password);
            set("user", user);
        }
        Way::Broker(place) => {
            set("from", place);
            set("broker_password", password);
        }
    }
    set("domain", &draft.domain);
    set("pin", draft.pin.as_deref().unwrap_or_default());
    file::make_private(path).map_err(|error| unwritable(path, error))?;
    write(path, &text, &document)
}

/// Saves what was chosen in the settings view. What is the default again is left out.
///
/// # Errors
/// [`SettingsError`] where the file cannot be read or written; then it is left as it was.
pub fn save_choice(path: &Path, choice: &Choice) -> Result<(), SettingsError> {
    let (text, mut document) = read(path)?;
    let new = match choice {
        Choice::Theme(name) => Some(value(name.as_str())),
        Choice::Icons(icons) => Some(value(icons.name())),
        Choice::View(view) => view.map(|view| value(view.name())),
        Choice::Sort(order) => Some(value(order.name())),
        Choice::Mouse(mouse) => mouse.map(value),
        Choice::HideOffline(on) | Choice::History(on) => Some(value(*on)),
        Choice::FreeFor(time) => Some(value(time.as_secs())),
    };
    let key = choice.name();
    match (new, document.get_mut(key)) {
        (None, _) => drop(document.remove(key)),
        (Some(new), None) => document[key] = new,
        (Some(mut new), Some(old)) => {
            // What stands around the value, such as a comment, stays.
            if let (Some(new), Some(old)) = (new.as_value_mut(), old.as_value()) {
                *new.decor_mut() = old.decor().clone();
            }
            *old = new;
        }
    }
    write(path, &text, &document)
}

fn read(path: &Path) -> Result<(Text, DocumentMut), SettingsError> {
    let text = Text::of(text_of(path)?);
    let document = text.plain.parse();
    let document = document.map_err(|error: toml_edit::TomlError| SettingsError::Invalid {
        path: path.into(),
        line: file::line_of(&text.plain, error.span()),
        reason: clean(&file::toml_words(error.message())),
    })?;
    Ok((text, document))
}

fn write(path: &Path, text: &Text, document: &DocumentMut) -> Result<(), SettingsError> {
    let written = text.rewrite(&document.to_string());
    file::replace(path, written.as_bytes()).map_err(|error| unwritable(path, error))
}

fn unwritable(path: &Path, error: io::Error) -> SettingsError {
    SettingsError::Unwritable {
        path: path.into(),
        error,
    }
}
