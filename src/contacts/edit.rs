use std::collections::HashMap;
use std::collections::hash_map::Entry::Vacant;

use super::{Contact, Fact};
use crate::presence::Address;

/// One change of the book. It names no more than what changes, so that what somebody else writes
/// into the file meanwhile stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Adds a contact at the end; nothing where the address is there already.
    Add(Box<Contact>),
    /// Removes a contact; nothing where it is not there.
    Remove(Address),
    /// Sets a fact of a contact.
    Set {
        /// Whose.
        address: Address,
        /// Which.
        fact: Fact,
        /// What it is now; `None` takes it away.
        text: Option<String>,
    },
    /// Pins a contact above all groups, or takes the pin away.
    Pin {
        /// Whose.
        address: Address,
        /// Whether it is pinned now.
        pinned: bool,
    },
}

impl Edit {
    /// Adds a contact.
    pub fn add(contact: Contact) -> Edit {
        Edit::Add(Box::new(contact))
    }

    /// The edits that make `new` of `old`, which have the same address.
    pub fn between(old: &Contact, new: &Contact) -> Vec<Edit> {
        let differs = |fact: &Fact| old.fact(*fact) != new.fact(*fact);
        let set = |fact: Fact| Edit::Set {
            address: old.address.clone(),
            fact,
            text: new.fact(fact).map(String::from),
        };
        let pin = (old.pinned != new.pinned).then(|| Edit::Pin {
            address: old.address.clone(),
            pinned: new.pinned,
        });
        let facts = Fact::ALL.into_iter().filter(differs).map(set);
        facts.chain(pin).collect()
    }

    /// Whom it is about.
    pub fn address(&self) -> &Address {
        match self {
            Edit::Add(contact) => &contact.address,
            Edit::Remove(address) | Edit::Set { address, .. } | Edit::Pin { address, .. } => {
                address
            }
        }
    }
}

/// The contacts as they are after these edits, which is what [`super::save`] makes of the same book,
/// and the edits that take them back, in the order to apply.
pub fn applied<'a>(
    contacts: Vec<Contact>,
    edits: impl IntoIterator<Item = &'a Edit>,
) -> (Vec<Contact>, Vec<Edit>) {
    // An import brings thousands: each is found by the index, and those who go leave a gap.
    let mut places: HashMap<Address, usize> = contacts
        .iter()
        .enumerate()
        .map(|(place, contact)| (contact.address.clone(), place))
        .collect();
    let mut kept: Vec<Option<Contact>> = contacts.into_iter().map(Some).collect();
    let mut backward = Vec::new();
    for edit in edits {
        match edit {
            Edit::Add(contact) => {
                if let Vacant(place) = places.entry(contact.address.clone()) {
                    place.insert(kept.len());
                    kept.push(Some(contact.as_ref().clone()));
                    backward.push(Edit::Remove(contact.address.clone()));
                }
            }
            Edit::Remove(address) => {
                let place = places.remove(address);
                let gone = place.and_then(|place| kept[place].take());
                backward.extend(gone.map(Edit::add));
            }
            Edit::Set {
                address,
                fact,
                text,
            } => {
                let place = places.get(address);
                if let Some(contact) = place.and_then(|&at| kept[at].as_mut()) {
                    backward.push(Edit::Set {
                        address: contact.address.clone(),
                        fact: *fact,
                        text: contact.set(*fact, text.clone()),
                    });
                }
            }
            Edit::Pin { address, pinned } => {
                let place = places.get(address);
                if let Some(contact) = place.and_then(|&at| kept[at].as_mut()) {
                    backward.push(Edit::Pin {
                        address: contact.address.clone(),
                        pinned: std::mem::replace(&mut contact.pinned, *pinned),
                    });
                }
            }
        }
    }
    backward.reverse();
    (kept.into_iter().flatten().collect(), backward)
}
