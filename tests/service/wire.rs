//! What goes over the wire and how what comes back is read, against captured conversations.

use std::net::SocketAddr;
use std::time::Duration;

use roxmltree::{Document, Node};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use whosin::http::{self, Limits, Trust};
use whosin::presence::{Address, Availability};
use whosin::pws::{
    AppKey, Class, Client, Endpoint, Error, Login, PresenceType, Request, Said, SessionKey,
    SoapVersion, UserKey,
};

/// An element without prefixes: name, attributes, text, children.
fn plain(node: Node<'_, '_>) -> String {
    let mut attributes: Vec<String> = node
        .attributes()
        .map(|a| format!("{}={}", a.name(), a.value()))
        .collect();
    attributes.sort();
    let inside: Vec<String> = node
        .children()
        .filter_map(|child| match child.text().map(str::trim) {
            _ if child.is_element() => Some(plain(child)),
            Some(text) if child.is_text() && !text.is_empty() => Some(text.to_string()),
            _ => None,
        })
        .collect();
    let name = node.tag_name();
    format!(
        "{{{}}}{}{attributes:?}({})",
        name.namespace().unwrap_or(""),
        name.name(),
        inside.join(",")
    )
}

fn same_as_captured(written: &[u8], captured: &str) {
    let written = std::str::from_utf8(written).unwrap();
    let written = Document::parse(written).unwrap();
    let captured = Document::parse(captured).unwrap();
    assert_eq!(
        plain(written.root_element()),
        plain(captured.root_element())
    );
}

#[test]
fn the_application_login_is_written_as_captured() {
    let password = SecretString::from("xxx");
    let request = Request::LoginApplication {
        user: "webservicetest",
        password: &password,
        force: true,
    };
    let captured = include_str!("../fixtures/captures/application-login.request.xml");
    same_as_captured(&request.write(SoapVersion::V1_1, None), captured);
}

#[test]
fn the_end_user_login_is_written_as_captured() {
    let app = AppKey::new("551e35c6-1be-1d90757b-2faf-7");
    let request = Request::LoginEndUser {
        user: "klmt",
        app: &app,
        force: true,
    };
    let captured = include_str!("../fixtures/captures/end-user-login.request.xml");
    same_as_captured(&request.write(SoapVersion::V1_2, None), captured);
}

#[test]
fn the_poll_is_written_as_captured() {
    let contacts = ["user1@sie.at".parse::<Address>().unwrap()];
    let request = Request::Poll {
        contacts: &contacts,
        kind: PresenceType::Rich,
    };
    let key = UserKey::new("551e376c-13b-44f32be3-312c-7");
    let captured = include_str!("../fixtures/captures/poll.request.xml");
    same_as_captured(
        &request.write(SoapVersion::V1_1, Some(key.expose())),
        captured,
    );
}

#[test]
fn what_has_a_meaning_in_xml_is_escaped() {
    let password = SecretString::from("<&\"'>]]>");
    let request = Request::LoginApplication {
        user: "a&b",
        password: &password,
        force: false,
    };
    let written = String::from_utf8(request.write(SoapVersion::V1_1, None)).unwrap();
    let tree = Document::parse(&written).unwrap();
    let text = |name: &str| {
        tree.descendants()
            .find(|node| node.tag_name().name() == name)
            .unwrap()
            .text()
            .unwrap()
            .to_string()
    };
    assert_eq!(
        (text("username"), text("password")),
        ("a&b".into(), "<&\"'>]]>".into())
    );
}

#[test]
fn a_key_is_trimmed_and_never_shown() {
    let key = UserKey::new("\n 551e376c \n");
    assert_eq!(key.expose(), "551e376c");
    assert!(!format!("{key:?}").contains("551e"));
}

