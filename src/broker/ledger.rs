//! What a reader may believe. Pure: events and times come in, updates go out.
//!
//! A state is fresh only while the link to the broker is up and the publisher's heartbeat is not older
//! than three intervals. It has to come from the publisher's present run: what an earlier run left on
//! the broker may be wrong by now. Of two fresh states the one that was asked for last counts.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::entry::Entry;
use super::heartbeat::Heartbeat;
use super::publishers::Publishers;
use super::state::State;
use crate::feed::Update;
use crate::link::{Link, LinkState, Outcome, Problem, Report, SignIn};
use crate::presence::Address;

/// What is heard of contacts and publishers, and what the board was sent of it.
#[derive(Debug)]
pub struct Ledger {
    /// The link as it was sent last.
    link: Link,
    /// The prefix, for the words of a problem.
    prefix: String,
    way: Way,
    publishers: Publishers,
    contacts: Vec<Address>,
    entries: HashMap<Address, Entry>,
}

/// The way to the broker.
#[derive(Debug)]
enum Way {
    /// Connecting for the first time.
    New,
    /// Connected; what the broker keeps is still coming in.
    Gathering,
    /// Everything that the broker keeps has come.
    Gathered,
    /// The connection is lost or cannot be made.
    Lost {
        problem: Problem,
        next_try: Timestamp,
    },
    /// The broker refuses the sign-in.
    Refused(Problem),
    /// The broker refuses to let the heartbeats be read.
    Deaf(Problem),
}

impl Ledger {
    /// Nothing is known yet over a link like this, below a prefix.
    pub fn new(link: Link, prefix: &str) -> Ledger {
        Ledger {
            link,
            prefix: prefix.into(),
            way: Way::New,
            publishers: Publishers::default(),
            contacts: Vec::new(),
            entries: HashMap::new(),
        }
    }

    /// Takes the whole list of contacts; returns those that are new and those that are gone.
    pub fn set_contacts(&mut self, contacts: Vec<Address>) -> (Vec<Address>, Vec<Address>) {
        let mut old = std::mem::take(&mut self.entries);
        let mut new = Vec::new();
        self.contacts.clear();
        for contact in contacts {
            if self.entries.contains_key(&contact) {
                continue;
            }
            let entry = old.remove(&contact).unwrap_or_else(|| {
                new.push(contact.clone());
                Entry::default()
            });
            self.entries.insert(contact.clone(), entry);
            self.contacts.push(contact);
        }
        (new, old.into_keys().collect())
    }

    /// The link as the board was sent it last.
    pub fn link(&self) -> &LinkState {
        &self.link.state
    }

    /// The contacts.
    pub fn contacts(&self) -> &[Address] {
        &self.contacts
    }

    /// Whether the broker refuses the sign-in.
    pub fn is_refused(&self) -> bool {
        matches!(self.way, Way::Refused(_))
    }

    /// Whether a publisher is alive.
    pub fn has_publisher(&self, now: Instant) -> bool {
        self.publishers.has_one(now)
    }

    /// The connection is made. The broker sends all that it keeps: nothing older counts.
    pub fn connected(&mut self) {
        self.way = Way::Gathering;
        self.publishers = Publishers::default();
        for entry in self.entries.values_mut() {
            *entry = Entry {
                was_answered: entry.was_answered,
                ..Entry::default()
            };
        }
    }

    /// Everything that the broker keeps has come: who is not published now is not published.
    pub fn gathered(&mut self) {
        for entry in self.entries.values_mut() {
            entry.is_awaited = false;
        }
        if matches!(self.way, Way::Gathering) {
            self.way = Way::Gathered;
        }
    }

    /// The connection is lost, for this reason; it is tried again then.
    pub fn lost(&mut self, problem: Problem, next_try: Timestamp) {
        self.way = Way::Lost { problem, next_try };
    }

