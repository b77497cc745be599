//! Each scenario makes the trouble that it is named for.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use reqwest::StatusCode;
use roxmltree::Document;
use whosin::simulator::{Doing, Node, Operation, Scenario, ScenarioError, Trouble};

use super::client::*;

fn scenario(text: &str) -> Scenario {
    text.parse().expect("a scenario")
}

#[test]
fn every_trouble_is_listed_once_under_a_name_of_its_own() {
    let troubles: HashSet<Trouble> = Scenario::ALL.iter().map(|l| l.trouble).collect();
    let names: HashSet<&str> = Scenario::ALL.iter().map(|l| l.name).collect();
    assert_eq!(troubles.len(), Scenario::ALL.len());
    assert_eq!(names.len(), Scenario::ALL.len());
    // The last of them all is the storm, so that this tells when one is not listed.
    assert_eq!(Scenario::ALL.len(), Trouble::Storm as usize + 1);
    for (index, listed) in Scenario::ALL.iter().enumerate() {
        assert_eq!(listed.trouble as usize, index);
        assert_eq!(listed.trouble.listed().name, listed.name);
        assert!(!listed.about.is_empty() && !listed.about.contains('\n'));
        let number = listed.number;
        assert!(number.is_none_or(|n| (n.least..=n.most).contains(&n.default)));
    }
}

#[test]
fn scenarios_are_read_from_a_list_with_commas() {
    assert!(scenario("quiet").is_quiet());
    assert!(scenario(" ").is_quiet());
    let some = scenario("throttle=7, redirect,HTML");
    assert_eq!(some.number(Trouble::Throttle), Some(7));
    assert!(some.has(Trouble::Redirect));
    assert_eq!(some.number(Trouble::Html), Some(5));
    assert!(!some.has(Trouble::Cut));
    assert_eq!(some.to_string(), "throttle=7,redirect,html=5");
}

#[test]
fn what_is_no_scenario_is_refused_with_the_names_there_are() {
    let error = "throttle,weather".parse::<Scenario>().unwrap_err();
    assert!(matches!(&error, ScenarioError::Name(name) if name == "weather"));
    let message = error.to_string();
    for listed in Scenario::ALL {
        assert!(message.contains(listed.name), "{message}");
    }
    for wrong in [
        "throttle=0",
        "throttle=x",
        "throttle=-1",
        "redirect=2",
        "html=",
    ] {
        let error = wrong.parse::<Scenario>().unwrap_err();
        assert!(
            matches!(error, ScenarioError::Number { .. }),
            "{wrong}: {error}"
        );
    }
}

proptest! {
    #[test]
    fn a_scenario_is_read_as_it_was_written(picks in prop::collection::vec((0..Scenario::ALL.len(), any::<u32>()), 0..8)) {
        let built = picks.into_iter().fold(Scenario::quiet(), |scenario, (index, number)| {
            scenario.with_number(Scenario::ALL[index].trouble, number)
        });
        prop_assert_eq!(built.to_string().parse::<Scenario>(), Ok(built));
    }
}

#[tokio::test]
async fn sessions_expire_after_some_polls() {
    let simulator = simulator(scenario("expire=2")).await;
    let client = Client::of(&simulator);
    let application = client.login_application().await;
    for _ in 0..2 {
        let key = client.login_end_user(&application).await;
        for _ in 0..2 {
            assert!(!client.poll(&key, &["a@b.c"]).await.is_fault());
        }
        assert_eq!(client.poll(&key, &["a@b.c"]).await.fault(), 101);
        assert_eq!(simulator.signed_in(), (1, 0));
    }
}

#[tokio::test]
async fn the_applications_session_expires_with_all_that_hang_on_it() {
    let simulator = simulator(scenario("expire-app=2")).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    for _ in 0..2 {
        assert!(!client.poll(&key, &["a@b.c"]).await.is_fault());
    }
    assert_eq!(client.poll(&key, &["a@b.c"]).await.fault(), 101);
    assert_eq!(simulator.signed_in(), (0, 0));
}

#[tokio::test]
async fn a_stolen_session_is_only_had_back_by_force() {
    let simulator = simulator(scenario("steal=1,already-in")).await;
    let client = Client::of(&simulator);
    let application = client.login_application().await;
    let key = client.login_end_user(&application).await;
    assert!(!client.poll(&key, &["a@b.c"]).await.is_fault());
    assert_eq!(client.poll(&key, &["a@b.c"]).await.fault(), 101);
    let request = END_USER_REQUEST.replace(APPLICATION_KEY, &application);
    let gently = request.replace("force=\"true\"", "");
    assert_eq!(client.post(&gently).await.fault(), 160);
    let again = client.login_end_user(&application).await;
    assert!(!client.poll(&again, &["a@b.c"]).await.is_fault());
}