/// A server that answers one connection after the other with these bytes, whatever is asked.
pub async fn answering(bytes: impl Into<Vec<u8>>) -> (Client, Endpoint) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let bytes = bytes.into();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut asked = [0; 8192];
            let _ = socket.read(&mut asked).await;
            let _ = socket.write_all(&bytes).await;
        }
    });
    let limits = Limits {
        connect: Duration::from_secs(5),
        whole: Duration::from_secs(5),
        answer: 1 << 16,
    };
    let client = Client::new(&Trust::Platform, SoapVersion::V1_1, limits).unwrap();
    (client, Endpoint::parse(&endpoint).unwrap())
}

/// An answer of HTTP, and the end of the connection.
pub fn http(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

async fn poll(answer: impl Into<Vec<u8>>) -> Result<Vec<whosin::pws::Contact>, Error> {
    let (client, at) = answering(answer).await;
    let contacts = ["user1@sie.at".parse().unwrap()];
    client
        .poll(&at, &UserKey::new("key"), &contacts, PresenceType::Rich)
        .await
}

#[tokio::test]
async fn the_captured_answers_are_read_as_a_person_reads_them() {
    let captured = include_str!("../fixtures/captures/application-login.response.xml");
    let (client, at) = answering(http("200 OK", captured)).await;
    let password = SecretString::from("xxx");
    let login = client
        .login_application(&at, "webservicetest", &password, true)
        .await
        .unwrap();
    let Login::Success { key, backup: None } = login else {
        panic!("{login:?}")
    };
    assert_eq!(key.expose(), "551e35c6-1be-1d90757b-2faf-7");

    let captured = include_str!("../fixtures/captures/end-user-login.response.xml");
    let (client, at) = answering(http("200 OK", captured)).await;
    let login = client
        .login_end_user(&at, "klmt", &key, true)
        .await
        .unwrap();
    let Login::Success { key, backup: None } = login else {
        panic!("{login:?}")
    };
    assert_eq!(key.expose(), "551e376c-13b-44f32be3-312c-7");

    let captured = include_str!("../fixtures/captures/poll.response.xml");
    let contacts = poll(http("200 OK", captured)).await.unwrap();
    assert_eq!(contacts.len(), 1);
    assert_eq!(contacts[0].address, Some("user1@sie.at".parse().unwrap()));
    let Ok(Said::Rich(document)) = &contacts[0].said else {
        panic!("{contacts:?}")
    };
    let presence = document
        .clone()
        .presence("2026-11-23T09:14:05Z".parse().unwrap(), &[]);
    assert_eq!(presence.availability, Availability::Unknown);
    assert_eq!(presence.label(), "Unknown");
    assert_eq!(presence.devices.len(), 1);
    assert_eq!(
        (presence.devices[0].id.as_str(), presence.devices[0].open),
        ("default", Some(false))
    );
}

#[tokio::test]
async fn what_is_no_answer_is_told_by_what_it_is() {
    let page =
        "<!DOCTYPE html><html><head><title>Proxy says no</title></head><body><p>x</body></html>";
    assert_eq!(
        poll(http("200 OK", page)).await.unwrap_err(),
        Error::WebPage("Proxy says no".into())
    );
    assert_eq!(poll(http("200 OK", "")).await.unwrap_err(), Error::Empty);
    let captured = include_str!("../fixtures/captures/poll.response.xml");
    assert_eq!(
        poll(http("200 OK", &captured[..400])).await.unwrap_err(),
        Error::Transport(http::Error::CutShort)
    );
    let cut = http("200 OK", captured);
    assert_eq!(
        poll(&cut.as_bytes()[..300]).await.unwrap_err(),
        Error::Transport(http::Error::CutShort)
    );
    assert!(matches!(
        poll(http("404 Not Found", "nothing")).await.unwrap_err(),
        Error::Http { status: 404, .. }
    ));
    assert!(matches!(
        poll(http("200 OK", "<other/>")).await.unwrap_err(),
        Error::NotSoap(_)
    ));
    let large = format!("<a>{}</a>", "x".repeat(1 << 17));
    assert_eq!(
        poll(http("200 OK", &large)).await.unwrap_err(),
        Error::Transport(http::Error::TooLarge(1 << 16))
    );
}

#[tokio::test]
async fn a_busy_server_says_how_long_to_wait() {
    let answer = "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n";
    let error = poll(answer).await.unwrap_err();
    assert_eq!(
        error,
        Error::Http {
            status: 503,
            retry_after: Some(Duration::from_secs(7))
        }
    );
    assert_eq!(error.class(), Some(Class::Throttled));
}

#[tokio::test]
async fn the_client_says_that_the_connection_is_to_be_kept() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = Endpoint::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let heard = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut heard = vec![0; 8192];
        let count = socket.read(&mut heard).await.unwrap();
        socket
            .write_all(http("200 OK", "").as_bytes())
            .await
            .unwrap();
        String::from_utf8_lossy(&heard[..count]).to_lowercase()
    });
    let client = Client::new(&Trust::Platform, SoapVersion::V1_1, Limits::default()).unwrap();
    let contacts = ["user1@sie.at".parse().unwrap()];
    let key = UserKey::new("key");
    let _ = client.poll(&at, &key, &contacts, PresenceType::Rich).await;
    let heard = heard.await.unwrap();
    assert!(heard.contains("\r\nconnection: keep-alive\r\n"), "{heard}");
    assert!(heard.contains("\r\ncontent-length: "), "{heard}");
    assert!(!heard.contains("transfer-encoding"), "{heard}");
}

