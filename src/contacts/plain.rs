//! Reading the book without regard to how it is written.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::Deserialize;

use super::Contact;
use crate::presence::{Address, clean};

#[derive(Deserialize)]
struct Book<'a> {
    #[serde(borrow, default)]
    contact: Vec<Row<'a>>,
}

#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    address: Cow<'a, str>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    group: Option<Cow<'a, str>>,
}

/// The contacts; `None` where anything is wrong.
pub(super) fn read(text: &str) -> Option<Vec<Contact>> {
    let book: Book<'_> = toml::from_str(text).ok()?;
    let word = |text: Option<Cow<'_, str>>| {
        let text = text.map(|text| clean(&text));
        text.filter(|text| !text.is_empty())
    };
    let mut seen = HashSet::new();
    let mut contacts = Vec::with_capacity(book.contact.len());
    for row in book.contact {
        let address = Address::parse(&clean(&row.address)).ok()?;
        if seen.insert(address.clone()) {
            contacts.push(Contact {
                address,
                name: word(row.name),
                group: word(row.group),
            });
        }
    }
    Some(contacts)
}
