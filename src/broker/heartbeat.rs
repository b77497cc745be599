//! The sign of life of a publisher. States are published on change only: the heartbeat says that
//! those that did not change are true still.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::connection::{Message, payload};
use super::topics::Topics;

/// So many intervals after a heartbeat its publisher counts as gone.
const PATIENCE: u32 = 3;

/// How long a heartbeat counts that comes in this interval.
pub fn beats_for(interval: Duration) -> Duration {
    interval * PATIENCE
}

/// What a publisher says of itself, in each interval; its will says that it is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Heartbeat {
    /// 1.
    pub schema: u32,
    /// Whether it publishes only while no other one does.
    pub standby: bool,
    /// Whether it runs.
    pub online: bool,
    /// The number of this heartbeat in this run.
    pub beat: u64,
    /// In so many seconds the next one comes.
    pub interval: u64,
    /// When the publisher began to run, by its clock.
    pub since: Timestamp,
    /// When this was written, by the same clock.
    pub at: Timestamp,
    /// When the oldest state that counts was confirmed by the server.
    pub asked_at: Option<Timestamp>,
    /// The server that it asks: `https://host:port`.
    pub server: String,
    /// The end user whose view of presence it publishes.
    pub user: String,
    /// For how many more people whom boards want there is room; `None` where it serves no wishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<usize>,
    /// Why the server does not answer it, where that is so: then none of its states count.
    pub problem: Option<String>,
}

impl Heartbeat {
    /// In this time the next one comes: a second at least, a day at most.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(self.interval.clamp(1, 86_400))
    }

    /// How old it is when it arrives. The rest of its expiry tells without a clock; where a broker
    /// passes none on, one that it kept is as old as the clocks say.
    pub fn age(&self, rest: Option<Duration>, retained: bool, now: Timestamp) -> Duration {
        match rest {
            Some(rest) => beats_for(self.interval()).saturating_sub(rest),
            None if retained => {
                Duration::try_from(now.duration_since(self.at)).unwrap_or(Duration::ZERO)
            }
            None => Duration::ZERO,
        }
    }

    /// The message by which the publisher of this ID says it. The broker keeps it for as long as it
    /// counts.
    pub fn message(&self, topics: &Topics, id: &str) -> Message {
        let counts = beats_for(self.interval());
        Message::retained_for(topics.publisher(id), payload(self), counts)
    }

    /// The message which says that the publisher of this ID is gone.
    pub fn will(&self, topics: &Topics, id: &str) -> Message {
        let gone = Heartbeat {
            online: false,
            ..self.clone()
        };
        Message::of(topics.publisher(id), &gone)
    }

    /// Reads a payload; `None` where it is no heartbeat.
    pub fn read(payload: &[u8]) -> Option<Heartbeat> {
        serde_json::from_slice(payload).ok()
    }
}
