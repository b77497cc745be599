//! What a publisher sends: each contact when something about it changed. Pure.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::connection::{Message, payload};
use super::discovery::{Discovery, device, no_device};
use super::state::{Disclosure, Owner, published};
use super::topics::{Topic, Topics};
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
    /// Whose state is published where.
    topics_of: HashMap<String, Address>,
}

/// What has to be done where another client has published a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Nothing.
    Nothing,
    /// What was sent of this contact is there no longer: its state has to be sent again.
    Lost(Address),
    /// This publisher has left it there, and nobody wants it any more: these messages empty it.
    Left(Vec<Message>),
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
            topics_of: HashMap::new(),
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
            let topic = self.topics.presence(&address);
            self.topics_of.insert(topic.clone(), address.clone());
            let sent = self.sent.entry(address.clone()).or_default();
            if sent.as_ref() == Some(&timeless) {
                continue;
            }
            if sent.replace(timeless).is_none() && self.discovery.is_some() {
                messages.push(device(&self.topics, &address, &self.publisher));
            }
            let word = now.word().as_bytes().to_vec();
            messages.push(Message::of(topic, &now));
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
            self.topics_of.remove(&self.topics.presence(&address));
            messages.extend(self.emptying(&address));
        }
        messages
    }

    /// What has to be done where another client has published this at a topic below the prefix.
    /// `retained` says whether the broker had kept it, `is_wanted` whether a contact is to be published.
    pub fn hear(
        &mut self,
        topic: &str,
        payload: &[u8],
        retained: bool,
        is_wanted: impl FnOnce(&Address) -> bool,
    ) -> Heard {
        let (state, owner) = match self.topics.read(topic) {
            Topic::Presence => (topic, Owner::read(payload)),
            Topic::Word(state) => (state, None),
            Topic::Publisher(_) | Topic::Other => return Heard::Nothing,
        };
        if let Some(address) = self.topics_of.get(state) {
            let is_lost = match &owner {
                // What the broker had kept is replaced by what was sent over this connection.
                _ if retained => false,
                // Of two publishers the newer state counts, wherever it lies.
                Some(owner) => owner.publisher == self.publisher && owner.since != self.since,
                // Another publisher's word agrees with its state.
                None => topic == state || payload.is_empty(),
            };
            if !is_lost {
                return Heard::Nothing;
            }
            let address = address.clone();
            self.sent.insert(address.clone(), None);
            return Heard::Lost(address);
        }
        match owner {
            Some(Owner {
                publisher, contact, ..
            }) if publisher == self.publisher
                && self.topics.presence(&contact) == topic
                && !is_wanted(&contact) =>
            {
                Heard::Left(self.emptying(&contact))
            }
            _ => Heard::Nothing,
        }
    }

    /// The messages that empty the topics of a contact.
    fn emptying(&self, address: &Address) -> Vec<Message> {
        let topics = &self.topics;
        let empty = |topic| Message::retained(topic, Vec::new());
        let state = [topics.presence(address), topics.availability(address)];
        let device = self.discovery.map(|_| no_device(topics, address));
        state.into_iter().map(empty).chain(device).collect()
    }

    /// Everything has to be sent again: over a new connection, or after another publisher has gone.
    pub fn forget(&mut self) {
        for sent in self.sent.values_mut() {
            *sent = None;
        }
    }
}
