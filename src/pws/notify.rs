//! Where the service calls when something changes: a small HTTP server of ours.
//!
//! A call is plain HTTP and anybody can make it, so it is believed only as a hint to fetch: the path
//! holds a token that cannot be guessed, the rest of the request is ignored, and however many calls
//! come together, they are one.

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
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;

/// Who is slower than this is hung up on.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many calls are taken at the same time; others wait.
const AT_ONCE: usize = 32;
/// The largest head of a request, in bytes.
const HEAD: usize = 8192;

/// A running listener; it ends when it is dropped.
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

    /// Waits for the next call. Calls that came since the last one was waited for are one.
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
    let places = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        // Nobody closes it.
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file handles, mostly: that passes.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (path, called) = (path.clone(), called.clone());
        tokio::spawn(async move {
            // What goes wrong with a call is the caller's trouble.
            let _ = tokio::time::timeout(PATIENCE, take_call(stream, &path, &called)).await;
            drop(place);
        });
    }
}

async fn take_call(stream: TcpStream, path: &str, called: &Notify) -> hyper::Result<()> {
    let answer = |request: Request<Incoming>| {
        let meant = [Method::GET, Method::POST].contains(request.method())
            && same(request.uri().path().as_bytes(), path.as_bytes());
        let status = match meant {
            true => StatusCode::OK,
            false => StatusCode::NOT_FOUND,
        };
        if meant {
            called.notify_one();
        }
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

/// Whether two texts are the same, in a time that does not tell where they differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differences == 0
}

/// The address of ours that the way to a server begins at, and by which the server can reach us
/// where nothing translates addresses between. Asking for it sends nothing.
pub fn own_address(server: Option<SocketAddr>) -> Option<IpAddr> {
    // An address of nobody's (RFC 5737) shows the way that everything else goes.
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
