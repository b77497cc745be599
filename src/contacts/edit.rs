use std::collections::HashMap;

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

/// The contacts as they are after these edits: what [`super::save`] makes of the same book.
pub fn applied<'a>(
    contacts: Vec<Contact>,
    edits: impl IntoIterator<Item = &'a Edit>,
) -> Vec<Contact> {
    let mut kept: Vec<Option<Contact>> = contacts.into_iter().map(Some).collect();
    let mut places: HashMap<Address, usize> = kept
        .iter()
        .enumerate()
        .filter_map(|(place, contact)| Some((contact.as_ref()?.address.clone(), place)))
        .collect();
    for edit in edits {
        match edit {
            Edit::Add(contact) => {
                places.entry(contact.address.clone()).or_insert_with(|| {
                    kept.push(Some(contact.clone()));
                    kept.len() - 1
                });
            }
            Edit::Remove(address) => {
                if let Some(place) = places.remove(address) {
                    kept[place] = None;
                }
            }
            Edit::Change {
                address,
                name,
                group,
            } => {
                if let Some(contact) = places.get(address).and_then(|&at| kept[at].as_mut()) {
                    contact.name.clone_from(name);
                    contact.group.clone_from(group);
                }
            }
        }
    }
    kept.into_iter().flatten().collect()
}
