//! Whether a node is there, found out without a request of the service: while it answers by a
//! connection that is held, while it does not by new ones, so that nobody waits for the next try once
//! the way is free.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::http::{self, Held};
use crate::pws::{Endpoint, Error};

/// How often a node that does not answer is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// The longest pause between two looks at a node that answers all the same: it has enough to do.
const RARELY: Duration = Duration::from_secs(15);
/// How long it may take to answer that.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Waits until a node that did not answer does. One that answers all the time has another trouble:
/// then there is nothing to wait for here, unless it was gone before, and it is looked at ever more
/// rarely.
pub(super) async fn back_again(node: Endpoint, mut was_gone: bool) {
    let mut pause = LOOK;
    loop {
        sleep(pause).await;
        let answers = timeout(PATIENCE, http::answers(&node)).await;
        if !answers.unwrap_or(false) {
            was_gone = true;
            pause = LOOK;
        } else if was_gone {
            return;
        } else {
            pause = (pause * 2).min(RARELY);
        }
    }
}

/// Servers close what is idle. One that does so sooner than this is connected to no sooner.
const IDLE: Duration = Duration::from_secs(15);

/// Holds a connection to a node that answers until the node is gone: the connection ends, or its
/// probes are not acknowledged within this time, and no other can be made. Returns why.
pub(super) async fn gone(node: Endpoint, within: Duration) -> Error {
    let Err(error) = hold(&node, within).await;
    error.into()
}

/// Holds one connection after the other, one at a time, and sends nothing.
async fn hold(node: &Endpoint, within: Duration) -> Result<Infallible, http::Error> {
    loop {
        let held = Held::open(node, within).await?;
        let begun = Instant::now();
        held.closed().await?;
        if begun.elapsed() < IDLE {
            // Whether it is there shows now. Something on the way may take connections for a node
            // that is gone, and close them at once.
            let again = Held::open(node, within).await?;
            if let Ok(closed) = timeout(LOOK, again.closed()).await {
                return Err(closed.err().unwrap_or(http::Error::Broken));
            }
            sleep(IDLE).await;
        }
    }
}
