//! What RPID (RFC 4480) and Cisco's extension of it say of a person or a device.

use super::tree::Node;
use jiff::Timestamp;

use super::namespaces::{Oddities, Standing};
use super::pidf::{MOST, attribute, known, raw_text, text, text_unless_empty};
use super::{Activity, Availability, UserInput, clean};

/// The names of kinds of places (RFC 4589), which `place-type` takes its children from.
const LOCATION_TYPES: &str = "urn:ietf:params:xml:ns:location-type";
/// The farthest that a clock is from UTC, in minutes.
const FARTHEST_CLOCK: i32 = 14 * 60;

/// From when and until when something counts (RFC 4480 section 3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bounds {
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

impl Bounds {
    pub fn of(node: Node<'_, '_>) -> Bounds {
        let at = |name: &str| attribute(node, name).and_then(timestamp);
        Bounds {
            from: at("from"),
            until: at("until"),
        }
    }

    pub fn hold_at(self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }
}

/// Something beside activities that is said of a person or a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub what: What,
    pub bounds: Bounds,
}

/// Which fact, and in which words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Moods(Vec<String>),
    PlaceTypes(Vec<String>),
    PlaceIs(Vec<String>),
    Privacy(Vec<String>),
    Relationship(String),
    Sphere(String),
    ServiceClass(String),
    StatusIcon(String),
    TimeOffset(i32),
    PhoneStatus(String),
    ImStatus(String),
}

impl Fact {
    /// Whether elements of that name state a fact.
    fn is_named(name: &str) -> bool {
        matches!(
            name,
            "mood"
                | "place-type"
                | "place-is"
                | "privacy"
                | "relationship"
                | "sphere"
                | "service-class"
                | "status-icon"
                | "time-offset"
                | "phone-status"
                | "im-status"
        )
    }

    /// The fact that an element states, where it is one.
    pub fn read(name: &str, node: Node<'_, '_>) -> Option<Fact> {
        let several = |words: Vec<String>| (!words.is_empty()).then_some(words);
        // Some are one element, some are plain text, and servers don't keep them apart.
        let one = || {
            let word = words(node).into_iter().next();
            word.or_else(|| text_unless_empty(node))
        };
        let what = match name {
            "mood" => What::Moods(several(words(node))?),
            "place-type" => What::PlaceTypes(several(words(node))?),
            "place-is" => What::PlaceIs(several(pairs(node))?),
            "privacy" => What::Privacy(several(words(node))?),
            "relationship" => What::Relationship(one()?),
            "sphere" => What::Sphere(one()?),
            "service-class" => What::ServiceClass(one()?),
            "status-icon" => What::StatusIcon(text_unless_empty(node)?),
            "time-offset" => What::TimeOffset(time_offset(&text(node))?),
            "phone-status" => What::PhoneStatus(status(node)?),
            "im-status" => What::ImStatus(status(node)?),
            _ => return None,
        };
        let bounds = Bounds::of(node);
        Some(Fact { what, bounds })
    }
}

/// What is inside an `activities` element.
#[derive(Debug, Default)]
pub(super) struct Activities {
    pub activities: Vec<Activity>,
    /// Within these bounds something is said that cannot be read.
    pub unclear: Option<Bounds>,
    pub notes: Vec<(super::pidf::Note, Bounds)>,
    /// Cisco writes these inside: they are no activities.
    pub facts: Vec<Fact>,
    pub user_input: Option<UserInput>,
}

/// Reads an `activities` element of whatever namespace. In one that is not known, everything has
/// to be in the catalogue: without, it is unclear what the person does.
pub(super) fn read_activities(node: Node<'_, '_>, oddities: &mut Oddities) -> Activities {
    let standing = oddities.note(node);
    let is_familiar = matches!(standing, Standing::Known | Standing::Absent);
    let bounds = Bounds::of(node);
    let mut read = Activities::default();
    for child in node.children().filter(Node::is_element) {
        read.read(child, is_familiar, bounds, oddities);
    }
    let mut unread = None;
    if !node.has_children() || node.children().any(|child| child.is_element()) {
        let unlisted = |one: &&Activity| one.kind().is_none();
        unread = read.activities.iter().find(unlisted).map(Activity::name);
    } else {
        // Early drafts, and some servers still, write names as text.
        let text = raw_text(node);
        let words = in_words(&text, &mut read.activities);
        if !words {
            oddities.cannot_read(text.trim());
            read.unclear = Some(bounds);
        }
    }
    if !is_familiar && (unread.is_some() || !read.activities.iter().any(decides)) {
        oddities.cannot_read(unread.unwrap_or_default());
        read.unclear = Some(bounds);
    }
    for activity in &mut read.activities {
        (activity.from, activity.until) = (bounds.from, bounds.until);
    }
    read
}

