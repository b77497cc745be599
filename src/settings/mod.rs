//! What the user has set: options before variables before the settings file before defaults; where
//! files lie; where the password comes from.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use directories::ProjectDirs;
use secrecy::SecretString;
use thiserror::Error;
use tracing::level_filters::LevelFilter;

use crate::board::{Order, Origin, View};
use crate::cli::{self, Options};
use crate::feed::{Config, Delivery};
use crate::presence::IconSet;
use crate::pws::{Endpoint, EndpointError, FingerprintError, SoapVersion, Trust};
use crate::tui::{Background, Depth, Keys, KeysError, ThemeName, ThemeNameError, Themes};

mod file;
mod saving;
mod shown;

pub use saving::{save_choice, save_sign_in};

use file::{File, OneOrMore, Time, read_file};
use shown::Origins;

/// How long `app_password_command` may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything that was set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The node to sign in at.
    pub server: Option<Endpoint>,
    /// Nodes to sign in at while that one is gone, in this order.
    pub other_servers: Vec<Endpoint>,
    /// The application user.
    pub app_user: Option<String>,
    /// The end user.
    pub user: Option<String>,
    /// Added to a contact that is typed without a domain.
    pub domain: Option<String>,
    /// How often each contact is asked for.
    pub interval: Duration,
    /// Whether the server tells of changes or is asked for them.
    pub delivery: Delivery,
    /// Where to listen for the server's calls.
    pub listen: Option<SocketAddr>,
    /// How the server reaches that.
    pub callback: Option<String>,
    /// How many requests may be under way at once, 1 to 8.
    pub in_flight: usize,
    /// In which version of SOAP.
    pub soap: SoapVersion,
    /// Whose certificate is accepted.
    pub trust: Trust,
    /// Which glyphs are drawn.
    pub icons: IconSet,
    /// The colours.
    pub theme: ThemeName,
    /// Which key does what.
    pub keys: Keys,
    /// Whether the mouse is the board's at start; `None`: outside tmux.
    pub mouse: Option<bool>,
    /// How the contacts are laid out at the start; `None`: the width decides.
    pub view: Option<View>,
    /// By what they are sorted at the start.
    pub order: Order,
    /// Whether those who are offline are hidden at the start.
    pub hide_offline: bool,
    /// How long a watched contact must stay free before it rings.
    pub free_for: Duration,
    /// Where the contacts are.
    pub contacts_file: PathBuf,
    /// Where these settings are.
    pub config_file: PathBuf,
    /// Where the session is shared; `None` where there is no home.
    pub session_folder: Option<PathBuf>,
    /// Where boards leave what they know; `None` where there is no home.
    pub last_seen_file: Option<PathBuf>,
    /// Whether the states of the day are kept for the next run.
    pub history: bool,
    /// Where that is; `None` where there is no home.
    pub history_file: Option<PathBuf>,
    /// How much is written into the log.
    pub log_level: LevelFilter,
    /// Where the log is; `None` where there is no home.
    pub log_file: Option<PathBuf>,
    origins: Origins,
    password: Option<SecretString>,
    password_from_environment: bool,
    password_command: Option<String>,
}