    /// The broker refuses the sign-in, for this reason.
    pub fn refused(&mut self, problem: Problem) {
        self.way = Way::Refused(problem);
    }

    /// The broker refuses to let the heartbeats be read.
    pub fn deaf(&mut self, problem: Problem) {
        self.way = Way::Deaf(problem);
    }

    /// The broker refuses to let a contact be read, in these words.
    pub fn not_allowed(&mut self, contact: &Address, words: String) {
        if let Some(entry) = self.entries.get_mut(contact) {
            entry.trouble = Some(Outcome::Refused(words));
        }
    }

    /// What is published of a contact cannot be read.
    pub fn unreadable(&mut self, contact: &Address, words: String) {
        if let Some(entry) = self.entries.get_mut(contact) {
            entry.states.clear();
            entry.trouble = Some(Outcome::Unreadable(words));
        }
    }

    /// Those for whom publishers have to be asked now, for which they count as asked: whom nobody
    /// publishes, or only while somebody wants them; where a publisher serves wishes.
    pub fn wishes(&mut self, now: Instant) -> Vec<Address> {
        if !matches!(self.way, Way::Gathered) || self.publishers.room(now).is_none() {
            return Vec::new();
        }
        let is_due = |contact: &&Address| {
            let entry = self.entries.get(*contact);
            entry.is_some_and(|entry| entry.is_to_be_asked(now))
        };
        let due: Vec<Address> = self.contacts.iter().filter(is_due).cloned().collect();
        for contact in &due {
            if let Some(entry) = self.entries.get_mut(contact) {
                entry.asked = Some(now);
            }
        }
        due
    }

    /// The broker does not let this user ask for a contact, for this reason.
    pub fn denied(&mut self, contact: &Address, why: String) {
        if let Some(entry) = self.entries.get_mut(contact) {
            entry.denied = Some(why);
        }
    }

    /// A contact is not published any more.
    pub fn dropped(&mut self, contact: &Address) {
        if let Some(entry) = self.entries.get_mut(contact) {
            entry.states.clear();
            entry.trouble = None;
        }
    }

    /// A state came. One that is older than what is known and fresh of the same publisher is a replay,
    /// and so is one of an earlier run.
    pub fn learn(&mut self, contact: &Address, state: State, now: Instant) {
        let Some(entry) = self.entries.get(contact) else {
            return;
        };
        let confirmed: Vec<bool> = entry
            .states
            .iter()
            .map(|known| self.publishers.confirm(known, now))
            .collect();
        let is_confirmed = self.publishers.confirm(&state, now);
        let mut known = entry.states.iter().zip(&confirmed);
        let is_replay = known.any(|(known, is_fresh)| {
            let is_older = !is_confirmed || state.asked_at < known.asked_at;
            *is_fresh && known.publisher == state.publisher && is_older
        });
        if is_replay {
            return;
        }
        if let Some(entry) = self.entries.get_mut(contact) {
            let mut confirmed = confirmed.into_iter();
            entry.states.retain(|known| {
                confirmed.next().unwrap_or(false) && known.publisher != state.publisher
            });
            entry.states.push(state);
            entry.trouble = None;
        }
    }

    /// A heartbeat came that is so old. One from before the last is a replay; another run's counts
    /// where it began later, or where nothing else is alive.
    pub fn hear(&mut self, id: &str, beat: Heartbeat, age: Duration, now: Instant) {
        self.publishers.hear(id, beat, age, now);
    }

    /// When time alone changes something.
    pub fn next_change(&self, now: Instant) -> Option<Instant> {
        let ends = self.publishers.ends();
        let wishes = self.entries.values().flat_map(Entry::wish_changes);
        ends.chain(wishes).filter(|end| *end > now).min()
    }

