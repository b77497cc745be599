//! What a board leaves, for its next run and for commands that do not ask the server.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use crate::support::bench::{Bench, text, until};
use crate::support::pty::{Pty, Start};
use jiff::Timestamp;
use serde_json::{Value, json};
use whosin::board::{Entry, Knowledge, Roster};
use whosin::contacts::Contact;
use whosin::link::{Link, LinkState, Mode, Outcome, Report};
use whosin::memory::snapshot::Snapshot;
use whosin::presence::{Address, Presence, read_document};
use whosin::simulator::Doing;

/// A board with the home and the service of the bench.
fn board(bench: &Bench, home: tempfile::TempDir) -> Pty {
    let start = Start {
        arguments: &["--interval", "1"],
        variables: &[],
        width: 90,
        height: 20,
    };
    bench.in_terminal(home, start)
}

fn left(pty: &Pty) -> Option<Value> {
    let file = pty.home.path().join("cache/whosin/last-seen.json");
    Some(serde_json::from_slice(&std::fs::read(file).ok()?).unwrap())
}

#[test]
fn a_board_leaves_what_it_knows_for_its_owner_alone_and_says_when_it_is_gone() {
    let mut bench = Bench::new();
    bench.service.set(&bench.ursula(), Doing::OnThePhone);
    bench.service.set(&bench.ben(), Doing::Available);
    let home = bench.take_home();
    let mut pty = board(&bench, home);
    let is_left = |wanted: &dyn Fn(&Value) -> bool| left(&pty).is_some_and(|left| wanted(&left));
    until("the board leaves what it knows", || {
        is_left(&|left| left["contacts"][1]["availability"] == "available")
    });
    let file = left(&pty).unwrap();
    assert_eq!(
        (&file["schema"], &file["user"]),
        (&json!(1), &json!("klmt"))
    );
    assert_eq!(file["board"]["pid"], pty.child.process_id().unwrap());
    assert_eq!(file["contacts"][0]["name"], "Ursula One");
    assert_eq!(file["contacts"][0]["activities"][0], "on-the-phone");
    assert_eq!(file["contacts"][0]["fresh"], true);
    let folder = pty.home.path().join("cache/whosin");
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("last-seen.json")), 0o600);

    bench.service.set(&bench.ben(), Doing::Away);
    until("a change is left, too", || {
        is_left(&|left| left["contacts"][1]["availability"] == "away")
    });
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
    let file = left(&pty).unwrap();
    assert_eq!(file.get("board"), None);
    assert_eq!(file["contacts"][1]["fresh"], true);
    let others: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert_eq!(others.len(), 1, "{others:?}");
}

#[test]
fn a_board_without_a_server_shows_what_is_remembered_and_leaves_it_for_the_next() {
    let mut bench = Bench::new();
    bench.leave(40 * 24 * 3600, |left| {
        left["server"] = json!("http://127.0.0.1:1");
    });
    let before = bench.last_seen().unwrap();
    let home = bench.take_home();
    let arguments = "--server http://127.0.0.1:1 --app-user whosin --user klmt";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let mut pty = Pty::start_in(
        home,
        Start {
            arguments: &arguments,
            variables: &[("WHOSIN_APP_PASSWORD", "simulated")],
            width: 120,
            height: 20,
        },
    );
    let screen = pty.wait_for("remembered states", |text| {
        text.contains("was available") && text.contains("next try")
    });
    assert!(
        screen.contains("was do not") && screen.contains("40d"),
        "{screen}"
    );
    assert!(screen.contains("✓ 0 free"), "{screen}");
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
    let after = left(&pty).unwrap();
    for at in 0..2 {
        let (before, after) = (&before["contacts"][at], &after["contacts"][at]);
        for key in ["uri", "availability", "label", "asked_at"] {
            assert_eq!(before[key], after[key]);
        }
        assert_eq!(after["fresh"], false);
    }
}

#[test]
fn another_users_file_is_not_believed() {
    let mut bench = Bench::new();
    bench.leave(5, |left| left["user"] = json!("somebody"));
    assert_eq!(bench.run(&["status", "--cached"]).status.code(), Some(1));
    bench.leave(5, |left| left["schema"] = json!(2));
    assert_eq!(bench.run(&["status", "--cached"]).status.code(), Some(1));
    bench.write("cache/whosin/last-seen.json", "{\"schema\":1,");
    assert_eq!(bench.run(&["status", "--cached"]).status.code(), Some(1));
    // Nor does it keep a board from working.
    bench.service.set(&bench.ben(), Doing::Available);
    let home = bench.take_home();
    let pty = board(&bench, home);
    until("the board makes it anew", || {
        let file = pty.home.path().join("cache/whosin/last-seen.json");
        let text = std::fs::read_to_string(file).unwrap();
        text.contains("\"available\"")
    });
}

