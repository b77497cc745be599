//! The states of the day: what is known, what is not, and what is kept where the user wants it.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::support::bench::{Bench, text};
use crate::support::desk::{Desk, address, contact, doing, link, outcome, own, report, start};
use crate::support::pty::{Pty, Start};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use whosin::board::{AccountMessage, Change, Since, Timeline, WorldMessage};
use whosin::link::{Link, LinkState, Mode, Outcome, Problem};
use whosin::memory::history;
use whosin::presence::Availability;
use whosin::simulator::Doing;

use Availability::{Available, Away, Busy};

fn minute(minutes: i64) -> Timestamp {
    start() + SignedDuration::from_mins(minutes)
}

fn live(state: LinkState) -> WorldMessage {
    own(AccountMessage::Link(Link {
        mode: Mode::Live,
        ..link(state)
    }))
}

fn trouble() -> LinkState {
    let problem = Problem {
        what: "cup.sie.at: the connection is refused".into(),
        advice: String::new(),
    };
    LinkState::Trouble {
        problem,
        since: start(),
        next_try: Some(start()),
    }
}

/// A board with Ben alone on it, and a link that the server tells of changes over.
fn watching_ben() -> Desk {
    let mut desk = Desk::empty(80, 24);
    desk.send(own(AccountMessage::Contacts(vec![contact(
        "ben@sie.at",
        "Ben",
        "",
    )])));
    desk.send(live(LinkState::Up));
    desk
}

fn day(desk: &Desk) -> Vec<Change> {
    let ben = desk.board.find(&address("ben@sie.at")).unwrap();
    ben.timeline.changes().to_vec()
}

fn is(desk: &mut Desk, activities: &str) {
    let now = desk.now;
    desk.send(report("ben@sie.at", now, doing(activities)));
}

#[test]
fn a_cell_shows_what_lasted_longest_in_it_and_nothing_where_nothing_was_known() {
    let mut timeline = Timeline::default();
    timeline.add(minute(0), Available);
    timeline.add(minute(10), Busy);
    timeline.lose(minute(20));
    timeline.add(minute(30), Busy);
    let cells = |known_until| timeline.cells(minute(0), minute(60), known_until, 6);
    assert_eq!(
        cells(minute(60)),
        [
            Some(Available),
            Some(Busy),
            None,
            Some(Busy),
            Some(Busy),
            Some(Busy)
        ]
    );
    assert_eq!(
        cells(minute(40)),
        [Some(Available), Some(Busy), None, Some(Busy), None, None]
    );
}

#[test]
fn while_a_live_link_is_down_nothing_is_known() {
    let mut desk = watching_ben();
    is(&mut desk, "<c:available/>");
    desk.wait(3600);
    desk.send(live(trouble()));
    desk.wait(3600);
    desk.send(live(LinkState::Up));
    is(&mut desk, "<c:available/>");
    let expected = [
        (minute(0), Some(Available)),
        (minute(60), None),
        (minute(120), Some(Available)),
    ];
    assert_eq!(day(&desk), expected);
}

#[test]
fn a_sleep_between_two_askings_is_a_gap() {
    let mut desk = watching_ben();
    desk.send(own(AccountMessage::Link(Link {
        mode: Mode::Every(Duration::from_secs(5)),
        ..link(LinkState::Up)
    })));
    is(&mut desk, "<c:available/>");
    desk.wait(30);
    is(&mut desk, "<c:available/>");
    desk.wait(8 * 3600);
    is(&mut desk, "<r:away/>");
    let gone = start() + SignedDuration::from_secs(30);
    let expected = [
        (minute(0), Some(Available)),
        (gone, None),
        (desk.now, Some(Away)),
    ];
    assert_eq!(day(&desk), expected);
    // The change was not seen: it was some time in the night.
    let ben = desk.board.find(&address("ben@sie.at")).unwrap();
    assert_eq!(ben.known().unwrap().since, Since::AtLeast(desk.now));
}

#[test]
fn who_is_left_out_of_an_answer_is_not_known_from_then_on() {
    let mut desk = watching_ben();
    is(&mut desk, "<c:available/>");
    desk.wait(60);
    desk.send(outcome("ben@sie.at", desk.now, Outcome::NotAnswered));
    desk.wait(60);
    is(&mut desk, "<c:available/>");
    let expected = [
        (minute(0), Some(Available)),
        (minute(1), None),
        (minute(2), Some(Available)),
    ];
    assert_eq!(day(&desk), expected);
}

#[test]
fn what_an_earlier_run_saw_comes_before_with_a_gap_between() {
    let mut desk = watching_ben();
    let earlier = vec![(minute(-120), Some(Busy)), (minute(-60), Some(Available))];
    is(&mut desk, "<c:available/>");
    desk.send(own(AccountMessage::History(vec![(
        address("ben@sie.at"),
        earlier,
    )])));
    let expected = [
        (minute(-120), Some(Busy)),
        (minute(-60), Some(Available)),
        (minute(-60), None),
        (minute(0), Some(Available)),
    ];
    assert_eq!(day(&desk), expected);
}

