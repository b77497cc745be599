//! Contacts from and for other programs: address books, directories, spreadsheets, mail.
//!
//! Text in, contacts out, without I/O. What is wrong is refused with its line and the reason; the
//! rest goes in.

mod csv;
mod fold;
mod intake;
mod ldif;
mod list;
mod vcard;

use std::path::Path;

use thiserror::Error;

pub use intake::{Imported, Reason, Refused};

use super::Contact;
use intake::Intake;

/// How contacts are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A spreadsheet (RFC 4180): comma, semicolon or tab between the columns.
    Csv,
    /// vCard 3.0 (RFC 2426), which most address books understand.
    Vcard3,
    /// vCard 4.0 (RFC 6350).
    Vcard4,
    /// Entries of a directory (RFC 2849).
    Ldif,
    /// An address a line, or several with commas, semicolons or spaces between; `Name <address>`.
    /// It has no groups.
    List,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 5] = [
        Format::Csv,
        Format::Vcard3,
        Format::Vcard4,
        Format::Ldif,
        Format::List,
    ];

    /// The name by which users choose it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Vcard3 => "vcard3",
            Format::Vcard4 => "vcard4",
            Format::Ldif => "ldif",
            Format::List => "list",
        }
    }

    /// The format by the ending of a file's name. `.vcf` is vCard 3.0, which more programs read.
    pub fn of_file_name(path: &Path) -> Option<Format> {
        match path.extension()?.to_str()?.to_lowercase().as_str() {
            "csv" | "tsv" => Some(Format::Csv),
            "vcf" | "vcard" => Some(Format::Vcard3),
            "ldif" | "ldi" => Some(Format::Ldif),
            "txt" | "list" | "lst" => Some(Format::List),
            _ => None,
        }
    }

    /// What the first lines look like; a list where like nothing else.
    pub fn of_content(text: &str) -> Format {
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        let mut lines = text.lines().map(str::trim);
        let Some(first) = lines.find(|line| !line.is_empty() && !line.starts_with('#')) else {
            return Format::List;
        };
        let begins = |word: &str| {
            let start = first.get(..word.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(word))
        };
        if begins("BEGIN:VCARD") {
            // The version is the first property of a card of 4.0.
            let four = lines.take(20).any(|line| line == "VERSION:4.0");
            return if four { Format::Vcard4 } else { Format::Vcard3 };
        }
        if begins("dn:") || begins("version:") {
            return Format::Ldif;
        }
        if csv::looks_like_it(first) {
            return Format::Csv;
        }
        Format::List
    }

    /// The format of a file to be read: by its name where that is known, else by its content. A plain
    /// text may be anything.
    pub fn guess(path: Option<&Path>, text: &str) -> Format {
        match path.and_then(Format::of_file_name) {
            None | Some(Format::List) => Format::of_content(text),
            Some(format) => format,
        }
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The bytes of a file are not text that can be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// Neither UTF-8 nor UTF-16 with a byte order mark.
    #[error("line {0} is not UTF-8: save the file as UTF-8 (in Excel: \"CSV UTF-8\")")]
    NotUtf8(usize),
    /// The byte order mark is that of UTF-16, the bytes are not.
    #[error("the file begins like UTF-16 but is not: save it as UTF-8")]
    NotUtf16,
}

/// The text of a file: UTF-8, or UTF-16 with a byte order mark as Windows programs write it.
///
/// # Errors
/// [`DecodeError`]; names in a guessed encoding would be wrong in silence.
pub fn decode(bytes: &[u8]) -> Result<String, DecodeError> {
    let utf16 = |unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes[2..].as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        match String::from_utf16(&units) {
            Ok(text) if rest.is_empty() => Ok(text),
            _ => Err(DecodeError::NotUtf16),
        }
    };
    match bytes {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(error) => {
                let valid = &bytes[..error.valid_up_to()];
                let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
                Err(DecodeError::NotUtf8(line))
            }
        },
    }
}

/// Reads contacts. An address without a domain gets `domain`. Of two entries with the same address
/// the first goes in and the other is refused. Either version of vCard is read as what the card
/// says it is. Names and groups are cleaned as everything on the board is; a name that is only the
/// address is no name.
pub fn read(text: &str, format: Format, domain: Option<&str>) -> Imported {
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut intake = Intake::new(domain);
    match format {
        Format::Csv => csv::read(&text, &mut intake),
        Format::Vcard3 | Format::Vcard4 => vcard::read(&text, &mut intake),
        Format::Ldif => ldif::read(&text, &mut intake),
        Format::List => list::read(&text, &mut intake),
    }
    intake.imported()
}

/// Writes contacts so that [`read`] finds the same again; only a list loses the groups. (A group
/// named as one of Google's own, `myContacts`, is no group when read from a vCard.)
pub fn write(contacts: &[Contact], format: Format) -> String {
    match format {
        Format::Csv => csv::write(contacts),
        Format::Vcard3 => vcard::write(contacts, vcard::Version::Three),
        Format::Vcard4 => vcard::write(contacts, vcard::Version::Four),
        Format::Ldif => ldif::write(contacts),
        Format::List => list::write(contacts),
    }
}
