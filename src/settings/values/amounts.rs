//! Lengths of time and numbers.

use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

use super::Kind;
use crate::feed::Config;
use crate::settings::mistake::ValueError;

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
