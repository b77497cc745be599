//! The sign-in form, where a broker is typed in.

use std::fs;

use super::Shared;
use crate::support::mosquitto::PASSWORD;
use crate::support::pty::{Pty, Start};

/// The form, or the board, of somebody who has this home and gives no option.
fn open(home: tempfile::TempDir) -> Pty {
    let start = Start {
        arguments: &[],
        variables: &[],
        width: 110,
        height: 24,
    };
    Pty::start_in(home, start)
}

#[test]
fn a_broker_that_is_typed_in_opens_the_board_and_is_kept() {
    let Some(shared) = Shared::new() else { return };
    let _publisher = shared.publisher();
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("config/whosin");
    fs::create_dir_all(&folder).unwrap();
    let book = shared.bench.path("config/whosin/contacts.toml");
    fs::copy(book, folder.join("contacts.toml")).unwrap();

    let mut form = open(home);
    form.wait_for_text("sign in");
    form.send(&shared.broker.place("board"));
    form.wait_for("the broker's fields", |text| !text.contains("App user"));
    form.send("\twrong\r");
    form.wait_for_text("not known here");
    // ctrl-t trusts the certificate that is shown.
    form.send("\x14");
    form.wait_for_text("refuses the user or the password");
    form.send("\x15");
    form.send(PASSWORD);
    form.send("\r");
    form.wait_for_text("Available");
    form.send("q");
    form.child.wait().unwrap();

    let home = std::mem::replace(&mut form.home, tempfile::tempdir().unwrap());
    let saved = fs::read_to_string(home.path().join("config/whosin/config.toml")).unwrap();
    assert!(
        saved.contains("from = \"mqtts://board@") && saved.contains("pin = \"sha256:"),
        "{saved}"
    );
    assert!(
        !saved.contains("wrong") && !saved.contains("app_"),
        "{saved}"
    );
    let board = open(home);
    board.wait_for_text("Available");
}

#[test]
fn a_broker_that_cannot_be_reached_is_named_at_the_form() {
    let home = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mut form = open(home);
    form.wait_for_text("sign in");
    form.send("mqtt://board:secret@127.0.0.1\r");
    form.wait_for_text("may not stand in the broker's address");
    form.send("\x15");
    form.send(&format!("mqtt://127.0.0.1:{port}\r"));
    form.wait_for_text("the connection is refused");
}
