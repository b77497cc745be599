//! What is printed is what the JSON Schema says, and the schema says all that is printed.

use std::sync::Arc;

use crate::support::bench::Bench;
use jiff::Timestamp;
use serde_json::{Value, json};
use whosin::board::Entry;
use whosin::contacts::Contact;
use whosin::link::{Outcome, Report};
use whosin::memory::snapshot::Snapshot;
use whosin::presence::read_document;
use whosin::simulator::Doing;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../assets/status.schema.json")).unwrap()
}

fn check(document: &Value) -> Result<(), String> {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors = validator.iter_errors(document);
    let errors: Vec<String> = errors.map(|error| error.to_string()).collect();
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors.join("\n")),
    }
}

/// The fields of an object, each of which the schema has to describe.
fn is_described(object: &Value, properties: &Value) {
    for field in object.as_object().unwrap().keys() {
        assert!(properties.get(field).is_some(), "{field} is not described");
    }
}

fn all_is_described(document: &Value) {
    let schema = schema();
    is_described(document, &schema["properties"]);
    if let Some(board) = document.get("board") {
        is_described(board, &schema["properties"]["board"]["properties"]);
    }
    for contact in document["contacts"].as_array().unwrap() {
        is_described(contact, &schema["$defs"]["contact"]["properties"]);
        for device in contact["devices"].as_array().unwrap() {
            is_described(device, &schema["$defs"]["device"]["properties"]);
        }
    }
}

#[test]
fn what_status_prints_fits_asked_and_cached() {
    let bench = Bench::new();
    bench.service.set(&bench.ursula(), Doing::OnThePhone);
    // One whom the server does not know, and one whom it refuses, belong to it, too.
    let asked = bench.run(&["status", "--json"]);
    let asked: Value = serde_json::from_slice(&asked.stdout).unwrap();
    assert_eq!(asked["contacts"].as_array().unwrap().len(), 2);
    check(&asked).unwrap();
    all_is_described(&asked);

    bench.leave(5, |_| {});
    let cached = bench.run(&["status", "--cached", "--json"]);
    let cached: Value = serde_json::from_slice(&cached.stdout).unwrap();
    check(&cached).unwrap();
    all_is_described(&cached);
}

#[test]
fn a_document_that_says_everything_fits() {
    let at: Timestamp = "2026-11-23T09:14:05.123Z".parse().unwrap();
    let presence = read_document(include_str!("../corpus/pidf/rich.xml"))
        .unwrap()
        .presence(at, &["en"]);
    let mut entry = Entry::new(Contact::new("ursula@sie.at".parse().unwrap()));
    let report = |outcome| Report {
        address: "ursula@sie.at".parse().unwrap(),
        at,
        outcome,
    };
    entry.learn(&report(Outcome::Answered(Arc::new(presence))));
    let mut refused = entry.clone();
    refused.learn(&report(Outcome::Refused("no".into())));
    let nothing = Entry::new(entry.contact.clone());
    let entries = [entry, refused, nothing];
    let snapshot = Snapshot::of("https://cup:8083".into(), "klmt".into(), &entries, at, at);
    let document = serde_json::to_value(&snapshot).unwrap();
    let devices = document["contacts"][0]["devices"].as_array().unwrap();
    assert!(devices.len() > 1, "{document}");
    check(&document).unwrap();
    all_is_described(&document);
}

#[test]
fn what_is_wrong_does_not_fit() {
    let bench = Bench::new();
    let asked = bench.run(&["status", "--json"]);
    let right: Value = serde_json::from_slice(&asked.stdout).unwrap();
    let wrong: [(&str, Value); 6] = [
        ("/schema", json!(2)),
        ("/at", json!("yesterday")),
        ("/contacts/0/uri", json!("nobody")),
        ("/contacts/0/availability", json!("free")),
        ("/contacts/0/fresh", json!("yes")),
        ("/contacts/0/devices", Value::Null),
    ];
    for (place, value) in wrong {
        let mut document = right.clone();
        *document.pointer_mut(place).expect(place) = value;
        assert!(check(&document).is_err(), "{place}");
    }
    let mut document = right.clone();
    document["contacts"][0]
        .as_object_mut()
        .unwrap()
        .remove("error");
    assert!(check(&document).is_err());
    // Fields are only ever added: more of them is no mistake.
    let mut document = right;
    document["contacts"][0]["new"] = json!(1);
    check(&document).unwrap();
}
