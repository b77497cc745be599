//! Asks the directory over HTTP.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use reqwest::header::ACCEPT;
use reqwest::{Method, StatusCode, Url};
use secrecy::ExposeSecret;
use tracing::{debug, trace, warn};

use super::error::{Error, Failure};
use super::found::Found;
use super::nodes::{Credentials, Nodes, SignIn};
use super::page::{Page, read_servers};
use super::query::{Query, Window};
use super::service::Endpoint;
use crate::http::{self, Answer, Connections, Limits, Route, Trust, TrustError};
use crate::presence::decode;

/// What a client goes by.
#[derive(Clone, Debug)]
pub struct Config {
    /// The node to ask first.
    pub endpoint: Endpoint,
    /// The nodes to ask while that one is overloaded or gone, in this order.
    pub others: Vec<Endpoint>,
    /// Whose certificate is accepted: another one than the presence server's.
    pub trust: Trust,
    /// How the way to the nodes is found.
    pub route: Route,
    /// How long and how large things may be.
    pub limits: Limits,
    /// Who asks, where that is known before the directory wants to know it.
    pub credentials: Option<Credentials>,
}

impl Config {
    /// One node, with usual certificates and limits.
    pub fn new(endpoint: Endpoint) -> Config {
        Config {
            endpoint,
            others: Vec::new(),
            trust: Trust::Platform,
            route: Route::Environment,
            limits: Limits {
                // Some hundred users; nothing of the directory is larger.
                answer: 4 << 20,
                ..Limits::default()
            },
            credentials: None,
        }
    }
}

/// Asks the nodes of one directory. Requests without credentials come first: those are sent only to
/// a node that has answered 401, and never again once a node has refused them.
#[derive(Debug)]
pub struct Client {
    http: Connections,
    nodes: Mutex<Nodes>,
}

impl Client {
    /// A client that has asked nothing yet.
    ///
    /// # Errors
    /// [`TrustError`] where the certificates cannot be read or TLS cannot be set up.
    pub fn new(config: Config) -> Result<Client, TrustError> {
        let http = Connections::new(config.route, &config.trust, config.limits)?;
        let mut nodes = Nodes::new(config.endpoint, config.credentials);
        nodes.add(config.others);
        Ok(Client {
            http,
            nodes: Mutex::new(nodes),
        })
    }

    /// Signs in as somebody from now on, at nodes that want it. Nothing is sent.
    pub fn sign_in(&self, credentials: Credentials) {
        self.nodes().set_sign_in(SignIn::Given(credentials));
    }

    /// The node that answered last; before any has, the first choice.
    pub fn node(&self) -> Endpoint {
        self.nodes().current().clone()
    }

