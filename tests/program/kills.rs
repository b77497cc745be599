//! The program, killed at any instant: what it has acknowledged is in the files, which are whole, and
//! what it leaves beside them is gone after the next run. `WHOSIN_TEST_KILLS=1000 cargo test --test
//! program kills -- --nocapture` kills more of them and says how many were killed at what.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use whosin::memory::{history, last_seen};
use whosin::operator::{DeskWatches, OperatorNotes, Repeat, Watched};
use whosin::simulator::Doing;
use whosin::{contacts, operator};

use crate::support::bench::{Bench, until};
use crate::support::pty::{self, Pty, Start};

/// How many of each are killed where no other number is set: those that take milliseconds, and those
/// that need a terminal.
const KILLS: (u64, u64) = (40, 6);

fn kills() -> (u64, u64) {
    let set = std::env::var("WHOSIN_TEST_KILLS").ok();
    set.map_or(KILLS, |text| (text.parse().unwrap(), text.parse().unwrap()))
}

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whosin"));
    command
        .env_clear()
        .envs(pty::environment(home))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Kills commands at random instants, which it aims so that every second command is done before,
/// however busy the machine is.
struct Killer {
    longest: Duration,
}

impl Killer {
    /// Begins with what such a command takes when nobody kills it.
    fn of(mut command: Command) -> Killer {
        let begun = std::time::Instant::now();
        assert!(command.status().unwrap().success());
        Killer {
            longest: begun.elapsed() * 2,
        }
    }

    /// Kills a command; whether it was done before.
    fn kill(&mut self, mut command: Command) -> bool {
        let mut child = command.spawn().unwrap();
        std::thread::sleep(self.longest.mul_f64(fastrand::f64()));
        child.kill().unwrap();
        let is_done = child.wait().unwrap().success();
        self.longest = self.longest.mul_f64(if is_done { 0.95 } else { 1.05 });
        is_done
    }
}

/// All files below a folder that are only a draft of another.
fn drafts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| match entry.path() {
            path if path.is_dir() => drafts(&path),
            path if path.extension().is_some_and(|ending| ending == "new") => vec![path],
            _ => Vec::new(),
        })
        .collect()
}

fn addresses(book: &Path) -> HashSet<String> {
    let all = contacts::load(book).unwrap();
    all.iter().map(|one| one.address.to_string()).collect()
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
    let run = |arguments: &[&str]| command(home.path(), arguments);
    let mut killer = Killer::of(run(&["contacts", "add", "first@sie.at"]));
    let list = home.path().join("list.txt");
    let (mut there, mut gone) = (HashSet::new(), HashSet::new());
    let mut left = 0;
    for number in 0..kills().0 {
        let address = |kind: &str| format!("{kind}{number}@sie.at");
        if killer.kill(run(&["contacts", "add", &address("a")])) {
            there.insert(address("a"));
        }
        fs::write(&list, format!("{}\n{}\n", address("i"), address("j"))).unwrap();
        let import = ["contacts", "import", list.to_str().unwrap()];
        if killer.kill(run(&import)) {
            there.extend([address("i"), address("j")]);
        }
        let kept = addresses(&book);
        assert_eq!(
            kept.contains(&address("i")),
            kept.contains(&address("j")),
            "an import is whole or not at all"
        );
        if let Some(one) = there.iter().next().cloned() {
            there.remove(&one);
            if killer.kill(run(&["contacts", "remove", &one])) {
                gone.insert(one);
            }
        }
        // Two at once.
        let (one, two) = (address("x"), address("y"));
        let mut other = run(&["contacts", "add", &two]).spawn().unwrap();
        if killer.kill(run(&["contacts", "add", &one])) {
            there.insert(one);
        }
        assert!(other.wait().unwrap().success());
        there.insert(two);
        left += drafts(home.path()).len();
    }
    assert!(
        run(&["contacts", "add", "last@sie.at"])
            .status()
            .unwrap()
            .success()
    );
    let kept = addresses(&book);
    let lost: Vec<_> = there.difference(&kept).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    let back: Vec<_> = gone.intersection(&kept).collect();
    assert!(back.is_empty(), "removed and there again: {back:?}");
    assert!(beside(&book).is_empty(), "{:?}", beside(&book));
    println!(
        "book: {} there, {} gone, {left} drafts met and cleared",
        there.len(),
        gone.len()
    );
}

