//! Where the shared feed is: a broker, a user of it, a prefix of topics.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;
use thiserror::Error;

use super::topics::Topics;
use crate::http::{Endpoint, EndpointError, Service};

/// An MQTT broker.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Mqtt {}

impl Service for Mqtt {
    const NAME: &'static str = "broker";
    const TLS_PORT: u16 = 8883;
    const PLAIN_PORT: u16 = 1883;
    const PATH: &'static str = "/";
    const PROTOCOL: &'static str = "mqtt";
    const SERVER: &'static str = "--from";
    const PIN: &'static str = "--pin";
    const CA_FILE: &'static str = "--ca-file";
}

/// A broker, who signs in there, and the prefix of the topics: `mqtts://user@host:port/prefix`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    tls: bool,
    user: Option<String>,
    host: String,
    port: u16,
    topics: Topics,
}

/// Why a text names no broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PlaceError {
    /// It is no address of a broker.
    #[error("that is no broker: write it like mqtts://board@broker.example.com/whosin")]
    Shape,
    /// A password stands in it, where lists of processes and histories of shells would show it.
    #[error(
        "the password may not stand in the broker's address: set WHOSIN_BROKER_PASSWORD, or \
         broker_password_command or broker_password in the settings"
    )]
    Password,
    /// The prefix cannot begin topics.
    #[error("the prefix may hold no +, # or empty level, and may not begin with $")]
    Prefix,
}

impl Place {
    /// Whether the link is encrypted.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// Who signs in.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The host: a name, or an address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The topics below the prefix.
    pub fn topics(&self) -> &Topics {
        &self.topics
    }

    /// Whether the broker is on this machine, so that nobody can listen in on the way.
    pub fn is_loopback(&self) -> bool {
        let address = self.host.parse::<IpAddr>();
        address.is_ok_and(|address| address.is_loopback()) || self.host == "localhost"
    }

    /// The broker as a server, whose name, port and TLS can be tried by themselves.
    ///
    /// # Errors
    /// [`EndpointError`] where the host is none.
    pub fn endpoint(&self) -> Result<Endpoint<Mqtt>, EndpointError> {
        let scheme = if self.tls { "https" } else { "http" };
        Endpoint::parse(&format!("{scheme}://{}", self.authority()))
    }

    /// The host and the port, as addresses have them.
    fn authority(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// The broker and the prefix without the user, as files and scripts name the source.
    pub fn origin(&self) -> String {
        let scheme = if self.tls { "mqtts" } else { "mqtt" };
        format!("{scheme}://{}/{}", self.authority(), self.topics.prefix())
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Place, PlaceError> {
        let url = Url::parse(text.trim()).map_err(|_| PlaceError::Shape)?;
        let (tls, usual) = match url.scheme() {
            "mqtts" => (true, Mqtt::TLS_PORT),
            "mqtt" => (false, Mqtt::PLAIN_PORT),
            _ => return Err(PlaceError::Shape),
        };
        if url.password().is_some() {
            return Err(PlaceError::Password);
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or(PlaceError::Shape)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(PlaceError::Shape);
        }
        let prefix = match unescaped(url.path().trim_matches('/')) {
            Some(prefix) if prefix.is_empty() => "whosin".into(),
            prefix => prefix.ok_or(PlaceError::Prefix)?,
        };
        let user = unescaped(url.username()).ok_or(PlaceError::Shape)?;
        Ok(Place {
            tls,
            user: Some(user).filter(|user| !user.is_empty()),
            host: host.trim_matches(['[', ']']).to_lowercase(),
            port: url.port().unwrap_or(usual),
            topics: Topics::new(&prefix).ok_or(PlaceError::Prefix)?,
        })
    }
}

/// As the settings write it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.origin();
        match (&self.user, origin.split_once("://")) {
            (Some(user), Some((scheme, rest))) => {
                write!(f, "{scheme}://{}@{rest}", super::topics::escaped(user))
            }
            _ => f.write_str(&origin),
        }
    }
}

/// A text with its percent escapes read; `None` where they make no text.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(u8::from_str_radix(after.get(..2)?, 16).ok()?);
        rest = after.get(2..)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}
