//! The pauses before further connections to a broker.

use std::ops::RangeInclusive;
use std::time::Duration;

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(30);

/// The pause before the next connection: it doubles with each that fails, up to half a minute.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: RangeInclusive<Duration>,
    pause: Duration,
    has_failed: bool,
}

impl Backoff {
    /// Begins with a random pause of this range: after a restart of the broker not everybody comes back
    /// at once.
    pub fn new(first: RangeInclusive<Duration>) -> Backoff {
        let mut backoff = Backoff {
            pause: *first.start(),
            first,
            has_failed: false,
        };
        backoff.reset();
        backoff
    }

    /// A connection was made: the next pause is a first one again.
    pub fn reset(&mut self) {
        let spread = self.first.end().saturating_sub(*self.first.start());
        self.pause = *self.first.start() + spread.mul_f64(fastrand::f64());
        self.has_failed = false;
    }

    /// The pause before the next connection.
    pub fn pause(&self) -> Duration {
        self.pause
    }

    /// Whether no connection has failed since the last that was made.
    pub fn is_first(&self) -> bool {
        !self.has_failed
    }

    /// The pause before the next connection, which begins now: the one after it will be longer.
    pub fn take(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST);
        self.has_failed = true;
        pause
    }
}
