//! How fast the feed goes: what the server takes is found out and kept to, and nobody is left behind.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::support::service::{config, everybody, leave, next, service, spawn, still};
use whosin::feed::{Command, Config, Pace, Plan, Rhythm, Step, Update};
use whosin::link::{LinkState, Mode, Outcome};
use whosin::presence::Address;
use whosin::pws::BATCH;
use whosin::simulator::{Options, Scenario};

/// A server that takes so many requests in any second, and its refusals.
struct Server {
    limit: usize,
    taken: Vec<Instant>,
    refused: Vec<Instant>,
}

impl Server {
    fn takes(&mut self, now: Instant) -> bool {
        let lately = |at: &&Instant| now.duration_since(**at) < Duration::from_secs(1);
        if self.taken.iter().rev().take_while(lately).count() < self.limit {
            self.taken.push(now);
            return true;
        }
        self.refused.push(now);
        false
    }
}

/// Lets a plan of so many contacts meet such a server; every request takes 20 ms.
fn meet(contacts: usize, interval: u64, limit: usize, lasting: Duration) -> (Server, Pace, Plan) {
    let begin = Instant::now();
    let mut plan = Plan::new(Rhythm::Round(Duration::from_secs(interval)), begin);
    let people = (0..contacts).map(|n| format!("p{n}@sie.at").parse().unwrap());
    plan.set_contacts(people.collect(), begin);
    let (mut pace, mut rng) = (Pace::new(), fastrand::Rng::with_seed(7));
    let mut server = Server {
        limit,
        taken: Vec::new(),
        refused: Vec::new(),
    };
    let (mut now, mut under_way) = (begin, Vec::<(Instant, Vec<Address>)>::new());
    while now < begin + lasting {
        while let Some(at) = under_way.iter().position(|(done, _)| *done <= now) {
            let (_, batch) = under_way.remove(at);
            if server.takes(now) {
                plan.answered(&batch);
                pace.answered(now);
            } else {
                plan.not_answered(&batch, now);
                let usual = 1.0 / plan.gap().as_secs_f64();
                pace.refused(now, None, usual, rng.f64());
            }
        }
        let mut next = vec![begin + lasting];
        next.extend(under_way.iter().map(|(done, _)| *done));
        match pace.next().filter(|next| *next > now) {
            Some(free) => next.push(free),
            None if under_way.len() < 2 => match plan.next(now) {
                Step::Ask(batch) => {
                    assert!(!batch.is_empty() && batch.len() <= BATCH);
                    pace.sent(now, rng.f64());
                    under_way.push((now + Duration::from_millis(20), batch));
                    continue;
                }
                Step::Wait(until) => next.push(until),
                Step::Idle => {}
            },
            None => {}
        }
        now = next.into_iter().min().unwrap();
    }
    (server, pace, plan)
}

#[test]
fn five_thousand_contacts_settle_below_what_the_server_takes() {
    let begin = Instant::now();
    let (server, pace, _) = meet(5000, 5, 5, Duration::from_secs(200));
    let late = |at: &&Instant| at.duration_since(begin) > Duration::from_secs(60);
    assert!(!server.refused.is_empty(), "nothing was learned");
    assert_eq!(server.refused.iter().filter(late).count(), 0);
    let rate = pace.limit().unwrap();
    assert!((3.5..5.0).contains(&rate), "{rate} requests a second");
    assert!(
        server.taken.len() > 200 * 3,
        "{} requests",
        server.taken.len()
    );
}

#[test]
fn every_limit_is_settled_below_within_a_minute() {
    for limit in 1..=9 {
        let begin = Instant::now();
        let (server, pace, _) = meet(2000, 2, limit, Duration::from_secs(150));
        let late = |at: &&Instant| at.duration_since(begin) > Duration::from_secs(60);
        let late = server.refused.iter().filter(late).count();
        assert_eq!(late, 0, "a limit of {limit}: {:?}", pace.limit());
        let used = server.taken.len() as f64 / 150.0 / limit as f64;
        assert!(used > 0.5, "a limit of {limit}: only {used} of it is used");
    }
}

#[test]
fn a_server_that_takes_everything_is_never_slowed_down_for() {
    let (server, pace, _) = meet(2000, 2, 11, Duration::from_secs(100));
    assert!(server.refused.is_empty());
    assert_eq!(pace.limit(), None);
}

