//! Operator's notes as a file, from a script, and on boards side by side.

use std::fs;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use whosin::operator::{NoteEdit, OperatorNote, OperatorNotes, SharedError, load, save};

use crate::support::bench::{Bench, text, until};
use crate::support::desk::{address, start};
use crate::support::pty::Start;

const FILE: &str = "# of the front desk\n\n[[note]]\naddress = \"ben@sie.at\"\ntext = \"out\"\n\
    by = \"eva\"\nat = \"2026-11-23T09:00:00Z\"\nuntil = \"2026-11-23T10:00:00Z\"\ncolour = \"red\"\n";

fn note(who: &str, text: &str, until: Option<Timestamp>) -> OperatorNote {
    OperatorNote {
        address: address(who),
        text: text.into(),
        by: "klmt".into(),
        at: start(),
        until,
    }
}

fn put(path: &Path, note: OperatorNote, now: Timestamp) -> OperatorNotes {
    let locks = path.parent().unwrap().join("locks");
    save(path, &locks, &[NoteEdit::Put(note)], now).unwrap()
}

fn texts(notes: &OperatorNotes) -> Vec<&str> {
    notes.all().iter().map(|note| note.text.as_str()).collect()
}

#[test]
fn what_others_wrote_and_comments_stay_and_what_is_over_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.toml");
    fs::write(&path, FILE).unwrap();
    let notes = put(&path, note("dan@sie.at", "ill", None), start());
    assert_eq!(texts(&notes), ["out", "ill"]);
    let written = fs::read_to_string(&path).unwrap();
    assert!(written.starts_with(FILE), "{written}");
    assert_eq!(load::<OperatorNotes>(&path).unwrap(), notes);
    let later = start() + SignedDuration::from_hours(2);
    let notes = put(&path, note("dan@sie.at", "back", None), later);
    assert_eq!(texts(&notes), ["back"]);
    assert!(!fs::read_to_string(&path).unwrap().contains("out"));
}

#[test]
fn line_ends_and_a_byte_order_mark_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.toml");
    let windows = FILE.replace('\n', "\r\n");
    for text in [windows.clone(), format!("\u{feff}{windows}")] {
        fs::write(&path, &text).unwrap();
        let notes = put(&path, note("dan@sie.at", "ill", None), start());
        assert_eq!(texts(&notes), ["out", "ill"]);
        let written = fs::read_to_string(&path).unwrap();
        let added = written.strip_prefix(&text).expect("only lines at the end");
        assert_eq!(added.matches('\n').count(), added.matches("\r\n").count());
        assert_eq!(load::<OperatorNotes>(&path).unwrap(), notes);
    }
}

#[test]
fn a_file_with_a_mistake_is_left_alone_and_its_line_is_named() {
    for (written, line) in [
        ("[[note]]\naddress = \"ben@sie.at\"\n", 1),
        ("# x\nnote = 3\n", 2),
        (
            "[[note]]\naddress = \"a@b\"\ntext = \"x\"\nat = \"soon\"\n",
            4,
        ),
        ("[[note\n", 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.toml");
        fs::write(&path, written).unwrap();
        let edit = NoteEdit::Clear(address("ben@sie.at"));
        let error = save::<OperatorNotes>(&path, folder.path(), &[edit], start()).unwrap_err();
        let is_there = matches!(&error, SharedError::Invalid { line: at, .. } if *at == line);
        assert!(is_there, "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), written);
    }
}

#[test]
fn of_many_who_write_at_once_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.toml");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                for at in 0..10 {
                    let who = format!("user{writer}-{at}@sie.at");
                    put(path, note(&who, "x", None), start());
                }
            });
        }
    });
    assert_eq!(load::<OperatorNotes>(&path).unwrap().all().len(), 40);
}

