//! Endpoints, subscriptions and notifications, and setting one's own presence.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use whosin::presence::Address;
use whosin::simulator::{ByHand, Doing, Options, Scenario, Simulator, Trouble};

use super::client::*;

/// Long enough for a call to come on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);
/// Long enough to believe that no call comes.
const SILENCE: Duration = Duration::from_millis(150);

/// A listener of a client: tells the first line of each request that it gets.
struct Listener {
    url: String,
    calls: mpsc::UnboundedReceiver<String>,
}

impl Listener {
    async fn start() -> Listener {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let (sender, calls) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![];
                while !request.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => request.push(byte),
                        Err(_) => break,
                    }
                }
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
                let _ = stream.write_all(answer).await;
                let text = String::from_utf8_lossy(&request);
                let line = text.lines().next().unwrap_or_default().to_owned();
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Listener { url, calls }
    }

    async fn call(&mut self) -> String {
        let call = tokio::time::timeout(PATIENCE, self.calls.recv()).await;
        call.expect("a call").expect("the listener lives")
    }

    async fn is_left_alone(&mut self) -> bool {
        tokio::time::timeout(SILENCE, self.calls.recv())
            .await
            .is_err()
    }
}

fn register_request(key: &str, url: &str, id: i32, expiration: u32) -> String {
    let url = if url.is_empty() {
        String::new()
    } else {
        format!("<url>{url}</url>")
    };
    request(
        Some(key),
        &format!(
            "<registerEndPoint xmlns=\"{SERVICE}\">{url}<endPointID>{id}</endPointID><expiration>{expiration}</expiration></registerEndPoint>"
        ),
    )
}

fn subscribe_request(key: &str, contacts: &[&str], end_point: i32, id: i32) -> String {
    let list = if contacts.is_empty() {
        String::new()
    } else {
        contacts_list(contacts)
    };
    request(
        Some(key),
        &format!(
            "<subscribe xmlns=\"{SERVICE}\">{list}<subscriptionType>PRESENCE_NOTIFICATION</subscriptionType><expiration>3600</expiration><endPointID>{end_point}</endPointID><subscriptionID>{id}</subscriptionID></subscribe>"
        ),
    )
}

fn fetch_request(key: &str, id: i32) -> String {
    request(
        Some(key),
        &format!(
            "<getSubscribedPresence xmlns=\"{SERVICE}\"><subscriptionID>{id}</subscriptionID><presenceType>RICH_PRESENCE</presenceType></getSubscribedPresence>"
        ),
    )
}

fn unsubscribe_request(key: &str, id: i32, contacts: &[&str]) -> String {
    let what = if contacts.is_empty() {
        "<unsubscribeAll/>".into()
    } else {
        contacts_list(contacts)
    };
    request(
        Some(key),
        &format!(
            "<unsubscribe xmlns=\"{SERVICE}\"><unsubscribeRequest><subscriptionID>{id}</subscriptionID>{what}</unsubscribeRequest></unsubscribe>"
        ),
    )
}

fn unregister_request(key: &str, id: i32) -> String {
    request(
        Some(key),
        &format!(
            "<unregisterEndPoint xmlns=\"{SERVICE}\"><endPointID>{id}</endPointID></unregisterEndPoint>"
        ),
    )
}

fn set_request(key: &str, status: &str, overrides: bool, expiration: u32) -> String {
    request(
        Some(key),
        &format!(
            "<setPresence xmlns=\"{SERVICE}\"><presenceType>BASIC_PRESENCE</presenceType><presenceInfo><basicPresence>{status}</basicPresence><override>{overrides}</override></presenceInfo><expiration>{expiration}</expiration></setPresence>"
        ),
    )
}

fn id(answer: &Answer, name: &str) -> i32 {
    let xml = answer.xml();
    let id = xml.descendants().find(|n| n.has_tag_name((SERVICE, name)));
    let id = id.unwrap_or_else(|| panic!("no {name}: {}", answer.text));
    id.text().unwrap().parse().unwrap()
}

struct Setting<'a> {
    client: Client<'a>,
    listener: Listener,
    application: String,
    end_user: String,
    end_point: i32,
    people: Vec<Address>,
}

/// Signed in, with an end point.
async fn setting(simulator: &Simulator) -> Setting<'_> {
    let client = Client::of(simulator);
    let application = client.login_application().await;
    let end_user = client.login_end_user(&application).await;
    let listener = Listener::start().await;
    let answer = client
        .post(&register_request(&application, &listener.url, 0, 3600))
        .await;
    Setting {
        end_point: id(&answer, "endPointID"),
        people: simulator.people().into_iter().map(|p| p.address).collect(),
        client,
        listener,
        application,
        end_user,
    }
}