#[test]
fn what_the_server_asks_for_is_waited_for_within_reason() {
    let now = Instant::now();
    let wait = |retry_after: u64| {
        let mut pace = Pace::new();
        pace.refused(now, Some(Duration::from_secs(retry_after)), 1.0, 0.5);
        pace.next().unwrap().duration_since(now).as_secs()
    };
    assert_eq!(wait(90), 90);
    assert_eq!(wait(1_000_000), 600);
}

#[test]
fn refusals_of_requests_that_were_under_way_together_count_once() {
    let now = Instant::now();
    let mut pace = Pace::new();
    for _ in 0..8 {
        pace.answered(now);
    }
    pace.refused(now, None, 10.0, 0.5);
    let once = pace.limit().unwrap();
    pace.refused(now + Duration::from_millis(30), None, 10.0, 0.5);
    assert_eq!(pace.limit(), Some(once));
}

#[test]
fn a_slow_client_that_others_keep_from_the_server_comes_back_to_its_own_pace() {
    let mut now = Instant::now();
    let mut pace = Pace::new();
    for slower in [0.1, 0.05] {
        pace.refused(now, None, 0.2, 0.5);
        assert_eq!(pace.limit(), Some(slower));
        now = pace.next().unwrap();
    }
    for _ in 0..50 {
        pace.answered(now);
        now += Duration::from_secs(5);
    }
    assert_eq!(pace.limit(), Some(0.2));
}

#[test]
fn an_old_ceiling_is_lifted_little_by_little() {
    let mut now = Instant::now();
    let mut pace = Pace::new();
    pace.answered(now);
    pace.refused(now, None, 10.0, 0.5);
    let settle = |pace: &mut Pace, now: &mut Instant, times: u32| {
        for _ in 0..times {
            *now += Duration::from_secs(2);
            pace.answered(*now);
        }
        pace.limit()
    };
    let ceiling = settle(&mut pace, &mut now, 50);
    assert_eq!(settle(&mut pace, &mut now, 50), ceiling);
    now += Duration::from_secs(3600);
    let lifted = settle(&mut pace, &mut now, 10).unwrap() / ceiling.unwrap();
    assert!((1.05..1.2).contains(&lifted), "{lifted}");
    assert_eq!(settle(&mut pace, &mut now, 2000), None);
}

#[test]
fn in_the_slow_rotation_the_longest_unconfirmed_come_first() {
    let begin = Instant::now();
    let minute = Duration::from_secs(60);
    let mut plan = Plan::new(Rhythm::Request(minute), begin);
    let people: Vec<Address> = (0..250)
        .map(|n| format!("p{n}@sie.at").parse().unwrap())
        .collect();
    plan.set_contacts(people.clone(), begin);
    plan.confirmed(&people[..200], begin);
    let Step::Ask(first) = plan.next(begin) else {
        panic!()
    };
    assert_eq!(first, people[200..]);
    plan.answered(&first);
    let mut asked = HashMap::<Address, u32>::new();
    let mut now = begin;
    let mut requests = 0;
    while now < begin + minute * 30 {
        match plan.next(now) {
            Step::Ask(batch) => {
                requests += 1;
                plan.answered(&batch);
                batch
                    .into_iter()
                    .for_each(|who| *asked.entry(who).or_default() += 1);
            }
            Step::Wait(until) => now = until,
            Step::Idle => unreachable!(),
        }
    }
    assert!(requests <= 30, "{requests}");
    assert!(people.iter().all(|who| asked[who] >= 8), "{asked:?}");
}

