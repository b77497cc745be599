//! Who is sent elsewhere takes the secret along only where it stays one.

use whosin::feed::{Command, Config, Update};
use whosin::http::{self, Trust};
use whosin::pws::{Endpoint, Error};
use whosin::simulator::Trouble;

use super::servers::Server;
use super::{sign_in, words};
use crate::support::certificates::{fingerprint, names, self_signed, service};
use crate::support::service::{config, everybody, leave, next, spawn};

fn http(head: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {head}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The answer that sends a user to another server.
fn redirect(to: &str) -> String {
    format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
         <loginResponse xmlns='urn:cisco:cup:presence:soap'>\
         <redirect primaryServer='{to}'/></loginResponse></s:Body></s:Envelope>"
    )
}

#[tokio::test]
async fn an_http_redirect_from_https_is_never_followed_and_says_where_it_leads() {
    for status in [
        "301 Moved",
        "302 Found",
        "303 Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let plain = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
        let to = format!("http://{}/presence-service/soap", plain.address);
        let (server, trust) =
            Server::secure(http(&format!("{status}\r\nLocation: {to}"), "")).await;
        let url = format!("https://{}", server.address);
        let error = sign_in(&url, trust).await.unwrap_err();
        assert_eq!(error, Error::Transport(http::Error::Moved(to.clone())));
        assert!(words(&error).contains(&to), "{error}");
        assert!(plain.heard().is_empty(), "{status}");
    }
}

#[tokio::test]
async fn a_soap_redirect_from_https_goes_on_with_tls_whatever_the_server_says() {
    let plain = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let redirect = redirect(&format!("http://{}/presence-service/soap", plain.address));
    let (server, trust) = Server::secure(http("200 OK", &redirect)).await;
    let url = format!("https://{}", server.address);
    let error = sign_in(&url, trust).await.unwrap_err();
    assert_eq!(error, Error::Transport(http::Error::NoTls));
    let heard = plain.heard();
    // RFC 8446 section 5.1: a handshake record, which is the ClientHello.
    assert_eq!(heard.first(), Some(&0x16));
    assert!(!String::from_utf8_lossy(&heard).contains("simulated"));
}

#[tokio::test]
async fn a_soap_redirect_between_two_trusted_nodes_is_followed_over_tls() {
    let certificate = self_signed(names(&["cup.example.com"]));
    let service = service(&certificate).await;
    service.set_scenario(Trouble::Redirect);
    let pin = Trust::Pins(vec![fingerprint(&certificate)]);
    sign_in(&service.url(), pin).await.unwrap();
    assert_eq!(service.tally().end_user_logins, 1);
}

#[tokio::test]
async fn a_redirect_in_the_clear_to_another_host_is_not_followed() {
    let other = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let to = format!("localhost:{}", other.address.port());
    let server = Server::saying(http("200 OK", &redirect(&to))).await;
    let url = format!("http://{}", server.address);
    let error = sign_in(&url, Trust::Platform).await.unwrap_err();
    assert_eq!(error, Error::InTheClear(to.clone()));
    assert!(words(&error).contains(&to), "{error}");
    assert!(other.heard().is_empty());
}

#[tokio::test]
async fn a_redirect_to_another_host_needs_the_same_trust() {
    let (other, _) = Server::secure(http("200 OK", "")).await;
    let to = format!("localhost:{}", other.address.port());
    let (server, trust) = Server::secure(http("200 OK", &redirect(&to))).await;
    let url = format!("https://{}", server.address);
    let error = sign_in(&url, trust).await.unwrap_err();
    let Error::Transport(http::Error::CertificateChanged { .. }) = error else {
        panic!("{error:?}");
    };
    assert!(other.heard().is_empty());
}

#[tokio::test]
async fn a_host_that_only_the_service_has_named_is_named_to_the_user_once() {
    let certificate = self_signed(names(&["cup.example.com"]));
    let service = service(&certificate).await;
    let (server, trust) = Server::secure(http("200 OK", &redirect(&service.url()))).await;
    let Trust::Pins(mut pins) = trust else {
        panic!("{trust:?}");
    };
    pins.push(fingerprint(&certificate));
    let set = Endpoint::parse(&format!("https://localhost:{}", server.address.port())).unwrap();
    for (others, expected) in [(vec![], &["127.0.0.1"][..]), (vec!["127.0.0.1"], &[])] {
        let others = others
            .into_iter()
            .map(|other| Endpoint::parse(other).unwrap());
        let mut feed = spawn(Config {
            endpoint: set.clone(),
            others: others.collect(),
            trust: Trust::Pins(pins.clone()),
            ..config(&service, "simulated")
        })
        .unwrap();
        let contacts = Command::Contacts(everybody(&service));
        feed.commands.send(contacts).unwrap();
        let mut named = Vec::new();
        let mut rounds = 0;
        while rounds < 4 {
            match next(&mut feed).await {
                Update::NewHost(host) => named.push(host),
                Update::Reports(_) => {
                    rounds += 1;
                    // The session ends, and the next sign-in takes the same way.
                    if rounds == 2 {
                        service.expire_end_users();
                    }
                }
                Update::Link(_) | Update::Notice(_) | Update::ClockSet(_) => {}
            }
        }
        assert_eq!(named, expected);
        leave(feed).await;
    }
}
