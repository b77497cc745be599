//! Operator's notes: what those at the front desk write about a contact for each other, such as 'out
//! until 14:00, deputy Eva'. Each says who wrote it and when, and goes by itself at its time.
//!
//! They are kept in a file of their own beside the contacts, so that a contact book that is shared stays
//! clean of them. The note on a contact that the user keeps in the book, and the note that a presentity
//! publishes, are other things.

mod deputy;
mod file;
mod phrase;

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

pub use deputy::deputy_in;
pub use file::{NotesError, load, save};
pub use phrase::end_in;

use crate::presence::Address;

/// A note of an operator on one contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorNote {
    /// On whom.
    pub address: Address,
    /// What it says.
    pub text: String,
    /// The user who wrote it.
    pub by: String,
    /// When it was written.
    pub at: Timestamp,
    /// When it goes by itself; `None`: it stays until somebody clears it.
    pub until: Option<Timestamp>,
}

impl OperatorNote {
    /// Whether it still counts.
    pub fn counts(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| until > now)
    }
}

/// One change of the notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteEdit {
    /// Puts this note in the place of the one that the contact has.
    Put(OperatorNote),
    /// Clears the note on this contact.
    Clear(Address),
}

impl NoteEdit {
    /// On whom.
    pub fn address(&self) -> &Address {
        match self {
            NoteEdit::Put(note) => &note.address,
            NoteEdit::Clear(address) => address,
        }
    }
}

/// The notes, at most one on each contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperatorNotes(HashMap<Address, OperatorNote>);

impl OperatorNotes {
    /// The note on a contact.
    pub fn on(&self, address: &Address) -> Option<&OperatorNote> {
        self.0.get(address)
    }

    /// All of them, in the order of the addresses.
    pub fn all(&self) -> Vec<&OperatorNote> {
        let mut all: Vec<&OperatorNote> = self.0.values().collect();
        all.sort_by_key(|note| note.address.as_str());
        all
    }

    /// Changes them; returns the edit that takes this back.
    pub fn apply(&mut self, edit: NoteEdit) -> NoteEdit {
        let address = edit.address().clone();
        let before = match edit {
            NoteEdit::Put(note) => self.0.insert(note.address.clone(), note),
            NoteEdit::Clear(address) => self.0.remove(&address),
        };
        before.map_or(NoteEdit::Clear(address), NoteEdit::Put)
    }

    /// Drops those whose time is over.
    pub fn expire(&mut self, now: Timestamp) {
        self.0.retain(|_, note| note.counts(now));
    }

    /// When the next one goes.
    pub fn next_end(&self) -> Option<Timestamp> {
        self.0.values().filter_map(|note| note.until).min()
    }

    /// The clock was set by so much. Their ends are times of day, and stay.
    pub fn shift(&mut self, by: SignedDuration) {
        for note in self.0.values_mut() {
            note.at = note.at.checked_add(by).unwrap_or(note.at);
        }
    }
}

impl FromIterator<OperatorNote> for OperatorNotes {
    /// Of two on the same contact the later in the list counts.
    fn from_iter<T: IntoIterator<Item = OperatorNote>>(notes: T) -> OperatorNotes {
        let notes = notes.into_iter();
        OperatorNotes(notes.map(|note| (note.address.clone(), note)).collect())
    }
}