#[test]
fn halves_of_a_refused_batch_are_asked_for_at_once_and_each_by_itself() {
    let now = Instant::now();
    let mut plan = Plan::new(Rhythm::Round(Duration::from_secs(5)), now);
    let people: Vec<Address> = (0..100)
        .map(|n| format!("p{n}@sie.at").parse().unwrap())
        .collect();
    plan.set_contacts(people.clone(), now);
    let bad = [&people[3], &people[77]];
    let (mut requests, mut refused, mut well) = (0, Vec::new(), 0);
    while let Step::Ask(batch) = plan.next(now) {
        requests += 1;
        match (bad.iter().any(|bad| batch.contains(bad)), batch.as_slice()) {
            (true, [one]) => {
                plan.refused(one, now);
                refused.push(one.clone());
            }
            (true, _) => plan.divide(&batch),
            (false, _) => {
                plan.answered(&batch);
                well += batch.len();
            }
        }
    }
    assert_eq!((well, refused.len()), (98, 2));
    assert!(requests < 30, "{requests}");
    // An hour later they are asked for again: alone, after all others.
    let mut now = now + Duration::from_secs(3601);
    let mut batches = Vec::new();
    while batches.len() < 3 {
        match plan.next(now) {
            Step::Ask(batch) => {
                plan.answered(&batch);
                batches.push(batch.len());
            }
            Step::Wait(until) => now = until,
            Step::Idle => unreachable!(),
        }
    }
    assert_eq!(batches[0], 98);
    assert!(batches.contains(&1), "{batches:?}");
}

#[tokio::test]
async fn a_throttled_board_is_slow_and_true_but_not_in_trouble() {
    let service = service(Options {
        scenario: "throttle=5".parse::<Scenario>().unwrap(),
        ..still(1000)
    })
    .await;
    let mut feed = spawn(Config {
        // Ten requests in half a second would be four times too many.
        interval: Duration::from_millis(500),
        ..config(&service, "simulated")
    })
    .unwrap();
    let people = everybody(&service);
    feed.commands
        .send(Command::Contacts(people.clone()))
        .unwrap();
    let mut answers = HashMap::<Address, u32>::new();
    let mut slowest = Duration::ZERO;
    let deadline = Instant::now() + Duration::from_secs(60);
    while answers.len() < people.len() || answers.values().any(|&times| times < 2) {
        assert!(Instant::now() < deadline, "{} answered", answers.len());
        match next(&mut feed).await {
            Update::Reports(reports) => {
                for report in reports {
                    assert!(matches!(report.outcome, Outcome::Answered(_)));
                    *answers.entry(report.address).or_default() += 1;
                }
            }
            Update::Notice(words) | Update::NewHost(words) => panic!("{words}"),
            Update::ClockSet(_) => {}
            Update::Link(link) => {
                assert!(!matches!(link.state, LinkState::Trouble { .. }), "{link:?}");
                if let Mode::Every(round) = link.mode {
                    slowest = slowest.max(round);
                }
            }
        }
    }
    let tally = service.tally();
    assert!(slowest >= Duration::from_secs(2), "it says {slowest:?}");
    assert!(
        tally.most_in_flight <= 2 && tally.largest_batch <= BATCH,
        "{tally:?}"
    );
    leave(feed).await;
}

/// `cargo test --test service pace -- --ignored`
#[tokio::test]
#[ignore = "it watches the real thing for three minutes"]
async fn five_thousand_contacts_settle_with_the_service_within_a_minute() {
    let service = service(Options {
        scenario: "throttle=5".parse::<Scenario>().unwrap(),
        ..still(5000)
    })
    .await;
    let mut feed = spawn(Config {
        interval: Duration::from_secs(5),
        ..config(&service, "simulated")
    })
    .unwrap();
    feed.commands
        .send(Command::Contacts(everybody(&service)))
        .unwrap();
    let began = Instant::now();
    let refusals = || {
        let tally = service.tally();
        tally.given(210) + tally.given(212) + tally.plain_503s
    };
    let mut answered = HashMap::<Address, Instant>::new();
    let (mut settled, mut oldest) = (None, Duration::ZERO);
    while began.elapsed() < Duration::from_secs(180) {
        if began.elapsed() > Duration::from_secs(60) {
            settled.get_or_insert_with(refusals);
            let now = Instant::now();
            let age = answered.values().map(|at| now.duration_since(*at)).max();
            oldest = oldest.max(age.unwrap_or_default());
        }
        if let Update::Reports(reports) = next(&mut feed).await {
            answered.extend(reports.into_iter().map(|one| (one.address, Instant::now())));
        }
    }
    println!(
        "{} refusals in the first minute, oldest state after it {oldest:?}",
        settled.unwrap()
    );
    assert_eq!(Some(refusals()), settled);
    assert_eq!(answered.len(), 5000);
    assert!(oldest < Duration::from_secs(40), "{oldest:?}");
    leave(feed).await;
}
