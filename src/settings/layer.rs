//! Every setting, once: its key, the kind of its value, its default, and what it is for.
//!
//! A new setting is one line of the list at the end, and `settings.KEY.value` wherever it counts.
//! The list makes the option and its help, the key of `config.toml`, the variable, the merged
//! [`Settings`] and the line of the settings view. A kind of value that is new is written down in
//! [`super::values`].

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;
use serde::Deserialize;
use toml::{Table, Value as TomlValue};

use super::places::Places;
use super::values::{Callback, InFlight, Kind, LogLevel, Servers, Time};
use super::{SettingsError, Value};
use crate::board::{Order, Origin, Setting, View};
use crate::feed::Delivery;
use crate::presence::IconSet;
use crate::pws::{Fingerprint, SoapVersion};
use crate::sys::console;
use crate::tui::{Keys, ThemeName};

/// Takes the list of all settings: first those that are options, too, then those that only the file
/// has. Each is written `KEY: KIND = DEFAULT, variable "NAME";` below the words that say what it is
/// for. Without a default it may be left unset; without a variable the environment does not set it.
/// As an option, a kind that is a `Vec` may be given several times.
macro_rules! settings {
    (
        options {$(
            $(#[doc = $option_about:literal])+
            $(#[serde($($option_serde:tt)+)])?
            $option:ident: $option_kind:ty
                $(= $option_default:expr)? $(, variable $option_variable:literal)?;
        )*}
        file {$(
            $(#[doc = $file_about:literal])+
            $file:ident: $file_kind:ty
                $(= $file_default:expr)? $(, variable $file_variable:literal)?;
        )*}
    ) => {
        /// The settings of one place: the command line, the environment, or the file. `None`: not set.
        #[derive(Clone, Debug, Default, Args, Deserialize)]
        #[command(next_help_heading = "Global options")]
        #[serde(default, deny_unknown_fields)]
        pub struct Layer {
            $(
                $(#[doc = $option_about])+
                #[arg(
                    long,
                    global = true,
                    value_name = <$option_kind as Kind>::NAME,
                    num_args = usize::from(!<$option_kind as Kind>::NAME.is_empty()),
                    default_missing_value = "true",
                    help = help(
                        concat!($($option_about),+),
                        settings!(@shown $($option_default)?),
                        concat!("", $($option_variable)?),
                    ),
                )]
                $(#[serde($($option_serde)+)])?
                pub $option: Option<$option_kind>,
            )*
            $(
                $(#[doc = $file_about])+
                #[arg(skip)]
                pub $file: Option<$file_kind>,
            )*
        }

        impl Layer {
            /// The layer of the environment. An empty variable counts as unset.
            ///
            /// # Errors
            /// [`SettingsError::Variable`] where a value cannot be read.
            pub fn of_variables(
                variable: impl Fn(&str) -> Option<String>,
            ) -> Result<Layer, SettingsError> {
                let mut layer = Layer::default();
                let read = |key, name| Layer::of_variable(key, name, &variable);
                $($(layer.$option = read(stringify!($option), $option_variable)?.$option;)?)*
                $($(layer.$file = read(stringify!($file), $file_variable)?.$file;)?)*
                Ok(layer)
            }
        }

        /// All settings: each by the first layer that sets it, else its default.
        #[derive(Clone, Debug)]
        pub struct Settings {
            $(
                $(#[doc = $option_about])+
                pub $option: Value<settings!(@kind $option_kind $(, $option_default)?)>,
            )*
            $(
                $(#[doc = $file_about])+
                pub $file: Value<settings!(@kind $file_kind $(, $file_default)?)>,
            )*
            /// Where the files are that whosin reads and writes.
            pub places: Places,
        }

        impl Settings {
            /// Options count before variables before the file before defaults.
            pub(super) fn merge(
                options: Layer,
                variables: Layer,
                file: Layer,
                places: Places,
            ) -> Settings {
                Settings {
                    $($option: settings!(
                        @value
                        Value::first([
                            (options.$option, Origin::Option),
                            (
                                variables.$option,
                                Origin::Variable(concat!("", $($option_variable)?)),
                            ),
                            (file.$option, Origin::File),
                        ])
                        $(, $option_default)?
                    ),)*
                    $($file: settings!(
                        @value
                        Value::first([
                            (options.$file, Origin::Option),
                            (
                                variables.$file,
                                Origin::Variable(concat!("", $($file_variable)?)),
                            ),
                            (file.$file, Origin::File),
                        ])
                        $(, $file_default)?
                    ),)*
                    places,
                }
            }

            /// A line of the settings view for each, in the order of the list.
            pub(super) fn lines(&self) -> Vec<Setting> {
                vec![
                    $(line(stringify!($option), concat!($($option_about),+), &self.$option),)*
                    $(line(stringify!($file), concat!($($file_about),+), &self.$file),)*
                ]
            }
        }
    };
    (@kind $kind:ty) => { Option<$kind> };
    (@kind $kind:ty, $default:expr) => { $kind };
    (@value $given:expr) => { Value::optional($given) };
    (@value $given:expr, $default:expr) => { Value::or_default($given, $default) };
    (@shown) => { String::new() };
    (@shown $default:expr) => { Kind::shown(&$default) };
}

/// The glyphs that the terminal can draw.
fn default_icons() -> IconSet {
    if console::has_symbols() {
        IconSet::Unicode
    } else {
        IconSet::Ascii
    }
}

/// The help of an option.
fn help(about: &'static str, default: String, variable: &str) -> String {
    let mut text = about.trim_start().to_string();
    for (name, value) in [("default", default.as_str()), ("env", variable)] {
        if !value.is_empty() {
            text.push_str(&format!(" [{name}: {value}]"));
        }
    }
    text
}

impl Layer {
    /// What one variable says, read as the file would be with its text at this key.
    fn of_variable(
        key: &str,
        name: &'static str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Layer, SettingsError> {
        let text = variable(name).filter(|text| !text.is_empty());
        let said = text.map(|text| (key.to_string(), TomlValue::String(text)));
        let refused = |error: toml::de::Error| SettingsError::Variable {
            name,
            reason: error.message().to_string(),
        };
        Table::from_iter(said).try_into().map_err(refused)
    }
}

fn line<T: Kind>(key: &'static str, about: &'static str, value: &Value<T>) -> Setting {
    Setting {
        name: key,
        value: value.value.shown(),
        origin: value.origin,
        about: about.trim_start(),
        choices: Vec::new(),
    }
}

settings! {
    options {
        /// Where to sign in: host, host:port or URL (https and port 8083 by default); several
        /// with commas between, the primary first
        server: Servers, variable "WHOSIN_SERVER";
        /// The application user, which the administrator made
        app_user: String, variable "WHOSIN_APP_USER";
        /// The end user: whose view of presence it is
        user: String, variable "WHOSIN_USER";
        /// Added to a contact that is typed without a domain
        domain: String;
        /// How often each contact is polled, such as 5 or 10s, while the server sends no
        /// notifications
        interval: Time = Time::FIVE_SECONDS;
        /// How many requests may be under way at once, 1 to 8
        in_flight: InFlight = InFlight::DEFAULT;
        /// How presence comes: by notifications of the server, by polling, or by whichever works
        mode: Delivery = Delivery::Auto;
        /// Where to listen for notifications of the server [default: the address from which the
        /// server is reached]
        listen: SocketAddr;
        /// How the server reaches that, where it is by another address: http://HOST:PORT
        callback: Callback;
        /// The version of SOAP that requests are written in
        soap: SoapVersion = SoapVersion::V1_1;
        /// Trust the certificates in this PEM file
        ca_file: PathBuf;
        /// Trust exactly the certificate with this fingerprint; may be given several times
        #[serde(deserialize_with = "super::values::fingerprints")]
        pin: Vec<Fingerprint>, variable "WHOSIN_PIN";
        /// Trust any certificate; the board says so, always
        insecure: bool;
        /// How much is written into the log file: off, error, warn, info, debug or trace
        log_level: LogLevel = LogLevel::INFO;
        /// The contacts file
        contacts: PathBuf;
        /// The colours: auto goes by the terminal's background; dark, light, high-contrast, or a
        /// file of the folder themes beside the settings
        theme: ThemeName = ThemeName::default();
        /// The glyphs: unicode is in every font, nerd needs a patched one, ascii is letters
        icons: IconSet = default_icons();
    }
    file {
        /// How the contacts are laid out at the start; v changes it for a while
        view: View;
        /// How the contacts of a group are sorted at the start; s changes it for a while
        sort: Order = Order::Name;
        /// Whether those who are offline are hidden at the start; o changes it for a while
        hide_offline: bool = false;
        /// Whether the mouse is the board's at the start; m changes it for a while
        mouse: bool;
        /// How long a watched contact must stay free before it rings
        free_for: Time = Time::FIVE_SECONDS;
        /// Whether today's states are kept for the next run, in a file for you alone
        history: bool = false;
        /// The application user's password, only in a file that nobody else can read
        app_password: SecretString, variable "WHOSIN_APP_PASSWORD";
        /// A command that prints the application user's password, such as: pass show cup
        app_password_command: SecretString;
        /// Which keys do what: the help (?) lists all
        keys: Keys = Keys::default();
    }
}
