//! Hours of the day, such as those at which a board on a wall is dim.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use thiserror::Error;

/// From one time of day until another, which may be on the next day. Where both are the same, it is the
/// whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    from: Time,
    until: Time,
}

/// Why a text names no hours.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{0}' are no hours of the day: write them like 20:00-06:00")]
pub struct HoursError(String);

impl Hours {
    /// Whether a moment is within them.
    pub fn contain(self, now: Timestamp, zone: &TimeZone) -> bool {
        let time = now.to_zoned_datetime(zone.clone()).time();
        let Hours { from, until } = self;
        if from < until {
            (from..until).contains(&time)
        } else {
            time >= from || time < until
        }
    }
}

/// `20:00-06:00` or `20-6`.
impl FromStr for Hours {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Hours, HoursError> {
        let error = || HoursError(text.into());
        let (from, until) = text.split_once('-').ok_or_else(error)?;
        let time = |text: &str| {
            let (hour, minute) = text.trim().split_once(':').unwrap_or((text.trim(), "0"));
            let is_number = |text: &str| {
                (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
            };
            let number = |text: &str| text.parse().ok().filter(|_| is_number(text));
            match (number(hour)?, number(minute)?) {
                (24, 0) => Some(Time::midnight()),
                (hour, minute) => Time::new(hour, minute, 0, 0).ok(),
            }
        };
        let (from, until) = time(from).zip(time(until)).ok_or_else(error)?;
        Ok(Hours { from, until })
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |time: Time| time.strftime("%H:%M").to_string();
        write!(f, "{}-{}", time(self.from), time(self.until))
    }
}
