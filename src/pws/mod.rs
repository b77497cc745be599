//! The client of Cisco's Presence Web Service: what goes over the wire and what comes back.

mod client;
mod endpoint;
mod envelope;
mod error;
mod fault;
mod polled;
mod salvage;
mod session;
mod tls;
mod transport;

pub use client::{Client, Limits, Login, Route};
pub use endpoint::{Endpoint, EndpointError};
pub use envelope::{BATCH, PresenceType, Request, SoapVersion};
pub use error::Error;
pub use fault::{Class, Fault};
pub use polled::{Contact, Said, read_polled_presence};
pub use session::{AppKey, SessionKey, UserKey};
pub use tls::{Fingerprint, FingerprintError, Trust, TrustError};