    /// What the board has to be sent now.
    pub fn settle(&mut self, now: Instant, at: Timestamp) -> Vec<Update> {
        let state = self.state(now, at);
        let mut updates = Vec::new();
        if state == LinkState::Up {
            let reports = self.reports(now, at);
            if !reports.is_empty() {
                updates.push(Update::Reports(reports));
            }
        } else {
            // After a gap everything is sent again.
            for entry in self.entries.values_mut() {
                entry.sent = None;
            }
        }
        if state != self.link.state {
            self.link.state = state;
            updates.push(Update::Link(self.link.clone()));
        }
        updates
    }

    fn reports(&mut self, now: Instant, at: Timestamp) -> Vec<Report> {
        let outcomes: Vec<_> = self
            .contacts
            .iter()
            .map(|contact| (contact.clone(), self.outcome(contact, now)))
            .collect();
        let mut reports = Vec::new();
        for (address, outcome) in outcomes {
            let Some(entry) = self.entries.get_mut(&address) else {
                continue;
            };
            if outcome == entry.sent {
                continue;
            }
            entry.sent.clone_from(&outcome);
            if let Some(outcome) = outcome {
                entry.was_answered |= matches!(outcome, Outcome::Answered(_));
                reports.push(Report {
                    address,
                    at,
                    outcome,
                });
            }
        }
        reports
    }

    /// What is to be believed of a contact while the link is up; `None` before anything is known.
    fn outcome(&self, contact: &Address, now: Instant) -> Option<Outcome> {
        let entry = self.entries.get(contact)?;
        if let Some(trouble) = &entry.trouble {
            return Some(trouble.clone());
        }
        let confirmed = entry
            .states
            .iter()
            .filter(|one| self.publishers.confirm(one, now));
        if let Some(newest) = confirmed.max_by_key(|state| state.asked_at) {
            return Some(newest.outcome.clone());
        }
        if !entry.states.is_empty() {
            return Some(Outcome::NotAnswered);
        }
        if entry.is_awaited || entry.may_be_answered(now) {
            return entry.was_answered.then_some(Outcome::NotAnswered);
        }
        Some(Outcome::Refused(self.missing(entry, now)))
    }

    /// Why nothing is known of somebody whom nobody publishes.
    fn missing(&self, entry: &Entry, now: Instant) -> String {
        let why = match (&entry.denied, entry.asked, self.publishers.room(now)) {
            (Some(why), ..) => format!("the broker lets this board ask for nobody ({why})"),
            (None, Some(_), Some(0)) => "it was asked for, but no more people are served".into(),
            (None, Some(_), Some(_)) => "it was asked for".into(),
            (None, ..) => "ask whoever runs whosin publish to add it".into(),
        };
        format!("nobody publishes this contact: {why}")
    }

    fn state(&self, now: Instant, at: Timestamp) -> LinkState {
        let down = |problem: Problem, next_try: Option<Timestamp>| {
            let since = match &self.link.state {
                LinkState::Trouble { since, .. } => *since,
                _ => at,
            };
            LinkState::Trouble {
                problem,
                since,
                next_try,
            }
        };
        let silence = || self.publishers.silence(&self.prefix, now);
        match &self.way {
            Way::New => LinkState::SigningIn,
            Way::Lost { problem, next_try } => down(problem.clone(), Some(*next_try)),
            Way::Refused(problem) => LinkState::Refused {
                sign_in: SignIn::Application,
                problem: problem.clone(),
            },
            Way::Deaf(problem) => down(problem.clone(), None),
            // Until all has come nothing is claimed anew: neither that all is well, nor that a
            // publisher is missing.
            Way::Gathering => match &self.link.state {
                LinkState::Refused { .. } => LinkState::SigningIn,
                LinkState::Up if !self.has_publisher(now) => match silence() {
                    Some(problem) => down(problem, None),
                    None => LinkState::Up,
                },
                before => before.clone(),
            },
            Way::Gathered => match silence() {
                None => LinkState::Up,
                Some(problem) => down(problem, None),
            },
        }
    }
}
