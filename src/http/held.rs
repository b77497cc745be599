//! A connection on which nothing is sent: that a node is gone shows there without a request.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::endpoint::{Endpoint, Service};
use super::error::Error;
use super::steps::{connect, resolve};
use crate::presence::clean;
use crate::sys::socket::probe_within;

/// A connection that is held and not used. TCP probes it (RFC 9293, section 3.8.4).
#[derive(Debug)]
pub struct Held {
    stream: TcpStream,
    within: Duration,
}

impl Held {
    /// Connects to a node. The connection is lost when the node acknowledges no probe within this
    /// time, which is also how long connecting may take.
    ///
    /// # Errors
    /// Why there is no connection.
    pub async fn open<S: Service>(node: &Endpoint<S>, within: Duration) -> Result<Held, Error> {
        let opening = async { connect(&resolve(node).await?).await };
        let opened = timeout(within, opening).await;
        let stream = opened.map_err(|_| Error::TimedOut(within))??;
        // Without probes a closed connection shows all the same.
        if let Err(error) = probe_within(&stream, within) {
            tracing::debug!(%error, "the connection is not probed");
        }
        Ok(Held { stream, within })
    }

    /// Waits until the node closes the connection, as servers do with one that is idle for long.
    ///
    /// # Errors
    /// Why it is lost, where the node did not close it.
    pub async fn closed(mut self) -> Result<(), Error> {
        loop {
            // What a server may say before it closes is of no interest.
            match self.stream.read(&mut [0; 512]).await {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) => {
                    return match error.kind() {
                        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => Ok(()),
                        ErrorKind::TimedOut => Err(Error::TimedOut(self.within)),
                        _ => Err(Error::NotConnected(clean(&error.to_string()))),
                    };
                }
            }
        }
    }
}
