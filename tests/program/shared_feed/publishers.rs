//! Publishers among each other, and what they leave on the broker.

use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use whosin::broker::{Heartbeat, Message, Owner, Topics};
use whosin::presence::Address;

use super::Shared;
use crate::support::bench::{Running, text, until};
use crate::support::trouble::{Network, Trouble};

/// An interval within which no test ends: whatever happens meanwhile happens by itself.
const LONG: &str = "600";

impl Shared {
    pub fn topics(&self) -> Topics {
        self.config("publisher").place.topics().clone()
    }

    /// The publisher whose state of a contact the broker keeps.
    pub fn owner(&self, contact: &Address) -> Option<String> {
        let payload = self.kept(self.topics().presence(contact))?;
        Some(Owner::read(&payload)?.publisher)
    }

    fn has_beaten(&self, id: &str) -> bool {
        self.heartbeat(id).is_some_and(|beat| beat.online)
    }

    /// The command of a publisher with a contact book of its own, which is a copy of the bench's.
    fn publish_from(&self, home: &Path, id: &str) -> Command {
        let folder = home.join("config/whosin");
        std::fs::create_dir_all(&folder).unwrap();
        let book = self.bench.path("config/whosin/contacts.toml");
        std::fs::copy(book, folder.join("contacts.toml")).unwrap();
        let to = self.broker.place("publisher");
        let arguments = ["publish", "--to", &to, "--id", id, "--interval", LONG];
        let arguments = [&arguments[..], &["--mode", "poll"]].concat();
        self.with_password(self.bench.command_in(home, &arguments))
    }
}

#[test]
fn a_book_that_is_away_empties_nobody() {
    let Some(shared) = Shared::new() else { return };
    let ursula = shared.bench.ursula();
    let publisher = Running::start(shared.publish_every(LONG, &[]));
    until("Ursula is published", || shared.owner(&ursula).is_some());
    let (folder, away) = (
        shared.bench.path("config/whosin"),
        shared.bench.path("away"),
    );
    std::fs::rename(&folder, &away).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert!(shared.owner(&ursula).is_some());
    std::fs::rename(&away, &folder).unwrap();
    // Whoever is removed when it is back is emptied, at once.
    let removed = shared
        .bench
        .run(&["contacts", "remove", &ursula.to_string()]);
    assert!(removed.status.success(), "{removed:?}");
    until("Ursula is emptied", || shared.owner(&ursula).is_none());
    publisher.signal(Signal::TERM);
}

#[test]
fn somebody_who_is_removed_while_no_publisher_runs_is_emptied_by_the_next() {
    let Some(shared) = Shared::new() else { return };
    let mut publisher = shared.publisher();
    let (ursula, ben) = (shared.bench.ursula(), shared.bench.ben());
    until("Ben is published", || shared.owner(&ben).is_some());
    publisher.signal(Signal::KILL);
    publisher.end();
    let removed = shared.bench.run(&["contacts", "remove", &ben.to_string()]);
    assert!(removed.status.success(), "{removed:?}");
    let _publisher = Running::start(shared.publish(&[]));
    until("Ben is emptied", || shared.owner(&ben).is_none());
    assert_eq!(shared.kept(shared.topics().availability(&ben)), None);
    assert!(shared.owner(&ursula).is_some());
}

#[test]
fn somebody_who_is_removed_while_the_link_is_down_is_emptied_when_it_is_back() {
    let Some(shared) = Shared::new() else { return };
    let broker = ([127, 0, 0, 1], shared.broker.port).into();
    let network = shared.bench.runtime.block_on(Network::to(broker));
    let port = network.url().rsplit(':').next().unwrap().to_string();
    let to = format!("mqtts://publisher@127.0.0.1:{port}/whosin");
    let arguments = ["publish", "--to", &to, "--interval", "1", "--mode", "poll"];
    let command = shared.with_password(shared.bench.command(&arguments));
    let _publisher = Running::start(command);
    let ben = shared.bench.ben();
    until("Ben is published", || shared.owner(&ben).is_some());
    network.make(Trouble::Swallow);
    let removed = shared.bench.run(&["contacts", "remove", &ben.to_string()]);
    assert!(removed.status.success(), "{removed:?}");
    // The publisher believes that it has emptied Ben's topics: then the link breaks.
    std::thread::sleep(std::time::Duration::from_secs(2));
    network.make(Trouble::Reset);
    until("the broker says that it is gone", || {
        !shared.has_beaten("publisher")
    });
    network.make(Trouble::None);
    until("Ben is emptied", || shared.owner(&ben).is_none());
    until("it beats again", || shared.has_beaten("publisher"));
    assert!(shared.owner(&shared.bench.ursula()).is_some());
}

