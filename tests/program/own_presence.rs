//! My own presence: set from the board and from a script, kept as long as wanted, cleared.

use crate::support::pty;
use std::path::Path;
use std::process::{Command as Process, Output};
use std::time::{Duration, Instant};

use crate::support::desk::{Desk, wanted};
use crate::support::service::{
    Feed, config, everybody, leave, link_where, next, reports, service, spawn, still,
};
use jiff::{SignedDuration, Timestamp};
use whosin::board::{AccountEffect, Action, UserMessage};
use whosin::feed::{Command, Own, Update, set_once};
use whosin::link::{LinkState, OwnPresence, OwnSet};
use whosin::presence::{Address, Availability, Presence};
use whosin::pws::Expiration;
use whosin::simulator::{Operation, Simulator};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn dnd_for(seconds: i64) -> OwnSet {
    OwnSet {
        own: OwnPresence::Dnd,
        until: at(seconds),
    }
}

#[test]
fn what_lasts_longer_than_the_server_keeps_it_is_set_again_in_good_time() {
    let mut own = Own::new();
    own.want(dnd_for(40 * 3600));
    let (mut set, mut kept_until) = (Vec::new(), at(0));
    for minute in 0..41 * 60 {
        let now = at(minute * 60);
        if let Some((what, expiration)) = own.next(now) {
            assert!(set.is_empty() || now < kept_until || now >= at(40 * 3600));
            own.done(what, expiration, now);
            kept_until = now + SignedDuration::try_from(expiration.time()).unwrap();
            set.push(what);
        }
    }
    assert_eq!(set, [OwnPresence::Dnd, OwnPresence::Dnd]);
    assert_eq!(own.holds(at(41 * 3600)), None);
}

#[test]
fn what_lasts_shorter_than_the_server_keeps_it_is_ended() {
    let mut own = Own::new();
    own.want(dnd_for(600));
    let (what, expiration) = own.next(at(0)).unwrap();
    assert_eq!((what, expiration), (OwnPresence::Dnd, Expiration::SHORTEST));
    assert_eq!(own.holds(at(0)), None, "it is not yet taken");
    own.done(what, expiration, at(0));
    assert_eq!(own.holds(at(0)), Some(dnd_for(600)));
    assert_eq!(own.next(at(599)), None);
    let (what, expiration) = own.next(at(601)).unwrap();
    assert_eq!(what, OwnPresence::Available);
    own.done(what, expiration, at(601));
    assert_eq!((own.next(at(700)), own.holds(at(700))), (None, None));
}

#[test]
fn a_new_session_is_told_again_and_a_refusal_is_not_repeated() {
    let mut own = Own::new();
    own.want(dnd_for(7200));
    own.done(OwnPresence::Dnd, Expiration::SHORTEST, at(0));
    own.forget();
    assert!(own.next(at(10)).is_some());
    own.refused(OwnPresence::Dnd, at(10));
    assert_eq!(own.next(at(10)), None);
}

#[test]
fn a_choice_made_while_another_is_under_way_is_sent_all_the_same() {
    let busy = OwnSet {
        own: OwnPresence::Busy,
        ..dnd_for(7200)
    };
    for earlier in [OwnPresence::Dnd, OwnPresence::Available] {
        let mut own = Own::new();
        own.want(busy);
        own.done(earlier, Expiration::SHORTEST, at(1));
        assert_eq!(own.holds(at(1)), None, "the server has {earlier:?}");
        own.refused(earlier, at(1));
        assert_eq!(own.next(at(1)).unwrap().0, OwnPresence::Busy);
    }
}

#[test]
fn what_is_taken_after_its_end_is_cleared() {
    let mut own = Own::new();
    own.want(dnd_for(600));
    own.done(OwnPresence::Dnd, Expiration::SHORTEST, at(601));
    assert_eq!(own.next(at(602)).unwrap().0, OwnPresence::Available);
}

