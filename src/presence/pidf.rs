//! Reads a PIDF document (RFC 3863) with its person and devices (RFC 4479) into facts, without
//! applying any rule.
//!
//! Servers mix the namespaces, so elements are matched by local name within the known family;
//! whatever is outside it is passed over, but for what would say that somebody is not available.

use std::borrow::Cow;

use jiff::Timestamp;
use thiserror::Error;

use super::namespaces::{Oddities, Standing};
use super::person::{Person, is_person, read_person};
use super::tree::{Node, Tree};
use super::tuple::{Tuple, read_tuple};
use super::{Activity, Address, Availability, clean, decode};

/// A document larger than this, in bytes, is set aside unread.
pub const LARGEST: usize = 256 << 10;
/// How much of a text is kept, in bytes; the rest says nothing to a person.
const LONGEST: usize = 4096;
/// How many of a kind are kept: persons, tuples, activities of each.
pub(super) const MOST: usize = 64;

/// A PIDF document as it was read, before any rule is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The presentity that the document is about (`entity`), where it is readable.
    pub entity: Option<Address>,
    pub(super) persons: Vec<Person>,
    pub(super) tuples: Vec<Tuple>,
    /// RFC 4479 `device` elements, by their `deviceID`.
    pub(super) devices: Vec<Tuple>,
    pub(super) notes: Vec<Note>,
    pub(super) display_name: Option<String>,
    pub(super) oddities: Oddities,
}

/// A note and its language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub language: Option<String>,
    pub text: String,
}

/// Why a document could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// Not XML, or refused XML; the words say where.
    #[error("the presence document is not readable: {0}")]
    Xml(String),
    /// Larger than [`LARGEST`].
    #[error("the presence document is too large: more than {} KB", LARGEST >> 10)]
    TooLarge,
    /// Another root element than PIDF's `presence`.
    #[error("the presence document is not PIDF: its root is '{0}'")]
    NotPidf(String),
}

/// Reads a whole PIDF document.
///
/// # Errors
/// [`DocumentError`] where it is not XML or not PIDF; anything unknown inside is passed over.
pub fn read_document(xml: &str) -> Result<Document, DocumentError> {
    let text = decode(xml.as_bytes(), None);
    if text.len() > LARGEST {
        return Err(DocumentError::TooLarge);
    }
    let tree = Tree::parse(&text).map_err(|error| DocumentError::Xml(error.to_string()))?;
    read_document_node(tree.root_element())
}

/// Reads a PIDF document from the `presence` element of a larger tree (`richPresenceList`).
///
/// # Errors
/// [`DocumentError::NotPidf`] where the element is not PIDF's `presence`.
pub(crate) fn read_document_node(node: Node<'_, '_>) -> Result<Document, DocumentError> {
    if known(node) != Some("presence") {
        return Err(DocumentError::NotPidf(clean(node.tag_name().name())));
    }
    let mut document = Document::default();
    document.oddities.note(node);
    let mut entity = attribute(node, "entity").and_then(|entity| Address::parse(entity).ok());
    for child in node.children().filter(Node::is_element) {
        match child.tag_name().name() {
            // Before PIDF there was XPIDF, and it has no `entity`.
            "presentity" if entity.is_none() => {
                let uri = attribute(child, "uri").and_then(|uri| Address::parse(uri).ok());
                entity = uri;
            }
            name => document.read(name, child),
        }
    }
    document.entity = entity;
    Ok(document)
}

impl Document {
    /// Whether it says at `now` what it will say ever after: none of its times lies ahead.
    pub fn is_settled(&self, now: Timestamp) -> bool {
        let is_past = |at: Timestamp| at <= now;
        let stamps = self.persons.iter().filter_map(|person| person.timestamp);
        let tuples = || self.tuples.iter().chain(&self.devices);
        let activities = self.persons.iter().flat_map(|person| &person.activities);
        let activities = activities.chain(tuples().flat_map(|tuple| &tuple.device.activities));
        let of_activities = activities.flat_map(|one| [one.from, one.until]).flatten();
        let of_persons = self.persons.iter().flat_map(|person| {
            let notes = person.activity_notes.iter().map(|(_, bounds)| bounds);
            let facts = person.facts.iter().map(|fact| &fact.bounds);
            notes.chain(facts).chain(&person.unclear)
        });
        let of_tuples = tuples().flat_map(|tuple| {
            let facts = tuple.facts.iter().map(|fact| &fact.bounds);
            let timed = tuple.timed.iter().map(|(bounds, _)| bounds);
            facts.chain(timed).chain(&tuple.unclear)
        });
        let bounds = of_persons.chain(of_tuples);
        let of_bounds = bounds.flat_map(|one| [one.from, one.until]).flatten();
        stamps.chain(of_activities).chain(of_bounds).all(is_past)
    }

