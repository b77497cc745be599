//! `whosin status`, as a script sees it.

use crate::support::bench::Bench;
use serde_json::Value;

#[test]
fn prints_a_line_a_contact() {
    let output = Bench::with_one_free().run(&["status"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].starts_with("Ursula One  Available"), "{text}");
    assert!(lines[1].starts_with("Ben Two     Do not disturb"), "{text}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn prints_json_of_schema_1() {
    let bench = Bench::with_one_free();
    let output = bench.run(&["status", "--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["user"], "klmt");
    assert!(
        bench
            .service
            .url()
            .starts_with(json["server"].as_str().unwrap())
    );
    let one = &json["contacts"][0];
    assert_eq!(one["name"], "Ursula One");
    assert_eq!(one["group"], "Front desk");
    assert_eq!(one["availability"], "available");
    assert_eq!(one["fresh"], true);
    assert_eq!(one["error"], Value::Null);
    for key in [
        "uri",
        "activities",
        "label",
        "note",
        "since",
        "asked_at",
        "devices",
    ] {
        assert!(one.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(json["contacts"][1]["availability"], "dnd");
    assert_eq!(json["contacts"][1]["activities"][0], "dnd");
}

#[test]
fn the_exit_code_tells_whether_anyone_of_those_named_is_available() {
    let bench = Bench::with_one_free();
    let quiet = |who: &str| {
        let output = bench.run(&["status", "-q", who]);
        assert!(output.stdout.is_empty());
        output.status.code()
    };
    assert_eq!(quiet("ursula"), Some(0));
    assert_eq!(quiet("ben two"), Some(5));
    assert_eq!(quiet("nobody"), Some(2));
}

#[test]
fn a_refused_sign_in_and_a_server_that_is_away_have_codes_of_their_own() {
    let bench = Bench::with_one_free();
    let mut wrong = bench.command(&["status"]);
    let refused = wrong.env("WHOSIN_APP_PASSWORD", "wrong").output().unwrap();
    assert_eq!(refused.status.code(), Some(3));
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(
        words.contains("application user 'whosin' refused"),
        "{words}"
    );
    let away = bench
        .command_at("http://127.0.0.1:1", &["status"])
        .output()
        .unwrap();
    assert_eq!(away.status.code(), Some(4));
    let wrong = bench.run(&["status", "--no-such-option"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn a_word_finds_whom_the_boards_find_would_show_and_several_are_told() {
    let bench = Bench::with_one_free();
    let done = bench.run(&["status", "urone"]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let printed = String::from_utf8(done.stdout).unwrap();
    assert!(
        printed.contains("Ursula One") && !printed.contains("Ben Two"),
        "{printed}"
    );
    // Letters that both have, in this order.
    let done = bench.run(&["status", "e"]);
    assert_eq!(done.status.code(), Some(2));
    let words = String::from_utf8(done.stderr).unwrap();
    assert!(words.contains("fits several"), "{words}");
    // What only looks on may guess; what changes something does not.
    let done = bench.run(&["contacts", "remove", "urone"]);
    assert_eq!(done.status.code(), Some(2));
}
