//! `whosin wait`, as a script sees it.

use crate::support::bench::{Bench, text, until};
use rustix::process::Signal;
use whosin::simulator::{Doing, Fault, Node};

/// So that a change is asked for soon.
const OFTEN: [&str; 4] = ["--interval", "1", "--mode", "poll"];

fn arguments<'a>(these: &[&'a str]) -> Vec<&'a str> {
    [&["wait"], these, &OFTEN[..]].concat()
}

/// Waits until both users are signed in and everybody was asked for.
fn asked(bench: &Bench) {
    until("the first question", || {
        let requests = bench.service.requests();
        bench.service.signed_in() == (1, 1)
            && requests
                .iter()
                .any(|request| format!("{request:?}").contains("Poll"))
    });
}

#[test]
fn returns_when_the_contact_gets_there_and_signs_out() {
    let bench = Bench::new();
    bench.service.set(&bench.ben(), Doing::OnThePhone);
    let mut waiting = bench.spawn(&arguments(&["ben two"]));
    asked(&bench);
    assert!(waiting.child.try_wait().unwrap().is_none());
    bench.service.set(&bench.ben(), Doing::Available);
    let line = waiting.line();
    let (time, rest) = line.split_at(8);
    assert_eq!(rest, "  Ben Two  available");
    assert!(time.chars().filter(|c| *c == ':').count() == 2, "{line}");
    assert_eq!(waiting.end(), (Some(0), String::new()));
    assert_eq!(bench.service.signed_in(), (1, 0));
}

#[test]
fn of_several_the_first_counts_and_quiet_prints_nothing() {
    let bench = Bench::new();
    bench.service.set(&bench.ben(), Doing::OnThePhone);
    bench.service.set(&bench.ursula(), Doing::Meeting);
    let both = ["ben", "ursula", "--for", "away,dnd"];
    let mut waiting = bench.spawn(&arguments(&both));
    asked(&bench);
    bench.service.set(&bench.ursula(), Doing::Dnd);
    assert!(waiting.line().ends_with("  Ursula One  do not disturb"));
    assert_eq!(waiting.end().0, Some(0));
    // Who is there already is not waited for.
    let output = bench.run(&arguments(&["ursula", "--for", "dnd", "--quiet"]));
    assert_eq!(
        (output.status.code(), text(&output.stdout)),
        (Some(0), String::new())
    );
}

#[test]
fn a_change_is_one_from_what_was_told_at_first() {
    let bench = Bench::new();
    bench.service.set(&bench.ben(), Doing::Available);
    let mut waiting = bench.spawn(&arguments(&["ben", "--for", "changed"]));
    asked(&bench);
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert!(
        waiting.child.try_wait().unwrap().is_none(),
        "nothing has changed"
    );
    bench.service.set(&bench.ben(), Doing::Lunch);
    assert!(waiting.line().ends_with("  Ben Two  lunch"));
    assert_eq!(waiting.end().0, Some(0));
}

#[test]
fn when_the_time_is_up_the_code_tells() {
    let bench = Bench::new();
    bench.service.set(&bench.ben(), Doing::Away);
    let output = bench.run(&arguments(&["ben", "--timeout", "2s"]));
    assert_eq!((output.status.code(), output.stdout.len()), (Some(5), 0));
    assert_eq!(bench.service.signed_in(), (1, 0));
}

#[test]
fn what_a_board_left_is_no_news() {
    let bench = Bench::new();
    bench.service.set(&bench.ursula(), Doing::Away);
    // There she is available.
    bench.leave(1, |_| {});
    let output = bench.run(&arguments(&["ursula", "--timeout", "2s"]));
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn trouble_is_waited_out_and_a_refusal_is_not() {
    let bench = Bench::new();
    bench.service.set(&bench.ben(), Doing::Available);
    bench.runtime.block_on(bench.service.stop_node(Node::First));
    let mut waiting = bench.spawn(&arguments(&["ben"]));
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert!(waiting.child.try_wait().unwrap().is_none());
    bench
        .runtime
        .block_on(bench.service.start_node(Node::First));
    assert!(waiting.line().ends_with("  Ben Two  available"));
    let (code, words) = waiting.end();
    assert_eq!(code, Some(0));
    assert_eq!(words.matches("Still waiting").count(), 1, "{words}");

    let mut wrong = bench.command(&arguments(&["ben"]));
    let output = wrong.env("WHOSIN_APP_PASSWORD", "wrong").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let words = text(&output.stderr);
    assert!(
        words.contains("application user 'whosin' refused"),
        "{words}"
    );
}

#[test]
fn a_server_that_was_never_reached_is_told_by_the_code() {
    let bench = Bench::new();
    bench.runtime.block_on(bench.service.stop_node(Node::First));
    let output = bench.run(&arguments(&["ben", "--timeout", "2s", "-q"]));
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
}

#[test]
fn a_contact_that_the_server_refuses_is_not_waited_for() {
    let bench = Bench::new();
    bench.service.refuse(&bench.ben(), Fault(124));
    let output = bench.run(&arguments(&["ben"]));
    let words = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("is refused"), "{words}");
}

#[test]
fn signals_end_it_signed_out() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let bench = Bench::new();
        bench.service.set(&bench.ben(), Doing::Away);
        let mut waiting = bench.spawn(&arguments(&["ben"]));
        asked(&bench);
        waiting.signal(signal);
        assert_eq!(waiting.end(), (Some(code), String::new()));
        assert_eq!(bench.service.signed_in(), (1, 0));
    }
}

#[test]
fn wrong_usage_is_told() {
    let bench = Bench::new();
    for wrong in [
        &["wait"][..],
        &["wait", "nobody at all"],
        &["wait", "ben", "--for", "lunch"],
        &["wait", "ben", "--timeout", "soon"],
    ] {
        let output = bench.run(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(!output.stderr.is_empty());
    }
    let help = text(&bench.run(&["wait", "--help"]).stdout);
    assert!(
        help.contains("whosin wait ben &&") && help.contains("Exit codes"),
        "{help}"
    );
}