#[test]
fn status_cached_tells_what_was_left_and_how_old_it_is_without_the_server() {
    let bench = Bench::new();
    bench.leave(2, |_| {});
    let output = bench.run(&["status", "--cached"]);
    let told = text(&output.stdout);
    assert!(
        told.starts_with("Ursula One\t") && told.contains("\tAvailable\t"),
        "{told}"
    );
    assert!(
        told.contains("\nBen Two\t") && told.contains("\tDo not disturb\t"),
        "{told}"
    );
    // What is no row does not stand among the rows.
    assert_eq!(told.lines().count(), 2, "{told}");
    assert!(
        text(&output.stderr).starts_with("whosin: As of "),
        "{output:?}"
    );
    assert_eq!(output.status.code(), Some(0));
    let json = bench.run(&["status", "--cached", "--json", "ben"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["contacts"].as_array().unwrap().len(), 1);
    assert_eq!(json["contacts"][0]["availability"], "dnd");
    assert_eq!(json["contacts"][0]["fresh"], true);
    let code = |who: &str| bench.run(&["status", "--cached", "-q", who]).status.code();
    assert_eq!(code("ursula"), Some(0));
    assert_eq!(code("ben"), Some(5));
    assert_eq!(bench.service.tally(), whosin::simulator::Tally::default());
}

#[test]
fn what_is_old_is_never_called_available() {
    let bench = Bench::new();
    bench.leave(3600, |_| {});
    let output = bench.run(&["status", "--cached", "ursula"]);
    let told = text(&output.stdout);
    assert!(told.contains("\twas available "), "{told}");
    let when = text(&output.stderr);
    assert!(when.contains("1 h ago"), "{when}");
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn a_rich_state_comes_back_as_it_was() {
    let now: Timestamp = "2026-11-23T09:14:00Z".parse().unwrap();
    let xml = include_str!("../corpus/pidf/rich.xml");
    let presence = read_document(xml).unwrap().presence(now, &["en"]);
    let back = through_the_file(presence.clone(), now);
    // Bounds of single activities are not kept; the state's own end is.
    let plain = |presence: &Presence| Presence {
        activities: vec![],
        devices: presence
            .devices
            .iter()
            .map(|device| whosin::presence::Device {
                activities: vec![],
                ..device.clone()
            })
            .collect(),
        ..presence.clone()
    };
    assert_eq!(plain(&presence), plain(&back));
    let names = |presence: &Presence| -> Vec<String> {
        let names = presence.activities.iter();
        names.map(|activity| activity.name().to_string()).collect()
    };
    assert_eq!(names(&presence), names(&back));
    assert_eq!(presence.label(), back.label());
}

#[test]
fn words_of_the_persons_own_come_back() {
    let now: Timestamp = "2026-11-23T09:14:00Z".parse().unwrap();
    let xml = "<presence xmlns='urn:ietf:params:xml:ns:pidf' \
         xmlns:dm='urn:ietf:params:xml:ns:pidf:data-model' \
         xmlns:r='urn:ietf:params:xml:ns:pidf:rpid' entity='sip:a@sie.at'><dm:person>\
         <r:activities><r:other>feeding the ducks</r:other></r:activities></dm:person></presence>";
    let presence = read_document(xml).unwrap().presence(now, &["en"]);
    let back = through_the_file(presence.clone(), now);
    assert_eq!(back.label(), presence.label());
    assert_eq!(back.label(), "feeding the ducks");
}

/// What a next run remembers of it.
fn through_the_file(presence: Presence, now: Timestamp) -> Presence {
    let address: Address = "a@sie.at".parse().unwrap();
    let link = Link {
        server: "cup".into(),
        user: "klmt".into(),
        mode: Mode::Live,
        warning: None,
        remark: None,
        own: None,
        shown: None,
        state: LinkState::Up,
    };
    let mut roster = Roster::new(link);
    roster.set_contacts(vec![Contact::new(address.clone())]);
    roster.learn(&Report {
        address,
        at: now,
        outcome: Outcome::Answered(Arc::new(presence)),
    });
    let entries = roster.entries();
    let snapshot = Snapshot::of("s".into(), "u".into(), entries, Timestamp::MIN, now);
    let text = serde_json::to_string(&snapshot).unwrap();
    let snapshot: Snapshot = serde_json::from_str(&text).unwrap();
    let mut entry = Entry::new(entries[0].contact.clone());
    for (_, remembered) in snapshot.remembered() {
        entry.remember(remembered);
    }
    match entry.knowledge {
        Knowledge::Remembered(remembered) => (*remembered.presence).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_server_and_user_has_its_own() {
    use whosin::memory::last_seen::{find, place, read};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("last-seen.json");
    let leave = |server: &str, user: &str| {
        let now = Timestamp::now();
        let snapshot = Snapshot::of(server.into(), user.into(), &[], Timestamp::MIN, now);
        whosin::memory::last_seen::write(&place(&path, server, user), &snapshot).unwrap();
    };
    let (one, two) = (
        "https://one.example.com:8083",
        "https://two.example.com:8083",
    );
    for (server, user) in [
        (one, "klmt"),
        (two, "klmt"),
        (one, "other/../user"),
        (one, "klmt"),
    ] {
        leave(server, user);
    }
    assert_eq!(place(&path, one, "klmt"), path);
    for (server, user) in [(one, "klmt"), (two, "klmt"), (one, "other/../user")] {
        let own = place(&path, server, user);
        assert_eq!(own.parent(), path.parent());
        assert!(read(&own, server, user).is_some(), "{server} {user}");
        let (found, snapshot) = find(&path, server, user);
        assert!(found == own && snapshot.is_some(), "{server} {user}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    // All of them are forgotten together.
    whosin::memory::last_seen::forget(&path, &[]).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
