//! The steps of a connection, one by one: name, port, TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::endpoint::{Endpoint, Service};
use super::error::Error;
use super::explain::explain_handshake;
use super::tls::{Described, Fingerprint, TlsFailure, Trust};
use super::zone::look_up;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The outcome of a TLS handshake.
#[derive(Clone, Debug)]
pub struct Secured {
    /// The version of TLS, such as `TLS 1.3`.
    pub version: String,
    /// The fingerprint of the certificate that was shown, and accepted.
    pub fingerprint: Option<Fingerprint>,
    /// The readable parts of it; `None` where it cannot be read.
    pub certificate: Option<Described>,
}

/// The addresses behind the name of a node.
///
/// # Errors
/// [`Error::NameNotFound`], [`Error::TimedOut`].
pub async fn resolve<S: Service>(node: &Endpoint<S>) -> Result<Vec<SocketAddr>, Error> {
    let host = node.url().host_str().unwrap_or_default();
    let found = timeout(PATIENCE, look_up(host, node.port()))
        .await
        .map_err(|_| Error::TimedOut(PATIENCE))?;
    let mut found = found.map_err(|_| Error::NameNotFound)?;
    found.dedup();
    if found.is_empty() {
        return Err(Error::NameNotFound);
    }
    Ok(found)
}

/// A connection to the first of these addresses that takes one.
///
/// # Errors
/// Why the last of them takes none.
pub async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Error> {
    let mut last = Error::NameNotFound;
    for address in addresses {
        match timeout(PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => {
                last = match error.kind() {
                    std::io::ErrorKind::ConnectionRefused => Error::ConnectionRefused,
                    _ => Error::NotConnected(error.to_string()),
                };
            }
            Err(_) => last = Error::TimedOut(PATIENCE),
        }
    }
    Err(last)
}

/// Whether anything answers at a node: a TLS handshake, or the first byte over plain HTTP, on a
/// connection of its own. No secret is sent, so any certificate will do.
pub async fn answers<S: Service>(node: &Endpoint<S>) -> bool {
    let probe = async {
        let mut stream = connect(&resolve(node).await?).await?;
        if node.is_tls() {
            return secure(node, &Trust::Anyone, stream).await.map(drop);
        }
        let (path, host) = (node.url().path(), node.host_header());
        let host = host.as_deref().unwrap_or(node.host());
        let request = format!("HEAD {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let broken = |_: std::io::Error| Error::Broken;
        stream.write_all(request.as_bytes()).await.map_err(broken)?;
        match stream.read(&mut [0; 1]).await.map_err(broken)? {
            0 => Err(Error::Broken),
            _ => Ok(()),
        }
    };
    probe.await.is_ok()
}

/// A TLS handshake over a connection, as strict as the client's own.
///
/// # Errors
/// Why it fails: the same error as the client's.
pub async fn secure<S: Service>(
    node: &Endpoint<S>,
    trust: &Trust,
    over: TcpStream,
) -> Result<Secured, Error> {
    let other = |error: &dyn std::fmt::Display| TlsFailure::Other(error.to_string());
    let config = trust.config(S::PROTOCOL).map_err(|error| other(&error))?;
    let host = node.url().host_str().unwrap_or_default();
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_string())
        .map_err(|error| other(&error))?;
    let handshake = TlsConnector::from(Arc::new(config)).connect(name, over);
    let stream = timeout(PATIENCE, handshake)
        .await
        .map_err(|_| Error::TimedOut(PATIENCE))?
        .map_err(|error| explain_handshake(&error))?;
    let (_, session) = stream.get_ref();
    let version = session.protocol_version();
    let shown = session.peer_certificates().and_then(<[_]>::first);
    Ok(Secured {
        version: match version {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3".into(),
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2".into(),
            other => format!("{other:?}"),
        },
        fingerprint: shown.map(|certificate| Fingerprint::of(certificate)),
        certificate: shown.and_then(|certificate| Described::read(certificate)),
    })
}
