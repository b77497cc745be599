//! Operator's notes on contacts.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use toml_edit::{ArrayOfTables, Table, value};

use super::file::{Shared, is_of};
use crate::file::Kind;
use crate::presence::{Address, clean};

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

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    note: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    address: String,
    text: String,
    #[serde(default)]
    by: String,
    at: Timestamp,
    until: Option<Timestamp>,
}

impl Row {
    fn note(self) -> Option<OperatorNote> {
        Some(OperatorNote {
            address: Address::parse(&self.address).ok()?,
            text: clean(&self.text),
            by: clean(&self.by),
            at: self.at,
            until: self.until,
        })
    }
}

/// `notes.toml`. Those whose time is over leave it.
impl Shared for OperatorNotes {
    type Edit = NoteEdit;
    const KIND: Kind = Kind::Notes;
    const TABLE: &'static str = "note";

    fn read(text: &str) -> Result<OperatorNotes, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        Ok(file.note.into_iter().filter_map(Row::note).collect())
    }

    fn anew(&self) -> Vec<NoteEdit> {
        let all = self.all().into_iter().cloned();
        all.map(NoteEdit::Put).collect()
    }

    fn change(&self, tables: &mut ArrayOfTables, edits: &[NoteEdit], now: Timestamp) {
        let over = self.all().into_iter().filter(|note| !note.counts(now));
        for note in over {
            tables.retain(|table| !is_of(table, &note.address));
        }
        for edit in edits {
            tables.retain(|table| !is_of(table, edit.address()));
            if let NoteEdit::Put(note) = edit {
                tables.push(table(note));
            }
        }
    }
}

fn table(note: &OperatorNote) -> Table {
    let mut table = Table::new();
    table["address"] = value(note.address.as_str());
    table["text"] = value(&note.text);
    table["by"] = value(&note.by);
    table["at"] = value(note.at.to_string());
    if let Some(until) = note.until {
        table["until"] = value(until.to_string());
    }
    table
}
