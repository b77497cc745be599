use std::fmt;

use reqwest::Url;
use thiserror::Error;

/// Where the service is when only a host is given.
const PATH: &str = "/presence-service/soap";
const TLS_PORT: u16 = 8083;
const PLAIN_PORT: u16 = 8082;

/// The address of one node's Presence Web Service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint(Url);

/// Why a text is not an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{text}' is not a server: {reason}. Give a host name, host:port, or an https address")]
pub struct EndpointError {
    text: String,
    reason: String,
}

impl Endpoint {
    /// Reads `host`, `host:port` or a URL. Where nothing else is said it is https, port 8083 (for
    /// plain http 8082) and the service's usual path.
    ///
    /// # Errors
    /// [`EndpointError`] where it is none of these, or another scheme than http and https.
    pub fn parse(text: &str) -> Result<Endpoint, EndpointError> {
        let error = |reason: &str| EndpointError {
            text: without_user(&crate::presence::clean(text)),
            reason: reason.into(),
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(error("it is empty"));
        }
        let full = if text.contains("://") {
            text.to_string()
        } else {
            format!("https://{text}")
        };
        let mut url = Url::parse(&full).map_err(|reason| error(&reason.to_string()))?;
        let usual = match url.scheme() {
            "https" => TLS_PORT,
            "http" => PLAIN_PORT,
            other => return Err(error(&format!("'{other}' is not spoken there"))),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(error("user and password do not belong there"));
        }
        // A port that is the scheme's own was either left out or is what a proxy listens on.
        if url.port().is_none() && !says_port(&full) {
            url.set_port(Some(usual))
                .map_err(|()| error("it has no host"))?;
        }
        if url.path() == "/" {
            url.set_path(PATH);
        }
        url.set_fragment(None);
        url.set_query(None);
        Ok(Endpoint(url))
    }

    /// The same service on another node: a host, host:port or URL as the server names it. The
    /// scheme never changes, so that a trusted link is not traded for a plain one.
    ///
    /// # Errors
    /// As [`Endpoint::parse`].
    pub fn sibling(&self, node: &str) -> Result<Endpoint, EndpointError> {
        let bare = node.trim();
        let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
        let mut sibling = Endpoint::parse(&format!("{}://{bare}", self.0.scheme()))?;
        if !says_port(&format!("x://{bare}")) {
            // The error cannot come: a URL with a host takes a port.
            let _ = sibling.0.set_port(self.0.port_or_known_default());
        }
        if sibling.0.path() == PATH {
            sibling.0.set_path(self.0.path());
        }
        Ok(sibling)
    }

    /// The whole address.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The host alone.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(TLS_PORT)
    }

    /// Whether TLS protects it.
    pub fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// `https://host:port`, as `status --json` names the server.
    pub fn origin(&self) -> String {
        format!("{}://{}:{}", self.0.scheme(), self.host(), self.port())
    }
}

/// A text that may be a URL, without the user and password in it.
fn without_user(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => text.into(),
    }
}

/// Whether the authority of a URL names a port.
fn says_port(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let after_host = authority
        .rsplit_once(']')
        .map_or(authority, |(_, rest)| rest);
    after_host.contains(':')
}

/// For people: the host, and the port where it is not the usual one.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = if self.is_tls() { TLS_PORT } else { PLAIN_PORT };
        match self.port() {
            port if port == usual => f.write_str(self.host()),
            port => write!(f, "{}:{port}", self.host()),
        }
    }
}
