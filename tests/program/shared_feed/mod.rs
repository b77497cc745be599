//! The shared feed over a real broker: one publisher, readers without a session of their own.

mod check;
#[cfg(target_os = "linux")]
mod demo;
mod form;
#[cfg(target_os = "linux")]
mod load;
mod publishers;
mod wishes;

use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;
use whosin::broker::{Config, Connection, Heartbeat, Incoming, Message};
use whosin::http::Trust;
use whosin::simulator::{Doing, Node};

use crate::support::bench::{Bench, Running, text, until};
use crate::support::mosquitto::{Mosquitto, PASSWORD};

struct Shared {
    bench: Bench,
    broker: Mosquitto,
}

impl Shared {
    /// `None` where no broker is installed.
    fn new() -> Option<Shared> {
        let broker = Mosquitto::start()?;
        let bench = Bench::with_one_free();
        Some(Shared { bench, broker })
    }

    fn with_password(&self, mut command: Command) -> Command {
        command
            .env("WHOSIN_BROKER_PASSWORD", PASSWORD)
            .arg("--ca-file")
            .arg(self.broker.certificate());
        command
    }

    fn publish(&self, more: &[&str]) -> Command {
        self.publish_every("1", more)
    }

    fn publish_every(&self, seconds: &str, more: &[&str]) -> Command {
        let to = self.broker.place("publisher");
        let often = [
            "publish",
            "--to",
            &to,
            "--interval",
            seconds,
            "--mode",
            "poll",
        ];
        self.with_password(self.bench.command(&[&often, more].concat()))
    }

    /// A publisher that a reader has heard.
    fn publisher(&self) -> Running {
        let publisher = Running::start(self.publish(&[]));
        until("somebody is published", || {
            self.status("board", &[]).0 == Some(0)
        });
        publisher
    }

    fn read(&self, user: &str, arguments: &[&str]) -> Command {
        let from = self.broker.place(user);
        self.with_password(
            self.bench
                .command(&[&["--from", &from], arguments].concat()),
        )
    }

    /// The exit code, and what is printed or complained of.
    fn status(&self, user: &str, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self
            .read(user, &[&["status"], arguments].concat())
            .output()
            .unwrap();
        let words = [output.stdout, output.stderr].concat();
        (output.status.code(), text(&words))
    }

    /// The heartbeat that the broker keeps of a publisher.
    fn heartbeat(&self, id: &str) -> Option<Heartbeat> {
        let topic = self.config("board").place.topics().publisher(id);
        Heartbeat::read(&self.kept(topic)?)
    }

    /// What the broker keeps at a topic.
    fn kept(&self, topic: String) -> Option<Vec<u8>> {
        self.kept_for(topic).map(|(payload, _)| payload)
    }

    /// The same, and for how long it does still, where that is limited.
    fn kept_for(&self, topic: String) -> Option<(Vec<u8>, Option<Duration>)> {
        let config = self.config("board");
        self.bench.runtime.block_on(async {
            let mut connection = Connection::begin(&config, None).unwrap();
            connection.next().await.unwrap();
            connection.subscribe(vec![topic]).await;
            let second = Duration::from_secs(1);
            loop {
                match tokio::time::timeout(second, connection.next()).await.ok()? {
                    Ok(Incoming::Published { payload, rest, .. }) => return Some((payload, rest)),
                    Ok(_) => {}
                    Err(_) => return None,
                }
            }
        })
    }

    /// Publishes something as the publisher's user, and leaves.
    fn say(&self, message: Message) {
        let config = self.config("publisher");
        self.bench.runtime.block_on(async {
            let mut connection = Connection::begin(&config, None).unwrap();
            connection.next().await.unwrap();
            connection.publish(message).await;
            connection.leave().await;
        });
    }

    fn config(&self, user: &str) -> Config {
        Config {
            place: self.broker.place(user).parse().unwrap(),
            password: Some(PASSWORD.into()),
            trust: Trust::CaFile(self.broker.certificate()),
        }
    }

    fn watch(&self) -> Running {
        Running::start(self.read("board", &["watch", "--plain"]))
    }
}

