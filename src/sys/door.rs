//! The door of the desktop: the program that opens a link with whatever is registered for it.

/// The program, and the arguments before the link.
#[cfg(not(any(windows, target_os = "macos")))]
pub const DOOR: &[&str] = &["xdg-open"];

/// The program, and the arguments before the link.
#[cfg(target_os = "macos")]
pub const DOOR: &[&str] = &["open"];

/// The program, and the arguments before the link. Unlike `start` it is no shell.
#[cfg(windows)]
pub const DOOR: &[&str] = &["rundll32", "url.dll,FileProtocolHandler"];

/// Whether Cisco Jabber runs on this system.
pub const HAS_JABBER: bool = cfg!(any(windows, target_os = "macos"));

/// Keeps signals of this terminal from a command that goes on by itself.
#[cfg(unix)]
pub fn detach(command: &mut tokio::process::Command) {
    command.process_group(0);
}

/// Gives a command that goes on by itself no console of this one.
#[cfg(windows)]
pub fn detach(command: &mut tokio::process::Command) {
    /// `DETACHED_PROCESS` of CreateProcess.
    const DETACHED: u32 = 0x0000_0008;
    command.creation_flags(DETACHED);
}
