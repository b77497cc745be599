//! Finding people by name on the board, in a real terminal, at a real directory.

use std::fs;

use crate::directory::Bench;
use crate::support::bench::until;
use crate::support::pty::Pty;

/// An empty board with the form that adds somebody, in which this is typed.
fn looking_for(bench: &mut Bench, words: &str) -> Pty {
    let mut pty = bench.board();
    pty.wait_for_text("Nobody is on the board yet");
    pty.send("a");
    pty.send(words);
    pty
}

/// Adds the first who is found, and waits until the contact book has this.
fn add_first(pty: &mut Pty, wanted: &str) -> String {
    // Down to the first, who may have a namesake.
    pty.send("\x1b[B\r");
    pty.wait_for_text("Added");
    let book = pty.home.path().join("config/whosin/contacts.toml");
    let book = || fs::read_to_string(&book).unwrap_or_default();
    until("the book has them", || book().contains(wanted));
    book()
}

#[test]
fn somebody_is_added_by_name() {
    let mut bench = Bench::new("quiet");
    let wanted = bench.stranger();
    let mut pty = looking_for(&mut bench, &wanted.name);
    pty.wait_for_text(wanted.address.as_str());
    let book = add_first(&mut pty, &wanted.name);
    assert!(book.contains(wanted.address.as_str()), "{book}");
    assert!(book.contains(&wanted.number), "{book}");
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}

#[test]
fn the_other_kind_of_address_is_found_out() {
    let mut bench = Bench::new("directory-uri");
    let wanted = bench.stranger();
    let mut pty = looking_for(&mut bench, &wanted.name);
    pty.wait_for_text(" found");
    add_first(&mut pty, wanted.address.as_str());
}

#[test]
fn keys_do_not_wait_for_a_slow_directory() {
    let mut bench = Bench::new("directory-slow=30");
    let mut pty = looking_for(&mut bench, "be");
    pty.wait_for_text("Searching the directory");
    for typed in ["ber", "berg", "bergh"] {
        pty.send(&typed[typed.len() - 1..]);
        let screen = pty.wait_for_text(typed);
        assert!(screen.contains("Searching the directory"), "{screen}");
    }
    pty.send("\x1b");
    pty.wait_for("the form is gone", |screen| !screen.contains("Searching"));
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}

#[test]
fn the_directory_asks_who_searches_once() {
    let mut bench = Bench::new("directory-sign-in");
    let wanted = bench.stranger();
    let mut pty = looking_for(&mut bench, &wanted.name);
    pty.wait_for_text("Enter signs in");
    pty.send("\r");
    pty.wait_for_text("Sign in at the directory");
    pty.send("simulated\r");
    let screen = pty.wait_for_text(wanted.address.as_str());
    assert!(!screen.contains("simulated"), "{screen}");
    // Another setting changes: whoever has signed in stays.
    pty.send("\x1b");
    let file = pty.home.path().join("config/whosin/config.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("sort = \"state\"\n{text}")).unwrap();
    pty.wait_for_text("Settings followed: sort");
    pty.send("a");
    pty.send(&wanted.name);
    pty.wait_for_text(wanted.address.as_str());
}
