//! Days of storm in fast motion: a board at the server, a publisher, a board at the broker, and scripts
//! that change the book and ask, while the service, the network and the machine have their troubles.
//!
//! Out of the default run: `WHOSIN_LOAD=600 cargo test --release --test program days_of_storm -- --ignored
//! --nocapture` takes 600 seconds for each day of 24 hours (240 where nothing is said);
//! `WHOSIN_LOAD_DAYS=7` runs a week, `WHOSIN_LOAD_SEED` chooses another storm. After each hour there is a
//! calm, in which every state on both boards has to become the server's.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use whosin::presence::Address;
use whosin::simulator::{Doing, Node, Options, Scenario, Simulator, Trouble};

use super::Shared;
use crate::support::bench::{Bench, Running};
use crate::support::mosquitto::{Mosquitto, PASSWORD};
use crate::support::pty::{Pty, Start};
use crate::support::trouble::{self, Network};

const CONTACTS: usize = 60;
/// Within this time of calm every state has to be right.
const CALM: Duration = Duration::from_secs(90);

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
fn wrong(last_seen: &Path, service: &Simulator, people: &[Address]) -> Option<String> {
    let text = std::fs::read(last_seen).ok();
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

/// What happens in an hour.
fn blow(bench: &Bench, network: &Network, board: Pid, random: &mut Rng) -> &'static str {
    let service = &bench.service;
    match random.u8(..10) {
        0 => {
            service.set_scenario(Scenario::quiet().with_number(Trouble::Storm, 5));
            "storm"
        }
        1 => {
            bench.runtime.block_on(service.stop_node(Node::First));
            std::thread::sleep(Duration::from_secs(2));
            bench.runtime.block_on(service.start_node(Node::First));
            "restart of the server"
        }
        2 => {
            service.expire_applications();
            "application session ended"
        }
        3 => {
            service.expire_end_users();
            "end user's session ended"
        }
        4 => {
            service.forget_subscriptions();
            "subscriptions lost"
        }
        5 => {
            service.hang_up();
            "connections lost"
        }
        6 => {
            // To the process, a sleep: its clock goes on, and it does not.
            kill_process(board, Signal::STOP).unwrap();
            std::thread::sleep(Duration::from_secs(3));
            kill_process(board, Signal::CONT).unwrap();
            "sleep"
        }
        7 => {
            network.make(trouble::Trouble::Swallow);
            "network gone"
        }
        8 => {
            network.make(trouble::Trouble::Corrupt);
            "network corrupts"
        }
        _ => {
            network.make(trouble::Trouble::Html);
            "a proxy answers"
        }
    }
}

/// Scripts that ask and change the book until they are told to stop: how many ran, how many of those
/// that ask got an answer, and who has to be in the book.
fn scripts(run: impl Fn(&[&str]) -> Output, stop: &AtomicBool) -> (usize, usize, BTreeSet<String>) {
    let (mut ran, mut answered, mut there) = (0, 0, BTreeSet::new());
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let new = format!("guest{number}@sie.at");
        let added = run(&["contacts", "add", &new, "--group", "Guests"]);
        assert!(added.status.success(), "{added:?}");
        there.insert(new);
        if there.len() > 5 {
            let oldest = there.pop_first().unwrap();
            let removed = run(&["contacts", "remove", &oldest]);
            assert!(removed.status.success(), "{removed:?}");
        }
        for ask in [
            &["status", "--json"][..],
            &["tmux"],
            &["status", "--cached", "--json"],
            &["directory", "berg", "--json"],
        ] {
            let output = run(ask);
            // A panic or a signal is none of the codes that are promised.
            assert!(matches!(output.status.code(), Some(0..=5)), "{output:?}");
            answered += usize::from(output.status.success());
            ran += 1;
        }
        ran += 2;
        std::thread::sleep(Duration::from_millis(500));
    }
    (ran, answered, there)
}

