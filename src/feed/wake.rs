//! Notices that the machine was asleep or came into another network: then connections that were
//! kept alive are dead, and every state is older than it seems.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::pws::own_address;
use crate::sys::clock;

/// A wall clock that is ahead by more than this was not merely adjusted.
const ASLEEP: Duration = Duration::from_secs(5);

/// A clock that is off by more than this was set, not merely adjusted.
const ADJUSTED: SignedDuration = SignedDuration::from_secs(1);

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    /// By the clock that stands while the machine sleeps.
    pub awake: Instant,
    /// By the clock that does not, and that people set.
    pub wall: Timestamp,
    /// By the clock that does not, and that nobody sets; `None` where there is none.
    pub uptime: Option<Duration>,
    /// The address that the way to the server begins at; `None` without a network.
    pub address: Option<IpAddr>,
}

/// What happened between two looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The machine was asleep.
    Slept,
    /// The way to the server begins at another address.
    Network,
}

impl Surroundings {
    /// As they are now, on the way to `server`.
    pub fn look(server: Option<SocketAddr>) -> Surroundings {
        Surroundings {
            awake: Instant::now(),
            wall: Timestamp::now(),
            uptime: clock::uptime(),
            address: own_address(server),
        }
    }

    fn passed_since(&self, before: &Surroundings) -> Option<Duration> {
        Some(self.uptime?.saturating_sub(before.uptime?))
    }

    /// By how much somebody has set the clock since they were `before`, where that shows.
    pub fn clock_set_since(&self, before: &Surroundings) -> Option<SignedDuration> {
        let passed = SignedDuration::try_from(self.passed_since(before)?).ok()?;
        let by = self.wall.duration_since(before.wall) - passed;
        (by.abs() > ADJUSTED).then_some(by)
    }

    /// What happened since they were `before`. The loss of the network is not yet a change: there
    /// is nothing to be tried before it is back.
    pub fn since(&self, before: &Surroundings) -> Option<Change> {
        let awake = self.awake.saturating_duration_since(before.awake);
        let wall = || Duration::try_from(self.wall.duration_since(before.wall)).unwrap_or_default();
        let passed = self.passed_since(before).unwrap_or_else(wall);
        if passed.saturating_sub(awake) > ASLEEP {
            Some(Change::Slept)
        } else if self.address.is_some() && self.address != before.address {
            Some(Change::Network)
        } else {
            None
        }
    }
}
