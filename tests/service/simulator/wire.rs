//! Sign-ins, polls, faults and documents.

use std::collections::HashSet;
use std::time::Duration;

use reqwest::StatusCode;
use roxmltree::Node as XmlNode;
use secrecy::SecretString;
use whosin::presence::Address;
use whosin::simulator::{
    Doing, Operation, Options, Scenario, Shape, Simulator, State, Trouble, Version,
};

use super::client::*;

#[tokio::test]
async fn the_captured_conversation_is_answered_as_it_was() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);

    let login = client.post(LOGIN_REQUEST).await;
    assert_eq!(login.status, StatusCode::OK);
    assert_eq!(login.content_type, Version::Soap11.content_type());
    let application = login.key();
    reads_like(
        &login.text.replace(&application, APPLICATION_KEY),
        LOGIN_RESPONSE,
    );

    let login = client
        .post(&END_USER_REQUEST.replace(APPLICATION_KEY, &application))
        .await;
    assert_eq!(login.content_type, Version::Soap12.content_type());
    let end_user = login.key();
    reads_like(
        &login.text.replace(&end_user, END_USER_KEY),
        END_USER_RESPONSE,
    );

    let poll = client
        .post(&POLL_REQUEST.replace(END_USER_KEY, &end_user))
        .await;
    assert_eq!(poll.status, StatusCode::OK);
    reads_like(&poll.text, POLL_RESPONSE);
}

#[tokio::test]
async fn keys_look_like_the_services_own_and_differ() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let mut keys = HashSet::new();
    for _ in 0..20 {
        let key = client.login_application().await;
        let lengths: Vec<usize> = key.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 3, 8, 4, 1], "{key}");
        assert!(key.chars().all(|c| c == '-' || c.is_ascii_hexdigit()));
        assert!(keys.insert(key));
    }
}

#[tokio::test]
async fn a_wrong_sign_in_is_refused_with_the_number_for_what_is_wrong() {
    let options = Options {
        application_user: "webservicetest".into(),
        application_password: SecretString::from("xxx"),
        end_users: vec!["klmt".into()],
        fault_shape: Some(Shape::Detail),
        ..Options::default()
    };
    let simulator = start(options).await;
    let client = Client::of(&simulator);
    let fault = async |body: String| client.post(&body).await.fault();
    assert_eq!(fault(LOGIN_REQUEST.replace("xxx", "yyy")).await, 114);
    assert_eq!(
        fault(LOGIN_REQUEST.replace("webservicetest", "nobody")).await,
        114
    );
    assert_eq!(fault(LOGIN_REQUEST.replace("xxx", "")).await, 111);
    assert_eq!(
        fault(LOGIN_REQUEST.replace("webservicetest", "")).await,
        113
    );
    assert_eq!(
        fault(LOGIN_REQUEST.replace("<urn:password>xxx</urn:password>", "")).await,
        112
    );
    assert_eq!(fault(END_USER_REQUEST.to_owned()).await, 101);
    assert_eq!(
        fault(END_USER_REQUEST.replace(APPLICATION_KEY, "")).await,
        100
    );
    let application = client.login_application().await;
    let stranger = END_USER_REQUEST
        .replace(APPLICATION_KEY, &application)
        .replace("klmt", "eve");
    assert_eq!(fault(stranger).await, 114);
    let other_kind =
        END_USER_REQUEST.replace(APPLICATION_KEY, &client.login_end_user(&application).await);
    assert_eq!(fault(other_kind).await, 141);
    assert_eq!(simulator.tally().application_logins, 1);
    assert_eq!(simulator.tally().end_user_logins, 1);
}

