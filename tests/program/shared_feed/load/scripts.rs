//! Scripts that ask and change the book while the storm goes on, and judge each answer.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use whosin::presence::{Address, Availability};
use whosin::simulator::{Person, Simulator};

use super::weather::DirectoryWeather;
use crate::support::bench::text;

/// No command takes longer, whatever happens: each request is given up after 20 seconds, and several
/// nodes may be asked.
const LONGEST: Duration = Duration::from_secs(150);

/// Somebody whom the directory knows and who is no contact yet: each is handed out once.
pub struct Strangers {
    pub everybody: Vec<Person>,
    left: Mutex<Vec<Person>>,
    /// Who was added.
    added: Mutex<BTreeSet<Address>>,
}

impl Strangers {
    /// Those of all people who are no contacts, whom the presence server knows, and whose name is nobody
    /// else's, nor its beginning.
    pub fn new(service: &Simulator, contacts: usize) -> Strangers {
        let everybody = service.everybody();
        let is_known = |one: &&Person| {
            let state = service.state_of(&one.address);
            state.availability() != Availability::Unknown
        };
        let is_alone = |one: &&Person| {
            let fits = |other: &&Person| {
                let mut names = [&one.first, &one.last].into_iter();
                names.all(|name| starts(&other.first, name) || starts(&other.last, name))
            };
            everybody.iter().filter(fits).count() == 1
        };
        let left = everybody[contacts..].iter().filter(is_known);
        let left = left.filter(is_alone).cloned().collect();
        Strangers {
            left: Mutex::new(left),
            added: Mutex::default(),
            everybody,
        }
    }

    /// Somebody to be added; `None` where all are, as after several days.
    pub fn next(&self) -> Option<Person> {
        self.left.lock().unwrap().pop()
    }

    pub fn is_added(&self, who: Address) {
        self.added.lock().unwrap().insert(who);
    }

    pub fn added(&self) -> Vec<Address> {
        self.added.lock().unwrap().iter().cloned().collect()
    }

    /// Whom the directory has to find by the beginning of a name.
    fn found_by(&self, word: &str) -> BTreeSet<&str> {
        let is_found = |one: &&Person| {
            let names = [&*one.first, &*one.last, one.address.as_str()];
            names.into_iter().any(|name| starts(name, word))
        };
        let found = self.everybody.iter().filter(is_found);
        found.map(|one| one.address.as_str()).collect()
    }
}

/// Whether a name begins so, whatever the case of its letters.
fn starts(name: &str, beginning: &str) -> bool {
    let (name, beginning) = (name.to_lowercase(), beginning.to_lowercase());
    name.starts_with(&beginning)
}

/// Runs a command to its end, which has to come in time.
fn run(mut command: Command) -> (Output, Duration) {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let begun = Instant::now();
    let child = command.spawn().unwrap();
    let process = Pid::from_raw(child.id() as i32).unwrap();
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = ended.recv_timeout(LONGEST) else {
        let _ = kill_process(process, Signal::KILL);
        panic!("{command:?} does not end");
    };
    (output.unwrap(), begun.elapsed())
}

/// What the scripts did.
#[derive(Default)]
pub struct Done {
    /// How many commands ran, and how many of those that ask the service got an answer.
    pub ran: usize,
    pub answered: usize,
    /// Who has to be in the book, besides those who were added by name.
    pub guests: BTreeSet<String>,
    /// How many commands that ask the directory ended with which code.
    pub directory: BTreeMap<i32, usize>,
    /// The longest that one of these took.
    pub slowest: Duration,
}

impl Done {
    pub fn print(&self) {
        println!(
            "{} commands, {} answers of the service",
            self.ran, self.answered
        );
        let (codes, slowest) = (&self.directory, self.slowest);
        println!("commands that ask the directory, by exit code: {codes:?}, {slowest:?} at most");
    }
}

/// Scripts, and what they have to do with.
pub struct Scripts<'a, C> {
    pub command: C,
    pub directory: &'a DirectoryWeather,
    pub strangers: &'a Strangers,
}

