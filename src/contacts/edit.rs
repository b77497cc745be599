use std::collections::HashMap;
use std::collections::hash_map::Entry::Vacant;

use super::Contact;
use crate::presence::Address;

/// One change of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Adds a contact at the end; nothing where the address is there already.
    Add(Contact),
    /// Removes a contact; nothing where it is not there.
    Remove(Address),
    /// Sets name and group of a contact.
    Change {
        /// Whose.
        address: Address,
        /// The new name; `None` removes it.
        name: Option<String>,
        /// The new group; `None` removes it.
        group: Option<String>,
    },
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
                    kept.push(Some(contact.clone()));
                    backward.push(Edit::Remove(contact.address.clone()));
                }
            }
            Edit::Remove(address) => {
                let place = places.remove(address);
                let gone = place.and_then(|place| kept[place].take());
                backward.extend(gone.map(Edit::Add));
            }
            Edit::Change {
                address,
                name,
                group,
            } => {
                if let Some(contact) = places.get(address).and_then(|&at| kept[at].as_mut()) {
                    backward.push(Edit::Change {
                        address: contact.address.clone(),
                        name: std::mem::replace(&mut contact.name, name.clone()),
                        group: std::mem::replace(&mut contact.group, group.clone()),
                    });
                }
            }
        }
    }
    backward.reverse();
    (kept.into_iter().flatten().collect(), backward)
}
