use std::time::Duration;

use thiserror::Error;

use super::fault::{Class, Fault};
use super::service::Pws;
use crate::http;
use crate::link::Problem;

/// What can go wrong with one request. Each message names what happened; [`Error::problem`] adds the
/// server.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// The service answered with a fault.
    #[error("{0}")]
    Fault(Fault),
    /// No answer of HTTP could be had.
    #[error(transparent)]
    Transport(#[from] http::Error),
    /// An HTTP status without a SOAP answer.
    #[error("HTTP {status} came instead of an answer")]
    Http {
        /// The status.
        status: u16,
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// A web page instead of SOAP; its title.
    #[error("a web page came instead of an answer{}", if .0.is_empty() { String::new() } else { format!(" ('{}')", .0) })]
    WebPage(String),
    /// Nothing at all.
    #[error("an empty answer came")]
    Empty,
    /// XML, or something else, that is no answer of this service.
    #[error("the answer is not from a presence service: {0}")]
    NotSoap(String),
    /// The service answered FAILURE.
    #[error("the server says that it could not do it")]
    NotDone,
    /// Redirected in a circle, or too often.
    #[error("the servers send us in a circle: {0}")]
    RedirectLoop(String),
    /// Redirected to another host, where the password would go in the clear.
    #[error("the server sends us to another one, {0}, without TLS")]
    InTheClear(String),
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
            Error::Transport(error) => error.words(),
            Error::WebPage(words)
            | Error::NotSoap(words)
            | Error::RedirectLoop(words)
            | Error::InTheClear(words) => Some(words),
            _ => None,
        }
    }

    /// The same, with a secret redacted from the words of others.
    pub(super) fn redacted(mut self, secret: &str) -> Error {
        if let Some(words) = self.words() {
            http::redact(words, secret);
        }
        self
    }

    /// The same, with the words of others as short as people read them.
    pub(super) fn shortened(mut self) -> Error {
        if let Some(words) = self.words() {
            http::shorten(words);
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
            Error::Transport(error) => return error.advice::<Pws>(),
            Error::Empty => "It is tried again.",
            Error::Http {
                status: 401 | 403, ..
            } => "Something between here and the server wants a sign-in of its own: a proxy?",
            Error::Http { status: 404, .. } => {
                "Is the address right? The service is at /presence-service/soap."
            }
            Error::Http { .. } => "It is tried again.",
            Error::WebPage(_) => {
                "Is the address right? A proxy may answer in its place: NO_PROXY keeps it out."
            }
            Error::NotSoap(_) => "Is this the address of a presence service?",
            Error::NotDone => "If it stays, tell the administrator.",
            Error::RedirectLoop(_) => {
                "Tell the administrator: the nodes disagree on where the user lives."
            }
            Error::InTheClear(_) => {
                "Use https, or set that server yourself if the password may go there in the clear."
            }
        };
        advice.into()
    }
}