#[test]
fn a_script_writes_lists_and_clears_notes() {
    let bench = Bench::new();
    let run = |arguments: &[&str]| {
        let done = bench.run(arguments);
        assert_eq!(text(&done.stderr), "", "{arguments:?}");
        text(&done.stdout)
    };
    let said = run(&["contacts", "annotate", "ben", "out for 2h, deputy Ursula"]);
    assert!(said.contains("has the note until 2"), "{said}");
    let said = run(&["contacts", "annotate", "ursula", "\u{1b}[31mill"]);
    assert!(said.contains("until it is cleared"), "{said}");
    let table = run(&["contacts", "notes"]);
    assert!(
        table.contains("Ben Two\tout for 2h, deputy Ursula\t2"),
        "{table}"
    );
    assert!(
        table.contains("\tklmt\t") && !table.contains('\u{1b}'),
        "{table}"
    );
    let json: Value = serde_json::from_str(&run(&["contacts", "notes", "--json"])).unwrap();
    assert_eq!(json["schema"], 1);
    let of_ben = json["notes"].as_array().unwrap();
    let of_ben = of_ben
        .iter()
        .find(|note| note["uri"] == bench.ben().as_str());
    let of_ben = of_ben.unwrap();
    let [at, until] = ["at", "until"].map(|key| {
        let written = of_ben[key].as_str().unwrap();
        written.parse::<Timestamp>().unwrap()
    });
    assert_eq!(until.duration_since(at).as_hours(), 2);
    run(&["contacts", "annotate", "ursula", ""]);
    assert!(!run(&["contacts", "notes"]).contains("ill"));
    let said = run(&["contacts", "forget", "ben"]);
    assert!(said.contains("1 note of the desk is forgotten"), "{said}");
    assert_eq!(run(&["contacts", "notes"]), "");
    // The contact book itself is clean of them.
    let book = fs::read_to_string(bench.path("config/whosin/contacts.toml")).unwrap();
    assert!(!book.contains("deputy"), "{book}");
    let done = bench.run(&["contacts", "annotate", "nobody", "out"]);
    assert!(!done.status.success());
}

#[test]
fn two_boards_show_the_same_notes() {
    let mut bench = Bench::with_one_free();
    // Two homes whose books lie in the same folder, as on a share.
    let share = tempfile::tempdir().unwrap();
    let book = share.path().join("contacts.toml");
    fs::copy(bench.path("config/whosin/contacts.toml"), &book).unwrap();
    let book = book.to_str().unwrap();
    let arguments = ["--contacts", book];
    let first_home = bench.take_home();
    let second_home = bench.take_home();
    // They share the session, as boards of one user do.
    let variables = [("XDG_RUNTIME_DIR", share.path().to_str().unwrap())];
    let start = || Start {
        arguments: &arguments,
        variables: &variables,
        width: 100,
        height: 20,
    };
    let mut first = bench.in_terminal(first_home, start());
    let mut second = bench.in_terminal(second_home, start());
    first.wait_for_text("Do not disturb");
    second.wait_for_text("Do not disturb");
    first.send("/ben\r");
    first.wait_for("Ben alone", |text| !text.contains("Ursula"));
    first.send("nout for 2h\r");
    first.wait_for_text("✎ out for 2h");
    second.wait_for_text("✎ out for 2h");
    second.send("/ursula\r");
    second.wait_for("Ursula alone", |text| !text.contains("Ben Two"));
    second.send("nhere, deputy Ben\r");
    for board in [&mut first, &mut second] {
        board.send("\x1b");
        board.wait_for("both", |text| {
            text.contains("Ursula") && text.contains("Ben Two")
        });
    }
    first.wait_for_text("✎ here, deputy Ben");
    let path = share.path().join("notes.toml");
    until("both are on disk", || {
        load::<OperatorNotes>(&path).is_ok_and(|notes| notes.all().len() == 2)
    });
    // A mistake is shown, and everything stays until it is mended.
    let well = fs::read(&path).unwrap();
    fs::write(&path, "[[note]]\n").unwrap();
    first.wait_for_text("notes.toml, line 1");
    assert!(first.wait_for_text("✎ out for 2h").contains("✎ here"));
    fs::write(&path, well).unwrap();
    first.wait_for("the mistake is mended", |text| !text.contains("line 1"));
    // What is cleared on one is cleared on the other.
    first.send("u");
    second.wait_for("Ben's note is gone", |text| !text.contains("✎ out"));
    first.send("q");
    second.send("q");
    assert_eq!((first.wait_for_end(), second.wait_for_end()), (0, 0));
}
