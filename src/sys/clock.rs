//! A clock that nobody sets.

use std::time::Duration;

/// How long the machine has been up, with the time that it slept; `None` where the system has no such
/// clock to ask.
#[cfg(target_os = "linux")]
pub fn uptime() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).ok()?;
    Some(Duration::new(seconds, u32::try_from(time.tv_nsec).ok()?))
}

/// How long the machine has been up, with the time that it slept; `None` where the system has no such
/// clock to ask.
#[cfg(not(target_os = "linux"))]
pub fn uptime() -> Option<Duration> {
    None
}
