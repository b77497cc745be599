//! The person of a document (RFC 4479 section 3.2), and the early drafts of it, where a `status`
//! stands between the person and the activities.

use super::tree::Node;
use jiff::Timestamp;

use super::namespaces::{Oddities, Standing};
use super::oma;
use super::pidf::{Basic, MOST, Note, raw_text, read_note, text_unless_empty};
use super::rpid::{self, Bounds, Fact, read_activities, read_user_input};
use super::{Activity, UserInput, microsoft};

/// One `person`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Person {
    pub activities: Vec<Activity>,
    /// Within these bounds it is said what the person does, in words that nobody knows.
    pub unclear: Option<Bounds>,
    /// The basic status, which drafts gave a person too: `open` is true.
    pub open: Option<bool>,
    pub notes: Vec<Note>,
    /// Notes inside `activities`: they hold as long as those do.
    pub activity_notes: Vec<(Note, Bounds)>,
    pub user_input: Option<UserInput>,
    pub timestamp: Option<Timestamp>,
    pub display_name: Option<String>,
    pub facts: Vec<Fact>,
}

/// Reads a `person`. One of an unfamiliar namespace has to say something that the catalogue has:
/// without, it is unclear what the person does.
pub(super) fn read_person(node: Node<'_, '_>, oddities: &mut Oddities) -> Person {
    let mut person = Person::default();
    let standing = oddities.note(node);
    let is_familiar = matches!(standing, Standing::Known | Standing::Absent);
    person.read(node, is_familiar, oddities);
    if !is_familiar && !person.activities.iter().any(rpid::decides) && person.unclear.is_none() {
        oddities.cannot_read("");
        person.unclear = Some(Bounds::default());
    }
    person.activities.truncate(MOST);
    person.notes.truncate(MOST);
    person.facts.truncate(MOST);
    person
}

/// Whether an element called `person`, of a namespace that has nothing to do with presence, is
/// one nevertheless: only such a one has activities.
pub(super) fn is_person(node: Node<'_, '_>) -> bool {
    fn has(node: Node<'_, '_>, name: &str) -> bool {
        node.children().any(|child| child.tag_name().name() == name)
    }
    let mut parts = node.children();
    parts.any(|part| match part.tag_name().name() {
        "activities" => true,
        "status" => has(part, "activities"),
        _ => false,
    })
}

impl Person {
    /// Reads what stands in a person, and in its `status`.
    fn read(&mut self, node: Node<'_, '_>, is_familiar: bool, oddities: &mut Oddities) {
        for child in node.children().filter(Node::is_element) {
            let name = child.tag_name().name();
            let standing = Standing::of(child);
            let is_read = standing.is_read() || !is_familiar;
            match name {
                "activities" => self.add(child, oddities),
                "status" if standing == Standing::Xmpp => self.notes.extend(read_note(child)),
                // A status in a status is one too many: it is not gone into.
                "status" if node.tag_name().name() != "status" => {
                    self.read(child, is_familiar, oddities);
                }
                "show" => self.activities.extend(rpid::show(child)),
                "overriding-willingness" | "willingness" if oma::is_closed(child) => {
                    oddities.not_willing = true;
                    self.activities.push(oma::not_willing(child));
                }
                _ if standing == Standing::Microsoft => self.read_numbers(child, oddities),
                _ if !is_read => {}
                "basic" => self.open = Basic::of(child).open.or(self.open),
                "note" => self.notes.extend(read_note(child)),
                "timestamp" => self.timestamp = rpid::timestamp(raw_text(child).trim()),
                "user-input" | "idle" => {
                    self.user_input = UserInput::both(self.user_input, read_user_input(child));
                }
                "display-name" | "displayname" => self.display_name = text_unless_empty(child),
                "availability" => self.read_numbers(child, oddities),
                _ => match Fact::read(name, child) {
                    Some(fact) => self.facts.push(fact),
                    None if !is_familiar => self.activities.extend(Activity::in_catalogue(name)),
                    None => {}
                },
            }
        }
    }

    /// A person of whom Microsoft's servers state the availability.
    pub fn in_numbers(node: Node<'_, '_>, oddities: &mut Oddities) -> Person {
        let mut person = Person::default();
        person.read_numbers(node, oddities);
        person
    }

    fn read_numbers(&mut self, node: Node<'_, '_>, oddities: &mut Oddities) {
        if !microsoft::read(node, &mut self.activities, oddities) {
            self.unclear = self.unclear.or(Some(Bounds::default()));
        }
    }

    /// Takes in an `activities` element.
    pub fn add(&mut self, node: Node<'_, '_>, oddities: &mut Oddities) {
        let read = read_activities(node, oddities);
        self.activities.extend(read.activities);
        self.unclear = self.unclear.or(read.unclear);
        self.activity_notes.extend(read.notes);
        self.facts.extend(read.facts);
        self.user_input = UserInput::both(self.user_input, read.user_input);
    }
}
