//! How long the commands take that need no server, with 5,000 contacts: `cargo bench --bench startup`.

#[path = "../tests/support/pty.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod pty;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use whosin::board::Entry;
use whosin::contacts::{self, Contact, Edit};
use whosin::link::{Outcome, Report};
use whosin::memory::last_seen;
use whosin::memory::snapshot::Snapshot;
use whosin::presence::{Address, read_document};

const CONTACTS: usize = 5000;
const TIMES: usize = 41;
const SERVER: &str = "http://127.0.0.1:8082";

/// What is said of everybody.
const DOCUMENT: &str = "<presence xmlns='urn:ietf:params:xml:ns:pidf' \
    xmlns:dm='urn:ietf:params:xml:ns:pidf:data-model' xmlns:r='urn:ietf:params:xml:ns:pidf:rpid' \
    entity='sip:p@example.com'><dm:person><r:activities><r:on-the-phone/></r:activities>\
    <dm:note>back at ten</dm:note></dm:person><tuple id='phone'><status><basic>open</basic></status>\
    </tuple></presence>";

fn address(number: usize) -> Address {
    let address = format!("p{number}@example.com");
    address.parse().expect("an address")
}

/// A home with contacts, and what a board has just left of them.
fn home(contacts: usize) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let everybody: Vec<Contact> = (0..contacts)
        .map(|number| Contact {
            name: Some(format!("Person {number}")),
            group: Some(format!("Group {}", number % 40)),
            number: Some(format!("+43 1 234 {number:04}")),
            department: Some(format!("Department {}", number % 40)),
            ..Contact::new(address(number))
        })
        .collect();
    let edits: Vec<Edit> = everybody.iter().cloned().map(Edit::add).collect();
    contacts::save(
        &home.path().join("config/whosin/contacts.toml"),
        home.path(),
        &edits,
    )
    .expect("our folder");
    let now = Timestamp::now();
    let presence = read_document(DOCUMENT)
        .expect("it is well-formed")
        .presence(now, &["en"]);
    let presence = std::sync::Arc::new(presence);
    let entries: Vec<Entry> = everybody
        .into_iter()
        .map(|contact| {
            let report = Report {
                address: contact.address.clone(),
                at: now,
                outcome: Outcome::Answered(presence.clone()),
            };
            let mut entry = Entry::new(contact);
            entry.learn(&report);
            entry
        })
        .collect();
    let mut snapshot = Snapshot::of(SERVER.into(), "klmt".into(), &entries, Timestamp::MIN, now);
    // Fresh for as long as this takes.
    snapshot.at = now;
    last_seen::write(&home.path().join("cache/whosin/last-seen.json"), &snapshot)
        .expect("our folder");
    home
}

fn once(home: &Path, arguments: &[&str]) -> Duration {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whosin"));
    command
        .env_clear()
        .envs(pty::environment(home))
        .env("WHOSIN_APP_PASSWORD", "simulated")
        .env("WHOSIN_SERVER", SERVER)
        .env("WHOSIN_APP_USER", "whosin")
        .env("WHOSIN_USER", "klmt")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let begun = Instant::now();
    let status = command.status().expect("it starts");
    let took = begun.elapsed();
    assert!(
        status.success() || status.code() == Some(5),
        "{arguments:?}: {status}"
    );
    took
}

fn main() {
    for contacts in [100, CONTACTS] {
        let home = home(contacts);
        println!("{contacts} contacts:");
        for arguments in [
            &["--version"][..],
            &["--help"],
            &["completions", "bash"],
            &["man"],
            &["contacts", "list"],
            &["contacts", "groups"],
            &["contacts", "add", "p1@example.com"],
            &["contacts", "export"],
            &["tmux", "--max-age", "1h"],
            &["tmux", "--max-age", "1h", "p77"],
            &["status", "--cached"],
            &["status", "--cached", "--json"],
        ] {
            let mut times: Vec<Duration> =
                (0..TIMES).map(|_| once(home.path(), arguments)).collect();
            times.sort_unstable();
            let millis = |time: Duration| time.as_secs_f64() * 1e3;
            println!(
                "  whosin {:28} {:5.1} ms (slowest {:.1})",
                arguments.join(" "),
                millis(times[TIMES / 2]),
                millis(times[TIMES - 1]),
            );
        }
    }
}
