//! The feed against the embedded service: signing in, asking, and what it says when it cannot.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::support::service::{
    config, everybody, leave, link, reports, service, spawn, still, untroubled,
};
use whosin::feed::{Command, Config, Plan, Rhythm, Step};
use whosin::link::{LinkState, Outcome, SignIn};
use whosin::presence::Address;
use whosin::pws::BATCH;
use whosin::simulator::{Fault, Operation, Options};

#[tokio::test]
async fn asks_for_everybody_in_batches_and_signs_both_users_out() {
    let service = service(still(250)).await;
    let mut feed = spawn(config(&service, "simulated")).unwrap();
    let people = everybody(&service);
    feed.commands
        .send(Command::Contacts(people.clone()))
        .unwrap();
    let mut answered = HashSet::new();
    while answered.len() < people.len() {
        for report in reports(&mut feed).await {
            let Outcome::Answered(presence) = report.outcome else {
                panic!("{report:?}")
            };
            let told = service.state_of(&report.address).availability();
            assert_eq!(presence.availability, told, "{}", report.address);
            answered.insert(report.address);
        }
    }
    leave(feed).await;
    assert_eq!(service.signed_in(), (1, 0));
    assert!(service.tally().largest_batch <= BATCH as _);
}

#[tokio::test]
async fn a_refused_sign_in_is_told_and_not_repeated_without_the_user() {
    let service = service(Options::default()).await;
    let mut feed = spawn(config(&service, "wrong")).unwrap();
    let state = link(&mut feed, |state| {
        matches!(state, LinkState::Refused { .. })
    })
    .await;
    let LinkState::Refused { sign_in, problem } = state else {
        unreachable!()
    };
    assert_eq!(sign_in, SignIn::Application);
    assert!(
        problem.what.contains("application user 'whosin'"),
        "{}",
        problem.what
    );
    assert!(!problem.what.contains("wrong'"), "{}", problem.what);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(service.tally().of(Operation::Login), 1);
    feed.commands.send(Command::SignInAgain).unwrap();
    link(&mut feed, |state| {
        matches!(state, LinkState::Refused { .. })
    })
    .await;
    assert_eq!(service.tally().of(Operation::Login), 2);
    leave(feed).await;
}

#[tokio::test]
async fn an_ended_session_is_renewed_without_a_word_of_trouble() {
    let service = service(Options {
        pace: 0.0,
        ..Options::default()
    })
    .await;
    let mut feed = spawn(config(&service, "simulated")).unwrap();
    feed.commands
        .send(Command::Contacts(everybody(&service)))
        .unwrap();
    reports(&mut feed).await;
    service.expire_applications();
    untroubled(&mut feed, 2).await;
    leave(feed).await;
}

#[tokio::test]
async fn a_bad_contact_is_found_and_the_others_are_answered() {
    let service = service(still(30)).await;
    let people = everybody(&service);
    service.refuse(&people[17], Fault(124));
    let mut feed = spawn(config(&service, "simulated")).unwrap();
    feed.commands
        .send(Command::Contacts(people.clone()))
        .unwrap();
    let (mut answered, mut refused) = (HashSet::new(), Vec::new());
    while answered.len() < 29 || refused.is_empty() {
        for report in reports(&mut feed).await {
            match report.outcome {
                Outcome::Refused(_) => refused.push(report.address),
                Outcome::Answered(_) => drop(answered.insert(report.address)),
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(refused, [people[17].clone()]);
    let to_find_it = service.tally().given(124);
    assert!(to_find_it <= 6, "{to_find_it} requests failed");
    for _ in 0..3 {
        assert_eq!(reports(&mut feed).await.len(), 29);
    }
    assert_eq!(service.tally().given(124), to_find_it);
    leave(feed).await;
}

#[tokio::test]
async fn a_server_that_is_gone_is_trouble_and_its_return_is_noticed() {
    let service = service(Options::default()).await;
    let people = everybody(&service);
    let mut feed = spawn(config(&service, "simulated")).unwrap();
    feed.commands.send(Command::Contacts(people)).unwrap();
    reports(&mut feed).await;
    service.stop_node(whosin::simulator::Node::First).await;
    let state = link(&mut feed, |state| {
        matches!(state, LinkState::Trouble { .. })
    })
    .await;
    let LinkState::Trouble {
        since, next_try, ..
    } = state
    else {
        unreachable!()
    };
    assert!(next_try.unwrap() > since);
    service.start_node(whosin::simulator::Node::First).await;
    feed.commands.send(Command::AskNow(vec![])).unwrap();
    link(&mut feed, |state| *state == LinkState::Up).await;
    leave(feed).await;
}

#[tokio::test]
async fn a_new_contact_is_asked_for_at_once_and_alone() {
    let service = service(still(40)).await;
    let people = everybody(&service);
    let slow = Config {
        interval: Duration::from_secs(3600),
        ..config(&service, "simulated")
    };
    let mut feed = spawn(slow).unwrap();
    feed.commands
        .send(Command::Contacts(people[..39].to_vec()))
        .unwrap();
    assert_eq!(reports(&mut feed).await.len(), 39);
    feed.commands
        .send(Command::Contacts(people.clone()))
        .unwrap();
    let alone = reports(&mut feed).await;
    assert_eq!(alone.len(), 1);
    assert_eq!(alone[0].address, people[39]);
    leave(feed).await;
}

#[test]
fn the_plan_starves_nobody_and_never_bursts() {
    let begin = Instant::now();
    let interval = Duration::from_secs(5);
    let mut plan = Plan::new(Rhythm::Round(interval), begin);
    let people: Vec<Address> = (0..950)
        .map(|n| format!("p{n}@sie.at").parse().unwrap())
        .collect();
    plan.set_contacts(people.clone(), begin);
    plan.prefer(people[900..].to_vec());
    let (mut now, mut asked, mut times) = (begin, vec![0_u32; 950], Vec::new());
    while now < begin + interval * 10 {
        match plan.next(now) {
            Step::Ask(batch) => {
                assert!(!batch.is_empty() && batch.len() <= BATCH);
                times.push(now);
                for address in batch {
                    asked[people.iter().position(|person| *person == address).unwrap()] += 1;
                    plan.answered(&[address]);
                }
            }
            Step::Wait(until) => {
                assert!(until > now);
                now = until;
            }
            Step::Idle => unreachable!(),
        }
    }
    assert!(
        asked.iter().all(|&times| (9..=11).contains(&times)),
        "{asked:?}"
    );
    assert!(
        times
            .windows(2)
            .all(|pair| pair[1] - pair[0] >= interval / 11)
    );
}