async fn feed_of(service: &Simulator) -> Feed {
    let people = everybody(service);
    let mut config = config(service, "simulated");
    config.credentials.user = people[0].user().to_string();
    let mut feed = spawn(config).unwrap();
    feed.commands.send(Command::Contacts(people)).unwrap();
    reports(&mut feed).await;
    feed
}

fn state(service: &Simulator, who: &Address) -> Availability {
    service.state_of(who).availability()
}

/// Whether the last that was set lets phone and calendar decide again.
fn was_cleared(service: &Simulator) -> bool {
    let set = service.requests().into_iter().rev();
    let mut set = set.filter(|request| request.operation == Operation::SetPresence);
    set.next().is_some_and(|request| {
        request.body.contains(">AVAILABLE<") && request.body.contains("override>false<")
    })
}

fn set(own: OwnPresence) -> Command {
    Command::SetOwn(OwnSet {
        own,
        until: Timestamp::now() + SignedDuration::from_hours(2),
    })
}

#[tokio::test]
async fn the_server_and_the_board_know_what_was_set_and_cleared() {
    let service = service(still(5)).await;
    let me = everybody(&service)[0].clone();
    let mut feed = feed_of(&service).await;
    feed.commands.send(set(OwnPresence::Dnd)).unwrap();
    let link = link_where(&mut feed, |link| link.own.is_some()).await;
    assert_eq!(link.own.unwrap().own, OwnPresence::Dnd);
    assert_eq!(state(&service, &me), Availability::Dnd);
    // A new session is told again.
    service.expire_applications();
    let deadline = Instant::now() + Duration::from_secs(20);
    while service.tally().of(Operation::SetPresence) < 2 {
        assert!(Instant::now() < deadline);
        let _ = tokio::time::timeout(Duration::from_millis(20), feed.updates.recv()).await;
    }
    feed.commands.send(set(OwnPresence::Available)).unwrap();
    let mut own = link.own;
    while own.is_some() || !was_cleared(&service) {
        assert!(Instant::now() < deadline);
        let update = tokio::time::timeout(Duration::from_millis(20), feed.updates.recv()).await;
        if let Ok(Some(Update::Link(link))) = update {
            own = link.own;
        }
    }
    leave(feed).await;
}

#[tokio::test]
async fn a_refusal_is_told_with_its_reason_and_is_no_trouble_of_the_link() {
    let service = service(still(5)).await;
    let mut feed = feed_of(&service).await;
    for code in [115, 120, 121, 122, 125, 161, 162, 204] {
        service.fail_next_of(Operation::SetPresence, code, 1);
        feed.commands.send(set(OwnPresence::Busy)).unwrap();
        let words = loop {
            match next(&mut feed).await {
                Update::Notice(words) => break words,
                Update::Link(link) => {
                    assert!(!matches!(link.state, LinkState::Trouble { .. }), "{link:?}");
                }
                Update::Reports(_) | Update::NewHost(_) | Update::ClockSet(_) => {}
            }
        };
        assert!(
            words.contains("Busy is not set") && words.contains(&code.to_string()),
            "{words}"
        );
    }
    leave(feed).await;
}

#[test]
fn the_board_offers_the_list_and_sets_what_is_chosen() {
    let mut desk = Desk::staffed(80, 24);
    desk.act(Action::OwnPresence);
    for _ in 0..3 {
        desk.act(Action::Down);
    }
    desk.act(Action::Right);
    let drawn = desk.screen();
    assert!(
        drawn.contains("Do not disturb") && drawn.contains("2 h"),
        "{drawn}"
    );
    let set = OwnSet {
        own: OwnPresence::Dnd,
        until: desk.now + SignedDuration::from_hours(2),
    };
    assert!(
        desk.act(Action::Open)
            .contains(&wanted(AccountEffect::SetOwn(set)))
    );
    assert!(!desk.screen().contains("My presence"));
    desk.act(Action::OwnPresence);
    desk.send(UserMessage::Point(4));
    desk.act(Action::Back);
    assert!(!desk.screen().contains("My presence"));
}

