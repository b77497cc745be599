//! The tuples of a document (RFC 3863 section 4.1.2): devices and services, with what RPID, OMA,
//! XMPP and Microsoft add to them. Also the `atom` that a tuple was in XPIDF, which phones still
//! send.

use super::tree::Node;

use super::namespaces::{Oddities, Standing};
use super::pidf::{
    Basic, MOST, Note, attribute, known, raw_text, read_note, text, text_unless_empty,
};
use super::rpid::{self, Bounds, Fact, What, read_activities, read_user_input};
use super::servcaps::read_capabilities;
use super::{Activity, Device, UserInput, clean, microsoft, oma};

/// The relationships of RFC 4480 section 3.8, but for `self`.
const RELATIONSHIPS: [&str; 5] = ["family", "friend", "associate", "assistant", "supervisor"];

/// One `tuple` or `device`, and what of it is not the device's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tuple {
    pub device: Device,
    pub device_id: Option<String>,
    pub notes: Vec<Note>,
    pub display_name: Option<String>,
    pub facts: Vec<Fact>,
    /// Within these bounds it is said what the person does, in words that nobody knows.
    pub unclear: Option<Bounds>,
    /// The person does not want to be reached by it, or is not.
    pub is_not_reached: bool,
    /// What the basic status is within bounds (RFC 4481 `timed-status`): `open` is true.
    pub timed: Vec<(Bounds, bool)>,
    /// It is not the presentity's own (RPID `relationship`): it says nothing of the person.
    pub is_of_another: bool,
}

/// Reads a `tuple`, an `atom` or a `device`.
pub(super) fn read_tuple(node: Node<'_, '_>, oddities: &mut Oddities) -> Tuple {
    let mut tuple = Tuple::default();
    oddities.note(node);
    tuple.device.id = clean(attribute(node, "id").unwrap_or_default());
    // An assistant's oddities are nobody's business here.
    let before = oddities.clone();
    tuple.read(node, oddities);
    tuple.is_of_another = tuple.facts.iter().any(is_another);
    if tuple.is_of_another {
        *oddities = before;
    }
    tuple.device.activities.truncate(MOST);
    tuple.notes.truncate(MOST);
    tuple.facts.truncate(MOST);
    tuple.timed.truncate(MOST);
    tuple
}

/// Whether a fact is a relationship other than `self`.
fn is_another(fact: &Fact) -> bool {
    match &fact.what {
        What::Relationship(word) => {
            let word = word.rsplit(':').next().unwrap_or(word);
            !word.trim().eq_ignore_ascii_case("self")
        }
        _ => false,
    }
}

/// The relationship that an element of an unfamiliar namespace states, where it is one of RPID's.
fn relationship(node: Node<'_, '_>) -> Option<Fact> {
    let mut elements = node.children().filter(Node::is_element);
    let word = elements.next().map(|child| child.tag_name().name().into());
    let word = word.unwrap_or_else(|| text(node)).to_lowercase();
    RELATIONSHIPS.contains(&word.as_str()).then_some(Fact {
        what: What::Relationship(word),
        bounds: Bounds::default(),
    })
}

impl Tuple {
    /// Reads what stands in a tuple, and in its `status`: what is written where differs.
    fn read(&mut self, node: Node<'_, '_>, oddities: &mut Oddities) {
        for child in node.children().filter(Node::is_element) {
            let name = child.tag_name().name();
            let standing = Standing::of(child);
            match name {
                "activities" => self.add(child, Bounds::default(), oddities),
                "relationship" if !standing.is_read() => self.facts.extend(relationship(child)),
                "show" => self.device.activities.extend(rpid::show(child)),
                "status" if standing == Standing::Xmpp => self.notes.extend(read_note(child)),
                _ if oma::is_not_reached(name, child) => {
                    oddities.not_willing = true;
                    self.is_not_reached = true;
                }
                "availability" if standing != Standing::Foreign => {
                    self.read_numbers(child, oddities);
                }
                _ if standing == Standing::Microsoft => self.read_numbers(child, oddities),
                // Words of the status in extensions of it: RFC 3863 itself has `im` as an example.
                "state" | "extended" | "im" | "activity" | "presence-state" => {
                    self.device.activities.extend(rpid::show(child));
                }
                _ if standing.is_read() => self.read_known(name, child, node, oddities),
                _ => {}
            }
        }
    }

