//! A board's feed through a storm that lasts: troubles of the service and of the network come and go at
//! random, by seed, and at the end every state is the server's.
//!
//! Out of the default run: `WHOSIN_SOAK=1200 cargo test --release --test soak -- --ignored --nocapture`
//! runs it for 1200 seconds (60 where nothing is said); `WHOSIN_SOAK_SEED` chooses another storm.

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each of the test programs uses its own part")]
mod support;

use crate::support::service;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::service::spawn;

use crate::support::service::{config, everybody, service};
use crate::support::trouble::{self, Network};
use whosin::feed::{Command, Config, Delivery, Update};
use whosin::http::Limits;
use whosin::link::{LinkState, Outcome};
use whosin::presence::{Address, Availability};
use whosin::pws::Endpoint;
use whosin::simulator::{Doing, Node, Options, Scenario, Trouble};

const CONTACTS: usize = 400;

/// What the network does at times.
const OF_THE_NETWORK: [trouble::Trouble; 10] = [
    trouble::Trouble::Delay(Duration::from_millis(700)),
    trouble::Trouble::Delay(Duration::from_secs(30)),
    trouble::Trouble::Swallow,
    trouble::Trouble::Reset,
    trouble::Trouble::Cut,
    trouble::Trouble::Slow(20),
    trouble::Trouble::Corrupt,
    trouble::Trouble::Html,
    trouble::Trouble::Length(50),
    trouble::Trouble::Length(-50),
];

/// Makes one trouble after the other, of up to eight seconds, with calm of up to twenty between.
async fn storm(network: Arc<Network>, mut random: fastrand::Rng) {
    loop {
        tokio::time::sleep(Duration::from_millis(random.u64(1000..20_000))).await;
        if let Some(trouble) = random.choice(OF_THE_NETWORK) {
            network.make(trouble);
        }
        tokio::time::sleep(Duration::from_millis(random.u64(200..8000))).await;
        network.make(trouble::Trouble::None);
    }
}

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// The memory of this process, in KiB; `None` where it cannot be told.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[tokio::test]
#[ignore = "it lasts as long as it is told to"]
async fn every_state_is_the_servers_after_a_storm() {
    let lasting = Duration::from_secs(from_environment("WHOSIN_SOAK", 60));
    let seed = from_environment("WHOSIN_SOAK_SEED", 1);
    let service = service(Options {
        contacts: CONTACTS,
        seed,
        scenario: Scenario::quiet().with_number(Trouble::Storm, 5),
        pace: Options::LIVELY,
        ..Options::default()
    })
    .await;
    let people = everybody(&service);
    let network = Arc::new(Network::to(service.address()).await);
    let blows = tokio::spawn(storm(network.clone(), fastrand::Rng::with_seed(seed)));
    let folder = tempfile::tempdir().unwrap();
    let mut feed = spawn(Config {
        interval: Duration::from_secs(1),
        delivery: Delivery::Auto,
        endpoint: Endpoint::parse(&network.url()).unwrap(),
        others: vec![Endpoint::parse(&service.url_of(Node::Second)).unwrap()],
        session_folder: Some(folder.path().join("run")),
        limits: Limits {
            whole: Duration::from_secs(4),
            ..Limits::default()
        },
        ..config(&service, "simulated")
    })
    .unwrap();
    feed.commands
        .send(Command::Contacts(people.clone()))
        .unwrap();
    let began = Instant::now();
    let mut known = HashMap::<Address, Availability>::new();
    let (mut reports_seen, mut troubles, mut memory) =
        (0_u64, BTreeMap::<String, u32>::new(), Vec::new());
    let mut next_look = began + lasting / 10;
    let mut over = false;
    let deadline = began + lasting + Duration::from_secs(180);
    loop {
        assert!(
            Instant::now() < deadline,
            "not the server's after three calm minutes"
        );
        if Instant::now() > next_look {
            memory.extend(resident());
            next_look += lasting / 10;
        }
        if !over && began.elapsed() > lasting {
            over = true;
            service.set_scenario(Scenario::quiet());
            blows.abort();
            network.make(trouble::Trouble::None);
            for (at, who) in people.iter().enumerate() {
                let doing = [Doing::Available, Doing::Dnd, Doing::Unavailable][at % 3];
                service.set(who, doing);
            }
        }
        let server = |who: &Address| service.state_of(who).availability();
        if over
            && people
                .iter()
                .all(|who| known.get(who) == Some(&server(who)))
        {
            break;
        }
        let update = tokio::time::timeout(Duration::from_millis(500), feed.updates.recv()).await;
        match update {
            Ok(Some(Update::Reports(reports))) => {
                for report in reports {
                    reports_seen += 1;
                    if let Outcome::Answered(presence) = report.outcome {
                        known.insert(report.address, presence.availability);
                    }
                }
            }
            Ok(Some(Update::Link(link))) => match link.state {
                LinkState::Trouble { problem, .. } => {
                    let kind = problem
                        .what
                        .split(": ")
                        .nth(1)
                        .unwrap_or_default()
                        .to_string();
                    *troubles.entry(kind).or_default() += 1;
                }
                LinkState::Refused { problem, .. } => panic!("shut out for ever: {problem:?}"),
                LinkState::SigningIn | LinkState::Up => {}
            },
            Ok(Some(Update::Notice(words) | Update::NewHost(words))) => panic!("{words}"),
            Ok(Some(Update::ClockSet(_))) => {}
            Ok(None) => panic!("the feed has ended"),
            Err(_) => {}
        }
    }
    let settled = began.elapsed() - lasting;
    service::leave(feed).await;
    let tally = service.tally();
    println!(
        "seed {seed}: {} s of storm, every state right {settled:?} after it",
        lasting.as_secs()
    );
    println!(
        "{} HTTP requests, {reports_seen} reports, {} faults, {} plain 503s",
        tally.http_requests,
        tally.all_faults(),
        tally.plain_503s
    );
    println!(
        "{} sign-ins of the application, {} of the end user, {} calls back",
        tally.application_logins, tally.end_user_logins, tally.callbacks
    );
    println!("memory of feed and service by tenths, in KiB: {memory:?}");
    println!("troubles told: {troubles:#?}");
    let sign_ins = tally.application_logins + tally.end_user_logins;
    assert!(sign_ins * 2 < tally.http_requests, "{tally:?}");
    assert!(tally.most_in_flight <= 5, "{tally:?}");
    if let [_, _, early, .., late] = memory.as_slice() {
        assert!(late * 10 < early * 13, "it grows: {memory:?}");
    }
}
