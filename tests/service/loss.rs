//! When nothing comes any more: states are doubted in time, and fresh again at once.

use std::time::{Duration, Instant};

use whosin::feed::{Command, Config, Delivery, Update};
use whosin::link::{LinkState, Mode};
use whosin::pws::Endpoint;
use whosin::simulator::{Node, Simulator};

use crate::support::service::{
    Feed, config, everybody, leave, link, link_where, reports, service, spawn, still,
};
use crate::support::trouble::{Network, Trouble};

async fn feed_through(network: &Network, service: &Simulator, delivery: Delivery) -> Feed {
    let straight = config(service, "simulated");
    let feed = spawn(Config {
        endpoint: Endpoint::parse(&network.url()).unwrap(),
        delivery,
        ..straight
    })
    .unwrap();
    feed.commands
        .send(Command::Contacts(everybody(service)))
        .unwrap();
    feed
}

const TROUBLE: fn(&LinkState) -> bool = |state| matches!(state, LinkState::Trouble { .. });
const UP: fn(&LinkState) -> bool = |state| *state == LinkState::Up;

#[tokio::test]
async fn a_network_that_swallows_is_noticed_in_time_and_back_at_once() {
    let service = service(still(10)).await;
    let network = Network::to(service.address()).await;
    let mut feed = feed_through(&network, &service, Delivery::Poll).await;
    reports(&mut feed).await;
    network.make(Trouble::Swallow);
    let begun = Instant::now();
    link(&mut feed, TROUBLE).await;
    let noticed = begun.elapsed();
    assert!(noticed < Duration::from_secs(10), "{noticed:?}");
    // Long enough for the way to be found closed.
    tokio::time::sleep(Duration::from_secs(3)).await;
    network.make(Trouble::None);
    let begun = Instant::now();
    link(&mut feed, UP).await;
    let back = begun.elapsed();
    assert!(back < Duration::from_secs(4), "{back:?}");
    leave(feed).await;
}

#[tokio::test]
async fn a_service_that_comes_back_is_there_at_once_though_the_pauses_are_long() {
    let service = service(still(10)).await;
    let mut feed = spawn(config(&service, "simulated")).unwrap();
    feed.commands
        .send(Command::Contacts(everybody(&service)))
        .unwrap();
    reports(&mut feed).await;
    service.stop_node(Node::First).await;
    let far = |state: &LinkState| match state {
        LinkState::Trouble {
            next_try, since, ..
        } => next_try.unwrap().duration_since(*since) > jiff::SignedDuration::from_secs(8),
        _ => false,
    };
    link(&mut feed, far).await;
    service.start_node(Node::First).await;
    let begun = Instant::now();
    link(&mut feed, UP).await;
    let back = begun.elapsed();
    assert!(back < Duration::from_secs(4), "{back:?}");
    leave(feed).await;
}

#[tokio::test]
async fn over_new_connections_live_has_to_be_proven_again() {
    let service = service(still(10)).await;
    let mut feed = spawn(Config {
        delivery: Delivery::Auto,
        ..config(&service, "simulated")
    })
    .unwrap();
    feed.commands
        .send(Command::Contacts(everybody(&service)))
        .unwrap();
    link_where(&mut feed, |link| link.mode == Mode::Live).await;
    feed.commands.send(Command::Awake).unwrap();
    link_where(&mut feed, |link| matches!(link.mode, Mode::Every(_))).await;
    link_where(&mut feed, |link| link.mode == Mode::Live).await;
    leave(feed).await;
}

/// What the feed tells for so long; it must not be trouble.
async fn no_trouble_for(feed: &mut Feed, time: Duration) {
    let end = Instant::now() + time;
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        if let Ok(Some(Update::Link(link))) = tokio::time::timeout(left, feed.updates.recv()).await
        {
            assert!(!TROUBLE(&link.state), "{link:?}");
        }
    }
}

async fn live(network: &Network, service: &Simulator) -> Feed {
    let mut feed = feed_through(network, service, Delivery::Auto).await;
    link_where(&mut feed, |link| link.mode == Mode::Live).await;
    feed
}

#[tokio::test]
async fn in_live_mode_a_service_that_dies_is_noticed_without_a_request() {
    let service = service(still(10)).await;
    let network = Network::to(service.address()).await;
    let mut feed = live(&network, &service).await;
    no_trouble_for(&mut feed, Duration::from_millis(300)).await;
    let requests = service.tally().http_requests;
    service.stop_node(Node::First).await;
    let begun = Instant::now();
    link(&mut feed, TROUBLE).await;
    let noticed = begun.elapsed();
    assert!(noticed < Duration::from_secs(2), "{noticed:?}");
    assert_eq!(service.tally().http_requests, requests);
    leave(feed).await;
}

#[tokio::test]
async fn in_live_mode_a_connection_that_the_server_closes_is_no_loss() {
    let service = service(still(10)).await;
    let network = Network::to(service.address()).await;
    let mut feed = live(&network, &service).await;
    no_trouble_for(&mut feed, Duration::from_millis(300)).await;
    let open = network.open();
    for _ in 0..3 {
        service.hang_up();
        no_trouble_for(&mut feed, Duration::from_millis(1200)).await;
    }
    // It is connected to again, but not as often as it closes.
    assert!(network.open() <= open, "{} of {open}", network.open());
    let made = network.made();
    service.hang_up();
    no_trouble_for(&mut feed, Duration::from_millis(500)).await;
    assert!(
        network.made() <= made + 1,
        "{} after {made}",
        network.made()
    );
    leave(feed).await;
}
