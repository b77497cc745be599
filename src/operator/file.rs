//! Files that several boards write: under a lock, in one step, and each changes no more than it means.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use thiserror::Error;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use crate::file::{self, Kind, Lock, Text};
use crate::presence::{Address, clean};

/// Why such a file cannot be read or written. The file is left as it is.
#[derive(Debug, Error)]
pub enum SharedError {
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

/// What boards share in a file, in tables `[[TABLE]]`. Comments and unknown keys in it stay.
pub trait Shared: Default {
    /// One change of it.
    type Edit: Clone;
    /// What the file is.
    const KIND: Kind;
    /// The name of its tables.
    const TABLE: &'static str;

    /// Reads the text of the file.
    ///
    /// # Errors
    /// What in it is not understood, and where.
    fn read(text: &str) -> Result<Self, toml::de::Error>;

    /// The edits that write all of it anew.
    fn anew(&self) -> Vec<Self::Edit>;

    /// Changes the tables of the file, which hold this; what is over at `now` leaves them.
    fn change(&self, tables: &mut ArrayOfTables, edits: &[Self::Edit], now: Timestamp);
}

/// Whether the folder of a shared file, where the contact book was, is gone: a checkout may have both away
/// for a moment. Nothing is written into the gap.
pub fn is_away(path: &Path) -> bool {
    let target = file::target(path);
    let folder = target.parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    folder.is_some_and(|folder| !folder.is_dir())
}

/// Reads the file. One that is not there holds nothing; what is of no address is skipped.
///
/// # Errors
/// [`SharedError`] with file, line and reason.
pub fn load<T: Shared>(path: &Path) -> Result<T, SharedError> {
    Ok(load_if_there(path)?.unwrap_or_default())
}

/// Reads the file; `None` where there is no such file.
///
/// # Errors
/// [`SharedError`] with file, line and reason.
pub fn load_if_there<T: Shared>(path: &Path) -> Result<Option<T>, SharedError> {
    let text = text_of::<T>(path)?;
    text.map(|text| read(path, &text.plain)).transpose()
}

/// Applies edits to the file as it is now and replaces it in one step; returns what is in it then. What
/// is over at `now` leaves it; line ends and byte order mark stay. Other writers wait meanwhile; where
/// the system cannot lock the file itself, at a lock in the folder `locks`.
///
/// # Errors
/// [`SharedError`]; then nothing was changed.
pub fn save<T: Shared>(
    path: &Path,
    locks: &Path,
    edits: &[T::Edit],
    now: Timestamp,
) -> Result<T, SharedError> {
    let unwritable = |error| SharedError::Unwritable {
        path: path.into(),
        error,
    };
    let target = file::target(path);
    if is_away(path) {
        let away = io::Error::new(io::ErrorKind::NotFound, "its folder is not there");
        return Err(unwritable(away));
    }
    loop {
        let lock = Lock::of(&target, locks).map_err(unwritable)?;
        let text = text_of::<T>(&target)?.unwrap_or_else(|| Text::of(String::new()));
        let before: T = read(&target, &text.plain)?;
        let edited = edited(&target, &text.plain, &before, edits, now)?;
        // What is written is to be read again.
        file::check_toml(&edited, T::KIND).map_err(unwritable)?;
        let put = if lock.is_held() {
            file::replace
        } else {
            file::create
        };
        match put(&target, text.rewrite(&edited).as_bytes()) {
            Ok(()) => return read(&target, &edited),
            // Somebody else has made the file meanwhile.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unwritable(error)),
        }
    }
}

/// Whether a table is of this address.
pub(super) fn is_of(table: &Table, address: &Address) -> bool {
    let written = table.get("address").and_then(Item::as_str);
    let written = written.and_then(|written| Address::parse(written).ok());
    written.as_ref() == Some(address)
}

fn text_of<T: Shared>(path: &Path) -> Result<Option<Text>, SharedError> {
    let text = file::read_toml_if_there(path, T::KIND).map_err(|error| SharedError::Unreadable {
        path: path.into(),
        error,
    });
    Ok(text?.map(Text::of))
}

fn read<T: Shared>(path: &Path, text: &str) -> Result<T, SharedError> {
    T::read(text)
        .map_err(|error| invalid(path, text, error.span(), &file::toml_words(error.message())))
}

fn edited<T: Shared>(
    path: &Path,
    text: &str,
    before: &T,
    edits: &[T::Edit],
    now: Timestamp,
) -> Result<String, SharedError> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        invalid(path, text, error.span(), &file::toml_words(error.message()))
    })?;
    let tables = document
        .entry(T::TABLE)
        .or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(tables) = tables.as_array_of_tables_mut() else {
        let advice = format!("write each {0} below a line [[{0}]]", T::TABLE);
        return Err(invalid(path, text, None, &advice));
    };
    before.change(tables, edits, now);
    Ok(document.to_string())
}

fn invalid(
    path: &Path,
    text: &str,
    at: Option<std::ops::Range<usize>>,
    reason: &str,
) -> SharedError {
    SharedError::Invalid {
        path: path.into(),
        line: file::line_of(text, at),
        reason: clean(reason),
    }
}
