use crate::sys::signals::End;

/// How the program ends. The numbers are a contract with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// The command line or the settings are wrong.
    Usage = 2,
    /// A sign-in was refused.
    Refused = 3,
    /// The server was not reached.
    NotReached = 4,
    /// Nobody of those asked for is available, or got there in time.
    Nobody = 5,
    /// The terminal was gone, as shells count it.
    HungUp = 129,
    /// Ended by Ctrl-C, as shells count it.
    Interrupted = 130,
    /// Ended by the signal to do so.
    Terminated = 143,
}

impl From<End> for Exit {
    fn from(end: End) -> Exit {
        match end {
            End::Interrupt => Exit::Interrupted,
            End::Terminate => Exit::Terminated,
            End::HangUp => Exit::HungUp,
        }
    }
}

impl Exit {
    /// Each with what it means, for the manual.
    pub const MEANINGS: [(Exit, &'static str); 9] = [
        (Exit::Done, "done"),
        (Exit::Failed, "failed"),
        (Exit::Usage, "the command line or the settings are wrong"),
        (Exit::Refused, "a sign-in was refused"),
        (Exit::NotReached, "the server was not reached"),
        (
            Exit::Nobody,
            "nobody of those asked for is available, or got there in time",
        ),
        (Exit::HungUp, "the terminal was gone"),
        (Exit::Interrupted, "ended by Ctrl-C"),
        (Exit::Terminated, "ended by a signal"),
    ];
}
