//! Who is wanted by boards though nobody publishes them: what a board says, and what a publisher takes
//! from it. Pure.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::connection::{Message, payload};
use super::topics::Topics;
use crate::presence::Address;

/// So long a wish counts. Who wants somebody for longer says so again at half of it; a board takes no
/// wish back, for others may have the same.
pub const COUNTS: Duration = Duration::from_secs(30 * 60);

/// A wish, as it is published.
#[derive(Debug, Serialize, Deserialize)]
struct Wish {
    /// 1.
    schema: u32,
    /// Who is wanted.
    uri: String,
}

/// The message by which a board asks for a contact.
pub fn wish(topics: &Topics, contact: &Address) -> Message {
    let wish = Wish {
        schema: 1,
        uri: contact.to_string(),
    };
    Message::retained_for(topics.wanted(contact), payload(&wish), COUNTS)
}

/// Those whom boards want, no more than so many.
#[derive(Debug)]
pub struct Wanted {
    most: usize,
    until: HashMap<Address, Instant>,
}

impl Wanted {
    /// Nobody is wanted yet.
    pub fn new(most: usize) -> Wanted {
        Wanted {
            most,
            until: HashMap::new(),
        }
    }

    /// Something is published at the topic of a wish, which the broker keeps for this time; whether
    /// somebody is wanted now who was not before, or no longer. What is no wish for the one whom the
    /// topic names is passed over, and so is a new one where there is no room.
    pub fn hear(
        &mut self,
        topics: &Topics,
        topic: &str,
        payload: &[u8],
        rest: Option<Duration>,
        now: Instant,
    ) -> bool {
        if payload.is_empty() {
            let before = self.until.len();
            self.until.retain(|one, _| topics.wanted(one) != topic);
            return self.until.len() < before;
        }
        let wish: Option<Wish> = serde_json::from_slice(payload).ok();
        let contact = wish.and_then(|wish| Address::parse(&wish.uri).ok());
        let contact = contact.filter(|contact| topics.wanted(contact) == topic);
        let Some(contact) = contact else {
            return false;
        };
        let is_new = !self.until.contains_key(&contact);
        if is_new && self.room() == 0 {
            tracing::warn!(most = self.most, "more people are wanted than are served");
            return false;
        }
        let rest = rest.unwrap_or(COUNTS).min(COUNTS);
        self.until.insert(contact, now + rest);
        is_new
    }

    /// Drops those whom nobody wants any more; whether there were any.
    pub fn expire(&mut self, now: Instant) -> bool {
        let before = self.until.len();
        self.until.retain(|_, until| *until > now);
        self.until.len() < before
    }

    /// When the first of them is wanted no longer, if nobody says so again.
    pub fn next_end(&self) -> Option<Instant> {
        self.until.values().min().copied()
    }

    /// Who is wanted, in no order.
    pub fn contacts(&self) -> impl Iterator<Item = &Address> {
        self.until.keys()
    }

    /// How many more may be wanted.
    pub fn room(&self) -> usize {
        self.most.saturating_sub(self.until.len())
    }
}
