//! The publishers that a reader hears, by their heartbeats.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::heartbeat::{Heartbeat, beats_for};
use super::state::State;
use crate::link::Problem;

/// Every publisher that is heard over a connection, by its ID.
#[derive(Debug, Default)]
pub(super) struct Publishers(HashMap<String, Publisher>);

#[derive(Debug)]
struct Publisher {
    beat: Heartbeat,
    /// Until then it counts as alive; `None` where it has taken leave.
    until: Option<Instant>,
}

impl Publisher {
    fn is_alive(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// Whether it is alive and its server answers it.
    fn is_well(&self, now: Instant) -> bool {
        self.is_alive(now) && self.beat.problem.is_none()
    }
}

impl Publishers {
    /// A heartbeat came that is so old. One from before the last is a replay; another run's counts
    /// where it began later, or where nothing else is alive.
    pub(super) fn hear(&mut self, id: &str, beat: Heartbeat, age: Duration, now: Instant) {
        if let Some(known) = self.0.get(id) {
            let is_older = if beat.since == known.beat.since {
                beat.online && beat.beat <= known.beat.beat
            } else {
                beat.since < known.beat.since && known.is_alive(now)
            };
            if is_older {
                return;
            }
        }
        let rest = beats_for(beat.interval()).saturating_sub(age);
        let until = (beat.online && !rest.is_zero()).then(|| now + rest);
        self.0.insert(id.into(), Publisher { beat, until });
    }

    /// Whether one is alive.
    pub(super) fn has_one(&self, now: Instant) -> bool {
        self.0.values().any(|one| one.is_alive(now))
    }

    /// Whether a state is of the present run of a publisher that is alive and reaches its server.
    pub(super) fn confirm(&self, state: &State, now: Instant) -> bool {
        let publisher = self.0.get(&state.publisher);
        publisher.is_some_and(|one| one.is_well(now) && one.beat.since == state.since)
    }

    /// How many more people they would serve; `None` where none serves wishes.
    pub(super) fn room(&self, now: Instant) -> Option<usize> {
        let alive = self.0.values().filter(|one| one.is_alive(now));
        alive.filter_map(|one| one.beat.room).max()
    }

    /// When each counts as gone, if nothing more is heard of it.
    pub(super) fn ends(&self) -> impl Iterator<Item = Instant> + '_ {
        self.0.values().filter_map(|one| one.until)
    }

    /// Why none of their states can be believed; `None` where one is alive and reaches its server.
    pub(super) fn silence(&self, prefix: &str, now: Instant) -> Option<Problem> {
        if self.0.values().any(|one| one.is_well(now)) {
            return None;
        }
        let alive = self.0.iter().find(|(_, one)| one.is_alive(now));
        if let Some((id, one)) = alive {
            let problem = one.beat.problem.as_deref().unwrap_or_default();
            return Some(Problem {
                what: format!("the publisher {id} does not reach its server: {problem}"),
                advice: "It goes on by itself when the server answers again.".into(),
            });
        }
        let latest = self.0.iter().max_by_key(|(_, one)| one.beat.since);
        Some(match latest {
            Some((id, one)) => Problem {
                what: if one.beat.online {
                    format!("the publisher {id} is silent")
                } else {
                    format!("the publisher {id} has ended")
                },
                advice: "All states are doubted until a publisher is heard again.".into(),
            },
            None => Problem {
                what: format!("no publisher is heard below {prefix}"),
                advice: format!(
                    "Does whosin publish run, and may this user read {prefix}/v1/# at the broker?"
                ),
            },
        })
    }
}