#[test]
fn notes_of_the_desk_outlive_a_kill() {
    let home = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| command(home.path(), arguments);
    let notes = home.path().join("config/whosin/notes.toml");
    assert!(
        run(&["contacts", "add", "ben@sie.at"])
            .status()
            .unwrap()
            .success()
    );
    let mut killer = Killer::of(run(&["contacts", "annotate", "ben@sie.at", "first"]));
    let mut acknowledged = 0;
    for number in 0..kills().0 {
        let text = format!("n{number}");
        let is_done = killer.kill(run(&["contacts", "annotate", "ben@sie.at", &text]));
        let all: OperatorNotes = operator::load(&notes).unwrap();
        let kept: Vec<_> = all.all().into_iter().collect();
        assert_eq!(kept.len(), 1);
        assert!(
            !is_done || kept[0].text == text,
            "{text} was acknowledged and is lost"
        );
        acknowledged += u32::from(is_done);
    }
    assert!(
        run(&["contacts", "annotate", "ben@sie.at", "last"])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(drafts(home.path()), Vec::<PathBuf>::new());
    println!("notes: {acknowledged} acknowledged, none lost");
}

/// A board that was killed while it watched: what was on disk before is there, whole, with what another
/// has written.
#[test]
fn watches_of_the_desk_outlive_a_kill() {
    let mut bench = Bench::with_one_free();
    let ben = Watched::Contact(bench.ben());
    let start = Start {
        arguments: &[],
        variables: &[],
        width: 100,
        height: 30,
    };
    let mut home = bench.take_home();
    let others =
        "# of others\n\n[[watch]]\naddress = \"eva@sie.at\"\nat = \"2026-11-23T09:00:00Z\"\n";
    let inside = "config/whosin/watches.toml";
    fs::write(home.path().join(inside), others).unwrap();
    let mut is_watched = false;
    let mut toggled = 0;
    for _ in 0..kills().1 {
        let mut board = bench.in_terminal(home, Start { ..start });
        board.wait_for_text("Do not disturb");
        board.send("/ben\r");
        board.wait_for("Ben alone", |text| !text.contains("Ursula"));
        // Once, then always, then no more: one step is one change of the file.
        board.send(if is_watched { "ww" } else { "w" });
        std::thread::sleep(Duration::from_millis(fastrand::u64(0..60)));
        board.child.kill().unwrap();
        board.child.wait().unwrap();
        home = std::mem::replace(&mut board.home, tempfile::tempdir().unwrap());
        let path = home.path().join(inside);
        let kept: DeskWatches = operator::load(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(others), "{text}");
        toggled += u32::from(kept.on(&ben).is_some() != is_watched);
        is_watched = kept.on(&ben).is_some();
    }
    let mut last = bench.in_terminal(home, start);
    last.wait_for_text("Do not disturb");
    let home = last.home.path().to_path_buf();
    last.send("/ben\rw");
    until("the last is saved", || {
        let kept: DeskWatches = operator::load(&home.join(inside)).unwrap();
        let repeat = kept.on(&ben).map(|watch| watch.repeat);
        repeat.is_some() != is_watched || repeat == Some(Repeat::Always)
    });
    until("nothing is left", || drafts(&home).is_empty());
    println!("watches: {toggled} changed before the kill");
}

/// A board that was killed while it worked: nobody who was in the book is lost, and every file can be
/// read.
#[test]
fn a_board_that_is_killed_leaves_whole_files() {
    let mut bench = Bench::new();
    let (ursula, ben) = (bench.ursula(), bench.ben());
    let mut said = HashSet::from([ursula.to_string(), ben.to_string()]);
    let mut home = bench.take_home();
    bench_settings(home.path());
    let start = Start {
        arguments: &[],
        variables: &[],
        width: 100,
        height: 30,
    };
    let origin = bench
        .service
        .url()
        .split('/')
        .take(3)
        .collect::<Vec<_>>()
        .join("/");
    for number in 0..kills().1 {
        let mut board = bench.in_terminal(home, Start { ..start });
        board.wait_for_text("Front desk");
        let doing = if number % 2 == 0 {
            Doing::Available
        } else {
            Doing::Dnd
        };
        bench.service.set(&ursula, doing);
        bench.service.set(&ben, doing);
        let address = format!("k{number}@sie.at");
        board.send("a");
        board.wait_for_text("Address");
        board.send(&format!("{address}\r"));
        std::thread::sleep(Duration::from_millis(fastrand::u64(0..300)));
        board.child.kill().unwrap();
        board.child.wait().unwrap();
        home = std::mem::replace(&mut board.home, tempfile::tempdir().unwrap());
        let kept = addresses(&home.path().join("config/whosin/contacts.toml"));
        assert!(said.is_subset(&kept), "{said:?} {kept:?}");
        said = kept;
        let seen = home.path().join("cache/whosin/last-seen.json");
        assert!(!seen.exists() || last_seen::read(&seen, &origin, "klmt").is_some());
        history::read(
            &home.path().join("state/whosin/history.jsonl"),
            Timestamp::now(),
        )
        .unwrap();
        whole_session(home.path());
    }
    let mut last = bench.in_terminal(home, start);
    last.wait_for_text("Front desk");
    last.send("a");
    last.wait_for_text("Address");
    last.send("z@sie.at\r");
    let home = last.home.path().to_path_buf();
    let book = home.join("config/whosin/contacts.toml");
    until("the last is saved", || {
        addresses(&book).contains("z@sie.at")
    });
    until("nothing is left", || drafts(&home).is_empty());
    println!("boards: {} killed", kills().1);
}

fn bench_settings(home: &Path) {
    let path = home.join("config/whosin/config.toml");
    fs::write(path, "history = true\n").unwrap();
}

/// Every file of the shared session is JSON.
fn whole_session(home: &Path) {
    let entries = fs::read_dir(home.join("run/whosin")).into_iter().flatten();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|ending| ending == "json") {
            let text = fs::read(&path).unwrap();
            serde_json::from_slice::<serde_json::Value>(&text).unwrap();
        }
    }
}

