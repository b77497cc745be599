//! Servers, brokers, and the addresses at which the service calls back.

use std::ffi::OsStr;
use std::net::SocketAddr;

use clap::builder::{TypedValueParser, ValueParser};
use clap::error::ErrorKind;
use toml::Value as Toml;

use super::{Kind, text_of};
use crate::broker::{Place, PlaceError};
use crate::directory::Uds;
use crate::http::{Endpoint, EndpointError, Service};
use crate::pws::Pws;
use crate::settings::mistake::ValueError;

/// One server or several, the primary first; or why they cannot be read. As an option they may be
/// any text: [`crate::settings::Settings::load`] refuses a wrong one, so that `check` and the status bar show
/// what is wrong as they show every mistake in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Servers(pub(in crate::settings) Result<Nodes<Pws>, EndpointError>);

/// The nodes of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nodes<S> {
    /// The first choice.
    pub primary: Endpoint<S>,
    /// The nodes to go to while that one is gone, in this order.
    pub others: Vec<Endpoint<S>>,
}

impl<S: Service> Nodes<S> {
    /// With commas between.
    fn parse(text: &str) -> Result<Nodes<S>, EndpointError> {
        let (primary, others) = match text.split_once(',') {
            Some((primary, others)) => (primary, Some(others)),
            None => (text, None),
        };
        let primary = Endpoint::parse(primary)?;
        let others = others.into_iter().flat_map(|others| others.split(','));
        let others = others.map(Endpoint::parse).collect::<Result<_, _>>()?;
        Ok(Nodes { primary, others })
    }

    fn origins(&self) -> String {
        let all = [&self.primary].into_iter().chain(&self.others);
        all.map(Endpoint::origin).collect::<Vec<_>>().join(", ")
    }
}

impl Kind for Place {
    const NAME: &'static str = "BROKER";
    const EXAMPLE: &'static str = "\"mqtts://board@broker.example.com/whosin\"";

    fn read(text: &str) -> Result<Place, ValueError> {
        Ok(text.parse()?)
    }

    // A password that stands in it by mistake is not repeated, as clap repeats wrong values.
    fn parser() -> ValueParser {
        ValueParser::new(PlaceParser)
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

#[derive(Clone)]
struct PlaceParser;

impl TypedValueParser for PlaceParser {
    type Value = Place;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Place, clap::Error> {
        let place: Result<Place, PlaceError> = value.to_string_lossy().parse();
        place.map_err(|error| {
            let option = argument.map(ToString::to_string).unwrap_or_default();
            let words = format!("{option}: {error}\n");
            clap::Error::raw(ErrorKind::ValueValidation, words).with_cmd(command)
        })
    }
}

impl Kind for Nodes<Uds> {
    const NAME: &'static str = "SERVER";
    const EXAMPLE: &'static str = "\"cucm.example.com\"";

    fn read(text: &str) -> Result<Nodes<Uds>, ValueError> {
        Ok(Nodes::parse(text)?)
    }

    fn shown(&self) -> String {
        self.origins()
    }
}

impl Kind for Servers {
    const NAME: &'static str = "SERVER";
    const EXAMPLE: &'static str = "\"cup.example.com\"";

    fn read(text: &str) -> Result<Servers, ValueError> {
        Ok(Servers(Nodes::parse(text)))
    }

    fn of_file(value: &Toml) -> Result<Servers, ValueError> {
        let text = text_of(value).ok_or(ValueError::Shape(Self::EXAMPLE))?;
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        Ok(Servers(Ok(Nodes::parse(&text)?)))
    }

    fn shown(&self) -> String {
        match &self.0 {
            Ok(nodes) => nodes.origins(),
            Err(error) => error.to_string(),
        }
    }
}

/// The address at which the service calls back: plain HTTP (it speaks no other), a host and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback(String);

impl Callback {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Kind for Callback {
    const NAME: &'static str = "URL";
    const EXAMPLE: &'static str = "\"http://10.1.2.3:9000\"";

    fn read(text: &str) -> Result<Callback, ValueError> {
        let url = reqwest::Url::parse(text).ok();
        match url.filter(|url| url.scheme() == "http" && url.has_host() && url.query().is_none()) {
            Some(_) => Ok(Callback(text.into())),
            None => Err(ValueError::Callback(text.into())),
        }
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

impl Kind for SocketAddr {
    const NAME: &'static str = "ADDR";
    const EXAMPLE: &'static str = "\"10.1.2.3:9000\"";

    fn read(text: &str) -> Result<SocketAddr, ValueError> {
        text.parse().map_err(|_| ValueError::Listen(text.into()))
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}
