//! The nodes' listeners: taking connections, going down and coming up again.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::http::{self, lock};
use super::scenario::Trouble;
use super::session::Node;
use super::world::World;

/// The ports of the two nodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    pub(super) first: u16,
    pub(super) second: u16,
}

/// A node that listens. Dropping it frees the port and ends its connections.
pub(super) struct Listening {
    task: JoinHandle<()>,
}

impl Listening {
    /// Takes connections for a node from now on.
    pub(super) fn start(
        listener: TcpListener,
        world: Arc<Mutex<World>>,
        node: Node,
        ports: Ports,
    ) -> Listening {
        let task = tokio::spawn(accept(listener, world, node, ports));
        Listening { task }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, world: Arc<Mutex<World>>, node: Node, ports: Ports) {
    // The connections live in this set, and end with it when the node goes down.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    lock(&world).tally.connections += 1;
                    connections.spawn(serve(stream, world.clone(), node, ports));
                }
                // Out of file descriptors, or a client that was gone before it was taken.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, world: Arc<Mutex<World>>, node: Node, ports: Ports) {
    // Both only matter for speed and for the manner of a reset.
    let _ = stream.set_nodelay(true);
    if lock(&world).scenario().has(Trouble::Reset) {
        let _ = stream.set_zero_linger();
    }
    let service = service_fn(move |request| http::exchange(world.clone(), node, ports, request));
    // A connection that ends badly is the client's business.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// A listener at an address.
pub(super) async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}
