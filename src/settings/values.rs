//! The kinds of values that settings have. Each is read from a text, whether an option, a variable
//! or the file holds it, and shown in one way.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{OsStringValueParser, PossibleValuesParser, TypedValueParser, ValueParser};
use clap::error::ErrorKind;
use jiff::SignedDuration;
use secrecy::SecretString;
use toml::Value as Toml;
use tracing::level_filters::LevelFilter;

use super::mistake::{Part, ValueError};
use super::profile::{Profile, ProfileError};
use crate::board::{Order, View};
use crate::broker::{Place, PlaceError};
use crate::directory::{Scheme, Uds};
use crate::feed::{Config, Delivery};
use crate::file;
use crate::http::{Endpoint, EndpointError, Fingerprint, Service};
use crate::presence::IconSet;
use crate::pws::{Pws, SoapVersion};
use crate::tui::{Hours, Keys, ThemeName};

/// A kind of value.
pub trait Kind: Clone + Send + Sync + 'static {
    /// What the help calls a value of this kind. Empty: as an option it takes no value.
    const NAME: &'static str;

    /// A value as the file may write it.
    const EXAMPLE: &'static str;

    /// The names of all values, for kinds that have them.
    const NAMES: &'static [&'static str] = &[];

    /// Reads a value.
    ///
    /// # Errors
    /// [`ValueError`] with how to write it.
    fn read(text: &str) -> Result<Self, ValueError>;

    /// Reads a value of the file: a text, or what has one, such as a number. A list is its texts
    /// with commas between.
    ///
    /// # Errors
    /// [`ValueError`] with how to write it.
    fn of_file(value: &Toml) -> Result<Self, ValueError> {
        let text = text_of(value).ok_or(ValueError::Shape(Self::EXAMPLE))?;
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        Self::read(&text)
    }

    /// How an option is read.
    fn parser() -> ValueParser {
        let read = |text: &str| match text {
            "" => Err(ValueError::Empty),
            text => Self::read(text),
        };
        if Self::NAMES.is_empty() {
            ValueParser::new(read)
        } else {
            let named = PossibleValuesParser::new(Self::NAMES);
            ValueParser::new(named.try_map(move |text| read(&text)))
        }
    }

    /// Finishes a value that stands in a file of this folder: paths start there.
    fn placed(self, _folder: &Path) -> Self {
        self
    }

    /// The value as the help and the settings view show it; of a secret only that it is set.
    fn shown(&self) -> String;

    /// The value as the file writes it.
    fn written(&self) -> String {
        format!("{:?}", self.shown())
    }
}

fn text_of(value: &Toml) -> Option<String> {
    match value {
        Toml::String(text) => Some(text.clone()),
        Toml::Integer(number) => Some(number.to_string()),
        Toml::Float(number) => Some(number.to_string()),
        Toml::Boolean(switch) => Some(switch.to_string()),
        Toml::Array(values) => {
            let texts: Option<Vec<String>> = values.iter().map(text_of).collect();
            texts.map(|texts| texts.join(","))
        }
        Toml::Datetime(_) | Toml::Table(_) => None,
    }
}

/// Reads each table of a list.
///
/// # Errors
/// [`ValueError`] with the place of the table; [`ValueError::Shape`] where it is no list.
pub(super) fn each<T, C: FromIterator<T>>(
    value: &Toml,
    shape: &'static str,
    read: impl Fn(&Toml) -> Result<T, ValueError>,
) -> Result<C, ValueError> {
    let tables = value.as_array().ok_or(ValueError::Shape(shape))?;
    let read = |(place, table): (usize, &Toml)| {
        read(table).map_err(|error| error.inside(Part::Place(place)))
    };
    tables.iter().enumerate().map(read).collect()
}

/// The table that a value is, which has no other keys than these; `None` where it is no table.
///
/// # Errors
/// [`ValueError::Name`] with a key that is none of them.
pub(super) fn table_of<'a>(
    value: &'a Toml,
    keys: &'static [&'static str],
) -> Result<Option<&'a toml::Table>, ValueError> {
    let table = value.as_table();
    let mut written = table.into_iter().flat_map(|table| table.keys());
    match written.find(|key| !keys.contains(&key.as_str())) {
        Some(unknown) => {
            let error = ValueError::Name {
                text: unknown.clone(),
                names: keys,
            };
            Err(error.inside(Part::Key(unknown.clone())))
        }
        None => Ok(table),
    }
}

/// A length of time: one second to one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time(u32);

impl Time {
    const DAY: u64 = 86_400;

