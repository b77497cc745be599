//! Sessions: renewed when they end, shared by all processes of a user, given up to whoever insists.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::service::{
    Feed, config, everybody, leave, link, link_where, next, open_session, reports, service, spawn,
    still, trouble, untroubled,
};
use tokio::sync::mpsc;
use whosin::feed::{self, Command, Config, Contest, Delivery, Origin, Update};
use whosin::link::{LinkState, Mode, Outcome, Report};
use whosin::presence::Availability;
use whosin::simulator::{Doing, Fault, Operation, Options, Scenario, Simulator, Trouble};

fn feed_in(service: &Simulator, folder: &Path) -> Feed {
    let feed = spawn(Config {
        session_folder: Some(folder.join("run")),
        ..config(service, "simulated")
    })
    .unwrap();
    feed.commands
        .send(Command::Contacts(everybody(service)))
        .unwrap();
    feed
}

fn sign_ins(service: &Simulator) -> (u64, u64) {
    let tally = service.tally();
    (tally.application_logins, tally.end_user_logins)
}

#[tokio::test]
async fn an_ended_end_user_session_is_renewed_without_the_application_user() {
    let service = service(still(10)).await;
    let mut feed = spawn(config(&service, "simulated")).unwrap();
    feed.commands
        .send(Command::Contacts(everybody(&service)))
        .unwrap();
    reports(&mut feed).await;
    service.expire_end_users();
    untroubled(&mut feed, 3).await;
    assert_eq!(sign_ins(&service), (1, 2));
    service.expire_applications();
    untroubled(&mut feed, 3).await;
    assert_eq!(sign_ins(&service), (2, 3));
    leave(feed).await;
}

#[tokio::test]
async fn many_requests_under_way_cause_one_sign_in() {
    let service = service(still(800)).await;
    let busy = Config {
        in_flight: 8,
        interval: Duration::from_millis(50),
        ..config(&service, "simulated")
    };
    let mut feed = spawn(busy).unwrap();
    feed.commands
        .send(Command::Contacts(everybody(&service)))
        .unwrap();
    reports(&mut feed).await;
    for times in 1..=3 {
        service.expire_end_users();
        untroubled(&mut feed, 10).await;
        assert_eq!(sign_ins(&service), (1, 1 + times));
    }
    leave(feed).await;
}

#[tokio::test]
async fn sessions_that_end_again_and_again_are_no_trouble() {
    let service = service(Options {
        scenario: "expire=3,expire-app=10".parse::<Scenario>().unwrap(),
        ..still(10)
    })
    .await;
    let mut feed = spawn(config(&service, "simulated")).unwrap();
    feed.commands
        .send(Command::Contacts(everybody(&service)))
        .unwrap();
    untroubled(&mut feed, 25).await;
    leave(feed).await;
}

#[tokio::test]
async fn all_processes_of_a_user_share_one_session_and_the_last_one_out_signs_out() {
    let (service, folder) = (service(still(10)).await, tempfile::tempdir().unwrap());
    let mut feeds: Vec<Feed> = (0..5).map(|_| feed_in(&service, folder.path())).collect();
    for feed in &mut feeds {
        untroubled(feed, 2).await;
    }
    assert_eq!(sign_ins(&service), (1, 1));
    // Their session ends for all of them at once.
    service.expire_end_users();
    for feed in &mut feeds {
        untroubled(feed, 3).await;
    }
    assert_eq!(sign_ins(&service), (1, 2));
    let last = feeds.pop().unwrap();
    for feed in feeds {
        leave(feed).await;
        assert_eq!(service.signed_in(), (1, 1));
    }
    leave(last).await;
    assert_eq!(service.signed_in(), (1, 0));
    let left = fs::read_dir(folder.path().join("run")).unwrap();
    let names = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let is_session = |name: &str| name.starts_with("session-") && name.ends_with(".json");
    assert!(!names.into_iter().any(|name| is_session(&name)));
}

#[tokio::test]
async fn one_round_beside_a_board_signs_nobody_in_and_nobody_out() {
    let (service, folder) = (service(still(10)).await, tempfile::tempdir().unwrap());
    let mut feed = feed_in(&service, folder.path());
    reports(&mut feed).await;
    let beside = Config {
        session_folder: Some(folder.path().join("run")),
        ..config(&service, "simulated")
    };
    let client = beside.client().unwrap();
    let reports = feed::ask_once(&client, &beside, &everybody(&service))
        .await
        .unwrap();
    assert_eq!(reports.len(), 10);
    assert_eq!(sign_ins(&service), (1, 1));
    untroubled(&mut feed, 3).await;
    leave(feed).await;
    assert_eq!(service.signed_in(), (1, 0));
    feed::ask_once(&client, &beside, &everybody(&service))
        .await
        .unwrap();
    assert_eq!(service.signed_in(), (1, 0));
}

