//! The proxies that the environment names, and the servers that need none.
//!
//! `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are read as curl reads them, in capitals
//! or not; where none of them names a proxy, the system's own settings count.

use std::net::IpAddr;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;
use thiserror::Error;

use super::zone::Zoned;

/// A proxy variable that cannot be used. Its value is not repeated: it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{variable} names no proxy: {reason}. Write http://HOST:PORT or socks5h://HOST:PORT, or unset it"
)]
pub struct ProxyError {
    variable: &'static str,
    reason: String,
}

/// Through which proxy each server is reached.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Url>,
    https: Option<Url>,
    exceptions: Vec<Exception>,
    system: Option<System>,
}

/// The proxies of the system's own settings.
#[derive(Clone, Copy, Debug)]
struct System;

/// Servers that need no proxy: an entry of `NO_PROXY`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Exception {
    /// `*`: all of them.
    Everything,
    /// `10.0.0.0/8`, `fd00::/8`: addresses that begin with so many of these bits.
    Network(IpAddr, u8),
    /// An address, and the port where one is given.
    Address(IpAddr, Option<u16>),
    /// `127.*`, `*.example.com`: text with stars for any text.
    Pattern(String),
    /// `example.com` or `.example.com`: the domain and what is in it.
    Domain(String, Option<u16>),
}

impl Proxies {
    /// Those of this process's environment.
    ///
    /// # Errors
    /// [`ProxyError`] for a variable that names no proxy.
    pub fn from_environment() -> Result<Proxies, ProxyError> {
        let mut proxies = Proxies::read(|name| std::env::var(name).ok())?;
        if proxies.http.is_none() && proxies.https.is_none() {
            proxies.system = Some(System);
        }
        Ok(proxies)
    }

    /// Those of some variables.
    ///
    /// # Errors
    /// As [`Proxies::from_environment`].
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Proxies, ProxyError> {
        let value = |names: [&'static str; 2]| {
            names.into_iter().find_map(|name| {
                let value = variable(name)?;
                let value = value.trim();
                (!value.is_empty()).then(|| (name, value.to_owned()))
            })
        };
        let proxy = |names| {
            value(names)
                .map(|(name, value)| parse(name, &value))
                .transpose()
        };
        let all = proxy(["ALL_PROXY", "all_proxy"])?;
        // In a CGI program HTTP_PROXY is a header of the request's (httpoxy).
        let http = match variable("REQUEST_METHOD").filter(|method| !method.is_empty()) {
            Some(_) => None,
            None => proxy(["HTTP_PROXY", "http_proxy"])?,
        };
        let https = proxy(["HTTPS_PROXY", "https_proxy"])?;
        let exceptions = value(["NO_PROXY", "no_proxy"]).map_or(vec![], |(_, list)| {
            list.split([',', ' '])
                .map(str::trim)
                .filter(|entry| !entry.is_empty())
                .map(Exception::read)
                .collect()
        });
        Ok(Proxies {
            http: http.or(all.clone()),
            https: https.or(all),
            exceptions,
            system: None,
        })
    }

    /// The proxy through which a server is reached; `None` where it is reached straight.
    pub fn for_server(&self, server: &Url) -> Option<Url> {
        let host = server.host_str()?.trim_matches(['[', ']']).to_lowercase();
        // A proxy is no neighbour on that network.
        if Zoned::of_host_name(&host).is_some() {
            return None;
        }
        let port = server.port_or_known_default();
        if self.exceptions.iter().any(|one| one.covers(&host, port)) {
            return None;
        }
        if self.system.is_some() {
            let found = Matcher::from_system().intercept(&server.as_str().parse().ok()?)?;
            return found.uri().to_string().parse().ok();
        }
        match server.scheme() {
            "https" => self.https.clone(),
            _ => self.http.clone(),
        }
    }
}

/// Reads the value of a variable: a URL, or `host:port` for a proxy that speaks HTTP.
fn parse(variable: &'static str, value: &str) -> Result<Url, ProxyError> {
    let error = |reason: &str| ProxyError {
        variable,
        reason: reason.into(),
    };
    let full = if value.contains("://") {
        value.to_owned()
    } else {
        format!("http://{value}")
    };
    let url = Url::parse(&full).map_err(|reason| error(&reason.to_string()))?;
    let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    if !schemes.contains(&url.scheme()) {
        let scheme = crate::presence::clean(url.scheme());
        return Err(error(&format!("'{scheme}' is no kind of proxy")));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(error("it has no host"));
    }
    Ok(url)
}

impl Exception {
    fn read(entry: &str) -> Exception {
        let entry = entry.to_lowercase();
        if entry == "*" {
            return Exception::Everything;
        }
        if entry.contains('*') {
            return Exception::Pattern(entry);
        }
        if let Some((network, bits)) = entry.split_once('/')
            && let Ok(network) = network.trim_matches(['[', ']']).parse::<IpAddr>()
            && let Ok(bits) = bits.parse()
        {
            return Exception::Network(network, bits);
        }
        if let Ok(address) = entry.trim_matches(['[', ']']).parse() {
            return Exception::Address(address, None);
        }
        let (host, port) = match entry.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse().ok()),
            _ => (entry.as_str(), None),
        };
        match host.trim_matches(['[', ']']).parse() {
            Ok(address) => Exception::Address(address, port),
            Err(_) => Exception::Domain(host.trim_start_matches('.').to_owned(), port),
        }
    }

    /// Whether a server is among them; its host in small letters.
    fn covers(&self, host: &str, port: Option<u16>) -> bool {
        let address = || host.parse::<IpAddr>().ok();
        let same_port = |only: &Option<u16>| only.is_none_or(|only| port == Some(only));
        match self {
            Exception::Everything => true,
            Exception::Network(network, bits) => {
                address().is_some_and(|address| begins_alike(address, *network, *bits))
            }
            Exception::Address(one, only) => address() == Some(*one) && same_port(only),
            Exception::Pattern(pattern) => fits(host, pattern),
            Exception::Domain(domain, only) => {
                let inside = host.strip_suffix(domain.as_str());
                let inside = inside.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
                inside && same_port(only)
            }
        }
    }
}

/// Whether two addresses of one kind have the same first bits.
fn begins_alike(one: IpAddr, other: IpAddr, bits: u8) -> bool {
    let (one, other, width) = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            (u128::from(one.to_bits()), u128::from(other.to_bits()), 32)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits(), other.to_bits(), 128),
        _ => return false,
    };
    let different = (one ^ other).checked_shr(width - u32::from(bits).min(width));
    different.is_none_or(|different| different == 0)
}

/// Whether a text is like a pattern, in which each star stands for any text.
fn fits(text: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => text == pattern,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter().any(|at| fits(&text[at..], rest))
        }),
    }
}
