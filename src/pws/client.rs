//! One request, one answer: over HTTP, with limits.

use std::error::Error as _;
use std::io;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use tracing::{debug, warn};

use super::endpoint::Endpoint;
use super::envelope::{
    LoginAnswer, PresenceType, Request, SoapVersion, read_body, read_login, read_status,
};
use super::error::Error;
use super::fault::Fault;
use super::polled::{Contact, read_polled};
use super::session::{AppKey, SessionKey, UserKey};
use super::tls::{Refused, Trust, TrustError, in_words};
use crate::presence::{Address, decode};

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
    soap: SoapVersion,
    limits: Limits,
}

/// What a sign-in was answered with.
#[derive(Clone, Debug)]
pub enum Login<K> {
    /// In, with this key.
    Success {
        /// The key.
        key: K,
        /// Where to go when the node is gone.
        backup: Option<String>,
    },
    /// The user lives on another node.
    Redirect {
        /// That node.
        primary: Option<String>,
        /// Where to go when that one is gone.
        backup: Option<String>,
    },
}

impl Client {
    /// A client that trusts whom it is told to, and finds its way by [`Route::Environment`].
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
        let tls = trust.config()?;
        let builder = match route {
            Route::Environment => reqwest::Client::builder(),
            Route::Direct => reqwest::Client::builder().no_proxy(),
        };
        let http = builder
            .tls_backend_preconfigured(tls)
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(limits.connect)
            .timeout(limits.whole)
            .pool_idle_timeout(Duration::from_secs(600))
            .tcp_keepalive(Duration::from_secs(60))
            .tcp_nodelay(true)
            .user_agent(concat!("whosin/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| TrustError::Setup(error.to_string()))?;
        Ok(Client { http, soap, limits })
    }

    /// Signs the application user in.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn login_application(
        &self,
        at: &Endpoint,
        user: &str,
        password: &SecretString,
        force: bool,
    ) -> Result<Login<AppKey>, Error> {
        let request = Request::LoginApplication {
            user,
            password,
            force,
        };
        self.login(at, &request).await
    }

    /// Signs the end user in, on the strength of the application's session.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn login_end_user(
        &self,
        at: &Endpoint,
        user: &str,
        app: &AppKey,
        force: bool,
    ) -> Result<Login<UserKey>, Error> {
        self.login(at, &Request::LoginEndUser { user, app, force })
            .await
    }

    async fn login<K: SessionKey>(
        &self,
        at: &Endpoint,
        request: &Request<'_>,
    ) -> Result<Login<K>, Error> {
        let read = |text: &str| read_body(text, read_login);
        let answer = self.call(at, request, None, read).await?;
        Ok(match answer {
            LoginAnswer::Success { key, backup } => Login::Success {
                key: K::new(key.expose_secret()),
                backup,
            },
            LoginAnswer::Redirect { primary, backup } => Login::Redirect { primary, backup },
        })
    }

    /// Asks for at most [`super::BATCH`] contacts.
    ///
    /// # Errors
    /// Any [`Error`]; one contact's odd document is not one.
    pub async fn poll(
        &self,
        at: &Endpoint,
        key: &UserKey,
        contacts: &[Address],
        kind: PresenceType,
    ) -> Result<Vec<Contact>, Error> {
        let request = Request::Poll { contacts, kind };
        let mut answers = self
            .call(at, &request, Some(key.expose()), read_polled)
            .await?;
        // Who alone was asked for is meant, even where the answer doesn't say so.
        if let ([asked], [answer]) = (contacts, answers.as_mut_slice()) {
            answer.address.get_or_insert_with(|| asked.clone());
        }
        Ok(answers)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn logout(&self, at: &Endpoint, key: &impl SessionKey) -> Result<(), Error> {
        let read = |text: &str| read_body(text, read_status);
        self.call(at, &Request::Logout, Some(key.expose()), read)
            .await
    }

    async fn call<T>(
        &self,
        at: &Endpoint,
        request: &Request<'_>,
        key: Option<&str>,
        read: impl FnOnce(&str) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let operation = request.operation();
        let begun = Instant::now();
        let answered = self.exchange(at, request, key).await;
        let size = answered.as_ref().map_or(0, |answer| answer.body.len());
        let result = answered.and_then(|answer| understand(answer, read));
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
        let mut response = post.send().await.map_err(|error| self.explain(&error))?;
        let status = response.status();
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
            .map_err(|error| self.explain(&error))?
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

    /// Says what a failure of the transport was.
    fn explain(&self, error: &reqwest::Error) -> Error {
        for cause in causes(error) {
            if let Some(error) = cause.downcast_ref::<rustls::Error>() {
                return explain_tls(error);
            }
            if cause.downcast_ref().is_some_and(hyper::Error::is_parse) {
                return Error::NoHttp;
            }
            if let Some(error) = cause.downcast_ref::<io::Error>() {
                match error.kind() {
                    io::ErrorKind::ConnectionRefused => return Error::ConnectionRefused,
                    io::ErrorKind::TimedOut => return Error::TimedOut(self.limits.connect),
                    io::ErrorKind::UnexpectedEof if cause.to_string().contains("handshake") => {
                        return Error::Tls("the server ends the handshake".into());
                    }
                    io::ErrorKind::UnexpectedEof if error_is_in_body(&cause) => {
                        return Error::CutShort;
                    }
                    _ => {}
                }
            }
        }
        let words: Vec<String> = causes(error).map(ToString::to_string).collect();
        let says = |what: &str| words.iter().any(|words| words.contains(what));
        if error.is_timeout() {
            let limit = if error.is_connect() {
                self.limits.connect
            } else {
                self.limits.whole
            };
            Error::TimedOut(limit)
        } else if says("dns error") || says("failed to lookup address") {
            Error::NameNotFound
        } else if let Some(why) = words.iter().find_map(|w| w.strip_prefix("tunnel error: ")) {
            Error::Proxy(crate::presence::clean(why))
        } else if error.is_connect() {
            let last = words.last().cloned().unwrap_or_default();
            Error::NotConnected(crate::presence::clean(&last))
        } else if error.is_body() || error.is_decode() {
            Error::CutShort
        } else {
            Error::Broken
        }
    }
}

/// An answer of HTTP, not yet understood.
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
    charset: Option<String>,
    retry_after: Option<Duration>,
}

