//! Names in the contact book that mean nothing to whosin. They are left alone, for they may be
//! somebody's own; they may be mistyped, too.

use std::collections::HashSet;
use std::path::Path;

use toml::de::DeTable;

use super::exchange::key_of;
use super::{BookError, Fact, contacts_in, text_of};
use crate::file;
use crate::presence::clean;

/// What the contacts stand below.
const TABLE: &str = "contact";

/// A name that means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// The line on which it stands first, from 1.
    pub line: usize,
    /// The name, cleaned for the terminal.
    pub name: String,
    /// Those that there are in its place.
    pub known: Vec<&'static str>,
    /// The one of them that other programs call so.
    pub meant: Option<&'static str>,
}

/// Each name in the book that means nothing, once, by line.
///
/// # Errors
/// [`BookError`] where the book cannot be read.
pub fn unknown_names(path: &Path) -> Result<Vec<UnknownName>, BookError> {
    let text = text_of(path)?.map(|text| text.plain).unwrap_or_default();
    contacts_in(path, &text)?;
    let Ok(book) = DeTable::parse(&text) else {
        return Ok(Vec::new());
    };
    let facts = Fact::ALL.iter().map(|fact| fact.key());
    let facts: Vec<&str> = ["address", "pinned"].into_iter().chain(facts).collect();
    let book = book.get_ref();
    let contacts = book.get(TABLE).and_then(|list| list.get_ref().as_array());
    let contacts = contacts.into_iter().flatten();
    let tables = contacts.filter_map(|contact| contact.get_ref().as_table());
    let tables = tables.map(|table| (table, facts.as_slice()));
    let mut seen = HashSet::new();
    let mut unknown = Vec::new();
    for (table, known) in [(book, [TABLE].as_slice())].into_iter().chain(tables) {
        for name in table.keys() {
            let written = clean(name.get_ref());
            if !known.contains(&written.as_str()) && seen.insert(written.clone()) {
                unknown.push(UnknownName {
                    line: file::line_of(&text, Some(name.span())),
                    meant: key_of(&written).filter(|key| known.contains(key)),
                    name: written,
                    known: known.to_vec(),
                });
            }
        }
    }
    unknown.sort_by_key(|one| one.line);
    Ok(unknown)
}
