//! How long it takes until a loss shows, and until all is fresh again: the table of the README.
//!
//! Out of the default run, for it lasts some minutes:
//! `cargo test --test service promises -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use whosin::feed::{Command, Config, Delivery, Update};
use whosin::link::{Link, LinkState, Mode, Outcome};
use whosin::presence::{Address, Availability};
use whosin::pws::Endpoint;
use whosin::simulator::{Doing, Node, Simulator};

use crate::support::service::{Feed, config, everybody, link_where, service, spawn, still};
use crate::support::trouble::{Network, Trouble};

/// What happens to the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// The service ends, and comes back.
    Killed,
    /// The network swallows everything, and does so no more.
    Swallowed,
    /// The service ends and is back in the same second, without sessions and subscriptions.
    Restarted,
    /// The service forgets endpoints and subscriptions.
    Unsubscribed,
    /// The service answers twice that it has too much to do.
    Throttled,
    /// The machine sleeps, and finds other connections when it wakes.
    Asleep,
}

impl Loss {
    const ALL: [Loss; 6] = [
        Loss::Killed,
        Loss::Swallowed,
        Loss::Restarted,
        Loss::Unsubscribed,
        Loss::Throttled,
        Loss::Asleep,
    ];
}

/// A board's feed at the interval that is usual, by way of a network.
struct Bench {
    service: Simulator,
    network: Network,
    feed: Feed,
    who: Address,
    delivery: Delivery,
}

impl Bench {
    async fn start(delivery: Delivery) -> Bench {
        let service = service(still(10)).await;
        let network = Network::to(service.address()).await;
        let straight = config(&service, "simulated");
        let mut feed = spawn(Config {
            endpoint: Endpoint::parse(&network.url()).unwrap(),
            interval: Duration::from_secs(5),
            delivery,
            ..straight
        })
        .unwrap();
        let people = everybody(&service);
        let who = people[0].clone();
        service.set(&who, Doing::Away);
        feed.commands.send(Command::Contacts(people)).unwrap();
        link_where(&mut feed, |link| {
            link.state == LinkState::Up && (delivery == Delivery::Poll || link.mode == Mode::Live)
        })
        .await;
        let mut bench = Bench {
            service,
            network,
            feed,
            who,
            delivery,
        };
        // In the middle of an interval, and with a held connection that is not new.
        let _ = bench.until(Duration::from_secs(3), |_, _| false).await;
        bench
    }

    /// Reads what the feed says until this is so of a link or of the one contact; how long it took.
    async fn until(
        &mut self,
        limit: Duration,
        is_so: impl Fn(Option<&Link>, Option<Availability>) -> bool,
    ) -> Option<Duration> {
        let begun = Instant::now();
        loop {
            let left = limit.checked_sub(begun.elapsed())?;
            let update = tokio::time::timeout(left, self.feed.updates.recv()).await;
            let seen = match update.ok()?.expect("the feed has ended") {
                Update::Link(link) => is_so(Some(&link), None),
                Update::Reports(reports) => reports.into_iter().any(|report| {
                    match (report.address == self.who, report.outcome) {
                        (true, Outcome::Answered(presence)) => {
                            is_so(None, Some(presence.availability))
                        }
                        _ => false,
                    }
                }),
                Update::Notice(_) | Update::NewHost(_) | Update::ClockSet(_) => false,
            };
            if seen {
                return Some(begun.elapsed());
            }
        }
    }

    async fn until_down(&mut self) -> Option<Duration> {
        let limit = Duration::from_secs(60);
        self.until(limit, |link, _| link.is_some_and(Link::is_down))
            .await
    }

    async fn until_seen(&mut self, doing: Doing) -> Option<Duration> {
        let wanted = whosin::simulator::State::of(doing).availability();
        let limit = Duration::from_secs(300);
        self.until(limit, move |_, seen| seen == Some(wanted)).await
    }

    /// Until the loss shows, and from its end until a change of meanwhile is there.
    async fn measure(mut self, loss: Loss) -> (Loss, Delivery, [Option<Duration>; 2]) {
        let (who, delivery) = (self.who.clone(), self.delivery);
        let change = |bench: &Bench| bench.service.set(&who, Doing::Dnd);
        let shown = match loss {
            Loss::Killed => {
                self.service.stop_node(Node::First).await;
                let shown = self.until_down().await;
                tokio::time::sleep(Duration::from_secs(20)).await;
                change(&self);
                self.service.start_node(Node::First).await;
                shown
            }
            Loss::Swallowed => {
                self.network.make(Trouble::Swallow);
                let shown = self.until_down().await;
                tokio::time::sleep(Duration::from_secs(20)).await;
                change(&self);
                self.network.make(Trouble::None);
                shown
            }
            Loss::Restarted => {
                self.service.stop_node(Node::First).await;
                self.service.expire_applications();
                self.service.forget_subscriptions();
                change(&self);
                self.service.start_node(Node::First).await;
                None
            }
            Loss::Unsubscribed => {
                self.service.forget_subscriptions();
                change(&self);
                None
            }
            Loss::Throttled => {
                let before = self.service.tally().all_faults();
                self.service.fail_next(212, 2);
                let limit = Instant::now() + Duration::from_secs(60);
                while self.service.tally().all_faults() < before + 2 && Instant::now() < limit {
                    let _ = self.until(Duration::from_millis(50), |_, _| false).await;
                }
                change(&self);
                None
            }
            Loss::Asleep => {
                self.network.make(Trouble::Reset);
                change(&self);
                self.network.make(Trouble::None);
                self.feed.commands.send(Command::Awake).unwrap();
                None
            }
        };
        let fresh = self.until_seen(Doing::Dnd).await;
        (loss, delivery, [shown, fresh])
    }
}

#[tokio::test]
#[ignore = "it measures for minutes, and prints a table"]
async fn print_how_long_a_loss_takes_to_show_and_to_pass() {
    let all = [Delivery::Poll, Delivery::Auto]
        .into_iter()
        .flat_map(|delivery| {
            Loss::ALL
                .into_iter()
                .map(move |loss| async move { Bench::start(delivery).await.measure(loss).await })
        });
    let seconds = |time: Option<Duration>| {
        time.map_or("–".into(), |time| format!("{:.1}", time.as_secs_f64()))
    };
    println!("| loss | delivery | shown after | fresh again after |");
    println!("|---|---|---|---|");
    let measured = join_all(all).await;
    for (loss, delivery, [shown, fresh]) in &measured {
        let (shown, fresh) = (seconds(*shown), seconds(*fresh));
        println!("| {loss:?} | {} | {shown} | {fresh} |", delivery.name());
    }
    for (loss, delivery, [_, fresh]) in measured {
        assert!(fresh.is_some(), "{loss:?} by {delivery:?} never passes");
    }
}