fn error_is_in_body(cause: &&(dyn std::error::Error + 'static)) -> bool {
    cause.to_string().contains("body")
}

/// What the TLS library has to tell, in other words.
fn explain_tls(error: &rustls::Error) -> Error {
    use rustls::{AlertDescription as Alert, CertificateError};
    match (Refused::of(error).cloned(), error) {
        (Some(Refused::Untrusted { reason, seen }), _) => Error::Certificate {
            reason,
            fingerprint: seen,
        },
        (Some(Refused::Changed { expected, seen }), _) => {
            Error::CertificateChanged { expected, seen }
        }
        (None, rustls::Error::InvalidMessage(_)) => Error::NoTls,
        // The certificate itself was accepted: what is wrong is the signature made with its key.
        (None, rustls::Error::InvalidCertificate(CertificateError::BadSignature)) => Error::Tls(
            "the server does not prove that it has the certificate's key, or the key is too short"
                .into(),
        ),
        (None, rustls::Error::InvalidCertificate(_)) => Error::Tls(format!(
            "the certificate cannot be used: {}",
            in_words(error)
        )),
        (
            None,
            rustls::Error::PeerIncompatible(_)
            | rustls::Error::AlertReceived(
                Alert::ProtocolVersion | Alert::HandshakeFailure | Alert::InsufficientSecurity,
            ),
        ) => Error::Tls("the server speaks neither TLS 1.2 nor 1.3 as it is safe today".into()),
        (None, error) => Error::Tls(crate::presence::clean(&error.to_string())),
    }
}

/// An error and what caused it, the deepest last.
fn causes<'a>(
    error: &'a reqwest::Error,
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |&error| {
        // An I/O error calls the source of what it holds its own, and leaves out what it holds.
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(held) => Some(held as &(dyn std::error::Error + 'static)),
            None => error.source(),
        }
    })
}

fn understand<T>(answer: Answer, read: impl FnOnce(&str) -> Result<T, Error>) -> Result<T, Error> {
    let understood = read(&decode(&answer.body, answer.charset.as_deref()));
    match understood {
        Ok(_) => understood,
        Err(Error::Fault(fault)) => Err(Error::Fault(Fault {
            retry_after: answer.retry_after,
            ..fault
        })),
        // A page of a proxy tells more than its status does; other bodies tell less.
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