fn whosin(service: &Simulator, home: &Path, user: &str, arguments: &[&str]) -> Output {
    Process::new(env!("CARGO_BIN_EXE_whosin"))
        .env_clear()
        .envs(pty::environment(home))
        .env("WHOSIN_APP_PASSWORD", "simulated")
        .args([
            "--server",
            &service.url(),
            "--app-user",
            "whosin",
            "--user",
            user,
        ])
        .args(arguments)
        .output()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_sets_and_clears_it() {
    let service = service(still(5)).await;
    let home = tempfile::tempdir().unwrap();
    let me = everybody(&service)[0].clone();
    let run = |arguments: &[&str]| {
        let output = whosin(&service, home.path(), me.user(), arguments);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code(), said)
    };
    let (code, said) = run(&["set", "dnd", "--for", "2h"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("Do not disturb, until "), "{said}");
    assert_eq!(state(&service, &me), Availability::Dnd);
    let (_, said) = run(&["set", "away", "--for", "10m"]);
    assert!(said.contains("for an hour at least"), "{said}");
    assert_eq!(state(&service, &me), Availability::Away);
    let (code, said) = run(&["set", "clear"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(was_cleared(&service));
    service.fail_next_of(Operation::SetPresence, 161, 1);
    let (code, said) = run(&["set", "busy"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("161"), "{said}");
    assert_eq!(run(&["set", "asleep"]).0, Some(2));
    assert_eq!(service.signed_in(), (1, 0));
}

#[test]
fn what_another_client_has_ended_is_not_set_again() {
    let shown = |status: &str| Presence {
        set_by_hand: true,
        ..Presence::basic(status)
    };
    let mut own = Own::new();
    own.want(dnd_for(40 * 3600));
    own.see(&shown("AVAILABLE"));
    own.done(OwnPresence::Dnd, Expiration::LONGEST, at(0));
    // A poll may have been under way since before.
    own.see(&Presence::basic("AWAY"));
    own.see(&shown("DND"));
    own.see(&shown("DND"));
    assert!(own.holds(at(1)).is_some());
    // Another session: the server may have forgotten it, and nobody has ended it.
    own.forget();
    own.see(&Presence::basic("AWAY"));
    assert!(own.next(at(2)).is_some());
    own.done(OwnPresence::Dnd, Expiration::LONGEST, at(2));
    own.see(&shown("DND"));
    own.see(&shown("AVAILABLE"));
    assert_eq!((own.holds(at(3)), own.next(at(39 * 3600))), (None, None));
}

#[tokio::test]
async fn what_a_script_sets_and_clears_shows_on_the_link_and_only_there() {
    let service = service(still(3)).await;
    let folder = tempfile::tempdir().unwrap();
    let mut people = everybody(&service);
    let me = people.remove(0);
    let mut config = config(&service, "simulated");
    config.credentials.user = me.user().to_string();
    config.own = Some(me.clone());
    config.session_folder = Some(folder.path().join("run"));
    let script = config.clone();
    let mut feed = spawn(config).unwrap();
    feed.commands.send(Command::Contacts(people)).unwrap();
    link_where(&mut feed, |link| link.shown.is_some()).await;

    let client = script.client().unwrap();
    for own in [OwnPresence::Dnd, OwnPresence::Available] {
        set_once(&client, &script, own, Expiration::SHORTEST)
            .await
            .unwrap();
        // Once it is cleared, what the person does counts again.
        let is_dnd = own == OwnPresence::Dnd;
        let is_so = |me: &Presence| (me.availability == Availability::Dnd) == is_dnd;
        loop {
            match next(&mut feed).await {
                Update::Link(link) if link.shown.as_deref().is_some_and(is_so) => {
                    break;
                }
                Update::Reports(reports) => {
                    assert!(reports.iter().all(|report| report.address != me));
                }
                _ => {}
            }
        }
    }
    leave(feed).await;
}
