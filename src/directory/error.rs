//! Why a search comes to nothing.

use std::time::Duration;

use secrecy::ExposeSecret;
use thiserror::Error;

use super::nodes::Credentials;
use super::service::Uds;
use crate::http;
use crate::link::Problem;

/// What can go wrong with one request.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// No answer of HTTP could be had.
    #[error(transparent)]
    Transport(#[from] http::Error),
    /// The directory wants to know who asks (HTTP 401).
    #[error("the directory wants a sign-in")]
    SignInWanted,
    /// The directory does not accept who asks (HTTP 401); the user id.
    #[error("the directory refuses the sign-in of '{0}'")]
    SignInRefused(String),
    /// The node has no directory (HTTP 404).
    #[error("there is no directory at this node (HTTP 404)")]
    NoDirectory,
    /// The node has too much to do (HTTP 503).
    #[error("the directory is overloaded (HTTP 503)")]
    Busy {
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// Another status than that of an answer.
    #[error("HTTP {0} came instead of an answer")]
    Status(u16),
    /// A web page instead of an answer.
    #[error("a web page came instead of an answer")]
    WebPage,
    /// Something else that is no answer of a directory.
    #[error("the answer is not from a directory: {0}")]
    NotUds(String),
}

/// A search that came to nothing, at the last node that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{node}: {error}")]
pub struct Failure {
    /// The node, by host and port.
    pub node: String,
    /// What went wrong there.
    pub error: Error,
}

impl Error {
    /// Whether another node may answer all the same: each is set up by itself.
    pub(super) fn is_of_one_node(&self) -> bool {
        match self {
            Error::Transport(error) => !error.was_reached(),
            Error::Busy { .. } | Error::NoDirectory | Error::SignInWanted => true,
            Error::Status(status) => *status >= 500,
            Error::SignInRefused(_) | Error::WebPage | Error::NotUds(_) => false,
        }
    }

    /// The same, without what was sent to sign in, and with the words of others as short as people
    /// read them.
    pub(super) fn redacted(mut self, sent: Option<&Credentials>) -> Error {
        let words = match &mut self {
            Error::Transport(error) => error.words(),
            Error::NotUds(words) => Some(words),
            _ => None,
        };
        if let Some(words) = words {
            if let Some(sent) = sent {
                http::redact(words, &sent.basic());
                http::redact(words, sent.password.expose_secret());
            }
            http::shorten(words);
        }
        self
    }

    /// What people can do about it.
    fn advice(&self) -> String {
        let advice = match self {
            Error::Transport(error) => return error.advice::<Uds>(),
            Error::SignInWanted => {
                "The administrator has closed the search to strangers: sign in as you do at the \
                 call manager."
            }
            Error::SignInRefused(_) => {
                "It is not tried again, for that may lock the account. Is it the user id and \
                 password of the call manager?"
            }
            Error::NoDirectory => {
                "Is that a node of the call manager (not of the presence server), with User Data \
                 Services switched on?"
            }
            Error::Busy { .. } => "Try again in a while.",
            Error::Status(_) => "If it stays, tell the administrator.",
            Error::WebPage | Error::NotUds(_) => {
                "Is that a node of the call manager? Its directory is at port 8443."
            }
        };
        advice.into()
    }
}

impl Failure {
    /// The problem in words, with whom it is and what to do.
    pub fn problem(&self) -> Problem {
        Problem {
            what: self.to_string(),
            advice: self.error.advice(),
        }
    }
}