#[tokio::test]
async fn what_a_crash_leaves_behind_is_used_or_else_renewed() {
    let (service, folder) = (service(still(10)).await, tempfile::tempdir().unwrap());
    let crash = async || {
        let (found, mut updates) = mpsc::channel(64);
        let shared = Config {
            session_folder: Some(folder.path().join("run")),
            ..config(&service, "simulated")
        };
        let (commands, work) = feed::prepare(shared, found).unwrap();
        let work = tokio::spawn(work);
        commands
            .send(Command::Contacts(everybody(&service)))
            .unwrap();
        while !matches!(updates.recv().await.unwrap(), Update::Reports(_)) {}
        work.abort();
        assert!(work.await.unwrap_err().is_cancelled());
    };
    crash().await;
    crash().await;
    assert_eq!(sign_ins(&service), (1, 1), "the keys still serve");
    service.expire_applications();
    let mut third = feed_in(&service, folder.path());
    untroubled(&mut third, 2).await;
    assert_eq!(sign_ins(&service), (2, 2));
    leave(third).await;
    assert_eq!(service.signed_in(), (1, 0));
}

#[tokio::test]
async fn a_file_of_keys_that_makes_no_sense_is_written_anew() {
    let (service, folder) = (service(still(10)).await, tempfile::tempdir().unwrap());
    let mut feed = feed_in(&service, folder.path());
    reports(&mut feed).await;
    let keys = fs::read_dir(folder.path().join("run"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "json"))
        .unwrap();
    fs::write(&keys, "{\"app_key\": 3").unwrap();
    let mut other = feed_in(&service, folder.path());
    untroubled(&mut other, 3).await;
    untroubled(&mut feed, 6).await;
    leave(feed).await;
    leave(other).await;
    assert_eq!(service.signed_in(), (1, 0));
}

#[cfg(unix)]
#[tokio::test]
async fn the_keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (service, folder) = (service(still(10)).await, tempfile::tempdir().unwrap());
    let mut feed = feed_in(&service, folder.path());
    reports(&mut feed).await;
    let run = folder.path().join("run");
    assert_eq!(mode(&run), 0o700);
    let mut files = 0;
    for entry in fs::read_dir(&run).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
        files += 1;
    }
    // Session and application user: the keys of each, and a lock; and who uses the session.
    assert_eq!(files, 5);
    leave(feed).await;
    // Where others can look in nothing is left, and the board works all the same.
    fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).unwrap();
    let mut feed = feed_in(&service, folder.path());
    untroubled(&mut feed, 2).await;
    let keys = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        name.starts_with("session-") && name.ends_with(".json")
    };
    assert!(
        !fs::read_dir(&run)
            .unwrap()
            .any(|entry| keys(entry.unwrap()))
    );
    leave(feed).await;
    assert_eq!(service.signed_in(), (1, 0));
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_by_each_and_leaves_no_lock_behind() {
    let (service, folder) = (service(still(10)).await, tempfile::tempdir().unwrap());
    let wrong = || Config {
        session_folder: Some(folder.path().join("run")),
        ..config(&service, "wrong")
    };
    let refused = |state: &LinkState| matches!(state, LinkState::Refused { .. });
    let mut feeds: Vec<Feed> = (0..2).map(|_| spawn(wrong()).unwrap()).collect();
    for feed in &mut feeds {
        link(feed, refused).await;
    }
    assert_eq!(service.tally().of(Operation::Login), 2);
    let mut right = feed_in(&service, folder.path());
    untroubled(&mut right, 2).await;
    for feed in feeds {
        leave(feed).await;
    }
    leave(right).await;
}

#[tokio::test]
async fn who_takes_the_user_over_twice_is_given_way_to() {
    let service = service(still(10)).await;
    // Where the same key comes again, nobody has to take it from anybody.
    service.set_scenario(Trouble::AlreadyIn);
    let mut feed = spawn(config(&service, "simulated")).unwrap();
    feed.commands
        .send(Command::Contacts(everybody(&service)))
        .unwrap();
    reports(&mut feed).await;
    service.steal();
    untroubled(&mut feed, 3).await;
    service.steal();
    let words = trouble(&mut feed).await;
    assert!(words.contains("someone else signs in as klmt"), "{words}");
    let before = service.tally().of(Operation::Login);
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!(service.tally().of(Operation::Login), before, "it fights");
    leave(feed).await;
}

#[test]
fn the_pauses_for_somebody_else_grow_and_end_with_the_contest() {
    let mut contest = Contest::new();
    let (short, long) = (Duration::from_secs(20), Duration::from_secs(3600));
    assert_eq!(contest.ended(Origin::New, short, true), None);
    contest.renewed(Origin::TakenOver);
    let mut pauses = Vec::new();
    for _ in 0..9 {
        pauses.push(contest.ended(Origin::TakenOver, short, true).unwrap());
        contest.renewed(Origin::TakenOver);
    }
    assert!(pauses.is_sorted());
    assert_eq!(pauses.first(), Some(&Duration::from_secs(5)));
    assert_eq!(pauses.last(), Some(&Duration::from_secs(300)));
    assert_eq!(contest.ended(Origin::TakenOver, long, true), None);
}

