//! Who is sent elsewhere takes the secret along only where it stays one.

use whosin::http::{self, Trust};
use whosin::pws::Error;
use whosin::simulator::Trouble;

use super::servers::Server;
use super::{sign_in, words};
use crate::support::certificates::{fingerprint, names, self_signed, service};

fn http(head: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {head}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
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
    let redirect = format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
         <loginResponse xmlns='urn:cisco:cup:presence:soap'>\
         <redirect primaryServer='http://{}/presence-service/soap'/></loginResponse>\
         </s:Body></s:Envelope>",
        plain.address
    );
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
