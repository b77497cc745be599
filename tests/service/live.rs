//! The feed in live mode: it fetches at a notification, polls now and then all the same, and goes back to
//! polling where no notifications come.

use std::time::{Duration, Instant};

use crate::support::service::{
    Feed, config, everybody, leave, link_where, next, service, spawn, still,
};
use whosin::feed::{Command, Config, Delivery, Job, NextJob, Subscriptions, Update};
use whosin::link::{LinkState, Mode, Outcome};
use whosin::presence::{Address, Availability};
use whosin::pws::{BATCH, EndPointId, Error, Expiration, SubscriptionId};
use whosin::simulator::{Doing, Fault, Operation, Options, Scenario, Simulator};

async fn live_feed(service: &Simulator, people: Vec<Address>) -> Feed {
    let mut feed = spawn(Config {
        delivery: Delivery::Auto,
        ..config(service, "simulated")
    })
    .unwrap();
    feed.commands.send(Command::Contacts(people)).unwrap();
    link_where(&mut feed, |link| link.mode == Mode::Live).await;
    feed
}

/// Waits until a report shows somebody so.
async fn reported(feed: &mut Feed, who: &Address, wanted: Availability) {
    loop {
        let Update::Reports(reports) = next(feed).await else {
            continue;
        };
        for report in reports.into_iter().filter(|report| report.address == *who) {
            if let Outcome::Answered(presence) = report.outcome
                && presence.availability == wanted
            {
                return;
            }
        }
    }
}

#[tokio::test]
async fn a_change_comes_without_a_poll() {
    let service = service(still(250)).await;
    let people = everybody(&service);
    let mut feed = live_feed(&service, people.clone()).await;
    assert_eq!(service.subscribed(), (1, 1, 250));
    let polls = service.tally().of(Operation::GetPolledPresence);
    for (at, doing, wanted) in [
        (3, Doing::Dnd, Availability::Dnd),
        (120, Doing::Available, Availability::Available),
        (249, Doing::Dnd, Availability::Dnd),
        (3, Doing::Available, Availability::Available),
    ] {
        service.set(&people[at], doing);
        reported(&mut feed, &people[at], wanted).await;
    }
    // The last round of three may have been under way. Polls for the changes would be four more.
    assert!(service.tally().of(Operation::GetPolledPresence) <= polls + 3);
    leave(feed).await;
    assert_eq!(service.subscribed(), (0, 0, 0));
    assert_eq!(service.signed_in(), (1, 0));
}

#[tokio::test]
async fn contacts_that_come_and_go_are_subscribed_to_and_not_any_more() {
    let service = service(still(30)).await;
    let people = everybody(&service);
    let mut feed = live_feed(&service, people[..20].to_vec()).await;
    feed.commands
        .send(Command::Contacts(people[5..].to_vec()))
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while service.subscribed() != (1, 1, 25) {
        assert!(Instant::now() < deadline, "{:?}", service.subscribed());
        let _ = tokio::time::timeout(Duration::from_millis(20), feed.updates.recv()).await;
    }
    service.set(&people[29], Doing::Dnd);
    reported(&mut feed, &people[29], Availability::Dnd).await;
    leave(feed).await;
}

#[tokio::test]
async fn after_a_new_session_everything_is_made_anew() {
    let service = service(still(10)).await;
    let people = everybody(&service);
    let mut feed = live_feed(&service, people.clone()).await;
    service.expire_applications();
    service.set(&people[2], Doing::Dnd);
    feed.commands.send(Command::AskNow(vec![])).unwrap();
    reported(&mut feed, &people[2], Availability::Dnd).await;
    let deadline = Instant::now() + Duration::from_secs(20);
    while service.subscribed() != (1, 1, 10) {
        assert!(Instant::now() < deadline, "{:?}", service.subscribed());
        let _ = tokio::time::timeout(Duration::from_millis(20), feed.updates.recv()).await;
    }
    service.set(&people[2], Doing::Available);
    reported(&mut feed, &people[2], Availability::Available).await;
    leave(feed).await;
}

#[tokio::test]
async fn a_server_without_room_is_polled_and_the_header_says_so() {
    for code in [138, 139, 211] {
        let service = service(Options {
            scenario: format!("no-endpoints={code}").parse::<Scenario>().unwrap(),
            ..still(10)
        })
        .await;
        let mut feed = spawn(Config {
            delivery: Delivery::Auto,
            ..config(&service, "simulated")
        })
        .unwrap();
        feed.commands
            .send(Command::Contacts(everybody(&service)))
            .unwrap();
        let link = link_where(&mut feed, |link| link.remark.is_some()).await;
        assert!(matches!(link.mode, Mode::Every(_)), "{link:?}");
        assert_eq!(link.state, LinkState::Up);
        let remark = link.remark.unwrap();
        assert!(remark.contains(&code.to_string()), "{remark}");
        let people = everybody(&service);
        service.set(&people[2], Doing::Dnd);
        reported(&mut feed, &people[2], Availability::Dnd).await;
        leave(feed).await;
    }
}

