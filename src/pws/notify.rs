//! The HTTP server that receives the service's notifications.
//!
//! A notification is plain HTTP and anybody can send one, so it is only a hint to fetch: the path holds
//! a token that cannot be guessed, the rest of the request is ignored, and several that arrive before
//! the next fetch count as one.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt::Write;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

/// A connection that takes longer than this is closed.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest head of a request, in bytes.
const HEAD: usize = 8192;

/// A running listener; it ends when it is dropped. It holds [`Listener::AT_ONCE`] connections and not
/// much more than the head of a request for each, whoever calls and however often.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    path: Arc<str>,
    called: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Listener {
    /// So many connections are open at the same time. For a new one the oldest is closed: who holds
    /// connections open does not keep the service out.
    pub const AT_ONCE: usize = 64;

    /// Listens at an address; at port 0, at any free port.
    ///
    /// # Errors
    /// The address cannot be listened at, or the system has no random numbers.
    pub async fn bind(address: SocketAddr) -> io::Result<Listener> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let path: Arc<str> = format!("/{}", token()?).into();
        let called = Arc::new(Notify::new());
        let task = tokio::spawn(listen(listener, path.clone(), called.clone()));
        Ok(Listener {
            address,
            path,
            called,
            task,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The path that is called, with the token in it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Waits for the next notification. Several since the last wait count as one.
    pub async fn called(&self) {
        self.called.notified().await;
    }
}

/// A token of 128 random bits.
fn token() -> io::Result<String> {
    let mut bits = [0; 16];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bits)
        .map_err(|_| io::Error::other("the system has no random numbers"))?;
    Ok(bits.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

async fn listen(listener: TcpListener, path: Arc<str>, called: Arc<Notify>) {
    // With the task of the listener, those of the connections end.
    let mut open = JoinSet::new();
    let mut by_age: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file handles, mostly: that passes.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        while open.try_join_next().is_some() {}
        by_age.retain(|connection| !connection.is_finished());
        if open.len() >= Listener::AT_ONCE {
            if let Some(oldest) = by_age.pop_front() {
                oldest.abort();
            }
            // The one that was closed, or one that has ended meanwhile.
            open.join_next().await;
        }
        let (path, called) = (path.clone(), called.clone());
        by_age.push_back(open.spawn(async move {
            // A connection that fails brings no notification.
            let _ = tokio::time::timeout(PATIENCE, take_call(stream, &path, &called)).await;
        }));
    }
}

async fn take_call(stream: TcpStream, path: &str, called: &Notify) -> hyper::Result<()> {
    let answer = |request: Request<Incoming>| {
        let meant = [Method::GET, Method::POST].contains(request.method())
            && same(request.uri().path().as_bytes(), path.as_bytes());
        let status = if meant {
            called.notify_one();
            StatusCode::OK
        } else {
            StatusCode::NOT_FOUND
        };
        let mut response = Response::new(Empty::<Bytes>::new());
        *response.status_mut() = status;
        std::future::ready(Ok::<_, Infallible>(response))
    };
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .keep_alive(false)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), service_fn(answer))
        .await
}

/// Whether two texts are the same, compared in a time that does not depend on where they differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differences == 0
}

/// The local address from which a server is reached, by which the server can call back where nothing
/// translates addresses between. Nothing is sent to find it out.
pub fn own_address(server: Option<SocketAddr>) -> Option<IpAddr> {
    // A documentation address (RFC 5737) takes the default route.
    let nobody = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 9));
    let server = server.unwrap_or(nobody);
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(server).ok()?;
    Some(socket.local_addr().ok()?.ip())
}
