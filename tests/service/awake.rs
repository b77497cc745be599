//! After a sleep or in another network: everybody is asked for at once, over new connections.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::support::service::{
    config, everybody, leave, link, reports, service, spawn, still, untroubled,
};
use jiff::{SignedDuration, Timestamp};
use whosin::feed::{Change, Command, Config, Surroundings};
use whosin::link::LinkState;
use whosin::simulator::{Node, Operation, Trouble};

fn around(base: Instant, awake: u64, wall: i64, address: Option<&str>) -> Surroundings {
    let start: Timestamp = "2026-11-23T09:14:00Z".parse().unwrap();
    Surroundings {
        awake: base + Duration::from_secs(awake),
        wall: start + SignedDuration::from_secs(wall),
        uptime: None,
        address: address.map(|text| text.parse::<IpAddr>().unwrap()),
    }
}

#[test]
fn a_sleep_shows_by_the_clocks_and_a_network_by_the_address() {
    let base = Instant::now();
    let home = Some("192.168.1.7");
    let before = around(base, 0, 0, home);
    let since = |awake, wall, address| around(base, awake, wall, address).since(&before);
    assert_eq!(since(1, 1, home), None);
    assert_eq!(
        since(1, 3, home),
        None,
        "a clock may be set right by a little"
    );
    assert_eq!(since(1, -30, home), None, "or back");
    assert_eq!(since(1, 3600, home), Some(Change::Slept));
    assert_eq!(since(1, 1, Some("10.0.0.7")), Some(Change::Network));
    assert_eq!(
        since(1, 1, None),
        None,
        "without a network nothing can be tried"
    );
    let without = around(base, 1, 1, None);
    let back = around(base, 2, 2, home);
    assert_eq!(back.since(&without), Some(Change::Network));
}

#[test]
fn a_clock_that_was_set_is_told_from_a_sleep() {
    let base = Instant::now();
    let at = |awake, wall, uptime| Surroundings {
        uptime: Some(Duration::from_secs(uptime)),
        ..around(base, awake, wall, Some("192.168.1.7"))
    };
    let before = at(0, 0, 1000);
    let seen = |now: Surroundings| (now.since(&before), now.clock_set_since(&before));
    let by = |seconds| Some(SignedDuration::from_secs(seconds));
    assert_eq!(seen(at(10, 10, 1010)), (None, None));
    assert_eq!(seen(at(10, 11, 1010)), (None, None), "it may be adjusted");
    assert_eq!(seen(at(10, 3610, 1010)), (None, by(3600)));
    assert_eq!(seen(at(10, -3590, 1010)), (None, by(-3600)));
    assert_eq!(seen(at(10, 3610, 4610)), (Some(Change::Slept), None));
    assert_eq!(seen(at(10, 10, 4610)), (Some(Change::Slept), by(-3600)));
}

#[tokio::test]
async fn everybody_is_asked_for_at_once_and_what_hangs_is_given_up() {
    let service = service(still(10)).await;
    let slow = Config {
        interval: Duration::from_secs(3600),
        ..config(&service, "simulated")
    };
    let mut feed = spawn(slow).unwrap();
    feed.commands
        .send(Command::Contacts(everybody(&service)))
        .unwrap();
    untroubled(&mut feed, 1).await;
    // A connection that is dead without a word: what is asked over it is never answered.
    service.set_scenario(whosin::simulator::Scenario::quiet().with_number(Trouble::Hang, 1));
    feed.commands.send(Command::AskNow(vec![])).unwrap();
    let asked = |service: &whosin::simulator::Simulator| service.tally().http_requests;
    let before = asked(&service);
    let deadline = Instant::now() + Duration::from_secs(20);
    while asked(&service) == before {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    service.set_scenario(whosin::simulator::Scenario::quiet());
    let connections = service.tally().connections;
    feed.commands.send(Command::Awake).unwrap();
    assert_eq!(reports(&mut feed).await.len(), 10);
    assert!(service.tally().connections > connections);
    leave(feed).await;
}

#[tokio::test]
async fn waking_ends_the_wait_for_the_next_try() {
    let service = service(still(10)).await;
    let mut feed = spawn(config(&service, "simulated")).unwrap();
    feed.commands
        .send(Command::Contacts(everybody(&service)))
        .unwrap();
    reports(&mut feed).await;
    service.stop_node(Node::First).await;
    // Until the pauses are long.
    let far = |state: &LinkState| match state {
        LinkState::Trouble { next_try, .. } => {
            next_try.unwrap().duration_since(Timestamp::now()) > SignedDuration::from_secs(2)
        }
        _ => false,
    };
    link(&mut feed, far).await;
    service.start_node(Node::First).await;
    let began = Instant::now();
    feed.commands.send(Command::Awake).unwrap();
    link(&mut feed, |state| *state == LinkState::Up).await;
    assert!(began.elapsed() < Duration::from_secs(2), "it only waited");
    leave(feed).await;
}

#[tokio::test]
async fn a_connection_that_died_while_nobody_looked_costs_one_quiet_retry() {
    let service = service(still(10)).await;
    let mut feed = spawn(config(&service, "simulated")).unwrap();
    feed.commands
        .send(Command::Contacts(everybody(&service)))
        .unwrap();
    untroubled(&mut feed, 2).await;
    for _ in 0..5 {
        service.hang_up();
        untroubled(&mut feed, 2).await;
    }
    assert_eq!(service.tally().of(Operation::Login), 2);
    leave(feed).await;
}