impl Setting<'_> {
    async fn subscribe(&self, people: std::ops::Range<usize>) -> i32 {
        let contacts: Vec<&str> = self.people[people].iter().map(Address::as_str).collect();
        let request = subscribe_request(&self.end_user, &contacts, self.end_point, 0);
        id(&self.client.post(&request).await, "subscriptionID")
    }

    async fn fetch(&self, subscription: i32) -> Answer {
        self.client
            .post(&fetch_request(&self.end_user, subscription))
            .await
    }
}

#[tokio::test]
async fn the_service_calls_right_after_a_subscription_and_once_until_it_is_fetched() {
    let simulator = simulator(Scenario::quiet()).await;
    let mut setting = setting(&simulator).await;
    let subscription = setting.subscribe(0..10).await;
    let [who, another] = [setting.people[0].clone(), setting.people[1].clone()];
    let expected = format!("GET /token?id={subscription}&eventType=PRESENCE_NOTIFICATION HTTP/1.1");
    assert_eq!(setting.listener.call().await, expected);

    simulator.set(&who, Doing::Dnd);
    assert!(
        setting.listener.is_left_alone().await,
        "nothing was fetched yet"
    );
    assert_eq!(entities(&setting.fetch(subscription).await).len(), 10);
    assert!(
        setting.listener.is_left_alone().await,
        "nothing changed since"
    );

    simulator.set(&who, Doing::Lunch);
    assert_eq!(setting.listener.call().await, expected);
    simulator.set(&another, Doing::Meeting);
    assert!(
        setting.listener.is_left_alone().await,
        "it was called already"
    );

    let answer = setting.fetch(subscription).await;
    let fetched: Vec<String> = entities(&answer).iter().map(|e| e.to_lowercase()).collect();
    for changed in [&who, &another] {
        assert!(fetched.contains(&format!("sip:{changed}")), "{fetched:?}");
    }
    assert!(answer.text.contains("lunch") && answer.text.contains("getSubscribedPresenceResponse"));
    simulator.set(&another, Doing::Available);
    setting.listener.call().await;
    assert_eq!(simulator.tally().callbacks, 3);
    assert_eq!(simulator.tally().failed_callbacks, 0);
}

#[tokio::test]
async fn a_url_with_a_query_of_its_own_keeps_it() {
    let simulator = simulator(Scenario::quiet()).await;
    let mut setting = setting(&simulator).await;
    let url = format!("{}?who=me", setting.listener.url);
    let register = register_request(&setting.application, &url, 0, 3600);
    setting.end_point = id(&setting.client.post(&register).await, "endPointID");
    let subscription = setting.subscribe(0..1).await;
    let line = setting.listener.call().await;
    assert_eq!(
        line,
        format!("GET /token?who=me&id={subscription}&eventType=PRESENCE_NOTIFICATION HTTP/1.1")
    );
}

#[tokio::test]
async fn strangers_and_people_who_are_not_subscribed_to_cause_no_calls() {
    let simulator = simulator(Scenario::quiet()).await;
    let mut setting = setting(&simulator).await;
    let subscription = setting.subscribe(0..2).await;
    setting.listener.call().await;
    setting.fetch(subscription).await;
    simulator.set(&setting.people[5].clone(), Doing::Dnd);
    assert!(setting.listener.is_left_alone().await);
}

#[tokio::test]
async fn people_who_live_their_lives_are_told_of_too() {
    let options = Options {
        pace: 2000.0,
        ..captured_user(Scenario::quiet())
    };
    let simulator = start(options).await;
    let mut setting = setting(&simulator).await;
    let subscription = setting.subscribe(0..40).await;
    setting.listener.call().await;
    for _ in 0..3 {
        setting.fetch(subscription).await;
        setting.listener.call().await;
    }
}

