//! One request, one answer: over HTTP, with limits.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Proxy, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use tracing::{debug, warn};

use super::endpoint::Endpoint;
use super::error::Error;
use super::fault::{Class, Fault};
use super::proxies::Proxies;
use super::reader::Reader;
use super::request::{Request, SoapVersion};
use super::tls::{Trust, TrustError};
use super::transport::explain;
use super::zone::Resolver;
use crate::presence::decode;
use crate::sys::socket::with_confirmation_within;

/// A connection whose other end does not even confirm what was sent is given up after this time.
const UNHEARD: Duration = Duration::from_secs(10);

/// How long and how large things may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The time to get a connection, with TLS.
    pub connect: Duration,
    /// The time from the request to the end of its answer.
    pub whole: Duration,
    /// The size of an answer, in bytes.
    pub answer: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(5),
            whole: Duration::from_secs(20),
            answer: 16 << 20,
        }
    }
}

/// How the way to a server is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// Through the proxy that `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` or the system names, but
    /// for the hosts of `NO_PROXY`.
    #[default]
    Environment,
    /// Straight: the server is part of this program.
    Direct,
}

/// Speaks to the nodes of one service.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    route: Route,
    trust: Trust,
    soap: SoapVersion,
    limits: Limits,
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
            http: connections(route, trust, limits)?,
            route,
            trust: trust.clone(),
            soap,
            limits,
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
            http: connections(self.route, &self.trust, self.limits)?,
            ..self.clone()
        })
    }

    /// Whether a proxy stands between this client and a node.
    pub fn is_proxied(&self, node: &Endpoint) -> bool {
        let named = || {
            Proxies::from_environment()
                .is_ok_and(|proxies| proxies.for_server(node.url()).is_some())
        };
        self.route == Route::Environment && named()
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
        let begun = Instant::now();
        let mut answered = self.exchange(at, request, key).await;
        // A connection that was kept alive may have ended meanwhile, which shows only when it is used.
        if matches!(answered, Err(Error::Broken)) {
            debug!(server = %at, operation, "the connection broke; once more");
            answered = self.exchange(at, request, key).await;
        }
        let size = answered.as_ref().map_or(0, |answer| answer.body.len());
        let result = answered.and_then(|answer| understand(answer, read));
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
    ) -> Result<Answer, Error> {
        let action = request.action();
        let post = self
            .http
            .post(at.url().clone())
            // HTTP/1.1 implies it, but the service documents that clients say it.
            .header(CONNECTION, "Keep-Alive")
            .body(request.write(self.soap, key));
        let post = match at.host_header() {
            Some(host) => post.header(HOST, host),
            None => post,
        };
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
        let mut response = post
            .send()
            .await
            .map_err(|error| explain(&error, &self.limits))?;
        let status = response.status();
        if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            return Err(Error::ProxySignIn);
        }
        if status.is_redirection()
            && let Some(to) = response.headers().get(LOCATION)
        {
            let to = String::from_utf8_lossy(to.as_bytes());
            return Err(Error::Moved(crate::presence::clean(&to)));
        }
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| {
            let seconds = value.to_str().ok()?.trim().parse().ok()?;
            Some(Duration::from_secs(seconds))
        });
        let charset = response.headers().get(CONTENT_TYPE).and_then(|value| {
            let (_, charset) = value.to_str().ok()?.split_once("charset=")?;
            let charset = charset.split(';').next().unwrap_or_default();
            Some(charset.trim().trim_matches('"').to_string())
        });
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| explain(&error, &self.limits))?
        {
            if body.len() + chunk.len() > self.limits.answer {
                return Err(Error::TooLarge(self.limits.answer));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            body,
            charset,
            retry_after,
        })
    }
}

/// A pool of connections, empty at first.
fn connections(route: Route, trust: &Trust, limits: Limits) -> Result<reqwest::Client, TrustError> {
    let tls = trust.config()?;
    // The library's own reading of the variables is silent about what it cannot read, and leaves
    // servers by address out of '*'.
    let mut builder = reqwest::Client::builder().no_proxy();
    if route == Route::Environment {
        let proxies = Proxies::from_environment()?;
        builder = builder.proxy(Proxy::custom(move |server| proxies.for_server(server)));
    }
    with_confirmation_within(builder, UNHEARD)
        .tls_backend_preconfigured(tls)
        .dns_resolver(Arc::new(Resolver))
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(limits.connect)
        .timeout(limits.whole)
        .pool_idle_timeout(Duration::from_secs(600))
        .tcp_keepalive(Duration::from_secs(60))
        .tcp_nodelay(true)
        .user_agent(concat!("whosin/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| TrustError::Setup(error.to_string()))
}

/// An answer of HTTP, not yet understood.
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
    charset: Option<String>,
    retry_after: Option<Duration>,
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