#[tokio::test]
async fn a_user_who_is_in_gets_the_same_key_without_force_and_another_with_it() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let application = client.login_application().await;
    let gently = LOGIN_REQUEST.replace("force=\"true\"", "force=\"false\"");
    assert_eq!(client.post(&gently).await.key(), application);
    let request = END_USER_REQUEST.replace(APPLICATION_KEY, &application);
    let first = client.post(&request).await.key();
    let gently = request.replace("force=\"true\"", "force=\"false\"");
    assert_eq!(client.post(&gently).await.key(), first);
    assert_eq!(
        client
            .post(&request.replace(" force=\"true\"", ""))
            .await
            .key(),
        first
    );
    let second = client.post(&request).await.key();
    assert_ne!(first, second);
    assert_eq!(client.poll(&first, &["a@b.c"]).await.fault(), 101);
    assert!(!client.poll(&second, &["a@b.c"]).await.is_fault());
}

#[tokio::test]
async fn a_user_who_is_in_is_refused_without_force_where_the_scenario_says_so() {
    let simulator = simulator(Trouble::AlreadyIn).await;
    let client = Client::of(&simulator);
    let application = client.login_application().await;
    let request = END_USER_REQUEST.replace(APPLICATION_KEY, &application);
    client.post(&request).await.key();
    for request in [LOGIN_REQUEST, &request] {
        let gently = request.replace("force=\"true\"", "force=\"false\"");
        assert_eq!(client.post(&gently).await.fault(), 160);
    }
    assert!(!client.post(&request).await.is_fault());
}

#[tokio::test]
async fn the_end_of_the_applications_session_ends_its_end_users() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let application = client.login_application().await;
    let end_user = client.login_end_user(&application).await;
    assert_eq!(simulator.signed_in(), (1, 1));
    let logout = client.post(&logout_request(&application)).await;
    assert!(logout.text.contains("SUCCESS"), "{}", logout.text);
    assert_eq!(simulator.signed_in(), (0, 0));
    assert_eq!(client.poll(&end_user, &["a@b.c"]).await.fault(), 101);
}

#[tokio::test]
async fn an_end_user_who_logs_out_leaves_the_application_in() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let end_user = client.sign_in().await;
    client.post(&logout_request(&end_user)).await;
    assert_eq!(simulator.signed_in(), (1, 0));
}

#[tokio::test]
async fn polls_are_refused_with_the_number_for_what_is_wrong() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let application = client.login_application().await;
    let key = client.login_end_user(&application).await;
    let many: Vec<String> = (0..101).map(|n| format!("user{n}@example.com")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();

    assert_eq!(client.poll("", &["a@b.c"]).await.fault(), 100);
    assert_eq!(client.poll("1-2-3", &["a@b.c"]).await.fault(), 101);
    assert_eq!(client.poll(&application, &["a@b.c"]).await.fault(), 140);
    assert_eq!(client.poll(&key, &[]).await.fault(), 135);
    assert_eq!(client.poll(&key, &many).await.fault(), 135);
    assert!(!client.poll(&key, &many[..100]).await.is_fault());
    assert_eq!(client.poll(&key, &["a@b.c", "bare"]).await.fault(), 124);
    assert_eq!(client.poll(&key, &["a@b.c", "x y@b.c"]).await.fault(), 124);
    assert_eq!(client.poll(&key, &["a@b.c", "a@-b"]).await.fault(), 124);
    assert_eq!(client.poll(&key, &["a@b.c", ""]).await.fault(), 143);
    let sound = poll_request(&key, &["a@b.c"], "RICH_PRESENCE");
    let list = contacts_list(&["a@b.c"]);
    for (instead, code) in [
        ("", 146),
        (
            "<contactsList><person contactURI=\"a@b.c\"/></contactsList>",
            147,
        ),
        (
            "<contactsList><contact address=\"a@b.c\"/></contactsList>",
            148,
        ),
        ("<contactsList><contact/></contactsList>", 143),
    ] {
        let wrong = sound.replace(&list, instead);
        assert_eq!(client.post(&wrong).await.fault(), code, "{instead}");
    }
    let poor = poll_request(&key, &["a@b.c"], "POOR_PRESENCE");
    assert_eq!(client.post(&poor).await.fault(), 110);
    assert_eq!(simulator.tally().largest_batch, 101);
}

