//! A disk that is full, and one that is read-only: what was there stays whole, and the words say what
//! happened. The disk is a file system in memory of 64 KB, where the test may mount one.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::bench::text;
use crate::support::pty;

const BOOK: &str =
    "[[contact]]\naddress = \"ben@sie.at\"\n\n[[contact]]\naddress = \"eva@sie.at\"\n";
const NOTES: &str = "[[note]]\naddress = \"ben@sie.at\"\ntext = \"out\"\nby = \"eva\"\nat = \"2026-11-23T09:00:00Z\"\n";

/// Runs lines of the shell beside a home of 64 KB on a disk of its own, in which `$WHOSIN` is the
/// program; `None` where no disk can be mounted here.
fn on_small_disk(home: &Path, lines: &str) -> Option<Output> {
    let script = format!(
        "set -e\nmount -t tmpfs -o size=64k none \"$HOME\" || exit 99\nmkdir -p \"$HOME/config/whosin\"\n\
         cd \"$HOME/config/whosin\"\nset +e\n{lines}"
    );
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", &script])
        .env_clear()
        .envs(pty::environment(home))
        .env("WHOSIN", env!("CARGO_BIN_EXE_whosin"))
        .output()
        .ok()?;
    let is_refused = output.status.code() == Some(99) || text(&output.stderr).contains("unshare:");
    if is_refused {
        eprintln!(
            "skipped: no file system can be mounted here: {}",
            text(&output.stderr)
        );
        return None;
    }
    Some(output)
}

/// Each command that writes, and the file that it would change.
const WRITERS: [(&str, &str); 5] = [
    ("contacts add carla@sie.at", "contacts.toml"),
    ("contacts remove ben@sie.at", "contacts.toml"),
    ("contacts edit ben@sie.at --name Ben", "contacts.toml"),
    ("contacts import ../../list.txt", "contacts.toml"),
    ("contacts annotate ben@sie.at gone", "notes.toml"),
];

fn every_writer_is_refused(make_full: &str, words: &str) {
    let home = tempfile::tempdir().unwrap();
    let mut lines = format!(
        "cat > contacts.toml <<'E'\n{BOOK}E\ncat > notes.toml <<'E'\n{NOTES}E\n\
         echo dan@sie.at > ../../list.txt\nmkdir -p ../../state/whosin ../../cache/whosin\n\
         cp contacts.toml contacts.old; cp notes.toml notes.old\n{make_full}\n"
    );
    for (command, file) in WRITERS {
        let old = file.replace(".toml", ".old");
        lines.push_str(&format!(
            "\"$WHOSIN\" {command}; echo \"code $?\"; cmp {file} {old} && echo whole\n"
        ));
    }
    lines.push_str("find ../.. -name '*.new'\n");
    let Some(output) = on_small_disk(home.path(), &lines) else {
        return;
    };
    let (said, trouble) = (text(&output.stdout), text(&output.stderr));
    let expected = "code 1\nwhole\n".repeat(WRITERS.len());
    assert_eq!(said, expected, "{trouble}");
    for file in [
        "contacts.toml cannot be written",
        "notes.toml cannot be written",
    ] {
        assert!(trouble.contains(file), "{trouble}");
    }
    assert_eq!(trouble.matches(words).count(), WRITERS.len(), "{trouble}");
}

#[test]
fn a_full_disk_leaves_every_file_whole_and_is_said() {
    let fill = "dd if=/dev/zero of=../../fill bs=1k 2>/dev/null";
    every_writer_is_refused(fill, "No space left on device");
}

#[test]
fn a_read_only_disk_is_said() {
    let fix = "mount -o remount,ro \"$HOME\"; cd \"$PWD\"";
    every_writer_is_refused(fix, "Read-only file system");
}
