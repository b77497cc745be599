//! Edits of contacts: they show on the board at once, and are saved as an effect.

use jiff::Timestamp;

use super::{
    AccountEffect, AccountId, Board, ContactId, Cursor, Entry, Field, Form, Heading, Pane, Purpose,
    WorldEffect,
};
use crate::contacts::{self, Contact, Edit};
use crate::presence::Address;

impl Board {
    pub(super) fn submit(&mut self, now: Timestamp) {
        let Pane::Form(form) = &mut self.pane else {
            return;
        };
        let purpose = form.purpose().clone();
        if let Purpose::Import | Purpose::Export(_) = purpose {
            let Some(path) = form.text(Field::File) else {
                form.refusal = Some("Which file?".into());
                return;
            };
            let group = form.text(Field::Group);
            return match purpose {
                Purpose::Export(replace) => self.submit_export(path, replace),
                _ => self.want(WorldEffect::Import { path, group }),
            };
        }
        if let Purpose::Annotate(id) = purpose {
            return self.annotate(id, now);
        }
        if purpose == Purpose::DirectorySignIn {
            return self.sign_in_at_directory(now);
        }
        if let Some(refused) = form.others_refused() {
            form.refusal = Some(refused.to_string());
            return form.focus_on_field(Field::Also);
        }
        if purpose == Purpose::Move {
            let group = form.text(Field::Group);
            self.pane = Pane::Contacts;
            return self.regroup(self.chosen(), group, now);
        }
        if let Purpose::Change(id) = purpose {
            let changed = self.accounts.entry(&id).map(|entry| {
                let mut contact = entry.contact.clone();
                form.facts()
                    .for_each(|(fact, text)| drop(contact.set(fact, text)));
                (id.account, contact)
            });
            self.pane = Pane::Contacts;
            return self.change(changed.into_iter().collect(), now);
        }
        if self.pick(now) {
            return;
        }
        let Pane::Form(form) = &mut self.pane else {
            return;
        };
        match form.contacts(self.preferences.domain.as_deref()) {
            Ok(contacts) => {
                self.pane = Pane::Contacts;
                let new = self.add(contacts, now);
                if !new.is_empty() {
                    self.want_of(AccountId::MAIN, AccountEffect::PollNow(new));
                }
            }
            Err(refusal) => form.refusal = Some(refusal.to_string()),
        }
    }

    /// Adds those who are not on the board yet to the board's own book, and selects the first; returns
    /// who is new.
    pub(super) fn add(&mut self, contacts: Vec<Contact>, now: Timestamp) -> Vec<Address> {
        let Some(first) = contacts.first() else {
            return Vec::new();
        };
        let first = first.address.clone();
        let mut new: Vec<Contact> = Vec::new();
        for contact in contacts {
            let known = self.find(&contact.address).is_some();
            if !known && new.iter().all(|other| other.address != contact.address) {
                new.push(contact);
            }
        }
        let addresses = new.iter().map(|new| new.address.clone()).collect();
        let name = match new.as_slice() {
            [] => None,
            [one] => Some(format!("Added {}", one.address)),
            several => Some(format!("Added {}", contacts::counted(several.len()))),
        };
        match name {
            Some(name) => self.carry_out(added(new), name, now),
            None => self.show_notice(format!("{first} is on the board already"), now),
        }
        self.search = None;
        self.hide_offline = false;
        let there = self
            .find(&first)
            .map(|entry| (entry.id(), Heading::of(&entry.contact)));
        if let Some((_, heading)) = &there {
            self.folded.remove(heading);
        }
        self.rearrange(now);
        if let Some((id, _)) = there {
            self.select(Cursor::Contact(id));
        }
        addresses
    }

    /// Adds contacts that are not on the board yet, and has them polled at once.
    pub(super) fn add_new(&mut self, new: Vec<Contact>, name: String, now: Timestamp) {
        let addresses = new.iter().map(|new| new.address.clone()).collect();
        self.carry_out(added(new), name, now);
        self.want_of(AccountId::MAIN, AccountEffect::PollNow(addresses));
    }

    fn change(&mut self, changed: Vec<(AccountId, Contact)>, now: Timestamp) {
        let mut count = 0;
        let mut edits = Vec::new();
        for (account, contact) in changed {
            let address = contact.address.clone();
            let Some(old) = self.entry(&ContactId { account, address }) else {
                continue;
            };
            let between = Edit::between(&old.contact, &contact);
            count += usize::from(!between.is_empty());
            edits.extend(between.into_iter().map(|edit| (account, edit)));
        }
        let words = match count {
            0 => return,
            1 => "Changed the contact".into(),
            count => format!("Changed {}", contacts::counted(count)),
        };
        self.carry_out(edits, words, now)
    }

    /// The marked contacts, else the one under the cursor, each with the account that it is of.
    fn chosen(&self) -> Vec<(AccountId, Contact)> {
        let marked = self.entries().filter(|entry| entry.marked);
        let marked: Vec<_> = marked.map(with_account).collect();
        if marked.is_empty() {
            self.selected().map(with_account).into_iter().collect()
        } else {
            marked
        }
    }