#[test]
fn a_timeline_stays_small_over_weeks() {
    let mut timeline = Timeline::default();
    for at in 0..10_000 {
        timeline.add(minute(at), if at % 2 == 0 { Busy } else { Available });
    }
    assert!(timeline.changes().len() <= 256);
    assert_eq!(timeline.noted(), 10_000);
    assert_eq!(timeline.after(9_998).len(), 2);
}

#[test]
fn the_file_keeps_a_day_in_order_for_its_owner_alone_and_forgets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inside/history.jsonl");
    let (ben, ursula) = (address("ben@sie.at"), address("ursula@sie.at"));
    let now = minute(0);
    let changes = [
        (ben.clone(), (minute(-3000), Some(Busy))),
        (ben.clone(), (minute(-30), Some(Busy))),
        (ursula.clone(), (minute(-20), None)),
    ];
    history::append(&path, &changes, now).unwrap();
    // Another board saw the same a moment later, and something that came before.
    let others = [
        (ben.clone(), (minute(-29), Some(Busy))),
        (ben.clone(), (minute(-40), Some(Away))),
    ];
    history::append(&path, &others, now).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let damaged = std::fs::read_to_string(&path).unwrap() + "{\"uri\":\"ben@si";
    std::fs::write(&path, damaged).unwrap();

    let seen = history::read(&path, now).unwrap();
    assert_eq!(
        seen[&ben],
        [(minute(-40), Some(Away)), (minute(-30), Some(Busy))]
    );
    assert_eq!(seen[&ursula], [(minute(-20), None)]);

    assert_eq!(
        history::forget(&path, std::slice::from_ref(&ursula)).unwrap(),
        1
    );
    let seen = history::read(&path, now).unwrap();
    assert!(seen.contains_key(&ben) && !seen.contains_key(&ursula));
    assert_eq!(history::forget(&path, &[]).unwrap(), 4);
    assert!(!path.exists());
    assert_eq!(history::forget(&path, &[]).unwrap(), 0);
}

#[test]
fn the_file_does_not_grow_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.jsonl");
    let who = address("ben@sie.at");
    let mut at = minute(0);
    for _ in 0..30 {
        let changes: Vec<_> = (0..10_000)
            .map(|_| {
                at += SignedDuration::from_millis(10);
                (who.clone(), (at, Some(Busy)))
            })
            .collect();
        history::append(&path, &changes, at).unwrap();
        let size = std::fs::metadata(&path).unwrap().len();
        assert!(size < 10 << 20, "{size}");
    }
}

fn board(bench: &mut Bench) -> Pty {
    let home = bench.take_home();
    let start = Start {
        arguments: &["--interval", "1"],
        variables: &[],
        width: 120,
        height: 30,
    };
    bench.in_terminal(home, start)
}

fn leave(bench: &mut Bench, mut pty: Pty) {
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
    bench.home = std::mem::replace(&mut pty.home, tempfile::tempdir().unwrap());
}

#[test]
fn a_board_keeps_the_day_only_where_the_user_wants_it() {
    let mut bench = Bench::new();
    bench.service.set(&bench.ben(), Doing::OnThePhone);
    let pty = board(&mut bench);
    pty.wait_for_text("On the phone");
    leave(&mut bench, pty);
    let file = |bench: &Bench| bench.path("state/whosin/history.jsonl");
    assert!(!file(&bench).exists());

    bench.write("config/whosin/config.toml", "history = true\n");
    let pty = board(&mut bench);
    pty.wait_for_text("On the phone");
    bench.service.set(&bench.ben(), Doing::Available);
    pty.wait_for_text("Available");
    leave(&mut bench, pty);
    let lines = |bench: &Bench, who: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(file(bench)).unwrap_or_default();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.filter(|line: &Value| line["uri"] == who).collect()
    };
    let ben = bench.ben().to_string();
    let states = |lines: &[Value]| -> Vec<Option<String>> {
        let word = |line: &Value| line["availability"].as_str().map(String::from);
        lines.iter().map(word).collect()
    };
    let (busy, free) = (Some("busy".to_string()), Some("available".to_string()));
    assert_eq!(states(&lines(&bench, &ben)), [busy.clone(), free.clone()]);

    // The next run goes on from there, and writes nothing twice.
    let mut pty = board(&mut bench);
    pty.wait_for_text("Available");
    pty.send("/ben\r\r");
    pty.wait_for_text("Address");
    // The line of the day ends so; the age of a state is in brackets.
    pty.wait_for("the day up to this run", |text| text.contains(" now"));
    leave(&mut bench, pty);
    let written = lines(&bench, &ben);
    let expected = [busy, free.clone(), None, free];
    assert_eq!(states(&written), expected, "{written:?}");

    let done = bench.run(&["contacts", "forget", "ben"]);
    let forgotten = text(&done.stdout);
    assert!(
        forgotten.starts_with("4 states of the day are forgotten\n"),
        "{forgotten}"
    );
    assert!(lines(&bench, &ben).is_empty());
    assert!(!lines(&bench, bench.ursula().as_str()).is_empty());
    bench.run(&["contacts", "forget"]);
    assert!(!file(&bench).exists());
    let done = bench.run(&["contacts", "forget"]);
    assert_eq!(text(&done.stdout), "nothing was kept\n");
}
