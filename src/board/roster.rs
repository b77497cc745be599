use std::collections::HashMap;

use jiff::Timestamp;

use super::{Change, Entry, Remembered};
use crate::contacts::Contact;
use crate::presence::{Address, Link, Report};

/// Contacts, what is known of each, and the link: a board without a screen.
#[derive(Clone, Debug)]
pub struct Roster {
    entries: Vec<Entry>,
    places: HashMap<Address, usize>,
    link: Link,
}

impl Roster {
    /// Nobody, before the first sign-in.
    pub fn new(link: Link) -> Roster {
        Roster {
            entries: Vec::new(),
            places: HashMap::new(),
            link,
        }
    }

    /// Replaces the contacts. What is known of those who stay is kept; of the same address the
    /// first counts.
    pub fn set_contacts(&mut self, contacts: Vec<Contact>) {
        let before = std::mem::take(&mut self.entries).into_iter();
        let mut before: HashMap<Address, Entry> = before
            .map(|entry| (entry.contact.address.clone(), entry))
            .collect();
        self.places.clear();
        for contact in contacts {
            if self.places.contains_key(&contact.address) {
                continue;
            }
            let place = self.entries.len();
            self.places.insert(contact.address.clone(), place);
            self.entries.push(match before.remove(&contact.address) {
                Some(entry) => Entry { contact, ..entry },
                None => Entry::new(contact),
            });
        }
    }

    /// Takes in what an earlier run knew.
    pub fn remember(&mut self, remembered: &[(Address, Remembered)]) {
        for (address, remembered) in remembered {
            if let Some(&place) = self.places.get(address) {
                self.entries[place].remember(remembered.clone());
            }
        }
    }

    /// Takes in what was learned of one contact; nothing where it is not on the roster. Returns
    /// whether the state is another than was known before.
    pub fn learn(&mut self, report: &Report) -> bool {
        let Some(&place) = self.places.get(&report.address) else {
            return false;
        };
        let entry = &mut self.entries[place];
        entry.lapse(self.link.confirmed_after(report.at));
        entry.learn(report)
    }

    /// Takes in what earlier runs saw of the day.
    pub fn recall(&mut self, history: &[(Address, Vec<Change>)]) {
        for (address, earlier) in history {
            if let Some(&place) = self.places.get(address) {
                self.entries[place].recall(earlier.clone());
            }
        }
    }

    /// The link changed at `now`.
    pub fn set_link(&mut self, link: Link, now: Timestamp) {
        if link.breaks(&self.link) {
            self.entries.iter_mut().for_each(|entry| entry.lose(now));
        }
        self.link = link;
    }

    /// All contacts, in the order that they were given in.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The contact of this address.
    pub fn entry(&self, address: &Address) -> Option<&Entry> {
        self.places.get(address).map(|&place| &self.entries[place])
    }

    /// How the link is.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// States that were confirmed before this are stale at `now`.
    pub fn confirmed_after(&self, now: Timestamp) -> Timestamp {
        self.link.confirmed_after(now)
    }
}