#[tokio::test]
async fn nobody_listening_is_a_refused_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = listener.local_addr().unwrap();
    drop(listener);
    let client = Client::new(&Trust::Platform, SoapVersion::V1_1, Limits::default()).unwrap();
    let at = Endpoint::parse(&format!("http://{free}")).unwrap();
    let error = client
        .poll(&at, &UserKey::new("k"), &[], PresenceType::Rich)
        .await
        .unwrap_err();
    assert_eq!(error, Error::Transport(http::Error::ConnectionRefused));
}

#[tokio::test]
async fn one_odd_document_spoils_no_other() {
    let answer = r#"<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>
      <getPolledPresenceResponse xmlns="urn:cisco:cup:presence:soap"><presenceResponse>
        <richPresenceList>
          <presence entity="sip:odd@sie.at" xmlns="urn:example:other"/>
          <presence entity="SIP:Good@SIE.at" xmlns="urn:ietf:params:xml:ns:pidf">
            <tuple id="t"><status><basic>open</basic></status></tuple></presence>
        </richPresenceList>
      </presenceResponse></getPolledPresenceResponse></S:Body></S:Envelope>"#;
    let contacts = poll(http("200 OK", answer)).await.unwrap();
    assert!(contacts[0].said.is_err());
    assert_eq!(contacts[1].address, Some("good@sie.at".parse().unwrap()));
    assert!(contacts[1].said.is_ok());
}

#[tokio::test]
async fn a_faults_number_is_found_wherever_it_stands() {
    let faults = [
        "<faultcode>x</faultcode><faultstring>no</faultstring><detail><code>111</code></detail>",
        "<faultcode>x</faultcode><faultstring>111: Invalid password</faultstring>",
        "<faultcode>x</faultcode><faultstring>The password is not valid</faultstring>",
    ];
    for inside in faults {
        let body = format!(
            "<S:Envelope xmlns:S='http://schemas.xmlsoap.org/soap/envelope/'><S:Body>\
             <S:Fault>{inside}</S:Fault></S:Body></S:Envelope>"
        );
        for status in ["200 OK", "500 Internal Server Error"] {
            let error = poll(http(status, &body)).await.unwrap_err();
            assert_eq!(
                error.class(),
                Some(Class::SignInRefused),
                "{inside}: {error}"
            );
        }
    }
}

#[test]
fn an_endpoint_is_completed_with_what_is_usual() {
    for (text, url, shown) in [
        ("cup", "https://cup:8083/presence-service/soap", "cup"),
        (
            "cup:9000",
            "https://cup:9000/presence-service/soap",
            "cup:9000",
        ),
        ("http://cup", "http://cup:8082/presence-service/soap", "cup"),
        ("https://cup:443/x", "https://cup/x", "cup:443"),
        (
            "[::1]:8443",
            "https://[::1]:8443/presence-service/soap",
            "[::1]:8443",
        ),
    ] {
        let endpoint = Endpoint::parse(text).unwrap();
        assert_eq!(
            (endpoint.url().as_str(), endpoint.to_string().as_str()),
            (url, shown)
        );
    }
    for text in ["", "ftp://cup", "https://user:secret@cup", "two words"] {
        assert!(Endpoint::parse(text).is_err(), "{text}");
    }
}

