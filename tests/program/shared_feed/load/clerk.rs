//! Whoever sits at the board, and adds people by name.

use std::path::Path;

use whosin::simulator::Person;

use crate::support::pty::Pty;

/// What the form says while it waits for the directory.
pub const SEARCHING: &str = "Searching the directory";
const FORM: &str = "Add a contact";

/// What is typed to find somebody: the directory does not look for the initial between both names.
pub fn name_of(wanted: &Person) -> String {
    format!("{} {}", wanted.first, wanted.last)
}

pub struct Clerk {
    pub board: Pty,
}

impl Clerk {
    /// Opens the form and types a name: the directory is asked, whatever its trouble is.
    pub fn ask_for(&mut self, name: &str) {
        self.board.send("a");
        self.board.wait_for_text(FORM);
        self.board.send(name);
    }

    pub fn give_up(&mut self) {
        self.board.send("\x1b");
        self.board
            .wait_for("end of the form", |text| !text.contains(FORM));
    }

    /// Adds somebody by name while the directory answers.
    pub fn add(&mut self, wanted: &Person, book: &Path) {
        let address = wanted.address.as_str();
        self.ask_for(&name_of(wanted));
        self.board.wait_for_text(address);
        self.board.send("\x1b[B\r");
        let book = || std::fs::read_to_string(book).unwrap_or_default();
        let what = format!("end of adding {wanted:?}");
        self.board.wait_for(&what, |_| book().contains(address));
        self.board
            .wait_for("end of the form", |text| !text.contains(FORM));
    }
}
