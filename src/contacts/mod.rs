//! The contact book: a plain file that people edit, keep under git and share.
//!
//! Every change is an [`Edit`] that is applied to the newest content of the file under a lock, and
//! replaces the file in one step. So a crash loses nothing, and changes by others stay.

pub mod exchange;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use toml_edit::{ArrayOfTables, Document, DocumentMut, Item, Table, value};

use crate::file;
use crate::presence::{Address, clean};

/// Somebody who is on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Who it is.
    pub address: Address,
    /// The name to show, where it should not be the presentity's own.
    pub name: Option<String>,
    /// The group it stands in.
    pub group: Option<String>,
}

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
    /// The file says something that is not understood.
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

/// Reads the book. A file that is not there is an empty book; of two contacts with the same
/// address the first counts.
///
/// # Errors
/// [`BookError`] with file, line and reason.
pub fn load(path: &Path) -> Result<Vec<Contact>, BookError> {
    read(path).map(|(_, contacts)| contacts)
}

/// Applies edits to what the file says now and replaces it in one step; returns the book as it is
/// then. Comments, unknown keys and the order of the file stay. Other writers wait meanwhile. A file
/// that the edits change nothing of is not written.
///
/// # Errors
/// [`BookError`]; then nothing was changed.
pub fn save(path: &Path, edits: &[Edit]) -> Result<Vec<Contact>, BookError> {
    let unwritable = |error| BookError::Unwritable {
        path: path.into(),
        error,
    };
    let target = file::target(path);
    let folder = file::folder_of(&target).map_err(unwritable)?;
    let lock = File::create(folder.join(".contacts.lock")).map_err(unwritable)?;
    lock.lock().map_err(unwritable)?;
    let (mut document, contacts) = read(&target)?;
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
            Edit::Change { address, .. } => known.contains(address),
        };
        if concerns {
            apply(&mut document, edit);
        }
    }
    let text = document.to_string();
    if text == before {
        return Ok(contacts);
    }
    let contacts = parse(&target, &text)?.1;
    file::replace(&target, text.as_bytes()).map_err(unwritable)?;
    Ok(contacts)
}

