//! Presence documents in the mixed styles that really occur: each person's server, phone and
//! client write their own, so a style belongs to a person and is chosen by seed.

use fastrand::Rng;
use jiff::Timestamp;

use super::state::{ByHand, Doing, State};
use super::xml::{Element, Prefix};

pub(super) const PIDF: &str = "urn:ietf:params:xml:ns:pidf";
const DATA_MODEL: &str = "urn:ietf:params:xml:ns:pidf:data-model";
const RPID: &str = "urn:ietf:params:xml:ns:pidf:rpid";
/// An early draft of RPID, which Cisco's call manager still sends.
const DRAFT: &str = "urn:ietf:params:xml:ns:pidf:status:rpid";
const CISCO: &str = "urn:cisco:params:xml:ns:pidf:rpid";
const CIPID: &str = "urn:ietf:params:xml:ns:pidf:cipid";
const CAPABILITIES: &str = "urn:ietf:params:xml:ns:pidf:servcaps";
pub(super) const SOURCE: &str = "urn:cisco:params:xml:ns:pidf:source";

/// Which namespaces the activities are written in. An element that the namespace lacks is written
/// in the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Activities {
    /// RPID's `activities` with children in Cisco's namespace.
    Mixed,
    /// All in Cisco's.
    Cisco,
    /// All in RPID's: being available is then an empty list.
    Rpid,
    /// The early draft.
    Draft,
}

/// How one person's documents are written.
#[derive(Clone, Debug)]
pub(super) struct Style {
    person: &'static str,
    activities: Activities,
    prefixes: &'static [Prefix],
    devices: usize,
    languages: bool,
    bounded: bool,
    named: bool,
    sourced: bool,
    twice: bool,
    loud: bool,
}

const ONLY_DATA_MODEL: &[Prefix] = &[(DATA_MODEL, "dm")];
const NONE: &[Prefix] = &[];
const MANY: &[Prefix] = &[
    (DATA_MODEL, "dm"),
    (RPID, "rpid"),
    (CISCO, "ce"),
    (CIPID, "ci"),
    (CAPABILITIES, "sc"),
];
const ALL: &[Prefix] = &[
    (PIDF, "p"),
    (DATA_MODEL, "dm"),
    (RPID, "r"),
    (DRAFT, "rs"),
    (CISCO, "cisco"),
    (CIPID, "c"),
    (CAPABILITIES, "caps"),
    (SOURCE, "src"),
];

impl Style {
    /// A style by seed.
    pub(super) fn by_seed(seed: u64) -> Style {
        let mut rng = Rng::with_seed(seed ^ 0x000D_0C57_7E1E);
        let mut pick = |of: u8| rng.u8(..of);
        Style {
            person: if pick(4) == 0 { CISCO } else { DATA_MODEL },
            activities: match pick(10) {
                0..5 => Activities::Mixed,
                5..7 => Activities::Cisco,
                7..9 => Activities::Rpid,
                _ => Activities::Draft,
            },
            prefixes: match pick(5) {
                0 | 1 => ONLY_DATA_MODEL,
                2 => NONE,
                3 => MANY,
                _ => ALL,
            },
            devices: usize::from(pick(4)),
            languages: pick(3) == 0,
            bounded: pick(3) == 0,
            named: pick(2) == 0,
            sourced: pick(3) == 0,
            twice: pick(10) == 0,
            loud: pick(8) == 0,
        }
    }

    /// An address in the letter case that this person's server likes.
    pub(super) fn address(&self, address: &str) -> String {
        if self.loud {
            address.to_uppercase()
        } else {
            address.to_owned()
        }
    }
}

/// The document for somebody whom the server doesn't know.
pub(super) fn unknown(address: &str) -> Element {
    let activities =
        Element::new(RPID, "activities").with(Element::new(CISCO, Doing::Unknown.name()));
    presence(address, ONLY_DATA_MODEL)
        .with(Element::new(DATA_MODEL, "person").with(activities))
        .with(tuple("default", false))
}

/// The document for a person in a state.
pub(super) fn document(address: &str, name: &str, state: &State, style: &Style) -> Element {
    if state.doing == Doing::Unknown {
        return unknown(address);
    }
    let mut presence = presence(&style.address(address), style.prefixes)
        .with(person(name, state, style))
        .with_all(devices(address, state, style));
    if let Some(by_hand) = state.by_hand {
        presence = presence.with(set_by_hand(by_hand, state, style));
    }
    if style.twice {
        let second = Element::new(style.person, "person")
            .with_attribute("id", "cucm")
            .with(Element::new(RPID, "activities"));
        presence = presence.with(second);
    }
    presence
}

fn presence(address: &str, prefixes: &[Prefix]) -> Element {
    Element::new(PIDF, "presence")
        .with_attribute("entity", format!("sip:{address}"))
        .with_prefixes(prefixes)
}

fn person(name: &str, state: &State, style: &Style) -> Element {
    let mut person = Element::new(style.person, "person").with(activities(state, style));
    if state.doing == Doing::Idle {
        let mut input = Element::new(RPID, "user-input").with_text("idle");
        if let Some(since) = state.since {
            input = input.with_attribute("last-input", stamp(since));
        }
        person = person.with(input);
    }
    if style.named {
        // Cisco's own spelling comes where the rest is Cisco's.
        let element = match style.activities {
            Activities::Cisco => "displayname",
            _ => "display-name",
        };
        person = person.with(Element::new(CIPID, element).with_text(name));
    }
    for (language, text) in notes(state, style) {
        let note = Element::new(DATA_MODEL, "note").with_text(text);
        person = person.with(match language {
            Some(language) => note.with_attribute("xml:lang", language),
            None => note,
        });
    }
    person
}

