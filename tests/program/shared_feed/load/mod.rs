//! Days of storm in fast motion: a board at the server, a publisher, a board at the broker, a directory,
//! and scripts that change the book and ask, while the service, the directory, the network and the machine
//! have their troubles.
//!
//! Out of the default run: `WHOSIN_LOAD=600 cargo test --release --test program days_of_storm -- --ignored
//! --nocapture` takes 600 seconds for each day of 24 hours (240 where nothing is said);
//! `WHOSIN_LOAD_DAYS=7` runs a week, `WHOSIN_LOAD_SEED` chooses another storm. After each hour there is a
//! calm, in which every state on both boards has to become the server's, and somebody whom the directory
//! finds is added on the board.

mod clerk;
mod scripts;
mod weather;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clerk::{Clerk, SEARCHING, name_of};
use fastrand::Rng;
use rustix::process::Pid;
use scripts::{Scripts, Strangers};
use serde_json::Value;
use weather::{DirectoryWeather, Forecast, SILENT, Troubles, blow};
use whosin::presence::{Address, Availability};
use whosin::simulator::{Doing, Node, Options, Scenario, Simulator};

use super::Shared;
use crate::support::bench::{Bench, Running, until};
use crate::support::mosquitto::{Mosquitto, PASSWORD};
use crate::support::pty::{Pty, Start};
use crate::support::trouble::{self, Network};

/// The end of the book, which stays as it is.
const END: &str = "# The end.\n";
const CONTACTS: usize = 60;
/// Whom the directory has besides.
const OTHERS: usize = 400;
/// Within this time of calm every state has to be right.
const CALM: Duration = Duration::from_secs(90);
/// Within this time a change is shown while a search waits for the directory, which it does for longer.
const SOON: Duration = Duration::from_secs(15);

fn from_environment(name: &str, default: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The memory of a process, in KiB.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.unwrap().parse().unwrap()
}

/// Why a board does not show what the server says; `None` where it does.
fn wrong(board: &Pty, service: &Simulator, people: &[Address]) -> Option<String> {
    let text = std::fs::read(board.home.path().join("cache/whosin/last-seen.json")).ok();
    let left: Option<Value> = text.and_then(|text| serde_json::from_slice(&text).ok());
    let Some(left) = left else {
        return Some("there is no last-seen.json".into());
    };
    let shown = left["contacts"].as_array().unwrap();
    people.iter().find_map(|who| {
        let person = shown.iter().find(|one| one["uri"] == who.as_str());
        let Some(person) = person else {
            return Some(format!("{who} is missing"));
        };
        let wanted = service.state_of(who).availability().name();
        let is_right = person["fresh"] == true && person["availability"] == wanted;
        (!is_right).then(|| format!("{who} is {wanted}: {person}"))
    })
}

/// Service, directory and broker, and the ways to them.
struct World {
    shared: Shared,
    network: Network,
    directory: DirectoryWeather,
    /// Who is on the board from the beginning; the first is watched, and stays as they are.
    people: Vec<Address>,
    strangers: Strangers,
    book: PathBuf,
}

/// What stays open all the time.
struct Programs {
    /// At the board that signs in at the server.
    clerk: Clerk,
    at_broker: Pty,
    publisher: Running,
}

/// What was measured.
#[derive(Default)]
struct Figures {
    troubles: [BTreeMap<&'static str, u32>; 2],
    /// The longest until every state was right.
    slowest: Duration,
    /// The longest until a change was shown while a search waited.
    slowest_in_silence: Duration,
    /// Of each of the programs, at each hour.
    memory: Vec<[u64; 3]>,
}

impl World {
    /// Starts what there is to be asked; `None` where there is no broker. `day` is how many seconds a day
    /// takes.
    fn begin(day: u64) -> Option<World> {
        let broker = Mosquitto::start()?;
        let mut bench = Bench::new();
        let options = Options {
            contacts: CONTACTS,
            others: OTHERS,
            directory: Some("127.0.0.1:0".parse().unwrap()),
            pace: 86_400.0 / day as f64,
            ..Options::default()
        };
        let service = Simulator::start("127.0.0.1:0".parse().unwrap(), options);
        bench.service = bench.runtime.block_on(service).unwrap();
        let way_to = |address| bench.runtime.block_on(Network::to(address));
        let network = way_to(bench.service.address());
        let directory = bench.service.directory_url(Node::First).unwrap();
        let directory = directory.split('/').nth(2).unwrap().parse().unwrap();
        let directory = DirectoryWeather::new(way_to(directory));
        let people = bench.service.people().into_iter();
        let people: Vec<Address> = people.map(|one| one.address).collect();
        let strangers = Strangers::new(&bench.service, CONTACTS);
        let contacts = people
            .iter()
            .map(|who| format!("[[contact]]\naddress = \"{who}\"\n\n"));
        let contacts: String = contacts.chain([END.into()]).collect();
        bench.write("config/whosin/contacts.toml", &contacts);
        let settings = [
            ("directory", directory.url()),
            ("domain", people[0].domain().into()),
            ("free_for", "1s".into()),
        ];
        let settings = settings.map(|(name, value)| format!("{name} = \"{value}\"\n"));
        bench.write("config/whosin/config.toml", &settings.concat());
        bench.service.set(&people[0], Doing::Dnd);
        Some(World {
            book: bench.path("config/whosin/contacts.toml"),
            shared: Shared { bench, broker },
            network,
            directory,
            people,
            strangers,
        })
    }