    /// One of several things that are chosen, by name, else how many they are.
    fn named(&self, chosen: &[(AccountId, Contact)]) -> Option<String> {
        match chosen {
            [] => None,
            [(account, contact)] => {
                let id = ContactId {
                    account: *account,
                    address: contact.address.clone(),
                };
                Some(self.entry(&id)?.name().to_string())
            }
            several => Some(contacts::counted(several.len())),
        }
    }

    pub(super) fn remove(&mut self, now: Timestamp) {
        let chosen = self.chosen();
        let Some(name) = self.named(&chosen) else {
            return;
        };
        let name = format!("Removed {name}");
        if matches!(self.pane, Pane::Details { .. }) {
            self.pane = Pane::Contacts;
        }
        let next = self.neighbour_after_removal(&chosen);
        let edits = chosen.into_iter();
        let edits = edits.map(|(account, contact)| (account, Edit::Remove(contact.address)));
        self.carry_out(edits, name, now);
        if let Some(next) = next {
            self.select(Cursor::Contact(next));
        }
    }

    /// Who takes the cursor when the chosen ones are gone: the next in sight, else the one before.
    fn neighbour_after_removal(&self, chosen: &[(AccountId, Contact)]) -> Option<ContactId> {
        let Some(Cursor::Contact(here)) = &self.cursor else {
            return None;
        };
        let shown: Vec<ContactId> = self
            .sections
            .iter()
            .filter(|section| !section.folded)
            .flat_map(|section| &section.members)
            .map(|&place| self.entry_at(place).id())
            .collect();
        let at = shown.iter().position(|id| id == here)?;
        let is_gone = |id: &ContactId| {
            let mut gone = chosen.iter();
            gone.any(|(account, contact)| *account == id.account && contact.address == id.address)
        };
        let stays = |id: &&ContactId| !is_gone(id);
        let next = shown[at..]
            .iter()
            .find(stays)
            .or_else(|| shown[..at].iter().rev().find(stays));
        next.cloned()
    }

    /// Opens the form that moves the marked contacts, or the one under the cursor.
    pub(super) fn ask_for_group(&mut self) {
        if !self.chosen().is_empty() {
            self.pane = Pane::Form(Box::new(Form::moving()));
        }
    }

    /// A contact was dragged onto a section; one that is marked takes all marked along.
    pub(super) fn drop_on(&mut self, id: &ContactId, heading: &Heading, now: Timestamp) {
        let Some(entry) = self.entry(id) else {
            return;
        };
        let moved = if entry.marked {
            self.chosen()
        } else {
            vec![with_account(entry)]
        };
        let drop = |contact: Contact| match heading {
            // They are where they are because of the search.
            Heading::Instead(_) => contact,
            Heading::Pinned => Contact {
                pinned: true,
                ..contact
            },
            Heading::Group(group) => Contact {
                group: group.clone(),
                pinned: false,
                ..contact
            },
        };
        let moved = moved.into_iter();
        let moved = moved.map(|(account, contact)| (account, drop(contact)));
        self.change(moved.collect(), now)
    }

    /// Pins the marked contacts, or the one under the cursor, on top; where all are pinned, takes
    /// the pins away.
    pub(super) fn pin(&mut self, now: Timestamp) {
        let chosen = self.chosen();
        let pinned = !chosen.iter().all(|(_, contact)| contact.pinned);
        let verb = if pinned { "Pinned" } else { "Unpinned" };
        let Some(name) = self.named(&chosen) else {
            return;
        };
        let name = format!("{verb} {name}");
        let edits = chosen
            .into_iter()
            .filter(|(_, contact)| contact.pinned != pinned);
        let edits = edits.map(|(account, contact)| {
            let address = contact.address;
            (account, Edit::Pin { address, pinned })
        });
        self.carry_out(edits, name, now);
    }

    fn regroup(&mut self, moved: Vec<(AccountId, Contact)>, group: Option<String>, now: Timestamp) {
        let moved = moved.into_iter().map(|(account, contact)| {
            let group = group.clone();
            (account, Contact { group, ..contact })
        });
        self.change(moved.collect(), now)
    }

    pub(super) fn mark(&mut self) {
        if let Some(Cursor::Contact(id)) = &self.cursor
            && let Some(entry) = self.accounts.entry_mut(id)
        {
            entry.marked ^= true;
        }
    }
}

/// Those who are added to the board's own book.
fn added(contacts: Vec<Contact>) -> impl Iterator<Item = (AccountId, Edit)> {
    let edits = contacts.into_iter().map(Edit::add);
    edits.map(|edit| (AccountId::MAIN, edit))
}

/// A contact with the account that it is of.
fn with_account(entry: &Entry) -> (AccountId, Contact) {
    (entry.account(), entry.contact.clone())
}
