//! Every fault of the service: how it is read, what it means, and what is done about it.

use crate::support::service;
use std::collections::HashMap;
use std::time::Duration;

use crate::support::service::{
    Feed, config, everybody, leave, next, open_session, reports, service, spawn, still,
};
use whosin::feed::{Command, Config, Session, Update};
use whosin::link::{LinkState, Outcome, SignIn};
use whosin::pws::{Class, Error, read_polled_presence};
use whosin::simulator::{Operation, Options, Shape, Simulator};

/// The table of what a client does.
const TABLE: [(&[u16], Class); 10] = [
    (&[100, 101], Class::SessionEnded),
    (
        &[
            102, 103, 110, 112, 115, 121, 122, 123, 125, 131, 134, 135, 140, 141, 146, 150, 161,
            162,
        ],
        Class::ClientDefect,
    ),
    (&[111, 113, 114, 208], Class::SignInRefused),
    (&[124, 143, 147, 148], Class::BadContact),
    (&[132, 133, 136, 137], Class::SubscriptionGone),
    (&[144, 145], Class::SubscriptionDiffers),
    (&[130, 138, 139, 142, 211], Class::CannotNotify),
    (&[160], Class::AlreadySignedIn),
    (&[120, 204], Class::SettingRefused),
    (
        &[200, 201, 202, 203, 205, 206, 207, 209],
        Class::ServerError,
    ),
];
const THROTTLED: [u16; 2] = [210, 212];

async fn signed_in(service: &Simulator) -> (whosin::pws::Client, Session, Config) {
    let config = config(service, "simulated");
    let client = config.client().unwrap();
    let session = open_session(&client, &config.endpoint, &config.credentials)
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
    assert_eq!(rows.len(), 52);
    let mut words = HashMap::new();
    for shape in Shape::ALL.into_iter().chain([Shape::Unnumbered]) {
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
            assert_eq!(fault.code, Some(code), "{shape:?}");
            assert!(!fault.words.is_empty() && !fault.advice().is_empty());
            let known = words.insert(fault.in_words(), code);
            assert!(
                known.is_none_or(|other| other == code),
                "{known:?} and {code}"
            );
        }
    }
    assert_eq!(words.len(), rows.len());
}

/// The fault with these elements in it, as a client reads it.
fn fault(inside: &str) -> whosin::pws::Fault {
    let body = format!(
        "<S:Envelope xmlns:S='http://schemas.xmlsoap.org/soap/envelope/'><S:Body>\
         <S:Fault>{inside}</S:Fault></S:Body></S:Envelope>"
    );
    match read_polled_presence(body.as_bytes(), None) {
        Err(Error::Fault(fault)) => fault,
        other => panic!("{inside}: {other:?}"),
    }
}

fn said(words: &str) -> Option<u16> {
    fault(&format!(
        "<faultcode>S:Client</faultcode><faultstring>{words}</faultstring>"
    ))
    .code
}

#[test]
fn a_number_is_found_wherever_a_release_puts_it() {
    for inside in [
        "<faultcode>S:Client.114</faultcode><faultstring>no</faultstring>",
        "<faultcode>S:Client</faultcode><faultstring>114</faultstring>",
        "<faultcode>S:Client</faultcode><faultstring>114: sorry</faultstring>",
        "<faultcode>S:Client</faultcode><faultstring>Sorry (114)</faultstring>",
        "<faultcode>S:Client</faultcode><faultstring>Error 114 of kind 3</faultstring>",
        "<faultcode>S:Client</faultcode><faultstring>It came to 7, hence 114, sorry</faultstring>",
        "<faultcode>S:Client</faultcode><faultstring>no</faultstring>\
         <detail><e>114</e></detail>",
        "<faultcode>S:Client</faultcode><faultstring>no</faultstring>\
         <detail><line>101</line><errorCode> 114 </errorCode></detail>",
        "<faultcode>S:Client</faultcode><faultstring>no</faultstring>\
         <detail><error number='114'/></detail>",
        "<faultcode>S:Client</faultcode><faultstring>no</faultstring>\
         <detail>Error code: 114, see the manual</detail>",
        // Words that fit another number count less than a number that is marked as the error's.
        "<faultcode>S:Client</faultcode><faultstring>Error 114: no session key</faultstring>",
    ] {
        assert_eq!(fault(inside).code, Some(114), "{inside}");
    }
}

