//! Reads a PIDF document (RFC 3863) with its person and devices (RFC 4479) and what they do
//! (RPID, RFC 4480, and Cisco's own) into facts, without applying any rule.
//!
//! Servers mix the namespaces, so elements are matched by local name within the known family;
//! whatever is outside it is passed over.

use jiff::Timestamp;
use roxmltree::Node;
use thiserror::Error;

use super::{Activity, Address, Device, Extras, clean};

/// The namespaces whose elements are understood.
const FAMILY: [&str; 8] = [
    "urn:ietf:params:xml:ns:pidf",
    "urn:ietf:params:xml:ns:pidf:data-model",
    "urn:ietf:params:xml:ns:pidf:rpid",
    "urn:ietf:params:xml:ns:pidf:status:rpid",
    "urn:cisco:params:xml:ns:pidf:rpid",
    "urn:ietf:params:xml:ns:pidf:cipid",
    "urn:ietf:params:xml:ns:pidf:servcaps",
    "urn:cisco:params:xml:ns:pidf:source",
];

/// How much of a text is kept, in bytes; the rest says nothing to a person.
const LONGEST: usize = 4096;
/// How many tuples, and how many activities of each, are kept.
const MOST: usize = 64;

/// A PIDF document as it was read, before any rule is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The presentity that the document is about (`entity`), where it is readable.
    pub entity: Option<Address>,
    pub(super) persons: Vec<Person>,
    pub(super) tuples: Vec<Device>,
    pub(super) notes: Vec<Note>,
    pub(super) tuple_notes: Vec<Note>,
    pub(super) set_by_hand: bool,
}

/// One `person` (RFC 4479 section 3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Person {
    pub activities: Vec<Activity>,
    pub notes: Vec<Note>,
    pub idle: bool,
    pub idle_since: Option<Timestamp>,
    pub since: Option<Timestamp>,
    pub display_name: Option<String>,
    pub extras: Extras,
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
    let tree = roxmltree::Document::parse(xml).map_err(|e| DocumentError::Xml(e.to_string()))?;
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
    let entity = node
        .attribute("entity")
        .and_then(|entity| Address::parse(entity).ok());
    let mut document = Document {
        entity,
        ..Document::default()
    };
    for child in node.children() {
        match known(child) {
            Some("person") if document.persons.len() < MOST => {
                document.persons.push(read_person(child));
            }
            Some("tuple") => read_tuple(child, &mut document),
            Some("note") => document.notes.extend(read_note(child)),
            _ => {}
        }
    }
    Ok(document)
}

/// The local name of an element of the family.
fn known<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    let namespace = node.tag_name().namespace().unwrap_or_default();
    (node.is_element() && FAMILY.contains(&namespace)).then(|| node.tag_name().name())
}

/// The text of an element, across CDATA and comments, cleaned and bounded.
fn text(node: Node<'_, '_>) -> String {
    let mut whole = String::new();
    for part in node
        .children()
        .filter(Node::is_text)
        .filter_map(|part| part.text())
    {
        let left = LONGEST.saturating_sub(whole.len());
        let end = part.floor_char_boundary(left);
        whole.push_str(&part[..end]);
    }
    clean(&whole)
}

fn text_unless_empty(node: Node<'_, '_>) -> Option<String> {
    Some(text(node)).filter(|text| !text.is_empty())
}

fn time(node: Node<'_, '_>) -> Option<Timestamp> {
    text(node).parse().ok()
}

fn read_note(node: Node<'_, '_>) -> Option<Note> {
    let xml = "http://www.w3.org/XML/1998/namespace";
    let language = node.attribute((xml, "lang")).map(str::to_lowercase);
    text_unless_empty(node).map(|text| Note { language, text })
}

fn read_person(node: Node<'_, '_>) -> Person {
    let mut person = Person::default();
    for child in node.descendants().skip(1) {
        // What lies deeper belongs to whom it lies in: activities and lists read their own.
        if child.parent() != Some(node) {
            continue;
        }
        let Some(name) = known(child) else { continue };
        let extras = &mut person.extras;
        match name {
            "activities" => read_activities(child, &mut person.activities, extras),
            "note" => person.notes.extend(read_note(child)),
            "timestamp" => person.since = time(child),
            "user-input" => (person.idle, person.idle_since) = read_user_input(child),
            "display-name" | "displayname" => person.display_name = text_unless_empty(child),
            "mood" => extras.moods.extend(words(child)),
            "place-type" => extras.place_types.extend(words(child)),
            "place-is" => extras.place_is.extend(pairs(child)),
            "privacy" => extras.privacy.extend(words(child)),
            "relationship" => extras.relationship = words(child).into_iter().next(),
            "sphere" => {
                extras.sphere = words(child)
                    .into_iter()
                    .next()
                    .or_else(|| text_unless_empty(child));
            }
            "service-class" => extras.service_class = words(child).into_iter().next(),
            "time-offset" => extras.time_offset_minutes = text(child).parse().ok(),
            _ => {}
        }
    }
    person
}

