//! Tells the service manager that started this process how it is (sd_notify of systemd).

/// Tells it, such as `READY=1`. Nothing happens where none wants to know.
#[cfg(target_os = "linux")]
pub fn notify(state: &str) {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    let name = std::env::var_os("NOTIFY_SOCKET").unwrap_or_default();
    if name.is_empty() {
        return;
    }
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(&name),
    };
    let sent = address.and_then(|address| {
        let socket = UnixDatagram::unbound()?;
        socket.send_to_addr(state.as_bytes(), &address)
    });
    if let Err(error) = sent {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}

/// Elsewhere there is none that wants to know.
#[cfg(not(target_os = "linux"))]
pub fn notify(_state: &str) {}