    /// Finds at most so many people.
    ///
    /// # Errors
    /// [`Failure`] with the last node that was asked.
    pub async fn search(&self, query: &Query, most: u32) -> Result<Found, Failure> {
        let mut found = Found::default();
        for attempt in 0..query.attempts() {
            found = self.pages(query, attempt, most).await?;
            if !found.entries.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    /// The pages of one attempt, one after the other.
    async fn pages(&self, query: &Query, attempt: usize, most: u32) -> Result<Found, Failure> {
        let mut found = Found::default();
        let mut start = 0;
        while start < most {
            let window = Window {
                start,
                most: (most - start).min(Window::PAGE),
            };
            let ask = |node: &Endpoint| query.url(attempt, node, window);
            let page = self.get(&ask, Page::read).await?;
            let returned = page.returned;
            if !found.add(page, start) {
                break;
            }
            start += returned;
        }
        found.entries.truncate(most as usize);
        Ok(found)
    }

    /// Asks a node for a resource, and the next where that one does not answer.
    async fn get<T>(
        &self,
        url: &impl Fn(&Endpoint) -> Url,
        read: impl Fn(&str) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        let mut failed: Option<Failure> = None;
        let mut next = self.nodes().in_order();
        let mut silent = Vec::new();
        loop {
            if next.is_empty() {
                next = self.learn(&silent).await.into();
            }
            let Some(node) = next.pop_front() else {
                return Err(failed.expect("there is a node, and it was asked"));
            };
            trace!(server = %node, "asking the directory");
            let sent = match self.nodes().sign_in() {
                SignIn::Given(credentials) => Some(credentials.clone()),
                SignIn::Missing | SignIn::Refused { .. } => None,
            };
            let begun = Instant::now();
            let asked = self.ask(&node, url(&node)).await;
            let understood = asked.and_then(|answer| understand(&answer, &read));
            let took = begun.elapsed();
            let error = match understood {
                Ok(read) => {
                    debug!(server = %node, ?took, "the directory answered");
                    self.nodes().has_answered(&node);
                    return Ok(read);
                }
                Err(error) => error.redacted(sent.as_ref()),
            };
            warn!(server = %node, ?took, %error, "the directory did not answer");
            let is_last = !error.is_of_one_node();
            if matches!(error, Error::Transport(http::Error::TimedOut(_))) {
                silent.push(node.clone());
            }
            let node = node.to_string();
            let failure = Failure { node, error };
            // A sign-in would help, whatever the other nodes have.
            failed = match failed {
                Some(wanted) if wanted.error == Error::SignInWanted => Some(wanted),
                _ => Some(failure.clone()),
            };
            if is_last {
                return Err(failure);
            }
        }
    }

    /// One request to one node; a second one with credentials where the node wants them and they
    /// are there.
    async fn ask(&self, node: &Endpoint, url: Url) -> Result<Answer, Error> {
        let (sign_in, is_closed) = {
            let nodes = self.nodes();
            (nodes.sign_in().clone(), nodes.is_closed(node))
        };
        if !(is_closed && matches!(sign_in, SignIn::Given(_))) {
            let answer = self.send(node, url.clone(), None).await?;
            if answer.status != StatusCode::UNAUTHORIZED {
                return Ok(answer);
            }
            self.nodes().close(node);
        }
        let credentials = match sign_in {
            SignIn::Missing => return Err(Error::SignInWanted),
            SignIn::Refused { user } => return Err(Error::SignInRefused(user)),
            SignIn::Given(credentials) => credentials,
        };
        let answer = self.send(node, url, Some(&credentials)).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let user = credentials.user;
        let refused = SignIn::Refused { user: user.clone() };
        self.nodes().set_sign_in(refused);
        Err(Error::SignInRefused(user))
    }

    async fn send(
        &self,
        node: &Endpoint,
        url: Url,
        credentials: Option<&Credentials>,
    ) -> Result<Answer, Error> {
        let request = self.http.request(Method::GET, node, url);
        let request = request.header(ACCEPT, "application/xml");
        let request = match credentials {
            Some(who) => request.basic_auth(&who.user, Some(who.password.expose_secret())),
            None => request,
        };
        Ok(self.http.send(request).await?)
    }

    /// Asks the nodes which others there are in their cluster, once; returns those. Nodes that were
    /// silent are not asked: whoever searches would wait as long again.
    async fn learn(&self, silent: &[Endpoint]) -> Vec<Endpoint> {
        let (known, asked) = {
            let mut nodes = self.nodes();
            let known = nodes.in_order();
            let asked = known.iter().filter(|node| !silent.contains(node));
            let asked: Vec<Endpoint> = asked.cloned().collect();
            if asked.is_empty() || !nodes.learns() {
                return Vec::new();
            }
            (known, asked)
        };
        for node in &asked {
            let Ok(answer) = self.send(node, node.below("servers"), None).await else {
                continue;
            };
            let Ok(names) = understand(&answer, read_servers) else {
                continue;
            };
            let named = names.iter().filter_map(|name| node.sibling(name).ok());
            let is_new = |other: &Endpoint| node.may_lead_to(other) && !known.contains(other);
            let new: Vec<Endpoint> = named.filter(is_new).collect();
            if !new.is_empty() {
                self.nodes().add(new.clone());
                return new;
            }
        }
        Vec::new()
    }

    /// The nodes, for one moment.
    fn nodes(&self) -> MutexGuard<'_, Nodes> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Judges an answer by its status and type, for the bodies of errors say nothing; reads the rest.
fn understand<T>(answer: &Answer, read: impl FnOnce(&str) -> Result<T, Error>) -> Result<T, Error> {
    match answer.status {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED => return Err(Error::SignInWanted),
        StatusCode::NOT_FOUND => return Err(Error::NoDirectory),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            let retry_after = answer.retry_after;
            return Err(Error::Busy { retry_after });
        }
        other => return Err(Error::Status(other.as_u16())),
    }
    if answer.media_type.as_deref() == Some("text/html") {
        return Err(Error::WebPage);
    }
    read(&decode(&answer.body, answer.charset.as_deref()))
}
