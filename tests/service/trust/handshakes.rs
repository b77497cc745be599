//! Handshakes that come to nothing, on either side.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use whosin::http::{self, TlsFailure, Trust};
use whosin::pws::Error;
use whosin::simulator::{Scenario, Trouble};

use super::servers::Server;
use super::{hasty, sign_in, sign_in_within, words};
use crate::support::certificates::{fingerprint, names, self_signed, service};

/// What a client that wants TLS makes of a server that says this.
async fn told_by(says: &[u8]) -> Error {
    let server = Server::saying(says).await;
    let url = format!("https://{}", server.address);
    let error = sign_in(&url, Trust::Platform).await.unwrap_err();
    let heard = server.heard();
    assert!(!heard.windows(4).any(|window| window == b"POST"));
    error
}

#[tokio::test]
async fn plain_http_or_garbage_where_tls_should_be_is_told_as_a_wrong_port() {
    for says in [
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        "220 mail.example.com ESMTP\r\n",
        "\0\0\0\0\0\0\0\0",
    ] {
        let error = told_by(says.as_bytes()).await;
        assert_eq!(error, Error::Transport(http::Error::NoTls), "{says}");
        assert!(words(&error).contains("Is the port right"), "{error}");
    }
}

#[tokio::test]
async fn a_presence_service_on_the_plain_port_is_told_so_when_tls_is_asked_for() {
    let service = whosin::simulator::Simulator::start(
        "127.0.0.1:0".parse().unwrap(),
        whosin::simulator::Options::default(),
    )
    .await
    .unwrap();
    let url = service.url().replace("http:", "https:");
    let error = sign_in(&url, Trust::Platform).await.unwrap_err();
    assert_eq!(error, Error::Transport(http::Error::NoTls));
}

#[tokio::test]
async fn tls_where_plain_http_should_be_is_told_as_a_wrong_port() {
    let service = service(&self_signed(names(&["127.0.0.1"]))).await;
    let url = service.url().replace("https:", "http:");
    let error = sign_in(&url, Trust::Platform).await.unwrap_err();
    assert_eq!(error, Error::Transport(http::Error::NoHttp));
    assert!(words(&error).contains("https://"), "{error}");
}

#[tokio::test]
async fn a_server_with_nothing_but_old_protocols_is_told_as_such() {
    // RFC 5246 section 7.2: fatal protocol_version, and fatal handshake_failure.
    let no_version = [0x15, 3, 1, 0, 2, 2, 70];
    let no_cipher = [0x15, 3, 1, 0, 2, 2, 40];
    // RFC 2246 section 7.4.1.3: a ServerHello of TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA.
    let mut hello = vec![0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    for says in [&no_version[..], &no_cipher, &hello] {
        let error = told_by(says).await;
        let words = words(&error);
        assert_eq!(
            error,
            Error::Transport(http::Error::Tls(TlsFailure::TooOld))
        );
        assert!(words.contains("TLS 1.2"), "{words}");
        assert!(words.contains("plain port"), "{words}");
    }
}

#[tokio::test]
async fn a_server_that_ends_the_handshake_is_told_as_such() {
    let error = told_by(b"").await;
    assert_eq!(error, Error::Transport(http::Error::Tls(TlsFailure::Ended)));
    let words = words(&error);
    assert!(words.contains("ends the handshake"), "{words}");
    assert!(words.contains("firewall"), "{words}");
}

/// RFC 8446, section 6.2: fatal alerts that have nothing to do with the age of the server.
#[tokio::test]
async fn the_plain_port_is_no_advice_where_old_protocols_are_not_the_reason() {
    for (alert, wanted) in [
        (42, Some(TlsFailure::ClientCertificate)),
        (116, Some(TlsFailure::ClientCertificate)),
        (112, Some(TlsFailure::UnknownName)),
        (80, None),
    ] {
        let error = told_by(&[0x15, 3, 3, 0, 2, 2, alert]).await;
        match (&error, wanted) {
            (Error::Transport(http::Error::Tls(failure)), Some(wanted)) => {
                assert_eq!(*failure, wanted)
            }
            (Error::Transport(http::Error::Tls(TlsFailure::Other(_))), None) => {}
            (other, _) => panic!("{other:?}"),
        }
        assert!(!words(&error).contains("plain port"), "{error}");
    }
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_given_up_in_time() {
    let server = Server::silent().await;
    let url = format!("https://{}", server.address);
    let begun = Instant::now();
    let error = sign_in_within(hasty(), &url, Trust::Platform)
        .await
        .unwrap_err();
    assert_eq!(
        error,
        Error::Transport(http::Error::TimedOut(hasty().connect))
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(!server.heard().is_empty());
}

#[tokio::test]
async fn clients_that_fail_or_dawdle_keep_nobody_else_from_a_service() {
    let certificate = self_signed(names(&["127.0.0.1"]));
    let service = service(&certificate).await;
    let mut dawdling = vec![];
    for _ in 0..32 {
        dawdling.push(TcpStream::connect(service.address()).await.unwrap());
    }
    let mut garbage = TcpStream::connect(service.address()).await.unwrap();
    garbage.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    sign_in(&service.url(), Trust::Platform).await.unwrap_err();
    let pin = Trust::Pins(vec![fingerprint(&certificate)]);
    sign_in(&service.url(), pin).await.unwrap();
}

#[tokio::test]
async fn what_goes_wrong_after_the_handshake_has_the_words_it_has_without_tls() {
    let certificate = self_signed(names(&["127.0.0.1"]));
    let service = service(&certificate).await;
    let pin = Trust::Pins(vec![fingerprint(&certificate)]);
    for (trouble, wanted) in [
        ("cut=1", Error::Transport(http::Error::CutShort)),
        ("empty=1", Error::Empty),
        ("reset=1", Error::Transport(http::Error::Broken)),
    ] {
        service.set_scenario(trouble.parse::<Scenario>().unwrap());
        let error = sign_in(&service.url(), pin.clone()).await.unwrap_err();
        assert_eq!(error, wanted, "{trouble}");
    }
    service.set_scenario(Trouble::RedirectLoop);
    let error = sign_in(&service.url(), pin).await.unwrap_err();
    assert!(matches!(error, Error::RedirectLoop(_)), "{error:?}");
}
