//! The service's description, and the captured requests as they are.

use reqwest::StatusCode;
use roxmltree::Document;
use secrecy::SecretString;
use whosin::simulator::{Certificate, Node, Options, Scenario, Simulator};

use super::client::*;

async fn description(url: &str) -> (StatusCode, String, String) {
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_danger_accept_invalid_certs(true)
        .build()
        .unwrap();
    let answer = client.get(url).send().await.unwrap();
    let content_type = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (answer.status(), content_type, answer.text().await.unwrap())
}

async fn locations(simulator: &Simulator, node: Node) -> Vec<String> {
    // Installs the provider of TLS, which a plain client lacks.
    let _ = http();
    for query in ["wsdl", "WSDL"] {
        let (status, content_type, _) =
            description(&format!("{}?{query}", simulator.url_of(node))).await;
        assert_eq!(status, StatusCode::OK);
        assert!(content_type.starts_with("text/xml"), "{content_type}");
    }
    let (_, _, text) = description(&format!("{}?wsdl", simulator.url_of(node))).await;
    let xml = Document::parse(&text).unwrap();
    let nodes = xml.descendants();
    nodes
        .filter_map(|node| node.attribute("location").map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn each_node_describes_itself_where_it_was_found() {
    let plain = simulator(Scenario::quiet()).await;
    for node in [Node::First, Node::Second] {
        let url = plain.url_of(node);
        assert_eq!(locations(&plain, node).await, [url.clone(), url]);
    }
    let certificate = Certificate::self_signed(&["127.0.0.1".into()]).unwrap();
    let secure = start(Options {
        certificate: Some(certificate),
        ..Options::default()
    })
    .await;
    let url = secure.url();
    assert!(url.starts_with("https://"));
    assert_eq!(locations(&secure, Node::First).await, [url.clone(), url]);
}

/// Not even the keys in them have to be replaced.
#[tokio::test]
async fn the_captured_requests_work_as_they_are() {
    let simulator = start(Options {
        application_user: "webservicetest".into(),
        application_password: SecretString::from("xxx"),
        end_users: vec!["klmt".into()],
        ..Options::default()
    })
    .await;
    let client = Client::of(&simulator);
    assert_eq!(client.post(LOGIN_REQUEST).await.key(), APPLICATION_KEY);
    assert_eq!(client.post(END_USER_REQUEST).await.key(), END_USER_KEY);
    reads_like(&client.post(POLL_REQUEST).await.text, POLL_RESPONSE);
}