#[tokio::test]
async fn too_many_requests_a_second_are_refused_in_every_way_that_occurs() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    simulator.set_scenario(scenario("throttle=3"));
    let request = poll_request(&key, &["a@b.c"], "RICH_PRESENCE");
    let begun = Instant::now();
    let (mut served, mut refused) = (0, vec![]);
    for _ in 0..20 {
        let response = client.http.post(simulator.url()).body(request.clone());
        let response = response.send().await.unwrap();
        let retry_after = response.headers().contains_key("retry-after");
        match response.status() {
            StatusCode::OK => served += 1,
            status => {
                assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
                refused.push((retry_after, response.text().await.unwrap()));
            }
        }
    }
    // As many as the seconds that it took allow, and no more.
    let seconds = begun.elapsed().as_secs() as usize + 1;
    assert!(
        (3..=3 * seconds).contains(&served),
        "{served} in {seconds} s"
    );
    let kinds: HashSet<(bool, bool)> = refused
        .iter()
        .map(|(retry_after, text)| (*retry_after, text.contains("Fault")))
        .collect();
    assert_eq!(kinds.len(), 4, "{kinds:?}");
    let tally = simulator.tally();
    assert!(tally.given(210) > 0 && tally.given(212) > 0 && tally.plain_503s > 0);
}

#[tokio::test]
async fn an_end_user_is_redirected_to_the_node_that_takes_the_login() {
    let simulator = simulator(Trouble::Redirect).await;
    let client = Client::of(&simulator);
    let application = client.login_application().await;
    let request = END_USER_REQUEST.replace(APPLICATION_KEY, &application);
    let answer = client.post(&request).await;
    let xml = answer.xml();
    let redirect = xml
        .descendants()
        .find(|n| n.has_tag_name((SERVICE, "redirect")));
    let to = redirect.unwrap().attribute("primaryServer").unwrap();
    assert!(simulator.url_of(Node::Second).contains(to), "{to}");

    let second = Client::at(&simulator, Node::Second);
    let key = second.post(&request).await.key();
    assert!(!second.poll(&key, &["a@b.c"]).await.is_fault());
    // The key is good only where it was given.
    assert_eq!(client.poll(&key, &["a@b.c"]).await.fault(), 101);
}

#[tokio::test]
async fn two_nodes_can_redirect_to_each_other_for_ever() {
    let simulator = simulator(Trouble::RedirectLoop).await;
    let application = Client::of(&simulator).login_application().await;
    let request = END_USER_REQUEST.replace(APPLICATION_KEY, &application);
    for (node, other) in [(Node::First, Node::Second), (Node::Second, Node::First)] {
        let answer = Client::at(&simulator, node).post(&request).await;
        let xml = answer.xml();
        let redirect = xml
            .descendants()
            .find(|n| n.has_tag_name((SERVICE, "redirect")));
        let to = redirect.unwrap().attribute("primaryServer").unwrap();
        assert!(simulator.url_of(other).contains(to));
    }
}

#[tokio::test]
async fn the_first_node_dies_and_the_backup_that_it_named_goes_on() {
    let simulator = simulator(scenario("backup=3")).await;
    let client = Client::of(&simulator);
    let login = client.post(LOGIN_REQUEST).await;
    let backup = login
        .xml()
        .descendants()
        .find_map(|n| n.attribute("backupServer").map(str::to_owned))
        .expect("a backup");
    assert!(simulator.url_of(Node::Second).contains(&backup));
    let key = client.login_end_user(&login.key()).await;
    assert!(!client.poll(&key, &["a@b.c"]).await.is_fault());
    let died = client
        .try_post(&poll_request(&key, &["a@b.c"], "RICH_PRESENCE"))
        .await;
    assert!(died.is_err());
    let refused = client
        .try_post(LOGIN_REQUEST)
        .await
        .err()
        .expect("nobody listens");
    assert!(refused.is_connect(), "{refused:?}");
    let key = Client::at(&simulator, Node::Second).sign_in().await;
    assert!(
        !Client::at(&simulator, Node::Second)
            .poll(&key, &["a@b.c"])
            .await
            .is_fault()
    );
}