    fn bench(&self) -> &Bench {
        &self.shared.bench
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.bench().command_at(&self.network.url(), arguments)
    }

    /// Starts the publisher and both boards, of which the first waits for somebody to be free.
    fn open(&self) -> Programs {
        let broker = &self.shared.broker;
        let to = broker.place("publisher");
        let publish = self.command(&["publish", "--to", &to, "--interval", "1"]);
        let publisher = Running::start(self.shared.with_password(publish));
        let start = |arguments: &[&str], variables: &[(&str, &str)]| {
            // A home of its own: each board has a cache of its own, and both have one book.
            let home = tempfile::tempdir().unwrap();
            let start = Start {
                arguments,
                variables,
                width: 120,
                height: 32,
            };
            Pty::start_in(home, start)
        };
        let (url, directory) = (self.network.url(), self.directory.url());
        let book = self.book.to_str().unwrap();
        let at_server = [
            ["--server", &url],
            ["--app-user", "whosin"],
            ["--user", "boss"],
            ["--interval", "1"],
            ["--contacts", book],
        ];
        let variables = [
            ("WHOSIN_APP_PASSWORD", "simulated"),
            ("WHOSIN_FREE_FOR", "1s"),
            ("WHOSIN_DIRECTORY", &directory),
            ("WHOSIN_DOMAIN", self.people[0].domain()),
        ];
        let mut board = start(&at_server.concat(), &variables);
        let (from, certificate) = (broker.place("board"), broker.certificate());
        let at_broker = [
            ["--from", &from],
            ["--ca-file", certificate.to_str().unwrap()],
            ["--contacts", book],
        ];
        let variables = [("WHOSIN_BROKER_PASSWORD", PASSWORD)];
        let at_broker = start(&at_broker.concat(), &variables);
        let watched = self.people[0].user();
        board.wait_for_text(watched);
        board.send(&format!("/{watched}\r"));
        board.wait_for_text("1 of");
        board.send("w\x1b");
        // Esc with a letter right behind it would be another key.
        board.wait_for("end of the search", |text| !text.contains("1 of"));
        Programs {
            clerk: Clerk { board },
            at_broker,
            publisher,
        }
    }

    /// An hour of troubles, in which the clerk asks for somebody.
    fn blow(&self, programs: &mut Programs, length: Duration, forecast: &mut Forecast) -> Troubles {
        let begun = Instant::now();
        let board = Pid::from_raw(programs.processes()[0] as i32).unwrap();
        let troubles = blow(
            self.bench(),
            &self.network,
            &self.directory,
            board,
            forecast,
        );
        programs
            .clerk
            .ask_for(&name_of(&self.strangers.everybody[0]));
        std::thread::sleep(length.saturating_sub(begun.elapsed()));
        self.directory.calm(self.bench());
        self.network.make(trouble::Trouble::None);
        programs.clerk.give_up();
        troubles
    }

