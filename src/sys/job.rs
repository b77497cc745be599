//! Job control: Ctrl-Z hands the terminal to the shell, `fg` continues.

use std::io;

/// The signal that asks a job to stop, SIGTSTP; heard, and no longer stopping the process, from the
/// moment this is made.
#[cfg(unix)]
pub struct StopRequests(tokio::signal::unix::Signal);

#[cfg(unix)]
impl StopRequests {
    /// Begins to hear it.
    ///
    /// # Errors
    /// Why it cannot be heard.
    pub fn new() -> io::Result<StopRequests> {
        use tokio::signal::unix::{SignalKind, signal};
        let stop = SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw());
        signal(stop).map(StopRequests)
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        self.0.recv().await;
    }
}

/// Stops this job until it is continued: the whole group of processes, as the terminal itself would
/// do it, for the shell waits for all of them.
///
/// # Errors
/// Why it cannot be stopped.
#[cfg(unix)]
pub fn stop() -> io::Result<()> {
    use rustix::process::{Signal, kill_current_process_group};
    Ok(kill_current_process_group(Signal::STOP)?)
}

/// Whether there is a shell that a stopped job goes back to.
pub const CAN_STOP: bool = cfg!(unix);

/// No such signal comes.
#[cfg(not(unix))]
pub struct StopRequests;

#[cfg(not(unix))]
impl StopRequests {
    /// Begins to hear nothing.
    ///
    /// # Errors
    /// None.
    pub fn new() -> io::Result<StopRequests> {
        Ok(StopRequests)
    }

    /// Waits for ever.
    pub async fn next(&mut self) {
        std::future::pending().await
    }
}

/// Does nothing: no shell has jobs.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn stop() -> io::Result<()> {
    Ok(())
}
