//! What the user has set: options count before variables before the settings file before defaults.
//!
//! [`layer`] lists every setting once; the rest of this folder reads, merges, shows and saves
//! what is listed there.

use std::io;
use std::path::PathBuf;

use secrecy::SecretString;
use thiserror::Error;

use crate::board::Origin;
use crate::broker;
use crate::calling::{ContactActions, Hooks, Rings};
use crate::directory::{self, Credentials};
use crate::feed;
use crate::file::Stamp;
use crate::http::{EndpointError, Trust};
use crate::pws::Pws;

mod example;
mod file;
mod joined;
pub mod layer;
pub mod mistake;
pub mod nearest;
mod password;
mod places;
mod profile;
mod saving;
mod shown;
pub mod values;

pub use example::example;
pub use layer::{Layer, Settings};
pub use places::{Places, SetUp};
pub use profile::{Profile, ProfileError};
pub use saving::{save_choice, save_sign_in};

use mistake::ValueError;
use places::Folders;
use values::{Nodes, Servers};

/// The value of a setting, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value<T> {
    /// What is set.
    pub value: T,
    /// The layer that sets it.
    pub origin: Origin,
}

impl<T> Value<T> {
    /// The first that is given.
    fn first(given: [(Option<T>, Origin); 3]) -> Option<Value<T>> {
        let mut given = given.into_iter();
        given.find_map(|(value, origin)| value.map(|value| Value { value, origin }))
    }

    fn or_default(given: Option<Value<T>>, default: T) -> Value<T> {
        given.unwrap_or(Value {
            value: default,
            origin: Origin::Default,
        })
    }
}

impl<T> Value<Option<T>> {
    fn optional(given: Option<Value<T>>) -> Value<Option<T>> {
        match given {
            Some(Value { value, origin }) => Value {
                value: Some(value),
                origin,
            },
            None => Value {
                value: None,
                origin: Origin::Default,
            },
        }
    }
}

impl Value<Option<SecretString>> {
    /// Takes a password that was saved, where none was set before.
    fn take_saved(&mut self, password: Option<&SecretString>, origin: Origin) {
        if self.value.is_none() && origin == Origin::File {
            *self = Value {
                value: password.cloned(),
                origin,
            };
        }
    }
}

impl<T: PartialEq> Value<T> {
    /// Takes another value from elsewhere. The same value stays where it came from.
    fn replace(&mut self, value: T, origin: Origin) {
        if self.value != value {
            *self = Value { value, origin };
        }
    }
}