#[test]
fn a_session_that_another_process_renewed_is_not_contested() {
    let mut contest = Contest::new();
    for _ in 0..5 {
        assert_eq!(contest.ended(Origin::Found, Duration::ZERO, false), None);
        contest.renewed(Origin::Found);
    }
}

#[test]
fn keys_that_are_not_valid_right_after_a_sign_in_tell_of_somebody_else() {
    let mut contest = Contest::new();
    assert_eq!(contest.ended(Origin::New, Duration::ZERO, false), None);
    contest.renewed(Origin::New);
    assert!(contest.ended(Origin::New, Duration::ZERO, false).is_some());
}

#[tokio::test]
async fn nobody_knows_the_keys_from_what_is_printed() {
    let (service, folder) = (service(still(3)).await, tempfile::tempdir().unwrap());
    let config = Config {
        session_folder: Some(folder.path().into()),
        ..config(&service, "simulated")
    };
    let client = config.client().unwrap();
    let session = open_session(&client, &config.endpoint, &config.credentials)
        .await
        .unwrap();
    let printed = format!("{session:?} {config:?}");
    assert!(
        printed.contains("secret") && !printed.contains("simulated"),
        "{printed}"
    );
    service.fail_next_of(Operation::GetPolledPresence, Fault(100).0, 1);
    let began = Instant::now();
    feed::ask_once(&client, &config, &everybody(&service))
        .await
        .unwrap();
    assert!(began.elapsed() < Duration::from_secs(20));
}

/// Rounds of other users beside a board, on a machine of their own or not, at a service of this kind.
async fn rounds_of_ten_beside_a_board(scenario: &str, folder: Option<&Path>) {
    let options = Options {
        scenario: scenario.parse().unwrap(),
        ..still(10)
    };
    let service = service(options).await;
    let session_folder = folder.map(|folder| folder.join("run"));
    let own = Config {
        session_folder: session_folder.clone(),
        delivery: Delivery::Auto,
        ..config(&service, "simulated")
    };
    let mut board = spawn(own.clone()).unwrap();
    let people = everybody(&service);
    board
        .commands
        .send(Command::Contacts(people.clone()))
        .unwrap();
    link_where(&mut board, |link| link.mode == Mode::Live).await;
    let before = service.tally();
    for number in 0..10 {
        let mut other = own.clone();
        other.credentials.user = format!("colleague{number}");
        let client = other.client().unwrap();
        let reports = feed::ask_once(&client, &other, &people).await.unwrap();
        assert_eq!(reports.len(), 10);
    }
    // Ten sign-ins of theirs, and none of the board's, whose subscription is there still.
    service.set(&people[3], Doing::Dnd);
    let is = |report: &Report| match &report.outcome {
        Outcome::Answered(presence) => {
            report.address == people[3] && presence.availability == Availability::Dnd
        }
        _ => false,
    };
    loop {
        match next(&mut board).await {
            Update::Reports(reports) if reports.iter().any(is) => break,
            Update::Link(link) => assert_eq!((link.state, link.mode), (LinkState::Up, Mode::Live)),
            _ => {}
        }
    }
    let after = service.tally();
    assert_eq!(
        after.of(Operation::RegisterEndPoint),
        before.of(Operation::RegisterEndPoint)
    );
    leave(board).await;
}

#[tokio::test]
async fn colleagues_leave_a_board_alone_where_each_gets_the_same_key() {
    rounds_of_ten_beside_a_board("quiet", None).await;
}

#[tokio::test]
async fn colleagues_leave_a_board_alone_where_nobody_gets_a_second_key() {
    let folder = tempfile::tempdir().unwrap();
    rounds_of_ten_beside_a_board("already-in", Some(folder.path())).await;
}

#[tokio::test]
async fn at_one_request_a_second_a_board_is_up_within_ten_seconds() {
    for scenario in ["throttle=1", "throttle=1,already-in"] {
        let options = Options {
            scenario: scenario.parse().unwrap(),
            ..still(10)
        };
        let service = service(options).await;
        let begun = Instant::now();
        let mut feed = spawn(config(&service, "simulated")).unwrap();
        feed.commands
            .send(Command::Contacts(everybody(&service)))
            .unwrap();
        reports(&mut feed).await;
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{scenario}: {:?}",
            begun.elapsed()
        );
        assert_eq!(
            sign_ins(&service).0,
            1,
            "{scenario}: the key that one has is kept"
        );
        leave(feed).await;
    }
}
