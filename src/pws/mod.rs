//! The client of Cisco's Presence Web Service: what goes over the wire and what comes back.

mod client;
mod endpoint;
mod envelope;
mod error;
mod fault;
mod notify;
mod operations;
mod polled;
mod proxies;
mod request;
mod salvage;
mod session;
mod steps;
mod subscription;
mod tls;
mod transport;

pub use client::{Client, Limits, Route};
pub use endpoint::{Endpoint, EndpointError};
pub use error::Error;
pub use fault::{Class, Fault};
pub use notify::{Listener, own_address};
pub use operations::Login;
pub use polled::{Contact, Reader, Said, read_polled_presence};
pub use proxies::{Proxies, ProxyError};
pub use request::{BATCH, PresenceType, Request, SoapVersion};
pub use session::{AppKey, SessionKey, UserKey};
pub use steps::{Secured, connect, resolve, secure};
pub use subscription::{EndPointId, Expiration, SUBSCRIBED, SubscriptionId};
pub use tls::{Described, Fingerprint, FingerprintError, Trust, TrustError};
