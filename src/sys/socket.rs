//! What is set at a socket of TCP.

use std::time::Duration;

use reqwest::ClientBuilder;

/// Connections whose other end does not even confirm what was sent are given up after this time.
#[cfg(target_os = "linux")]
pub fn with_confirmation_within(builder: ClientBuilder, time: Duration) -> ClientBuilder {
    builder.tcp_user_timeout(time)
}

/// Elsewhere the system gives such a connection up after its own time; a request does not wait for
/// that, for it has its time limit.
#[cfg(not(target_os = "linux"))]
pub fn with_confirmation_within(builder: ClientBuilder, _time: Duration) -> ClientBuilder {
    builder
}