#[tokio::test]
async fn requests_that_are_not_understood_are_refused() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    assert_eq!(client.post("hello").await.fault(), 102);
    assert_eq!(client.post("<hello/>").await.fault(), 103);
}

/// As gSOAP does it: without a number of the service's.
#[tokio::test]
async fn what_the_description_does_not_have_is_refused_in_gsoaps_words() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    let sound = poll_request(&key, &["a@b.c"], "RICH_PRESENCE");
    let presence_type = "<presenceType>RICH_PRESENCE</presenceType>";
    for (wrong, words) in [
        (
            request(None, "<hello/>"),
            "Method 'hello' not implemented: method name or namespace not recognized",
        ),
        (
            sound.replace(presence_type, &format!("{presence_type}<extra/>")),
            "tag name or namespace mismatch in element 'extra'",
        ),
        (
            sound.replace(
                presence_type,
                "<presenceType xmlns=\"urn:x\">RICH_PRESENCE</presenceType>",
            ),
            "tag name or namespace mismatch in element 'presenceType'",
        ),
        (
            sound.replace(presence_type, &format!("{presence_type}{presence_type}")),
            "occurrence violation in element 'presenceType'",
        ),
        (
            request(
                Some(&key),
                &format!(
                    "<getSubscribedPresence xmlns=\"{SERVICE}\"><subscriptionID>one</subscriptionID>\
                     <presenceType>RICH_PRESENCE</presenceType></getSubscribedPresence>"
                ),
            ),
            "data type mismatch in element 'subscriptionID'",
        ),
        (
            request(
                Some(&key),
                &format!(
                    "<getSubscribedPresence xmlns=\"{SERVICE}\">\
                     <presenceType>RICH_PRESENCE</presenceType></getSubscribedPresence>"
                ),
            ),
            "occurrence violation in element 'subscriptionID'",
        ),
        (
            request(
                Some(&key),
                &format!("<logout xmlns=\"{SERVICE}\"><now/></logout>"),
            ),
            "tag name or namespace mismatch in element 'now'",
        ),
    ] {
        let answer = client.post(&wrong).await;
        assert!(answer.is_fault(), "{wrong}");
        let xml = answer.xml();
        let find = |name: &str| xml.descendants().find(|n| n.tag_name().name() == name);
        let string = find("faultstring").unwrap().text().unwrap();
        assert!(string.ends_with(words), "{string}");
        assert_eq!(find("faultcode").unwrap().text(), Some("SOAP-ENV:Client"));
        assert!(find("detail").is_none());
    }
    assert_eq!(simulator.tally().violations, 7);
    assert_eq!(simulator.tally().all_faults(), 0);
}

#[tokio::test]
async fn a_body_without_a_length_is_not_read() {
    let simulator = simulator(Scenario::quiet()).await;
    for (content_type, version) in [
        ("text/xml", Version::Soap11),
        ("application/soap+xml; charset=utf-8", Version::Soap12),
    ] {
        let mut stream = tokio::net::TcpStream::connect(simulator.address())
            .await
            .unwrap();
        let head = format!(
            "POST /presence-service/soap HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Content-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        );
        tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes())
            .await
            .unwrap();
        let mut answer = String::new();
        tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answer)
            .await
            .unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(
            answer.contains("<cup:errorCode>150</cup:errorCode>"),
            "{answer}"
        );
        assert!(answer.contains(version.namespace()), "{answer}");
    }
    assert_eq!(simulator.tally().without_length, 2);
}

