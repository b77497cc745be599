//! Documents in the shapes that products all over the world send: drafts older than the RFCs, other
//! vocabularies, other spellings. Each file of `corpus/world` is named after what is odd about it.

use std::collections::BTreeSet;

use crate::support::desk::start;
use whosin::presence::{Document, Presence, Why, read_document};

/// The file, the availability, and the activities with the most telling first.
#[rustfmt::skip]
const READINGS: &[(&str, &str, &str)] = &[
    ("draft-rpid-status-in-tuple", "busy", "meeting"),
    ("draft-status-rpid-status", "busy", "on-the-phone"),
    ("draft-status-rpid", "away", "away"),
    ("draft-person-plain-activities", "away", "dinner"),
    ("draft-mixed-person-and-rpid", "away", "vacation"),
    ("activities-as-prefixed-text", "busy", "busy"),
    ("activities-as-text", "busy", "on-the-phone"),
    ("activities-as-text-nobody-knows", "unknown", ""),
    ("unknown-namespace-busy", "busy", "busy"),
    ("unknown-namespace-unreadable", "unknown", "juggling"),
    ("foreign-namespace-person", "busy", "meeting"),
    ("relationship-family", "unavailable", ""),
    ("relationship-self", "available", ""),
    ("relationship-assistant-busy", "available", ""),
    ("only-an-assistant", "unknown", ""),
    ("xmpp-away", "away", "away"),
    ("xmpp-extended-away", "away", "away"),
    ("xmpp-chat", "available", "available"),
    ("xmpp-status-is-a-note", "dnd", "dnd"),
    ("oma-willingness-of-the-service", "dnd", ""),
    ("oma-willing", "available", ""),
    ("oma-willingness-that-has-ended", "available", ""),
    ("rcs-services", "available", ""),
    ("basic-capital", "available", ""),
    ("basic-opened", "available", ""),
    ("basic-closed-with-full-stop", "unavailable", ""),
    ("basic-nonsense", "unknown", ""),
    ("no-namespace-tuple", "available", ""),
    ("asterisk-ringing", "away", "away"),
    ("asterisk-unavailable", "unavailable", ""),
    ("kamailio-dialog-busy", "busy", "on-the-phone"),
    ("opensips-terminated", "available", ""),
    ("freeswitch-on-the-phone", "busy", "on-the-phone"),
    ("freeswitch-closed", "unavailable", ""),
    ("linphone-do-not-disturb", "busy", "busy"),
    ("pjsip-away", "away", "away"),
    ("xpidf-inuse", "busy", "on-the-phone"),
    ("avaya-style-busy-status", "busy", "appointment busy"),
    ("timed-status-later", "available", ""),
    ("timed-status-now", "unavailable", ""),
    ("geopriv-location", "available", ""),
    ("microsoft-busy", "busy", "busy"),
    ("microsoft-state", "dnd", "dnd"),
    ("microsoft-idle", "available", "idle available"),
    ("microsoft-away", "away", "away"),
    ("idle-draft", "available", "idle"),
    ("jitsi-in-a-meeting", "busy", "meeting"),
    ("basic-without-its-d", "unavailable", ""),
    ("idle-in-the-list-and-beside-it", "available", "idle"),
    ("no-namespace-person", "busy", "busy"),
    ("oma-not-willing-person", "dnd", "dnd"),
];

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/world");

fn document(name: &str) -> Document {
    let text = std::fs::read_to_string(format!("{FOLDER}/{name}.xml")).unwrap();
    read_document(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn presence(name: &str) -> Presence {
    document(name).presence(start(), &["en"])
}

#[test]
fn each_document_is_read_as_its_author_meant_it() {
    let wrong: Vec<String> = READINGS
        .iter()
        .filter_map(|&(name, availability, activities)| {
            let read = presence(name);
            let names: Vec<&str> = read.activities.iter().map(|one| one.name()).collect();
            let is = (read.availability.name(), names.join(" "));
            (is != (availability, activities.to_string()))
                .then(|| format!("{name}: {is:?}, not {availability} '{activities}'"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_document_of_the_corpus_has_a_reading() {
    let files = std::fs::read_dir(FOLDER).unwrap().map(|file| {
        let name = file.unwrap().file_name().into_string().unwrap();
        name.trim_end_matches(".xml").to_string()
    });
    let files: BTreeSet<String> = files.collect();
    let expected = READINGS.iter().map(|row| row.0.to_string()).collect();
    assert_eq!(files, expected);
}

#[test]
fn what_cannot_be_read_says_why_the_person_is_not_called_available() {
    for name in [
        "unknown-namespace-unreadable",
        "activities-as-text-nobody-knows",
    ] {
        let read = presence(name);
        assert_eq!(read.why, Why::Unclear, "{name}");
        let remarks = read.remarks().concat();
        assert!(remarks.contains("is in no catalogue"), "{name}: {remarks}");
    }
}

#[test]
fn what_an_assistant_writes_is_not_the_persons_note() {
    let read = presence("relationship-family");
    assert_eq!(read.note, None);
    assert_eq!(read.devices[1].whose(), Some("family"));
}

#[test]
fn a_document_without_a_namespace_is_read_and_remarked_on() {
    let read = presence("no-namespace-tuple");
    let remarks = read.remarks().concat();
    assert!(remarks.contains("no namespace"), "{remarks}");
}