    /// The calm after an hour, in which every state becomes right on both boards.
    fn check(&self, programs: &mut Programs, figures: &mut Figures, random: &mut Rng) {
        let service = &self.bench().service;
        let people = [&self.people[..], &self.strangers.added()].concat();
        for who in &people[1..] {
            let all = [Doing::Available, Doing::Dnd, Doing::Unavailable];
            service.set(who, random.choice(all).unwrap());
        }
        let calm = Instant::now();
        for board in [&programs.clerk.board, &programs.at_broker] {
            while let Some(why) = wrong(board, service, &people) {
                assert!(calm.elapsed() < CALM, "{why}\n{}", board.text());
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        figures.slowest = figures.slowest.max(calm.elapsed());
        if let Some(wanted) = self.strangers.next() {
            programs.clerk.add(&wanted, &self.book);
            self.strangers.is_added(wanted.address);
        }
        // Not each time: a script that searches waits, too.
        if figures.memory.len() % 6 == 5 {
            let took = self.change_in_silence(programs);
            figures.slowest_in_silence = figures.slowest_in_silence.max(took);
        }
        people[1..].iter().for_each(|who| service.release(who));
    }

    /// Changes a state while a search waits for a directory that says nothing; how long it took until
    /// the board had it.
    fn change_in_silence(&self, programs: &mut Programs) -> Duration {
        let (clerk, service) = (&mut programs.clerk, &self.bench().service);
        self.directory.make(self.bench(), SILENT, Scenario::quiet());
        clerk.ask_for("nobody of this name");
        clerk.board.wait_for_text(SEARCHING);
        let who = &self.people[1..2];
        let is_dnd = service.state_of(&who[0]).availability() == Availability::Dnd;
        let other = if is_dnd { Doing::Available } else { Doing::Dnd };
        service.set(&who[0], other);
        let begun = Instant::now();
        while let Some(why) = wrong(&clerk.board, service, who) {
            assert!(begun.elapsed() < SOON, "{why}\n{}", clerk.board.text());
            std::thread::sleep(Duration::from_millis(20));
        }
        let took = begun.elapsed();
        let screen = clerk.board.text();
        assert!(screen.contains(SEARCHING), "{screen}");
        self.directory.calm(self.bench());
        clerk.give_up();
        took
    }
}

/// Ends the scripts where it is dropped, also by a check that fails.
struct Stopping<'a>(&'a AtomicBool);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Programs {
    fn processes(&self) -> [u32; 3] {
        let board = |board: &Pty| board.child.process_id().unwrap();
        [
            board(&self.clerk.board),
            board(&self.at_broker),
            self.publisher.child.id(),
        ]
    }
}

impl Figures {
    fn print(&self) {
        let [service, directory] = &self.troubles;
        println!("service, network and machine: {service:?}");
        println!("directory: {directory:?}");
        println!(
            "every state right at each check, after {:?} at most",
            self.slowest
        );
        let most = self.slowest_in_silence;
        println!(
            "a change while a search waits for a silent directory shown after {most:?} at most"
        );
    }

    /// What comes in the first hours, such as the first sign-in after a loss, is no growth.
    fn assert_no_growth(&self) {
        for (at, name) in ["board", "board at the broker", "publisher"]
            .iter()
            .enumerate()
        {
            let all: Vec<u64> = self.memory.iter().map(|sizes| sizes[at]).collect();
            let tenths = all.chunks(all.len().div_ceil(10)).map(|some| some[0]);
            let tenths: Vec<u64> = tenths.collect();
            println!("memory of the {name} by tenths, in KiB: {tenths:?}");
            let (early, late) = (all[all.len() / 4], all[all.len() - 1]);
            assert!(late * 10 < early * 13, "the {name} grows: {all:?}");
        }
    }
}

#[test]
#[ignore = "it lasts as long as it is told to"]
fn days_of_storm_lose_nothing_and_show_nothing_wrong() {
    let day = from_environment("WHOSIN_LOAD", 240);
    let hours = 24 * from_environment("WHOSIN_LOAD_DAYS", 1);
    let mut states = Rng::with_seed(from_environment("WHOSIN_LOAD_SEED", 1));
    let mut forecast = Forecast::new(states.fork());
    let Some(world) = World::begin(day) else {
        return;
    };
    let mut programs = world.open();
    let scripts = Scripts {
        command: |arguments: &[&str]| world.command(arguments),
        directory: &world.directory,
        strangers: &world.strangers,
    };
    let mut figures = Figures::default();
    let stop = AtomicBool::new(false);
    let done = std::thread::scope(|scope| {
        let scripts = scope.spawn(|| scripts.run(&stop));
        let stopping = Stopping(&stop);
        for hour in 0..hours {
            let length = Duration::from_secs(day) / 24;
            let troubles = world.blow(&mut programs, length, &mut forecast);
            println!("hour {hour}: {troubles:?}");
            for (all, one) in figures.troubles.iter_mut().zip(troubles) {
                *all.entry(one).or_default() += 1;
            }
            world.check(&mut programs, &mut figures, &mut states);
            figures.memory.push(programs.processes().map(resident));
            if scripts.is_finished() {
                break;
            }
        }
        drop(stopping);
        scripts.join().unwrap()
    });
    println!("{hours} hours, {day} s a day");
    figures.print();
    done.print();
    println!("{} people added by name", world.strangers.added().len());
    figures.assert_no_growth();
    let book = whosin::contacts::load(&world.book).unwrap();
    let there: BTreeSet<String> = book.iter().map(|one| one.address.to_string()).collect();
    let added = world.strangers.added();
    let wanted = world.people.iter().chain(&added).map(Address::to_string);
    assert_eq!(there, wanted.chain(done.guests).collect());
    let text = std::fs::read_to_string(&world.book).unwrap();
    assert!(text.contains(END), "{text}");
    // The watch has outlived it all.
    let board = &programs.clerk.board;
    let rung = || String::from_utf8_lossy(&board.written()).contains("\x1b]9;");
    assert!(!rung());
    world
        .bench()
        .service
        .set(&world.people[0], Doing::Available);
    until("the watch rings", rung);
}
