//! Job control: Ctrl-Z hands the terminal to the shell, `fg` continues.

use std::io;

/// What happens to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobEvent {
    /// It is asked to stop: SIGTSTP.
    StopRequested,
    /// It goes on, and others may have used the terminal meanwhile: SIGCONT.
    Continued,
}

/// The signals to a job; SIGTSTP no longer stops the process from the moment this is made.
#[cfg(unix)]
pub struct JobEvents {
    stop: tokio::signal::unix::Signal,
    go_on: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl JobEvents {
    /// Begins to hear them.
    ///
    /// # Errors
    /// Why they cannot be heard.
    pub fn new() -> io::Result<JobEvents> {
        use rustix::process::Signal;
        use tokio::signal::unix::{SignalKind, signal};
        let hear = |kind: Signal| signal(SignalKind::from_raw(kind.as_raw()));
        Ok(JobEvents {
            stop: hear(Signal::TSTP)?,
            go_on: hear(Signal::CONT)?,
        })
    }

    /// Waits for the next one. None is lost where the waiting is given up and begun again.
    pub async fn next(&mut self) -> JobEvent {
        tokio::select! {
            _ = self.stop.recv() => JobEvent::StopRequested,
            _ = self.go_on.recv() => JobEvent::Continued,
        }
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

/// Whether a shell waits for this job, to continue it once it has stopped. Where whosin is what the
/// terminal was opened for (`xterm -e`, `ssh -t host whosin`, a container) nobody does.
#[cfg(target_os = "linux")]
pub fn can_stop() -> bool {
    can_stop_in("/proc".as_ref()).unwrap_or(false)
}

/// The same by what the system tells of its processes. A number is 0 where it belongs to a process
/// outside of this container.
#[cfg(target_os = "linux")]
fn can_stop_in(processes: &std::path::Path) -> Option<bool> {
    let relations = |process: &str| {
        let line = std::fs::read_to_string(processes.join(process).join("stat")).ok()?;
        // The name stands in brackets and may hold anything (proc_pid_stat(5)).
        let mut numbers = line.rsplit_once(')')?.1.split_whitespace().skip(1);
        let mut next = || numbers.next()?.parse::<u32>().ok();
        Some([next()?, next()?, next()?])
    };
    let [parent, group, session] = relations("self")?;
    // What the terminal was opened for leads the session.
    if session == group || parent == 0 {
        return Some(false);
    }
    let [_, parents_group, parents_session] = relations(&parent.to_string())?;
    // A parent in the same group is a script, which a shell waits for in turn. The first process of a
    // container may be no shell, but one that starts what the container is for: a shell with jobs
    // ignores what would stop itself.
    let is_shell = || {
        let status = std::fs::read_to_string(processes.join("1/status")).ok()?;
        let ignored = status
            .lines()
            .find_map(|line| line.strip_prefix("SigIgn:"))?;
        let ignored = u64::from_str_radix(ignored.trim(), 16).ok()?;
        let stop = rustix::process::Signal::TSTP.as_raw();
        Some(ignored & 1 << (stop - 1) != 0)
    };
    let may_be_shell = parent != 1 || is_shell().unwrap_or(false);
    Some(parents_group == group || parents_session == session && may_be_shell)
}

/// Whether a shell waits for this job, to continue it once it has stopped. Where whosin is what the
/// terminal was opened for (`xterm -e`, `ssh -t host whosin`) nobody does.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn can_stop() -> bool {
    use rustix::process::{getpgid, getpgrp, getppid, getsid};
    let (Ok(session), group) = (getsid(None), getpgrp()) else {
        return false;
    };
    // What the terminal was opened for leads the session.
    if session == group {
        return false;
    }
    // A parent in the same group is a script, which a shell waits for in turn.
    let parent = getppid();
    parent.is_some_and(|parent| {
        getpgid(Some(parent)) == Ok(group) || getsid(Some(parent)) == Ok(session)
    })
}

/// No shell has jobs.
#[cfg(not(unix))]
pub fn can_stop() -> bool {
    false
}

/// No such signal comes.
#[cfg(not(unix))]
pub struct JobEvents;

#[cfg(not(unix))]
impl JobEvents {
    /// Begins to hear nothing.
    ///
    /// # Errors
    /// None.
    pub fn new() -> io::Result<JobEvents> {
        Ok(JobEvents)
    }

    /// Waits for ever.
    pub async fn next(&mut self) -> JobEvent {
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
