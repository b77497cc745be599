//! One contact book and several who change it: boards, an editor, scripts.

use std::fs;
use std::path::Path;

use crate::support::bench::{Bench, until};
use crate::support::desk::{Desk, address, contact, id, own};
use crate::support::pty::{Pty, Start};
use whosin::board::{
    AccountEffect, AccountId, AccountMessage, Action, Effect, UserMessage, WorldEffect,
};
use whosin::contacts::{self, Edit, Fact};

/// A board whose contacts are in this file.
fn board(bench: &Bench, book: &Path) -> Pty {
    let start = Start {
        arguments: &["--contacts", &book.display().to_string()],
        variables: &[],
        width: 100,
        height: 30,
    };
    bench.in_terminal(tempfile::tempdir().unwrap(), start)
}

fn book(contacts: &[&str]) -> String {
    let table = |who: &&str| format!("[[contact]]\naddress = \"{who}@sie.at\"\n\n");
    contacts.iter().map(table).collect()
}

#[test]
fn what_an_editor_writes_is_shown_and_a_mistake_is_told_and_left_alone() {
    let bench = Bench::new();
    let file = bench.path("book.toml");
    fs::write(&file, book(&["anna"])).unwrap();
    let mut pty = board(&bench, &file);
    pty.wait_for_text("anna");

    fs::write(&file, book(&["anna", "bert"])).unwrap();
    pty.wait_for_text("bert");
    pty.wait_for_text("Contacts changed elsewhere: 1 new");

    // Many editors write beside the file and put that in its place.
    let beside = bench.path("book.toml~");
    fs::write(&beside, book(&["bert", "cora"])).unwrap();
    fs::rename(&beside, &file).unwrap();
    pty.wait_for("the replaced file", |text| {
        text.contains("cora") && !text.contains("anna")
    });

    let broken = format!("{}[[contact]\n", book(&["bert"]));
    fs::write(&file, &broken).unwrap();
    pty.wait_for_text("book.toml, line 4");
    assert!(pty.text().contains("cora"), "{}", pty.text());
    // Adding is possible, and waits.
    pty.send("adora@sie.at\r");
    pty.wait_for_text("Not saved");
    assert_eq!(fs::read_to_string(&file).unwrap(), broken);

    fs::write(&file, book(&["bert", "emil"])).unwrap();
    pty.wait_for("the mended file", |text| {
        text.contains("emil") && text.contains("dora") && !text.contains("line 4")
    });
    until("what waited is saved", || {
        contacts::load(&file).is_ok_and(|contacts| contacts.len() == 3)
    });
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}

#[test]
fn a_book_that_is_away_keeps_everybody_on_the_board_until_it_is_back() {
    let bench = Bench::new();
    let file = bench.path("checkout/book.toml");
    bench.write("checkout/book.toml", &book(&["anna", "bert"]));
    let mut pty = board(&bench, &file);
    pty.wait_for_text("bert");
    // A watch, on whom the cursor is.
    pty.send("jw");
    pty.wait_for_text("⚑");
    until("the watch is on disk", || {
        bench.path("checkout/watches.toml").exists()
    });

    // The folder, too: as a restow does.
    fs::rename(bench.path("checkout"), bench.path("away")).unwrap();
    pty.wait_for_text("is gone; who is on the board stays");
    // A step of the watch waits, too.
    pty.send("w");
    pty.wait_for_text("Not saved: ");
    pty.send("acora@sie.at\r");
    pty.wait_for_text("cora");
    assert!(pty.text().contains("anna") && pty.text().contains("⚐"));
    assert!(
        !bench.path("checkout").exists(),
        "nobody writes into the gap"
    );

    fs::rename(bench.path("away"), bench.path("checkout")).unwrap();
    until("what waited is saved beside the others", || {
        contacts::load(&file).is_ok_and(|contacts| contacts.len() == 3)
    });
    pty.wait_for("no trouble, and the watch", |text| {
        let trouble = ["is gone", "Not saved", "elsewhere"];
        let is_well = trouble.iter().all(|trouble| !text.contains(trouble));
        is_well && text.contains("⚐")
    });
    until("the watch is saved", || {
        let text = fs::read_to_string(bench.path("checkout/watches.toml"));
        text.is_ok_and(|text| text.contains("always"))
    });
    // The folder is another one than before, and is watched all the same.
    fs::write(&file, book(&["anna", "bert", "cora", "dora"])).unwrap();
    pty.wait_for_text("dora");
}

#[test]
fn a_book_that_is_gone_for_good_is_written_anew_where_the_user_asks_for_it() {
    let bench = Bench::new();
    let file = bench.path("book.toml");
    fs::write(&file, book(&["anna", "bert"])).unwrap();
    let mut pty = board(&bench, &file);
    pty.wait_for_text("bert");
    fs::remove_file(&file).unwrap();
    pty.wait_for_text("r writes it anew");
    pty.send("r");
    until("everybody is in the file", || {
        contacts::load(&file).is_ok_and(|contacts| contacts.len() == 2)
    });
    pty.wait_for("no trouble", |text| !text.contains("is gone"));
}

