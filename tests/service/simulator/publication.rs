//! Documents that users set (`setPresence` with RICH_PRESENCE), and for how long what is set lasts.

use whosin::presence::Address;
use whosin::simulator::{ByHand, Doing, Scenario, Simulator};

use super::client::*;

const DOCUMENT: &str = "<p:presence xmlns:p='urn:ietf:params:xml:ns:pidf' entity='sip:somebody@else.com'>\
    <d:person xmlns:d='urn:ietf:params:xml:ns:pidf:data-model'>\
    <r:activities><r:lunch/></r:activities><d:note xml:lang='de'>Mahlzeit &amp; bis eins</d:note></d:person>\
    <p:tuple id='pws-override'><p:status><p:basic>open</p:basic></p:status></p:tuple></p:presence>";

/// The prefix of RPID is declared around the document, not in it.
fn set_document(key: &str, document: &str, overrides: &str) -> String {
    request(
        Some(key),
        &format!(
            "<setPresence xmlns='{SERVICE}' xmlns:r='urn:ietf:params:xml:ns:pidf:rpid'>\
             <presenceType>RICH_PRESENCE</presenceType><presenceInfo>\
             <richPresence>{document}</richPresence><override>{overrides}</override>\
             </presenceInfo><expiration>3600</expiration></setPresence>"
        ),
    )
}

fn me() -> Address {
    "klmt@example.com".parse().unwrap()
}

async fn polled(client: &Client<'_>, key: &str) -> String {
    client.poll(key, &["klmt@example.com"]).await.text
}

#[tokio::test]
async fn a_document_that_a_user_sets_is_what_the_others_get() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    let set = client.post(&set_document(&key, DOCUMENT, "true")).await;
    assert!(set.text.contains("SUCCESS"), "{}", set.text);

    let state = simulator.state_of(&me());
    assert_eq!(state.doing, Doing::Lunch);
    assert_eq!(state.by_hand, Some(ByHand::Override));
    assert_eq!(state.note.as_deref(), Some("Mahlzeit & bis eins"));

    let answer = client.poll(&key, &["klmt@example.com"]).await;
    assert_eq!(entities(&answer), ["sip:klmt@example.com"]);
    let xml = answer.xml();
    let find = |namespace: &str, name: &str| {
        xml.descendants()
            .find(|node| node.has_tag_name((namespace, name)))
            .unwrap_or_else(|| panic!("no {name}: {}", answer.text))
    };
    find("urn:ietf:params:xml:ns:pidf:rpid", "lunch");
    let note = find("urn:ietf:params:xml:ns:pidf:data-model", "note");
    assert_eq!(note.text(), Some("Mahlzeit & bis eins"));
    assert_eq!(find(PIDF, "tuple").attribute("id"), Some("pws-override"));
}

#[tokio::test]
async fn a_document_that_is_none_is_refused_with_the_number_for_what_is_wrong() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    let tuple = "<p:tuple id='pws-override'>";
    for (document, code) in [
        (String::new(), 120),
        ("<presence/>".into(), 103),
        (DOCUMENT.replace("pws-override", "desk-phone"), 161),
        (
            DOCUMENT.replace(tuple, &format!("<p:tuple id='other'/>{tuple}")),
            161,
        ),
        (
            "<presence xmlns='urn:ietf:params:xml:ns:pidf'/>".into(),
            161,
        ),
        (
            DOCUMENT.replace(tuple, &format!("{tuple}<source>me</source>")),
            162,
        ),
        (
            DOCUMENT.replace(
                tuple,
                &format!("{tuple}<source xmlns='urn:cisco:params:xml:ns:pidf:source'/>"),
            ),
            162,
        ),
    ] {
        let set = set_document(&key, &document, "true");
        assert_eq!(client.post(&set).await.fault(), code, "{document}");
    }
    let undecided = set_document(&key, DOCUMENT, "maybe");
    assert_eq!(client.post(&undecided).await.fault(), 125);
    assert_eq!(simulator.state_of(&me()).doing, Doing::Unknown);
    let sourced = DOCUMENT.replace(
        tuple,
        &format!("{tuple}<source xmlns='urn:cisco:params:xml:ns:pidf:source'>me</source>"),
    );
    let sourced = sourced.replace("pws-override", "pws-persistent");
    let set = client.post(&set_document(&key, &sourced, "false")).await;
    assert!(set.text.contains("SUCCESS"), "{}", set.text);
    assert_eq!(simulator.state_of(&me()).by_hand, Some(ByHand::Persistent));
}

/// Signed in, with lunch set; and both keys.
async fn set_up(simulator: &Simulator) -> (Client<'_>, String, String) {
    let client = Client::of(simulator);
    let application = client.login_application().await;
    let key = client.login_end_user(&application).await;
    client.post(&set_document(&key, DOCUMENT, "true")).await;
    assert!(polled(&client, &key).await.contains("Mahlzeit"));
    (client, application, key)
}

#[tokio::test]
async fn what_is_set_ends_with_the_session_that_set_it() {
    let simulator = simulator(Scenario::quiet()).await;
    let (client, application, key) = set_up(&simulator).await;
    client.post(&logout_request(&key)).await;
    assert_eq!(simulator.state_of(&me()).doing, Doing::Unknown);
    let key = client.login_end_user(&application).await;
    assert!(!polled(&client, &key).await.contains("Mahlzeit"));

    client.post(&set_document(&key, DOCUMENT, "true")).await;
    assert_eq!(simulator.state_of(&me()).doing, Doing::Lunch);
    client.post(&logout_request(&application)).await;
    assert_eq!(simulator.state_of(&me()).doing, Doing::Unknown);
}

#[tokio::test]
async fn what_is_set_lasts_while_the_session_does() {
    let simulator = simulator(Scenario::quiet()).await;
    let (client, application, key) = set_up(&simulator).await;
    let other = END_USER_REQUEST
        .replace(APPLICATION_KEY, &application)
        .replace("klmt", "eve");
    let other = client.post(&other).await.key();
    client.post(&logout_request(&other)).await;
    assert!(polled(&client, &key).await.contains("Mahlzeit"));
}
