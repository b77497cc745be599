//! Which node is asked next, and as whom.

use std::collections::VecDeque;
use std::fmt;

use base64::Engine;
use secrecy::{ExposeSecret, SecretString};

use super::service::Endpoint;

/// Who asks, where the directory wants to know: an end user of the call manager.
#[derive(Clone)]
pub struct Credentials {
    /// The user id.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

impl PartialEq for Credentials {
    fn eq(&self, other: &Credentials) -> bool {
        self.user == other.user && self.password.expose_secret() == other.password.expose_secret()
    }
}

impl Credentials {
    /// As they stand in a request (RFC 7617).
    pub(super) fn basic(&self) -> String {
        let pair = format!("{}:{}", self.user, self.password.expose_secret());
        base64::engine::general_purpose::STANDARD.encode(pair)
    }
}

/// Without the password.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// What is known of the nodes, and of the sign-in.
#[derive(Debug)]
pub(super) struct Nodes {
    all: Vec<Node>,
    /// The one that answered last: it is the first to be asked.
    current: usize,
    /// Whether a node has named the others of its cluster.
    has_learnt: bool,
    sign_in: SignIn,
}

#[derive(Debug)]
struct Node {
    endpoint: Endpoint,
    /// It wanted a sign-in: each is set up by itself, so the next may want none.
    is_closed: bool,
}

/// What can be sent to a node that wants a sign-in.
#[derive(Clone, Debug)]
pub(super) enum SignIn {
    /// Nobody has given any.
    Missing,
    /// This.
    Given(Credentials),
    /// What was given was refused. It is not sent again, for that may lock the account.
    Refused {
        /// Whose it was.
        user: String,
    },
}

impl Nodes {
    /// One node.
    pub fn new(endpoint: Endpoint, credentials: Option<Credentials>) -> Nodes {
        let is_closed = false;
        Nodes {
            all: vec![Node {
                endpoint,
                is_closed,
            }],
            current: 0,
            has_learnt: false,
            sign_in: credentials.map_or(SignIn::Missing, SignIn::Given),
        }
    }

    /// Those that are not known yet go to the end.
    pub fn add(&mut self, endpoints: Vec<Endpoint>) {
        for endpoint in endpoints {
            if !self.all.iter().any(|node| node.endpoint == endpoint) {
                self.all.push(Node {
                    endpoint,
                    is_closed: false,
                });
            }
        }
    }

    /// The one that answered last; before any has, the first.
    pub fn current(&self) -> &Endpoint {
        &self.all[self.current].endpoint
    }

    /// All of them, the one that answered last before the others.
    pub fn in_order(&self) -> VecDeque<Endpoint> {
        let (before, from) = self.all.split_at(self.current);
        let all = from.iter().chain(before);
        all.map(|node| node.endpoint.clone()).collect()
    }

    /// Whether a node wants a sign-in.
    pub fn is_closed(&self, endpoint: &Endpoint) -> bool {
        self.find(endpoint).is_some_and(|at| self.all[at].is_closed)
    }

    pub fn close(&mut self, endpoint: &Endpoint) {
        if let Some(at) = self.find(endpoint) {
            self.all[at].is_closed = true;
        }
    }

    pub fn has_answered(&mut self, endpoint: &Endpoint) {
        if let Some(at) = self.find(endpoint) {
            self.current = at;
        }
    }

    fn find(&self, endpoint: &Endpoint) -> Option<usize> {
        self.all.iter().position(|node| node.endpoint == *endpoint)
    }

    /// Whether the nodes are to be asked for the others of their cluster: once.
    pub fn learns(&mut self) -> bool {
        !std::mem::replace(&mut self.has_learnt, true)
    }

    pub fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }

    pub fn set_sign_in(&mut self, sign_in: SignIn) {
        self.sign_in = sign_in;
    }
}