#[test]
fn a_link_into_a_checkout_is_followed() {
    let bench = Bench::new();
    let (file, link) = (bench.path("checkout/team.toml"), bench.path("book.toml"));
    bench.write("checkout/team.toml", &book(&["anna"]));
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let pty = board(&bench, &link);
    pty.wait_for_text("anna");
    let pulled = bench.path("checkout/pulled");
    fs::write(&pulled, book(&["anna", "bert"])).unwrap();
    fs::rename(&pulled, &file).unwrap();
    pty.wait_for_text("bert");

    bench.write("other.toml", &book(&["cora"]));
    let new = bench.path("new-link");
    std::os::unix::fs::symlink(bench.path("other.toml"), &new).unwrap();
    fs::rename(&new, &link).unwrap();
    pty.wait_for_text("cora");
    // The new target is in another folder.
    bench.write("elsewhere/third.toml", &book(&["dora"]));
    let new = bench.path("new-link");
    std::os::unix::fs::symlink(bench.path("elsewhere/third.toml"), &new).unwrap();
    fs::rename(&new, &link).unwrap();
    pty.wait_for_text("dora");
    bench.write("elsewhere/third.toml", &book(&["emil"]));
    pty.wait_for_text("emil");
}

#[test]
fn two_boards_and_a_script_change_it_at_once_and_nobody_is_lost() {
    let bench = Bench::new();
    let file = bench.path("book.toml");
    let mut boards = [board(&bench, &file), board(&bench, &file)];
    for pty in &boards {
        pty.wait_for_text("Nobody is on the board yet");
    }
    for round in 0..8 {
        for (which, pty) in boards.iter_mut().enumerate() {
            pty.send(&format!("ab{which}r{round}@sie.at\r"));
        }
        let who = format!("s{round}@sie.at");
        let path = file.display().to_string();
        let done = bench.run(&["--contacts", &path, "contacts", "add", &who]);
        assert!(done.status.success(), "{done:?}");
    }
    until("everybody is in the file", || {
        contacts::load(&file).is_ok_and(|contacts| contacts.len() == 24)
    });
    for pty in &mut boards {
        pty.wait_for("everybody on each board", |text| {
            let shown = |who: String| text.contains(&who);
            (0..8).all(|round| {
                shown(format!("b0r{round}"))
                    && shown(format!("b1r{round}"))
                    && shown(format!("s{round}"))
            })
        });
        pty.send("q");
        assert_eq!(pty.wait_for_end(), 0);
    }
}

#[test]
fn what_cannot_be_saved_at_all_is_said_at_the_end() {
    let bench = Bench::new();
    // No folder can be made below a file.
    bench.write("file", "");
    let mut pty = board(&bench, &bench.path("file/book.toml"));
    pty.wait_for_text("Nobody is on the board yet");
    pty.send("aanna@sie.at\r");
    pty.wait_for_text("Not saved");
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 1);
    pty.wait_for_text("cannot be written");
}

#[test]
fn a_reading_that_is_older_than_the_users_changes_takes_none_of_them_back() {
    let mut desk = Desk::staffed(80, 24);
    let before: Vec<_> = desk
        .board
        .entries()
        .map(|entry| entry.contact.clone())
        .collect();
    let names = |desk: &Desk| -> Vec<String> {
        let entries = desk.board.entries();
        entries.map(|entry| entry.name().to_string()).collect()
    };
    desk.act(Action::Add);
    desk.type_text("new@sie.at");
    let effects = desk.act(Action::Open);
    let Some(Effect::World(WorldEffect::Account(AccountId::MAIN, AccountEffect::Save(added)))) =
        effects.first()
    else {
        panic!("{effects:?}");
    };
    desk.act(Action::Watch);
    desk.send(UserMessage::Select(id("ben@sie.at")));
    desk.act(Action::Remove);
    let shown = names(&desk);

    // Read before either was saved, with somebody whom others added.
    let mut others = before.clone();
    others.push(contact("other@sie.at", "Other", ""));
    desk.send(own(AccountMessage::Contacts(others.clone())));
    assert!(shown.iter().all(|name| names(&desk).contains(name)));
    assert!(!names(&desk).contains(&"Ben Two".to_string()));
    assert!(
        desk.board
            .find(&address("new@sie.at"))
            .unwrap()
            .watch
            .is_some()
    );

    // The first is saved; then somebody else takes it back: that counts.
    let saved = contacts::applied(others.clone(), added).0;
    desk.send(own(AccountMessage::Saved(1)));
    desk.send(own(AccountMessage::Contacts(saved)));
    desk.send(own(AccountMessage::Contacts(others.clone())));
    assert!(!names(&desk).contains(&"new".to_string()));
    assert!(!names(&desk).contains(&"Ben Two".to_string()));
    desk.send(own(AccountMessage::Saved(1)));
    desk.send(own(AccountMessage::Contacts(others)));
    assert!(names(&desk).contains(&"Ben Two".to_string()));
}

#[test]
fn edits_on_contacts_and_in_the_file_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book.toml");
    fs::write(&file, book(&["anna", "bert", "cora"])).unwrap();
    let edits = [
        Edit::Remove(address("anna@sie.at")),
        Edit::add(contact("dora@sie.at", "Dora", "Sales")),
        Edit::add(contact("bert@sie.at", "Twice", "")),
        Edit::Set {
            address: address("cora@sie.at"),
            fact: Fact::Name,
            text: Some("Cora".into()),
        },
        Edit::Set {
            address: address("cora@sie.at"),
            fact: Fact::Number,
            text: Some("3216".into()),
        },
        Edit::Pin {
            address: address("cora@sie.at"),
            pinned: true,
        },
        Edit::add(contact("anna@sie.at", "Back", "")),
        Edit::Remove(address("nobody@sie.at")),
    ];
    let before = contacts::load(&file).unwrap();
    let saved = contacts::save(&file, folder.path(), &edits).unwrap();
    assert_eq!(contacts::applied(before, &edits).0, saved);
    assert_eq!(saved.len(), 4);
}