#[tokio::test]
async fn other_paths_are_not_found() {
    let simulator = simulator(Scenario::quiet()).await;
    let url = simulator.url();
    for url in [url.clone(), url.replace("soap", "other?wsdl")] {
        let response = http().get(&url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{url}");
    }
}

#[tokio::test]
async fn faults_come_in_three_shapes_and_both_versions_of_soap() {
    for shape in Shape::ALL {
        let options = Options {
            fault_shape: Some(shape),
            ..Options::default()
        };
        let simulator = start(options).await;
        let client = Client::of(&simulator);
        for (request, string) in [(LOGIN_REQUEST, "faultstring"), (END_USER_REQUEST, "Text")] {
            let answer = client.post(request).await;
            assert_eq!(answer.status, StatusCode::OK);
            let code = if string == "Text" { "101" } else { "114" };
            let xml = answer.xml();
            let find = |name: &str| xml.descendants().find(|n| n.tag_name().name() == name);
            let string = find(string).unwrap().text().unwrap();
            match shape {
                Shape::Detail => assert_eq!(find("errorCode").unwrap().text(), Some(code)),
                Shape::FaultString => assert_eq!(string, code),
                Shape::Words => assert!(string.len() > 10 && string.contains(code), "{string}"),
                Shape::Unnumbered => unreachable!("it is none of those with a number"),
            }
        }
    }
}

#[tokio::test]
async fn everybody_is_answered_once_in_any_order_and_letter_case() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    let asked = addresses(&simulator);
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let answer = client.poll(&key, &asked).await;
    let answered = entities(&answer);
    let lower: Vec<String> = answered
        .iter()
        .map(|entity| entity.strip_prefix("sip:").unwrap().to_lowercase())
        .collect();
    assert_ne!(lower, asked, "the order is the server's own");
    assert!(answered.iter().any(|entity| entity.contains("EXAMPLE.COM")));
    assert_eq!(
        lower.iter().map(String::as_str).collect::<HashSet<_>>(),
        asked.into_iter().collect()
    );
    assert_eq!(lower.len(), 40);
}

#[tokio::test]
async fn basic_presence_tells_the_status_in_one_word() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    let who = simulator.people()[0].address.clone();
    for (doing, status) in [
        (Doing::Available, "AVAILABLE"),
        (Doing::Lunch, "AWAY"),
        (Doing::Meeting, "BUSY"),
        (Doing::Dnd, "DND"),
        (Doing::Vacation, "VACATION"),
        (Doing::Unavailable, "UNAVAILABLE"),
    ] {
        simulator.set(&who, doing);
        let request = poll_request(&key, &[who.as_str()], "BASIC_PRESENCE");
        let answer = client.post(&request).await;
        let xml = answer.xml();
        let contact = xml
            .descendants()
            .find(|node| node.has_tag_name((SERVICE, "contact")))
            .unwrap();
        assert_eq!(contact.attribute("presenceStatus"), Some(status));
        assert_eq!(contact.attribute("contactURI"), Some(who.as_str()));
    }
}

#[tokio::test]
async fn documents_come_in_the_styles_that_really_occur() {
    let options = Options {
        contacts: 100,
        pace: 0.0,
        application_user: "webservicetest".into(),
        application_password: SecretString::from("xxx"),
        ..Options::default()
    };
    let simulator = start(options).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    let asked = addresses(&simulator);
    for address in &asked {
        let address: Address = address.parse().unwrap();
        simulator.set(&address, State::of(Doing::Busy).with_note("Back on Monday"));
    }
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let answer = client.poll(&key, &asked).await;
    let xml = answer.xml();
    let mut styles = HashSet::new();
    let mut languages = HashSet::new();
    for busy in xml.descendants().filter(|n| n.tag_name().name() == "busy") {
        let namespace =
            |node: XmlNode<'_, '_>| node.tag_name().namespace().unwrap_or_default().to_owned();
        let activities = busy.parent().unwrap();
        let holder = activities.parent().unwrap();
        styles.insert((namespace(holder), namespace(activities), namespace(busy)));
    }
    for note in xml.descendants().filter(|n| n.tag_name().name() == "note") {
        languages.insert(note.attribute(("http://www.w3.org/XML/1998/namespace", "lang")));
    }
    // Two namespaces for the person, times four ways to write activities.
    assert_eq!(styles.len(), 8, "{styles:?}");
    assert_eq!(languages, HashSet::from([None, Some("de"), Some("en")]));
    assert_eq!(entities(&answer).len(), 100);
}

