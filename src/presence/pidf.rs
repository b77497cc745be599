//! Reads a PIDF document (RFC 3863) with its person and devices (RFC 4479) into facts, without
//! applying any rule.
//!
//! Servers mix the namespaces, so elements are matched by local name within the known family;
//! whatever is outside it is passed over.

use std::borrow::Cow;

use jiff::Timestamp;
use roxmltree::Node;
use thiserror::Error;

use super::rpid::{self, Bounds, Fact, read_activities, read_user_input};
use super::servcaps::read_capabilities;
use super::{Activity, Address, Device, UserInput, clean, decode};

/// The namespaces whose elements are understood: those of the standards, of the drafts that are
/// still sent, and Cisco's, each by what follows the beginning that it shares with the others.
const STANDARDS: &str = "urn:ietf:params:xml:ns:pidf";
const CISCOS: &str = "urn:cisco:params:xml:ns:pidf";
const CISCO_RPID: &str = "urn:cisco:params:xml:ns:pidf:rpid";
const DATA_MODEL: &str = "urn:ietf:params:xml:ns:pidf:data-model";

fn is_understood(namespace: &str) -> bool {
    // The usual ones first: each element of a document is asked for.
    if matches!(namespace, STANDARDS | CISCO_RPID | DATA_MODEL) {
        return true;
    }
    match namespace.strip_prefix(STANDARDS) {
        Some(
            ""
            | ":data-model"
            | ":rpid"
            | ":status:rpid"
            | ":status:rpid-status"
            | ":rpid-tuple"
            | ":cipid"
            | ":servcaps"
            | ":caps",
        ) => true,
        Some(_) => false,
        None => matches!(
            namespace.strip_prefix(CISCOS),
            Some("" | ":rpid" | ":source")
        ),
    }
}

const XML: &str = "http://www.w3.org/XML/1998/namespace";

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
}

/// One `person` (RFC 4479 section 3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Person {
    pub activities: Vec<Activity>,
    pub notes: Vec<Note>,
    /// Notes inside `activities`: they hold as long as those do.
    pub activity_notes: Vec<(Note, Bounds)>,
    pub user_input: Option<UserInput>,
    pub timestamp: Option<Timestamp>,
    pub display_name: Option<String>,
    pub facts: Vec<Fact>,
}

/// One `tuple` or `device`, and what of it is not the device's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tuple {
    pub device: Device,
    pub device_id: Option<String>,
    pub notes: Vec<Note>,
    pub display_name: Option<String>,
    pub facts: Vec<Fact>,
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
    let tree = roxmltree::Document::parse(&text)
        .map_err(|error| DocumentError::Xml(clean(&error.to_string())))?;
    read_document_node(tree.root_element())
}

/// Reads a PIDF document from the `presence` element of a larger tree (`richPresenceList`).
///
/// # Errors
/// [`DocumentError::NotPidf`] where the element is not PIDF's `presence`.
pub fn read_document_node(node: Node<'_, '_>) -> Result<Document, DocumentError> {
    if known(node) != Some("presence") {
        return Err(DocumentError::NotPidf(clean(node.tag_name().name())));
    }
    let entity = attribute(node, "entity");
    let mut document = Document {
        entity: entity.and_then(|entity| Address::parse(entity).ok()),
        ..Document::default()
    };
    for child in node.children() {
        match known(child) {
            Some("person") if document.persons.len() < MOST => {
                document.persons.push(read_person(child));
            }
            Some("tuple") if document.tuples.len() < MOST => {
                document.tuples.push(read_tuple(child));
            }
            Some("device") if document.devices.len() < MOST => {
                document.devices.push(read_tuple(child));
            }
            Some("note") if document.notes.len() < MOST => {
                document.notes.extend(read_note(child));
            }
            Some("display-name" | "displayname") => {
                document.display_name = text_unless_empty(child);
            }
            _ => {}
        }
    }
    Ok(document)
}