#[test]
#[ignore = "it lasts as long as it is told to"]
fn days_of_storm_lose_nothing_and_show_nothing_wrong() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let day = from_environment("WHOSIN_LOAD", 240);
    let hours = 24 * from_environment("WHOSIN_LOAD_DAYS", 1);
    let mut random = Rng::with_seed(from_environment("WHOSIN_LOAD_SEED", 1));
    let mut bench = Bench::new();
    let options = Options {
        contacts: CONTACTS,
        directory: Some("127.0.0.1:0".parse().unwrap()),
        pace: 86_400.0 / day as f64,
        ..Options::default()
    };
    let service = Simulator::start("127.0.0.1:0".parse().unwrap(), options);
    bench.service = bench.runtime.block_on(service).unwrap();
    let network = Network::to(bench.service.address());
    let network = Arc::new(bench.runtime.block_on(network));
    let url = network.url();
    let people: Vec<Address> = bench
        .service
        .people()
        .into_iter()
        .map(|one| one.address)
        .collect();
    let watched = &people[0];
    let book: String = people
        .iter()
        .map(|who| format!("[[contact]]\naddress = \"{who}\"\n\n"))
        .collect();
    bench.write(
        "config/whosin/contacts.toml",
        &format!("{book}# The end.\n"),
    );
    let directory = bench.service.directory_url(Node::First).unwrap();
    bench.write(
        "config/whosin/config.toml",
        &format!("directory = \"{directory}\"\nfree_for = \"1s\"\n"),
    );
    bench.service.set(watched, Doing::Dnd);
    let shared = Shared { bench, broker };
    let bench = &shared.bench;
    let contacts = bench.path("config/whosin/contacts.toml");
    let contacts = contacts.to_str().unwrap();

    let publish = [
        "publish",
        "--to",
        &shared.broker.place("publisher"),
        "--interval",
        "1",
    ];
    let publisher = Running::start(shared.with_password(bench.command_at(&url, &publish)));
    let size = |arguments, variables| Start {
        arguments,
        variables,
        width: 120,
        height: 32,
    };
    // Folders beside each other: each board has a cache of its own, and both have one book.
    let at_server = tempfile::tempdir().unwrap();
    let at_broker = tempfile::tempdir().unwrap();
    let kept = |home: &Path| home.join("cache/whosin/last-seen.json");
    let (left_by_first, left_by_second) = (kept(at_server.path()), kept(at_broker.path()));
    let first = [
        "--server",
        &url,
        "--app-user",
        "whosin",
        "--user",
        "boss",
        "--interval",
        "1",
        "--contacts",
        contacts,
    ];
    let variables = [
        ("WHOSIN_APP_PASSWORD", "simulated"),
        ("WHOSIN_FREE_FOR", "1s"),
    ];
    let mut first = Pty::start_in(at_server, size(&first, &variables));
    let from = shared.broker.place("board");
    let certificate = shared.broker.certificate();
    let certificate = certificate.to_str().unwrap();
    let second = [
        "--from",
        &from,
        "--ca-file",
        certificate,
        "--contacts",
        contacts,
    ];
    let variables = [("WHOSIN_BROKER_PASSWORD", PASSWORD)];
    let second = Pty::start_in(at_broker, size(&second, &variables));
    first.wait_for_text(watched.user());
    first.send(&format!("/{}\r", watched.user()));
    first.wait_for_text("1 of");
    first.send("w\x1b");
    let processes = [
        ("board", first.child.process_id().unwrap()),
        ("board at the broker", second.child.process_id().unwrap()),
        ("publisher", publisher.child.id()),
    ];
    let board = Pid::from_raw(processes[0].1 as i32).unwrap();

    let stop = AtomicBool::new(false);
    let run = |arguments: &[&str]| bench.command_at(&url, arguments).output().unwrap();
    let (blows, slowest, memory, done) = std::thread::scope(|scope| {
        let scripts = scope.spawn(|| scripts(run, &stop));
        let mut blows = std::collections::BTreeMap::<&str, u32>::new();
        let (mut slowest, mut memory) = (Duration::ZERO, Vec::new());
        for hour in 0..hours {
            *blows
                .entry(blow(bench, &network, board, &mut random))
                .or_default() += 1;
            std::thread::sleep(Duration::from_secs(day) / 24);
            bench.service.set_scenario(Scenario::quiet());
            network.make(trouble::Trouble::None);
            for who in &people[1..] {
                let all = [Doing::Available, Doing::Dnd, Doing::Unavailable];
                bench.service.set(who, random.choice(all).unwrap());
            }
            let calm = Instant::now();
            for left in [&left_by_first, &left_by_second] {
                while let Some(why) = wrong(left, &bench.service, &people) {
                    if calm.elapsed() > CALM {
                        stop.store(true, Ordering::SeqCst);
                        panic!("hour {hour}, {left:?}: {why}\n{}", first.text());
                    }
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
            slowest = slowest.max(calm.elapsed());
            for who in &people[1..] {
                bench.service.release(who);
            }
            memory.push(processes.map(|(_, process)| resident(process)));
        }
        stop.store(true, Ordering::SeqCst);
        (blows, slowest, memory, scripts.join().unwrap())
    });
    let (ran, answered, guests) = done;
    println!("{hours} hours, {day} s a day: {blows:?}");
    println!("{ran} commands, {answered} of those that ask were answered");
    println!("every state right at each of {hours} checks, after {slowest:?} at most");
    for (at, (name, _)) in processes.iter().enumerate() {
        let all: Vec<u64> = memory.iter().map(|sizes| sizes[at]).collect();
        let tenths: Vec<u64> = all
            .chunks(all.len().div_ceil(10))
            .map(|some| some[0])
            .collect();
        println!("memory of the {name} by tenths, in KiB: {tenths:?}");
        // What comes in the first hours, such as the first sign-in after a loss, is not growth.
        let (early, late) = (all[all.len() / 4], all[all.len() - 1]);
        assert!(late * 10 < early * 13, "the {name} grows: {all:?}");
    }
    let book = whosin::contacts::load(Path::new(contacts)).unwrap();
    let there: BTreeSet<String> = book.iter().map(|one| one.address.to_string()).collect();
    let wanted = people.iter().map(Address::to_string).chain(guests);
    assert_eq!(there, wanted.collect());
    let text = std::fs::read_to_string(contacts).unwrap();
    assert!(text.contains("# The end."), "{text}");
    // The watch has outlived it all.
    let rung = || String::from_utf8_lossy(&first.written()).contains("\x1b]9;");
    assert!(!rung());
    bench.service.set(watched, Doing::Available);
    crate::support::bench::until("the watch rings", rung);
}
