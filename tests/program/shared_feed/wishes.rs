//! People whom nobody publishes: boards ask for them, and a publisher that may serves them.

use std::time::Duration;

use serde_json::Value;
use whosin::broker::{Message, wish};
use whosin::presence::Address;
use whosin::simulator::Doing;

use super::Shared;
use crate::support::bench::{Running, until};

impl Shared {
    /// Somebody who stands in no contact book.
    fn outsider(&self, number: usize) -> Address {
        self.bench.service.people()[number].address.clone()
    }

    /// A publisher that serves wishes, once a reader has heard it.
    fn serving(&self, option: &str) -> Running {
        let publisher = Running::start(self.publish(&[option]));
        until("somebody is published", || {
            self.status("board", &[]).0 == Some(0)
        });
        publisher
    }
}

#[test]
fn who_is_wanted_is_published_and_no_longer_when_nobody_wants_them() {
    let Some(shared) = Shared::new() else { return };
    let _publisher = shared.serving("--serve-wanted");
    let carla = shared.outsider(2);
    shared.bench.service.set(&carla, Doing::Available);
    let (code, words) = shared.status("board", &[carla.as_str()]);
    assert_eq!(code, Some(0), "{words}");
    let state = shared.kept(shared.topics().presence(&carla)).unwrap();
    let state: Value = serde_json::from_slice(&state).unwrap();
    assert_eq!(state["wanted"], true, "{state}");
    let wish_of_carla = shared.kept(shared.topics().wanted(&carla));
    assert_eq!(wish_of_carla, None, "a board may not read what others want");
    // The same for somebody who is wanted for a moment.
    let dan = shared.outsider(3);
    let for_a_moment = Message {
        expiry: Some(3),
        ..wish(&shared.topics(), &dan)
    };
    shared.say(for_a_moment);
    until("Dan is published", || shared.owner(&dan).is_some());
    until("Dan is wanted no longer", || shared.owner(&dan).is_none());
    assert_eq!(shared.kept(shared.topics().availability(&dan)), None);
    assert!(shared.owner(&carla).is_some());
    until("there is room again", || {
        let beat = shared.heartbeat("publisher");
        beat.is_some_and(|beat| beat.room == Some(199))
    });
}

#[test]
fn what_becomes_of_a_wish_is_said() {
    let Some(shared) = Shared::new() else { return };
    let _publisher = shared.serving("--serve-wanted=1");
    let (carla, dan) = (shared.outsider(2), shared.outsider(3));
    let (_, words) = shared.status("guest", &[carla.as_str()]);
    assert!(
        words.contains("the broker lets this board ask for nobody"),
        "{words}"
    );
    // What names another one, or nobody, is no wish.
    let topics = shared.topics();
    for payload in [wish(&topics, &dan).payload, b"nonsense".to_vec()] {
        shared.say(Message::retained_for(
            topics.wanted(&carla),
            payload,
            Duration::from_secs(60),
        ));
    }
    let (code, words) = shared.status("board", &[carla.as_str()]);
    assert!(!words.contains("nobody publishes"), "{code:?} {words}");
    let (_, words) = shared.status("board", &[dan.as_str()]);
    assert!(
        words.contains("it was asked for, but no more people are served"),
        "{words}"
    );
    assert_eq!(shared.owner(&dan), None);
}
