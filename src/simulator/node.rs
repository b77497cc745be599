//! The nodes' listeners: taking connections, going down and coming up again.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::directory;
use super::http;
use super::session::Node;
use super::trouble::Trouble;
use super::world::{World, lock};

/// The ports of the two nodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    pub(super) first: u16,
    pub(super) second: u16,
}

/// Whether a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Power {
    Up,
    Down,
    DownFor(Duration),
}

/// The switch of a node, and what became of it.
#[derive(Clone, Debug)]
pub(super) struct Switch {
    power: watch::Sender<Power>,
    listens: watch::Sender<bool>,
}

impl Switch {
    /// The switch of a node that is up.
    pub(super) fn on() -> Switch {
        Switch {
            power: watch::Sender::new(Power::Up),
            listens: watch::Sender::new(true),
        }
    }

    /// Tells the node to go down or up.
    pub(super) fn turn(&self, power: Power) {
        self.power.send_replace(power);
    }

    /// Waits until the node listens, or until it doesn't.
    pub(super) async fn reached(&self, listens: bool) {
        let mut now = self.listens.subscribe();
        // An error would mean that the switch is gone, but it is held here.
        let _ = now.wait_for(|now| *now == listens).await;
    }
}

/// What is spoken at a port of a node.
#[derive(Clone, Copy, Debug)]
pub(super) enum Service {
    /// The Presence Web Service.
    Presence,
    /// The call manager's directory.
    Directory,
}

/// A node: its place in the cluster and what it shares with the other.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) world: Arc<Mutex<World>>,
    pub(super) node: Node,
    /// Of its service.
    pub(super) ports: Ports,
    pub(super) service: Service,
}

/// Runs a node for ever: while it is up it takes connections, when it goes down all of them end.
pub(super) async fn run(member: Member, listener: TcpListener, switch: Switch) {
    let Ok(address) = listener.local_addr() else {
        return;
    };
    let mut power = switch.power.subscribe();
    let mut listener = Some(listener);
    loop {
        let listening = match listener.take() {
            Some(listener) => listener,
            None => bind_again(address).await,
        };
        switch.listens.send_replace(true);
        tokio::select! {
            () = accept(listening, &member) => {}
            _ = power.wait_for(|power| *power != Power::Up) => {}
        }
        lock(&member.world).sessions.lose_node(member.node);
        switch.listens.send_replace(false);
        stay_down(&switch, &mut power).await;
    }
}

/// Runs a node that never goes down.
pub(super) async fn run_always(member: Member, listener: TcpListener) {
    accept(listener, &member).await;
}

/// Waits until the node is to be up again: by its switch, or when its time is over.
async fn stay_down(switch: &Switch, power: &mut watch::Receiver<Power>) {
    loop {
        let wanted = *power.borrow_and_update();
        match wanted {
            Power::Up => return,
            Power::DownFor(time) => {
                if timeout(time, power.changed()).await.is_err() {
                    switch.power.send_replace(Power::Up);
                }
            }
            Power::Down => {
                // It can't fail, for the other end of the switch is held by the caller.
                let _ = power.changed().await;
            }
        }
    }
}

/// Takes the node's old port again, as soon as it is to be had.
async fn bind_again(address: SocketAddr) -> TcpListener {
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn accept(listener: TcpListener, member: &Member) {
    // The connections live in this set, and end with it when the node goes down.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    lock(&member.world).tally.connections += 1;
                    connections.spawn(serve(stream, member.clone()));
                }
                // Out of file descriptors, or a client that was gone before it was taken.
                Err(_) => sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, member: Member) {
    // Without these, answers are late or resets are polite; neither is worth failing for.
    let _ = stream.set_nodelay(true);
    let (mut hang_up, certificate) = {
        let world = lock(&member.world);
        if world.scenario().has(Trouble::Reset) {
            let _ = stream.set_zero_linger();
        }
        (world.hang_up.subscribe(), world.certificate.clone())
    };
    let conversation = async {
        match certificate {
            None => converse(stream, member).await,
            Some(certificate) => {
                // A client that trusts somebody else goes away here, and nothing is to be done.
                if let Some(stream) = certificate.accept(stream).await {
                    converse(stream, member).await;
                }
            }
        }
    };
    tokio::select! {
        () = conversation => {}
        _ = hang_up.changed() => {}
    }
}

/// Answers requests until the connection ends; one that ends badly is the client's business.
async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, member: Member) {
    let service = service_fn(move |request| {
        let member = member.clone();
        async move {
            match member.service {
                Service::Presence => http::exchange(member, request).await,
                Service::Directory => directory::exchange(member, request).await,
            }
        }
    });
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// A listener for a node, and where it is.
pub(super) async fn bind(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
