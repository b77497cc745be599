//! A company: the service, its boards, and the broker with a publisher where they share one.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use fastrand::Rng;
use secrecy::SecretString;
use whosin::broker::{self, Connection, Heartbeat, Incoming};
use whosin::feed::{self, Credentials, Delivery};
use whosin::http::{Route, Trust};
use whosin::presence::Address;
use whosin::pws::Endpoint;

use super::boards::{Boards, lock};
use super::mosquitto::{Mosquitto, PASSWORD};
use super::process;
use super::service::{CONTACTS, Service};

/// The heading of the table.
pub const HEADING: &str = "\
| boards | way | complete after | requests/s | refused/s | oldest state | change p50 | p99 | burst p50 | last \
| service | broker | publisher | a board | broker restart |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|";

/// Each board watches so many people.
const WATCHED: usize = 100;
/// Who has not heard of everybody by then is not waited for.
const OPENING: Duration = Duration::from_secs(120);
/// So long it is measured.
const WINDOW: Duration = Duration::from_secs(60);
/// So many changes come in an hour.
const CHANGES_AN_HOUR: f64 = 5_000.0;
/// So many come at once.
const BURST: usize = 500;
/// A burst is on every board that will ever have it by then.
const AFTER_BURST: Duration = Duration::from_secs(20);

/// The people whom the board of this number watches.
fn watched(people: &[Address], board: usize) -> &[Address] {
    let block = board % (CONTACTS / WATCHED);
    &people[block * WATCHED..(block + 1) * WATCHED]
}

/// A publisher for everybody, and its broker.
struct Shared {
    broker: Mosquitto,
    publisher: Child,
    // Kept while the publisher runs.
    _home: tempfile::TempDir,
}

impl Shared {
    fn start(service: &Service) -> Shared {
        let broker = Mosquitto::start().expect("mosquitto is installed");
        let home = tempfile::tempdir().expect("a folder");
        let table = |who: &Address| format!("[[contact]]\naddress = \"{who}\"\n\n");
        let book: String = service.people.iter().map(table).collect();
        let path = home.path().join("contacts.toml");
        std::fs::write(&path, book).expect("the folder is writable");
        let mut command = Command::new(env!("CARGO_BIN_EXE_whosin"));
        command
            .args([
                "--server",
                &service.url,
                "--app-user",
                "whosin",
                "--user",
                "publisher",
            ])
            .args(["publish", "--to", &broker.place("publisher")])
            .args(["--interval", "5", "--mode", "poll"])
            .arg("--contacts")
            .arg(&path)
            .arg("--ca-file")
            .arg(broker.certificate())
            .env("WHOSIN_APP_PASSWORD", "simulated")
            .env("WHOSIN_BROKER_PASSWORD", PASSWORD)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        for folder in [
            "HOME",
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "XDG_STATE_HOME",
            "XDG_RUNTIME_DIR",
        ] {
            command.env(folder, home.path());
        }
        Shared {
            publisher: command.spawn().expect("the program runs"),
            broker,
            _home: home,
        }
    }

    fn config(&self) -> broker::Config {
        broker::Config {
            place: self.broker.place("board").parse().expect("an address"),
            password: Some(PASSWORD.into()),
            trust: Trust::CaFile(self.broker.certificate()),
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let _ = self.publisher.kill();
        let _ = self.publisher.wait();
    }
}

/// The feed of a board by itself.
fn feed_config(service: &Service, board: usize) -> feed::Config {
    let credentials = Credentials {
        app_user: "whosin".into(),
        password: SecretString::from("simulated"),
        user: format!("user{board}"),
    };
    let endpoint = Endpoint::parse(&service.url).expect("the service's own");
    feed::Config {
        delivery: Delivery::Poll,
        route: Route::Direct,
        ..feed::Config::new(endpoint, credentials)
    }
}

/// Notes how old the publisher's oldest state is at most, until it is dropped.
struct Heartbeats {
    oldest: Arc<Mutex<f64>>,
    runtime: tokio::runtime::Runtime,
}

impl Heartbeats {
    fn hear(config: broker::Config) -> Heartbeats {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .worker_threads(1)
            .build()
            .expect("threads");
        let oldest = Arc::<Mutex<f64>>::default();
        let noted = oldest.clone();
        runtime.spawn(async move {
            let topics = config.place.topics().clone();
            let mut connection = Connection::begin(&config, None).expect("certificates");
            connection.subscribe(vec![topics.publishers()]).await;
            let mut asked_at = None;
            while let Ok(incoming) = connection.next().await {
                let Incoming::Published { payload, .. } = incoming else {
                    continue;
                };
                // Until this heartbeat the one before counted.
                if let Some(before) = asked_at {
                    let age = jiff::Timestamp::now().duration_since(before).as_secs_f64();
                    let mut noted = lock(&noted);
                    *noted = noted.max(age);
                }
                asked_at = Heartbeat::read(&payload).and_then(|beat| beat.asked_at);
            }
        });
        Heartbeats { oldest, runtime }
    }

    fn begin(&self) {
        *lock(&self.oldest) = 0.0;
    }