#[test]
fn a_number_that_counts_something_is_not_the_errors() {
    for (words, code) in [
        ("The number of contacts must be from 1 to 100", Some(135)),
        ("At most 100 contacts may be asked for", None),
        ("Waited for 114 seconds", None),
        ("Refused by 10.0.0.114", None),
        ("The service listens at port 114", None),
    ] {
        assert_eq!(said(words), code, "{words}");
    }
}

/// The documented sentences in short, and as other releases and people put them.
#[test]
fn words_alone_are_recognised_by_their_sentence() {
    for (code, variants) in [
        (100, &["No session key", "The session key is missing"][..]),
        (
            101,
            &[
                "Session key is not valid",
                "Invalid session key",
                "Your session has expired",
            ],
        ),
        (
            102,
            &[
                "XML cannot be parsed",
                "XML parse error",
                "The XML is not well-formed",
            ],
        ),
        (
            103,
            &["Wrong root element", "The root element is not recognized"],
        ),
        (
            110,
            &[
                "Invalid presence type",
                "presenceType is neither BASIC nor RICH",
            ],
        ),
        (
            111,
            &[
                "The password is empty",
                "Password is blank",
                "No password was given",
            ],
        ),
        (
            112,
            &[
                "Login type is not valid",
                "Neither an application nor an end user sign-in",
            ],
        ),
        (113, &["User name is empty", "Username not specified"]),
        (
            114,
            &[
                "Login failed",
                "Authentication failure",
                "Invalid user name or password",
                "The password is not valid",
                "User not found",
                "Log in failed: bad credentials",
            ],
        ),
        (115, &["basicPresence is empty", "Basic presence missing"]),
        (
            120,
            &["Presence could not be set", "Presence data is not valid"],
        ),
        (
            121,
            &[
                "AVAILABLE can not be set with override true",
                "AVAILABLE with override",
            ],
        ),
        (122, &["DND needs override", "DND without override"]),
        (
            123,
            &["An endpoint is renewed without its url: endpoint renewal with a url"],
        ),
        (
            124,
            &[
                "Contact is malformed",
                "Invalid contact URI",
                "contactURI is not valid",
            ],
        ),
        (
            125,
            &["Override is neither true nor false", "Invalid override"],
        ),
        (
            130,
            &["The end point's url is empty", "Endpoint URL missing"],
        ),
        (
            131,
            &[
                "Expiry not within 3600 and 86400 seconds",
                "Expiration is out of range",
            ],
        ),
        (
            132,
            &[
                "Endpoint is not known",
                "Invalid endPointID",
                "The end point does not exist",
            ],
        ),
        (
            133,
            &[
                "No such subscription",
                "subscriptionID not found",
                "Invalid subscription",
            ],
        ),
        (
            134,
            &["Subscription type is not valid", "Unknown subscriptionType"],
        ),
        (
            135,
            &[
                "Too many contacts",
                "The number of contacts is out of range",
            ],
        ),
        (136, &["The endpoint belongs to another session"]),
        (137, &["The subscription belongs to another session"]),
        (
            138,
            &[
                "No endpoints available",
                "No free end points",
                "Endpoint limit exceeded",
            ],
        ),
        (
            139,
            &[
                "No subscriptions available",
                "Maximum subscriptions reached",
            ],
        ),
        (
            140,
            &[
                "An end user is needed for this",
                "This requires an end user",
            ],
        ),
        (
            141,
            &[
                "An application user is required",
                "Only an application user may do that",
            ],
        ),
        (
            142,
            &["The endpoint url contains spaces", "URL with spaces"],
        ),
        (143, &["Contact is empty", "The contact URI is empty"]),
        (
            144,
            &[
                "The contact is not part of the subscription",
                "Contact not subscribed",
            ],
        ),
        (145, &["Neither expiry nor contacts given"]),
        (
            146,
            &[
                "The list of contacts is missing",
                "No contactsList",
                "Contact list is empty",
            ],
        ),
        (147, &["An element in the contact list is not valid"]),
        (148, &["An attribute in the contact list is not valid"]),
        (
            150,
            &["The body could not be read", "Cannot read request body"],
        ),
        (
            160,
            &["User already logged in", "The user is already signed in"],
        ),
        (
            161,
            &["The override tuple is not named pws-override or pws-persistent"],
        ),
        (162, &["The source element is wrong"]),
        (200, &["Internal server error", "Server error"]),
        (201, &["Could not unregister", "Unregister failed"]),
        (202, &["Could not subscribe", "Subscribe failed"]),
        (203, &["Could not unsubscribe", "Unsubscribe failed"]),
        (204, &["The server could not set presence"]),
        (205, &["Could not log out", "Sign-out failed"]),
        (
            206,
            &[
                "No number for an endpoint",
                "Could not generate endpoint id",
            ],
        ),
        (
            207,
            &[
                "No number for a subscription",
                "Failed to assign a subscription ID",
            ],
        ),
        (208, &["The server could not sign in", "Unable to log in"]),
        (
            209,
            &["Registering failed", "Could not register the endpoint"],
        ),
        (210, &["CPU limit reached", "CPU usage exceeded"]),
        (
            211,
            &["No SIP subscriptions available", "No free SIP subscription"],
        ),
        (
            212,
            &["Too many requests a second", "Request rate exceeded"],
        ),
    ] {
        for words in variants {
            assert_eq!(said(words), Some(code), "{words}");
            let inside = format!("<faultstring>x</faultstring><detail><m>{words}</m></detail>");
            assert_eq!(fault(&inside).code, Some(code), "{words} in the detail");
        }
    }
}

