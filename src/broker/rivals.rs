//! The other publishers below the same prefix, and whether a standby has to publish. Pure.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::heartbeat::{Heartbeat, beats_for};

/// The other publishers that are heard.
#[derive(Debug)]
pub struct Rivals {
    id: String,
    alive: HashMap<String, Rival>,
    /// In so many seconds a heartbeat of the last one came.
    interval: Duration,
}

#[derive(Debug)]
struct Rival {
    is_standby: bool,
    until: Instant,
}

impl Rivals {
    /// Those of the publisher with this ID, of whom none is heard yet.
    pub fn new(id: &str) -> Rivals {
        Rivals {
            id: id.into(),
            alive: HashMap::new(),
            interval: Duration::from_secs(1),
        }
    }

    /// A heartbeat came that is so old. One's own is nobody's rival.
    pub fn hear(&mut self, id: &str, beat: &Heartbeat, age: Duration, now: Instant) {
        if id == self.id {
            return;
        }
        let rest = beats_for(beat.interval()).saturating_sub(age);
        if beat.online && !rest.is_zero() {
            self.interval = beat.interval();
            let rival = Rival {
                is_standby: beat.standby,
                until: now + rest,
            };
            self.alive.insert(id.into(), rival);
        } else {
            self.alive.remove(id);
        }
    }

    /// When the last of them counts as gone; `None` where none is alive.
    pub fn alive_until(&self, now: Instant) -> Option<Instant> {
        let ends = self.alive.values().map(|rival| rival.until);
        ends.max().filter(|end| *end > now)
    }

    /// How long a standby waits at most after the last one is gone: each waits some other time, so
    /// that one of several is the first.
    pub fn longest_delay(&self) -> Duration {
        self.interval
    }

    /// Whether a standby leaves the publishing to one of them: to one that is no standby, or to the
    /// standby whose ID comes first.
    pub fn outrank_a_standby(&self, now: Instant) -> bool {
        let outranks = |(id, rival): (&String, &Rival)| {
            rival.until > now && (!rival.is_standby || *id < self.id)
        };
        self.alive.iter().any(outranks)
    }
}
