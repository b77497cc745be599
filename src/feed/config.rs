//! What a feed goes by: who signs in where, how presence comes, how much at once.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::{Credentials, Return};
use crate::http::{Limits, Route, Trust, TrustError};
use crate::link::{Link, LinkState, Mode};
use crate::presence::Address;
use crate::pws::{Client, Endpoint, PresenceType, SoapVersion};

/// How presence comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// By notifications of the server; where none come, by polling.
    #[default]
    Auto,
    /// By polling.
    Poll,
    /// By notifications, also when some of them get lost.
    Notify,
}

impl Delivery {
    /// Every way.
    pub const ALL: [Delivery; 3] = [Delivery::Auto, Delivery::Poll, Delivery::Notify];

    /// The name in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            Delivery::Auto => "auto",
            Delivery::Poll => "poll",
            Delivery::Notify => "notify",
        }
    }
}

/// What the feed goes by.
#[derive(Clone, Debug)]
pub struct Config {
    /// The node to sign in at: the primary.
    pub endpoint: Endpoint,
    /// Nodes to sign in at while the primary is gone, in this order.
    pub others: Vec<Endpoint>,
    /// When a primary that was gone is tried again.
    pub primary_again: Return,
    /// Who signs in.
    pub credentials: Credentials,
    /// The folder in which all processes of the user's on this machine share the session; without
    /// it is this feed's own.
    pub session_folder: Option<PathBuf>,
    /// How often each contact is asked for.
    pub interval: Duration,
    /// How presence comes.
    pub delivery: Delivery,
    /// Where to listen for its calls; else at the address that the way to the server begins at,
    /// at any free port.
    pub listen: Option<SocketAddr>,
    /// How the server reaches that address, as `http://host:port`, where it is by another one.
    pub callback: Option<String>,
    /// How many requests may be under way at once, at least 1.
    pub in_flight: usize,
    /// In which version of SOAP.
    pub soap: SoapVersion,
    /// Whose certificate is accepted.
    pub trust: Trust,
    /// How the way to the server is found.
    pub route: Route,
    /// How long and large things may be.
    pub limits: Limits,
    /// How much is asked of each contact.
    pub kind: PresenceType,
    /// The languages that notes are wanted in, the most wanted first.
    pub languages: Vec<String>,
    /// The end user's own address, where what the server shows of the user is wanted, too.
    pub own: Option<Address>,
}

impl Config {
    /// How many requests may be under way at once by default.
    pub const IN_FLIGHT: usize = 2;

    /// Everything as usual: every 5 s, rich presence, certificates as the platform trusts them.
    pub fn new(endpoint: Endpoint, credentials: Credentials) -> Config {
        Config {
            endpoint,
            others: Vec::new(),
            primary_again: Return::default(),
            credentials,
            session_folder: None,
            interval: Duration::from_secs(5),
            delivery: Delivery::Auto,
            listen: None,
            callback: None,
            in_flight: Config::IN_FLIGHT,
            soap: SoapVersion::default(),
            trust: Trust::Platform,
            route: Route::default(),
            limits: Limits::default(),
            kind: PresenceType::Rich,
            languages: Vec::new(),
            own: None,
        }
    }

    /// Which trust was set for nothing, in words: over plain HTTP no server shows a certificate.
    pub fn unused_trust(&self) -> Option<&'static str> {
        let nodes = || [&self.endpoint].into_iter().chain(&self.others);
        match self.trust {
            _ if nodes().all(Endpoint::is_tls) => None,
            Trust::Pins(_) => Some("http:// shows no certificate: pin checks nothing"),
            Trust::CaFile(_) => Some("http:// shows no certificate: ca-file checks nothing"),
            Trust::Platform | Trust::Anyone => None,
        }
    }

    /// The link as it is before the first sign-in.
    pub fn link(&self) -> Link {
        let warning = match (&self.trust, self.endpoint.is_tls()) {
            (Trust::Anyone, true) => Some("certificate not checked"),
            _ => self.unused_trust(),
        };
        Link {
            server: self.endpoint.to_string(),
            user: self.credentials.user.clone(),
            mode: Mode::Every(self.interval),
            warning: warning.map(String::from),
            remark: None,
            own: None,
            shown: None,
            state: LinkState::SigningIn,
        }
    }

    /// The client for it.
    ///
    /// # Errors
    /// [`TrustError`] where the certificates cannot be read.
    pub fn client(&self) -> Result<Client, TrustError> {
        Client::by(self.route, &self.trust, self.soap, self.limits)
    }
}
