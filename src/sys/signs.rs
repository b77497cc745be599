//! Signs that the machine was asleep or that its addresses changed.
//!
//! A timer alone shows neither: the clock that timers go by stands while a machine sleeps. Linux
//! tells both without being asked time and again; elsewhere they are looked for.

use std::time::Duration;

/// How often signs are looked for where the system sends none.
const LOOK: Duration = Duration::from_secs(1);

/// Signs that come from now on. The first is there at once, for there may have been some before.
#[derive(Debug)]
pub struct Signs {
    is_first: bool,
    source: Source,
}

#[derive(Debug)]
enum Source {
    /// The system sends them.
    #[cfg(target_os = "linux")]
    Sent(linux::Sent),
    /// They are looked for.
    LookedFor,
}

impl Signs {
    /// Begins to hear signs, within a runtime of tokio.
    pub fn new() -> Signs {
        Signs {
            is_first: true,
            source: Source::new(),
        }
    }

    /// Waits until there is reason to look whether the machine was asleep or is in another network.
    /// Nothing is lost when the waiting is given up and begun again.
    pub async fn next(&mut self) {
        if std::mem::take(&mut self.is_first) {
            return;
        }
        match &self.source {
            #[cfg(target_os = "linux")]
            Source::Sent(sent) => sent.next().await,
            Source::LookedFor => tokio::time::sleep(LOOK).await,
        }
    }
}

impl Default for Signs {
    fn default() -> Signs {
        Signs::new()
    }
}

impl Source {
    #[cfg(target_os = "linux")]
    fn new() -> Source {
        match linux::Sent::new() {
            Ok(sent) => Source::Sent(sent),
            // A sandbox may keep them away.
            Err(error) => {
                tracing::info!(%error, "looking for signs of sleep every second");
                Source::LookedFor
            }
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn new() -> Source {
        Source::LookedFor
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};

    use rustix::net::netlink::SocketAddrNetlink;
    use rustix::net::{AddressFamily, SocketFlags, SocketType};
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::net::unix::pipe::Receiver;

    /// Links, addresses and routes of both kinds (`RTMGRP_…` of rtnetlink(7)).
    const GROUPS: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;
    /// Further away than anybody waits, in seconds since 1970.
    const NEVER: i64 = 1 << 34;

    /// What the kernel sends.
    #[derive(Debug)]
    pub struct Sent {
        /// A timer that is cancelled when the clock is set; waking up sets it (timerfd_create(2)).
        clock: Receiver,
        /// Where changes of addresses and routes come in.
        network: Receiver,
    }

    impl Sent {
        pub fn new() -> io::Result<Sent> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let clock = timerfd_create(TimerfdClockId::Realtime, flags)?;
            arm(&clock)?;
            // Of the kinds of netlink, that of routes is the one without a number.
            let network = rustix::net::socket_with(
                AddressFamily::NETLINK,
                SocketType::RAW,
                SocketFlags::NONBLOCK | SocketFlags::CLOEXEC,
                None,
            )?;
            rustix::net::bind(&network, &SocketAddrNetlink::new(0, GROUPS))?;
            Ok(Sent {
                clock: receiver(clock)?,
                network: receiver(network)?,
            })
        }

        /// Waits for either.
        pub async fn next(&self) {
            tokio::select! {
                () = each(&self.clock) => {
                    // Where it cannot be, the changes of the network go on.
                    let _ = arm(&self.clock);
                }
                () = each(&self.network) => {}
            }
        }
    }

    /// What can be waited for and read, though it is no pipe.
    fn receiver(from: OwnedFd) -> io::Result<Receiver> {
        Receiver::from_file_unchecked(File::from(from))
    }

    /// Sets the timer anew.
    fn arm(clock: &impl AsFd) -> rustix::io::Result<()> {
        let at = |seconds| Timespec {
            tv_sec: seconds,
            tv_nsec: 0,
        };
        let never = Itimerspec {
            it_interval: at(0),
            it_value: at(NEVER),
        };
        let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
        timerfd_settime(clock, flags, &never).map(drop)
    }

    /// Waits until there is something to read, and reads all that is there: it says nothing more. A
    /// cancelled timer is read as an error, and so are more messages than the kernel keeps.
    async fn each(from: &Receiver) {
        if from.readable().await.is_err() {
            return std::future::pending().await;
        }
        while from.try_read(&mut [0; 256]).is_ok_and(|length| length > 0) {}
    }
}