/// Why the settings cannot be followed.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// No home folder.
    #[error("there is no home folder: say where with --config and --contacts")]
    NoHome,
    /// The file cannot be read.
    #[error("{path}: {error}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file says something that is not understood. It is left as it is.
    #[error("{path}, line {line}: {reason}")]
    Invalid {
        /// Which.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A value that cannot be.
    #[error("{0}")]
    Value(String),
    /// A password in a file that others can read.
    #[error("{0} holds app_password and others can read it: run chmod 600 on it")]
    OpenPassword(PathBuf),
    /// The command that should print the password did not.
    #[error("app_password_command failed: {0}")]
    PasswordCommand(String),
    /// It cannot be saved.
    #[error("{path} cannot be written: {error}")]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

macro_rules! value_error {
    ($($error:ty),*) => {$(
        impl From<$error> for SettingsError {
            fn from(error: $error) -> SettingsError {
                SettingsError::Value(error.to_string())
            }
        }
    )*};
}

value_error!(EndpointError, FingerprintError, KeysError, ThemeNameError);

impl Settings {
    /// Reads the settings. A file that is not there is empty.
    ///
    /// # Errors
    /// [`SettingsError`] with file and line.
    pub fn load(options: &Options) -> Result<Settings, SettingsError> {
        let folders = ProjectDirs::from("", "", "whosin");
        let folder = folders.as_ref().map(ProjectDirs::config_dir);
        let place = |given: Option<&PathBuf>, name: &str| match (given, folder) {
            (Some(given), _) => Ok(given.clone()),
            (None, Some(folder)) => Ok(folder.join(name)),
            (None, None) => Err(SettingsError::NoHome),
        };
        let config_file = place(options.config.as_ref(), "config.toml")?;
        let file = read_file(&config_file)?;
        let contacts = options
            .contacts
            .as_ref()
            .map(PathBuf::from)
            .or(file.contacts.clone());
        let contacts_file = place(contacts.as_ref(), "contacts.toml")?;
        let mut settings = Settings::resolve(options, file, config_file, contacts_file)?;
        settings.session_folder = folders.as_ref().map(|folders| {
            let folder = folders.runtime_dir().unwrap_or(folders.cache_dir());
            folder.to_path_buf()
        });
        settings.last_seen_file = folders
            .as_ref()
            .map(|folders| folders.cache_dir().join("last-seen.json"));
        let state = |name: &str| {
            let folders = folders.as_ref()?;
            let folder = folders.state_dir().unwrap_or(folders.data_dir());
            Some(folder.join(name))
        };
        settings.log_file = state("whosin.log");
        settings.history_file = state("history.jsonl");
        if let Some(password) = std::env::var("WHOSIN_APP_PASSWORD")
            .ok()
            .filter(|text| !text.is_empty())
        {
            settings.password = Some(SecretString::from(password));
            settings.password_command = None;
            settings.password_from_environment = true;
            let variable = Origin::Variable("WHOSIN_APP_PASSWORD");
            settings.origins.set("app_password", variable);
        }
        Ok(settings)
    }

    fn resolve(
        options: &Options,
        file: File,
        config_file: PathBuf,
        contacts_file: PathBuf,
    ) -> Result<Settings, SettingsError> {
        let origins = Origins::of(options, &file);
        let servers = match (&options.server, file.server) {
            (Some(text), _) => servers(text)?,
            (None, Some(OneOrMore::One(text))) => servers(&text)?,
            (None, Some(OneOrMore::More(all))) => servers(&all.join(","))?,
            (None, None) => Vec::new(),
        };
        let mut servers = servers.into_iter();
        let in_flight = options.in_flight.or(file.in_flight);
        let soap = match (options.soap, &file.soap) {
            (Some(soap), _) => soap,
            (None, Some(text)) => cli::soap_version(text).map_err(SettingsError::Value)?,
            (None, None) => SoapVersion::default(),
        };
        let pinned = file.pin.as_deref().map(str::parse).transpose()?;
        // What is said on the command line is meant: the file's word on trust then does not count.
        let trust = match (options.insecure, options.pin, &options.ca_file) {
            (true, ..) => Trust::Anyone,
            (_, Some(pin), _) => Trust::Pin(pin),
            (.., Some(path)) => Trust::CaFile(path.clone()),
            _ => match (file.insecure, pinned, file.ca_file) {
                (Some(true), ..) => Trust::Anyone,
                (_, Some(pin), _) => Trust::Pin(pin),
                (.., Some(path)) => Trust::CaFile(path),
                _ => Trust::Platform,
            },
        };
        let theme = match (&options.theme, &file.theme) {
            (Some(theme), _) => theme.clone(),
            (None, Some(name)) => name.parse()?,
            (None, None) => ThemeName::default(),
        };
        let keys = file.keys.into_iter().map(|(name, keys)| match keys {
            OneOrMore::One(key) => (name, vec![key]),
            OneOrMore::More(keys) => (name, keys),
        });
        let time =
            |option: Option<Duration>, file: &Option<Time>, default: u64| match (option, file) {
                (Some(time), _) => Ok(time),
                (None, Some(time)) => time.read(),
                (None, None) => Ok(Duration::from_secs(default)),
            };
        Ok(Settings {
            server: servers.next(),
            other_servers: servers.collect(),
            app_user: options.app_user.clone().or(file.app_user),
            user: options.user.clone().or(file.user),
            domain: options.domain.clone().or(file.domain),
            interval: time(options.interval, &file.interval, 5)?,
            delivery: match (options.mode, &file.mode) {
                (Some(delivery), _) => delivery,
                (None, Some(name)) => clap::ValueEnum::from_str(name, true).map_err(|_| {
                    SettingsError::Value(format!("'{name}' is not a mode: auto, poll or notify"))
                })?,
                (None, None) => Delivery::default(),
            },
            listen: options.listen.or(file.listen),
            callback: match (&options.callback, &file.callback) {
                (Some(url), _) => Some(url.clone()),
                (None, Some(url)) => Some(cli::callback(url).map_err(SettingsError::Value)?),
                (None, None) => None,
            },
            in_flight: match in_flight {
                None => Config::IN_FLIGHT,
                Some(number) => {
                    cli::in_flight(&number.to_string()).map_err(SettingsError::Value)?
                }
            },
            soap,
            trust,
            icons: options.icons.or(file.icons).unwrap_or_default(),
            theme,
            keys: Keys::with(&keys.collect())?,
            mouse: file.mouse,
            view: named(
                file.view.as_deref(),
                View::named,
                "a view: tiles, list or compact",
            )?,
            order: named(
                file.sort.as_deref(),
                Order::named,
                "an order: name, state or change",
            )?
            .unwrap_or_default(),
            hide_offline: file.hide_offline.unwrap_or(false),
            free_for: time(None, &file.free_for, 5)?,
            contacts_file,
            config_file,
            session_folder: None,
            last_seen_file: None,
            history: file.history.unwrap_or(false),
            history_file: None,
            log_file: None,
            log_level: match (options.log_level, &file.log_level) {
                (Some(level), _) => level,
                (None, Some(text)) => cli::log_level(text).map_err(SettingsError::Value)?,
                (None, None) => LevelFilter::INFO,
            },
            origins,
            password: file.app_password,
            password_from_environment: false,
            password_command: file.app_password_command,
        })
    }

    /// The themes that there are, and the chosen one, for a terminal of so many colours.
    ///
    /// # Errors
    /// [`SettingsError::Value`] where there is none of the chosen name.
    pub fn themes(&self, depth: Depth) -> Result<Themes, SettingsError> {
        let folder = self.config_file.with_file_name("themes");
        let background = Background::of_environment(|name| std::env::var(name).ok());
        let themes = Themes::new(&folder, self.theme.clone(), background, depth);
        if themes.has(&self.theme) {
            return Ok(themes);
        }
        Err(SettingsError::Value(format!(
            "there is no theme '{}': choose {}, or write {}",
            self.theme,
            themes.names().join(", "),
            folder.join(format!("{}.toml", self.theme)).display(),
        )))
    }

    /// Takes over what was typed into the sign-in form.
    pub fn take_typed(&mut self, config: &Config, domain: Option<String>, saved: bool) {
        let origin = if saved { Origin::File } else { Origin::Form };
        let mut take = |name, changed: bool| {
            if changed {
                self.origins.set(name, origin);
            }
        };
        let credentials = &config.credentials;
        take("server", self.server.as_ref() != Some(&config.endpoint));
        take(
            "app_user",
            self.app_user.as_ref() != Some(&credentials.app_user),
        );
        take("user", self.user.as_ref() != Some(&credentials.user));
        take("domain", self.domain != domain);
        take("trust", self.trust != config.trust);
        self.server = Some(config.endpoint.clone());
        self.app_user = Some(credentials.app_user.clone());
        self.user = Some(credentials.user.clone());
        self.domain = domain;
        self.trust = config.trust.clone();
    }

    /// The application user's password: from `WHOSIN_APP_PASSWORD`, from `app_password_command`,
    /// from `app_password`; `None` where it has to be asked for.
    ///
    /// # Errors
    /// [`SettingsError::PasswordCommand`] where the command fails or takes too long.
    pub async fn password(&self) -> Result<Option<SecretString>, SettingsError> {
        let Some(command) = &self.password_command else {
            return Ok(self.password.clone());
        };
        let failed = |reason: String| SettingsError::PasswordCommand(reason);
        let mut shell = tokio::process::Command::new("sh");
        shell
            .arg("-c")
            .arg(command)
            .stdin(Stdio::null())
            .env_remove("WHOSIN_APP_PASSWORD")
            .kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, shell.output())
            .await
            .map_err(|_| failed(format!("it took longer than {} s", PATIENCE.as_secs())))?
            .map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(failed(format!(
                "{} {}",
                output.status,
                crate::presence::clean(&said)
            )));
        }
        let text = String::from_utf8(output.stdout)
            .map_err(|_| failed("what it prints is not text".into()))?;
        let password = text.lines().next().unwrap_or_default();
        if password.is_empty() {
            return Err(failed("it prints nothing".into()));
        }
        Ok(Some(SecretString::from(password)))
    }
}

/// The value of this name; `None` where none is given.
fn named<T>(
    name: Option<&str>,
    read: impl Fn(&str) -> Option<T>,
    wanted: &str,
) -> Result<Option<T>, SettingsError> {
    let Some(name) = name else {
        return Ok(None);
    };
    let refused = || SettingsError::Value(format!("'{name}' is not {wanted}"));
    read(name).map(Some).ok_or_else(refused)
}

/// One server, or several with commas between: the primary first.
fn servers(text: &str) -> Result<Vec<Endpoint>, EndpointError> {
    text.split(',').map(Endpoint::parse).collect()
}
