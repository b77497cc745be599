//! The client of Cisco's Presence Web Service: what goes over the wire and what comes back.

mod client;
mod endpoint;
mod envelope;
mod error;
mod fault;
mod held;
mod kept;
mod notify;
mod operations;
mod polled;
mod proxies;
mod reader;
mod request;
mod salvage;
mod session;
mod steps;
mod subscription;
mod tls;
mod transport;
mod zone;

pub use client::{Client, Limits, Route};
pub use endpoint::{Endpoint, EndpointError};
pub use error::Error;
pub use fault::{Class, Fault};
pub use held::Held;
pub use kept::Receipt;
pub use notify::{Listener, own_address};
pub use operations::Login;
pub use polled::{Contact, Said, read_polled_presence};
pub use proxies::{Proxies, ProxyError};
pub use reader::Reader;
pub use request::{BATCH, PresenceType, Request, SoapVersion};
pub use session::{AppKey, SessionKey, UserKey};
pub use steps::{Secured, answers, connect, resolve, secure};
pub use subscription::{EndPointId, Expiration, SUBSCRIBED, SubscriptionId};
pub use tls::{Described, Fingerprint, FingerprintError, TlsFailure, Trust, TrustError};