#[tokio::test]
async fn contacts_are_added_and_removed() {
    let simulator = simulator(Scenario::quiet()).await;
    let mut setting = setting(&simulator).await;
    let subscription = setting.subscribe(0..2).await;
    setting.listener.call().await;
    let third = setting.people[2].clone();
    let more = subscribe_request(
        &setting.end_user,
        &[third.as_str()],
        setting.end_point,
        subscription,
    );
    assert_eq!(
        id(&setting.client.post(&more).await, "subscriptionID"),
        subscription
    );
    assert_eq!(simulator.subscribed(), (1, 1, 3));
    assert_eq!(entities(&setting.fetch(subscription).await).len(), 3);
    let renewal = subscribe_request(&setting.end_user, &[], setting.end_point, subscription);
    assert!(!setting.client.post(&renewal).await.is_fault());
    let without_renewal = more.replace(">3600<", ">0<");
    assert!(!setting.client.post(&without_renewal).await.is_fault());
    let neither = renewal.replace(">3600<", ">0<");
    assert_eq!(setting.client.post(&neither).await.fault(), 145);
    let neither = renewal.replace("<expiration>3600</expiration>", "");
    assert_eq!(setting.client.post(&neither).await.fault(), 145);

    let less = unsubscribe_request(&setting.end_user, subscription, &[third.as_str()]);
    assert!(setting.client.post(&less).await.text.contains("SUCCESS"));
    simulator.set(&third, Doing::Dnd);
    assert!(setting.listener.is_left_alone().await);
    assert_eq!(setting.client.post(&less).await.fault(), 144);

    let none = unsubscribe_request(&setting.end_user, subscription, &[]);
    assert!(setting.client.post(&none).await.text.contains("SUCCESS"));
    assert_eq!(setting.fetch(subscription).await.fault(), 133);
    assert_eq!(simulator.subscribed(), (1, 0, 0));
}

#[tokio::test]
async fn wrong_end_points_and_subscriptions_are_refused_by_number() {
    let simulator = simulator(Scenario::quiet()).await;
    let setting = setting(&simulator).await;
    let (application, end_user) = (&setting.application, &setting.end_user);
    let url = &setting.listener.url;
    let end_point = setting.end_point;
    let fault = async |body: String| setting.client.post(&body).await.fault();

    assert_eq!(fault(register_request(end_user, url, 0, 3600)).await, 141);
    assert_eq!(fault(register_request(application, "", 0, 3600)).await, 130);
    for (url, code) in [("https://x/", 209), ("here", 209), ("http://x/a b", 142)] {
        let register = register_request(application, url, 0, 3600);
        assert_eq!(fault(register).await, code, "{url}");
    }
    for expiration in [0, 3599, 86401] {
        let register = register_request(application, url, 0, expiration);
        assert_eq!(fault(register).await, 131);
    }
    assert_eq!(
        fault(register_request(application, "", 99, 3600)).await,
        132
    );
    let renew = register_request(application, "", end_point, 86400);
    assert!(!setting.client.post(&renew).await.is_fault());
    assert_eq!(
        fault(register_request(application, url, end_point, 3600)).await,
        123
    );
    assert_eq!(
        fault(subscribe_request(application, &["a@b.c"], end_point, 0)).await,
        140
    );
    assert_eq!(
        fault(subscribe_request(end_user, &["a@b.c"], 99, 0)).await,
        132
    );
    assert_eq!(
        fault(subscribe_request(end_user, &[], end_point, 0)).await,
        146
    );
    let nobody = subscribe_request(end_user, &["a@b.c"], end_point, 0)
        .replace(&contacts_list(&["a@b.c"]), "<contactsList/>");
    assert_eq!(fault(nobody).await, 135);
    let short = subscribe_request(end_user, &["a@b.c"], end_point, 0).replace(">3600<", ">3599<");
    assert_eq!(fault(short).await, 131);
    assert_eq!(
        fault(subscribe_request(end_user, &["a@b.c"], end_point, 99)).await,
        133
    );
    let other_type =
        subscribe_request(end_user, &["a@b.c"], end_point, 0).replace("PRESENCE_", "OTHER_");
    assert_eq!(fault(other_type).await, 134);
    assert_eq!(fault(fetch_request(end_user, 99)).await, 133);

    let subscription = setting.subscribe(0..1).await;
    let login = END_USER_REQUEST.replace(APPLICATION_KEY, application);
    let other = setting
        .client
        .post(&login.replace("klmt", "eve"))
        .await
        .key();
    assert_eq!(fault(fetch_request(&other, subscription)).await, 137);
    assert_eq!(
        fault(unsubscribe_request(&other, subscription, &[])).await,
        137
    );

    let unregister = setting
        .client
        .post(&unregister_request(application, end_point))
        .await;
    assert!(unregister.text.contains("SUCCESS"), "{}", unregister.text);
    assert_eq!(
        fault(register_request(application, "", end_point, 3600)).await,
        132
    );
}

