//! The kinds of values that settings have. Each is read once, from the text of an option or a
//! variable or from what stands in the file, and shown in one way.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use jiff::SignedDuration;
use secrecy::SecretString;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use thiserror::Error;
use tracing::level_filters::LevelFilter;

use crate::board::{Order, View};
use crate::feed::{Config, Delivery};
use crate::presence::IconSet;
use crate::pws::{Endpoint, EndpointError, Fingerprint, SoapVersion};
use crate::tui::{Keys, ThemeName};

/// A kind of value.
pub trait Kind {
    /// What the help calls a value of this kind. Empty: as an option it takes no value.
    const NAME: &'static str;

    /// The value as the help and the settings view show it; of a secret only that it is set.
    fn shown(&self) -> String;
}

/// Why a text is not a value of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValueError {
    /// Not a length of time.
    #[error("'{0}' is not a time: write it like 5, 10s, 2m or 1h")]
    Time(String),
    /// A length of time that is too short or too long.
    #[error("'{0}' is out of range: one second to one day")]
    TimeRange(String),
    /// Not a number of requests, or one out of range.
    #[error("'{0}' requests at once cannot be: 1 to 8")]
    InFlight(String),
    /// Not a version of SOAP.
    #[error("'{0}' is not a version of SOAP: 1.1 or 1.2")]
    Soap(String),
    /// Not an address at which the service can call back.
    #[error("'{0}' is no address to call: write it like http://10.1.2.3:9000")]
    Callback(String),
    /// Not a level of the log.
    #[error("'{0}' is no level: off, error, warn, info, debug or trace")]
    LogLevel(String),
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

/// `5`, `10s`, `2m` or `1h`.
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
            _ => return Err(error()),
        };
        Time::of(number.checked_mul(unit), text)
    }
}

/// A number of seconds, or a text such as `10s`.
impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "write a time as a number of seconds, or like \"10s\""
        )]
        enum Written {
            Seconds(u64),
            Text(String),
        }
        let time = match Written::deserialize(deserializer)? {
            Written::Seconds(seconds) => Time::of(Some(seconds), &seconds.to_string()),
            Written::Text(text) => text.parse(),
        };
        time.map_err(D::Error::custom)
    }
}

impl Kind for Time {
    const NAME: &'static str = "TIME";

    fn shown(&self) -> String {
        format!("{} s", self.0)
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

    fn of(number: Option<usize>, written: &str) -> Result<InFlight, ValueError> {
        match number {
            Some(number @ 1..=8) => Ok(InFlight(number)),
            _ => Err(ValueError::InFlight(written.into())),
        }
    }
}

impl FromStr for InFlight {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<InFlight, ValueError> {
        InFlight::of(text.parse().ok(), text)
    }
}

impl<'de> Deserialize<'de> for InFlight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<InFlight, D::Error> {
        let number = usize::deserialize(deserializer)?;
        InFlight::of(Some(number), &number.to_string()).map_err(D::Error::custom)
    }
}

impl Kind for InFlight {
    const NAME: &'static str = "N";

    fn shown(&self) -> String {
        self.0.to_string()
    }
}

/// One server or several, the primary first; or why they cannot be read. As an option they may be
/// any text: [`super::Settings::load`] refuses a wrong one, so that `check` and the status bar show
/// what is wrong as they show every mistake in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Servers(pub(super) Result<Nodes, EndpointError>);

/// The nodes to sign in at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nodes {
    /// The first choice.
    pub primary: Endpoint,
    /// The nodes to sign in at while that one is gone, in this order.
    pub others: Vec<Endpoint>,
}

impl Nodes {
    /// With commas between.
    fn parse(text: &str) -> Result<Nodes, EndpointError> {
        let (primary, others) = match text.split_once(',') {
            Some((primary, others)) => (primary, Some(others)),
            None => (text, None),
        };
        let primary = Endpoint::parse(primary)?;
        let others = others.into_iter().flat_map(|others| others.split(','));
        let others = others.map(Endpoint::parse).collect::<Result<_, _>>()?;
        Ok(Nodes { primary, others })
    }
}

impl FromStr for Servers {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Servers, Infallible> {
        Ok(Servers(Nodes::parse(text)))
    }
}

/// A text with commas between, or a list.
impl<'de> Deserialize<'de> for Servers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Servers, D::Error> {
        let texts = Vec::from(OneOrMore::deserialize(deserializer)?);
        let nodes = Nodes::parse(&texts.join(",")).map_err(D::Error::custom)?;
        Ok(Servers(Ok(nodes)))
    }
}

impl Kind for Servers {
    const NAME: &'static str = "SERVER";

