//! The way to a server: TLS and whom to trust, proxies, HTTP with limits. What is said over it is the
//! business of the clients, each of which speaks to one [`Service`].

mod connections;
mod endpoint;
mod error;
mod explain;
mod held;
mod proxies;
mod steps;
mod tls;
mod words;
mod zone;

pub use connections::{Answer, Connections, Limits, Route};
pub use endpoint::{Endpoint, EndpointError, Service};
pub use error::Error;
pub use held::Held;
pub use proxies::{Proxies, ProxyError};
pub use steps::{Secured, answers, connect, resolve, secure};
pub use tls::{Described, Fingerprint, FingerprintError, TlsFailure, Trust, TrustError};
pub(crate) use words::{redact, shorten};
