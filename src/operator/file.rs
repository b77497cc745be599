//! The file of the notes, `notes.toml`: one `[[note]]` for each. Comments and unknown keys in it stay.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;
use thiserror::Error;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::{NoteEdit, OperatorNote, OperatorNotes};
use crate::file::{self, Kind, Lock};
use crate::presence::{Address, clean};

/// Why the notes cannot be read or written. The file is left as it is.
#[derive(Debug, Error)]
pub enum NotesError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {error}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file holds something that is not understood.
    #[error("{path}, line {line}: {reason}. Correct it; until then it is left as it is")]
    Invalid {
        /// Which.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// The file cannot be written.
    #[error("{path} cannot be written: {error}")]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
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

/// Reads the notes. A file that is not there holds none; one whose address is none is skipped.
///
/// # Errors
/// [`NotesError`] with file, line and reason.
pub fn load(path: &Path) -> Result<OperatorNotes, NotesError> {
    notes_in(path, &text_of(path)?)
}

/// Applies edits to the file as it is now and replaces it in one step; returns the notes as they are
/// then. Those whose time is over at `now` leave the file. Other writers wait meanwhile; where the
/// system cannot lock the file itself, at a lock in the folder `locks`.
///
/// # Errors
/// [`NotesError`]; then nothing was changed.
pub fn save(
    path: &Path,
    locks: &Path,
    edits: &[NoteEdit],
    now: Timestamp,
) -> Result<OperatorNotes, NotesError> {
    let unwritable = |error| NotesError::Unwritable {
        path: path.into(),
        error,
    };
    let target = file::target(path);
    file::folder_of(&target).map_err(unwritable)?;
    loop {
        let lock = Lock::of(&target, locks).map_err(unwritable)?;
        let text = text_of(&target)?;
        let before = notes_in(&target, &text)?;
        let edited = edited(&target, &text, &before, edits, now)?;
        // What is written is to be read again.
        file::check_toml(&edited, Kind::Notes).map_err(unwritable)?;
        let put = if lock.is_held() {
            file::replace
        } else {
            file::create
        };
        match put(&target, edited.as_bytes()) {
            Ok(()) => return notes_in(&target, &edited),
            // Somebody else has made the file meanwhile.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unwritable(error)),
        }
    }
}

fn text_of(path: &Path) -> Result<String, NotesError> {
    let text =
        file::read_toml_if_there(path, Kind::Notes).map_err(|error| NotesError::Unreadable {
            path: path.into(),
            error,
        });
    Ok(text?.unwrap_or_default())
}

fn notes_in(path: &Path, text: &str) -> Result<OperatorNotes, NotesError> {
    let file: File =
        toml::from_str(text).map_err(|error| invalid(path, text, error.span(), error.message()))?;
    Ok(file.note.into_iter().filter_map(Row::note).collect())
}

fn edited(
    path: &Path,
    text: &str,
    before: &OperatorNotes,
    edits: &[NoteEdit],
    now: Timestamp,
) -> Result<String, NotesError> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        invalid(path, text, error.span(), error.message())
    })?;
    let notes = document
        .entry("note")
        .or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(tables) = notes.as_array_of_tables_mut() else {
        return Err(invalid(
            path,
            text,
            None,
            "write each note below a line [[note]]",
        ));
    };
    let is_of = |table: &Table, address: &Address| {
        let written = table.get("address").and_then(Item::as_str);
        written
            .and_then(|written| Address::parse(written).ok())
            .as_ref()
            == Some(address)
    };
    let over = before.all().into_iter().filter(|note| !note.counts(now));
    for address in over.map(|note| &note.address) {
        tables.retain(|table| !is_of(table, address));
    }
    for edit in edits {
        tables.retain(|table| !is_of(table, edit.address()));
        if let NoteEdit::Put(note) = edit {
            tables.push(table(note));
        }
    }
    Ok(document.to_string())
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

fn invalid(
    path: &Path,
    text: &str,
    at: Option<std::ops::Range<usize>>,
    reason: &str,
) -> NotesError {
    NotesError::Invalid {
        path: path.into(),
        line: file::line_of(text, at),
        reason: clean(reason),
    }
}