    /// Reads what stands in a `presence`.
    fn read(&mut self, name: &str, child: Node<'_, '_>) {
        let standing = Standing::of(child);
        let oddities = &mut self.oddities;
        match name {
            "person" if self.persons.len() < MOST && (standing.is_read() || is_person(child)) => {
                self.persons.push(read_person(child, oddities));
            }
            _ if standing == Standing::Microsoft && self.persons.len() < MOST => {
                self.persons.push(Person::in_numbers(child, oddities));
            }
            _ if !standing.is_read() => {}
            // Where no activities belong, they are the person's nevertheless.
            "activities" if self.persons.len() < MOST => {
                let mut person = Person::default();
                person.add(child, oddities);
                self.persons.push(person);
            }
            "tuple" | "atom" if self.tuples.len() < MOST => {
                self.tuples.push(read_tuple(child, oddities));
            }
            "device" if self.devices.len() < MOST => {
                self.devices.push(read_tuple(child, oddities));
            }
            "note" if self.notes.len() < MOST => self.notes.extend(read_note(child)),
            "display-name" | "displayname" => self.display_name = text_unless_empty(child),
            _ => {}
        }
    }
}

/// The local name of an element that is read.
pub(super) fn known<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    (node.is_element() && Standing::of(node).is_read()).then(|| node.tag_name().name())
}

/// What a `basic` says (RFC 3863 section 4.1.4), however it is spelt: in any case, with signs
/// around it, as `opened`, `close` or `inuse`.
#[derive(Debug, Default)]
pub(super) struct Basic {
    pub open: Option<bool>,
    /// What is said beside: a service that is in use is open.
    pub activity: Option<Activity>,
}

impl Basic {
    pub fn of(node: Node<'_, '_>) -> Basic {
        Basic::in_words(&raw_text(node))
    }

    pub fn in_words(text: &str) -> Basic {
        let activity = Activity::in_catalogue(text.trim());
        let says = activity.as_ref().and_then(Activity::kind);
        match says.and_then(|kind| kind.availability()) {
            None | Some(Availability::Unknown) => Basic::default(),
            Some(Availability::Available) => Basic {
                open: Some(true),
                activity: None,
            },
            Some(Availability::Unavailable) => Basic {
                open: Some(false),
                activity: None,
            },
            Some(Availability::Away | Availability::Busy | Availability::Dnd) => Basic {
                open: Some(true),
                activity,
            },
        }
    }
}

/// An attribute without a namespace: one of another vocabulary with the same local name means
/// something else.
pub(crate) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attribute(name)
}

/// The text of an element, across CDATA and comments, cleaned and bounded.
pub(super) fn text(node: Node<'_, '_>) -> String {
    clean(&raw_text(node))
}

/// The same as it stands, for what is only compared or converted.
pub(super) fn raw_text<'a>(node: Node<'a, '_>) -> Cow<'a, str> {
    let mut parts = node
        .children()
        .filter(Node::is_text)
        .filter_map(|part| part.text());
    let Some(first) = parts.next() else {
        return Cow::from("");
    };
    let mut whole = Cow::from(&first[..first.floor_char_boundary(LONGEST)]);
    for part in parts {
        let left = LONGEST.saturating_sub(whole.len());
        whole
            .to_mut()
            .push_str(&part[..part.floor_char_boundary(left)]);
    }
    whole
}

pub(super) fn text_unless_empty(node: Node<'_, '_>) -> Option<String> {
    Some(text(node)).filter(|text| !text.is_empty())
}

/// A note; its language may be declared farther out (`xml:lang` is inherited).
pub(super) fn read_note(node: Node<'_, '_>) -> Option<Note> {
    let text = text_unless_empty(node)?;
    // An envelope around the document declares nothing for it, and the way out is short.
    let around = node.ancestors().take(5);
    let language = around
        .filter_map(|node| node.attribute("xml:lang"))
        .next()
        .map(str::to_lowercase);
    Some(Note { language, text })
}