/// Whether an element is of a namespace that is understood.
pub(super) fn is_in_family(node: Node<'_, '_>) -> bool {
    node.tag_name().namespace().is_some_and(is_understood)
}

/// The local name of an element of the family.
pub(super) fn known<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    (node.is_element() && is_in_family(node)).then(|| node.tag_name().name())
}

/// An attribute without a namespace: one of another vocabulary with the same local name means
/// something else.
pub(crate) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let mut attributes = node.attributes();
    let found = attributes.find(|one| one.namespace().is_none() && one.name() == name)?;
    Some(found.value())
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
        .filter_map(|node| node.attribute((XML, "lang")))
        .next()
        .map(str::to_lowercase);
    Some(Note { language, text })
}

fn read_person(node: Node<'_, '_>) -> Person {
    let mut person = Person::default();
    for child in node.children() {
        let Some(name) = known(child) else { continue };
        match name {
            "activities" => {
                let read = read_activities(child);
                person.activities.extend(read.activities);
                person.activity_notes.extend(read.notes);
                person.facts.extend(read.facts);
                person.user_input = person.user_input.or(read.user_input);
            }
            "note" => person.notes.extend(read_note(child)),
            "timestamp" => person.timestamp = rpid::timestamp(raw_text(child).trim()),
            "user-input" | "idle" => person.user_input = read_user_input(child),
            "display-name" | "displayname" => person.display_name = text_unless_empty(child),
            _ => person.facts.extend(Fact::read(name, child)),
        }
    }
    person.activities.truncate(MOST);
    person.notes.truncate(MOST);
    person.facts.truncate(MOST);
    person
}

fn read_tuple(node: Node<'_, '_>) -> Tuple {
    let mut tuple = Tuple::default();
    tuple.device.id = clean(attribute(node, "id").unwrap_or_default());
    read_into(node, &mut tuple);
    tuple.device.activities.truncate(MOST);
    tuple.notes.truncate(MOST);
    tuple.facts.truncate(MOST);
    tuple
}

/// Reads what stands in a tuple, and in its `status`: what is written where differs.
fn read_into(node: Node<'_, '_>, tuple: &mut Tuple) {
    for child in node.children() {
        let Some(name) = known(child) else { continue };
        let device = &mut tuple.device;
        match name {
            "status" if known(node) != Some("status") => read_into(child, tuple),
            "basic" => {
                let basic = raw_text(child);
                let is = |word: &str| basic.trim().eq_ignore_ascii_case(word);
                device.open = (is("open") || is("closed"))
                    .then(|| is("open"))
                    .or(device.open);
            }
            "activities" => {
                let read = read_activities(child);
                device.activities.extend(read.activities);
                device.user_input = device.user_input.or(read.user_input);
                tuple.facts.extend(read.facts);
                tuple
                    .notes
                    .extend(read.notes.into_iter().map(|note| note.0));
            }
            "user-input" | "idle" => device.user_input = read_user_input(child),
            "deviceID" => tuple.device_id = text_unless_empty(child),
            "contact" => {
                device.contact = text_unless_empty(child);
                device.priority = attribute(child, "priority").and_then(priority);
            }
            "note" => tuple.notes.extend(read_note(child)),
            "timestamp" => device.reported = rpid::timestamp(raw_text(child).trim()),
            "source" => device.source = text_unless_empty(child),
            "display-name" | "displayname" => tuple.display_name = text_unless_empty(child),
            "servcaps" | "devcaps" => read_capabilities(child, device),
            _ => tuple.facts.extend(Fact::read(name, child)),
        }
    }
}

/// The priority of a contact (RFC 3863 section 4.1.5), 0 to 1 with three places, in thousandths.
fn priority(text: &str) -> Option<u16> {
    let value: f32 = text.trim().parse().ok()?;
    (0.0..=1.0)
        .contains(&value)
        .then_some((value * 1000.0).round() as u16)
}