#[tokio::test]
async fn what_a_test_sets_is_what_is_answered() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    let who = simulator.people()[3].address.clone();
    let habit = simulator.state_of(&who);
    simulator.set_document(
        &who,
        format!("<?xml version=\"1.0\"?>\n<presence xmlns=\"{PIDF}\" entity=\"sip:{who}\"><note>mine</note></presence>"),
    );
    let answer = client.poll(&key, &[who.as_str()]).await;
    assert!(answer.text.contains("<note>mine</note>"), "{}", answer.text);
    simulator.release(&who);
    assert_eq!(simulator.state_of(&who), habit);
    let recorded = simulator.requests();
    assert_eq!(
        recorded.last().unwrap().operation,
        Operation::GetPolledPresence
    );
    assert!(recorded.last().unwrap().body.contains(who.as_str()));
}

#[tokio::test]
async fn people_change_as_time_goes_by_and_stand_still_at_pace_nought() {
    let states = |simulator: &Simulator| -> Vec<State> {
        let people = simulator.people();
        people
            .iter()
            .map(|p| simulator.state_of(&p.address))
            .collect()
    };
    let still = simulator(Scenario::quiet()).await;
    // Three hours of the office in a fifth of a second.
    let lively = start(Options {
        pace: 54_000.0,
        ..Options::default()
    })
    .await;
    let before = (states(&still), states(&lively));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let after = (states(&still), states(&lively));
    assert_eq!(before.0, after.0);
    assert_ne!(before.1, after.1);
}

#[tokio::test]
async fn an_office_in_the_morning_is_a_believable_mixture() {
    let simulator = start(Options {
        contacts: 1000,
        pace: 0.0,
        ..Options::default()
    })
    .await;
    let mut doing = std::collections::HashMap::new();
    for person in simulator.people() {
        *doing
            .entry(simulator.state_of(&person.address).doing)
            .or_insert(0) += 1;
    }
    for expected in [
        Doing::Available,
        Doing::Away,
        Doing::Busy,
        Doing::Dnd,
        Doing::OnThePhone,
        Doing::Meeting,
        Doing::Vacation,
        Doing::Unavailable,
        Doing::Unknown,
    ] {
        assert!(
            doing.get(&expected).is_some_and(|&n| n >= 5),
            "{expected:?}: {doing:?}"
        );
    }
    assert!((250..750).contains(&doing[&Doing::Available]), "{doing:?}");
}

#[tokio::test]
async fn requests_can_be_made_to_fail() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    simulator.fail_next(205, 2);
    simulator.fail_next_of(Operation::Login, 208, 1);
    assert_eq!(client.poll(&key, &["a@b.c"]).await.fault(), 205);
    assert_eq!(client.poll(&key, &["a@b.c"]).await.fault(), 205);
    assert!(!client.poll(&key, &["a@b.c"]).await.is_fault());
    assert_eq!(client.post(LOGIN_REQUEST).await.fault(), 208);
    assert!(!client.post(LOGIN_REQUEST).await.is_fault());
    let tally = simulator.tally();
    assert_eq!(
        (tally.given(205), tally.given(208), tally.all_faults()),
        (2, 1, 3)
    );
    assert_eq!(tally.of(Operation::GetPolledPresence), 3);
}

#[tokio::test]
async fn stopping_frees_the_port_and_ends_the_connections() {
    let simulator = simulator(Scenario::quiet()).await;
    let address = simulator.address();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    simulator.stop().await;
    let mut rest = vec![];
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest);
    let ended = tokio::time::timeout(Duration::from_secs(5), ended).await;
    assert!(ended.is_ok(), "the connection is still open");
    tokio::net::TcpListener::bind(address)
        .await
        .expect("the port is free");
}
