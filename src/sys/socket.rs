//! What is set at a socket of TCP.

use std::io;
use std::time::Duration;

use reqwest::ClientBuilder;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

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

/// Probes an idle connection, so that within this time it is lost where the other end acknowledges
/// nothing; at the shortest within five seconds.
///
/// # Errors
/// Why the socket does not take it.
pub fn probe_within(stream: &TcpStream, time: Duration) -> io::Result<()> {
    const PROBES: u32 = 3;
    // Systems count whole seconds.
    let between = Duration::from_secs((time.as_secs() / (PROBES as u64 + 2)).max(1));
    let idle = time.saturating_sub(between * PROBES).max(between);
    let probes = TcpKeepalive::new().with_time(idle).with_interval(between);
    // Some systems have a number of their own.
    #[cfg(any(target_os = "linux", target_os = "macos", target_os = "windows"))]
    let probes = probes.with_retries(PROBES);
    SockRef::from(stream).set_tcp_keepalive(&probes)
}
