//! The board in a real terminal, against the service inside this process: how soon it is there, how
//! soon a key is on the screen, and what it costs. `cargo bench --bench board`; `WHOSIN_IDLE=300`
//! looks at the idle board for five minutes instead of half a minute; numbers of contacts after `--` are
//! looked at for their cost alone, and `keys` presses keys alone.

#[path = "../tests/support/pty.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod pty;

use std::path::Path;
use std::time::{Duration, Instant};

use pty::{Pty, Start};
use whosin::contacts::{self, Contact, Edit};
use whosin::presence::Availability;
use whosin::simulator::{Doing, Options, Simulator};

/// How often each start is measured.
const STARTS: usize = 11;
/// How many keys are pressed.
const KEYS: usize = 600;

struct Service {
    // Kept so that the service goes on.
    _runtime: tokio::runtime::Runtime,
    simulator: Simulator,
}

impl Service {
    fn with(contacts: usize, pace: f64) -> Service {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .worker_threads(1)
            .build()
            .expect("threads");
        let options = Options {
            contacts,
            pace,
            ..Options::default()
        };
        let anywhere = "127.0.0.1:0".parse().expect("an address");
        let simulator = runtime
            .block_on(Simulator::start(anywhere, options))
            .expect("loopback can be listened at");
        Service {
            _runtime: runtime,
            simulator,
        }
    }

    /// A home with all of the service's people in its contact book.
    fn home(&self) -> tempfile::TempDir {
        let home = tempfile::tempdir().expect("a folder");
        let book = home.path().join("config/whosin/contacts.toml");
        let people = self.simulator.people().into_iter();
        let edits: Vec<Edit> = people
            .map(|person| {
                Edit::add(Contact {
                    name: Some(person.name),
                    group: Some(person.group),
                    ..Contact::new(person.address)
                })
            })
            .collect();
        contacts::save(&book, home.path(), &edits).expect("a folder of our own");
        home
    }

    /// A board with this home, and when it was started.
    fn board(&self, home: tempfile::TempDir, more: &[&str]) -> (Pty, Instant) {
        let url = self.simulator.url();
        let mut arguments = vec!["--server", &url, "--app-user", "whosin", "--user", "klmt"];
        arguments.extend(more);
        let begun = Instant::now();
        let pty = Pty::start_in(
            home,
            Start {
                arguments: &arguments,
                variables: &[("WHOSIN_APP_PASSWORD", "simulated")],
                width: 120,
                height: 32,
            },
        );
        (pty, begun)
    }
}

/// Waits until it is so; how long after `begun` that was.
fn until(begun: Instant, wanted: impl Fn() -> bool) -> Duration {
    while !wanted() {
        assert!(begun.elapsed() < Duration::from_secs(120), "it never comes");
        std::thread::sleep(Duration::from_micros(200));
    }
    begun.elapsed()
}

fn leave(mut pty: Pty) -> tempfile::TempDir {
    pty.send("q");
    pty.wait_for_end();
    std::mem::replace(&mut pty.home, tempfile::tempdir().expect("a folder"))
}

/// The value at this part of the way from the least to the greatest.
fn quantile(times: &mut [Duration], part: f64) -> Duration {
    times.sort();
    let place = (times.len() - 1) as f64 * part;
    times[place.round() as usize]
}

/// Whether the header counts all contacts in a state that is known.
fn is_complete(pty: &Pty, contacts: usize) -> bool {
    let text = pty.text();
    let header = text.lines().next().unwrap_or_default();
    let counted = header.split(['✓', '◷', '⊗', '⊖', '◌', '?']).skip(1);
    let number = |piece: &str| {
        let digits = piece.trim_start().chars().take_while(char::is_ascii_digit);
        digits.collect::<String>().parse::<usize>().ok()
    };
    counted.filter_map(number).sum::<usize>() == contacts
}

