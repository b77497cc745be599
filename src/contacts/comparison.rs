//! A book beside a list of contacts that somebody else keeps: who is new, changed and gone.

use std::collections::{HashMap, HashSet};

use super::{Contact, Edit, Fact};
use crate::presence::Address;

/// How far a list counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Who is new comes in; who is there stays as it is.
    Add,
    /// And what the list says of those who are there replaces what the book says. What it says
    /// nothing of stays.
    Update,
    /// And who stands in a group of the list, but not in the list, goes.
    Sync,
}

/// What a list changes in a book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Who comes in.
    pub new: Vec<Contact>,
    /// Who changes: as the book has them, and as they are to be.
    pub changed: Vec<(Contact, Contact)>,
    /// Who goes.
    pub gone: Vec<Contact>,
    /// How many of the list are in the book and stay as they are.
    pub same: usize,
}

impl Comparison {
    /// Compares a book with a list. A list covers the groups that it names, in upper or lower case:
    /// nobody outside of them goes, and nobody at all where it names none.
    pub fn of(book: &[Contact], list: &[Contact], extent: Extent) -> Comparison {
        let mut known: HashMap<Address, &Contact> = HashMap::new();
        for contact in book {
            for address in contact.addresses() {
                known.entry(address).or_insert(contact);
            }
        }
        let mut comparison = Comparison::default();
        // By two addresses somebody may be listed twice: the first time counts.
        let mut seen: HashSet<&Address> = HashSet::new();
        for listed in list {
            match known.get(&listed.address) {
                None => comparison.new.push(listed.clone()),
                Some(old) => {
                    let new = updated(old, listed);
                    if extent == Extent::Add || new == **old || !seen.insert(&old.address) {
                        comparison.same += 1;
                    } else {
                        comparison.changed.push((Contact::clone(old), new));
                    }
                }
            }
        }
        if extent == Extent::Sync {
            let covered = groups(list);
            let listed: HashSet<&Address> = list.iter().map(|contact| &contact.address).collect();
            let is_gone = |contact: &&Contact| {
                let is_covered = group_of(contact).is_some_and(|group| covered.contains(&group));
                is_covered && !contact.addresses().any(|address| listed.contains(&address))
            };
            comparison.gone = book.iter().filter(is_gone).cloned().collect();
        }
        comparison
    }

    /// The edits that make the book so.
    pub fn edits(&self) -> Vec<Edit> {
        let gone = self.gone.iter();
        let gone = gone.map(|contact| Edit::Remove(contact.address.clone()));
        let changed = self.changed.iter();
        let changed = changed.flat_map(|(old, new)| Edit::between(old, new));
        let new = self.new.iter().cloned().map(Edit::add);
        gone.chain(changed).chain(new).collect()
    }
}

/// The groups that a list names, in lower case.
pub fn groups(list: &[Contact]) -> HashSet<String> {
    list.iter().filter_map(group_of).collect()
}

fn group_of(contact: &Contact) -> Option<String> {
    contact.group.as_deref().map(str::to_lowercase)
}

/// The contact with what the list says of it. A pin is the user's own.
fn updated(old: &Contact, listed: &Contact) -> Contact {
    let mut new = old.clone();
    for fact in Fact::ALL {
        if let Some(text) = listed.fact(fact) {
            new.set(fact, Some(text.into()));
        }
    }
    new
}
