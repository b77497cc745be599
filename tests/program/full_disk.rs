//! A disk that is full, and one that is read-only: what was there stays whole, and the words say what
//! happened.

use std::process::{Command, Output};

use crate::support::bench::{Bench, text};
use crate::support::pty;

const BOOK: &str =
    "[[contact]]\naddress = \"ben@sie.at\"\n\n[[contact]]\naddress = \"eva@sie.at\"\n";
const NOTES: &str = "[[note]]\naddress = \"ben@sie.at\"\ntext = \"out\"\nby = \"eva\"\nat = \"2026-11-23T09:00:00Z\"\n";

/// A disk of its own for a home.
#[derive(Clone, Copy)]
enum Disk {
    /// 64 KB of memory.
    Small,
    /// A large one of which the home may fill 128 KB. Only root may mount it.
    Quota,
}

impl Disk {
    /// Mounts it at the home; what stands beside the home keeps it.
    fn mount(self) -> &'static str {
        match self {
            Disk::Small => "mount -t tmpfs -o size=64k none \"$HOME\" || exit 99\n",
            Disk::Quota => {
                "truncate -s 128M \"$HOME.disk\"; mkfs.btrfs -q \"$HOME.disk\" >/dev/null || exit 99\n\
                 mkdir \"$HOME.mount\"; mount -o loop \"$HOME.disk\" \"$HOME.mount\" || exit 99\n\
                 btrfs -q quota enable \"$HOME.mount\"\n\
                 btrfs -q subvolume create \"$HOME.mount/home\"\n\
                 btrfs qgroup limit 128K \"$HOME.mount/home\"\n\
                 mount --bind \"$HOME.mount/home\" \"$HOME\"\n"
            }
        }
    }

    fn namespaces(self) -> &'static [&'static str] {
        match self {
            Disk::Small => &["--map-root-user", "--mount"],
            Disk::Quota => &["--mount"],
        }
    }
}

/// Runs lines of the shell in the settings folder of a home on such a disk, in which `$WHOSIN` is the
/// program; `None` where it cannot be mounted here.
fn on_disk(disk: Disk, variables: &[(&str, String)], lines: &str) -> Option<Output> {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let script = format!(
        "{}set -e\nmkdir -p \"$HOME/config/whosin\"\n\
         cd \"$HOME/config/whosin\"\nset +e\n{lines}",
        disk.mount()
    );
    let output = Command::new("unshare")
        .args(disk.namespaces())
        .args(["sh", "-c", &script])
        .env_clear()
        .envs(pty::environment(&home))
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .env("WHOSIN", env!("CARGO_BIN_EXE_whosin"))
        .output()
        .ok()?;
    let is_refused = output.status.code() == Some(99) || text(&output.stderr).contains("unshare:");
    if is_refused {
        eprintln!(
            "skipped: no such file system can be mounted here: {}",
            text(&output.stderr)
        );
        return None;
    }
    Some(output)
}

/// What fills the disk.
const FILL: &str = "dd if=/dev/zero of=../../fill bs=1k 2>/dev/null\n\
                    dd if=/dev/zero of=../../rest bs=1 2>/dev/null\n";

/// Each command that writes, and the file that it would change.
const WRITERS: [(&str, &str); 5] = [
    ("contacts add carla@sie.at", "contacts.toml"),
    ("contacts remove ben@sie.at", "contacts.toml"),
    ("contacts edit ben@sie.at --name Ben", "contacts.toml"),
    ("contacts import ../../list.txt", "contacts.toml"),
    ("contacts annotate ben@sie.at gone", "notes.toml"),
];

fn every_writer_is_refused(disk: Disk, make_full: &str, words: &str) {
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
    let Some(output) = on_disk(disk, &[], &lines) else {
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
    every_writer_is_refused(Disk::Small, FILL, "No space left on device");
}

#[test]
fn a_quota_that_is_used_up_leaves_every_file_whole_and_is_said() {
    every_writer_is_refused(Disk::Quota, FILL, "Disk quota exceeded");
}

#[test]
fn a_read_only_disk_is_said() {
    let fix = "mount -o remount,ro \"$HOME\"; cd \"$PWD\"";
    every_writer_is_refused(Disk::Small, fix, "Read-only file system");
}

/// Neither the shared session nor what was last seen can be kept: presence shows all the same.
#[test]
fn a_full_disk_keeps_no_presence_from_whoever_asks() {
    let bench = Bench::with_one_free();
    let book = std::fs::read_to_string(bench.path("config/whosin/contacts.toml")).unwrap();
    let options: Vec<String> = bench
        .options()
        .iter()
        .map(|word| format!("'{word}'"))
        .collect();
    let lines = format!(
        "cat > contacts.toml <<'E'\n{book}E\n{FILL}\"$WHOSIN\" {} status\necho \"code $?\"\n\
         find ../.. -name '*.new'\n",
        options.join(" ")
    );
    let variables = [("WHOSIN_APP_PASSWORD", "simulated".to_string())];
    for disk in [Disk::Small, Disk::Quota] {
        let Some(output) = on_disk(disk, &variables, &lines) else {
            continue;
        };
        let (said, trouble) = (text(&output.stdout), text(&output.stderr));
        assert!(
            said.contains("Available") && said.contains("Ben Two"),
            "{said}{trouble}"
        );
        assert!(said.ends_with("code 0\n"), "{said}{trouble}");
    }
}
