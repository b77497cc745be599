//! Reading the values of options, which are also those of the settings file.

use std::time::Duration;

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;

use crate::contacts::exchange::Format;
use crate::feed::Delivery;
use crate::link::OwnPresence;
use crate::presence::IconSet;
use crate::pws::{Fingerprint, SoapVersion};

impl ValueEnum for IconSet {
    fn value_variants<'a>() -> &'a [IconSet] {
        &IconSet::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Delivery {
    fn value_variants<'a>() -> &'a [Delivery] {
        &[Delivery::Auto, Delivery::Poll, Delivery::Notify]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(match self {
            Delivery::Auto => "auto",
            Delivery::Poll => "poll",
            Delivery::Notify => "notify",
        }))
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Format] {
        &Format::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

/// Reads `5`, `10s`, `2m` or `1h`.
///
/// # Errors
/// Words that say how to write it.
pub fn duration(text: &str) -> Result<Duration, String> {
    let error = || format!("'{text}' is not a time: write it like 5, 10s, 2m or 1h");
    let text_end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text[..text_end].parse().map_err(|_| error())?;
    let unit = match text[text_end..].trim() {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(error()),
    };
    match number.checked_mul(unit) {
        Some(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err(format!("'{text}' is out of range: one second to one day")),
    }
}

/// Reads how many requests may be under way at once.
///
/// # Errors
/// Words that say how many.
pub fn in_flight(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=8) => Ok(number),
        _ => Err(format!("'{text}' requests at once cannot be: 1 to 8")),
    }
}

/// Reads an own presence by its name; `clear` is available.
///
/// # Errors
/// Words that say which there are.
pub fn own_presence(text: &str) -> Result<OwnPresence, String> {
    let named = |own: &OwnPresence| own.name() == text;
    match OwnPresence::ALL.into_iter().find(named) {
        Some(own) => Ok(own),
        None if text == "clear" => Ok(OwnPresence::Available),
        None => Err("say available, away, busy, dnd, vacation, or clear".into()),
    }
}

/// Reads a level of the log.
///
/// # Errors
/// Words that say which there are.
pub fn log_level(text: &str) -> Result<LevelFilter, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is no level: off, error, warn, info, debug or trace"))
}

/// Reads the address at which the server calls back: plain HTTP (the service speaks no other), a host
/// and a port.
///
/// # Errors
/// Words that say how to write it.
pub fn callback(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text).ok();
    match url.filter(|url| url.scheme() == "http" && url.has_host() && url.query().is_none()) {
        Some(_) => Ok(text.into()),
        None => Err(format!(
            "'{text}' is no address to call: write it like http://10.1.2.3:9000"
        )),
    }
}

/// Reads `1.1` or `1.2`.
///
/// # Errors
/// Words that say so.
pub fn soap_version(text: &str) -> Result<SoapVersion, String> {
    match text {
        "1.1" => Ok(SoapVersion::V1_1),
        "1.2" => Ok(SoapVersion::V1_2),
        _ => Err(format!("'{text}' is not a version of SOAP: 1.1 or 1.2")),
    }
}

/// Reads a fingerprint.
pub(super) fn fingerprint(text: &str) -> Result<Fingerprint, String> {
    text.parse()
        .map_err(|error: crate::pws::FingerprintError| error.to_string())
}
