//! One request of the service, one answer of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use reqwest::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use tracing::{debug, trace, warn};

use super::error::Error;
use super::fault::{Class, Fault};
use super::reader::Reader;
use super::request::{Request, SoapVersion};
use super::service::Endpoint;
use crate::http::{self, Answer, Connections, Limits, Route, Trust, TrustError};
use crate::presence::decode;

/// Speaks to the nodes of one service.
#[derive(Clone, Debug)]
pub struct Client {
    http: Connections,
    soap: SoapVersion,
    pub(super) secrets: Secrets,
    /// Reads presence, and knows the documents that it read before.
    pub(super) reader: Reader,
}

/// Passwords and session keys that were sent or received lately: they are redacted from errors.
#[derive(Clone, Debug, Default)]
pub(super) struct Secrets(Arc<Mutex<VecDeque<SecretString>>>);

impl Secrets {
    /// The latest so many are redacted.
    const KEPT: usize = 32;

    /// Redacts this from errors from now on.
    pub fn remember(&self, secret: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.iter().any(|one| one.expose_secret() == secret) {
            known.push_back(SecretString::from(secret));
            if known.len() > Secrets::KEPT {
                known.pop_front();
            }
        }
    }

    fn redact(&self, error: Error) -> Error {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let secrets = known.iter().map(SecretString::expose_secret);
        secrets.fold(error, Error::redacted)
    }
}

impl Client {
    /// A client with this trust that reaches servers by [`Route::Environment`].
    ///
    /// # Errors
    /// [`TrustError`] where the certificates cannot be read or TLS cannot be set up.
    pub fn new(trust: &Trust, soap: SoapVersion, limits: Limits) -> Result<Client, TrustError> {
        Client::by(Route::Environment, trust, soap, limits)
    }

    /// The same, by another route.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn by(
        route: Route,
        trust: &Trust,
        soap: SoapVersion,
        limits: Limits,
    ) -> Result<Client, TrustError> {
        Ok(Client {
            http: Connections::new(route, trust, limits)?,
            soap,
            secrets: Secrets::default(),
            reader: Reader::default(),
        })
    }

    /// The same client with an empty pool of connections.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_fresh_connections(&self) -> Result<Client, TrustError> {
        Ok(Client {
            http: self.http.fresh()?,
            ..self.clone()
        })
    }

    /// Whether a proxy stands between this client and a node.
    pub fn is_proxied(&self, node: &Endpoint) -> bool {
        self.http.is_proxied(node)
    }

    /// One request, and its answer as `read` understands it.
    pub(super) async fn call<T>(
        &self,
        at: &Endpoint,
        request: &Request<'_>,
        key: Option<&str>,
        read: impl FnOnce(&str) -> Result<T, Error>,
    ) -> Result<T, Error> {
        for secret in [key, request.secret()].into_iter().flatten() {
            self.secrets.remember(secret);
        }
        let operation = request.operation();
        trace!(server = %at, request = request.write_for_log(self.soap), "asking");
        let begun = Instant::now();
        let mut answered = self.exchange(at, request, key).await;
        // A connection that was kept alive may have ended meanwhile, which shows only when it is used.
        if matches!(answered, Err(http::Error::Broken)) {
            debug!(server = %at, operation, "the connection broke; once more");
            answered = self.exchange(at, request, key).await;
        }
        let size = answered.as_ref().map_or(0, |answer| answer.body.len());
        let result = answered
            .map_err(Error::from)
            .and_then(|answer| understand(answer, read));
        // A server may repeat a secret in its error: the screen must not.
        let result = result.map_err(|error| self.secrets.redact(error).shortened());
        if let Err(Error::Fault(fault)) = &result
            && fault.class() == Class::ClientDefect
        {
            warn!(
                request = request.write_for_log(self.soap),
                "refused as a mistake of ours"
            );
        }
        let took = begun.elapsed();
        match &result {
            Ok(_) => debug!(server = %at, operation, ?took, size, "answered"),
            Err(error) => warn!(server = %at, operation, ?took, size, %error, "not answered"),
        }
        result
    }

    async fn exchange(
        &self,
        at: &Endpoint,
        request: &Request<'_>,
        key: Option<&str>,
    ) -> Result<Answer, http::Error> {
        let action = request.action();
        let post = self
            .http
            .request(Method::POST, at, at.url().clone())
            // HTTP/1.1 implies it, but the service documents that clients say it.
            .header(CONNECTION, "Keep-Alive")
            .body(request.write(self.soap, key));
        let header =
            |text: String| HeaderValue::from_str(&text).expect("made of the operation's name");
        let post = match self.soap {
            SoapVersion::V1_1 => post
                .header(CONTENT_TYPE, "text/xml; charset=utf-8")
                .header("SOAPAction", header(format!("\"{action}\""))),
            SoapVersion::V1_2 => post.header(
                CONTENT_TYPE,
                header(format!(
                    "application/soap+xml; charset=utf-8; action=\"{action}\""
                )),
            ),
        };
        self.http.send(post).await
    }
}

fn understand<T>(answer: Answer, read: impl FnOnce(&str) -> Result<T, Error>) -> Result<T, Error> {
    let understood = read(&decode(&answer.body, answer.charset.as_deref()));
    match understood {
        Ok(_) => understood,
        Err(Error::Fault(fault)) => Err(Error::Fault(Fault {
            retry_after: answer.retry_after,
            ..fault
        })),
        // The title of a proxy's page explains more than its status, other bodies explain less.
        Err(Error::WebPage(_)) if answer.status.is_success() || !retryable(answer.status) => {
            understood
        }
        Err(_) if !answer.status.is_success() => Err(Error::Http {
            status: answer.status.as_u16(),
            retry_after: answer.retry_after,
        }),
        Err(_) => understood,
    }
}

fn retryable(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 503)
}