#[test]
fn a_single_word_is_not_enough() {
    for words in [
        "password",
        "The password service is down for maintenance",
        "username",
        "authentication",
        "The authentication module is being updated",
        "session",
        "cpu",
        "contact",
        "Please contact your administrator",
        "subscription",
        "A page of a manual that speaks at length of a login, of all the ways in which it may come \
         to nothing, and of users who had failed before",
        "The login page. It failed",
    ] {
        assert_eq!(said(words), None, "{words}");
    }
}

#[test]
fn advice_on_a_refused_sign_in_is_for_the_user_whose_it_was() {
    for code in [114, 208] {
        let fault = fault(&format!("<faultstring>{code}</faultstring>"));
        let application = fault.sign_in_advice(SignIn::Application);
        let end_user = fault.sign_in_advice(SignIn::EndUser);
        assert!(application.contains("password"), "{application}");
        assert!(!end_user.contains("password"), "{end_user}");
        assert!(end_user.contains("enabled for presence"), "{end_user}");
    }
}

async fn feed_of(service: &Simulator) -> Feed {
    let mut feed = spawn(config(service, "simulated")).unwrap();
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
            Update::Notice(words) | Update::NewHost(words) => panic!("{words}"),
            Update::ClockSet(_) => {}
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
    for code in [111, 112, 113, 114, 150, 208] {
        let service = service(still(3)).await;
        service.fail_next_of(Operation::Login, code, 100);
        let mut feed = spawn(config(&service, "simulated")).unwrap();
        service::link(&mut feed, |state| {
            matches!(state, LinkState::Refused { .. })
        })
        .await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(service.tally().given(code), 1);
        leave(feed).await;
    }
}

#[tokio::test]
async fn a_node_that_refuses_for_it_has_too_much_to_do_is_left_alone_until_the_next_try() {
    let service = service(still(3)).await;
    service.fail_next_of(Operation::Login, 212, 2);
    let feed = feed_of(&service).await;
    let tally = service.tally();
    assert_eq!(tally.given(212), 2);
    // Neither a look at whether it answers, nor anything else.
    let understood: u64 = tally.requests.values().sum();
    assert_eq!(tally.http_requests, understood);
    leave(feed).await;
}
