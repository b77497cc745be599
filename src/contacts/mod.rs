//! The contact book: a plain file that people edit, keep under git and share.
//!
//! Every change is an [`Edit`] that is applied to the newest content of the file under a lock, and
//! replaces the file in one step. So a crash loses nothing, and changes by others stay.

/// Lists of contacts that somebody else keeps.
pub mod comparison;
mod contact;
mod document;
mod edit;
pub mod exchange;
mod names;
/// Telephone numbers.
pub mod number;
mod rows;
mod watch;

use std::collections::HashSet;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use thiserror::Error;
use toml_edit::{Document, DocumentMut, TomlError};

pub use contact::{Contact, Fact, joined, written_addresses};
pub use edit::{Edit, applied};
pub use names::{UnknownName, unknown_names};
pub use watch::Changes;

use crate::file::{self, Kind, Lock, Text};
use crate::presence::{Address, clean};
use rows::Mistake;

/// So many contacts, in words.
pub fn counted(count: usize) -> String {
    let word = if count == 1 { "contact" } else { "contacts" };
    format!("{count} {word}")
}

/// Why the book cannot be read or written. The file is left as it is.
#[derive(Debug, Error)]
pub enum BookError {
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
    /// The file was there and is gone: a checkout, or a program that brings it up to date, may have it.
    #[error(
        "{} is gone; who is on the board stays until it is back. r writes it anew ({})",
        file::name_of(.0), .0.display()
    )]
    Away(PathBuf),
    /// The file cannot be written.
    #[error("{path} cannot be written: {error}")]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Reads the book. A file that is not there is an empty book; of two contacts with the same
/// address the first counts.
///
/// # Errors
/// [`BookError`] with file, line and reason.
pub fn load(path: &Path) -> Result<Vec<Contact>, BookError> {
    Ok(load_if_there(path)?.unwrap_or_default())
}

/// Reads the book; `None` where there is no such file.
///
/// # Errors
/// [`BookError`] with file, line and reason.
pub fn load_if_there(path: &Path) -> Result<Option<Vec<Contact>>, BookError> {
    let text = text_of(path)?;
    text.map(|text| contacts_in(path, &text.plain)).transpose()
}

/// Applies edits to the file as it is now and replaces it in one step; returns the book as it is
/// then. Comments, unknown keys, the order and the line ends of the file stay. Other writers wait
/// meanwhile; where the system cannot lock the book itself, at a lock in the folder `locks`. A file
/// that the edits change nothing of is not written.
///
/// # Errors
/// [`BookError`]; then nothing was changed.
pub fn save(path: &Path, locks: &Path, edits: &[Edit]) -> Result<Vec<Contact>, BookError> {
    let unwritable = |error| BookError::Unwritable {
        path: path.into(),
        error,
    };
    let target = file::target(path);
    file::folder_of(&target).map_err(unwritable)?;
    loop {
        let lock = Lock::of(&target, locks).map_err(unwritable)?;
        let (contacts, edited) = edited(&target, edits)?;
        let Some(edited) = edited else {
            return Ok(contacts);
        };
        let put = if lock.is_held() {
            file::replace
        } else {
            file::create
        };
        match put(&target, edited.as_bytes()) {
            Ok(()) => return Ok(contacts),
            // Somebody else has made the file meanwhile.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unwritable(error)),
        }
    }
}

/// The book with these edits, and the new text; `None` where they change nothing of it.
fn edited(target: &Path, edits: &[Edit]) -> Result<(Vec<Contact>, Option<String>), BookError> {
    let text = text_of(target)?.unwrap_or_else(|| Text::of(String::new()));
    let contacts = contacts_in(target, &text.plain)?;
    let mut document = document_of(target, &text.plain)?;
    // Not the text itself: the library may write it in another way.
    let before = document.to_string();
    // Looking through the file for each of thousands that come in would take minutes.
    let mut known: HashSet<Address> = contacts
        .iter()
        .map(|contact| contact.address.clone())
        .collect();
    for edit in edits {
        let concerns = match edit {
            Edit::Add(contact) => known.insert(contact.address.clone()),
            Edit::Remove(address) => known.remove(address),
            Edit::Set { address, .. } | Edit::Pin { address, .. } => known.contains(address),
        };
        if concerns {
            document::apply(&mut document, edit);
        }
    }
    let edited = document.to_string();
    // Of a large book it takes more than all the rest.
    drop(document);
    if edited == before {
        return Ok((contacts, None));
    }
    // What is written is to be read again.
    file::check_toml(&edited, Kind::Contacts).map_err(|error| BookError::Unwritable {
        path: target.into(),
        error,
    })?;
    let contacts = contacts_in(target, &edited)?;
    Ok((contacts, Some(text.rewrite(&edited))))
}

/// The text of the book; `None` where there is no file.
fn text_of(path: &Path) -> Result<Option<Text>, BookError> {
    let read = file::read_toml_if_there(path, Kind::Contacts);
    let read = read.map_err(|error| BookError::Unreadable {
        path: path.into(),
        error,
    });
    Ok(read?.map(Text::of))
}

/// The contacts in the text of the book at this path.
fn contacts_in(path: &Path, text: &str) -> Result<Vec<Contact>, BookError> {
    rows::read(text).map_err(|Mistake { at, reason }| invalid(path, text, at, reason))
}

/// The text as it is edited: with its comments, unknown keys and order.
fn document_of(path: &Path, text: &str) -> Result<DocumentMut, BookError> {
    let parsed = Document::parse(text).map_err(|error: TomlError| {
        invalid(
            path,
            text,
            error.span(),
            clean(&file::toml_words(error.message())),
        )
    })?;
    document::editable(parsed).map_err(|Mistake { at, reason }| invalid(path, text, at, reason))
}

fn invalid(path: &Path, text: &str, at: Option<Range<usize>>, reason: String) -> BookError {
    BookError::Invalid {
        path: path.into(),
        line: file::line_of(text, at),
        reason,
    }
}
