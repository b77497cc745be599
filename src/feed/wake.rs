//! Notices that the machine was asleep or came into another network: then connections that were
//! kept alive are dead, and every state is older than it seems.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::pws::own_address;

/// A wall clock that is ahead by more than this was not merely adjusted.
const ASLEEP: Duration = Duration::from_secs(5);

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    /// By the clock that stands while the machine sleeps.
    pub awake: Instant,
    /// By the clock that does not.
    pub wall: Timestamp,
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
            address: own_address(server),
        }
    }

    /// What happened since they were `before`. The loss of the network is not yet a change: there
    /// is nothing to be tried before it is back.
    pub fn since(&self, before: &Surroundings) -> Option<Change> {
        let awake = self.awake.saturating_duration_since(before.awake);
        let wall = Duration::try_from(self.wall.duration_since(before.wall)).unwrap_or_default();
        if wall.saturating_sub(awake) > ASLEEP {
            Some(Change::Slept)
        } else if self.address.is_some() && self.address != before.address {
            Some(Change::Network)
        } else {
            None
        }
    }
}