fn read(path: &Path) -> Result<(DocumentMut, Vec<Contact>), BookError> {
    match fs::read_to_string(path) {
        Ok(text) => parse(path, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => parse(path, ""),
        Err(error) => Err(BookError::Unreadable {
            path: path.into(),
            error,
        }),
    }
}

fn parse(path: &Path, text: &str) -> Result<(DocumentMut, Vec<Contact>), BookError> {
    let invalid = |at: Option<std::ops::Range<usize>>, reason: String| {
        let line = file::line_of(text, at);
        BookError::Invalid {
            path: path.into(),
            line,
            reason,
        }
    };
    let document = Document::parse(text.to_string())
        .map_err(|error| invalid(error.span(), clean(error.message())))?;
    let mut contacts = Vec::new();
    let mut seen = HashSet::new();
    let none = ArrayOfTables::new();
    let tables = match document.get("contact") {
        None => &none,
        Some(Item::ArrayOfTables(tables)) => tables,
        Some(other) => {
            return Err(invalid(
                other.span(),
                "write each contact as [[contact]]".into(),
            ));
        }
    };
    for table in tables {
        let word = |key: &str| match table.get(key) {
            None => Ok(None),
            Some(item) => match item.as_str() {
                Some(text) => Ok(Some(clean(text)).filter(|text| !text.is_empty())),
                None => Err(invalid(
                    item.span(),
                    format!("'{key}' is not a text in quotes"),
                )),
            },
        };
        let Some(address) = word("address")? else {
            return Err(invalid(table.span(), "the contact has no address".into()));
        };
        let address = Address::parse(&address).map_err(|error| {
            invalid(table.get("address").and_then(Item::span), error.to_string())
        })?;
        if seen.insert(address.clone()) {
            contacts.push(Contact {
                address,
                name: word("name")?,
                group: word("group")?,
            });
        }
    }
    Ok((document.into_mut(), contacts))
}

/// Applies an edit that concerns the book: adds who is not there, changes who is.
fn apply(document: &mut DocumentMut, edit: &Edit) {
    let tables = document
        .entry("contact")
        .or_insert(Item::ArrayOfTables(ArrayOfTables::new()))
        .as_array_of_tables_mut()
        .expect("parse() refuses anything else");
    let place = |tables: &ArrayOfTables, wanted: &Address| {
        let address = |table: &Table| Address::parse(table.get("address")?.as_str()?).ok();
        tables
            .iter()
            .position(|table| address(table).as_ref() == Some(wanted))
    };
    match edit {
        Edit::Add(contact) => {
            let mut table = Table::new();
            table["address"] = value(contact.address.as_str());
            set(&mut table, "name", contact.name.as_deref());
            set(&mut table, "group", contact.group.as_deref());
            let first = tables.is_empty();
            tables.push(table);
            if first {
                head_with_trailing(document);
            }
        }
        Edit::Remove(address) => {
            if let Some(at) = place(tables, address) {
                remove(document, at);
                // The same address may be there twice.
                apply(document, edit);
            }
        }
        Edit::Change {
            address,
            name,
            group,
        } => {
            if let Some(at) = place(tables, address) {
                let table = tables.get_mut(at).expect("place() found it");
                set(table, "name", name.as_deref());
                set(table, "group", group.as_deref());
            }
        }
    }
}

/// A file of comments alone keeps them above its first contact.
fn head_with_trailing(document: &mut DocumentMut) {
    let comment = document.trailing().as_str().unwrap_or_default().to_string();
    document.set_trailing("");
    let tables = document
        .get_mut("contact")
        .and_then(Item::as_array_of_tables_mut);
    if let Some(table) = tables.and_then(|tables| tables.get_mut(0)) {
        table.decor_mut().set_prefix(comment);
    }
}

/// Removes a contact. A comment above it may be about those who follow, so it stays.
fn remove(document: &mut DocumentMut, at: usize) {
    let Some(tables) = document
        .get_mut("contact")
        .and_then(Item::as_array_of_tables_mut)
    else {
        return;
    };
    let prefix = |table: &Table| {
        let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str());
        prefix.unwrap_or_default().to_string()
    };
    let comment = prefix(&tables.remove(at));
    if !comment.contains('#') {
        return;
    }
    match tables.get_mut(at) {
        Some(next) => {
            let own = prefix(next);
            next.decor_mut().set_prefix(format!("{comment}{own}"));
        }
        None => {
            let end = document.trailing().as_str().unwrap_or_default().to_string();
            document.set_trailing(format!("{comment}{end}"));
        }
    }
}

fn set(table: &mut Table, key: &str, text: Option<&str>) {
    match (text, table.get_mut(key).and_then(Item::as_value_mut)) {
        (Some(text), Some(old)) => {
            // The same word in another notation is no change.
            if old.as_str().map(clean).as_deref() != Some(text) {
                // What stands around the value, such as a comment, stays.
                let decor = old.decor().clone();
                *old = text.into();
                *old.decor_mut() = decor;
            }
        }
        (Some(text), None) => table[key] = value(text),
        (None, _) => unset(table, key),
    }
}

/// Removes a key. A comment behind it goes with it; comments on the lines above may be about what
/// follows, so they stay where they are.
fn unset(table: &mut Table, key: &str) {
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_string()).collect();
    let Some((removed, _)) = table.remove_entry(key) else {
        return;
    };
    let above = removed.leaf_decor().prefix().and_then(|raw| raw.as_str());
    let Some(comment) = above.filter(|above| above.contains('#')) else {
        return;
    };
    let at = keys.iter().position(|known| known == key).unwrap_or(0);
    let next = keys.get(at + 1).and_then(|next| table.key_mut(next));
    if let Some(mut next) = next {
        let decor = next.leaf_decor_mut();
        let own = decor.prefix().and_then(|raw| raw.as_str());
        let both = format!("{comment}{}", own.unwrap_or_default());
        decor.set_prefix(both);
        return;
    }
    let previous = at.checked_sub(1).map(|previous| &keys[previous]);
    let previous = previous.and_then(|previous| table.get_mut(previous));
    if let Some(value) = previous.and_then(Item::as_value_mut) {
        let decor = value.decor_mut();
        let own = decor.suffix().and_then(|raw| raw.as_str());
        let both = format!("{}\n{}", own.unwrap_or_default(), comment.trim_end());
        decor.set_suffix(both);
    }
}
