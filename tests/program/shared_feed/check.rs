//! `whosin check` where presence comes from a broker.

use std::process::Output;

use rustix::process::Signal;

use super::Shared;
use crate::support::bench::text;

const STEPS: [&str; 9] = [
    "settings",
    "name",
    "port",
    "TLS",
    "sign-in",
    "subscription",
    "publisher",
    "contacts",
    "directory",
];

/// The exit code, the mark of each step, and what is printed.
fn checked(output: &Output) -> (Option<i32>, String, String) {
    let printed = text(&output.stdout);
    let lines: Vec<&str> = printed
        .lines()
        .filter(|line| !line.starts_with(' '))
        .collect();
    let marks = lines.iter().zip(STEPS).map(|(line, name)| {
        let rest: String = line.chars().skip(2).collect();
        assert!(rest.starts_with(name), "no step '{name}' in\n{printed}");
        line.chars().next().unwrap()
    });
    let marks = marks.collect();
    assert_eq!(lines.len(), STEPS.len(), "{printed}");
    (output.status.code(), marks, printed)
}

impl Shared {
    fn check(&self, user: &str) -> (Option<i32>, String, String) {
        checked(&self.read(user, &["check"]).output().unwrap())
    }
}

#[test]
fn the_way_to_a_publisher_is_gone_step_by_step() {
    let Some(shared) = Shared::new() else { return };
    let (code, marks, printed) = shared.check("board");
    assert_eq!((code, &*marks), (Some(4), "✓✓✓✓✓✓✗––"), "{printed}");
    assert!(
        printed.contains("no publisher is heard below whosin"),
        "{printed}"
    );
    let mut publisher = shared.publisher();
    let (code, marks, printed) = shared.check("board");
    assert_eq!((code, &*marks), (Some(0), "✓✓✓✓✓✓✓✓–"), "{printed}");
    for words in [
        "TLS 1.3; certificate sha256:",
        "'board' is signed in at 127.0.0.1",
        "whosin/v1/publisher/+ and the topics of 2 contacts are asked for",
        "publisher asks http://127.0.0.1",
        "2 looked for, 2 published",
    ] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    // Who is not allowed to read is sent nothing, and told nothing.
    let (code, marks, printed) = shared.check("stranger");
    assert_eq!((code, &*marks), (Some(4), "✓✓✓✓✓✓✗––"), "{printed}");
    assert!(
        printed.contains("may this user read whosin/v1/#"),
        "{printed}"
    );
    let added = ["contacts", "add", "new@example.com"];
    assert!(shared.bench.run(&added).status.success());
    publisher.signal(Signal::TERM);
    publisher.end();
    let (code, marks, printed) = shared.check("board");
    assert_eq!((code, &*marks), (Some(4), "✓✓✓✓✓✓✗––"), "{printed}");
    assert!(
        printed.contains("the publisher publisher has ended"),
        "{printed}"
    );
}

#[test]
fn where_the_broker_refuses_or_is_gone_the_check_says_so() {
    let Some(mut shared) = Shared::new() else {
        return;
    };
    let wrong = shared
        .read("board", &["check"])
        .env("WHOSIN_BROKER_PASSWORD", "wrong")
        .output()
        .unwrap();
    let (code, marks, printed) = checked(&wrong);
    assert_eq!((code, &*marks), (Some(3), "✓✓✓✓✗––––"), "{printed}");
    assert!(!printed.contains("wrong"), "{printed}");
    let from = shared.broker.place("board");
    let untrusted = shared.bench.run(&["--from", &from, "check"]);
    let (code, marks, printed) = checked(&untrusted);
    assert_eq!((code, &*marks), (Some(4), "✓✓✓✗–––––"), "{printed}");
    assert!(printed.contains("trust it with --pin"), "{printed}");
    shared.broker.kill();
    let (code, marks, printed) = shared.check("board");
    assert_eq!((code, &*marks), (Some(4), "✓✓✗––––––"), "{printed}");
}
