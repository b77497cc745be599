//! Endpoints, subscriptions and the own presence on the wire: how the requests are written, and how the
//! service answers.

use std::time::Duration;

use crate::support::service::{config, everybody, open_session, service, still};
use roxmltree::Document;
use whosin::feed::{Config, Session};
use whosin::link::OwnPresence;
use whosin::presence::{Address, Availability};
use whosin::pws::{
    Class, Client, Error, Expiration, PresenceType, Request, Said, SoapVersion, SubscriptionId,
};
use whosin::simulator::{Doing, Operation, Simulator};

/// The body's content, element by element: name, then text or what is inside.
fn outline(written: &[u8]) -> String {
    fn of(node: roxmltree::Node<'_, '_>) -> String {
        let name = node.tag_name().name();
        let inside: Vec<String> = node.children().filter(|n| n.is_element()).map(of).collect();
        let attribute = node.attributes().next().map(|a| a.value());
        match (inside.is_empty(), node.text().or(attribute)) {
            (true, Some(text)) => format!("{name}={text}"),
            (true, None) => name.to_string(),
            (false, _) => format!("{name}({})", inside.join(" ")),
        }
    }
    let written = std::str::from_utf8(written).unwrap();
    let tree = Document::parse(written).unwrap();
    let body = tree.descendants().find(|n| n.tag_name().name() == "Body");
    of(body.unwrap().first_element_child().unwrap())
}

#[test]
fn every_request_has_the_elements_of_the_wsdl_in_their_order() {
    let people: Vec<Address> = ["a@sie.at", "b@sie.at"].map(|a| a.parse().unwrap()).into();
    let subscription = SubscriptionId::from(7);
    let expiration = Expiration::nearest(Duration::from_secs(7200));
    let own = OwnPresence::Dnd;
    let kind = PresenceType::Rich;
    let expected = [
        (
            Request::Register {
                url: "http://me:1/x",
                expiration,
            },
            "registerEndPoint(url=http://me:1/x endPointID=0 expiration=7200)",
        ),
        (
            Request::Fetch { subscription, kind },
            "getSubscribedPresence(subscriptionID=7 presenceType=RICH_PRESENCE)",
        ),
        (
            Request::Unsubscribe {
                subscription,
                contacts: &people,
            },
            "unsubscribe(unsubscribeRequest(subscriptionID=7 \
             contactsList(contact=a@sie.at contact=b@sie.at)))",
        ),
        (
            Request::UnsubscribeAll { subscription },
            "unsubscribe(unsubscribeRequest(subscriptionID=7 unsubscribeAll))",
        ),
        (
            Request::SetPresence { own, expiration },
            "setPresence(presenceType=BASIC_PRESENCE \
             presenceInfo(basicPresence=DND override=true) expiration=7200)",
        ),
    ];
    for (request, outlined) in expected {
        for version in [SoapVersion::V1_1, SoapVersion::V1_2] {
            assert_eq!(outline(&request.write(version, Some("key"))), outlined);
        }
        let action = format!("urn:cisco:cup:presence:soap/{}", request.operation());
        assert_eq!(request.action(), action);
    }
}

#[test]
fn an_expiration_is_never_out_of_the_range_that_the_service_takes() {
    for (time, seconds) in [
        (0, 3600),
        (4000, 4000),
        (86_400, 86_399),
        (u64::MAX, 86_399),
    ] {
        let expiration = Expiration::nearest(Duration::from_secs(time));
        assert_eq!(expiration.time(), Duration::from_secs(seconds));
    }
}

async fn signed_in(service: &Simulator) -> (Client, Session, Config) {
    let config = config(service, "simulated");
    let client = config.client().unwrap();
    let session = open_session(&client, &config.endpoint, &config.credentials)
        .await
        .unwrap();
    (client, session, config)
}

#[tokio::test]
async fn a_subscription_lives_through_all_that_is_done_with_it() {
    let service = service(still(30)).await;
    let (client, session, _) = signed_in(&service).await;
    let people = everybody(&service);
    let (home, key) = (&session.home, &session.user);
    let hour = Expiration::SHORTEST;
    let url = "http://127.0.0.1:9/never";
    let end_point = client
        .register(home, session.application(), url, hour)
        .await
        .unwrap();
    let first = Request::Subscribe {
        contacts: &people[..20],
        end_point,
        expiration: hour,
    };
    let subscription = client.subscribe(home, key, &first).await.unwrap();
    assert_eq!(service.subscribed(), (1, 1, 20));
    let more = Request::Extend {
        subscription,
        contacts: &people[20..],
        end_point,
    };
    assert_eq!(
        client.subscribe(home, key, &more).await.unwrap(),
        subscription
    );
    let renewed = Request::RenewSubscription {
        subscription,
        end_point,
        expiration: hour,
    };
    assert_eq!(
        client.subscribe(home, key, &renewed).await.unwrap(),
        subscription
    );
    assert_eq!(service.subscribed(), (1, 1, 30));
    client
        .renew_end_point(home, session.application(), end_point, hour)
        .await
        .unwrap();

    let kind = PresenceType::Rich;
    let all = client.fetch(home, key, subscription, kind).await.unwrap();
    assert_eq!(all.len(), 30);
    service.set(&people[3], Doing::Dnd);
    let changed = client.fetch(home, key, subscription, kind).await.unwrap();
    let told = changed
        .iter()
        .find(|contact| contact.address.as_ref() == Some(&people[3]))
        .unwrap();
    let Ok(Said::Rich(document)) = &told.said else {
        panic!("{told:?}")
    };
    let presence = document.clone().presence(jiff::Timestamp::now(), &[]);
    assert_eq!(presence.availability, Availability::Dnd);

    let fewer = Request::Unsubscribe {
        subscription,
        contacts: &people[..5],
    };
    client.unsubscribe(home, key, &fewer).await.unwrap();
    assert_eq!(service.subscribed(), (1, 1, 25));
    let none = Request::UnsubscribeAll { subscription };
    client.unsubscribe(home, key, &none).await.unwrap();
    client
        .unregister(home, session.application(), end_point)
        .await
        .unwrap();
    assert_eq!(service.subscribed(), (0, 0, 0));
    let gone = client
        .fetch(home, key, subscription, kind)
        .await
        .unwrap_err();
    assert_eq!(gone.class(), Some(Class::SubscriptionGone), "{gone}");
}

#[tokio::test]
async fn every_own_presence_is_taken() {
    let service = service(still(3)).await;
    let (client, session, _) = signed_in(&service).await;
    for own in OwnPresence::ALL {
        client
            .set_presence(&session.home, &session.user, own, Expiration::SHORTEST)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", own.name()));
    }
    let set = service.tally().of(Operation::SetPresence);
    assert_eq!(set, OwnPresence::ALL.len() as u64);
}

#[tokio::test]
async fn a_server_without_endpoints_is_a_class_of_its_own() {
    let service = service(still(3)).await;
    let (client, session, _) = signed_in(&service).await;
    service.fail_next_of(Operation::RegisterEndPoint, 138, 1);
    let full = client
        .register(
            &session.home,
            session.application(),
            "http://a:1/",
            Expiration::SHORTEST,
        )
        .await
        .unwrap_err();
    assert_eq!(full.class(), Some(Class::CannotNotify));
    assert!(matches!(full, Error::Fault(_)));
}
