//! When nothing comes any more: states are doubted in time, and fresh again at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use whosin::feed::{Command, Config, Delivery};
use whosin::link::{LinkState, Mode};
use whosin::pws::Endpoint;
use whosin::simulator::{Node, Simulator};

use crate::support::service::{
    Feed, config, everybody, leave, link, link_where, reports, service, spawn, still,
};

/// A network between the feed and the service, which can swallow everything.
struct Network {
    address: SocketAddr,
    swallows: Arc<AtomicBool>,
}

impl Network {
    async fn to(service: &Simulator) -> Network {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let swallows = Arc::new(AtomicBool::new(false));
        let (at, gone) = (service.address(), swallows.clone());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(at).await else {
                    continue;
                };
                let (near, far) = (near.into_split(), far.into_split());
                tokio::spawn(carry(near.0, far.1, gone.clone()));
                tokio::spawn(carry(far.0, near.1, gone.clone()));
            }
        });
        Network { address, swallows }
    }

    fn swallow(&self, swallows: bool) {
        self.swallows.store(swallows, Ordering::Relaxed);
    }
}

/// Carries bytes one way; what is swallowed is lost for good.
async fn carry(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    swallows: Arc<AtomicBool>,
) {
    let mut buffer = vec![0; 1 << 14];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if !swallows.load(Ordering::Relaxed) && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

async fn feed_through(network: &Network, service: &Simulator, delivery: Delivery) -> Feed {
    let url = format!("http://{}", network.address);
    let straight = config(service, "simulated");
    let feed = spawn(Config {
        endpoint: Endpoint::parse(&url).unwrap(),
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
    let network = Network::to(&service).await;
    let mut feed = feed_through(&network, &service, Delivery::Poll).await;
    reports(&mut feed).await;
    network.swallow(true);
    let begun = Instant::now();
    link(&mut feed, TROUBLE).await;
    let noticed = begun.elapsed();
    assert!(noticed < Duration::from_secs(10), "{noticed:?}");
    // Long enough for the way to be found closed.
    tokio::time::sleep(Duration::from_secs(3)).await;
    network.swallow(false);
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
        } => next_try.duration_since(*since) > jiff::SignedDuration::from_secs(8),
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
