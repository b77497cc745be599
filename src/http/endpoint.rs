use std::fmt;
use std::marker::PhantomData;
use std::net::Ipv6Addr;

use reqwest::Url;
use thiserror::Error;

use super::zone::Zoned;

/// What servers one client speaks to: where they usually are, and how people set and trust them.
pub trait Service {
    /// What one of its servers is called.
    const NAME: &'static str;
    /// The port with TLS.
    const TLS_PORT: u16;
    /// The port without TLS.
    const PLAIN_PORT: u16;
    /// The path, where only a host is given.
    const PATH: &'static str;
    /// The protocol below TLS, as servers are told it (ALPN).
    const PROTOCOL: &'static str = "http/1.1";
    /// The option or setting that names a server.
    const SERVER: &'static str;
    /// The option or setting that pins a certificate.
    const PIN: &'static str;
    /// The option or setting that names a file of certificates.
    const CA_FILE: &'static str;

    /// The ports in words.
    fn ports() -> String {
        format!("{} with TLS, {} without", Self::TLS_PORT, Self::PLAIN_PORT)
    }
}

/// The address of a service at one of its nodes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint<S> {
    /// As requests take it. For a host with a zone a name stands there.
    url: Url,
    /// The host as people write it.
    host: String,
    service: PhantomData<S>,
}

/// Why a text is not an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{text}' is not a server: {reason}. Give a host name, host:port, or an https address")]
pub struct EndpointError {
    text: String,
    reason: String,
}

impl<S: Service> Endpoint<S> {
    /// Reads `host`, `host:port` or a URL. Where nothing else is said it is https, and the service's
    /// usual port and path. An IPv6 address needs brackets only where a
    /// port follows; a link-local one needs its zone, as in `fe80::1%eth0`.
    ///
    /// # Errors
    /// [`EndpointError`] where it is none of these, or another scheme than http and https.
    pub fn parse(text: &str) -> Result<Endpoint<S>, EndpointError> {
        let error = |reason: &str| EndpointError {
            text: without_user(&crate::presence::clean(text)),
            reason: reason.into(),
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(error("it is empty"));
        }
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let authority = in_brackets::<S>(authority).map_err(|reason| error(&reason))?;
        let full = format!("{scheme}://{authority}{path}");
        let mut url = Url::parse(&full).map_err(|reason| error(&reason.to_string()))?;
        let usual = match url.scheme() {
            "https" => S::TLS_PORT,
            "http" => S::PLAIN_PORT,
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
            url.set_path(S::PATH);
        }
        url.set_fragment(None);
        url.set_query(None);
        let host = url.host_str().unwrap_or_default();
        let host = match Zoned::of_host_name(host) {
            Some(zoned) => format!("[{zoned}]"),
            None => host.to_string(),
        };
        Ok(Endpoint {
            url,
            host,
            service: PhantomData,
        })
    }

    /// The same service on another node: a host, host:port or URL as the server names it. The
    /// scheme never changes, so that a trusted link is not traded for a plain one.
    ///
    /// # Errors
    /// As [`Endpoint::parse`].
    pub fn sibling(&self, node: &str) -> Result<Endpoint<S>, EndpointError> {
        let bare = node.trim();
        let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
        let mut sibling = Endpoint::parse(&format!("{}://{bare}", self.url.scheme()))?;
        if !says_port(&format!("x://{bare}")) {
            // The error cannot come: a URL with a host takes a port.
            let _ = sibling.url.set_port(self.url.port_or_known_default());
        }
        if sibling.url.path() == S::PATH {
            sibling.url.set_path(self.url.path());
        }
        Ok(sibling)
    }

    /// Whether secrets that are for this server may go to another that it names: over TLS, where the
    /// same trust holds, to any; in the clear only to another port of the same host.
    pub fn may_lead_to(&self, other: &Endpoint<S>) -> bool {
        other.is_tls() || (!self.is_tls() && other.host == self.host)
    }

    /// The whole address.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The address of something below it.
    pub fn below(&self, name: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/{name}", url.path().trim_end_matches('/')));
        url
    }

    /// The whole address, as people write it.
    pub fn to_text(&self) -> String {
        format!("{}{}", self.origin(), self.url.path())
    }

    /// The host alone; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the host is an address rather than a name.
    pub fn is_address(&self) -> bool {
        let is_v4 = || self.host.parse::<std::net::Ipv4Addr>().is_ok();
        self.host.starts_with('[') || is_v4()
    }

    /// The header `Host`, where it is not what stands in the URL: a zone means nothing to others
    /// (RFC 4007, section 11.2).
    pub(super) fn host_header(&self) -> Option<String> {
        let zoned = Zoned::of_host_name(self.url.host_str()?)?;
        Some(format!("[{}]:{}", zoned.address, self.port()))
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(S::TLS_PORT)
    }

    /// Whether TLS protects it.
    pub fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// `https://host:port`, as `status --json` names the server.
    pub fn origin(&self) -> String {
        format!("{}://{}:{}", self.url.scheme(), self.host(), self.port())
    }
}

/// A host and perhaps a port, with brackets around an IPv6 address as a URL has them, and a name for
/// one with a zone.
///
/// # Errors
/// Words that say how to write it.
fn in_brackets<S: Service>(authority: &str) -> Result<String, String> {
    let usual = S::TLS_PORT;
    let (address, port) = match authority.strip_prefix('[') {
        Some(rest) => rest
            .split_once(']')
            .ok_or_else(|| format!("the bracket is not closed: write [2001:db8::5]:{usual}"))?,
        // Who names a user is refused later; a name or an IPv4 address has one colon at most.
        None if authority.contains('@') || authority.matches(':').count() < 2 => {
            return Ok(authority.into());
        }
        None => (authority, ""),
    };
    if !port.is_empty() && !port.starts_with(':') {
        return Err(format!(
            "what follows the bracket is a port: write [2001:db8::5]:{usual}"
        ));
    }
    let (bare, zone) = match address.split_once('%') {
        // In a URL, the percent sign is written in its own code (RFC 6874).
        Some((bare, zone)) => match zone.strip_prefix("25") {
            Some(rest) if !rest.is_empty() => (bare, rest),
            _ => (bare, zone),
        },
        None => (address, ""),
    };
    let Ok(ip) = bare.parse::<Ipv6Addr>() else {
        return Err(format!(
            "it is no IPv6 address; one with a port is written [2001:db8::5]:{usual}"
        ));
    };
    let usual_port = [S::TLS_PORT, S::PLAIN_PORT].map(|port| format!(":{port}"));
    for port in usual_port.iter().filter(|_| !authority.starts_with('[')) {
        if let Some(rest) = address.strip_suffix(port)
            && rest.parse::<Ipv6Addr>().is_ok()
        {
            return Err(format!(
                "is that a port at its end? Write [{rest}]{port}, or [{address}]"
            ));
        }
    }
    // Elsewhere than on a link the address alone says which network it is in.
    if !ip.is_unicast_link_local() {
        return Ok(format!("[{ip}]{port}"));
    }
    let zoned = Zoned::new(ip, zone).ok_or_else(|| {
        format!("a link-local address needs its interface: write {ip}%eth0 or [{ip}%eth0]:{usual}")
    })?;
    Ok(format!("{}{port}", zoned.host_name()))
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
impl<S: Service> fmt::Display for Endpoint<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = if self.is_tls() {
            S::TLS_PORT
        } else {
            S::PLAIN_PORT
        };
        match self.port() {
            port if port == usual => f.write_str(self.host()),
            port => write!(f, "{}:{port}", self.host()),
        }
    }
}