impl<C: Fn(&[&str]) -> Command> Scripts<'_, C> {
    /// Runs them, one after the other, until they are told to stop.
    pub fn run(&self, stop: &AtomicBool) -> Done {
        let mut done = Done::default();
        for number in 0.. {
            if stop.load(Ordering::SeqCst) {
                break;
            }
            self.change_the_book(number, &mut done);
            self.ask_for_presence(&mut done);
            self.search(number, &mut done);
            // Not more people than a board is for.
            if number % 4 == 0 {
                self.add_by_name(&mut done);
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        done
    }

    fn run_to_its_end(&self, arguments: &[&str], done: &mut Done) -> Output {
        done.ran += 1;
        run((self.command)(arguments)).0
    }

    fn change_the_book(&self, number: usize, done: &mut Done) {
        let new = format!("guest{number}@sie.at");
        let add = ["contacts", "add", &new, "--group", "Guests"];
        let added = self.run_to_its_end(&add, done);
        assert!(added.status.success(), "{added:?}");
        done.guests.insert(new);
        if done.guests.len() > 5 {
            let oldest = done.guests.pop_first().unwrap();
            let removed = self.run_to_its_end(&["contacts", "remove", &oldest], done);
            assert!(removed.status.success(), "{removed:?}");
        }
    }

    fn ask_for_presence(&self, done: &mut Done) {
        for ask in [
            &["status", "--json"][..],
            &["tmux"],
            &["status", "--cached", "--json"],
        ] {
            let output = self.run_to_its_end(ask, done);
            // A panic or a signal is none of the codes that are promised.
            assert!(matches!(output.status.code(), Some(0..=5)), "{output:?}");
            done.answered += usize::from(output.status.success());
        }
    }

    /// Runs a command that asks the directory; whether it succeeded. Where it did not, it says so as
    /// it is documented.
    fn ask_directory(&self, arguments: &[&str], done: &mut Done) -> Option<Output> {
        let begun = self.directory.moment();
        let (output, took) = run((self.command)(arguments));
        let code = output.status.code().expect("no signal ends it");
        let troubles = self.directory.since(begun);
        let is_documented = troubles.iter().any(|gust| gust.codes.contains(&code));
        assert!(is_documented, "{arguments:?}, {troubles:?}: {output:?}");
        done.ran += 1;
        done.slowest = done.slowest.max(took);
        *done.directory.entry(code).or_default() += 1;
        if code == 0 {
            return Some(output);
        }
        let words = text(&output.stderr);
        // One line, with the node and what to do.
        let is_said = words.starts_with("whosin: ")
            && words.contains("127.0.0.1")
            && words.trim_end().ends_with(['.', '?'])
            && words.lines().count() == 1;
        assert!(is_said && output.stdout.is_empty(), "{output:?}");
        None
    }

    /// Whoever is found is all who have to be, whatever the trouble.
    fn search(&self, number: usize, done: &mut Done) {
        let people = &self.strangers.everybody;
        let name = &people[number * 7 % people.len()].last;
        let word: String = name.chars().take(3).collect();
        if word.chars().any(|sign| !sign.is_alphabetic()) || word.chars().count() < 3 {
            return;
        }
        let search = ["directory", &word, "--json"];
        let Some(output) = self.ask_directory(&search, done) else {
            return;
        };
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = list["people"].as_array().unwrap().iter();
        let found: BTreeSet<&str> = found.map(|one| one["uri"].as_str().unwrap()).collect();
        assert_eq!(found, self.strangers.found_by(&word), "{word}: {list}");
    }

    /// Adds somebody by name, and tries once more where nothing came of it.
    fn add_by_name(&self, done: &mut Done) {
        let Some(wanted) = self.strangers.next() else {
            return;
        };
        let find = ["contacts", "add", "--find", &wanted.first, &wanted.last];
        let added = (0..2).find_map(|_| self.ask_directory(&find, done));
        let Some(added) = added else { return };
        let said = text(&added.stdout);
        assert_eq!(said, format!("{} is added\n", wanted.address));
        self.strangers.is_added(wanted.address);
    }
}
