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
use toml::Value as Toml;

use super::places::Places;
use super::values::{Callback, InFlight, Kind, LogLevel, Nodes, Servers, Time};
use super::{Profile, SettingsError, Value};
use crate::board::{Order, Origin, Setting, Tab, View};
use crate::broker::Place;
use crate::calling::{ContactActions, Hook, Rings};
use crate::directory::{Scheme, Uds};
use crate::feed::Delivery;
use crate::http::Fingerprint;
use crate::presence::IconSet;
use crate::pws::SoapVersion;
use crate::sys::console;
use crate::tui::{Hours, Keys, ThemeName};

/// Takes the list of all settings: first those that are options, too, then those that only the file
/// and the environment have. Each is written `KEY: KIND = DEFAULT;` below the words that describe it.
/// Without a default it may be left unset. As an option, a kind that is a `Vec` may be given several
/// times.
macro_rules! settings {
    (
        options {$(
            $(#[doc = $option_about:literal])+
            $option:ident: $option_kind:ty $(= $option_default:expr)?;
        )*}
        file {$(
            $(#[doc = $file_about:literal])+
            $file:ident: $file_kind:ty $(= $file_default:expr)?;
        )*}
    ) => {
        /// The settings of one place: the command line, the environment, or the file. `None`: not set.
        #[derive(Clone, Debug, Default, Args)]
        #[command(next_help_heading = "Global options")]
        pub struct Layer {
            $(
                $(#[doc = $option_about])+
                #[arg(
                    long,
                    global = true,
                    value_name = <$option_kind as Kind>::NAME,
                    value_parser = <$option_kind as Kind>::parser(),
                    num_args = usize::from(!<$option_kind as Kind>::NAME.is_empty()),
                    default_missing_value = "true",
                    help = help(
                        concat!($($option_about),+),
                        settings!(@shown $($option_default)?),
                        stringify!($option),
                    ),
                )]
                pub $option: Option<$option_kind>,
            )*
            $(
                $(#[doc = $file_about])+
                #[arg(skip)]
                pub $file: Option<$file_kind>,
            )*
        }

        impl Layer {
            /// The keys of all settings, in the order of the list.
            pub const KEYS: &[&str] = &[
                $(stringify!($option),)*
                $(stringify!($file),)*
            ];

            /// Takes the values of all settings from what `take` finds at a key.
            pub(super) fn of<T: Take>(mut take: T) -> Result<Layer, T::Error> {
                Ok(Layer {
                    $($option: take.take(stringify!($option))?,)*
                    $($file: take.take(stringify!($file))?,)*
                })
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
                settings!(
                    @merge options variables file places
                    $($option $(, $option_default)?;)*
                    $($file $(, $file_default)?;)*
                )
            }

            /// A line of the settings view for each, in the order of the list.
            pub(super) fn lines(&self) -> Vec<Setting> {
                vec![
                    $(settings!(
                        @line self $option: $option_kind $(= $option_default)?, $($option_about)+
                    ),)*
                    $(settings!(
                        @line self $file: $file_kind $(= $file_default)?, $($file_about)+
                    ),)*
                ]
            }
        }

        /// Each setting as a file may write it.
        pub(super) fn examples() -> Vec<Example> {
            vec![
                $(settings!(
                    @example $option: $option_kind $(= $option_default)?, $($option_about)+
                ),)*
                $(settings!(
                    @example $file: $file_kind $(= $file_default)?, $($file_about)+
                ),)*
            ]
        }
    };
    (@kind $kind:ty) => { Option<$kind> };
    (@kind $kind:ty, $default:expr) => { $kind };
    (
        @merge $options:ident $variables:ident $file:ident $places:ident
        $($key:ident $(, $default:expr)?;)*
    ) => {
        Settings {
            $($key: settings!(
                @value
                Value::first([
                    ($options.$key, Origin::Option),
                    ($variables.$key, Origin::Variable(stringify!($key))),
                    ($file.$key, Origin::File),
                ])
                $(, $default)?
            ),)*
            places: $places,
        }
    };
    (@value $given:expr) => { Value::optional($given) };
    (@value $given:expr, $default:expr) => { Value::or_default($given, $default) };
    (@shown) => { String::new() };
    (@shown $default:expr) => { Kind::shown(&$default) };
    (@line $settings:ident $key:ident: $kind:ty, $($about:literal)+) => {
        line(
            stringify!($key),
            concat!($($about),+),
            $settings.$key.value.as_ref().map_or_else(|| "not set".into(), Kind::shown),
            $settings.$key.origin,
        )
    };
    (@line $settings:ident $key:ident: $kind:ty = $default:expr, $($about:literal)+) => {
        line(
            stringify!($key),
            concat!($($about),+),
            $settings.$key.value.shown(),
            $settings.$key.origin,
        )
    };
    (@example $key:ident: $kind:ty $(= $default:expr)?, $($about:literal)+) => {
        Example {
            key: stringify!($key),
            about: &[$($about),+],
            default: settings!(@written $($default)?),
            example: <$kind as Kind>::EXAMPLE,
        }
    };
    (@written) => { None };
    (@written $default:expr) => { Some(Kind::written(&$default)) };
}

/// A setting as a file may write it.
pub(super) struct Example {
    /// Its key.
    pub key: &'static str,
    /// What it is for, line by line.
    pub about: &'static [&'static str],
    /// Its default, where it has one.
    pub default: Option<String>,
    /// Some value.
    pub example: &'static str,
}

/// Where the values of a layer are taken from.
pub(super) trait Take {
    /// Why a value cannot be read.
    type Error;

    /// The value at a key, if there is one.
    fn take<T: Kind>(&mut self, key: &'static str) -> Result<Option<T>, Self::Error>;
}

/// The help of an option.
fn help(about: &'static str, default: String, key: &'static str) -> String {
    let mut text = about.trim_start().to_string();
    let variable = Origin::Variable(key).place();
    for (name, value) in [("default", &default), ("env", &variable)] {
        if !value.is_empty() {
            text.push_str(&format!(" [{name}: {value}]"));
        }
    }
    text
}

/// The environment.
struct Variables<F>(F);

impl<F: Fn(&str) -> Option<String>> Take for Variables<F> {
    type Error = SettingsError;

    fn take<T: Kind>(&mut self, key: &'static str) -> Result<Option<T>, SettingsError> {
        let name = Origin::Variable(key).place();
        let text = (self.0)(&name).filter(|text| !text.is_empty());
        let read = text.map(|text| T::of_file(&Toml::String(text))).transpose();
        read.map_err(|reason| SettingsError::Variable { name, reason })
    }
}

impl Layer {
    /// The layer of the environment. An empty variable counts as unset.
    ///
    /// # Errors
    /// [`SettingsError::Variable`] where a value cannot be read.
    pub fn of_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Layer, SettingsError> {
        Layer::of(Variables(variable))
    }
}

fn line(key: &'static str, about: &'static str, value: String, origin: Origin) -> Setting {
    Setting {
        name: key,
        value,
        origin,
        about: about.trim_start(),
        choices: Vec::new(),
    }
}

/// The glyphs that the terminal can draw.
fn default_icons() -> IconSet {
    if console::has_symbols() {
        IconSet::Unicode
    } else {
        IconSet::Ascii
    }
}

settings! {
    options {
        /// Where to sign in: host, host:port or URL (https and port 8083 by default); several
        /// with commas between, the primary first
        server: Servers;
        /// Take presence from what whosin publish publishes there, instead of the server:
        /// mqtts://USER@BROKER/PREFIX
        from: Place;
        /// The application user, which the administrator made
        app_user: String;
        /// The end user: whose view of presence it is
        user: String;
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
        pin: Vec<Fingerprint>;
        /// Trust any certificate; the board says so, always
        insecure: bool;
        /// How much is written into the log file: off, error, warn, info, debug or trace
        log_level: LogLevel = LogLevel::INFO;
        /// The contacts file
        contacts: PathBuf;
        /// Show the contacts of this profile, too, as its own server knows them; may be given several
        /// times
        with: Vec<Profile>;
        /// The colours: auto goes by the terminal's background; dark, light, high-contrast, or a
        /// file of the folder themes beside the settings
        theme: ThemeName = ThemeName::default();
        /// The glyphs: unicode is in every font, nerd needs a patched one, ascii is letters
        icons: IconSet = default_icons();
        /// Show the board on a wall: it is only looked at, turns its pages by itself, shows the
        /// time, and signs in again after a refusal
        wall: bool = false;
    }
    file {
        /// How the contacts are laid out at the start; v changes it for a while [default: by width]
        view: View;
        /// How the contacts of a group are sorted at the start; s changes it for a while
        sort: Order = Order::Name;
        /// Whether those who are offline are hidden at the start; o changes it for a while
        hide_offline: bool = false;
        /// Whether letters and digits start a search; commands take alt then, such as alt-a
        type_to_find: bool = false;
        /// When a board on a wall is dim
        wall_dim: Hours;
        /// Whether the mouse is the board's at the start; m changes it for a while [default: outside
        /// tmux]
        mouse: bool;
        /// How long a watched contact must stay free before it rings
        free_for: Time = Time::FIVE_SECONDS;
        /// Whether today's states are kept for the next run, in a file for you alone
        history: bool = false;
        /// The application user's password, only in a file that nobody else can read
        app_password: SecretString;
        /// A command that prints the application user's password, such as: pass show cup
        app_password_command: SecretString;
        /// The password for the broker of the shared feed, only in a file that nobody else can read
        broker_password: SecretString;
        /// A command that prints the password for the broker of the shared feed
        broker_password_command: SecretString;
        /// Where people are found by name: a node of the call manager, or several with commas
        /// between; without it, the nodes that DNS names for the domain (_cisco-uds._tcp)
        directory: Nodes<Uds>;
        /// Trust exactly the certificate with this fingerprint for the directory, or these
        directory_pin: Vec<Fingerprint>;
        /// Trust the certificates in this PEM file for the directory
        directory_ca_file: PathBuf;
        /// What addresses are made of: user is the user id with the domain, uri the directory URI
        directory_address: Scheme;
        /// Who signs in at the directory where it wants that [default: the end user]
        directory_user: String;
        /// The password for that, only in a file that nobody else can read
        directory_password: SecretString;
        /// Whether other programs may be run for a contact, to call or to write
        allow_actions: bool = true;
        /// What other programs do with a contact: c calls, x lists all
        action: ContactActions = ContactActions::default();
        /// What runs by itself when somebody's state changes: the program and its arguments
        on_change: Hook;
        /// The same when somebody becomes available
        on_free: Hook;
        /// With what the watch on a contact rings that names one of these
        ring: Rings = Rings::default();
        /// Several boards in one: saved searches, with a digit each
        board: Vec<Tab> = Vec::<Tab>::new();
        /// Which keys do what: the help (?) lists all
        keys: Keys = Keys::default();
    }
}
