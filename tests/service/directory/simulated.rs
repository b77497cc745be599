//! The client against the simulator's directory, with the troubles of each scenario.

use std::time::{Duration, Instant};

use whosin::directory::{Client, Error, Matching, Scheme};
use whosin::http;
use whosin::simulator::{Node, Options, Person, Simulator, Trouble};

use super::{client, config, credentials, names, search};
use crate::support::service::service;

/// A company of 30 contacts and 170 others, who stay as they are.
async fn company(scenario: &str) -> Simulator {
    service(Options {
        contacts: 30,
        others: 170,
        pace: 0.0,
        directory: Some("127.0.0.1:0".parse().unwrap()),
        scenario: scenario.parse().unwrap(),
        ..Options::default()
    })
    .await
}

fn nodes(service: &Simulator) -> Vec<String> {
    let both = [Node::First, Node::Second];
    both.map(|node| service.directory_url(node).unwrap()).into()
}

/// Somebody who is no contact, and whose names nobody else has together.
fn stranger(service: &Simulator) -> Person {
    service.everybody().swap_remove(40)
}

#[tokio::test]
async fn people_are_found_by_first_and_last_name_either_way_round_and_by_number() {
    let service = company("quiet").await;
    let client = client(&nodes(&service));
    let wanted = stranger(&service);
    let start = |name: &str| -> String { name.chars().take(3).collect() };
    let extension: String = wanted.number.chars().rev().take(4).collect();
    for words in [
        wanted.first.clone(),
        wanted.last.to_uppercase(),
        format!("{} {}", start(&wanted.first), start(&wanted.last)),
        format!("{}, {}", wanted.last, start(&wanted.first)),
        wanted.address.to_string(),
        wanted.number.clone(),
        extension.chars().rev().collect(),
    ] {
        let found = search(&client, &words, 63).await.unwrap();
        let one = found
            .entries
            .iter()
            .find(|one| one.user_name == wanted.address.user());
        let one = one.unwrap_or_else(|| panic!("{words}: {:?}", names(&found)));
        assert_eq!(one.name, wanted.name);
        assert_eq!(one.number.as_ref(), Some(&wanted.number));
        assert_eq!(one.department.as_ref(), Some(&wanted.group));
        let addresses = one.addresses(Scheme::User, Some("example.com"));
        assert_eq!(addresses, std::slice::from_ref(&wanted.address));
    }
    assert!(search(&client, "qqq", 20).await.unwrap().entries.is_empty());
}

#[tokio::test]
async fn pages_are_asked_for_until_all_are_there_or_enough() {
    let service = company("quiet").await;
    let client = client(&nodes(&service));
    let found = search(&client, "+43 1 5550", 500).await.unwrap();
    assert_eq!(found.entries.len(), 200);
    assert_eq!(found.matching, Matching::Exactly(200));
    let found = search(&client, "+43 1 5550", 20).await.unwrap();
    assert_eq!(found.entries.len(), 20);
    assert_eq!(found.matching, Matching::Exactly(200));
    assert_eq!(found.advice().unwrap(), "More than 64: type more");
}

#[tokio::test]
async fn a_directory_that_counts_no_further_is_not_believed() {
    let service = company("directory-capped").await;
    let client = client(&nodes(&service));
    let found = search(&client, "+43 1 5550", 500).await.unwrap();
    assert_eq!(found.entries.len(), 64);
    assert_eq!(found.matching, Matching::AtLeast(64));
    assert!(found.advice().unwrap().contains("type more"));
}

#[tokio::test]
async fn without_display_names_first_and_last_name_are_shown() {
    let service = company("directory-nameless").await;
    let client = client(&nodes(&service));
    let wanted = stranger(&service);
    let found = search(&client, &wanted.first, 63).await.unwrap();
    let whole = format!("{} {}", wanted.first, wanted.last);
    assert!(names(&found).contains(&&*whole), "{:?}", names(&found));
}

#[tokio::test]
async fn an_overloaded_node_is_left_for_the_next_and_that_one_is_kept() {
    let service = company("directory-busy").await;
    let client = client(&nodes(&service));
    search(&client, "an", 20).await.unwrap();
    assert_eq!(service.tally().directory_requests, 2);
    search(&client, "an", 20).await.unwrap();
    assert_eq!(service.tally().directory_requests, 3);
}

