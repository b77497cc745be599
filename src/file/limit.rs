//! How large a file may be, by what it is: the one place at which whosin reads files.
//!
//! Whoever can put a file where whosin looks for one, in a shared folder or a checkout, takes neither
//! its memory nor makes it wait: too large a file is not read, and what is no file is not opened.

use std::io::{self, Read};
use std::path::Path;

use thiserror::Error;

use super::weight::weight_of_toml;
use crate::sys::storage::{is_null_device, open_at_once, special_kind, when_free};

/// The most memory, in bytes, that reading and editing a file takes, whatever is in it.
/// `tests/peaks.rs` measures it.
pub const MOST_MEMORY: usize = 64 << 20;

/// What a file is to whosin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The contact book.
    Contacts,
    /// The notes of the desk.
    Notes,
    /// The watches of the desk.
    Watches,
    /// `config.toml`.
    Settings,
    /// A theme of the user's own.
    Theme,
    /// The session that processes share, or the application user's key.
    Session,
    /// Certificates or a key in PEM.
    Certificates,
    /// `last-seen.json`.
    LastSeen,
    /// `history.jsonl`.
    History,
    /// Contacts from another program.
    Import,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 10] = [
        Kind::Contacts,
        Kind::Notes,
        Kind::Watches,
        Kind::Settings,
        Kind::Theme,
        Kind::Session,
        Kind::Certificates,
        Kind::LastSeen,
        Kind::History,
        Kind::Import,
    ];

    /// The most that is read, in bytes. Reading and editing it never takes more than [`MOST_MEMORY`]:
    /// what would is refused by what is in it.
    pub const fn most(self) -> u64 {
        match self {
            Kind::Settings | Kind::Theme | Kind::Session => 64 << 10,
            Kind::Notes | Kind::Watches => 1 << 20,
            Kind::Contacts | Kind::Certificates => 4 << 20,
            Kind::Import | Kind::LastSeen => 12 << 20,
            Kind::History => 16 << 20,
        }
    }

    /// What it is called, and what helps where a file is no such thing.
    const fn words(self) -> (&'static str, &'static str) {
        const KEPT: &str = "remove it: whosin makes a new one";
        match self {
            Kind::Contacts => ("a contact book", "remove from it what is no contact"),
            Kind::Notes => ("the notes of the desk", "remove from it what is no note"),
            Kind::Watches => ("the watches of the desk", "remove from it what is no watch"),
            Kind::Settings => (
                "the settings",
                "'whosin config example' shows what they are",
            ),
            Kind::Theme => ("a theme", "it has a line for each colour"),
            Kind::Session => ("a shared session", KEPT),
            Kind::Certificates => ("certificates", "leave in it what the server needs"),
            Kind::LastSeen => ("what was last seen", KEPT),
            Kind::History => ("the history", KEPT),
            Kind::Import => (
                "an import",
                "export the contacts without photos, or in several files; what comes through a pipe is \
                 read from standard input, as the file '-'",
            ),
        }
    }
}

/// Why a file is not read, with what helps. Its path is with whoever asked for it.
#[derive(Debug, Error)]
enum Refusal {
    #[error("it has more in it than whosin reads of {}: {}", .0.words().0, .0.words().1)]
    TooMuch(Kind),
    #[error("it is larger than {}, the most that whosin reads of {}: {}", size(.0.most()), .0.words().0, .0.words().1)]
    TooLarge(Kind),
    #[error("it is {what}, and {} must be in a file: {}", .kind.words().0, .kind.words().1)]
    NoFile { kind: Kind, what: &'static str },
}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> io::Error {
        let kind = match refusal {
            Refusal::TooLarge(_) | Refusal::TooMuch(_) => io::ErrorKind::FileTooLarge,
            Refusal::NoFile { .. } => io::ErrorKind::InvalidInput,
        };
        io::Error::new(kind, refusal)
    }
}

/// Reads a file of this kind.
///
/// # Errors
/// Why it cannot be read: also where it is too large, a folder, a pipe, a socket or a device.
pub fn read(path: &Path, kind: Kind) -> io::Result<Vec<u8>> {
    when_free(|| {
        let data = std::fs::metadata(path)?;
        // Before it is opened, for opening alone does something to some devices; and again, for it may
        // be another thing then.
        check(&data, kind)?;
        let file = open_at_once(path)?;
        check(&file.metadata()?, kind)?;
        read_from(file, kind)
    })
}

/// Reads what a stream brings, such as standard input, as a file of this kind.
///
/// # Errors
/// Why it cannot be read, also where it is too large.
pub fn read_from(stream: impl Read, kind: Kind) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(kind.most() + 1).read_to_end(&mut bytes)?;
    check_size(bytes.len() as u64, kind)?;
    Ok(bytes)
}

/// Reads a file of this kind that holds text.
///
/// # Errors
/// Why it cannot be read, as [`read`], or that it is not UTF-8.
pub fn read_text(path: &Path, kind: Kind) -> io::Result<String> {
    String::from_utf8(read(path, kind)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = super::line_of_byte(error.as_bytes(), at);
        let words = format!("line {line} is not UTF-8: save the file as UTF-8");
        io::Error::new(io::ErrorKind::InvalidData, words)
    })
}

/// The text of a file of this kind; `None` where there is no such file, nor can be.
///
/// # Errors
/// Why it cannot be read, as [`read_text`].
pub fn read_if_there(path: &Path, kind: Kind) -> io::Result<Option<String>> {
    match read_text(path, kind) {
        Ok(text) => Ok(Some(text)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(None),
            _ => Err(error),
        },
    }
}

/// The same for a text in TOML, which must not take more memory than [`MOST_MEMORY`] either.
///
/// # Errors
/// Why it cannot be read, as [`read_text`], or that there is too much in it.
pub fn read_toml_if_there(path: &Path, kind: Kind) -> io::Result<Option<String>> {
    let text = read_if_there(path, kind)?;
    text.map(|text| check_toml(&text, kind).map(|()| text))
        .transpose()
}

/// Whether so many bytes may be read, or written, as a file of this kind: what is written must be read
/// again.
///
/// # Errors
/// That they are too many.
fn check_size(bytes: u64, kind: Kind) -> io::Result<()> {
    if bytes > kind.most() {
        return Err(Refusal::TooLarge(kind).into());
    }
    Ok(())
}

/// Whether a text in TOML may be read, edited and written as a file of this kind.
///
/// # Errors
/// That it is too large, or would take more than [`MOST_MEMORY`].
pub fn check_toml(text: &str, kind: Kind) -> io::Result<()> {
    check_size(text.len() as u64, kind)?;
    check_memory(weight_of_toml(text), kind)
}

/// Whether so much memory, in bytes, may be taken to read a file of this kind.
///
/// # Errors
/// That it is more than [`MOST_MEMORY`].
pub fn check_memory(bytes: usize, kind: Kind) -> io::Result<()> {
    if bytes > MOST_MEMORY {
        return Err(Refusal::TooMuch(kind).into());
    }
    Ok(())
}

fn check(data: &std::fs::Metadata, kind: Kind) -> io::Result<()> {
    if !data.is_file() && !is_null_device(data) {
        let what = special_kind(data);
        return Err(Refusal::NoFile { kind, what }.into());
    }
    check_size(data.len(), kind)
}

/// A round size as people write it.
fn size(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{} KB", bytes >> 10),
        megabytes => format!("{megabytes} MB"),
    }
}
