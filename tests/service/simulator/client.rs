//! A plain client of the service, which takes nothing from whosin's own.

use std::time::Duration;

use reqwest::StatusCode;
use roxmltree::{Document, Node as XmlNode};
use secrecy::SecretString;
use whosin::simulator::{Node, Options, Scenario, Shape, Simulator};

pub const SERVICE: &str = "urn:cisco:cup:presence:soap";
pub const PIDF: &str = "urn:ietf:params:xml:ns:pidf";

pub const LOGIN_REQUEST: &str =
    include_str!("../../fixtures/captures/application-login.request.xml");
pub const LOGIN_RESPONSE: &str =
    include_str!("../../fixtures/captures/application-login.response.xml");
pub const END_USER_REQUEST: &str =
    include_str!("../../fixtures/captures/end-user-login.request.xml");
pub const END_USER_RESPONSE: &str =
    include_str!("../../fixtures/captures/end-user-login.response.xml");
pub const POLL_REQUEST: &str = include_str!("../../fixtures/captures/poll.request.xml");
pub const POLL_RESPONSE: &str = include_str!("../../fixtures/captures/poll.response.xml");
/// The keys in the captures.
pub const APPLICATION_KEY: &str = "551e35c6-1be-1d90757b-2faf-7";
pub const END_USER_KEY: &str = "551e376c-13b-44f32be3-312c-7";

/// A simulator whose people stand still, with the application user of the captures.
pub async fn simulator(scenario: impl Into<Scenario>) -> Simulator {
    start(captured_user(scenario)).await
}

/// People who stand still, the application user of the captures, faults of one shape.
pub fn captured_user(scenario: impl Into<Scenario>) -> Options {
    Options {
        pace: 0.0,
        scenario: scenario.into(),
        application_user: "webservicetest".into(),
        application_password: SecretString::from("xxx"),
        fault_shape: Some(Shape::Detail),
        ..Options::default()
    }
}

pub async fn start(options: Options) -> Simulator {
    Simulator::start(([127, 0, 0, 1], 0).into(), options)
        .await
        .expect("loopback can be listened at")
}

pub fn http() -> reqwest::Client {
    // Another test of this process may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .build()
        .expect("a plain client")
}

pub struct Answer {
    pub status: StatusCode,
    pub content_type: String,
    pub text: String,
}

impl Answer {
    pub fn xml(&self) -> Document<'_> {
        Document::parse(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// The number of the fault; panics where the answer is none.
    pub fn fault(&self) -> u16 {
        let xml = self.xml();
        let code = xml
            .descendants()
            .find(|node| node.has_tag_name((SERVICE, "errorCode")));
        let code = code.unwrap_or_else(|| panic!("no fault: {}", self.text));
        code.text().unwrap().parse().unwrap()
    }

    pub fn is_fault(&self) -> bool {
        self.text.contains(":Fault>")
    }

    pub fn key(&self) -> String {
        let xml = self.xml();
        let key = xml
            .descendants()
            .find(|node| node.has_tag_name((SERVICE, "session-key")));
        let key = key.unwrap_or_else(|| panic!("no key: {}", self.text));
        key.text().unwrap().trim().to_owned()
    }
}

pub struct Client<'a> {
    pub simulator: &'a Simulator,
    pub node: Node,
    pub http: reqwest::Client,
}

impl Client<'_> {
    pub fn of(simulator: &Simulator) -> Client<'_> {
        Client::at(simulator, Node::First)
    }

    pub fn at(simulator: &Simulator, node: Node) -> Client<'_> {
        Client {
            simulator,
            node,
            http: http(),
        }
    }

    pub async fn try_post(&self, body: &str) -> reqwest::Result<Answer> {
        let request = self
            .http
            .post(self.simulator.url_of(self.node))
            .body(body.to_owned());
        let response = request.header("content-type", "text/xml").send().await?;
        let header = response.headers().get("content-type");
        Ok(Answer {
            status: response.status(),
            content_type: header.map_or(String::new(), |v| v.to_str().unwrap().to_owned()),
            text: response.text().await?,
        })
    }

    pub async fn post(&self, body: &str) -> Answer {
        self.try_post(body).await.expect("an answer")
    }

    pub async fn login_application(&self) -> String {
        self.post(LOGIN_REQUEST).await.key()
    }

    pub async fn login_end_user(&self, application: &str) -> String {
        self.post(&END_USER_REQUEST.replace(APPLICATION_KEY, application))
            .await
            .key()
    }

    pub async fn sign_in(&self) -> String {
        let application = self.login_application().await;
        self.login_end_user(&application).await
    }

    pub async fn poll(&self, key: &str, contacts: &[&str]) -> Answer {
        self.post(&poll_request(key, contacts, "RICH_PRESENCE"))
            .await
    }
}

pub fn request(key: Option<&str>, body: &str) -> String {
    let header = key.map_or(String::new(), |key| {
        format!("<e:Header><session-key xmlns=\"{SERVICE}\">\n {key} \n</session-key></e:Header>")
    });
    format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\">{header}<e:Body>{body}</e:Body></e:Envelope>"
    )
}

pub fn contacts_list(contacts: &[&str]) -> String {
    let contacts: String = contacts
        .iter()
        .map(|contact| format!("<contact contactURI=\"{contact}\"/>"))
        .collect();
    format!("<contactsList>{contacts}</contactsList>")
}

pub fn poll_request(key: &str, contacts: &[&str], presence_type: &str) -> String {
    let list = contacts_list(contacts);
    request(
        Some(key),
        &format!(
            "<getPolledPresence xmlns=\"{SERVICE}\">{list}<presenceType>{presence_type}</presenceType></getPolledPresence>"
        ),
    )
}

pub fn logout_request(key: &str) -> String {
    request(Some(key), &format!("<logout xmlns=\"{SERVICE}\"/>"))
}

/// An XML tree as it reads, without prefixes, white space and comments.
pub fn as_it_reads(node: XmlNode<'_, '_>) -> String {
    let name = node.tag_name();
    let mut attributes: Vec<String> = node
        .attributes()
        .map(|a| format!(" {}={:?}", a.name(), a.value()))
        .collect();
    attributes.sort();
    let inside: String = node
        .children()
        .filter_map(|child| {
            if child.is_element() {
                Some(as_it_reads(child))
            } else {
                child
                    .text()
                    .filter(|_| child.is_text())
                    .map(|text| text.trim().to_owned())
            }
        })
        .collect();
    format!(
        "<{{{}}}{}{}>{inside}</>",
        name.namespace().unwrap_or_default(),
        name.name(),
        attributes.concat()
    )
}

pub fn reads_like(text: &str, capture: &str) {
    let (text, capture) = (
        Document::parse(text).unwrap(),
        Document::parse(capture).unwrap(),
    );
    assert_eq!(
        as_it_reads(text.root_element()),
        as_it_reads(capture.root_element())
    );
}

/// The addresses that an answer has documents for, in its order.
pub fn entities(answer: &Answer) -> Vec<String> {
    answer
        .xml()
        .descendants()
        .filter(|node| node.has_tag_name((PIDF, "presence")))
        .filter_map(|node| node.attribute("entity").map(str::to_owned))
        .collect()
}

pub fn addresses(simulator: &Simulator) -> Vec<String> {
    let people = simulator.people();
    people
        .iter()
        .map(|p| p.address.as_str().to_owned())
        .collect()
}
