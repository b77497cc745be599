//! Core dumps: the memory of a process that crashed, passwords and session keys with it.

/// Lets the process leave none, and keeps its memory and environment from other processes of the
/// user where the system can (Linux). Where that fails all else works.
#[cfg(unix)]
pub fn forbid() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let maximum = getrlimit(Resource::Core).maximum;
    let none = Rlimit {
        current: Some(0),
        maximum,
    };
    let _ = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// Windows keeps small dumps only, where it is asked to: there is nothing to forbid.
#[cfg(not(unix))]
pub fn forbid() {}