#[tokio::test]
async fn subscriptions_end_with_the_session_that_made_them() {
    let simulator = simulator(Scenario::quiet()).await;
    let setting = setting(&simulator).await;
    let subscription = setting.subscribe(0..3).await;
    let key = setting.client.login_end_user(&setting.application).await;
    assert_eq!(
        setting
            .client
            .post(&fetch_request(&key, subscription))
            .await
            .fault(),
        133
    );
    // The end point is the application user's, and stays.
    assert_eq!(simulator.subscribed(), (1, 0, 0));
    setting.client.login_application().await;
    assert_eq!(simulator.subscribed().0, 0);
}

#[tokio::test]
async fn a_subscription_takes_five_thousand_contacts_and_no_more() {
    let simulator = simulator(Scenario::quiet()).await;
    let setting = setting(&simulator).await;
    let contacts: Vec<String> = (0..5001).map(|n| format!("user{n}@example.com")).collect();
    let contacts: Vec<&str> = contacts.iter().map(String::as_str).collect();
    let mut subscription = 0;
    for batch in contacts[..5000].chunks(100) {
        let request = subscribe_request(&setting.end_user, batch, setting.end_point, subscription);
        subscription = id(&setting.client.post(&request).await, "subscriptionID");
    }
    assert_eq!(simulator.subscribed(), (1, 1, 5000));
    let one_more = subscribe_request(
        &setting.end_user,
        &contacts[5000..],
        setting.end_point,
        subscription,
    );
    assert_eq!(setting.client.post(&one_more).await.fault(), 135);
    assert_eq!(entities(&setting.fetch(subscription).await).len(), 5000);
}

#[tokio::test]
async fn a_server_may_have_no_end_points_or_subscriptions_left() {
    let simulator = simulator(Scenario::quiet()).await;
    let setting = setting(&simulator).await;
    simulator.set_scenario(Trouble::NoEndpoints);
    let register = register_request(&setting.application, &setting.listener.url, 0, 3600);
    assert_eq!(setting.client.post(&register).await.fault(), 138);
    let subscribe = subscribe_request(&setting.end_user, &["a@b.c"], setting.end_point, 0);
    for (scenario, code) in [("no-endpoints=139", 139), ("no-endpoints=211", 211)] {
        simulator.set_scenario(scenario.parse::<Scenario>().unwrap());
        assert_eq!(setting.client.post(&subscribe).await.fault(), code);
    }
}

#[tokio::test]
async fn calls_get_lost_when_the_scenario_says_so() {
    let simulator = simulator(Trouble::LostCallbacks).await;
    let mut setting = setting(&simulator).await;
    let subscription = setting.subscribe(0..3).await;
    setting.fetch(subscription).await;
    let who = setting.people[0].clone();
    simulator.set(&who, Doing::Dnd);
    assert!(setting.listener.is_left_alone().await);
    // It is there to be fetched all the same.
    assert!(setting.fetch(subscription).await.text.contains("dnd"));
}

#[tokio::test]
async fn a_client_that_does_not_answer_is_counted() {
    let simulator = simulator(Scenario::quiet()).await;
    let setting = setting(&simulator).await;
    let nobody = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let register = register_request(&setting.application, &format!("http://{nobody}/"), 0, 3600);
    let end_point = id(&setting.client.post(&register).await, "endPointID");
    let who = setting.people[0].clone();
    let subscribe = subscribe_request(&setting.end_user, &[who.as_str()], end_point, 0);
    let subscription = id(&setting.client.post(&subscribe).await, "subscriptionID");
    setting.fetch(subscription).await;
    simulator.set(&who, Doing::Dnd);
    let counted = async {
        while simulator.tally().failed_callbacks == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, counted)
        .await
        .expect("the call is counted as failed");
}

