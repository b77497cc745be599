use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::{AccountId, Change, Entry, Remembered};
use crate::contacts::Contact;
use crate::link::{Link, LinkState, Report};
use crate::operator::{DeskWatches, OperatorNotes};
use crate::presence::Address;

/// How the contacts differ from those before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// How many were not there before.
    pub new: usize,
    /// How many are not as they were: another name, another group, another number.
    pub changed: usize,
    /// How many are there no more.
    pub gone: usize,
}

/// Contacts, what is known of each, and the link: a board without a screen.
#[derive(Clone, Debug)]
pub struct Roster {
    account: AccountId,
    pub(super) entries: Vec<Entry>,
    places: HashMap<Address, usize>,
    pub(super) notes: OperatorNotes,
    pub(super) watches: DeskWatches,
    link: Link,
}

impl Roster {
    /// Nobody, before the first sign-in.
    pub fn new(link: Link) -> Roster {
        Roster::of(AccountId::MAIN, link)
    }

    /// The same for one of the accounts of a board.
    pub(super) fn of(account: AccountId, link: Link) -> Roster {
        Roster {
            account,
            entries: Vec::new(),
            places: HashMap::new(),
            notes: OperatorNotes::default(),
            watches: DeskWatches::default(),
            link,
        }
    }

    /// Replaces the contacts. What is known of those who stay is kept; of the same address the
    /// first counts. Returns what is different now.
    pub fn set_contacts(&mut self, contacts: Vec<Contact>) -> Difference {
        let before = std::mem::take(&mut self.entries).into_iter();
        let mut before: HashMap<Address, Entry> = before
            .map(|entry| (entry.contact.address.clone(), entry))
            .collect();
        self.places.clear();
        self.entries.reserve_exact(contacts.len());
        let mut difference = Difference::default();
        for contact in contacts {
            if self.places.contains_key(&contact.address) {
                continue;
            }
            let place = self.entries.len();
            self.places.insert(contact.address.clone(), place);
            self.entries.push(match before.remove(&contact.address) {
                Some(entry) => {
                    difference.changed += usize::from(entry.contact != contact);
                    Entry { contact, ..entry }
                }
                None => {
                    difference.new += 1;
                    Entry::of(self.account, contact)
                }
            });
        }
        // An address of its own counts before one that somebody has besides.
        for (place, entry) in self.entries.iter().enumerate() {
            for address in entry.contact.others() {
                self.places.entry(address).or_insert(place);
            }
        }
        difference.gone = before.len();
        self.show_notes();
        difference
    }

    /// Takes in what an earlier run knew.
    pub fn remember(&mut self, remembered: &[(Address, Remembered)]) {
        for (address, remembered) in remembered {
            if let Some(entry) = self.entry_mut(address) {
                entry.remember(remembered.clone());
            }
        }
    }

    /// Takes in a report; nothing where its contact is not on the roster. Returns whether the state
    /// differs from the one known before.
    pub fn learn(&mut self, report: &Report) -> bool {
        let after = self.link.confirmed_after(report.at);
        self.entry_mut(&report.address).is_some_and(|entry| {
            entry.lapse(after);
            entry.learn(report)
        })
    }

    /// Takes in what earlier runs saw of the day.
    pub fn recall(&mut self, history: &[(Address, Vec<Change>)]) {
        for (address, earlier) in history {
            if let Some(entry) = self.entry_mut(address) {
                entry.recall(earlier.clone());
            }
        }
    }

    /// The link changed at `now`.
    pub fn set_link(&mut self, link: Link, now: Timestamp) {
        if link.breaks(&self.link) {
            let entries = self.entries.iter_mut();
            entries.for_each(|entry| entry.timeline.lose(now));
        }
        self.link = link;
    }

    /// The account that its contacts are of.
    pub(super) fn account(&self) -> AccountId {
        self.account
    }

    /// Every address of every contact, each once.
    pub fn addresses(&self) -> Vec<Address> {
        let contacts = self.entries.iter().map(|entry| &entry.contact);
        let mut seen = HashSet::new();
        let mut addresses: Vec<Address> = contacts.clone().map(|one| one.address.clone()).collect();
        let others: Vec<Address> = contacts.flat_map(Contact::others).collect();
        let mut is_new = |address: &Address| {
            let own = self
                .place(address)
                .map(|place| &self.entries[place].contact.address);
            own != Some(address) && seen.insert(address.clone())
        };
        addresses.extend(others.into_iter().filter(|address| is_new(address)));
        addresses
    }

    /// All contacts, in the order that they were given in.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn entries_mut(&mut self) -> &mut [Entry] {
        &mut self.entries
    }

    /// The contact of this address.
    pub fn entry(&self, address: &Address) -> Option<&Entry> {
        self.place(address).map(|place| &self.entries[place])
    }

    pub(super) fn entry_mut(&mut self, address: &Address) -> Option<&mut Entry> {
        self.place(address).map(|place| &mut self.entries[place])
    }

    /// Its place among the entries.
    pub(super) fn place(&self, address: &Address) -> Option<usize> {
        self.places.get(address).copied()
    }

    pub(super) fn link_state_mut(&mut self) -> &mut LinkState {
        &mut self.link.state
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
