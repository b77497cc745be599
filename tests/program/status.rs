//! `whosin status`, as a script sees it.

use crate::support::bench::Bench;
use crate::support::pty::Start;
use serde_json::Value;
use whosin::simulator::Doing;

#[test]
fn prints_a_line_a_contact_with_tabs_between() {
    let bench = Bench::with_one_free();
    let output = bench.run(&["status"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    let cells = |line: &str| line.split('\t').map(String::from).collect::<Vec<_>>();
    let ursula = bench.ursula().to_string();
    let (one, two) = (cells(lines[0]), cells(lines[1]));
    assert_eq!(one[..3], ["Ursula One", &*ursula, "Available"], "{text}");
    assert_eq!((one.len(), one[4].as_str()), (6, "Front desk"), "{text}");
    assert!(!one[3].is_empty(), "{text}");
    assert_eq!(
        (two[0].as_str(), two[2].as_str()),
        ("Ben Two", "Do not disturb")
    );
    assert_eq!((two.len(), two[4].as_str()), (6, ""), "{text}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_terminal_gets_icon_colour_age_and_group_in_columns() {
    for (variables, is_coloured) in [(vec![], true), (vec![("NO_COLOR", "1")], false)] {
        let mut bench = Bench::with_one_free();
        let home = bench.take_home();
        let start = Start {
            arguments: &["status"],
            variables: &variables,
            width: 80,
            height: 10,
        };
        let mut pty = bench.in_terminal(home, start);
        assert_eq!(pty.wait_for_end(), 0);
        let screen = pty.wait_for_text("Do not disturb");
        let line = screen.lines().next().unwrap();
        assert!(
            line.starts_with("Ursula One  ✓ Available       "),
            "{screen}"
        );
        assert!(line.trim_end().ends_with("  Front desk"), "{screen}");
        assert!(
            screen.contains("Ben Two     ⊖ Do not disturb  "),
            "{screen}"
        );
        let written = String::from_utf8(pty.written()).unwrap();
        assert_eq!(written.contains("\x1b[38;"), is_coloured, "{written:?}");
    }
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

#[test]
fn a_slip_of_the_finger_is_answered_with_who_may_be_meant_also_with_a_domain() {
    let bench = Bench::with_one_free();
    let domain = bench.ben().domain().to_string();
    let user = bench.ben().user().to_string();
    let ask = |words: &[&str]| bench.run(&[&["--domain", domain.as_str()], words].concat());
    // None of the two is asked for, nor waited for.
    for command in [&["status"][..], &["wait", "--timeout", "30s"], &["watch"]] {
        let done = ask(&[command, &["bne"]].concat());
        assert_eq!(done.status.code(), Some(2), "{command:?}");
        let words = String::from_utf8(done.stderr).unwrap();
        let near = format!("{user}@{domain}");
        assert!(words.contains("'bne'") && words.contains(&near), "{words}");
        let itself = format!("meant? Write bne@{domain} for that address");
        assert!(words.contains(&itself), "{words}");
    }
    // Who is like nobody is the domain's.
    let other = bench.service.people()[5].address.clone();
    bench.service.set(&other, Doing::Available);
    let done = ask(&["status", other.user()]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let words = String::from_utf8(done.stderr).unwrap();
    assert!(words.contains(&format!("{other} is meant")), "{words}");
    // An address is meant as it is.
    let done = bench.run(&["status", other.as_str()]);
    assert_eq!(String::from_utf8(done.stderr).unwrap(), "");
}

#[test]
fn a_group_is_asked_for_and_waited_for() {
    let bench = Bench::with_one_free();
    let done = bench.run(&["status", "--group", "front desk"]);
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(
        text.contains("Ursula One") && !text.contains("Ben Two"),
        "{text}"
    );
    assert_eq!(done.status.code(), Some(0));
    bench.service.set(&bench.ursula(), Doing::Dnd);
    let done = bench.run(&["status", "--group", "Front desk", "-q"]);
    assert_eq!(done.status.code(), Some(5));
    // With others, and nobody twice.
    let done = bench.run(&["status", "ben", "ursula", "--group", "Front desk", "--json"]);
    let json: Value = serde_json::from_slice(&done.stdout).unwrap();
    let names: Vec<&str> = json["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Ben Two", "Ursula One"]);
    let done = bench.run(&["tmux", "--group", "Front desk"]);
    assert_eq!(String::from_utf8(done.stdout).unwrap(), "✓0 ⊖1\n");
    let done = bench.run(&[
        "wait",
        "--group",
        "Front desk",
        "--for",
        "dnd",
        "--timeout",
        "30s",
    ]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    for command in ["status", "wait", "watch", "tmux"] {
        let done = bench.run(&[command, "--group", "Back office"]);
        assert_eq!(done.status.code(), Some(2), "{command}");
        let words = String::from_utf8(done.stderr).unwrap();
        assert!(words.contains("no group 'Back office'"), "{words}");
    }
}
