//! The client of Cisco's Presence Web Service: what goes over the wire and what comes back.

mod client;
mod envelope;
mod error;
mod fault;
mod kept;
mod notify;
mod operations;
mod polled;
mod reader;
mod request;
mod salvage;
mod service;
mod session;
mod subscription;

pub use client::Client;
pub use error::Error;
pub use fault::{Class, Fault};
pub use kept::Receipt;
pub use notify::{Listener, own_address};
pub use operations::Login;
pub use polled::{Contact, Said, read_polled_presence};
pub use reader::Reader;
pub use request::{BATCH, PresenceType, Request, SoapVersion};
pub use service::{Endpoint, Pws};
pub use session::{AppKey, SessionKey, UserKey};
pub use subscription::{EndPointId, Expiration, SUBSCRIBED, SubscriptionId};