/// From the start to the first frame, and to the first presence on it; with and without what an
/// earlier run left.
fn starts(contacts: usize) {
    let service = Service::with(contacts, 0.0);
    let mut home = service.home();
    for (left, word) in [(false, "first start"), (true, "started again")] {
        let (mut frames, mut presences) = (Vec::new(), Vec::new());
        for _ in 0..STARTS {
            if !left {
                let _ = std::fs::remove_dir_all(home.path().join("cache"));
            }
            let (pty, begun) = service.board(home, &[]);
            frames.push(until(begun, || pty.text().contains(" whosin")));
            presences.push(until(begun, || {
                let free = |line: &str| line.contains("Available");
                pty.text().lines().skip(1).any(free)
            }));
            home = leave(pty);
        }
        println!(
            "{contacts:>5} contacts, {word}: first frame {:.1} ms (slowest of {STARTS}: {:.1}), presence after {:.1} ms",
            millis(quantile(&mut frames, 0.5)),
            millis(quantile(&mut frames, 1.0)),
            millis(quantile(&mut presences, 0.5)),
        );
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Where the cursor is drawn.
fn cursor(pty: &Pty) -> Option<(usize, usize)> {
    let text = pty.text();
    text.lines()
        .enumerate()
        .find_map(|(y, line)| Some((y, line.chars().position(|glyph| glyph == '▸')?)))
}

/// From a key to the screen, while all contacts are asked for in this interval and people change. So
/// many of them then get a document of 640 KB, which comes with every poll.
fn keys(contacts: usize, interval: &str, large: usize) {
    let service = Service::with(contacts, Options::LIVELY);
    let options = ["--mode", "poll", "--interval", interval];
    let (mut pty, begun) = service.board(service.home(), &options);
    until(begun, || is_complete(&pty, contacts));
    for person in service.simulator.people().into_iter().take(large) {
        let (head, references) = ("<presence xmlns='urn:ietf:params:xml:ns:pidf'", "&#1;");
        let document = format!(
            "{head} entity='sip:{}'><note>{}</note></presence>",
            person.address,
            references.repeat((640 << 10) / references.len())
        );
        service.simulator.set_document(&person.address, document);
    }
    let mut took = Vec::with_capacity(KEYS);
    for key in 0..KEYS {
        std::thread::sleep(Duration::from_millis(5 + fastrand::u64(0..40)));
        let before = cursor(&pty);
        let began = Instant::now();
        pty.send(if key % 20 < 10 { "j" } else { "k" });
        took.push(until(began, || {
            cursor(&pty).is_some_and(|at| before != Some(at))
        }));
    }
    println!(
        "{contacts:>5} contacts every {interval}, {large} of 640 KB: key to screen {:.1} ms, 99th percentile {:.1} ms, slowest {:.1} ms of {KEYS}",
        millis(quantile(&mut took, 0.5)),
        millis(quantile(&mut took, 0.99)),
        millis(quantile(&mut took, 1.0)),
    );
    leave(pty);
}

/// A number of the kernel's for a process.
fn stat(pty: &Pty, file: &str) -> String {
    let process = pty.child.process_id().expect("it runs").to_string();
    let path = Path::new("/proc").join(process).join(file);
    std::fs::read_to_string(path).unwrap_or_default()
}

/// How much processor time it has used; the kernel counts in hundredths of a second.
fn used(pty: &Pty) -> Duration {
    let text = stat(pty, "stat");
    let after_name = text.rsplit(')').next().unwrap_or_default();
    let fields: Vec<u64> = after_name
        .split_whitespace()
        .filter_map(|field| field.parse().ok())
        .collect();
    // The state is a letter: user time is the eleventh number after it, then system time.
    let ticks = fields.get(10).zip(fields.get(11));
    ticks.map_or(Duration::ZERO, |(user, system)| {
        Duration::from_millis((user + system) * 10)
    })
}

fn resident(pty: &Pty) -> f64 {
    let text = stat(pty, "status");
    let line = text.lines().find(|line| line.starts_with("VmRSS"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

/// Memory with presence complete, what it costs while nothing happens, and what one change does.
fn costs(contacts: usize, idle: Duration) {
    let service = Service::with(contacts, 0.0);
    let (pty, begun) = service.board(service.home(), &[]);
    until(begun, || {
        is_complete(&pty, contacts) && pty.text().contains("live")
    });
    // What a start leaves to do is done by then.
    std::thread::sleep(Duration::from_secs(8));
    let memory = resident(&pty);
    let (before, written) = (used(&pty), pty.written().len());
    std::thread::sleep(idle);
    let share = (used(&pty) - before).as_secs_f64() / idle.as_secs_f64() * 100.0;
    let idle_bytes = pty.written().len() - written;
    let shown =
        cursor(&pty).map(|(y, _)| pty.text().lines().nth(y).unwrap_or_default().to_string());
    let people = service.simulator.people();
    let first = people.iter().find(|person| {
        shown
            .as_ref()
            .is_some_and(|line| line.contains(person.name.as_str()))
    });
    let change = first.map(|person| {
        let other = match service.simulator.state_of(&person.address).availability() {
            Availability::Busy => Doing::Available,
            _ => Doing::Meeting,
        };
        let before = pty.written().len();
        service.simulator.set(&person.address, other);
        until(Instant::now(), || pty.written().len() > before);
        std::thread::sleep(Duration::from_millis(300));
        let changed = pty.written().len() - before;
        // The change stands out for some seconds, and then no longer.
        std::thread::sleep(Duration::from_secs(7));
        (changed, pty.written().len() - before)
    });
    let (changed, in_all) = change.unwrap_or_default();
    println!(
        "{contacts:>5} contacts: {memory:.1} MB resident; idle {} s: {share:.3} % of a core, {idle_bytes} bytes written; one change: {changed} bytes, {in_all} with the end of its standing out",
        idle.as_secs(),
    );
    leave(pty);
}

fn main() {
    let idle = std::env::var("WHOSIN_IDLE")
        .ok()
        .and_then(|text| text.parse().ok());
    let idle = Duration::from_secs(idle.unwrap_or(30));
    let asked: Vec<usize> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    if !asked.is_empty() {
        asked.into_iter().for_each(|contacts| costs(contacts, idle));
        return;
    }
    let only_keys = std::env::args().any(|word| word == "keys");
    if !only_keys {
        [100, 1000, 5000].into_iter().for_each(starts);
    }
    keys(5000, "5s", 0);
    keys(20_000, "5s", 0);
    keys(1000, "1s", 10);
    if only_keys {
        return;
    }
    for contacts in [100, 1000, 5000] {
        costs(contacts, idle);
    }
}
