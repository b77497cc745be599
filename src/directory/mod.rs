//! The company's directory: Cisco's User Data Services (UDS) of the call manager, where people are
//! found by name or number.
//!
//! [`Query`] and [`Page`] are pure: what is asked, and how the answer is read. [`Client`] asks over
//! HTTP, and [`discover`] finds the nodes where nobody has set any.

mod client;
mod discovery;
mod entry;
mod error;
mod found;
mod nodes;
mod page;
mod query;
mod service;

pub use client::{Client, Config};
pub use discovery::{Discovery, DiscoveryError, Record, by_preference, discover};
pub use entry::{Entry, Scheme, confirmed};
pub use error::{Error, Failure};
pub use found::{Found, Matching};
pub use nodes::Credentials;
pub use page::{Page, read_servers};
pub use query::{Query, Window};
pub use service::{Endpoint, Uds};
