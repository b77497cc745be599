//! Runs hooks: one at a time, in the order in which the states changed, beside everything else.

use std::time::Duration;

use tokio::sync::mpsc;

use super::launch::launch;
use crate::calling::Invocation;

/// So many wait at most. What a burst brings beyond that is not run: it would be late.
const WAITING: usize = 500;
/// One that runs for longer is left to itself, and the next one begins.
const PATIENCE: Duration = Duration::from_secs(2);

/// What hooks are run with.
pub struct HookRunner {
    queue: mpsc::Sender<Invocation>,
    failures: mpsc::Receiver<String>,
}

impl HookRunner {
    /// Starts the runner, on the runtime of the caller. It ends when this is dropped.
    pub fn start() -> HookRunner {
        let (queue, mut invocations) = mpsc::channel::<Invocation>(WAITING);
        let (failed, failures) = mpsc::channel(1);
        tokio::spawn(async move {
            while let Some(invocation) = invocations.recv().await {
                if let Err(error) = launch(&invocation, PATIENCE).await {
                    // One failure that nobody has read yet says enough.
                    let _ = failed.try_send(error.to_string());
                }
            }
        });
        HookRunner { queue, failures }
    }

    /// Runs a command after those before it.
    ///
    /// # Errors
    /// Words that say why it is not run: too many wait.
    pub fn run(&self, invocation: Invocation) -> Result<(), String> {
        self.queue.try_send(invocation).map_err(|error| {
            let words = error.into_inner().words;
            format!("{words} is not run: {WAITING} hooks wait already")
        })
    }

    /// Why the next one that fails does. Nothing is lost when the waiting is given up.
    pub async fn failure(&mut self) -> String {
        match self.failures.recv().await {
            Some(words) => words,
            None => std::future::pending().await,
        }
    }
}