    fn end(self) -> f64 {
        let oldest = *lock(&self.oldest);
        self.runtime.shutdown_background();
        oldest
    }
}

/// Waits until as many boards are as they should be, or the time is over; how long that took.
fn wait(patience: Duration, mut is_so: impl FnMut() -> bool) -> Option<Duration> {
    let begun = Instant::now();
    while begun.elapsed() < patience {
        if is_so() {
            return Some(begun.elapsed());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

fn seconds(time: Option<Duration>) -> String {
    time.map_or("–".into(), |time| format!("{:.1} s", time.as_secs_f64()))
}

fn at(took: &[Duration], part: f64) -> Option<Duration> {
    let place = (took.len().checked_sub(1)? as f64 * part).round() as usize;
    took.get(place).copied()
}

/// One line of the table.
pub fn measure(count: usize, is_shared: bool) -> String {
    process::open_many_files();
    let mut service = Service::start();
    let shared = is_shared.then(|| Shared::start(&service));
    let me = std::process::id();
    if let Some(shared) = &shared {
        // A receptionist, who watches everybody, shows that all is published.
        let mut first = Boards::none();
        let config = shared.config();
        first.open(&service.people, |screen| broker::start(config, screen));
        wait(OPENING, || first.complete() == 1).expect("everybody is published");
        first.leave();
    }

    let before = process::memory(me);
    let mut boards = Boards::none();
    let opened = Instant::now();
    for number in 0..count {
        let people = watched(&service.people, number);
        match &shared {
            Some(shared) => boards.open(people, |screen| broker::start(shared.config(), screen)),
            None => {
                let config = feed_config(&service, number);
                boards.open(people, |screen| feed::start(config, screen));
            }
        }
    }
    wait(OPENING, || boards.complete() == count);
    let complete = match boards.complete() {
        all if all == count => seconds(Some(opened.elapsed())),
        some => format!("{some} of them"),
    };
    let heartbeats = shared
        .as_ref()
        .map(|shared| Heartbeats::hear(shared.config()));

    let mut processes = vec![("service", service.child.id())];
    if let Some(shared) = &shared {
        processes.push(("broker", shared.broker.process()));
        processes.push(("publisher", shared.publisher.id()));
    }
    processes.push(("boards", me));
    let spent: Vec<Duration> = processes.iter().map(|(_, id)| process::time(*id)).collect();
    let (requests, refused) = service.counted();
    if let Some(heartbeats) = &heartbeats {
        heartbeats.begin();
    }
    let audience = &service.people[..(count * WATCHED).min(CONTACTS)].to_vec();
    let mut random = Rng::with_seed(1);
    let mut busy = std::collections::HashSet::new();
    let mut change = |service: &mut Service, boards: &Boards, who: &Address| {
        let is_busy = busy.insert(who.clone()) || !busy.remove(who);
        lock(&boards.changes).make(who, is_busy);
        service.set(who, is_busy);
    };
    lock(&boards.changes).take();
    let mut oldest: Option<Duration> = None;
    let begun = Instant::now();
    while begun.elapsed() < WINDOW {
        let who = &audience[random.usize(..audience.len())];
        change(&mut service, &boards, who);
        let pause = -random.f64().max(1e-9).ln() * 3_600.0 / CHANGES_AN_HOUR;
        std::thread::sleep(Duration::from_secs_f64(pause.min(5.0)));
        oldest = oldest.max(boards.oldest());
    }
    let window = begun.elapsed().as_secs_f64();
    let (requests_then, refused_then) = service.counted();
    let took = lock(&boards.changes).take();
    let mut costs: Vec<String> = processes
        .iter()
        .zip(spent)
        .map(|((name, id), spent)| {
            let share = (process::time(*id) - spent).as_secs_f64() / window * 100.0;
            let memory = process::memory(*id);
            match *name {
                "boards" => format!(
                    "{:.2} %, {:.1} MB",
                    share / count as f64,
                    (memory - before) / count as f64
                ),
                _ => format!("{share:.1} %, {memory:.0} MB"),
            }
        })
        .collect();
    if !is_shared {
        costs.splice(1..1, ["–".to_string(), "–".to_string()]);
    }
    let oldest = match heartbeats {
        Some(heartbeats) => format!("{:.1} s", heartbeats.end()),
        None => seconds(oldest),
    };

    let mut crowd = audience.clone();
    random.shuffle(&mut crowd);
    crowd.truncate(BURST);
    for who in &crowd {
        change(&mut service, &boards, who);
    }
    std::thread::sleep(AFTER_BURST);
    let burst = lock(&boards.changes).take();

    let restart = shared.map_or("–".into(), |mut shared| {
        shared.broker.kill();
        let doubted = wait(OPENING, || boards.doubting() == count);
        shared.broker.start_again();
        let again = wait(OPENING, || boards.complete() == count);
        format!(
            "doubted after {}, whole after {}",
            seconds(doubted),
            seconds(again)
        )
    });
    boards.leave();
    let way = if is_shared { "shared" } else { "alone" };
    format!(
        "| {count} | {way} | {complete} | {:.1} | {:.1} | {oldest} | {} | {} | {} | {} | {} | {restart} |",
        (requests_then - requests) as f64 / window,
        (refused_then - refused) as f64 / window,
        seconds(at(&took, 0.5)),
        seconds(at(&took, 0.99)),
        seconds(at(&burst, 0.5)),
        seconds(at(&burst, 1.0)),
        costs.join(" | "),
    )
}