#[test]
fn who_is_emptied_by_one_publisher_is_published_again_by_the_other() {
    let Some(shared) = Shared::new() else { return };
    let ben = shared.bench.ben();
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let _one = Running::start(shared.publish_from(homes[0].path(), "one"));
    until("the one publishes", || shared.has_beaten("one"));
    let _two = Running::start(shared.publish_from(homes[1].path(), "two"));
    until("the other one publishes", || {
        shared.owner(&ben).as_deref() == Some("two")
    });
    let book = homes[1].path().join("config/whosin/contacts.toml");
    let rest = format!("[[contact]]\naddress = \"{}\"\n", shared.bench.ursula());
    std::fs::write(book, rest).unwrap();
    until("the one publishes Ben again", || {
        shared.owner(&ben).as_deref() == Some("one")
    });
    let word = shared.kept(shared.topics().availability(&ben));
    assert_eq!(word.as_deref(), Some(&b"dnd"[..]));
}

#[test]
fn a_publisher_that_is_called_gone_says_at_once_that_it_is_not() {
    let Some(shared) = Shared::new() else { return };
    let _publisher = Running::start(shared.publish_every(LONG, &[]));
    until("it publishes", || shared.has_beaten("publisher"));
    let topics = shared.topics();
    let beat = shared.heartbeat("publisher").unwrap();
    // The will of a connection that broke before the present one comes late.
    shared.say(beat.will(&topics, "publisher"));
    until("it beats", || {
        let heard = shared.heartbeat("publisher");
        heard.is_some_and(|now| now.online && now.beat > beat.beat)
    });
    shared.say(Message::retained(topics.publisher("publisher"), vec![]));
    until("it beats again", || {
        let heard = shared.heartbeat("publisher");
        heard.is_some_and(|now| now.online && now.beat > beat.beat + 1)
    });
}

#[test]
fn what_a_running_publisher_has_published_is_not_purged() {
    let Some(shared) = Shared::new() else { return };
    let ursula = shared.bench.ursula();
    let mut publisher = Running::start(shared.publish_every(LONG, &[]));
    until("it publishes", || shared.has_beaten("publisher"));
    let refused = shared.publish(&["--purge"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let words = text(&refused.stderr);
    assert!(words.contains("the publisher publisher runs"), "{words}");
    assert!(words.contains("end it first"), "{words}");
    assert!(shared.owner(&ursula).is_some());
    // Another one's may be purged meanwhile.
    let purged = shared.publish(&["--purge", "--id", "other"]).output();
    assert_eq!(text(&purged.unwrap().stdout), "0 contacts emptied\n");
    publisher.signal(Signal::TERM);
    publisher.end();
    let purged = shared.publish(&["--purge"]).output().unwrap();
    assert_eq!(text(&purged.stdout), "2 contacts emptied\n", "{purged:?}");
    assert!(shared.owner(&ursula).is_none());
}

#[test]
fn the_broker_keeps_no_state_for_ever() {
    let Some(shared) = Shared::new() else { return };
    let _publisher = shared.publisher();
    let (topics, ursula) = (shared.topics(), shared.bench.ursula());
    for topic in [topics.presence(&ursula), topics.availability(&ursula)] {
        let (_, rest) = shared.kept_for(topic).unwrap();
        let hours = rest.expect("it has an end").as_secs_f64() / 3600.0;
        assert!((23.0..=24.0).contains(&hours), "{hours}");
    }
}

#[test]
fn of_two_publishers_with_one_id_the_second_ends() {
    let Some(shared) = Shared::new() else { return };
    let _first = Running::start(shared.publish_every(LONG, &[]));
    until("it publishes", || shared.has_beaten("publisher"));
    let first = shared.heartbeat("publisher").unwrap();
    let home = tempfile::tempdir().unwrap();
    let mut second = Running::start(shared.publish_from(home.path(), "publisher"));
    let (code, words) = second.end();
    assert_eq!(code, Some(2), "{words}");
    assert!(
        words.contains("another publisher with the ID publisher runs already")
            && words.contains("--id"),
        "{words}"
    );
    let is_firsts = |beat: Heartbeat| beat.online && beat.since == first.since;
    until("the first one says that it is there", || {
        shared.heartbeat("publisher").is_some_and(is_firsts)
    });
    let state = shared.topics().presence(&shared.bench.ursula());
    until("the first one's state is there", || {
        let owner = shared.kept(state.clone());
        let owner = owner.and_then(|payload| Owner::read(&payload));
        owner.is_some_and(|owner| owner.since == first.since)
    });
}
