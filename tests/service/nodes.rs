//! Other nodes: where a user lives elsewhere, where the primary is gone, and the way back.

use std::time::{Duration, Instant};

use crate::support::service::{
    Feed, config, everybody, leave, link_where, next, reports, service, spawn, still, trouble,
    untroubled,
};
use whosin::feed::{Command, Config, Nodes, Return, Update};
use whosin::link::{Link, LinkState};
use whosin::pws::Endpoint;
use whosin::simulator::{Node, Operation, Options, Scenario, Simulator};

fn endpoint(service: &Simulator, node: Node) -> Endpoint {
    Endpoint::parse(&service.url_of(node)).unwrap()
}

fn watching(service: &Simulator, others: Vec<Endpoint>) -> Feed {
    let soon = Duration::from_millis(300);
    let feed = spawn(Config {
        others,
        primary_again: Return {
            first: soon,
            then: soon,
        },
        ..config(service, "simulated")
    })
    .unwrap();
    feed.commands
        .send(Command::Contacts(everybody(service)))
        .unwrap();
    feed
}

async fn up_at(feed: &mut Feed, node: &Endpoint) {
    let node = node.to_string();
    let there = |link: &Link| link.state == LinkState::Up && link.server == node;
    link_where(feed, there).await;
}

#[tokio::test]
async fn a_user_who_lives_on_another_node_is_asked_for_there() {
    let service = service(Options {
        scenario: "redirect,already-in".parse::<Scenario>().unwrap(),
        ..still(10)
    })
    .await;
    let mut feed = watching(&service, vec![]);
    up_at(&mut feed, &endpoint(&service, Node::Second)).await;
    untroubled(&mut feed, 2).await;
    leave(feed).await;
    assert_eq!(service.signed_in(), (1, 0));
}

#[tokio::test]
async fn a_redirect_in_a_circle_names_the_nodes_and_ends() {
    let service = service(Options {
        scenario: "redirect-loop".parse::<Scenario>().unwrap(),
        ..still(10)
    })
    .await;
    let mut feed = watching(&service, vec![]);
    let words = trouble(&mut feed).await;
    let [first, second] =
        [Node::First, Node::Second].map(|node| endpoint(&service, node).to_string());
    assert!(
        words.contains(&format!("{first} → {second} → {first}")),
        "{words}"
    );
    assert!(service.tally().of(Operation::Login) <= 6);
    leave(feed).await;
}

#[tokio::test]
async fn a_configured_second_server_takes_over_and_the_primary_is_returned_to() {
    let service = service(still(10)).await;
    let [first, second] = [Node::First, Node::Second].map(|node| endpoint(&service, node));
    let mut feed = watching(&service, vec![second.clone()]);
    up_at(&mut feed, &first).await;
    service.stop_node(Node::First).await;
    up_at(&mut feed, &second).await;
    untroubled(&mut feed, 2).await;
    service.start_node(Node::First).await;
    up_at(&mut feed, &first).await;
    untroubled(&mut feed, 2).await;
    leave(feed).await;
    // The sign-out at the second node is nobody's to wait for.
    let deadline = Instant::now() + Duration::from_secs(10);
    while service.signed_in() != (1, 0) {
        assert!(Instant::now() < deadline, "{:?}", service.signed_in());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn the_backup_that_the_service_names_takes_over_within_two_failed_polls() {
    let service = service(Options {
        scenario: "backup=6".parse::<Scenario>().unwrap(),
        ..still(10)
    })
    .await;
    let mut feed = watching(&service, vec![]);
    up_at(&mut feed, &endpoint(&service, Node::First)).await;
    let mut troubles = 0;
    let second = endpoint(&service, Node::Second).to_string();
    loop {
        match next(&mut feed).await {
            Update::Link(link) if link.server == second && link.state == LinkState::Up => break,
            Update::Link(link) => {
                troubles += usize::from(matches!(link.state, LinkState::Trouble { .. }));
            }
            _ => {}
        }
    }
    assert!((1..=3).contains(&troubles), "{troubles} troubles told");
    untroubled(&mut feed, 2).await;
    leave(feed).await;
}

#[tokio::test]
async fn without_another_node_the_first_is_waited_for() {
    let service = service(still(10)).await;
    let mut feed = watching(&service, vec![]);
    reports(&mut feed).await;
    service.stop_node(Node::First).await;
    let words = trouble(&mut feed).await;
    assert!(
        words.contains("refused") || words.contains("broke"),
        "{words}"
    );
    service.start_node(Node::First).await;
    up_at(&mut feed, &endpoint(&service, Node::First)).await;
    leave(feed).await;
}

fn three() -> [Endpoint; 3] {
    ["cup1.sie.at", "cup2.sie.at", "cup3.sie.at"].map(|node| Endpoint::parse(node).unwrap())
}

#[test]
fn every_node_is_tried_before_a_pause() {
    let (now, [one, two, three]) = (Instant::now(), three());
    let mut nodes = Nodes::new(one.clone(), std::slice::from_ref(&two), Return::default());
    nodes.learn_backup(Some(three.clone()));
    assert!(nodes.sign_in_failed(now));
    assert_eq!(nodes.current(), &two);
    assert!(nodes.sign_in_failed(now));
    assert_eq!(nodes.current(), &three);
    assert!(!nodes.sign_in_failed(now), "all were tried");
    assert_eq!(nodes.current(), &one);
}

#[test]
fn one_failed_poll_is_no_reason_to_go() {
    let (now, [one, two, _]) = (Instant::now(), three());
    let mut nodes = Nodes::new(one.clone(), std::slice::from_ref(&two), Return::default());
    assert!(!nodes.poll_failed(now));
    nodes.well();
    assert!(!nodes.poll_failed(now));
    assert!(nodes.poll_failed(now));
    assert_eq!(nodes.current(), &two);
    assert!(nodes.probe_at() > Some(now));
    nodes.returned();
    assert_eq!((nodes.current(), nodes.probe_at()), (&one, None));
}

#[test]
fn a_backup_that_is_listed_already_is_not_tried_twice() {
    let (now, [one, two, _]) = (Instant::now(), three());
    let mut nodes = Nodes::new(one.clone(), &[two.clone(), one.clone()], Return::default());
    nodes.learn_backup(Some(two.clone()));
    assert!(nodes.sign_in_failed(now));
    assert_eq!(nodes.current(), &two);
    assert!(!nodes.sign_in_failed(now));
    assert_eq!(nodes.current(), &one);
}
