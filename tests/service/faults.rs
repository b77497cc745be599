//! Every fault of the service: how it is read, what it means, and what is done about it.

use crate::support::service;
use std::collections::HashMap;
use std::time::Duration;

use crate::support::service::{config, everybody, leave, next, reports, service, still};
use whosin::feed::{self, Command, Config, Feed, Session, Update};
use whosin::link::{LinkState, Outcome};
use whosin::pws::{Class, Error};
use whosin::simulator::{Operation, Options, Shape, Simulator};

/// The table of what a client does.
const TABLE: [(&[u16], Class); 12] = [
    (&[100, 101], Class::SessionEnded),
    (&[102, 103, 150], Class::ClientDefect),
    (&[110], Class::ClientDefect),
    (&[111, 112, 113, 114, 208], Class::SignInRefused),
    (&[124, 143, 147, 148], Class::BadContact),
    (&[135, 146], Class::ClientDefect),
    (
        &[130, 131, 132, 133, 134, 136, 137, 142, 144, 145],
        Class::SubscriptionGone,
    ),
    (&[138, 139, 211], Class::NoRoom),
    (&[140, 141], Class::ClientDefect),
    (&[160], Class::AlreadySignedIn),
    (
        &[121, 122, 115, 120, 125, 161, 162, 204],
        Class::SettingRefused,
    ),
    (
        &[200, 201, 202, 203, 205, 206, 207, 209],
        Class::ServerError,
    ),
];
const THROTTLED: [u16; 2] = [210, 212];

async fn signed_in(service: &Simulator) -> (whosin::pws::Client, Session, Config) {
    let config = config(service, "simulated");
    let client = config.client().unwrap();
    let session = Session::open(&client, &config.endpoint, &config.credentials)
        .await
        .unwrap();
    (client, session, config)
}

#[tokio::test]
async fn every_number_is_read_in_every_shape_and_means_what_the_table_says() {
    let rows = TABLE
        .iter()
        .copied()
        .chain([(&THROTTLED[..], Class::Throttled)]);
    let rows: Vec<(u16, Class)> = rows
        .flat_map(|(codes, class)| codes.iter().map(move |&code| (code, class)))
        .collect();
    assert_eq!(rows.len(), 51);
    let mut words = HashMap::new();
    for shape in [Shape::Detail, Shape::FaultString, Shape::Words] {
        let service = service(Options {
            fault_shape: Some(shape),
            ..still(3)
        })
        .await;
        let (client, session, config) = signed_in(&service).await;
        let people = everybody(&service);
        for &(code, class) in &rows {
            service.fail_next_of(Operation::GetPolledPresence, code, 1);
            let error = client
                .poll(&session.home, &session.user, &people, config.kind)
                .await
                .unwrap_err();
            assert_eq!(error.class(), Some(class), "{code} as {shape:?}: {error}");
            let Error::Fault(fault) = error else {
                panic!("{code} as {shape:?}: {error}")
            };
            // A message alone may be as unclear as several numbers are.
            if shape != Shape::Words {
                assert_eq!(fault.code, Some(code), "{shape:?}");
                assert!(!fault.words.is_empty() && !fault.advice().is_empty());
                let known = words.insert(fault.in_words(), code);
                assert!(
                    known.is_none_or(|other| other == code),
                    "{known:?} and {code}"
                );
            }
        }
    }
    assert_eq!(words.len(), rows.len());
}

async fn feed_of(service: &Simulator) -> Feed {
    let mut feed = feed::spawn(config(service, "simulated")).unwrap();
    feed.commands
        .send(Command::Contacts(everybody(service)))
        .unwrap();
    reports(&mut feed).await;
    feed
}

/// What the feed tells from a failing request to the next answer.
async fn told_until_answered(feed: &mut Feed) -> Vec<LinkState> {
    let mut told = Vec::new();
    loop {
        match next(feed).await {
            Update::Notice(words) => panic!("{words}"),
            Update::Link(link) => told.push(link.state),
            Update::Reports(reports) => {
                let answered =
                    |one: &whosin::link::Report| matches!(one.outcome, Outcome::Answered(_));
                if reports.iter().any(answered) {
                    return told;
                }
            }
        }
    }
}

#[tokio::test]
async fn the_feed_does_about_each_what_the_table_says() {
    let service = service(still(5)).await;
    let mut feed = feed_of(&service).await;
    for (codes, class) in TABLE
        .iter()
        .copied()
        .chain([(&THROTTLED[..], Class::Throttled)])
    {
        // Each pause is longer than the last where only failures come: one of a row is enough.
        let code = codes[0];
        let before = service.tally();
        service.fail_next_of(Operation::GetPolledPresence, code, 1);
        while service.tally().given(code) == before.given(code) {
            let _ = tokio::time::timeout(Duration::from_millis(20), feed.updates.recv()).await;
        }
        let told = told_until_answered(&mut feed).await;
        let after = service.tally();
        let trouble = told
            .iter()
            .any(|state| matches!(state, LinkState::Trouble { .. }));
        let sign_ins = after.end_user_logins - before.end_user_logins;
        match class {
            Class::SessionEnded => {
                assert_eq!(sign_ins, 1, "{code}");
                assert!(!trouble, "{code}: {told:?}");
            }
            Class::BadContact | Class::Throttled => {
                assert_eq!(sign_ins, 0, "{code}");
                assert!(!trouble, "{code}: {told:?}");
            }
            _ => assert_eq!(sign_ins, 0, "{code}"),
        }
    }
    leave(feed).await;
}

#[tokio::test]
async fn a_refused_sign_in_is_never_repeated_whatever_the_number() {
    for code in [111, 112, 113, 114, 208] {
        let service = service(still(3)).await;
        service.fail_next_of(Operation::Login, code, 100);
        let mut feed = feed::spawn(config(&service, "simulated")).unwrap();
        service::link(&mut feed, |state| {
            matches!(state, LinkState::Refused { .. })
        })
        .await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(service.tally().given(code), 1);
        leave(feed).await;
    }
}
