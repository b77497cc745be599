//! `whosin demo --shared`: service, publisher, broker and board in one command.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::bench::until;
use crate::support::mosquitto;
use crate::support::pty::{Pty, Start};

/// The processes that were started with this text among their arguments.
fn processes(text: &str) -> Vec<Pid> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let with_text = all.filter_map(|one| {
        let line = std::fs::read(one.path().join("cmdline")).ok()?;
        let process = one.file_name().to_str()?.parse().ok()?;
        let has_text = String::from_utf8_lossy(&line).contains(text);
        Pid::from_raw(process).filter(|_| has_text)
    });
    with_text.collect()
}

/// How many processes were started with this text among their arguments.
fn processes_of(text: &str) -> usize {
    processes(text).len()
}

/// The demo once it shows people, and the folder for what is thrown away.
fn demo() -> Option<(Pty, tempfile::TempDir)> {
    mosquitto::installed()?;
    let folder = tempfile::tempdir().unwrap();
    let temporary = folder.path().to_str().unwrap();
    let pty = Pty::start(Start {
        arguments: &["demo", "--shared", "--contacts", "6"],
        variables: &[("TMPDIR", temporary)],
        width: 100,
        height: 24,
    });
    pty.wait_for_text("board @ 127.0.0.1");
    pty.wait_for("a state of everybody", |text| {
        text.contains(" free") && !text.contains("not answered") && !text.contains("not yet asked")
    });
    until("broker, publisher and what ends each run", || {
        processes_of(temporary) == 4
    });
    Some((pty, folder))
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn the_shared_demo_shows_people_and_leaves_nothing_behind() {
    let Some((mut pty, folder)) = demo() else {
        return;
    };
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
    assert_eq!(processes_of(folder.path().to_str().unwrap()), 0);
    assert!(is_empty(folder.path()) && is_empty(pty.home.path()));
}

#[test]
fn a_signal_ends_all_of_the_shared_demo() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::KILL] {
        let Some((mut pty, folder)) = demo() else {
            return;
        };
        let process = Pid::from_raw(pty.child.process_id().unwrap() as i32).unwrap();
        kill_process(process, signal).unwrap();
        pty.wait_for_end();
        let text = folder.path().to_str().unwrap();
        until("broker and publisher have ended", || {
            processes_of(text) == 0
        });
        // Who is killed cannot clear away.
        assert_eq!(
            is_empty(folder.path()),
            signal != Signal::KILL,
            "{signal:?}"
        );
    }
}

#[test]
fn a_signal_to_all_that_the_shared_demo_runs_leaves_nothing_of_it() {
    let Some((mut pty, folder)) = demo() else {
        return;
    };
    let text = folder.path().to_str().unwrap();
    // As a terminal that closes does.
    for process in processes(text) {
        let _ = kill_process(process, Signal::HUP);
    }
    until("all have ended", || processes_of(text) == 0);
    pty.send("q");
    pty.wait_for_end();
}