/// Why the settings cannot be followed.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// No home folder.
    #[error("there is no home folder: name the files with --config and --contacts")]
    NoHome,
    /// The file cannot be read.
    #[error("{path}: {error}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file holds something that is not understood. It is left as it is.
    #[error("{path}, line {line}: {reason}")]
    Invalid {
        /// Which.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A variable of the environment is not understood.
    #[error("{name}: {reason}")]
    Variable {
        /// Which.
        name: String,
        /// What is wrong.
        reason: ValueError,
    },
    /// The settings file that an option or a variable names does not exist.
    #[error(
        "there is no settings file {0}: check --config and WHOSIN_CONFIG, or make it by 'whosin config edit'"
    )]
    Missing(PathBuf),
    /// The server that an option names is none.
    #[error(transparent)]
    Server(#[from] EndpointError),
    /// A password in a file that others can read.
    #[error(
        "{0} holds a password and others can read it: run chmod 600 on it. Where git writes the file, \
         which undoes that, set a command that prints the password instead"
    )]
    OpenPassword(PathBuf),
    /// The command that should print the password of this key did not.
    #[error("{0}_command failed: {1}")]
    PasswordCommand(&'static str, String),
    /// A profile that is to be joined does not exist.
    #[error(
        "there is no profile {profile} to join: 'whosin --profile {profile}' makes it, 'whosin config \
         profiles' lists all{near}"
    )]
    NoProfile {
        /// Which.
        profile: Profile,
        /// Which one may be meant.
        near: String,
    },
    /// A board would join its own profile.
    #[error("profile {0} is this board's own, with that very file: leave it out of 'with'")]
    JoinsItself(Profile),
    /// A profile would be joined twice.
    #[error("profile {0} is joined twice: name it once in 'with'")]
    JoinedTwice(Profile),
    /// It cannot be saved.
    #[error("{path} cannot be written: {error}")]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl Settings {
    /// The settings file: the one that is named, else the usual one.
    ///
    /// # Errors
    /// [`SettingsError::NoHome`] where none is named and there is no home folder.
    pub fn file(set_up: &SetUp) -> Result<PathBuf, SettingsError> {
        let folders = Folders::of_platform(set_up.profile.as_ref());
        folders.config(set_up.config.as_deref(), "config.toml")
    }

    /// The profiles that there are, by name.
    pub fn profiles() -> Vec<Profile> {
        Folders::of_platform(None).profiles()
    }

    /// Reads variables and file below these options. A file that is not there is empty.
    ///
    /// # Errors
    /// [`SettingsError`] with the variable, or file and line.
    pub fn load(options: &Layer, set_up: &SetUp) -> Result<Settings, SettingsError> {
        let variables = Layer::of_variables(|name| std::env::var(name).ok())?;
        Settings::layered(options, variables, set_up)
    }

    /// Reads the file below these options and variables.
    fn layered(
        options: &Layer,
        mut variables: Layer,
        set_up: &SetUp,
    ) -> Result<Settings, SettingsError> {
        if let Some(Servers(Err(error))) = &options.server {
            return Err(error.clone().into());
        }
        let folders = Folders::of_platform(set_up.profile.as_ref());
        let config = set_up.config.as_deref();
        let config = Value {
            value: folders.config(config, "config.toml")?,
            origin: set_up.origin,
        };
        let stamp = Stamp::of(&config.value);
        let mut file = Layer::of_file(&config.value)?;
        if options.names_trust() {
            variables.forget_trust();
        }
        if options.names_trust() || variables.names_trust() {
            file.forget_trust();
        }
        let layers = [options, &variables, &file];
        let contacts = layers.iter().find_map(|layer| layer.contacts.as_deref());
        let contacts = folders.config(contacts, "contacts.toml")?;
        let places = folders.places(config, stamp, contacts);
        let mut settings = Settings::merge(options.clone(), variables, file, places);
        let contacts = &settings.places.contacts;
        settings
            .contacts
            .value
            .get_or_insert_with(|| contacts.clone());
        Ok(settings)
    }

    /// The nodes to sign in at, where they are set.
    pub fn nodes(&self) -> Option<&Nodes<Pws>> {
        self.server.value.as_ref()?.0.as_ref().ok()
    }

    /// Whose certificate is accepted.
    pub fn trust(&self) -> Trust {
        match (self.insecure.value, &self.pin.value, &self.ca_file.value) {
            (Some(true), ..) => Trust::Anyone,
            (_, Some(pins), _) => Trust::Pins(pins.clone()),
            (.., Some(path)) => Trust::CaFile(path.clone()),
            _ => Trust::Platform,
        }
    }

    /// Whose certificate is accepted of the directory: it shows another one than the presence
    /// server, so that the options for that one say nothing here.
    pub fn directory_trust(&self) -> Trust {
        match (&self.directory_pin.value, &self.directory_ca_file.value) {
            (Some(pins), _) => Trust::Pins(pins.clone()),
            (None, Some(path)) => Trust::CaFile(path.clone()),
            (None, None) => Trust::Platform,
        }
    }

    /// Searches that directory and no other, whatever is set.
    pub fn set_directory(&mut self, endpoint: directory::Endpoint) {
        let nodes = Nodes {
            primary: endpoint,
            others: Vec::new(),
        };
        self.directory.replace(Some(nodes), Origin::Default);
    }

    /// Who signs in at the directory, where it wants that and a password is set: by default the
    /// end user.
    pub fn directory_credentials(&self) -> Option<Credentials> {
        let user = self.directory_user.value.as_ref();
        let user = user.or(self.user.value.as_ref())?.clone();
        let password = self.directory_password.value.clone()?;
        Some(Credentials { user, password })
    }

    /// What other programs do with a contact: nothing where that is not allowed.
    pub fn contact_actions(&self) -> ContactActions {
        if self.allow_actions.value {
            self.action.value.clone()
        } else {
            ContactActions::none()
        }
    }

    /// What runs by itself when a state changes: nothing where that is not allowed.
    pub fn hooks(&self) -> Hooks {
        if self.allow_actions.value {
            Hooks {
                on_change: self.on_change.value.clone(),
                on_free: self.on_free.value.clone(),
            }
        } else {
            Hooks::default()
        }
    }

    /// With what watches can ring: nothing but bells where other programs are not allowed.
    pub fn rings(&self) -> Rings {
        if self.allow_actions.value {
            self.ring.value.clone()
        } else {
            Rings::default()
        }
    }

    /// Takes over the broker that was typed into the sign-in form.
    pub fn take_typed_broker(
        &mut self,
        config: &broker::Config,
        domain: Option<String>,
        origin: Origin,
    ) {
        self.from.replace(Some(config.place.clone()), origin);
        self.broker_password
            .take_saved(config.password.as_ref(), origin);
        self.take_typed_trust(&config.trust, domain, origin);
    }

    /// Takes over the server that was typed into the sign-in form.
    pub fn take_typed(&mut self, config: &feed::Config, domain: Option<String>, origin: Origin) {
        let nodes = Nodes {
            primary: config.endpoint.clone(),
            others: self
                .nodes()
                .map_or_else(Vec::new, |nodes| nodes.others.clone()),
        };
        let credentials = &config.credentials;
        self.server.replace(Some(Servers(Ok(nodes))), origin);
        self.app_user
            .replace(Some(credentials.app_user.clone()), origin);
        self.user.replace(Some(credentials.user.clone()), origin);
        self.app_password
            .take_saved(Some(&credentials.password), origin);
        self.take_typed_trust(&config.trust, domain, origin);
    }

    fn take_typed_trust(&mut self, trust: &Trust, domain: Option<String>, origin: Origin) {
        self.domain.replace(domain, origin);
        if let Trust::Pins(pins) = trust {
            self.pin.replace(Some(pins.clone()), origin);
        }
    }
}

impl Layer {
    fn names_trust(&self) -> bool {
        self.insecure.is_some() || self.pin.is_some() || self.ca_file.is_some()
    }

    /// Any trust option or variable overrides all trust keys of the file: else `--ca-file` would
    /// not count beside a `pin` there.
    fn forget_trust(&mut self) {
        self.insecure = None;
        self.pin = None;
        self.ca_file = None;
    }
}
