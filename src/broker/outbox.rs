//! What a publisher sends: each contact when something about it changed. Pure.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::connection::{Message, payload};
use super::discovery::{Discovery, device, no_device};
use super::state::{Disclosure, Owner, published};
use super::topics::{Topic, Topics};
use crate::memory::snapshot::Person;
use crate::presence::Address;

/// So long the broker keeps a state: one of a publisher that never comes back is gone after a day, and
/// nobody has to empty it. That it is long keeps the load of saying it again small.
const EXPIRY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long after it was sent a state is sent again though nothing changed: between a quarter and half
/// of its expiry, for each contact another time, so that not all of a large book come at once.
fn renewal(contact: &Address) -> Duration {
    let mut hasher = DefaultHasher::new();
    contact.hash(&mut hasher);
    let part = hasher.finish() as f64 / u64::MAX as f64;
    (EXPIRY / 4).mul_f64(1.0 + part)
}

/// What a publisher has sent over the present connection.
#[derive(Debug)]
pub struct Outbox {
    topics: Topics,
    publisher: String,
    since: Timestamp,
    disclosure: Disclosure,
    discovery: Option<Discovery>,
    /// Who is published; and what was sent over the present connection.
    sent: HashMap<Address, Option<Sent>>,
    /// Those of them who are published only while a board wants them.
    wanted: HashSet<Address>,
    /// Whose state is published where.
    topics_of: HashMap<String, Address>,
}

#[derive(Debug)]
struct Sent {
    /// The payload apart from when the server confirmed it: what differs in nothing else need not be
    /// sent again.
    timeless: Vec<u8>,
    /// Before the broker keeps it no longer.
    renew_at: Instant,
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
            wanted: HashSet::new(),
            topics_of: HashMap::new(),
        }
    }

    /// From now on these are published only while a board wants them.
    pub fn want(&mut self, wanted: HashSet<Address>) {
        self.wanted = wanted;
    }

    /// The messages about those of these people of whom something changed, or whose state the broker
    /// would not keep much longer. Who was never asked for is left out.
    pub fn changes(
        &mut self,
        people: impl IntoIterator<Item = Person>,
        now: Instant,
    ) -> Vec<Message> {
        let mut messages = Vec::new();
        for person in people {
            let Ok(address) = Address::parse(&person.uri) else {
                continue;
            };
            if person.asked_at.is_none() && !self.sent.contains_key(&address) {
                continue;
            }
            let state = published(&person, self.disclosure, &self.publisher, self.since);
            let state = if self.wanted.contains(&address) {
                state.while_wanted()
            } else {
                state
            };
            let timeless = payload(&state.timeless());
            let topic = self.topics.presence(&address);
            self.topics_of.insert(topic.clone(), address.clone());
            let sent = self.sent.entry(address.clone()).or_default();
            let is_kept = |sent: &Sent| sent.timeless == timeless && now < sent.renew_at;
            if sent.as_ref().is_some_and(is_kept) {
                continue;
            }
            let renew_at = now + renewal(&address);
            if sent.replace(Sent { timeless, renew_at }).is_none() && self.discovery.is_some() {
                messages.push(device(&self.topics, &address, &self.publisher));
            }
            let word = state.word().as_bytes().to_vec();
            let word = (self.topics.availability(&address), word);
            for (topic, payload) in [(topic, payload(&state)), word] {
                messages.push(Message::retained_for(topic, payload, EXPIRY));
            }
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
            Topic::Publisher(_) | Topic::Wanted | Topic::Other => return Heard::Nothing,
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