#[test]
fn a_reader_sees_each_change_without_a_session_of_its_own() {
    let Some(shared) = Shared::new() else { return };
    let _publisher = shared.publisher();
    assert_eq!(shared.bench.service.signed_in(), (1, 1));
    let (code, printed) = shared.status("board", &["--json"]);
    assert_eq!(code, Some(0), "{printed}");
    let snapshot: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(snapshot["user"], "board");
    let ursula = &snapshot["contacts"][0];
    assert_eq!(ursula["name"], "Ursula One");
    assert_eq!(
        (&ursula["availability"], &ursula["fresh"]),
        (&"available".into(), &true.into())
    );
    assert_eq!(ursula["devices"], Value::Array(vec![]), "{ursula}");
    let watching = shared.watch();
    watching.line_with("Ursula One  Available");
    shared.bench.service.set(&shared.bench.ursula(), Doing::Dnd);
    watching.line_with("Ursula One  Do not disturb");
    let waiting = shared.read("board", &["wait", "ursula", "--for", "dnd"]);
    let waited = Command::output(&mut { waiting }).unwrap();
    assert_eq!(waited.status.code(), Some(0), "{waited:?}");
    let bar = shared.read("board", &["tmux"]).output().unwrap();
    assert_eq!(bar.status.code(), Some(0), "{bar:?}");
    assert_eq!(shared.bench.service.signed_in(), (1, 1));
}

#[test]
fn a_publisher_that_is_gone_or_without_its_server_is_said_to_be() {
    let Some(shared) = Shared::new() else { return };
    let mut publisher = shared.publisher();
    let watching = shared.watch();
    watching.line_with("Ursula One  Available");
    publisher.signal(Signal::KILL);
    publisher.end();
    watching.line_with("! the publisher publisher has ended");
    let (code, words) = shared.status("board", &[]);
    assert_eq!(code, Some(4), "{words}");
    // What changed meanwhile is seen, and nothing of the earlier run is believed.
    shared.bench.service.set(&shared.bench.ursula(), Doing::Dnd);
    let mut publisher = Running::start(shared.publish(&[]));
    let lines = [watching.line(), watching.line()];
    let has = |words: &str| lines.iter().any(|line| line.contains(words));
    assert!(
        has("answers again") && has("Ursula One  Do not disturb"),
        "{lines:?}"
    );
    let stopping = shared.bench.service.stop_node(Node::First);
    shared.bench.runtime.block_on(stopping);
    watching.line_with("! the publisher publisher does not reach its server");
    let starting = shared.bench.service.start_node(Node::First);
    shared.bench.runtime.block_on(starting);
    watching.line_with("answers again");
    publisher.signal(Signal::TERM);
    assert_eq!(publisher.end().0, Some(143));
    watching.line_with("! the publisher publisher has ended");
}

#[test]
fn a_broker_that_is_killed_or_silent_doubts_everything_until_it_is_back() {
    let Some(mut shared) = Shared::new() else {
        return;
    };
    let _publisher = shared.publisher();
    let watching = shared.watch();
    watching.line_with("Ursula One  Available");
    shared.broker.kill();
    watching.line_with("! the broker 127.0.0.1");
    shared.bench.service.set(&shared.bench.ursula(), Doing::Dnd);
    shared.broker.start_again();
    watching.line_with("Ursula One  Do not disturb");
    watching.line_with("answers again");
    shared.broker.signal(Signal::STOP);
    watching.line_with("! the publisher publisher is silent");
    shared.broker.signal(Signal::CONT);
    watching.line_with("answers again");
}

#[test]
fn what_is_refused_is_named() {
    let Some(shared) = Shared::new() else { return };
    let (code, words) = shared.status("board", &[]);
    assert_eq!(code, Some(4));
    assert!(
        words.contains("no publisher is heard below whosin"),
        "{words}"
    );
    let _publisher = shared.publisher();
    let (code, words) = shared.status("stranger", &[]);
    assert_eq!(code, Some(4));
    assert!(words.contains("may this user read whosin/v1/#"), "{words}");
    let wrong = shared
        .read("board", &["status"])
        .env("WHOSIN_BROKER_PASSWORD", "wrong")
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(3), "{wrong:?}");
    assert!(!text(&wrong.stderr).contains("wrong"));
    let (code, words) = shared.status("board", &["new@example.com"]);
    assert_eq!(code, Some(5));
    assert!(words.contains("nobody publishes this contact"), "{words}");
    let from = shared.broker.place("board");
    let untrusted = shared.bench.command(&["--from", &from, "status"]).output();
    let untrusted = untrusted.unwrap();
    assert_eq!(untrusted.status.code(), Some(4), "{untrusted:?}");
    for (to, why) in [
        ("mqtt://publisher@broker.example.com", "no TLS"),
        ("mqtts://broker.example.com", "no sign-in"),
        ("mqtts://a:secret@broker.example.com", "password"),
    ] {
        let refused = shared.bench.run(&["publish", "--to", to]);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let words = text(&refused.stderr);
        assert!(words.contains(why) && !words.contains("secret@"), "{words}");
    }
}

