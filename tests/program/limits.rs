//! Files that are none, or far too large, where whosin looks for one: nothing hangs, no memory is
//! taken, and the words name the file, what it is and what helps.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::bench::{Bench, Running, text};
use crate::support::pty;

/// Larger than anything that is read, in bytes; it has holes and takes no place.
const HUGE: u64 = 1 << 40;

/// What stands in the place of a file, and the word for it.
const INSTEAD: [(&str, &str); 4] = [
    ("pipe", "a named pipe"),
    ("folder", "a folder"),
    ("device", "a device"),
    ("huge", "larger than"),
];

/// Puts something that is not to be read there.
fn put(what: &str, path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match what {
        "pipe" => {
            let made = Command::new("mkfifo").arg(path).status().unwrap();
            assert!(made.success());
        }
        "folder" => fs::create_dir(path).unwrap(),
        "device" => symlink("/dev/zero", path).unwrap(),
        _ => File::create(path).unwrap().set_len(HUGE).unwrap(),
    }
}

fn remove(path: &Path) {
    match fs::symlink_metadata(path).unwrap().is_dir() {
        true => fs::remove_dir(path).unwrap(),
        false => fs::remove_file(path).unwrap(),
    }
}

/// The exit code of a command and what it says of troubles, where it ends at all; its standard input
/// never does. It may take 1 GB of address space.
fn ends(home: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -v 1000000; exec \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_whosin"))
        .args(arguments)
        .env_clear()
        .envs(pty::environment(home))
        .env("WHOSIN_APP_PASSWORD", "simulated")
        .stdin(Stdio::piped());
    Running::start(command).end()
}

#[test]
fn what_is_no_file_or_too_large_is_said_and_not_read() {
    let home = tempfile::tempdir().unwrap();
    let path = |inside: &str| home.path().join(inside);
    let config = path("config/whosin");
    let server = [
        "status",
        "--server",
        "https://127.0.0.1:1",
        "--app-user",
        "a",
        "--user",
        "u",
    ];
    let with_trust = [&server[..], &["--ca-file", "at"]].concat();
    let book = config.join("contacts.toml");
    let notes = config.join("notes.toml");
    let cases: [(PathBuf, &[&str]); 10] = [
        (book.clone(), &["contacts", "list"]),
        (book.clone(), &["contacts", "add", "ben@sie.at"]),
        (book, &["contacts", "import", "list.txt"]),
        (notes, &["contacts", "notes"]),
        (config.join("config.toml"), &["config", "check"]),
        (
            config.join("themes/own.toml"),
            &["config", "check", "--theme", "own"],
        ),
        (path("at"), &with_trust),
        (path("at"), &["contacts", "import", "at"]),
        (
            path("at"),
            &["simulate", "--tls-cert", "at", "--tls-key", "at"],
        ),
        (path("state/whosin/history.jsonl"), &["contacts", "forget"]),
    ];
    fs::write(path("list.txt"), "ben@sie.at\n").unwrap();
    for (file, arguments) in cases {
        let arguments: Vec<String> = arguments
            .iter()
            .map(|word| match *word {
                "at" | "list.txt" => path(word).display().to_string(),
                word => word.to_string(),
            })
            .collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        for (what, word) in INSTEAD {
            put(what, &file);
            let (code, words) = ends(home.path(), &arguments);
            assert!(
                matches!(code, Some(1 | 2)),
                "{arguments:?}, {what}: {code:?}: {words}"
            );
            assert!(
                words.contains(word) && words.contains(file.to_str().unwrap()),
                "{arguments:?}, {what}: {words}"
            );
            remove(&file);
        }
    }
}

#[test]
fn standard_input_without_an_end_is_not_read_for_ever() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_whosin"))
        .args(["contacts", "import", "-"])
        .env_clear()
        .envs(pty::environment(home.path()))
        .stdin(File::open("/dev/zero").unwrap())
        .output()
        .unwrap();
    let words = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(words.contains("larger than 12 MB"), "{words}");
}

#[test]
fn no_settings_at_all_may_be_named() {
    let home = tempfile::tempdir().unwrap();
    let (code, words) = ends(home.path(), &["config", "check", "--config", "/dev/null"]);
    assert_eq!((code, words.as_str()), (Some(0), ""));
}

/// What only spares work is done without.
#[test]
fn a_session_and_what_was_last_seen_are_done_without() {
    let bench = Bench::with_one_free();
    let done = bench.run(&["status", "-q"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let session = fs::read_dir(bench.path("run/whosin"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let mut files: Vec<PathBuf> = session.collect();
    assert!(!files.is_empty());
    files.push(bench.path("cache/whosin/last-seen.json"));
    bench.leave(1, |_| {});
    for (what, word) in INSTEAD {
        for file in &files {
            fs::remove_file(file).unwrap();
            put(what, file);
        }
        let done = bench.run(&["status", "-q"]);
        assert_eq!(
            done.status.code(),
            Some(0),
            "{what}: {}",
            text(&done.stderr)
        );
        let cached = bench.run(&["status", "--cached", "-v"]);
        let words = text(&cached.stderr);
        assert_eq!(cached.status.code(), Some(1), "{what}: {words}");
        assert!(
            words.contains(word) && words.contains("last-seen.json"),
            "{what}: {words}"
        );
        for file in &files {
            // The session may have been put in its place, in one step.
            if fs::symlink_metadata(file).is_ok() {
                remove(file);
            }
            fs::write(file, "").unwrap();
        }
    }
}