/// The activities inside an `activities` element. Cisco's `phone-status` and `im-status` are facts
/// about two channels and go to the extras.
fn read_activities(node: Node<'_, '_>, activities: &mut Vec<Activity>, extras: &mut Extras) {
    let stamp = |name: &str| {
        node.attribute(name)
            .and_then(|at| at.parse::<Timestamp>().ok())
    };
    let (from, until) = (stamp("from"), stamp("until"));
    for child in node.children() {
        let Some(name) = known(child) else { continue };
        let status = || {
            child
                .attribute("status")
                .map(clean)
                .or_else(|| text_unless_empty(child))
        };
        match name {
            "note" => {}
            "phone-status" => extras.phone_status = status(),
            "im-status" => extras.im_status = status(),
            "user-input" => {}
            _ if activities.len() >= MOST => return,
            _ => {
                let mut activity = match name {
                    "other" => Activity::other(&text(child)),
                    _ => Activity::named(name),
                };
                activity.from = from;
                activity.until = until;
                if !activities.contains(&activity) {
                    activities.push(activity);
                }
            }
        }
    }
}

fn read_user_input(node: Node<'_, '_>) -> (bool, Option<Timestamp>) {
    let since = node.attribute("last-input").or(node.attribute("since"));
    (
        text(node).eq_ignore_ascii_case("idle"),
        since.and_then(|at| at.parse().ok()),
    )
}

/// The names of the child elements, in words; of `other`, its text.
fn words(node: Node<'_, '_>) -> Vec<String> {
    let children = node.children().filter(Node::is_element).take(MOST);
    let named = children.filter_map(|child| match known(child)? {
        "note" => None,
        "other" => text_unless_empty(child),
        name => Some(clean(&name.replace('-', " "))),
    });
    named.collect()
}

/// `<audio><noisy/></audio>` as `audio: noisy`.
fn pairs(node: Node<'_, '_>) -> Vec<String> {
    let children = node
        .children()
        .filter(|child| known(*child).is_some_and(|name| name != "note"));
    let pair =
        |child: Node<'_, '_>| format!("{}: {}", child.tag_name().name(), words(child).join(", "));
    children.take(MOST).map(pair).collect()
}

fn read_tuple(node: Node<'_, '_>, document: &mut Document) {
    let id = clean(node.attribute("id").unwrap_or_default());
    // These are no devices: a client says that somebody set the state by hand.
    if id.starts_with("pws-override") || id.starts_with("pws-persistent") {
        document.set_by_hand = true;
        return;
    }
    if document.tuples.len() >= MOST {
        return;
    }
    let mut device = Device {
        id,
        ..Device::default()
    };
    let mut extras = Extras::default();
    for child in node.children() {
        match known(child) {
            Some("status") => {
                for part in child.children() {
                    match known(part) {
                        Some("basic") => {
                            device.open = match text(part).to_lowercase().as_str() {
                                "open" => Some(true),
                                "closed" => Some(false),
                                _ => device.open,
                            };
                        }
                        Some("activities") => {
                            read_activities(part, &mut device.activities, &mut extras);
                        }
                        _ => {}
                    }
                }
            }
            Some("activities") => read_activities(child, &mut device.activities, &mut extras),
            Some("user-input") => (device.idle, device.idle_since) = read_user_input(child),
            Some("contact") => {
                device.contact = text_unless_empty(child);
                device.priority = child.attribute("priority").and_then(priority);
            }
            Some("note") => {
                let note = read_note(child);
                device.note = device
                    .note
                    .take()
                    .or_else(|| note.as_ref().map(|note| note.text.clone()));
                document.tuple_notes.extend(note);
            }
            Some("timestamp") => device.reported = time(child),
            Some("source") => device.source = text_unless_empty(child),
            Some("servcaps") => device.capabilities.extend(capabilities(child)),
            Some("audio" | "video" | "text") => device.capabilities.extend(capability(child)),
            _ => {}
        }
    }
    document.tuples.push(device);
}

fn priority(text: &str) -> Option<u16> {
    let value: f32 = text.trim().parse().ok()?;
    (0.0..=1.0)
        .contains(&value)
        .then_some((value * 1000.0).round() as u16)
}

fn capabilities(node: Node<'_, '_>) -> Vec<String> {
    node.children()
        .filter(|child| known(*child).is_some())
        .take(MOST)
        .filter_map(capability)
        .collect()
}

/// A capability that the device says it has: `<audio>true</audio>`, or one with words.
fn capability(node: Node<'_, '_>) -> Option<String> {
    let name = clean(node.tag_name().name());
    match text(node).to_lowercase().as_str() {
        "false" | "0" => None,
        "" | "true" | "1" => Some(name),
        value => Some(format!("{name} {value}")),
    }
}
