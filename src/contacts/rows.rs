//! The contacts in the text of the book, however it is laid out.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::{Contact, joined, written_addresses};
use crate::file;
use crate::presence::{Address, clean};

#[derive(Deserialize)]
struct Book<'a> {
    #[serde(borrow, default)]
    contact: Vec<Spanned<Row<'a>>>,
}

#[derive(Deserialize)]
struct Row<'a> {
    address: Spanned<String>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    group: Option<Cow<'a, str>>,
    #[serde(borrow)]
    number: Option<Number<'a>>,
    #[serde(borrow)]
    mobile: Option<Number<'a>>,
    #[serde(borrow)]
    department: Option<Cow<'a, str>>,
    #[serde(borrow)]
    title: Option<Cow<'a, str>>,
    also: Option<Spanned<Also>>,
    #[serde(borrow)]
    note: Option<Cow<'a, str>>,
    #[serde(borrow)]
    ring: Option<Number<'a>>,
    #[serde(default)]
    pinned: bool,
}

/// Addresses besides, in a list or with commas between.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "addresses are written like \"ann@two.example.com\""
)]
enum Also {
    Text(String),
    List(Vec<String>),
}

/// A telephone number, or one of bells: people leave the quotes of digits away.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a number is written like \"3216\"")]
enum Number<'a> {
    #[serde(borrow)]
    Text(Cow<'a, str>),
    Digits(u64),
}

impl<'a> Number<'a> {
    fn into_text(self) -> Cow<'a, str> {
        match self {
            Number::Text(text) => text,
            Number::Digits(digits) => digits.to_string().into(),
        }
    }
}

/// What is wrong with the text, and where.
#[derive(Debug)]
pub(super) struct Mistake {
    pub at: Option<Range<usize>>,
    pub reason: String,
}

fn also(written: Spanned<Also>) -> Result<String, Mistake> {
    let at = written.span();
    let text = match written.into_inner() {
        Also::Text(text) => text,
        Also::List(list) => list.join(", "),
    };
    let addresses: Result<Vec<Address>, _> = written_addresses(&text).collect();
    let addresses = addresses.map_err(|error| Mistake {
        at: Some(at),
        reason: error.to_string(),
    })?;
    Ok(joined(addresses))
}

/// The lines of comment right above the line on which the header of a contact begins. Those that the
/// text begins with are about the whole book.
fn comment_above(text: &str, header: usize) -> Option<Box<str>> {
    let line = text[..header].rfind('\n')? + 1;
    let (comment, above) = last_comment(&text[..line]);
    (!above.is_empty() && !comment.is_empty()).then(|| comment.trim_end().into())
}

/// The lines of comment that a text ends with, and what stands above them.
pub(super) fn last_comment(text: &str) -> (&str, &str) {
    let lines = text.split_inclusive('\n').rev();
    let comment = lines.take_while(|line| line.trim_start().starts_with('#'));
    let (above, comment) = text.split_at(text.len() - comment.map(str::len).sum::<usize>());
    (comment, above)
}

/// The contacts, in the order of the text. Of two with the same address the first counts.
pub(super) fn read(text: &str) -> Result<Vec<Contact>, Mistake> {
    let book: Book<'_> = toml::from_str(text).map_err(|error: toml::de::Error| Mistake {
        at: error.span(),
        reason: clean(&file::toml_words(error.message())),
    })?;
    let word = |text: Option<Cow<'_, str>>| {
        let text = text.map(|text| clean(&text));
        text.filter(|text| !text.is_empty())
    };
    let mut seen = HashSet::new();
    let mut contacts = Vec::with_capacity(book.contact.len());
    for row in book.contact {
        let header = row.span().start;
        let row = row.into_inner();
        let address = Address::parse(&clean(row.address.get_ref())).map_err(|error| Mistake {
            at: Some(row.address.span()),
            reason: error.to_string(),
        })?;
        if seen.insert(address.clone()) {
            contacts.push(Contact {
                address,
                name: word(row.name),
                group: word(row.group),
                number: word(row.number.map(Number::into_text)),
                mobile: word(row.mobile.map(Number::into_text)),
                department: word(row.department),
                title: word(row.title),
                also: row.also.map(also).transpose()?,
                note: word(row.note),
                ring: word(row.ring.map(Number::into_text)),
                pinned: row.pinned,
                comment: comment_above(text, header),
            });
        }
    }
    Ok(contacts)
}
