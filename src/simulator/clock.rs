//! The time of the office: it may run faster than life, and it has no nights and no weekends, so
//! that there is always something to see.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// When the office's day begins, in seconds after midnight.
pub(super) const OPENS: u32 = 7 * 3600;
/// When the office's day ends, in seconds after midnight; the next begins at once.
pub(super) const CLOSES: u32 = 19 * 3600;
/// When the simulation starts, on its first day.
const STARTS: u32 = 9 * 3600 + 20 * 60;
const DAY: u32 = CLOSES - OPENS;

/// A moment of the office's time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    /// The working day, from 0.
    pub(super) day: u64,
    /// Seconds after midnight, from [`OPENS`] to [`CLOSES`].
    pub(super) second: u32,
}

/// Tells the office's time from the world's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    started: Instant,
    started_at: Timestamp,
    pace: f64,
}

impl Clock {
    /// A clock that starts now and runs `pace` times as fast as life; at 0 it stands.
    pub(super) fn start(pace: f64) -> Clock {
        Clock {
            started: Instant::now(),
            started_at: Timestamp::now(),
            pace: if pace.is_finite() { pace.max(0.0) } else { 0.0 },
        }
    }

    /// The office's time at an instant.
    pub(super) fn at(&self, now: Instant) -> Moment {
        let elapsed = now.saturating_duration_since(self.started).as_secs_f64() * self.pace;
        let seconds = u64::from(STARTS - OPENS) + elapsed as u64;
        let (day, second) = (seconds / u64::from(DAY), seconds % u64::from(DAY));
        Moment {
            day,
            second: OPENS + second as u32,
        }
    }

    /// When, in the world's time, a second of a day of the office comes or came; `None` where the
    /// clock stands.
    pub(super) fn timestamp(&self, day: u64, second: u32) -> Option<Timestamp> {
        let offset = self.seconds_from_start(day, second)?;
        let offset = SignedDuration::try_from_secs_f64(offset).ok()?;
        self.started_at.checked_add(offset).ok()
    }

    /// The instant at which a moment of the office comes; `None` where it never does.
    pub(super) fn instant(&self, moment: Moment) -> Option<Instant> {
        let offset = self.seconds_from_start(moment.day, moment.second)?;
        let offset = std::time::Duration::try_from_secs_f64(offset.max(0.0)).ok()?;
        self.started.checked_add(offset)
    }

    fn seconds_from_start(&self, day: u64, second: u32) -> Option<f64> {
        if self.pace == 0.0 {
            return None;
        }
        let since_opening = f64::from(second) - f64::from(OPENS);
        let office = day as f64 * f64::from(DAY) + since_opening - f64::from(STARTS - OPENS);
        Some(office / self.pace)
    }
}
