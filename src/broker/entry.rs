//! What a reader knows of one contact.

use std::time::{Duration, Instant};

use super::state::State;
use super::wanted;
use crate::link::Outcome;

/// Who is asked for is published within this time, mostly.
const ANSWERED: Duration = Duration::from_secs(5);

/// What is heard of a contact, and what the board was sent of it.
#[derive(Debug)]
pub(super) struct Entry {
    /// What the broker keeps of it may still come.
    pub(super) is_awaited: bool,
    /// The latest of each publisher: when one ends, what the other one sent holds on.
    pub(super) states: Vec<State>,
    /// Why nothing can come, or what came cannot be read.
    pub(super) trouble: Option<Outcome>,
    /// What the board was sent since the link is up.
    pub(super) sent: Option<Outcome>,
    /// Whether the board ever got a state.
    pub(super) was_answered: bool,
    /// When publishers were asked for it over this connection.
    pub(super) asked: Option<Instant>,
    /// Why this user may not ask for it.
    pub(super) denied: Option<String>,
}

impl Default for Entry {
    fn default() -> Entry {
        Entry {
            is_awaited: true,
            states: Vec::new(),
            trouble: None,
            sent: None,
            was_answered: false,
            asked: None,
            denied: None,
        }
    }
}

impl Entry {
    /// Whether publishers have to be asked for it now: nobody publishes it, or only while somebody wants
    /// it, and the last wish does not count much longer.
    pub(super) fn is_to_be_asked(&self, now: Instant) -> bool {
        let is_missing = !self.is_awaited && self.states.is_empty() && self.trouble.is_none();
        let is_wished = is_missing || self.states.iter().any(|one| one.wanted);
        let renew_at = self.asked.map(|asked| asked + wanted::COUNTS / 2);
        is_wished && self.denied.is_none() && renew_at.is_none_or(|at| at <= now)
    }

    /// Whether it was asked for just now, so that an answer may come.
    pub(super) fn may_be_answered(&self, now: Instant) -> bool {
        let is_new = self.asked.is_some_and(|asked| now < asked + ANSWERED);
        is_new && self.denied.is_none()
    }

    /// When time alone changes something about the wish for it.
    pub(super) fn wish_changes(&self) -> impl Iterator<Item = Instant> + use<> {
        let asked = self.asked.into_iter();
        asked.flat_map(|asked| [asked + ANSWERED, asked + wanted::COUNTS / 2])
    }
}