    /// Five seconds.
    pub const FIVE_SECONDS: Time = Time(5);

    fn of(seconds: Option<u64>, written: &str) -> Result<Time, ValueError> {
        match seconds {
            Some(seconds @ 1..=Time::DAY) => Ok(Time(seconds as u32)),
            _ => Err(ValueError::TimeRange(written.into())),
        }
    }
}

impl From<Time> for Duration {
    fn from(time: Time) -> Duration {
        Duration::from_secs(time.0.into())
    }
}

impl From<Time> for SignedDuration {
    fn from(time: Time) -> SignedDuration {
        SignedDuration::from_secs(time.0.into())
    }
}

/// `5`, `10s`, `2m`, `1h` or `1d`.
impl FromStr for Time {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Time, ValueError> {
        let error = || ValueError::Time(text.into());
        let digits = text.find(|c: char| !c.is_ascii_digit());
        let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
        let number: u64 = number.parse().map_err(|_| error())?;
        let unit = match unit.trim() {
            "" | "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => Time::DAY,
            _ => return Err(error()),
        };
        Time::of(number.checked_mul(unit), text)
    }
}

impl Kind for Time {
    const NAME: &'static str = "TIME";
    const EXAMPLE: &'static str = "\"10s\"";

    fn read(text: &str) -> Result<Time, ValueError> {
        text.parse()
    }

    fn shown(&self) -> String {
        format!("{} s", self.0)
    }

    fn written(&self) -> String {
        self.0.to_string()
    }
}

/// Reads a length of time as an option writes it.
///
/// # Errors
/// [`ValueError`] with how to write it.
pub fn duration(text: &str) -> Result<Duration, ValueError> {
    text.parse::<Time>().map(Duration::from)
}

/// How many requests may be under way at once: 1 to 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight(usize);

impl InFlight {
    /// As few as the feed takes by itself.
    pub const DEFAULT: InFlight = InFlight(Config::IN_FLIGHT);

    /// The number.
    pub fn get(self) -> usize {
        self.0
    }
}

impl Kind for InFlight {
    const NAME: &'static str = "N";
    const EXAMPLE: &'static str = "2";

    fn read(text: &str) -> Result<InFlight, ValueError> {
        match text.parse() {
            Ok(number @ 1..=8) => Ok(InFlight(number)),
            _ => Err(ValueError::InFlight(text.into())),
        }
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }

    fn written(&self) -> String {
        self.shown()
    }
}

/// One server or several, the primary first; or why they cannot be read. As an option they may be
/// any text: [`super::Settings::load`] refuses a wrong one, so that `check` and the status bar show
/// what is wrong as they show every mistake in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Servers(pub(super) Result<Nodes<Pws>, EndpointError>);

/// The nodes of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nodes<S> {
    /// The first choice.
    pub primary: Endpoint<S>,
    /// The nodes to go to while that one is gone, in this order.
    pub others: Vec<Endpoint<S>>,
}

impl<S: Service> Nodes<S> {
    /// With commas between.
    fn parse(text: &str) -> Result<Nodes<S>, EndpointError> {
        let (primary, others) = match text.split_once(',') {
            Some((primary, others)) => (primary, Some(others)),
            None => (text, None),
        };
        let primary = Endpoint::parse(primary)?;
        let others = others.into_iter().flat_map(|others| others.split(','));
        let others = others.map(Endpoint::parse).collect::<Result<_, _>>()?;
        Ok(Nodes { primary, others })
    }

    fn origins(&self) -> String {
        let all = [&self.primary].into_iter().chain(&self.others);
        all.map(Endpoint::origin).collect::<Vec<_>>().join(", ")
    }
}

impl Kind for Place {
    const NAME: &'static str = "BROKER";
    const EXAMPLE: &'static str = "\"mqtts://board@broker.example.com/whosin\"";

    fn read(text: &str) -> Result<Place, ValueError> {
        Ok(text.parse()?)
    }

