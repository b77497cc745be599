//! What a publisher sends: each contact when something about it changed. Pure.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::connection::{Message, payload};
use super::discovery::{Discovery, device, no_device};
use super::state::{Disclosure, published};
use super::topics::Topics;
use crate::memory::snapshot::Person;
use crate::presence::Address;

/// What a publisher has sent over the present connection.
#[derive(Debug)]
pub struct Outbox {
    topics: Topics,
    publisher: String,
    since: Timestamp,
    disclosure: Disclosure,
    discovery: Option<Discovery>,
    /// Who is published; and what was sent over the present connection, apart from when the server
    /// confirmed it: what differs in nothing else need not be sent again.
    sent: HashMap<Address, Option<Vec<u8>>>,
}

impl Outbox {
    /// Nothing is sent yet of the run of a publisher that began at `since`.
    pub fn new(
        topics: Topics,
        publisher: String,
        since: Timestamp,
        disclosure: Disclosure,
        discovery: Option<Discovery>,
    ) -> Outbox {
        Outbox {
            topics,
            publisher,
            since,
            disclosure,
            discovery,
            sent: HashMap::new(),
        }
    }

    /// The messages about those of these people of whom something changed. Who was never asked for is
    /// left out.
    pub fn changes(&mut self, people: impl IntoIterator<Item = Person>) -> Vec<Message> {
        let mut messages = Vec::new();
        for person in people {
            let Ok(address) = Address::parse(&person.uri) else {
                continue;
            };
            if person.asked_at.is_none() && !self.sent.contains_key(&address) {
                continue;
            }
            let now = published(&person, self.disclosure, &self.publisher, self.since);
            let timeless = payload(&now.timeless());
            let sent = self.sent.entry(address.clone()).or_default();
            if sent.as_ref() == Some(&timeless) {
                continue;
            }
            if sent.replace(timeless).is_none() && self.discovery.is_some() {
                messages.push(device(&self.topics, &address, &self.publisher));
            }
            let word = now.word().as_bytes().to_vec();
            messages.push(Message::of(self.topics.presence(&address), &now));
            messages.push(Message::retained(self.topics.availability(&address), word));
        }
        messages
    }

    /// The messages that empty the topics of everybody who is not among these.
    pub fn keep(&mut self, wanted: &[Address]) -> Vec<Message> {
        let wanted: HashSet<&Address> = wanted.iter().collect();
        let published = self.sent.keys();
        let gone: Vec<Address> = published
            .filter(|one| !wanted.contains(one))
            .cloned()
            .collect();
        let mut messages = Vec::new();
        for address in gone {
            self.sent.remove(&address);
            messages.push(Message::retained(
                self.topics.presence(&address),
                Vec::new(),
            ));
            messages.push(Message::retained(
                self.topics.availability(&address),
                Vec::new(),
            ));
            if self.discovery.is_some() {
                messages.push(no_device(&self.topics, &address));
            }
        }
        messages
    }

    /// Everything has to be sent again: over a new connection, or after another publisher has gone.
    pub fn forget(&mut self) {
        for sent in self.sent.values_mut() {
            *sent = None;
        }
    }
}
