//! The settings file is followed while the board is open.

use whosin::simulator::Node;

use crate::directory::Bench;

#[test]
fn what_can_change_does_and_the_rest_is_told() {
    let mut bench = Bench::new("quiet");
    let mut pty = bench.board();
    pty.wait_for_text("Nobody is on the board yet");
    let home = pty.home.path().to_path_buf();
    let directory = bench.service.directory_url(Node::First).unwrap();
    let settings = |more: &str| {
        bench.settings_in(&home, &format!("directory = \"{directory}\"\n{more}"));
    };
    settings("sort = \"state\"\n[keys]\nadd = \"n\"\n");
    pty.wait_for_text("Settings followed: sort, keys");
    pty.send("n");
    pty.wait_for_text("Add a contact");
    pty.send("\x1b");
    // A mistake leaves everything as it was.
    settings("sort = \"nmae\"\n");
    let screen = pty.wait_for_text("The settings stay as they were");
    assert!(screen.contains("config.toml, line 6"), "{screen}");
    pty.send("n");
    pty.wait_for_text("Add a contact");
    pty.send("\x1b");
    settings("interval = 60\n");
    let screen = pty.wait_for_text("From the next start on: interval");
    assert!(!screen.contains("stay as they were"), "{screen}");
    // The key is the usual one again.
    pty.send("a");
    pty.wait_for_text("Add a contact");
}