#[tokio::test]
async fn a_contact_that_cannot_be_subscribed_to_keeps_nobody_else_out() {
    let service = service(still(30)).await;
    let people = everybody(&service);
    service.refuse(&people[17], Fault(143));
    let mut feed = live_feed(&service, people.clone()).await;
    assert_eq!(service.subscribed(), (1, 1, 29));
    service.set(&people[18], Doing::Dnd);
    reported(&mut feed, &people[18], Availability::Dnd).await;
    leave(feed).await;
}

#[test]
fn what_is_gone_on_the_server_is_made_anew_once_a_minute() {
    let mut now = Instant::now();
    let mut live = Subscriptions::new();
    live.set_contacts(&people(10));
    let gone = Error::Fault(whosin::pws::Fault {
        code: Some(133),
        words: "gone".into(),
        retry_after: None,
    });
    let begin = now;
    let mut made = 0;
    while now < begin + Duration::from_secs(600) {
        let (jobs, until) = settle(&mut live, now);
        made += jobs
            .iter()
            .filter(|job| matches!(job, Job::Register(_)))
            .count();
        if live.holds() {
            live.notified();
            now += Duration::from_secs(2);
            if let NextJob::Do(job) = live.next(now) {
                assert!(live.failed(&job, &gone, now), "dealt with");
            }
        } else {
            now = until;
        }
    }
    assert!((9..=11).contains(&made), "{made} times in ten minutes");
}

/// Runs the jobs against a server that accepts everything, up to the first wait.
fn settle(live: &mut Subscriptions, now: Instant) -> (Vec<Job>, Instant) {
    let mut jobs = Vec::new();
    loop {
        match live.next(now) {
            NextJob::Do(job) => {
                assert!(jobs.len() < 500, "it never ends");
                match &job {
                    Job::Register(lasting) | Job::RenewEndPoint(_, lasting) => {
                        live.registered(EndPointId::from(5), *lasting, now);
                    }
                    Job::Subscribe(..) => {
                        let id = SubscriptionId::from(jobs.len() as i32);
                        live.subscribed(id, &job, now);
                        // Right after a subscription the service calls by itself.
                        live.notified();
                    }
                    Job::Extend(id, ..) | Job::RenewSubscription(id, ..) => {
                        live.subscribed(*id, &job, now);
                    }
                    Job::Unsubscribe(id, contacts) => live.unsubscribed(*id, contacts),
                    Job::Fetch(id) => live.fetched(*id, true, now),
                }
                jobs.push(job);
            }
            NextJob::Wait(until) => return (jobs, until),
            NextJob::Idle => panic!("idle after {jobs:?}"),
        }
    }
}

#[test]
fn however_many_calls_are_forged_the_service_is_asked_once_a_second() {
    let begin = Instant::now();
    let mut live = Subscriptions::new();
    live.set_contacts(&people(10));
    settle(&mut live, begin);
    let mut fetches = Vec::new();
    // Ten thousand calls a second for a minute, of which none brings news.
    for milliseconds in 0..60_000 {
        let now = begin + Duration::from_millis(milliseconds);
        for _ in 0..10 {
            live.notified();
        }
        if let NextJob::Do(job) = live.next(now) {
            let Job::Fetch(id) = job else {
                panic!("{job:?}");
            };
            live.fetched(id, false, now);
            fetches.push(milliseconds);
        }
    }
    let first = fetches.iter().filter(|&&at| at < 5000).count();
    assert!(first < 20, "{first} in the first five seconds");
    let rest = fetches.len() - first;
    assert!((50..=56).contains(&rest), "{rest} in the last 55 seconds");
}

fn people(count: usize) -> Vec<Address> {
    (0..count)
        .map(|n| format!("p{n}@sie.at").parse().unwrap())
        .collect()
}

#[test]
fn more_contacts_than_a_subscription_holds_get_several() {
    let now = Instant::now();
    let mut live = Subscriptions::new();
    live.set_contacts(&people(5001));
    let (mut jobs, soon) = settle(&mut live, now);
    jobs.extend(settle(&mut live, soon).0);
    assert!(live.holds());
    let subscribed = jobs.iter().filter(|job| matches!(job, Job::Subscribe(..)));
    assert_eq!(subscribed.count(), 2);
    for job in &jobs {
        if let Job::Subscribe(batch, ..) | Job::Extend(_, batch, _) = job {
            assert!(!batch.is_empty() && batch.len() <= BATCH);
        }
    }
    let fetches = jobs.iter().filter(|job| matches!(job, Job::Fetch(_)));
    assert_eq!(
        fetches.count(),
        6,
        "one for each thousand, and for the rest"
    );
}

#[test]
fn an_idle_hour_with_five_thousand_contacts_costs_next_to_nothing() {
    let begin = Instant::now();
    let mut live = Subscriptions::new();
    live.set_contacts(&people(5000));
    let (_, mut now) = settle(&mut live, begin);
    let mut jobs = Vec::new();
    while now < begin + Duration::from_secs(3600) {
        let (done, until) = settle(&mut live, now);
        assert!(until > now);
        jobs.extend(done);
        now = until;
    }
    // One fetch in 15 s, which finds out whether the subscription is there still.
    assert!(jobs.len() < 250, "{}", jobs.len());
    assert!(jobs.iter().all(|job| matches!(job, Job::Fetch(_))));
}