impl Activities {
    fn read(
        &mut self,
        child: Node<'_, '_>,
        is_familiar: bool,
        bounds: Bounds,
        oddities: &mut Oddities,
    ) {
        let name = child.tag_name().name();
        if is_familiar && !Standing::of(child).is_read() {
            // Activities of other vocabularies may stand here, too (RFC 4480 section 3.2).
            self.push(Activity::in_catalogue(name));
            return;
        }
        match name {
            "note" => {
                let note = super::pidf::read_note(child);
                self.notes.extend(note.map(|note| (note, bounds)));
            }
            "user-input" => {
                self.user_input = UserInput::both(self.user_input, read_user_input(child));
            }
            "other" => self.push(Some(Activity::other(&text(child)))),
            // Early drafts of RPID wrote the name as text.
            "activity" => {
                let words = text(child).to_lowercase();
                let activity = Some(words.as_str()).filter(|words| !words.is_empty());
                let activity = activity.map(Activity::named);
                if activity.as_ref().is_some_and(|one| one.kind().is_none()) {
                    oddities.cannot_read(&words);
                    self.unclear = Some(bounds);
                }
                self.push(activity);
            }
            _ => match Fact::read(name, child) {
                Some(fact) => self.facts.push(fact),
                None if Fact::is_named(name) => {}
                None => {
                    if name == "idle" {
                        let input = read_user_input(child);
                        self.user_input = UserInput::both(self.user_input, input);
                    }
                    self.push(Some(Activity::named(name)));
                }
            },
        }
    }

    fn push(&mut self, activity: Option<Activity>) {
        let new = activity.filter(|one| !self.activities.contains(one));
        if self.activities.len() < MOST {
            self.activities.extend(new);
        }
    }
}

/// Whether an activity says enough to decide a state.
pub(super) fn decides(activity: &Activity) -> bool {
    let says = activity.kind().and_then(|kind| kind.availability());
    says.is_some_and(|availability| availability != Availability::Unknown)
}

/// Reads activities that are written as text: one, or several with something between them.
/// Returns whether the text says nothing, or something that the catalogue has.
fn in_words(text: &str, activities: &mut Vec<Activity>) -> bool {
    let text = text.trim();
    if let Some(activity) = Activity::in_catalogue(text) {
        activities.push(activity);
        return true;
    }
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|'));
    let words = words.filter(|word| !word.is_empty()).take(MOST);
    let before = activities.len();
    activities.extend(words.filter_map(Activity::in_catalogue));
    text.is_empty() || activities.len() > before
}

/// XMPP's `show` (RFC 6121 section 4.7.2.1): away, chat, dnd, xa.
pub(super) fn show(node: Node<'_, '_>) -> Option<Activity> {
    match raw_text(node).trim() {
        "chat" => Some(Activity::named("available")),
        word => Activity::in_catalogue(word),
    }
}

/// RPID `user-input`, and the `idle` element that it was in an early draft.
pub(super) fn read_user_input(node: Node<'_, '_>) -> Option<UserInput> {
    let since = attribute(node, "last-input").or(attribute(node, "since"));
    let since = since.and_then(timestamp);
    let is_draft = known(node) == Some("idle");
    let said = text(node);
    let is = |word: &str| said.eq_ignore_ascii_case(word);
    if is("active") {
        return Some(UserInput::Active);
    }
    (is("idle") || is_draft).then_some(UserInput::Idle(since))
}

/// A moment as XML writes it; one without a zone is taken as UTC, as RFC 3863 wants it to be.
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()
    })
}

fn time_offset(text: &str) -> Option<i32> {
    let minutes: i32 = text.parse().ok()?;
    (minutes.abs() <= FARTHEST_CLOCK).then_some(minutes)
}

/// Cisco's `phone-status` and `im-status`: text, an attribute or an element inside.
fn status(node: Node<'_, '_>) -> Option<String> {
    let named = || attribute(node, "status").map(clean);
    let word = || words(node).into_iter().next();
    text_unless_empty(node).or_else(named).or_else(word)
}

/// The names of the child elements, in words; of `other`, its text.
fn words(node: Node<'_, '_>) -> Vec<String> {
    let named = node.children().filter_map(|child| {
        let name = child.tag_name();
        let understood = Standing::of(child).is_read() || name.namespace() == Some(LOCATION_TYPES);
        match name.name() {
            _ if !child.is_element() || !understood => None,
            "note" => None,
            "other" => text_unless_empty(child),
            name => Some(clean(&name.replace('-', " "))),
        }
    });
    named.take(MOST).collect()
}

/// `<audio><noisy/></audio>` as `audio: noisy`.
fn pairs(node: Node<'_, '_>) -> Vec<String> {
    let pair = |child: Node<'_, '_>| {
        let name = known(child).filter(|name| *name != "note")?;
        let words = words(child);
        (!words.is_empty()).then(|| format!("{}: {}", clean(name), words.join(", ")))
    };
    node.children().filter_map(pair).take(MOST).collect()
}
