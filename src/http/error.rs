use std::time::Duration;

use thiserror::Error;

use super::endpoint::Service;
use super::tls::{Fingerprint, TlsFailure};

/// Why a request gets no answer of HTTP that could be read. Each message names what happened, to be
/// shown after the server's name; [`Error::advice`] says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// The host name leads nowhere.
    #[error("the name is not known")]
    NameNotFound,
    /// Nobody listens there.
    #[error("the connection is refused")]
    ConnectionRefused,
    /// No connection could be made.
    #[error("no connection: {0}")]
    NotConnected(String),
    /// A proxy stands between and makes no connection to the server.
    #[error("the proxy makes no connection: {0}")]
    Proxy(String),
    /// A proxy stands between and wants to know who asks (HTTP 407).
    #[error("the proxy wants a sign-in")]
    ProxySignIn,
    /// No answer in time.
    #[error("no answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The server's certificate is not trusted.
    #[error("the certificate is not trusted: {reason}; its fingerprint is {fingerprint}")]
    Certificate {
        /// Why.
        reason: String,
        /// That of the certificate that was shown.
        fingerprint: Fingerprint,
    },
    /// The server shows another certificate than those that are pinned.
    #[error(
        "THE CERTIFICATE HAS CHANGED: expected {}, seen {seen}",
        Fingerprint::join(expected, " or ")
    )]
    CertificateChanged {
        /// The fingerprints that are pinned.
        expected: Vec<Fingerprint>,
        /// That of the certificate that was shown.
        seen: Fingerprint,
    },
    /// What answers to TLS is none.
    #[error("no TLS is spoken there")]
    NoTls,
    /// What answers to HTTP is none.
    #[error("no HTTP is spoken there")]
    NoHttp,
    /// TLS failed for another reason.
    #[error("no secure connection: {0}")]
    Tls(#[from] TlsFailure),
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
    /// The answer ends in the middle.
    #[error("the answer is cut short")]
    CutShort,
    /// The answer is larger than any should be; the limit, in bytes.
    #[error("the answer is larger than {} MiB", .0 >> 20)]
    TooLarge(usize),
    /// An HTTP redirect, and where to. It is not followed: the password would go along.
    #[error("the server sends us elsewhere, to {0}")]
    Moved(String),
}

impl Error {
    /// Whether a server was reached that speaks HTTP, and is trusted.
    pub fn was_reached(&self) -> bool {
        matches!(self, Error::CutShort | Error::TooLarge(_) | Error::Moved(_))
    }

    /// The words of others in it.
    pub fn words(&mut self) -> Option<&mut String> {
        match self {
            Error::Tls(failure) => failure.words(),
            Error::NotConnected(words) | Error::Proxy(words) | Error::Moved(words) => Some(words),
            _ => None,
        }
    }

    /// What people can do about it at a server of this service.
    pub fn advice<S: Service>(&self) -> String {
        let (ports, pin, ca_file) = (S::ports(), S::PIN, S::CA_FILE);
        match self {
            Error::NameNotFound => "Is the name right, and the network or VPN up?".into(),
            Error::ConnectionRefused => {
                format!("Is the port right ({ports})? Is the service running?")
            }
            Error::Proxy(_) => "HTTPS_PROXY names the proxy; hosts in NO_PROXY need none.".into(),
            Error::ProxySignIn => "Give its user and password in the variable that names it \
                 (HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT), or the server in NO_PROXY."
                .into(),
            Error::NotConnected(_) | Error::TimedOut(_) => "Is the network or VPN up?".into(),
            Error::Certificate { .. } => format!(
                "If the administrator confirms this fingerprint, trust it with {pin}, or give the \
                 certificate with {ca_file}."
            ),
            Error::CertificateChanged { .. } => format!(
                "Nothing was sent. Unless the administrator has renewed it, somebody may be \
                 listening in. A renewed one's fingerprint goes to {pin}, which may be given once \
                 for each node."
            ),
            Error::NoTls => format!("Is the port right ({ports})? Without TLS it is http://…"),
            Error::NoHttp => format!("Is the port right ({ports})? With TLS it is https://…"),
            Error::Tls(failure) => failure.advice::<S>(),
            Error::Broken | Error::CutShort => "It is tried again.".into(),
            Error::TooLarge(_) => format!("Is this the address of a {}?", S::NAME),
            Error::Moved(_) => {
                format!(
                    "If that is a {} you trust, give it with {}.",
                    S::NAME,
                    S::SERVER
                )
            }
        }
    }
}
