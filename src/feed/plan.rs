//! Whom to ask when: pure, with the time passed in.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::presence::Address;
use crate::pws::BATCH;

/// A contact that the server refuses is asked for again only after this time.
const REFUSED: Duration = Duration::from_secs(3600);

/// When each contact is due, and who comes first.
#[derive(Debug)]
pub struct Plan {
    interval: Duration,
    slots: Vec<Slot>,
    preferred: HashSet<Address>,
    next_round: Instant,
}

#[derive(Debug)]
struct Slot {
    address: Address,
    due: Instant,
    urgency: Urgency,
}

/// How soon a contact that is due is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    /// The user waits for it: at once, before and without all others.
    Now,
    /// In its turn.
    InTurn,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask for these, at most [`BATCH`].
    Ask(Vec<Address>),
    /// Nothing before this moment.
    Wait(Instant),
    /// Nothing until somebody is added.
    Idle,
}

impl Plan {
    /// A plan without contacts, to ask for each once an interval.
    pub fn new(interval: Duration, now: Instant) -> Plan {
        Plan {
            interval,
            slots: Vec::new(),
            preferred: HashSet::new(),
            next_round: now,
        }
    }

    /// Replaces the list of contacts. Those who are new are due at once: alone, where others are
    /// known already.
    pub fn set_contacts(&mut self, contacts: Vec<Address>, now: Instant) {
        let first = self.slots.is_empty();
        let mut before: HashMap<Address, Slot> = self
            .slots
            .drain(..)
            .map(|slot| (slot.address.clone(), slot))
            .collect();
        let urgency = if first { Urgency::InTurn } else { Urgency::Now };
        let mut seen = HashSet::new();
        for address in contacts {
            if seen.insert(address.clone()) {
                let slot = before.remove(&address);
                self.slots.push(slot.unwrap_or(Slot {
                    address,
                    due: now,
                    urgency,
                }));
            }
        }
    }

    /// Those who are asked for first in each round.
    pub fn prefer(&mut self, addresses: Vec<Address>) {
        self.preferred = addresses.into_iter().collect();
    }

    /// Makes these due now; an empty list means everybody.
    pub fn ask_now(&mut self, addresses: &[Address], now: Instant) {
        let wanted: HashSet<&Address> = addresses.iter().collect();
        for slot in &mut self.slots {
            if wanted.is_empty() {
                slot.due = slot.due.min(now);
            } else if wanted.contains(&slot.address) {
                slot.due = slot.due.min(now);
                slot.urgency = Urgency::Now;
            }
        }
        self.next_round = self.next_round.min(now);
    }

    /// The time between two requests, so that they spread over the interval.
    fn gap(&self) -> Duration {
        let requests = self.slots.len().div_ceil(BATCH).max(1) as u32;
        self.interval / requests
    }

    /// What to do at `now`. Whoever is asked for counts as asked from then on.
    pub fn next(&mut self, now: Instant) -> Step {
        let Some(earliest) = self.slots.iter().map(|slot| slot.due).min() else {
            return Step::Idle;
        };
        let urgent = self
            .slots
            .iter()
            .any(|slot| slot.urgency == Urgency::Now && slot.due <= now);
        let begin = if urgent {
            now
        } else {
            earliest.max(self.next_round)
        };
        if begin > now {
            return Step::Wait(begin);
        }
        let mut due: Vec<usize> = (0..self.slots.len())
            .filter(|&at| self.slots[at].due <= now)
            .filter(|&at| !urgent || self.slots[at].urgency == Urgency::Now)
            .collect();
        // Who has waited for a whole interval goes before those who are merely preferred.
        due.sort_by_key(|&at| {
            let slot = &self.slots[at];
            let starved = now.duration_since(slot.due) >= self.interval;
            (!starved, !self.preferred.contains(&slot.address), slot.due)
        });
        due.truncate(BATCH);
        if !urgent {
            self.next_round = now + self.gap();
        }
        let (interval, slots) = (self.interval, &mut self.slots);
        let asked = due.into_iter().map(|at| {
            slots[at].due = now + interval;
            slots[at].urgency = Urgency::InTurn;
            slots[at].address.clone()
        });
        Step::Ask(asked.collect())
    }

    /// A request was not answered: those in it are due again.
    pub fn not_answered(&mut self, batch: &[Address], now: Instant) {
        let batch: HashSet<&Address> = batch.iter().collect();
        for slot in self
            .slots
            .iter_mut()
            .filter(|slot| batch.contains(&slot.address))
        {
            slot.due = now;
        }
        self.next_round = now;
    }

    /// The server refuses a contact: it is left in peace for an hour.
    pub fn refused(&mut self, address: &Address, now: Instant) {
        for slot in self
            .slots
            .iter_mut()
            .filter(|slot| slot.address == *address)
        {
            slot.due = now + REFUSED;
        }
    }
}