    // A password that stands in it by mistake is not repeated, as clap repeats wrong values.
    fn parser() -> ValueParser {
        ValueParser::new(PlaceParser)
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

#[derive(Clone)]
struct PlaceParser;

impl TypedValueParser for PlaceParser {
    type Value = Place;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Place, clap::Error> {
        let place: Result<Place, PlaceError> = value.to_string_lossy().parse();
        place.map_err(|error| {
            let option = argument.map(ToString::to_string).unwrap_or_default();
            let words = format!("{option}: {error}\n");
            clap::Error::raw(ErrorKind::ValueValidation, words).with_cmd(command)
        })
    }
}

impl Kind for Nodes<Uds> {
    const NAME: &'static str = "SERVER";
    const EXAMPLE: &'static str = "\"cucm.example.com\"";

    fn read(text: &str) -> Result<Nodes<Uds>, ValueError> {
        Ok(Nodes::parse(text)?)
    }

    fn shown(&self) -> String {
        self.origins()
    }
}

impl Kind for Servers {
    const NAME: &'static str = "SERVER";
    const EXAMPLE: &'static str = "\"cup.example.com\"";

    fn read(text: &str) -> Result<Servers, ValueError> {
        Ok(Servers(Nodes::parse(text)))
    }

    fn of_file(value: &Toml) -> Result<Servers, ValueError> {
        let text = text_of(value).ok_or(ValueError::Shape(Self::EXAMPLE))?;
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        Ok(Servers(Ok(Nodes::parse(&text)?)))
    }

    fn shown(&self) -> String {
        match &self.0 {
            Ok(nodes) => nodes.origins(),
            Err(error) => error.to_string(),
        }
    }
}

/// The address at which the service calls back: plain HTTP (it speaks no other), a host and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback(String);

impl Callback {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Kind for Callback {
    const NAME: &'static str = "URL";
    const EXAMPLE: &'static str = "\"http://10.1.2.3:9000\"";

    fn read(text: &str) -> Result<Callback, ValueError> {
        let url = reqwest::Url::parse(text).ok();
        match url.filter(|url| url.scheme() == "http" && url.has_host() && url.query().is_none()) {
            Some(_) => Ok(Callback(text.into())),
            None => Err(ValueError::Callback(text.into())),
        }
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

/// How much is written into the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLevel(pub LevelFilter);

impl LogLevel {
    /// Requests, trouble and what became of it.
    pub const INFO: LogLevel = LogLevel(LevelFilter::INFO);
}

/// Kinds of which each value has a name.
macro_rules! named {
    ($($kind:ty, $name:literal, $example:literal;)*) => {$(
        impl Kind for $kind {
            const NAME: &'static str = $name;
            const EXAMPLE: &'static str = $example;
            const NAMES: &'static [&'static str] = &{
                let mut names = [""; <$kind>::ALL.len()];
                let mut at = 0;
                while at < names.len() {
                    names[at] = <$kind>::ALL[at].name();
                    at += 1;
                }
                names
            };

            fn read(text: &str) -> Result<$kind, ValueError> {
                let mut all = <$kind>::ALL.into_iter();
                all.find(|value| text.eq_ignore_ascii_case(value.name()))
                    .ok_or_else(|| ValueError::Name {
                        text: text.into(),
                        names: Self::NAMES,
                    })
            }

            fn shown(&self) -> String {
                self.name().into()
            }
        }
    )*};
}

named! {
    Delivery, "MODE", "\"auto\"";
    IconSet, "ICONS", "\"unicode\"";
    Order, "ORDER", "\"name\"";
    Scheme, "SCHEME", "\"user\"";
    SoapVersion, "VERSION", "1.1";
    View, "VIEW", "\"tiles\"";
}

impl Kind for Hours {
    const NAME: &'static str = "HOURS";
    const EXAMPLE: &'static str = "\"20:00-06:00\"";

    fn read(text: &str) -> Result<Hours, ValueError> {
        Ok(text.parse()?)
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Kind for LogLevel {
    const NAME: &'static str = "LEVEL";
    const EXAMPLE: &'static str = "\"info\"";
    const NAMES: &'static [&'static str] = &["off", "error", "warn", "info", "debug", "trace"];

    fn read(text: &str) -> Result<LogLevel, ValueError> {
        text.parse().map(LogLevel).map_err(|_| ValueError::Name {
            text: text.into(),
            names: Self::NAMES,
        })
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}

/// Which keys do what: names of actions, each with a key or a list of keys.
impl Kind for Keys {
    const NAME: &'static str = "KEYS";
    const EXAMPLE: &'static str = "{ quit = \"q\" }";

    fn read(_text: &str) -> Result<Keys, ValueError> {
        Err(ValueError::KeysOutside)
    }

    fn of_file(value: &Toml) -> Result<Keys, ValueError> {
        let shape = ValueError::Shape(Self::EXAMPLE);
        let actions = value.as_table().ok_or(shape.clone())?;
        let keys = |keys: &Toml| match keys {
            Toml::Array(keys) => keys.iter().map(text_of).collect(),
            key => text_of(key).map(|key| vec![key]),
        };
        let actions = actions.iter().map(|(action, value)| {
            let keys =
                keys(value).ok_or_else(|| shape.clone().inside(Part::Key(action.clone())))?;
            Ok((action.clone(), keys))
        });
        let actions: Result<_, ValueError> = actions.collect();
        Keys::with(&actions?).map_err(|error| {
            let action = Part::Key(error.action().into());
            ValueError::from(error).inside(action)
        })
    }

    fn shown(&self) -> String {
        "some changed".into()
    }
}

impl Kind for ThemeName {
    const NAME: &'static str = "NAME";
    const EXAMPLE: &'static str = "\"auto\"";

    fn read(text: &str) -> Result<ThemeName, ValueError> {
        Ok(text.parse()?)
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

/// In the file and in a variable several may stand with commas or blanks between.
impl Kind for Vec<Fingerprint> {
    const NAME: &'static str = "sha256:HEX";
    const EXAMPLE: &'static str = concat!(
        "\"sha256:",
        "0000000000000000000000000000000000000000000000000000000000000000\"",
    );

    fn read(text: &str) -> Result<Vec<Fingerprint>, ValueError> {
        Ok(Fingerprint::read_all(text)?)
    }

    // As an option it may be given several times, each with one.
    fn parser() -> ValueParser {
        ValueParser::new(Fingerprint::from_str)
    }

    fn shown(&self) -> String {
        Fingerprint::join(self, ", ")
    }
}

impl Kind for Vec<Profile> {
    const NAME: &'static str = "PROFILE";
    const EXAMPLE: &'static str = "\"munich,vienna\"";

    fn read(text: &str) -> Result<Vec<Profile>, ValueError> {
        let names = text.split(',').map(str::trim);
        let profiles: Result<_, ProfileError> = names.map(str::parse).collect();
        Ok(profiles?)
    }

    // As an option it may be given several times, each with one.
    fn parser() -> ValueParser {
        ValueParser::new(Profile::from_str)
    }

    fn shown(&self) -> String {
        let names: Vec<String> = self.iter().map(ToString::to_string).collect();
        names.join(", ")
    }
}

impl Kind for SocketAddr {
    const NAME: &'static str = "ADDR";
    const EXAMPLE: &'static str = "\"10.1.2.3:9000\"";

    fn read(text: &str) -> Result<SocketAddr, ValueError> {
        text.parse().map_err(|_| ValueError::Listen(text.into()))
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

/// `~` is the home folder. In the file a path starts at the file's folder.
impl Kind for PathBuf {
    const NAME: &'static str = "FILE";
    const EXAMPLE: &'static str = "\"~/FOLDER/FILE\"";

    fn read(text: &str) -> Result<PathBuf, ValueError> {
        Ok(file::at_home(text))
    }

    // The name of a file may be no UTF-8.
    fn parser() -> ValueParser {
        let path = |text: std::ffi::OsString| match text.to_str() {
            Some("") => Err(ValueError::Empty),
            Some(text) => PathBuf::read(text),
            None => Ok(PathBuf::from(text)),
        };
        ValueParser::new(OsStringValueParser::new().try_map(path))
    }

    fn placed(self, folder: &Path) -> PathBuf {
        folder.join(self)
    }

    fn shown(&self) -> String {
        self.display().to_string()
    }
}

impl Kind for String {
    const NAME: &'static str = "NAME";
    const EXAMPLE: &'static str = "\"NAME\"";

    fn read(text: &str) -> Result<String, ValueError> {
        Ok(text.into())
    }

    fn shown(&self) -> String {
        self.clone()
    }
}

impl Kind for bool {
    const NAME: &'static str = "";
    const EXAMPLE: &'static str = "true";

    fn read(text: &str) -> Result<bool, ValueError> {
        match text.to_lowercase().as_str() {
            "true" | "on" | "yes" | "1" => Ok(true),
            "false" | "off" | "no" | "0" => Ok(false),
            _ => Err(ValueError::Name {
                text: text.into(),
                names: &["true", "false"],
            }),
        }
    }

    fn shown(&self) -> String {
        if *self { "on".into() } else { "off".into() }
    }

    fn written(&self) -> String {
        self.to_string()
    }
}

impl Kind for SecretString {
    const NAME: &'static str = "SECRET";
    const EXAMPLE: &'static str = "\"…\"";

    fn read(text: &str) -> Result<SecretString, ValueError> {
        Ok(SecretString::from(text))
    }

    fn shown(&self) -> String {
        "set".into()
    }
}