#[test]
fn what_ends_is_renewed_in_good_time() {
    let begin = Instant::now();
    let mut live = Subscriptions::new();
    live.set_contacts(&people(3));
    let (_, mut now) = settle(&mut live, begin);
    let (mut end_point, mut subscription) = (begin, begin);
    let lasting = Expiration::nearest(Duration::from_secs(12 * 3600)).time();
    while now < begin + Duration::from_secs(48 * 3600) {
        let (jobs, until) = settle(&mut live, now);
        for job in jobs {
            match job {
                Job::RenewEndPoint(..) => end_point = now,
                Job::RenewSubscription(..) => subscription = now,
                Job::Fetch(_) => {}
                other => panic!("{other:?}"),
            }
        }
        let slack = lasting - Duration::from_secs(3600);
        assert!(now - end_point < slack && now - subscription < slack);
        now = until;
    }
}

#[test]
fn a_storm_of_calls_without_news_is_a_few_fetches_a_second() {
    let begin = Instant::now();
    let mut live = Subscriptions::new();
    live.set_contacts(&people(10));
    settle(&mut live, begin);
    let mut now = begin;
    let mut fetches = 0;
    while now < begin + Duration::from_secs(60) {
        live.notified();
        while let NextJob::Do(Job::Fetch(id)) = live.next(now) {
            fetches += 1;
            live.fetched(id, false, now);
        }
        now += Duration::from_millis(1);
    }
    assert!(fetches < 80, "{fetches} fetches in a minute");
}

#[test]
fn missing_notifications_are_noticed_and_subscribing_is_tried_again_later() {
    let mut now = Instant::now();
    let mut live = Subscriptions::new();
    live.set_contacts(&people(10));
    settle(&mut live, now);
    let mut fetched_at_once = 0;
    for _ in 0..2 {
        assert!(live.holds());
        live.poll_showed_change(now);
        now += Duration::from_secs(6);
        fetched_at_once += settle(&mut live, now).0.len();
    }
    assert!(!live.holds());
    assert!(fetched_at_once >= 1, "the first may be a lost call");
    assert!(live.reason().unwrap().contains("does not call"));
    let NextJob::Wait(again) = live.next(now) else {
        panic!()
    };
    settle(&mut live, again);
    assert!(live.holds());
}

#[test]
fn a_call_that_comes_late_is_no_lost_call() {
    let mut now = Instant::now();
    let mut live = Subscriptions::new();
    live.set_contacts(&people(10));
    settle(&mut live, now);
    for _ in 0..10 {
        live.poll_showed_change(now);
        now += Duration::from_secs(3);
        live.notified();
        settle(&mut live, now);
        now += Duration::from_secs(10);
        settle(&mut live, now);
    }
    assert!(live.holds());
}

#[test]
fn live_is_said_only_after_the_service_has_called() {
    let begin = Instant::now();
    for (mut live, gives_up) in [
        (Subscriptions::new(), true),
        (Subscriptions::insisting(), false),
    ] {
        live.set_contacts(&people(10));
        let id = SubscriptionId::from(7);
        let mut now = begin;
        while now < begin + Duration::from_secs(30) {
            match live.next(now) {
                NextJob::Do(job) => match &job {
                    Job::Register(lasting) => live.registered(EndPointId::from(5), *lasting, now),
                    Job::Fetch(id) => live.fetched(*id, false, now),
                    _ => live.subscribed(id, &job, now),
                },
                NextJob::Wait(until) => now = until,
                NextJob::Idle => panic!("idle"),
            }
            assert!(!live.holds());
        }
        let reason = live.reason();
        assert_eq!(
            reason.is_some_and(|words| words.contains("does not call")),
            gives_up
        );
        if !gives_up {
            live.notified();
            assert!(live.holds());
            live.forget();
            assert!(!live.holds(), "what was proven was of another session");
        }
    }
}

#[test]
fn a_subscription_that_was_lost_without_a_word_is_asked_for_within_fifteen_seconds() {
    let mut now = Instant::now();
    let mut live = Subscriptions::new();
    live.set_contacts(&people(5000));
    let (_, until) = settle(&mut live, now);
    assert!(live.holds() && until <= now + Duration::from_secs(15));
    now = until;
    assert!(matches!(live.next(now), NextJob::Do(Job::Fetch(_))));
}

#[test]
fn a_notification_that_comes_during_a_fetch_is_not_lost() {
    let now = Instant::now();
    let mut live = Subscriptions::new();
    live.set_contacts(&people(10));
    settle(&mut live, now);
    live.notified();
    let NextJob::Do(Job::Fetch(id)) = live.next(now + Duration::from_secs(2)) else {
        panic!("nothing is fetched")
    };
    // Of a change after the server had written its answer.
    live.notified();
    let now = now + Duration::from_secs(3);
    live.fetched(id, true, now);
    let soon = now + Duration::from_secs(1);
    assert!(matches!(live.next(soon), NextJob::Do(Job::Fetch(_))));
}
