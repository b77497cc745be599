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
    rhythm: Rhythm,
    slots: Vec<Slot>,
    /// Parts of a batch in which the server refuses somebody; each is asked for by itself.
    suspects: Vec<Vec<Address>>,
    preferred: HashSet<Address>,
    next_round: Instant,
}

/// How requests spread over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// Everybody is asked for once in this time, however many requests that takes.
    Round(Duration),
    /// One request in this time, however long it takes until everybody was asked for.
    Request(Duration),
}

#[derive(Debug)]
struct Slot {
    address: Address,
    due: Instant,
    turn: Turn,
}

/// How a contact gets its turn when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// With the others, in its order.
    InOrder,
    /// The user waits for it: at once, without those for whom nobody waits.
    Now,
    /// By itself: the server refused it before, and would refuse others along with it.
    Alone,
    /// It has been asked for; the answer is awaited.
    UnderWay,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Poll these, at most [`BATCH`], then report with [`Plan::answered`],
    /// [`Plan::not_answered`], [`Plan::refused`] or [`Plan::divide`].
    Ask(Vec<Address>),
    /// Nothing before this moment.
    Wait(Instant),
    /// Nothing until somebody is added or an answer comes.
    Idle,
}

impl Plan {
    /// A plan without contacts.
    pub fn new(rhythm: Rhythm, now: Instant) -> Plan {
        Plan {
            rhythm,
            slots: Vec::new(),
            suspects: Vec::new(),
            preferred: HashSet::new(),
            next_round: now,
        }
    }

    /// How many contacts there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Asks in another rhythm from now on.
    pub fn set_rhythm(&mut self, rhythm: Rhythm, now: Instant) {
        if self.rhythm == rhythm {
            return;
        }
        self.rhythm = rhythm;
        let (round, gap) = (self.round(), self.gap());
        for slot in &mut self.slots {
            if slot.turn != Turn::Alone {
                slot.due = slot.due.min(now + round);
            }
        }
        self.next_round = self.next_round.min(now + gap);
    }

