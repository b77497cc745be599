//! What a reader knows of one contact.

use std::time::Instant;

use super::state::State;
use crate::link::Outcome;

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
    /// Whether nobody publishes it, as far as is known.
    pub(super) fn is_missing(&self) -> bool {
        !self.is_awaited && self.states.is_empty() && self.trouble.is_none()
    }
}
