//! Watches as a file, and on boards side by side.

use std::fs;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use whosin::operator::{DeskWatch, DeskWatches, Repeat, Rung, WatchEdit, Watched, load, save};
use whosin::simulator::Doing;

use crate::support::bench::{Bench, until};
use crate::support::desk::{address, start};
use crate::support::pty::{Pty, Start};

const FILE: &str = "# of the front desk\n\n[[watch]]\naddress = \"ben@sie.at\"\nrepeat = \"always\"\n\
    by = \"eva\"\nat = \"2026-11-23T09:00:00Z\"\ncolour = \"red\"\n\n[[watch]]\ngroup = \"\"\n\
    at = \"2026-11-23T09:01:00Z\"\n";

fn watch(whom: Watched, at: Timestamp) -> DeskWatch {
    DeskWatch {
        whom,
        repeat: Repeat::Once,
        by: "klmt".into(),
        at,
        rung: None,
    }
}

fn of(who: &str) -> Watched {
    Watched::Contact(address(who))
}

fn change(path: &Path, edit: WatchEdit, now: Timestamp) -> DeskWatches {
    let locks = path.parent().unwrap().join("locks");
    save(path, &locks, &[edit], now).unwrap()
}

#[test]
fn what_others_wrote_and_comments_stay_and_what_has_rung_goes_after_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("watches.toml");
    fs::write(&path, FILE).unwrap();
    let dan = watch(of("dan@sie.at"), start());
    let watches = change(&path, WatchEdit::Put(dan.clone()), start());
    assert_eq!(load::<DeskWatches>(&path).unwrap(), watches);
    assert_eq!(
        watches.on(&of("ben@sie.at")).unwrap().repeat,
        Repeat::Always
    );
    assert_eq!(
        watches.on(&Watched::Group(None)).unwrap().repeat,
        Repeat::Once
    );
    let written = fs::read_to_string(&path).unwrap();
    assert!(written.starts_with(FILE), "{written}");
    let rung = Rung {
        at: start(),
        who: address("dan@sie.at"),
    };
    let ring = |set| WatchEdit::Ring {
        whom: of("dan@sie.at"),
        set,
        rung: rung.clone(),
    };
    // One that was set since goes on.
    let earlier = start() - SignedDuration::from_secs(1);
    let watches = change(&path, ring(earlier), start());
    assert!(watches.on(&dan.whom).is_some());
    let watches = change(&path, ring(start()), start());
    assert!(watches.on(&dan.whom).is_none());
    assert_eq!(watches.rung(&dan), Some(&rung));
    let later = start() + SignedDuration::from_mins(11);
    let watches = change(&path, WatchEdit::Clear(Watched::Group(None)), later);
    assert_eq!((watches.rung(&dan), watches.open().count()), (None, 1));
    let written = fs::read_to_string(&path).unwrap();
    assert!(
        written.contains("colour = \"red\"") && !written.contains("dan@"),
        "{written}"
    );
}

/// A board whose book lies in a folder that others have, too.
fn board(bench: &mut Bench, share: &Path) -> Pty {
    let book = share.join("contacts.toml");
    let arguments = [
        "--contacts",
        book.to_str().unwrap(),
        "--mode",
        "poll",
        "--interval",
        "1",
    ];
    // They share the session, as boards of one user do.
    let variables = [
        ("XDG_RUNTIME_DIR", share.to_str().unwrap()),
        ("WHOSIN_FREE_FOR", "1s"),
    ];
    let start = Start {
        arguments: &arguments,
        variables: &variables,
        width: 100,
        height: 20,
    };
    let home = bench.take_home();
    let board = bench.in_terminal(home, start);
    board.wait_for("both", |text| {
        text.contains("Ben Two") && text.contains("Ursula")
    });
    board
}

fn rings(board: &Pty) -> usize {
    let written = board.written();
    String::from_utf8_lossy(&written).matches("\x1b]9;").count()
}

#[test]
fn boards_at_one_folder_wait_together_and_ring_together() {
    let mut bench = Bench::new();
    for who in [bench.ben(), bench.ursula()] {
        bench.service.set(&who, Doing::Dnd);
    }
    let share = tempfile::tempdir().unwrap();
    let book = share.path().join("contacts.toml");
    fs::copy(bench.path("config/whosin/contacts.toml"), &book).unwrap();
    let path = share.path().join("watches.toml");
    let open = || load::<DeskWatches>(&path).map_or(0, |watches| watches.open().count());
    let mut first = board(&mut bench, share.path());
    let mut second = board(&mut bench, share.path());
    // Two at once: neither is lost.
    first.send("/ben\r");
    second.send("/ursula\r");
    first.wait_for("Ben alone", |text| !text.contains("Ursula"));
    second.wait_for("Ursula alone", |text| !text.contains("Ben Two"));
    first.send("w");
    second.send("w");
    until("both are on disk", || open() == 2);
    for board in [&mut first, &mut second] {
        board.send("\x1b");
        board.wait_for("both flags", |text| text.matches('⚑').count() == 2);
    }
    // Nothing of it is in the contact book.
    assert!(!fs::read_to_string(&book).unwrap().contains("watch"));
    bench.service.set(&bench.ben(), Doing::Available);
    until("both ring", || rings(&first) == 1 && rings(&second) == 1);
    for board in [&mut first, &mut second] {
        board.wait_for("one flag", |text| text.matches('⚑').count() == 1);
    }
    until("it is over on disk", || open() == 1);
    // The next shift finds the one that is left, and hears nothing of the one that is over.
    first.send("q");
    assert_eq!(first.wait_for_end(), 0);
    let mut third = board(&mut bench, share.path());
    third.wait_for("one flag", |text| text.matches('⚑').count() == 1);
    bench.service.set(&bench.ursula(), Doing::Available);
    until("both ring", || rings(&third) == 1 && rings(&second) == 2);
    until("all is over", || open() == 0);
    // A mistake is shown, and mended.
    const MISTAKE: &str = "[[watch]]\n";
    until("the mistake is shown", || {
        // The board that rang last may still save: it has read the file before this is written.
        if fs::read_to_string(&path).unwrap() != MISTAKE {
            fs::write(&path, MISTAKE).unwrap();
        }
        third.text().contains("watches.toml, line 1")
    });
    fs::write(&path, "").unwrap();
    third.wait_for("the mistake is mended", |text| !text.contains("line 1"));
    for board in [&mut second, &mut third] {
        board.send("q");
        assert_eq!(board.wait_for_end(), 0);
    }
    assert_eq!((rings(&second), rings(&third)), (2, 1));
}
