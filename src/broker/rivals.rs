//! The other publishers below the same prefix: whether a standby has to publish, and what it means where
//! one's own heartbeat is said by somebody else. Pure.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::heartbeat::{Heartbeat, beats_for};

/// What it means that another client has published at the topic of one's own heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// Nothing.
    Nothing,
    /// Readers take this publisher for gone, or for another one: the heartbeat is due at once.
    BeatNow,
    /// Another publisher of the same ID runs, and ran before this one.
    Second,
}

impl Echo {
    /// What it means for the publisher with this heartbeat; `heard` is `None` where that is no
    /// heartbeat, and `retained` says whether the broker had kept it.
    pub fn of(own: &Heartbeat, heard: Option<&Heartbeat>, retained: bool) -> Echo {
        match heard {
            // A broker that learns late of a broken connection publishes its will late, too.
            None => Echo::BeatNow,
            Some(heard) if !heard.online => Echo::BeatNow,
            Some(heard) if heard.since == own.since => Echo::Nothing,
            // What the broker had kept may be of a run that is over.
            Some(_) if retained => Echo::Nothing,
            Some(heard) if heard.since < own.since => Echo::Second,
            Some(_) => Echo::BeatNow,
        }
    }
}

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

    /// Forgets those who have fallen silent without a last word; whether there were any.
    pub fn forget_silent(&mut self, now: Instant) -> bool {
        let before = self.alive.len();
        self.alive.retain(|_, rival| rival.until > now);
        self.alive.len() < before
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