#[tokio::test]
async fn a_cluster_of_which_one_node_is_known_names_the_others() {
    let service = company("directory-busy").await;
    let first = service.directory_url(Node::First).unwrap();
    let client = client(&[first]);
    search(&client, "an", 20).await.unwrap();
    // The search, the list of nodes, the search.
    assert_eq!(service.tally().directory_requests, 3);
}

#[tokio::test]
async fn a_silent_node_is_waited_for_once() {
    let service = company("directory-slow=60").await;
    let first = service.directory_url(Node::First).unwrap();
    let second = Duration::from_secs(1);
    let mut config = config(&[first]);
    config.limits.whole = second;
    let client = Client::new(config).unwrap();
    let failure = search(&client, "an", 20).await.unwrap_err();
    let silent = Error::Transport(http::Error::TimedOut(second));
    assert_eq!(failure.error, silent);
    assert_eq!(service.tally().directory_requests, 1);
    // It may name the others when it is back.
    service.set_scenario(Trouble::DirectoryBusy);
    search(&client, "an", 20).await.unwrap();
}

#[tokio::test]
async fn where_no_node_is_there_the_words_say_so() {
    let service = company("quiet").await;
    let nodes = nodes(&service);
    service.stop().await;
    let failure = search(&client(&nodes), "an", 20).await.unwrap_err();
    let refused = Error::Transport(http::Error::ConnectionRefused);
    assert_eq!(failure.error, refused);
    let advice = failure.problem().advice;
    assert!(advice.contains("8443"), "{advice}");
}

#[tokio::test]
async fn credentials_go_only_to_a_node_that_wants_them_and_never_twice_when_refused() {
    let service = company("directory-sign-in=1").await;
    let [first, second] =
        [Node::First, Node::Second].map(|node| service.directory_url(node).unwrap());
    let alone = client(std::slice::from_ref(&first));
    // The second node wants none, and the first names it.
    search(&alone, "an", 20).await.unwrap();
    assert_eq!(service.tally().directory_refusals, 1);

    service.set_scenario(
        "directory-sign-in"
            .parse::<whosin::simulator::Scenario>()
            .unwrap(),
    );
    let nodes = [first, second];
    let stranger = client(&nodes);
    let failure = search(&stranger, "an", 20).await.unwrap_err();
    assert_eq!(failure.error, Error::SignInWanted);
    stranger.sign_in(credentials("klmt", "wrong"));
    let before = service.tally().directory_refusals;
    let failure = search(&stranger, "an", 20).await.unwrap_err();
    assert_eq!(failure.error, Error::SignInRefused("klmt".into()));
    assert_eq!(service.tally().directory_refusals, before + 1);
    assert!(!format!("{failure:?} {stranger:?}").contains("wrong"));
    stranger.sign_in(credentials("klmt", "simulated"));
    assert!(
        !search(&stranger, "an", 20)
            .await
            .unwrap()
            .entries
            .is_empty()
    );
}

#[tokio::test]
async fn a_web_page_is_no_list_of_people() {
    let service = company("directory-html=1").await;
    let client = client(&nodes(&service));
    for _ in 0..6 {
        let failure = search(&client, "an", 20).await.unwrap_err();
        assert!(
            matches!(failure.error, Error::WebPage | Error::Status(500)),
            "{failure}"
        );
        assert!(!failure.problem().advice.is_empty());
    }
}

#[tokio::test]
async fn a_search_that_nobody_waits_for_any_more_does_not_hold_up_the_next() {
    let service = company("directory-slow=3").await;
    let client = client(&nodes(&service));
    let begun = Instant::now();
    let dropped = tokio::time::timeout(Duration::from_millis(50), search(&client, "an", 20)).await;
    assert!(dropped.is_err());
    service.set_scenario(whosin::simulator::Scenario::quiet());
    search(&client, "ann", 20).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read() {
    let service = company("quiet").await;
    let mut config = config(&nodes(&service));
    config.limits.answer = 4096;
    let failure = search(&Client::new(config).unwrap(), "+43", 50)
        .await
        .unwrap_err();
    assert!(failure.to_string().contains("larger than"), "{failure}");
}
