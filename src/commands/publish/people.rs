//! What a publisher knows of those whom it publishes.

use jiff::Timestamp;

use crate::board::{Entry, Roster};
use crate::link::LinkState;
use crate::memory::snapshot::Person;
use crate::presence::Address;

/// Of each contact, whether the server has said anything about it.
pub fn asked(roster: &Roster) -> impl Iterator<Item = bool> + '_ {
    roster.entries().iter().map(is_asked)
}

fn is_asked(entry: &Entry) -> bool {
    entry.asked_at().is_some() || entry.trouble.is_some()
}

/// Those of these contacts of whom the server has said anything; of everybody where none are named.
/// Boards may know a person by any of the addresses: there is one for each.
pub fn known(roster: &Roster, of: Option<&[Address]>, now: Timestamp) -> Vec<Person> {
    let confirmed_after = roster.confirmed_after(now);
    let entries: Vec<&Entry> = match of {
        Some(addresses) => addresses
            .iter()
            .filter_map(|one| roster.entry(one))
            .collect(),
        None => roster.entries().iter().collect(),
    };
    let asked = entries.into_iter().filter(|entry| is_asked(entry));
    let by_each_address = asked.flat_map(|entry| {
        let person = Person::of(entry, confirmed_after, now);
        entry.contact.addresses().map(move |address| Person {
            uri: address.to_string(),
            ..person.clone()
        })
    });
    by_each_address.collect()
}

/// When the server confirmed the oldest state.
pub fn oldest(roster: &Roster) -> Option<Timestamp> {
    let entries = roster.entries().iter();
    entries.filter_map(Entry::asked_at).min()
}

/// What is wrong with the link to the server.
pub fn problem_of(roster: &Roster) -> Option<String> {
    match &roster.link().state {
        LinkState::Trouble { problem, .. } | LinkState::Refused { problem, .. } => {
            Some(problem.what.clone())
        }
        LinkState::SigningIn | LinkState::Up => None,
    }
}