#[test]
fn an_ipv6_address_is_read_with_and_without_brackets_port_and_zone() {
    for (text, shown) in [
        ("::1", "https://[::1]:8083/presence-service/soap"),
        ("[::1]", "https://[::1]:8083/presence-service/soap"),
        ("http://[::1]", "http://[::1]:8082/presence-service/soap"),
        (
            "2001:db8::5",
            "https://[2001:db8::5]:8083/presence-service/soap",
        ),
        ("http://2001:db8::5/x", "http://[2001:db8::5]:8082/x"),
        (
            "[2001:DB8::5]:8443",
            "https://[2001:db8::5]:8443/presence-service/soap",
        ),
        (
            "2001:db8::5%eth0",
            "https://[2001:db8::5]:8083/presence-service/soap",
        ),
        (
            "fe80::1%eth0",
            "https://[fe80::1%eth0]:8083/presence-service/soap",
        ),
        (
            "[fe80::1%eth0]",
            "https://[fe80::1%eth0]:8083/presence-service/soap",
        ),
        (
            "[fe80::1%25eth0.7]:8443",
            "https://[fe80::1%eth0.7]:8443/presence-service/soap",
        ),
        (
            "http://[fe80::1%Wi-Fi]",
            "http://[fe80::1%Wi-Fi]:8082/presence-service/soap",
        ),
        (
            "fe80::1%12",
            "https://[fe80::1%12]:8083/presence-service/soap",
        ),
        (
            "fe80::1%25",
            "https://[fe80::1%25]:8083/presence-service/soap",
        ),
    ] {
        let endpoint = Endpoint::parse(text).unwrap();
        assert_eq!(endpoint.to_text(), shown, "{text}");
        assert!(endpoint.is_address(), "{text}");
        assert_eq!(
            Endpoint::parse(endpoint.url().as_str()),
            Ok(endpoint.clone())
        );
        let node = shown.split(['[', ']']).nth(1).unwrap();
        let sibling = Endpoint::parse("https://cup")
            .unwrap()
            .sibling(node)
            .unwrap();
        assert_eq!(sibling.host(), endpoint.host());
    }
    for (text, words) in [
        ("[::1", "the bracket is not closed"),
        (
            "2001:db8::5:8083",
            "Write [2001:db8::5]:8083, or [2001:db8::5:8083]",
        ),
        ("2001:db8:5:8083", "written [2001:db8::5]:8083"),
        ("[cup]", "no IPv6 address"),
        ("fe80::1", "write fe80::1%eth0 or [fe80::1%eth0]:8083"),
        (
            "fe80::1%eth0:8083",
            "write fe80::1%eth0 or [fe80::1%eth0]:8083",
        ),
        ("[fe80::1%]:8083", "write fe80::1%eth0 or"),
        ("[::1]8083", "what follows the bracket is a port"),
        ("https://user:secret@[::1]", "user and password"),
    ] {
        let error = Endpoint::parse(text).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

/// An interface that every Linux has; it need not have such an address to be found.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_zone_becomes_the_interface_of_the_socket() {
    let endpoint = Endpoint::parse("fe80::1%lo").unwrap();
    let found = whosin::http::resolve(&endpoint).await.unwrap();
    let [SocketAddr::V6(found)] = found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(found.ip().to_string(), "fe80::1");
    assert_eq!((found.scope_id(), found.port()), (1, 8083));
    let nowhere = Endpoint::parse("fe80::1%nowhere").unwrap();
    let error = whosin::http::resolve(&nowhere).await.unwrap_err();
    assert_eq!(error, http::Error::NameNotFound);
}