    fn shown(&self) -> String {
        match &self.0 {
            Ok(nodes) => {
                let all = [&nodes.primary].into_iter().chain(&nodes.others);
                all.map(Endpoint::origin).collect::<Vec<_>>().join(", ")
            }
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

impl FromStr for Callback {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Callback, ValueError> {
        let url = reqwest::Url::parse(text).ok();
        match url.filter(|url| url.scheme() == "http" && url.has_host() && url.query().is_none()) {
            Some(_) => Ok(Callback(text.into())),
            None => Err(ValueError::Callback(text.into())),
        }
    }
}

impl Kind for Callback {
    const NAME: &'static str = "URL";

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

impl FromStr for LogLevel {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<LogLevel, ValueError> {
        let level = text.parse().map(LogLevel);
        level.map_err(|_| ValueError::LogLevel(text.into()))
    }
}

impl Kind for LogLevel {
    const NAME: &'static str = "LEVEL";

    fn shown(&self) -> String {
        self.0.to_string()
    }
}

impl FromStr for SoapVersion {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<SoapVersion, ValueError> {
        match text {
            "1.1" => Ok(SoapVersion::V1_1),
            "1.2" => Ok(SoapVersion::V1_2),
            _ => Err(ValueError::Soap(text.into())),
        }
    }
}

impl Kind for SoapVersion {
    const NAME: &'static str = "1.1|1.2";

    fn shown(&self) -> String {
        match self {
            SoapVersion::V1_1 => "1.1".into(),
            SoapVersion::V1_2 => "1.2".into(),
        }
    }
}

/// A text in the file is read as an option is.
macro_rules! read_from_text {
    ($($kind:ty),*) => {$(
        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$kind, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

read_from_text!(Callback, LogLevel, SoapVersion, ThemeName);

/// Kinds of which each value has a name.
macro_rules! read_by_name {
    ($($kind:ty, $name:literal, $what:literal, $all:expr;)*) => {$(
        impl ValueEnum for $kind {
            fn value_variants<'a>() -> &'a [$kind] {
                const { &$all }
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                Some(PossibleValue::new(self.name()))
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$kind, D::Error> {
                let text = String::deserialize(deserializer)?;
                ValueEnum::from_str(&text, true).map_err(|_| {
                    let names: Vec<&str> = $all.iter().map(|value| value.name()).collect();
                    let names = names.join(", ");
                    D::Error::custom(format!("'{text}' is not {}: {names}", $what))
                })
            }
        }

        impl Kind for $kind {
            const NAME: &'static str = $name;

            fn shown(&self) -> String {
                self.name().into()
            }
        }
    )*};
}

read_by_name! {
    Delivery, "MODE", "a mode", Delivery::ALL;
    IconSet, "ICONS", "a set of icons", IconSet::ALL;
    Order, "ORDER", "an order", Order::ALL;
    View, "VIEW", "a view", View::ALL;
}

/// Which keys do what: names of actions, each with a key or a list of keys.
impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Keys, D::Error> {
        let actions = BTreeMap::<String, OneOrMore>::deserialize(deserializer)?;
        let actions = actions.into_iter();
        let keys = actions
            .map(|(action, keys)| (action, keys.into()))
            .collect();
        Keys::with(&keys).map_err(D::Error::custom)
    }
}

impl Kind for Keys {
    const NAME: &'static str = "KEYS";

    fn shown(&self) -> String {
        "some changed".into()
    }
}

impl Kind for ThemeName {
    const NAME: &'static str = "NAME";

    fn shown(&self) -> String {
        self.to_string()
    }
}

/// A text with one fingerprint or several, or a list of such texts; an empty list sets nothing.
pub(super) fn fingerprints<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<Fingerprint>>, D::Error> {
    let texts = Vec::from(OneOrMore::deserialize(deserializer)?);
    let read = texts.iter().map(|text| Fingerprint::read_all(text));
    let all = read
        .collect::<Result<Vec<_>, _>>()
        .map_err(D::Error::custom)?;
    Ok(Some(all.concat()).filter(|all| !all.is_empty()))
}

impl Kind for Vec<Fingerprint> {
    const NAME: &'static str = "sha256:HEX";

    fn shown(&self) -> String {
        Fingerprint::join(self, ", ")
    }
}

impl Kind for SocketAddr {
    const NAME: &'static str = "ADDR";

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Kind for PathBuf {
    const NAME: &'static str = "FILE";

    fn shown(&self) -> String {
        self.display().to_string()
    }
}

impl Kind for String {
    const NAME: &'static str = "NAME";

    fn shown(&self) -> String {
        self.clone()
    }
}

impl Kind for bool {
    const NAME: &'static str = "";

    fn shown(&self) -> String {
        if *self { "on".into() } else { "off".into() }
    }
}

impl Kind for SecretString {
    const NAME: &'static str = "SECRET";

    fn shown(&self) -> String {
        "set".into()
    }
}

impl<T: Kind> Kind for Option<T> {
    const NAME: &'static str = T::NAME;

    fn shown(&self) -> String {
        self.as_ref().map_or_else(|| "not set".into(), T::shown)
    }
}

/// What the file writes as a text or as a list of texts.
#[derive(Deserialize)]
#[serde(untagged, expecting = "write a text in quotes, or a list of them")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl From<OneOrMore> for Vec<String> {
    fn from(texts: OneOrMore) -> Vec<String> {
        match texts {
            OneOrMore::One(text) => vec![text],
            OneOrMore::More(texts) => texts,
        }
    }
}