#[test]
fn a_contact_that_is_removed_is_not_published_any_more_and_purge_empties_all() {
    let Some(shared) = Shared::new() else { return };
    let mut publisher = shared.publisher();
    let ursula = shared.bench.ursula().to_string();
    let ben = shared.bench.ben().to_string();
    let removed = shared.bench.run(&["contacts", "remove", &ben]);
    assert!(removed.status.success(), "{removed:?}");
    until("nobody publishes Ben", || {
        let (_, words) = shared.status("board", &[&ben]);
        words.contains("nobody publishes this contact")
    });
    assert_eq!(shared.status("board", &["-q", &ursula]).0, Some(0));
    publisher.signal(Signal::TERM);
    publisher.end();
    let purged = shared.publish(&["--purge"]).output().unwrap();
    assert_eq!(text(&purged.stdout), "1 contact emptied\n", "{purged:?}");
    let (_, words) = shared.status("board", &[]);
    assert!(words.contains("no publisher is heard"), "{words}");
}

#[test]
fn old_states_that_are_played_again_change_nothing() {
    let Some(shared) = Shared::new() else { return };
    let _publisher = shared.publisher();
    let watching = shared.watch();
    watching.line_with("Ursula One  Available");
    let config = shared.config("publisher");
    let ursula = shared.bench.ursula();
    let topic = config.place.topics().presence(&ursula);
    let old = serde_json::json!({
        "publisher": "publisher", "publisher_since": "2026-01-01T00:00:00Z",
        "uri": ursula.as_str(), "availability": "busy", "activities": ["busy"],
        "label": "Busy", "why": "person", "fresh": true, "asked_at": "2026-01-01T00:00:05Z"
    });
    shared.say(Message::retained(topic, old.to_string().into_bytes()));
    shared.bench.service.set(&ursula, Doing::Dnd);
    let line = watching.line_with("Ursula One");
    assert!(line.contains("Do not disturb"), "{line}");
}

#[test]
fn a_standby_takes_over_and_yields_to_the_publisher_that_is_back() {
    let Some(shared) = Shared::new() else { return };
    let mut publisher = shared.publisher();
    let mut standby = Running::start(shared.publish(&["--standby", "--id", "second", "-v"]));
    let watching = shared.watch();
    watching.line_with("Ursula One  Available");
    assert_eq!(shared.bench.service.signed_in(), (1, 1), "it asks nobody");
    publisher.signal(Signal::KILL);
    publisher.end();
    watching.line_with("! the publisher publisher has ended");
    shared.bench.service.set(&shared.bench.ursula(), Doing::Dnd);
    watching.line_with("Ursula One  Do not disturb");
    let mut publisher = Running::start(shared.publish(&[]));
    let sees = |id: &str| shared.heartbeat(id).is_some_and(|beat| beat.online);
    until("the publisher is back", || sees("publisher"));
    until("the standby yields", || !sees("second"));
    shared
        .bench
        .service
        .set(&shared.bench.ursula(), Doing::Lunch);
    let lines = [watching.line(), watching.line()];
    let has = |words: &str| lines.iter().any(|line| line.contains(words));
    assert!(
        has("answers again") && has("Ursula One  Lunch"),
        "{lines:?}"
    );
    for one in [&mut standby, &mut publisher] {
        one.signal(Signal::TERM);
        assert_eq!(one.end().0, Some(143));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_service_manager_is_told_when_all_is_up() {
    let Some(shared) = Shared::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    socket
        .set_read_timeout(Some(crate::support::bench::PATIENCE))
        .unwrap();
    let mut command = shared.publish(&[]);
    let mut publisher = Running::start({
        command.env("NOTIFY_SOCKET", &path);
        command
    });
    let mut told = [0; 64];
    let length = socket.recv(&mut told).unwrap();
    assert_eq!(&told[..length], b"READY=1");
    publisher.signal(Signal::TERM);
    publisher.end();
    let length = socket.recv(&mut told).unwrap();
    assert_eq!(&told[..length], b"STOPPING=1");
}
