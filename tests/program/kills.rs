//! Commands that are killed at any instant: what they have acknowledged is in the book, which is whole,
//! and what they leave beside it goes away. `WHOSIN_KILLS=1000 cargo test --test program kills` kills
//! more of them.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use crate::support::pty;
use whosin::contacts;

/// How many are killed where no other number is set.
const KILLS: u64 = 60;
/// None of the commands takes longer, even on a busy machine.
const LONGEST: Duration = Duration::from_millis(12);

fn add(home: &Path, address: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whosin"));
    command
        .env_clear()
        .envs(pty::environment(home))
        .args(["contacts", "add", address])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// What is in the folder of the book beside it.
fn beside(book: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(book.parent().unwrap()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names.filter(|name| name != "contacts.toml").collect()
}

#[test]
fn what_was_acknowledged_is_in_the_book_whenever_a_command_is_killed() {
    let home = tempfile::tempdir().unwrap();
    let book = home.path().join("config/whosin/contacts.toml");
    let kills = std::env::var("WHOSIN_KILLS").map_or(KILLS, |text| text.parse().unwrap());
    let mut acknowledged = HashSet::new();
    for number in 0..kills {
        let address = format!("p{number}@sie.at");
        let mut child = add(home.path(), &address).spawn().unwrap();
        std::thread::sleep(LONGEST.mul_f64(fastrand::f64()));
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            acknowledged.insert(address);
        }
    }
    assert!(add(home.path(), "last@sie.at").status().unwrap().success());
    let kept = contacts::load(&book).unwrap();
    let kept: HashSet<String> = kept.iter().map(|one| one.address.to_string()).collect();
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    for name in beside(&book) {
        let name = name.to_string_lossy();
        assert!(name.starts_with(".contacts.toml."), "{name}");
    }
}

#[test]
fn what_a_killed_command_has_left_is_removed_once_it_is_surely_abandoned() {
    let home = tempfile::tempdir().unwrap();
    let book = home.path().join("config/whosin/contacts.toml");
    assert!(add(home.path(), "ben@sie.at").status().unwrap().success());
    let hour = Duration::from_secs(3600);
    for (name, age) in [
        (".contacts.toml.abandoned.new", hour),
        (".contacts.toml.being-written.new", Duration::ZERO),
        (".config.toml.of-another.new", hour),
        ("contacts.toml.of-the-user.new", hour),
    ] {
        let file = File::create(book.with_file_name(name)).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }
    assert!(add(home.path(), "carla@sie.at").status().unwrap().success());
    let mut left = beside(&book);
    left.sort();
    assert_eq!(
        left,
        [
            ".config.toml.of-another.new",
            ".contacts.toml.being-written.new",
            "contacts.toml.of-the-user.new"
        ]
    );
}
