//! The signals of the system that end a process.

use std::io;

/// A wish that the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Ctrl-C: SIGINT.
    Interrupt,
    /// SIGTERM or SIGQUIT. On Windows the window of the terminal is closed, the user signs off or the
    /// system shuts down, and the process has a few seconds.
    Terminate,
    /// SIGHUP: the terminal is gone.
    HangUp,
}

/// The signals that end a process; heard, and no longer deadly, from the moment this is made.
#[cfg(unix)]
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Begins to hear them.
    ///
    /// # Errors
    /// Why they cannot be heard.
    pub fn new() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    /// Waits for the next one. None is lost where the waiting is given up and begun again.
    pub async fn next(&mut self) -> End {
        tokio::select! {
            _ = self.interrupt.recv() => End::Interrupt,
            _ = self.terminate.recv() => End::Terminate,
            _ = self.hang_up.recv() => End::HangUp,
            _ = self.quit.recv() => End::Terminate,
        }
    }
}

/// The events of the console that end a process; heard, and no longer deadly at once, from the
/// moment this is made.
#[cfg(windows)]
pub struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    break_key: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
    log_off: tokio::signal::windows::CtrlLogoff,
    shut_down: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Signals {
    /// Begins to hear them.
    ///
    /// # Errors
    /// Why they cannot be heard.
    pub fn new() -> io::Result<Signals> {
        use tokio::signal::windows;
        Ok(Signals {
            interrupt: windows::ctrl_c()?,
            break_key: windows::ctrl_break()?,
            close: windows::ctrl_close()?,
            log_off: windows::ctrl_logoff()?,
            shut_down: windows::ctrl_shutdown()?,
        })
    }

    /// Waits for the next one. None is lost where the waiting is given up and begun again.
    pub async fn next(&mut self) -> End {
        tokio::select! {
            _ = self.interrupt.recv() => End::Interrupt,
            _ = self.break_key.recv() => End::Interrupt,
            _ = self.close.recv() => End::Terminate,
            _ = self.log_off.recv() => End::Terminate,
            _ = self.shut_down.recv() => End::Terminate,
        }
    }
}
