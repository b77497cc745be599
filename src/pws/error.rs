use std::time::Duration;

use thiserror::Error;

use super::fault::{Class, Fault};
use super::tls::{Fingerprint, TlsFailure};
use crate::link::Problem;
use crate::presence::clean;

/// What can go wrong with one request. Each message names what happened; [`Error::problem`] adds the
/// server.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// The service answered with a fault.
    #[error("{0}")]
    Fault(Fault),
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
    /// An HTTP status without a SOAP answer.
    #[error("HTTP {status} came instead of an answer")]
    Http {
        /// The status.
        status: u16,
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// An HTTP redirect, and where to. It is not followed: the password would go along.
    #[error("the server sends us elsewhere, to {0}")]
    Moved(String),
    /// A web page instead of SOAP; its title.
    #[error("a web page came instead of an answer{}", if .0.is_empty() { String::new() } else { format!(" ('{}')", .0) })]
    WebPage(String),
    /// Nothing at all.
    #[error("an empty answer came")]
    Empty,
    /// The answer ends in the middle.
    #[error("the answer is cut short")]
    CutShort,
    /// The answer is larger than any should be.
    #[error("the answer is larger than {} MiB", .0 >> 20)]
    TooLarge(usize),
    /// XML, or something else, that is no answer of this service.
    #[error("the answer is not from a presence service: {0}")]
    NotSoap(String),
    /// The service answered FAILURE.
    #[error("the server says that it could not do it")]
    NotDone,
    /// Redirected in a circle, or too often.
    #[error("the servers send us in a circle: {0}")]
    RedirectLoop(String),
}

impl Error {
    /// What is to be done, where the service itself refused.
    pub fn class(&self) -> Option<Class> {
        match self {
            Error::Fault(fault) => Some(fault.class()),
            Error::Http {
                status: 429 | 503, ..
            } => Some(Class::Throttled),
            _ => None,
        }
    }

    /// The words of others in it.
    fn words(&mut self) -> Option<&mut String> {
        match self {
            Error::Fault(fault) => Some(&mut fault.words),
            Error::Tls(failure) => failure.words(),
            Error::NotConnected(words)
            | Error::Proxy(words)
            | Error::Moved(words)
            | Error::WebPage(words)
            | Error::NotSoap(words)
            | Error::RedirectLoop(words) => Some(words),
            _ => None,
        }
    }

    /// The same, with a secret redacted from the words of others.
    pub(super) fn redacted(mut self, secret: &str) -> Error {
        if let Some(words) = self.words() {
            // Words are cleaned, and so may be what they repeat.
            for secret in [secret, &clean(secret)] {
                if !secret.is_empty() {
                    *words = words.replace(secret, "…");
                }
            }
        }
        self
    }

    /// The same, with the words of others as short as people read them.
    pub(super) fn shortened(mut self) -> Error {
        const LONGEST: usize = 300;
        if let Some(words) = self.words()
            && words.len() > LONGEST
        {
            words.truncate(words.floor_char_boundary(LONGEST));
            words.push('…');
        }
        self
    }

    /// How long to wait before the next request, from `Retry-After`.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::Fault(fault) => fault.retry_after,
            Error::Http { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The problem in words, with whom it is and what to do.
    pub fn problem(&self, server: &str) -> Problem {
        Problem {
            what: format!("{server}: {self}"),
            advice: self.advice(),
        }
    }

    fn advice(&self) -> String {
        let advice = match self {
            Error::Fault(fault) => return fault.advice(),
            Error::NameNotFound => "Is the name right, and the network or VPN up?",
            Error::ConnectionRefused => {
                "Is the port right (8083 with TLS, 8082 without)? Is the service running?"
            }
            Error::Proxy(_) => "HTTPS_PROXY names the proxy; hosts in NO_PROXY need none.",
            Error::ProxySignIn => {
                "Give its user and password in the variable that names it \
                 (HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT), or the server in NO_PROXY."
            }
            Error::NotConnected(_) | Error::TimedOut(_) => "Is the network or VPN up?",
            Error::Certificate { .. } => {
                "If the administrator confirms this fingerprint, trust it with --pin, or give the \
                 certificate with --ca-file."
            }
            Error::CertificateChanged { .. } => {
                "Nothing was sent. Unless the administrator has renewed it, somebody may be \
                 listening in. A renewed one's fingerprint goes to --pin, which may be given once \
                 for each node."
            }
            Error::NoTls => {
                "Is the port right (8083 with TLS, 8082 without)? Without TLS it is http://…"
            }
            Error::NoHttp => {
                "Is the port right (8083 with TLS, 8082 without)? With TLS it is https://…"
            }
            Error::Tls(failure) => failure.advice(),
            Error::Broken | Error::Empty | Error::CutShort => "It is tried again.",
            Error::Http {
                status: 401 | 403, ..
            } => "Something between here and the server wants a sign-in of its own: a proxy?",
            Error::Moved(_) => "If that is a presence server you trust, give it with --server.",
            Error::Http { status: 404, .. } => {
                "Is the address right? The service is at /presence-service/soap."
            }
            Error::Http { .. } => "It is tried again.",
            Error::WebPage(_) => {
                "Is the address right? A proxy may answer in its place: NO_PROXY keeps it out."
            }
            Error::TooLarge(_) | Error::NotSoap(_) => "Is this the address of a presence service?",
            Error::NotDone => "If it stays, tell the administrator.",
            Error::RedirectLoop(_) => {
                "Tell the administrator: the nodes disagree on where the user lives."
            }
        };
        advice.into()
    }
}
