//! Every trouble that a network makes: no state is shown as fresh that is not, and all is well again
//! once the network is.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use whosin::feed::{Command, Config, Delivery, Update};
use whosin::http::Limits;
use whosin::link::{Link, LinkState, Mode, Outcome};
use whosin::presence::Availability;
use whosin::pws::Endpoint;
use whosin::simulator::{Doing, Simulator};

use crate::support::service::{Feed, config, everybody, link_where, service, spawn, still};
use crate::support::trouble::{Network, Trouble};

/// An answer is overdue after five seconds at the intervals of these tests.
const BOUND: Duration = Duration::from_secs(7);
/// How soon all is well after a trouble.
const WELL: Duration = Duration::from_secs(5);

/// The troubles that keep answers away or spoil them.
const SPOILING: [Trouble; 8] = [
    Trouble::Delay(Duration::from_secs(60)),
    Trouble::Swallow,
    Trouble::Reset,
    Trouble::Cut,
    Trouble::Slow(1),
    Trouble::Corrupt,
    Trouble::Html,
    Trouble::Length(50),
];
/// Those that answers get through.
const HARMLESS: [Trouble; 2] = [Trouble::Delay(Duration::from_secs(1)), Trouble::Slow(200)];

/// A feed by way of a network, and what it has said last.
struct Bench {
    service: Simulator,
    network: Network,
    feed: Feed,
    link: Option<Link>,
    /// The availabilities that came in reports.
    seen: Vec<Availability>,
}

impl Bench {
    async fn start(delivery: Delivery) -> Bench {
        let service = service(still(10)).await;
        let network = Network::to(service.address()).await;
        let straight = config(&service, "simulated");
        let feed = spawn(Config {
            endpoint: Endpoint::parse(&network.url()).unwrap(),
            delivery,
            limits: Limits {
                whole: Duration::from_secs(20),
                ..Limits::default()
            },
            ..straight
        })
        .unwrap();
        let people = everybody(&service);
        people.iter().for_each(|one| service.set(one, Doing::Dnd));
        feed.commands.send(Command::Contacts(people)).unwrap();
        let mut bench = Bench {
            service,
            network,
            feed,
            link: None,
            seen: Vec::new(),
        };
        let wanted = |link: &Link| {
            link.state == LinkState::Up && (delivery == Delivery::Poll || link.mode == Mode::Live)
        };
        link_where(&mut bench.feed, wanted).await;
        bench
    }

    /// Reads what the feed says until this is so, or the time is up; how long it took.
    async fn until(&mut self, limit: Duration, is_so: impl Fn(&Bench) -> bool) -> Option<Duration> {
        let begun = Instant::now();
        while !is_so(self) {
            let left = limit.checked_sub(begun.elapsed())?;
            match tokio::time::timeout(left, self.feed.updates.recv())
                .await
                .ok()?
            {
                Some(Update::Link(link)) => self.link = Some(link),
                Some(Update::Reports(reports)) => {
                    for report in reports {
                        if let Outcome::Answered(presence) = report.outcome {
                            self.seen.push(presence.availability);
                        }
                    }
                }
                Some(Update::Notice(_) | Update::NewHost(_) | Update::ClockSet(_)) => {}
                None => panic!("the feed has ended"),
            }
        }
        Some(begun.elapsed())
    }

    fn is_down(&self) -> bool {
        self.link.as_ref().is_some_and(Link::is_down)
    }

    /// Sets what one person does, so that there is something to be missed.
    fn change(&self, doing: Doing) {
        self.service.set(&everybody(&self.service)[0], doing);
    }
}

/// Makes a trouble and unmakes it. What went wrong, if anything did.
async fn live_through(trouble: Trouble, delivery: Delivery) -> Result<(), String> {
    let mut bench = Bench::start(delivery).await;
    let failed = |what: String| Err(format!("{trouble:?}, {delivery:?}: {what}"));
    bench.network.make(trouble);
    // A notification, where they come, makes the feed fetch.
    bench.change(Doing::Away);
    let is_spoiling = SPOILING.contains(&trouble);
    let noticed = bench.until(BOUND, Bench::is_down).await;
    if noticed.is_some() != is_spoiling {
        return failed(format!("noticed: {noticed:?}, {:?}", bench.link));
    }
    if bench.seen.contains(&Availability::Available) {
        return failed("somebody was available".into());
    }
    // Nothing was fresh meanwhile: whoever is free now is so by an answer from now on.
    bench.change(Doing::Available);
    bench.network.make(Trouble::None);
    let fresh = |bench: &Bench| !bench.is_down() && bench.seen.contains(&Availability::Available);
    if bench.until(WELL, fresh).await.is_none() {
        return failed(format!("not fresh again: {:?}", bench.link));
    }
    Ok(())
}

async fn live_through_all(delivery: Delivery) {
    let troubles = SPOILING.into_iter().chain(HARMLESS);
    let all = troubles.map(|trouble| live_through(trouble, delivery));
    let failed: Vec<String> = join_all(all)
        .await
        .into_iter()
        .filter_map(Result::err)
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[tokio::test]
async fn every_trouble_shows_in_time_and_passes_while_polling() {
    live_through_all(Delivery::Poll).await;
}

#[tokio::test]
async fn every_trouble_shows_in_time_and_passes_while_live() {
    live_through_all(Delivery::Auto).await;
}