    fn read_known(
        &mut self,
        name: &str,
        child: Node<'_, '_>,
        parent: Node<'_, '_>,
        oddities: &mut Oddities,
    ) {
        let device = &mut self.device;
        match name {
            "status" if parent.tag_name().name() != "status" => {
                // XPIDF has it in an attribute.
                if let Some(status) = attribute(child, "status") {
                    self.decide(Basic::in_words(status));
                }
                self.read(child, oddities);
            }
            "address" => {
                let uri = attribute(child, "uri").map(clean);
                device.contact = uri.filter(|uri| !uri.is_empty());
                device.priority = attribute(child, "priority").and_then(priority);
                self.read(child, oddities);
            }
            "msnsubstatus" => {
                let said = attribute(child, "substatus").and_then(Activity::in_catalogue);
                device
                    .activities
                    .extend(said.filter(|one| one.name() != "available"));
            }
            "basic" => self.decide(Basic::of(child)),
            "timed-status" => self.read_timed(child, oddities),
            "user-input" | "idle" => {
                device.user_input = UserInput::both(device.user_input, read_user_input(child));
            }
            "deviceID" => self.device_id = text_unless_empty(child),
            "contact" => {
                device.contact = text_unless_empty(child);
                device.priority = attribute(child, "priority").and_then(priority);
            }
            "note" => self.notes.extend(read_note(child)),
            "timestamp" => device.reported = rpid::timestamp(raw_text(child).trim()),
            "source" => device.source = text_unless_empty(child),
            "display-name" | "displayname" => self.display_name = text_unless_empty(child),
            "servcaps" | "devcaps" => read_capabilities(child, device),
            _ => self.facts.extend(Fact::read(name, child)),
        }
    }

    /// Takes in a basic status. Of two that contradict each other, closed is believed.
    fn decide(&mut self, basic: Basic) {
        let open = &mut self.device.open;
        *open = match (*open, basic.open) {
            (Some(one), Some(other)) => Some(one && other),
            (one, other) => one.or(other),
        };
        self.device.activities.extend(basic.activity);
    }

    /// Takes in an `activities` element, which counts within these bounds where it has none.
    fn add(&mut self, node: Node<'_, '_>, within: Bounds, oddities: &mut Oddities) {
        let read = read_activities(node, oddities);
        let bounded = read.activities.into_iter().map(|mut activity| {
            activity.from = activity.from.or(within.from);
            activity.until = activity.until.or(within.until);
            activity
        });
        self.device.activities.extend(bounded);
        self.device.user_input = UserInput::both(self.device.user_input, read.user_input);
        self.unclear = self.unclear.or(read.unclear);
        self.facts.extend(read.facts);
        let notes = read.notes.into_iter().map(|note| note.0);
        self.notes.extend(notes);
    }

    fn read_numbers(&mut self, node: Node<'_, '_>, oddities: &mut Oddities) {
        if !microsoft::read(node, &mut self.device.activities, oddities) {
            self.unclear = self.unclear.or(Some(Bounds::default()));
        }
    }

    /// Reads a `timed-status` (RFC 4481): a status that holds within bounds. Its notes are of
    /// another time, so they are passed over.
    fn read_timed(&mut self, node: Node<'_, '_>, oddities: &mut Oddities) {
        let bounds = Bounds::of(node);
        for child in node.children().filter(Node::is_element) {
            match known(child) {
                Some("activities") => self.add(child, bounds, oddities),
                Some("basic") => {
                    let open = Basic::of(child).open;
                    self.timed.extend(open.map(|open| (bounds, open)));
                }
                _ => {}
            }
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
