//! Contacts from and for other programs: address books, directories, spreadsheets, mail.
//!
//! Text in, contacts out, without I/O. What is wrong is refused with its line and the reason; the
//! rest goes in.

mod abook;
mod buddies;
mod bulk;
mod columns;
mod csv;
mod encoding;
mod fold;
mod intake;
mod ldif;
mod list;
mod mutt;
mod vcard;

use std::borrow::Cow;
use std::path::Path;

pub use columns::key_of;
pub use encoding::{DecodeError, Decoded, Encoding, decode};
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
    /// It has nothing but addresses and names.
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
}

/// How a text is to be read: as any [`Format`] that is written, too, or as what another program
/// keeps for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A format that programs exchange. A spreadsheet may be the bulk export of contact lists that
    /// the service's administrator makes.
    Exchanged(Format),
    /// Lists of buddies in XML: what Jabber exports, and Pidgin's `blist.xml`.
    Buddies,
    /// The address book of abook.
    Abook,
    /// Aliases of mutt.
    Mutt,
}

impl From<Format> for Source {
    fn from(format: Format) -> Source {
        Source::Exchanged(format)
    }
}

impl Source {
    /// All of them.
    pub const ALL: [Source; 8] = [
        Source::Exchanged(Format::Csv),
        Source::Exchanged(Format::Vcard3),
        Source::Exchanged(Format::Vcard4),
        Source::Exchanged(Format::Ldif),
        Source::Exchanged(Format::List),
        Source::Buddies,
        Source::Abook,
        Source::Mutt,
    ];

    /// The name by which users choose it.
    pub fn name(self) -> &'static str {
        match self {
            Source::Exchanged(format) => format.name(),
            Source::Buddies => "buddies",
            Source::Abook => "abook",
            Source::Mutt => "mutt",
        }
    }

    /// What the first lines look like; a list where like nothing else.
    pub fn of_content(text: &str) -> Source {
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        let mut lines = text.lines().map(str::trim);
        let Some(first) = lines.find(|line| !line.is_empty() && !line.starts_with('#')) else {
            return Format::List.into();
        };
        let begins = |word: &str| {
            let start = first.get(..word.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(word))
        };
        if begins("BEGIN:VCARD") {
            // The version is the first property of a card of 4.0.
            let four = lines.take(20).any(|line| line == "VERSION:4.0");
            let format = if four { Format::Vcard4 } else { Format::Vcard3 };
            return format.into();
        }
        if begins("dn:") || begins("version:") {
            return Format::Ldif.into();
        }
        if buddies::looks_like_it(first) {
            return Source::Buddies;
        }
        if abook::looks_like_it(first) {
            return Source::Abook;
        }
        // Settings may stand before the aliases.
        if mutt::looks_like_it(first) || text.lines().any(mutt::names_address) {
            return Source::Mutt;
        }
        if csv::looks_like_it(first) {
            return Format::Csv.into();
        }
        Format::List.into()
    }

    /// How a file is to be read: by its name where that is known, else by its content. A plain text
    /// may be anything.
    pub fn guess(path: Option<&Path>, text: &str) -> Source {
        match path.and_then(Format::of_file_name) {
            None | Some(Format::List) => Source::of_content(text),
            Some(format) => format.into(),
        }
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads contacts. An address without a domain gets `domain`. Of two entries with the same address
/// the first goes in and the other is refused. Either version of vCard is read as what the card
/// says it is. Names and groups are cleaned as everything on the board is; a name that is only the
/// address is no name.
///
/// Of a bulk export, which may hold the lists of several users, that of `owner` is read (`user` or
/// `user@domain`); without an owner it must hold one list alone.
pub fn read(text: &str, source: Source, domain: Option<&str>, owner: Option<&str>) -> Imported {
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    let text = match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n").into(),
        false => Cow::Borrowed(text),
    };
    let mut intake = Intake::new(domain);
    match source {
        Source::Exchanged(Format::Csv) => csv::read(&text, owner, &mut intake),
        Source::Exchanged(Format::Vcard3 | Format::Vcard4) => vcard::read(&text, &mut intake),
        Source::Exchanged(Format::Ldif) => ldif::read(&text, &mut intake),
        Source::Exchanged(Format::List) => list::read(&text, &mut intake),
        Source::Buddies => buddies::read(&text, &mut intake),
        Source::Abook => abook::read(&text, &mut intake),
        Source::Mutt => mutt::read(&text, &mut intake),
    }
    intake.imported()
}

/// The most memory, in bytes, that reading this text takes: a line may be an entry, or be refused with
/// words, and what stands between separators is a text of its own. `tests/peaks.rs` holds it against
/// what is really taken.
pub fn weight(text: &str, source: Source) -> usize {
    // What a line, a bracket and a word take, and how often the text itself is in memory at once.
    let (line, bracket, word, copies) = match source {
        // A line that holds nothing else may be a picture's.
        Source::Exchanged(Format::Vcard3 | Format::Vcard4 | Format::Ldif) => (200, 0, 90, 5),
        Source::Exchanged(Format::Csv) => (350, 0, 90, 11),
        // Each word may be an entry.
        Source::Exchanged(Format::List) | Source::Mutt => (250, 300, 300, 7),
        Source::Buddies => (0, 250, 90, 5),
        Source::Abook => (250, 0, 0, 5),
    };
    let weights = text.bytes().map(|byte| match byte {
        b'\n' | b'\r' => line,
        b'<' => bracket,
        b',' | b';' | b'\t' | b' ' => word,
        _ => 0,
    });
    weights.sum::<usize>() + copies * text.len()
}

/// Writes contacts so that [`read`] finds the same again; only a list loses all but the names. (A
/// group named as one of Google's own, `myContacts`, is no group when read from a vCard.)
pub fn write(contacts: &[Contact], format: Format) -> String {
    match format {
        Format::Csv => csv::write(contacts),
        Format::Vcard3 => vcard::write(contacts, vcard::Version::Three),
        Format::Vcard4 => vcard::write(contacts, vcard::Version::Four),
        Format::Ldif => ldif::write(contacts),
        Format::List => list::write(contacts),
    }
}