/// The form, killed while it signs in and saves: the settings are the old ones or the new.
#[test]
fn a_form_that_is_killed_leaves_the_old_settings_or_the_new() {
    const OLD: &str = "# mine\ninterval = 20\n";
    let bench = Bench::new();
    let options = bench.options();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let mut home = tempfile::tempdir().unwrap();
    let mut new = 0;
    for _ in 0..kills().1 {
        let path = home.path().join("config/whosin/config.toml");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, OLD).unwrap();
        let start = Start {
            arguments: &options,
            variables: &[],
            width: 100,
            height: 30,
        };
        let mut form = Pty::start_in(home, start);
        form.wait_for_text("sign in");
        form.send("simulated\r");
        std::thread::sleep(Duration::from_millis(fastrand::u64(0..200)));
        form.child.kill().unwrap();
        form.child.wait().unwrap();
        home = std::mem::replace(&mut form.home, tempfile::tempdir().unwrap());
        let text = fs::read_to_string(&path).unwrap();
        let is_new = text.contains("app_password = \"simulated\"") && text.contains("user =");
        assert!(text.starts_with(OLD) && (text == OLD || is_new), "{text}");
        new += u32::from(is_new);
    }
    println!("forms: {new} of {} had saved", kills().1);
}

/// The shared session, taken over by commands that are killed beside each other.
#[test]
fn a_shared_session_outlives_killed_commands() {
    let bench = Bench::with_one_free();
    let run = || {
        let mut command = bench.command(&["status", "-q"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let mut killer = Killer::of(run());
    let mut done = 0;
    for _ in 0..kills().0 {
        done += u32::from(killer.kill(run()));
        whole_session(bench.home.path());
    }
    assert_eq!(run().status().unwrap().code(), Some(0));
    println!("sessions: {done} came through, the next is answered");
}

#[test]
fn what_a_killed_command_has_left_is_removed_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let book = home.path().join("config/whosin/contacts.toml");
    let add = |address: &str| command(home.path(), &["contacts", "add", address]).status();
    assert!(add("ben@sie.at").unwrap().success());
    let hour = Duration::from_secs(3600);
    let mut held = Vec::new();
    for (name, age) in [
        (".contacts.toml.abandoned.new", hour),
        (".contacts.toml.abandoned-now.new", Duration::ZERO),
        (".contacts.toml.being-written.new", Duration::ZERO),
        (".config.toml.of-another.new", hour),
        ("contacts.toml.of-the-user.new", hour),
    ] {
        let file = File::create(book.with_file_name(name)).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
        if name.contains("being-written") {
            file.lock().unwrap();
            held.push(file);
        }
    }
    assert!(add("carla@sie.at").unwrap().success());
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