fn activities(state: &State, style: &Style) -> Element {
    let (list, own) = match style.activities {
        Activities::Mixed => (RPID, CISCO),
        Activities::Cisco => (CISCO, CISCO),
        Activities::Rpid => (RPID, RPID),
        Activities::Draft => (DRAFT, DRAFT),
    };
    let mut activities = Element::new(list, "activities");
    if style.bounded
        && takes_its_time(state.doing)
        && let (Some(from), Some(until)) = (state.since, state.until)
    {
        activities = activities
            .with_attribute("from", stamp(from))
            .with_attribute("until", stamp(until));
    }
    for doing in std::iter::once(state.doing).chain(state.beside) {
        activities = activities.with_all(activity(doing, own));
    }
    if style.activities == Activities::Cisco {
        let phone = match (state.doing, state.beside) {
            (Doing::OnThePhone, _) | (_, Some(Doing::OnThePhone)) => "busy",
            (Doing::Unavailable | Doing::Vacation, _) => "unavailable",
            _ => "available",
        };
        activities = activities.with(Element::new(CISCO, "phone-status").with_text(phone));
    }
    activities
}

/// Whether an activity is one whose end is known in advance.
fn takes_its_time(doing: Doing) -> bool {
    matches!(
        doing,
        Doing::Meeting | Doing::Appointment | Doing::Presentation | Doing::Lunch | Doing::Vacation
    )
}

/// The element for an activity, in the namespace `own` if that has it; nothing where being there
/// or not shows by the devices alone.
fn activity(doing: Doing, own: &'static str) -> Option<Element> {
    let name = match doing {
        Doing::Idle => Doing::Available.name(),
        other => other.name(),
    };
    let in_cisco = matches!(
        name,
        "available"
            | "away"
            | "busy"
            | "dnd"
            | "unavailable"
            | "unknown"
            | "vacation"
            | "meeting"
            | "on-the-phone"
            | "alerting"
    );
    let in_rpid = !matches!(name, "available" | "dnd" | "unavailable" | "alerting");
    match own {
        CISCO if in_cisco => Some(Element::new(CISCO, name)),
        CISCO => Some(Element::new(RPID, name)),
        _ if in_rpid => Some(Element::new(own, name)),
        _ if matches!(name, "available" | "unavailable") => None,
        _ => Some(Element::new(CISCO, name)),
    }
}

fn notes(state: &State, style: &Style) -> Vec<(Option<&'static str>, String)> {
    let Some(note) = &state.note else {
        return vec![];
    };
    if !style.languages {
        return vec![(None, note.clone())];
    }
    let german = match note.as_str() {
        "Back on Monday" => "Ab Montag wieder da",
        "At the customer's, call my mobile" => "Beim Kunden, bitte mobil anrufen",
        "At the canteen" => "In der Kantine",
        "Quarterly planning" => "Quartalsplanung",
        "Showing the new release" => "Zeigt die neue Ausgabe",
        "Please write instead of calling" => "Bitte schreiben statt anrufen",
        _ => return vec![(Some("en"), note.clone())],
    };
    vec![(Some("de"), german.to_owned()), (Some("en"), note.clone())]
}

/// The devices of a person: up to three, open while the person is signed in.
fn devices(address: &str, state: &State, style: &Style) -> Vec<Element> {
    let present = !matches!(state.doing, Doing::Unavailable | Doing::Vacation);
    if style.devices == 0 {
        return vec![tuple("default", present)];
    }
    let talks = state.doing == Doing::OnThePhone || state.beside == Some(Doing::OnThePhone);
    let kinds: [(&str, &str, &[&str]); 3] = [
        ("desk-phone", "0.8", &["audio"]),
        ("jabber", "1", &["audio", "video", "text"]),
        ("mobile", "0.3", &["audio", "text"]),
    ];
    kinds
        .into_iter()
        .take(style.devices)
        .map(|(id, priority, can)| {
            let capabilities = can
                .iter()
                .map(|&capability| Element::new(CAPABILITIES, capability).with_text("true"));
            let mut status = Element::new(PIDF, "status")
                .with(Element::new(PIDF, "basic").with_text(basic(present)));
            if id == "desk-phone" && talks {
                let call = Element::new(RPID, Doing::OnThePhone.name());
                status = status.with(Element::new(RPID, "activities").with(call));
            }
            let mut tuple = Element::new(PIDF, "tuple")
                .with_attribute("id", id)
                .with(status)
                .with(Element::new(CAPABILITIES, "servcaps").with_all(capabilities));
            if style.sourced {
                let source = if id == "desk-phone" { "cucm" } else { "xmpp" };
                tuple = tuple.with(Element::new(SOURCE, "source").with_text(source));
            }
            let contact = Element::new(PIDF, "contact")
                .with_attribute("priority", priority)
                .with_text(format!("sip:{address}"));
            tuple = tuple.with(contact);
            match state.since {
                Some(since) => tuple.with(Element::new(PIDF, "timestamp").with_text(stamp(since))),
                None => tuple,
            }
        })
        .collect()
}

fn tuple(id: &str, open: bool) -> Element {
    let basic = Element::new(PIDF, "basic").with_text(basic(open));
    Element::new(PIDF, "tuple")
        .with_attribute("id", id)
        .with(Element::new(PIDF, "status").with(basic))
}

fn basic(open: bool) -> &'static str {
    if open { "open" } else { "closed" }
}

fn set_by_hand(by_hand: ByHand, state: &State, style: &Style) -> Element {
    let id = match by_hand {
        ByHand::Override => "pws-override",
        ByHand::Persistent => "pws-persistent",
    };
    tuple(id, state.doing != Doing::Unavailable).with(activities(state, style))
}

fn stamp(at: Timestamp) -> String {
    format!("{at:.3}")
}