#[tokio::test]
async fn a_server_that_restarts_is_back_after_a_while_without_its_sessions() {
    let simulator = simulator(scenario("restart=2")).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    let request = poll_request(&key, &["a@b.c"], "RICH_PRESENCE");
    assert!(client.try_post(&request).await.is_err());
    simulator.set_scenario(Scenario::quiet());
    let begun = Instant::now();
    let answer = loop {
        match client.try_post(&request).await {
            Ok(answer) => break answer,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    assert_eq!(answer.fault(), 101);
    assert!(
        begun.elapsed() >= Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_node_that_was_stopped_comes_back_at_its_port_without_its_sessions() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    simulator.stop_node(Node::First).await;
    assert!(client.try_post(LOGIN_REQUEST).await.is_err());
    simulator.start_node(Node::First).await;
    assert_eq!(client.poll(&key, &["a@b.c"]).await.fault(), 101);
    let key = client.sign_in().await;
    assert!(!client.poll(&key, &["a@b.c"]).await.is_fault());
}

#[tokio::test]
async fn a_bad_contact_fails_the_whole_request_and_always_the_same_one() {
    let simulator = simulator(scenario("bad-contact=8")).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    let people = simulator.people();
    let mut bad = vec![];
    for person in &people {
        let answer = client.poll(&key, &[person.address.as_str()]).await;
        if answer.is_fault() {
            assert!(matches!(answer.fault(), 124 | 143));
            bad.push(person.address.as_str());
        }
    }
    assert!((1..20).contains(&bad.len()), "{bad:?}");
    let all: Vec<&str> = people.iter().map(|p| p.address.as_str()).collect();
    assert!(client.poll(&key, &all).await.is_fault());
    let good: Vec<&str> = all.into_iter().filter(|a| !bad.contains(a)).collect();
    assert!(!client.poll(&key, &good).await.is_fault());
}

#[tokio::test]
async fn a_slow_server_answers_late() {
    let simulator = simulator(scenario("slow=1")).await;
    let begun = Instant::now();
    Client::of(&simulator).login_application().await;
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_hanging_server_never_answers() {
    let simulator = simulator(scenario("hang=1")).await;
    let client = Client::of(&simulator);
    let answer = tokio::time::timeout(Duration::from_millis(300), client.post(LOGIN_REQUEST));
    assert!(answer.await.is_err());
}

#[tokio::test]
async fn an_answer_that_is_cut_short_arrives_in_half() {
    let simulator = simulator(scenario("cut=1")).await;
    let client = Client::of(&simulator);
    let request = client.http.post(simulator.url()).body(LOGIN_REQUEST);
    let mut response = request.send().await.expect("the head of the answer");
    let promised = response.content_length().expect("a length");
    let mut got = 0;
    let ended = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => got += chunk.len() as u64,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    assert!(ended.is_err());
    assert!(got > 0 && got < promised, "{got} of {promised}");
}

#[tokio::test]
async fn a_proxy_may_answer_in_html_or_nobody_at_all() {
    let simulator = simulator(scenario("html=1")).await;
    let client = Client::of(&simulator);
    let page = client.post(LOGIN_REQUEST).await;
    assert_eq!(page.content_type, "text/html");
    assert!(page.text.contains("<br>") && Document::parse(&page.text).is_err());

    simulator.set_scenario(scenario("empty=1"));
    let nothing = client.post(LOGIN_REQUEST).await;
    assert_eq!(
        (nothing.status, nothing.text.as_str()),
        (StatusCode::OK, "")
    );

    simulator.set_scenario(scenario("reset=1"));
    assert!(client.try_post(LOGIN_REQUEST).await.is_err());
    assert_eq!(simulator.tally().of(Operation::Login), 0);
}

#[tokio::test]
async fn the_servers_own_errors_have_their_numbers() {
    let simulator = simulator(scenario("server-error=1")).await;
    let client = Client::of(&simulator);
    for _ in 0..20 {
        let fault = client.post(LOGIN_REQUEST).await.fault();
        assert!(matches!(fault, 200..=203 | 205..=207 | 209), "{fault}");
    }
}

#[tokio::test]
async fn each_nth_request_is_hit_and_the_others_are_not() {
    let simulator = simulator(scenario("server-error=3")).await;
    let client = Client::of(&simulator);
    let mut faults = 0;
    for _ in 0..12 {
        faults += usize::from(client.post(LOGIN_REQUEST).await.is_fault());
    }
    assert_eq!(faults, 4);
}

#[tokio::test]
async fn either_sign_in_can_be_refused() {
    let simulator = simulator(scenario("refuse-app")).await;
    let client = Client::of(&simulator);
    assert_eq!(client.post(LOGIN_REQUEST).await.fault(), 114);
    simulator.set_scenario(scenario("refuse-user=208"));
    let application = client.login_application().await;
    let request = END_USER_REQUEST.replace(APPLICATION_KEY, &application);
    assert_eq!(client.post(&request).await.fault(), 208);
}

#[tokio::test]
async fn contacts_are_missing_now_and_then_but_not_always_the_same() {
    let simulator = simulator(scenario("missing=4")).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    let people = simulator.people();
    let asked: Vec<&str> = people.iter().map(|p| p.address.as_str()).collect();
    let mut seen = HashSet::new();
    for _ in 0..8 {
        let answered = entities(&client.poll(&key, &asked).await);
        assert!(
            (1..asked.len()).contains(&answered.len()),
            "{}",
            answered.len()
        );
        seen.extend(answered.into_iter().map(|entity| entity.to_lowercase()));
    }
    assert_eq!(seen.len(), asked.len());
}

#[tokio::test]
async fn odd_documents_are_xml_all_the_same() {
    let simulator = simulator(scenario("odd=1")).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    let people = simulator.people();
    let asked: Vec<&str> = people.iter().map(|p| p.address.as_str()).collect();
    let answer = client.poll(&key, &asked).await;
    let xml = answer.xml();
    let list = xml
        .descendants()
        .find(|n| n.has_tag_name((SERVICE, "richPresenceList")));
    assert_eq!(
        list.unwrap().children().filter(|n| n.is_element()).count(),
        40
    );
    for sign in ["watcherinfo", "ajar", "state-999", "yesterday", "HELLO"] {
        assert!(answer.text.contains(sign), "{sign}");
    }
}

#[tokio::test]
async fn troubles_end_when_the_scenario_is_quiet_again() {
    let simulator = simulator(scenario("html=1,odd=1,missing=1")).await;
    simulator.set_scenario(Scenario::quiet());
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    let who = simulator.people()[0].address.clone();
    simulator.set(&who, Doing::Dnd);
    assert!(
        client
            .poll(&key, &[who.as_str()])
            .await
            .text
            .contains("dnd")
    );
}

#[tokio::test]
async fn hanging_up_ends_the_connections_that_are_open_and_no_others() {
    let simulator = simulator(scenario("hang=1")).await;
    let client = Client::of(&simulator);
    let waiting = client.try_post(LOGIN_REQUEST);
    let hang_up = async {
        while simulator.tally().http_requests == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        simulator.set_scenario(Scenario::quiet());
        simulator.hang_up();
    };
    let (answer, ()) = tokio::join!(waiting, hang_up);
    assert!(answer.is_err());
    client.login_application().await;
    assert_eq!(simulator.tally().connections, 2);
}

#[tokio::test]
async fn a_network_that_swallows_answers_nobody_and_calls_nobody() {
    let simulator = simulator(scenario("swallow=60")).await;
    let client = Client::of(&simulator);
    let answer = tokio::time::timeout(Duration::from_millis(300), client.post(LOGIN_REQUEST));
    assert!(answer.await.is_err());
    // For the first half of each minute everything is as usual.
    simulator.set_scenario(scenario("swallow=30"));
    client.login_application().await;
}

#[tokio::test]
async fn faults_come_with_http_500_when_the_scenario_says_so() {
    let simulator = simulator(scenario("http-500")).await;
    let client = Client::of(&simulator);
    let answer = client.poll("1-2-3", &["a@b.c"]).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.fault(), 101);
    simulator.fail_next(212, 1);
    let answer = client.post(LOGIN_REQUEST).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn faults_come_in_words_alone_when_the_scenario_says_so() {
    let simulator = simulator(Trouble::Unnumbered).await;
    let client = Client::of(&simulator);
    let answer = client.poll("1-2-3", &["a@b.c"]).await;
    assert!(answer.is_fault());
    assert!(
        answer.text.contains("Session key is not valid"),
        "{}",
        answer.text
    );
    assert!(!answer.text.contains("101"), "{}", answer.text);
}