#[tokio::test]
async fn a_user_sets_the_users_own_presence() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let key = client.sign_in().await;
    let me: Address = "klmt@example.com".parse().unwrap();
    let set = async |status: &str, overrides, expiration| {
        client
            .post(&set_request(&key, status, overrides, expiration))
            .await
    };

    assert_eq!(set("AVAILABLE", true, 3600).await.fault(), 121);
    assert_eq!(set("DND", false, 3600).await.fault(), 122);
    assert_eq!(set("UNKNOWN", true, 3600).await.fault(), 120);
    assert_eq!(set("", true, 3600).await.fault(), 115);
    for expiration in [0, 3599, 86401] {
        assert_eq!(set("AWAY", true, expiration).await.fault(), 131);
    }
    let undecided = set_request(&key, "AWAY", true, 3600).replace(">true<", ">perhaps<");
    assert_eq!(client.post(&undecided).await.fault(), 125);
    assert_eq!(simulator.state_of(&me).doing, Doing::Unknown);

    assert!(set("DND", true, 3600).await.text.contains("SUCCESS"));
    assert_eq!(simulator.state_of(&me).doing, Doing::Dnd);
    let document = client.poll(&key, &["klmt@example.com"]).await;
    assert!(document.text.contains("pws-override"), "{}", document.text);

    assert!(!set("VACATION", true, 3600).await.is_fault());
    assert_eq!(simulator.state_of(&me).doing, Doing::Away);
    assert!(!set("AVAILABLE", false, 86400).await.is_fault());
    assert_eq!(simulator.state_of(&me).by_hand, Some(ByHand::Persistent));
}

#[tokio::test]
async fn what_is_set_without_override_gives_way_to_what_the_person_does() {
    let simulator = simulator(Scenario::quiet()).await;
    let client = Client::of(&simulator);
    let application = client.login_application().await;
    let people = simulator.people();
    let find = |doing| {
        let mut people = people.iter().map(|person| &person.address);
        people
            .find(|address| simulator.state_of(address).doing == doing)
            .unwrap()
    };
    for (who, doing) in [
        (find(Doing::Meeting), Doing::Meeting),
        (find(Doing::Available), Doing::Away),
    ] {
        let login = END_USER_REQUEST
            .replace(APPLICATION_KEY, &application)
            .replace("klmt", who.user());
        let key = client.post(&login).await.key();
        assert!(
            !client
                .post(&set_request(&key, "AWAY", false, 3600))
                .await
                .is_fault()
        );
        assert_eq!(simulator.state_of(who).doing, doing);
        assert!(
            !client
                .post(&set_request(&key, "DND", true, 3600))
                .await
                .is_fault()
        );
        assert_eq!(simulator.state_of(who).doing, Doing::Dnd);
    }
}

#[tokio::test]
async fn what_a_user_sets_is_told_to_those_who_watch() {
    let simulator = simulator(Scenario::quiet()).await;
    let mut setting = setting(&simulator).await;
    let request = subscribe_request(
        &setting.end_user,
        &["klmt@example.com"],
        setting.end_point,
        0,
    );
    let subscription = id(&setting.client.post(&request).await, "subscriptionID");
    setting.listener.call().await;
    setting.fetch(subscription).await;
    setting
        .client
        .post(&set_request(&setting.end_user, "DND", true, 3600))
        .await;
    setting.listener.call().await;
    assert!(setting.fetch(subscription).await.text.contains("dnd"));
}

#[tokio::test]
async fn subscriptions_get_lost_without_a_word_when_the_scenario_says_so() {
    let simulator = simulator("lose-subscriptions=1".parse::<Scenario>().unwrap()).await;
    let mut setting = setting(&simulator).await;
    let subscription = setting.subscribe(0..3).await;
    setting.listener.call().await;
    setting.fetch(subscription).await;
    assert_eq!(simulator.subscribed().1, 1);
    tokio::time::sleep(Duration::from_millis(1010)).await;
    let who = setting.people[0].clone();
    simulator.set(&who, Doing::Dnd);
    assert!(setting.listener.is_left_alone().await);
    assert_eq!(setting.fetch(subscription).await.fault(), 133);
    // The sessions go on.
    assert_eq!(simulator.signed_in(), (1, 1));
}

#[tokio::test]
async fn a_list_without_anybody_in_it_is_not_sent() {
    let simulator = simulator(Scenario::quiet()).await;
    let setting = setting(&simulator).await;
    let subscription = setting.subscribe(0..3).await;
    let request = fetch_request(&setting.end_user, subscription).replace("RICH", "BASIC");
    let full = setting.client.post(&request).await;
    assert!(full.text.contains("basicPresenceList"), "{}", full.text);
    // Now and then everybody is in the answer, whether they changed or not.
    let mut empty = 0;
    for _ in 0..20 {
        let answer = setting.client.post(&request).await;
        let xml = answer.xml();
        let named = |name: &str| {
            let nodes = xml.descendants();
            nodes.filter(|n| n.tag_name().name() == name).count()
        };
        assert_eq!(named("basicPresenceList") > 0, named("contact") > 0);
        empty += usize::from(named("contact") == 0);
    }
    assert!(empty > 0);
}
