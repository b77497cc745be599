//! Reading the documents of an answer one by one, where one of them makes the whole unreadable.
//!
//! The answer is cut at its `presence` elements by tags alone, each is put back alone between what
//! stands around them, and read as if it were the only one. What cannot be read even so is told of
//! that contact. Contacts write into their own documents, so a document can only ever speak for
//! the entity that its own, outermost tag names.

use std::borrow::Cow;
use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use roxmltree::ParsingOptions;

use super::envelope::read_body;
use super::polled::{Contact, read_contacts};
use crate::presence::{Address, DocumentError, clean};

/// More around the documents than this, in bytes, is no answer of the service.
const MOST_AROUND: usize = 64 << 10;
/// How many undeclared prefixes of a document are put up with.
const MOST_PREFIXES: usize = 16;

/// The contacts of an answer that is not well-formed; `None` where no document is found in it.
pub(super) fn salvage(text: &str) -> Option<Vec<Contact>> {
    let answer = Pieces::cut(text)?;
    if answer.head.len() + answer.tail.len() > MOST_AROUND {
        return None;
    }
    let contacts = answer.documents.iter().map(|document| {
        let entity = entity(document);
        let read = read_alone(&answer, document);
        match read {
            Ok(contact) if contact.address == entity => contact,
            Ok(_) => unreadable(entity, "it is about more than one person"),
            Err(reason) => unreadable(entity, &reason),
        }
    });
    Some(contacts.collect())
}

fn unreadable(address: Option<Address>, reason: &str) -> Contact {
    Contact {
        address,
        said: Err(DocumentError::Xml(clean(reason)).to_string()),
    }
}

fn read_alone(answer: &Pieces<'_>, document: &str) -> Result<Contact, String> {
    let mut document = mend(document).into_owned();
    for _ in 0..MOST_PREFIXES {
        let whole = format!("{}{document}{}", answer.head, answer.tail);
        let options = ParsingOptions {
            nodes_limit: super::envelope::MOST_NODES,
            ..ParsingOptions::default()
        };
        match roxmltree::Document::parse_with_options(&whole, options) {
            Err(roxmltree::Error::UnknownNamespace(prefix, _)) => declare(&mut document, &prefix),
            Err(error) => return Err(error.to_string()),
            Ok(_) => {
                let mut contacts =
                    read_body(&whole, read_contacts).map_err(|error| error.to_string())?;
                return match (contacts.pop(), contacts.pop()) {
                    (Some(only), None) => Ok(only),
                    _ => Err("it is not one document".into()),
                };
            }
        }
    }
    Err("its namespaces are not declared".into())
}

/// Declares a prefix that a document uses without: what carries it is passed over.
fn declare(document: &mut String, prefix: &str) {
    let end_of_name = document
        .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
        .unwrap_or(document.len());
    let declaration = format!(" xmlns:{prefix}=\"urn:undeclared\"");
    document.insert_str(end_of_name, &declaration);
}

/// Takes out what a server may have copied from where the document came from, and what XML has
/// no place for.
fn mend(document: &str) -> Cow<'_, str> {
    let mut mended = Cow::Borrowed(document);
    while let Some((start, end)) = declaration(&mended).or_else(|| forbidden_reference(&mended)) {
        mended.to_mut().replace_range(start..end, "");
    }
    mended
}

/// An XML declaration in the middle of an answer.
fn declaration(text: &str) -> Option<(usize, usize)> {
    let start = text.find("<?xml ")?;
    let end = text[start..].find("?>")? + start + 2;
    Some((start, end))
}

/// A reference to a character that XML forbids, such as `&#27;`.
fn forbidden_reference(text: &str) -> Option<(usize, usize)> {
    for (start, _) in text.match_indices("&#") {
        let number = &text[start + 2..];
        let Some(end) = number.bytes().take(12).position(|byte| byte == b';') else {
            continue;
        };
        let code = match number[..end].strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number[..end].parse().ok(),
        };
        let allowed = |c: char| c >= ' ' || matches!(c, '\t' | '\n' | '\r');
        if !code.and_then(char::from_u32).is_some_and(allowed) {
            return Some((start, start + 2 + end + 1));
        }
    }
    None
}

/// The address in a document's first tag.
fn entity(document: &str) -> Option<Address> {
    let tag = match Reader::from_str(document).read_event().ok()? {
        Event::Start(tag) | Event::Empty(tag) => tag,
        _ => return None,
    };
    let entity = tag.try_get_attribute("entity").ok()??;
    let entity = quick_xml::escape::unescape(&entity.value).ok()?;
    Address::parse(&entity).ok()
}

/// An answer, cut into what stands around the documents and the documents.
struct Pieces<'a> {
    head: &'a str,
    documents: Vec<&'a str>,
    tail: String,
}

impl<'a> Pieces<'a> {
    fn cut(text: &'a str) -> Option<Pieces<'a>> {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let position = |reader: &Reader<&[u8]>| usize::try_from(reader.buffer_position()).ok();
        let mut open = Open::default();
        let mut head = None;
        let mut begun = None;
        let mut documents = Vec::new();
        loop {
            let before = position(&reader)?;
            match reader.read_event() {
                Ok(Event::Start(tag)) => {
                    if begun.is_none() && open.is_place_of_documents(&tag, head.is_some()) {
                        head.get_or_insert(&text[..before]);
                        open.documents_at = Some(open.names.len());
                        begun = Some(before);
                    }
                    open.push(tag.name().as_ref());
                }
                Ok(Event::Empty(tag)) if begun.is_none() => {
                    if open.is_place_of_documents(&tag, head.is_some()) {
                        head.get_or_insert(&text[..before]);
                        open.documents_at = Some(open.names.len());
                        documents.push(&text[before..position(&reader)?]);
                    }
                }
                Ok(Event::End(tag)) => {
                    open.close(tag.name().as_ref());
                    let ended = open.documents_at.is_some_and(|at| open.names.len() <= at);
                    if let Some(start) = begun.filter(|_| ended) {
                        documents.push(&text[start..position(&reader)?]);
                        begun = None;
                    }
                    if open.documents_at.is_some_and(|at| open.names.len() < at) {
                        break;
                    }
                }
                Ok(Event::Eof) | Err(_) => break,
                Ok(_) => {}
            }
        }
        let around = open.around?;
        let tail = around.iter().rev().map(|name| format!("</{name}>"));
        Some(Pieces {
            head: head?,
            documents,
            tail: tail.collect(),
        })
    }
}

/// The elements that are open.
#[derive(Default)]
struct Open {
    names: Vec<String>,
    /// How often each name is among them, for looking for one that isn't would take long.
    counts: HashMap<String, usize>,
    /// How deep the documents lie.
    documents_at: Option<usize>,
    /// What is around the documents.
    around: Option<Vec<String>>,
}

impl Open {
    fn is_place_of_documents(&mut self, tag: &BytesStart<'_>, found: bool) -> bool {
        if tag.local_name().as_ref() != "presence" {
            return false;
        }
        if found {
            return self.documents_at == Some(self.names.len());
        }
        self.around = Some(self.names.clone());
        true
    }

    fn push(&mut self, name: &str) {
        *self.counts.entry(name.to_owned()).or_default() += 1;
        self.names.push(name.to_owned());
    }

    /// Closes the innermost element of that name, and with it all that was left open inside.
    fn close(&mut self, name: &str) {
        if self.counts.get(name).is_none_or(|&count| count == 0) {
            return;
        }
        while let Some(inner) = self.names.pop() {
            if let Some(count) = self.counts.get_mut(&inner) {
                *count -= 1;
            }
            if inner == name {
                return;
            }
        }
    }
}
