//! One request, one answer of HTTP: by the right way, with limits.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HOST, LOCATION, RETRY_AFTER};
use reqwest::{Method, Proxy, RequestBuilder, StatusCode, Url};

use super::endpoint::{Endpoint, Service};
use super::error::Error;
use super::explain::explain;
use super::proxies::Proxies;
use super::tls::{Trust, TrustError};
use super::zone::Resolver;
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

/// The connections to the servers of one service, kept alive between requests.
#[derive(Clone, Debug)]
pub struct Connections {
    http: reqwest::Client,
    route: Route,
    trust: Trust,
    limits: Limits,
}

/// An answer of HTTP, not yet understood.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body, within [`Limits::answer`].
    pub body: Vec<u8>,
    /// The type of the body, without its parameters, in small letters.
    pub media_type: Option<String>,
    /// The encoding that the type of the body names.
    pub charset: Option<String>,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<Duration>,
}

impl Connections {
    /// None at first.
    ///
    /// # Errors
    /// [`TrustError`] where the certificates cannot be read or TLS cannot be set up.
    pub fn new(route: Route, trust: &Trust, limits: Limits) -> Result<Connections, TrustError> {
        let tls = trust.config("http/1.1")?;
        // The library's own reading of the variables is silent about what it cannot read, and leaves
        // servers by address out of '*'.
        let mut builder = reqwest::Client::builder().no_proxy();
        if route == Route::Environment {
            let proxies = Proxies::from_environment()?;
            builder = builder.proxy(Proxy::custom(move |server| proxies.for_server(server)));
        }
        let http = with_confirmation_within(builder, UNHEARD)
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
            .map_err(|error| TrustError::Setup(error.to_string()))?;
        Ok(Connections {
            http,
            route,
            trust: trust.clone(),
            limits,
        })
    }

    /// The same way and trust, without the connections that there are.
    ///
    /// # Errors
    /// As [`Connections::new`].
    pub fn fresh(&self) -> Result<Connections, TrustError> {
        Connections::new(self.route, &self.trust, self.limits)
    }

    /// Whether a proxy stands between here and a node.
    pub fn is_proxied<S: Service>(&self, node: &Endpoint<S>) -> bool {
        let named = || {
            Proxies::from_environment()
                .is_ok_and(|proxies| proxies.for_server(node.url()).is_some())
        };
        self.route == Route::Environment && named()
    }

    /// A request to a node, to be completed and given to [`Connections::send`].
    pub fn request<S: Service>(
        &self,
        method: Method,
        node: &Endpoint<S>,
        url: Url,
    ) -> RequestBuilder {
        let request = self.http.request(method, url);
        match node.host_header() {
            Some(host) => request.header(HOST, host),
            None => request,
        }
    }

    /// Sends a request, and reads its answer to the end. Redirects are not followed.
    ///
    /// # Errors
    /// [`Error`] where there is none, or none that may be read.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, Error> {
        let explain = |error: reqwest::Error| explain(&error, &self.limits);
        let mut response = request.send().await.map_err(explain)?;
        let status = response.status();
        if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            return Err(Error::ProxySignIn);
        }
        let headers = response.headers();
        if status.is_redirection()
            && let Some(to) = headers.get(LOCATION)
        {
            let to = String::from_utf8_lossy(to.as_bytes());
            return Err(Error::Moved(crate::presence::clean(&to)));
        }
        let retry_after = headers.get(RETRY_AFTER).and_then(|value| {
            let seconds = value.to_str().ok()?.trim().parse().ok()?;
            Some(Duration::from_secs(seconds))
        });
        let content_type = headers.get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let charset = content_type.and_then(|value| {
            let (_, charset) = value.split_once("charset=")?;
            let charset = charset.split(';').next().unwrap_or_default();
            Some(charset.trim().trim_matches('"').to_string())
        });
        let media_type = content_type.map(|value| {
            let media_type = value.split(';').next().unwrap_or_default();
            media_type.trim().to_ascii_lowercase()
        });
        // Growing would leave the memory in pieces. What a wrong length reserves is never touched.
        let length = response.content_length().unwrap_or_default();
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let mut body = Vec::with_capacity(length.min(self.limits.answer));
        while let Some(chunk) = response.chunk().await.map_err(explain)? {
            if body.len() + chunk.len() > self.limits.answer {
                return Err(Error::TooLarge(self.limits.answer));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            body,
            media_type,
            charset,
            retry_after,
        })
    }
}
