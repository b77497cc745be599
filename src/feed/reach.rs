//! Whether a node answers again: looked at cheaply while it does not, so that nobody waits for the next
//! try once the way is free.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::pws::{self, Endpoint};

/// How often a node that does not answer is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long it may take to answer that.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Waits until a node that did not answer does. One that answers all the time has another trouble:
/// then there is nothing to wait for here.
pub(super) async fn back_again(node: Endpoint) {
    let mut was_gone = false;
    loop {
        sleep(LOOK).await;
        let answers = timeout(PATIENCE, pws::answers(&node)).await;
        if !answers.unwrap_or(false) {
            was_gone = true;
        } else if was_gone {
            return;
        }
    }
}
