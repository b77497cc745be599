//! An answer counts for the operation that it answers alone.

use secrecy::SecretString;
use whosin::link::OwnPresence;
use whosin::pws::{
    AppKey, Client, EndPointId, Endpoint, Error, Expiration, PresenceType, Request, SessionKey,
    SubscriptionId, UserKey,
};

use crate::wire::{answering, http};

/// What the service answers to each operation where all is well.
const ANSWERS: [(&str, &str); 9] = [
    (
        "loginResponse",
        "<success><session-key>551e-key</session-key></success>",
    ),
    ("logoutResponse", DONE),
    ("getPolledPresenceResponse", PRESENCE),
    ("getSubscribedPresenceResponse", PRESENCE),
    ("setPresenceResponse", DONE),
    (
        "subscribeResponse",
        "<subscriptionID>1</subscriptionID><endPointID>1</endPointID>",
    ),
    ("unsubscribeResponse", DONE),
    (
        "registerEndPointResponse",
        "<endPointID>1</endPointID><subscriptionID>1</subscriptionID>",
    ),
    ("unregisterEndPointResponse", DONE),
];
const DONE: &str = "<status>SUCCESS</status>";
const PRESENCE: &str = "<presenceResponse><basicPresenceList>\
    <contact contactURI='a@b.at' presenceStatus='DND'/></basicPresenceList></presenceResponse>";

/// An answer in which an element of this name and namespace stands.
fn answer(namespace: &str, name: &str, inside: &str) -> String {
    let body = format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
         <{name} xmlns='{namespace}'>{inside}</{name}></s:Body></s:Envelope>"
    );
    http("200 OK", &body)
}

/// Runs the operations that have an answer of this name; what comes of each.
async fn run(client: &Client, at: &Endpoint, name: &str) -> Vec<Result<(), Error>> {
    let (app, user) = (AppKey::new("551e-app"), UserKey::new("551e-user"));
    let (end_point, subscription) = (EndPointId::from(1), SubscriptionId::from(1));
    let expiration = Expiration::SHORTEST;
    let contacts = ["a@b.at".parse().unwrap()];
    let rich = PresenceType::Rich;
    match name {
        "loginResponse" => {
            let password = SecretString::from("551e-password");
            let first = client.login_application(at, "a", &password, false).await;
            let second = client.login_end_user(at, "u", &app, false).await;
            vec![first.map(drop), second.map(drop)]
        }
        "logoutResponse" => vec![client.logout(at, &user).await],
        "getPolledPresenceResponse" => {
            let polled = client.poll(at, &user, &contacts, rich).await;
            vec![polled.map(|all| assert_eq!(all.len(), 1))]
        }
        "getSubscribedPresenceResponse" => {
            let fetched = client.fetch(at, &user, subscription, rich).await;
            vec![fetched.map(|all| assert_eq!(all.len(), 1))]
        }
        "setPresenceResponse" => {
            let own = OwnPresence::Dnd;
            vec![client.set_presence(at, &user, own, expiration).await]
        }
        "subscribeResponse" => {
            let request = Request::RenewSubscription {
                subscription,
                end_point,
                expiration,
            };
            vec![client.subscribe(at, &user, &request).await.map(drop)]
        }
        "unsubscribeResponse" => {
            let request = Request::UnsubscribeAll { subscription };
            vec![client.unsubscribe(at, &user, &request).await]
        }
        "registerEndPointResponse" => {
            let url = "http://127.0.0.1/";
            let new = client.register(at, &app, url, expiration).await;
            let renewed = client.renew_end_point(at, &app, end_point, expiration);
            vec![new.map(drop), renewed.await.map(drop)]
        }
        "unregisterEndPointResponse" => vec![client.unregister(at, &app, end_point).await],
        other => unreachable!("{other}"),
    }
}

const SERVICE: &str = "urn:cisco:cup:presence:soap";

#[tokio::test]
async fn each_operation_accepts_its_own_answer_and_no_other() {
    for (came, inside) in ANSWERS {
        let (client, at) = answering(answer(SERVICE, came, inside)).await;
        for (wanted, _) in ANSWERS {
            for done in run(&client, &at, wanted).await {
                if came == wanted {
                    assert_eq!(done, Ok(()), "{wanted}");
                } else {
                    let words = format!("'{wanted}' was expected, '{came}' came");
                    assert_eq!(done, Err(Error::NotSoap(words)));
                }
            }
        }
        // The same words of somebody else.
        let (client, at) = answering(answer("urn:example:other", came, inside)).await;
        for done in run(&client, &at, came).await {
            assert!(matches!(done, Err(Error::NotSoap(_))), "{came}: {done:?}");
        }
    }
}

#[tokio::test]
async fn what_does_not_say_that_it_was_done_was_not() {
    for (name, inside) in ANSWERS.into_iter().filter(|(_, inside)| *inside == DONE) {
        for (instead, is_refused) in [
            ("<status>FAILURE</status>", true),
            ("<status>\n FAILURE\n</status>", true),
            ("", false),
            ("<status/>", false),
            ("<status>MAYBE</status>", false),
            ("<other><status>SUCCESS</status></other>", false),
        ] {
            let (client, at) = answering(answer(SERVICE, name, instead)).await;
            for done in run(&client, &at, name).await {
                let is_right = match done {
                    Err(Error::NotDone) => is_refused,
                    Err(Error::NotSoap(_)) => !is_refused,
                    _ => false,
                };
                assert!(is_right, "{name}, {instead} instead of {inside}");
            }
        }
    }
}