    /// Replaces the list of contacts. Those who are new are due at once: without the others, where
    /// others are known already.
    pub fn set_contacts(&mut self, contacts: Vec<Address>, now: Instant) {
        let turn = if self.slots.is_empty() {
            Turn::InOrder
        } else {
            Turn::Now
        };
        let mut before: HashMap<Address, Slot> = self
            .slots
            .drain(..)
            .map(|slot| (slot.address.clone(), slot))
            .collect();
        let mut seen = HashSet::new();
        for address in contacts {
            if seen.insert(address.clone()) {
                let slot = before.remove(&address);
                self.slots.push(slot.unwrap_or(Slot {
                    address,
                    due: now,
                    turn,
                }));
            }
        }
        for part in &mut self.suspects {
            part.retain(|address| seen.contains(address));
        }
        self.suspects.retain(|part| !part.is_empty());
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
                if slot.turn == Turn::InOrder {
                    slot.turn = Turn::Now;
                }
            }
        }
        self.next_round = self.next_round.min(now);
    }

    /// How many requests a round takes, at least one.
    pub fn requests(&self) -> u32 {
        u32::try_from(self.slots.len().div_ceil(BATCH).max(1)).unwrap_or(u32::MAX)
    }

    /// The time between two requests, so that they spread evenly.
    pub fn gap(&self) -> Duration {
        match self.rhythm {
            Rhythm::Round(round) => round / self.requests(),
            Rhythm::Request(gap) => gap,
        }
    }

    /// The time in which everybody is asked for once.
    pub fn round(&self) -> Duration {
        match self.rhythm {
            Rhythm::Round(round) => round,
            Rhythm::Request(gap) => gap.saturating_mul(self.requests()),
        }
    }

    /// What to do at `now`. Whoever is asked for counts as under way from then on.
    pub fn next(&mut self, now: Instant) -> Step {
        if let Some(part) = self.suspects.pop() {
            self.begin(&part, now);
            return Step::Ask(part);
        }
        match self.next_in_order(now) {
            Step::Ask(batch) => {
                self.begin(&batch, now);
                Step::Ask(batch)
            }
            nothing_yet => self.next_alone(now, nothing_yet),
        }
    }

    /// The next of those who are asked for in batches.
    fn next_in_order(&mut self, now: Instant) -> Step {
        let in_batches = |slot: &&Slot| matches!(slot.turn, Turn::InOrder | Turn::Now);
        let slots = || self.slots.iter().filter(in_batches);
        let Some(earliest) = slots().map(|slot| slot.due).min() else {
            return Step::Idle;
        };
        let urgent = |slot: &&Slot| slot.turn == Turn::Now && slot.due <= now;
        let waited_for: Vec<Address> = slots()
            .filter(urgent)
            .take(BATCH)
            .map(|slot| slot.address.clone())
            .collect();
        if !waited_for.is_empty() {
            return Step::Ask(waited_for);
        }
        let begin = earliest.max(self.next_round);
        if begin > now {
            return Step::Wait(begin);
        }
        // Who is due very soon comes along: or small batches, once parted, would stay small.
        let soon = now + self.gap() / 2;
        let mut due: Vec<&Slot> = slots().filter(|slot| slot.due <= soon).collect();
        // Who has waited for a whole round goes before those who are merely preferred.
        let round = self.round();
        due.sort_by_cached_key(|slot| {
            let starved = now.saturating_duration_since(slot.due) >= round;
            let preferred = self.preferred.contains(&slot.address);
            (!starved, !preferred, slot.due)
        });
        due.truncate(BATCH);
        let batch = due.iter().map(|slot| slot.address.clone()).collect();
        self.next_round = now + self.gap();
        Step::Ask(batch)
    }

    /// The next of those who are asked for by themselves, in between: they are few, and rarely due.
    fn next_alone(&mut self, now: Instant, nothing_yet: Step) -> Step {
        let alone = self.slots.iter().filter(|slot| slot.turn == Turn::Alone);
        let Some(first) = alone.min_by_key(|slot| slot.due) else {
            return nothing_yet;
        };
        if first.due > now {
            return Step::Wait(match nothing_yet {
                Step::Wait(until) => until.min(first.due),
                _ => first.due,
            });
        }
        let batch = vec![first.address.clone()];
        self.begin(&batch, now);
        Step::Ask(batch)
    }

    fn begin(&mut self, batch: &[Address], now: Instant) {
        let round = self.round();
        self.each(batch, |slot| {
            slot.due = now + round;
            slot.turn = Turn::UnderWay;
        });
    }

    fn each(&mut self, batch: &[Address], mut change: impl FnMut(&mut Slot)) {
        let batch: HashSet<&Address> = batch.iter().collect();
        let slots = self.slots.iter_mut();
        slots
            .filter(|slot| batch.contains(&slot.address))
            .for_each(&mut change);
    }

    /// A request was answered: each of these is due again a round after it was asked for.
    pub fn answered(&mut self, batch: &[Address]) {
        self.each(batch, |slot| slot.turn = Turn::InOrder);
    }

    /// News of these came without asking: they are in no hurry.
    pub fn confirmed(&mut self, addresses: &[Address], now: Instant) {
        let round = self.round();
        self.each(addresses, |slot| {
            if slot.turn == Turn::InOrder {
                slot.due = now + round;
            }
        });
    }

    /// A request was not answered: those in it are due again.
    pub fn not_answered(&mut self, batch: &[Address], now: Instant) {
        self.each(batch, |slot| {
            slot.due = now;
            slot.turn = Turn::InOrder;
        });
        self.next_round = now;
    }

    /// Whatever is under way will not be answered.
    pub fn abandon(&mut self, now: Instant) {
        for slot in &mut self.slots {
            if slot.turn == Turn::UnderWay {
                slot.due = now;
                slot.turn = Turn::InOrder;
            }
        }
        self.next_round = now;
    }

    /// The server refuses a contact: it is left in peace for an hour, then asked for by itself.
    pub fn refused(&mut self, address: &Address, now: Instant) {
        self.each(std::slice::from_ref(address), |slot| {
            slot.due = now + REFUSED;
            slot.turn = Turn::Alone;
        });
    }

    /// The server refuses somebody in a batch of several without saying whom: each half of it is
    /// asked for by itself, at once.
    pub fn divide(&mut self, batch: &[Address]) {
        let (one, other) = batch.split_at(batch.len() / 2);
        let halves = [other, one].into_iter().filter(|half| !half.is_empty());
        self.suspects.extend(halves.map(<[Address]>::to_vec));
    }
}
