//! The shell of the system, which runs a line that the user wrote into the settings.

use tokio::process::Command;

use super::child;

/// The editor that every such system has.
#[cfg(not(windows))]
pub const EDITOR: &str = "vi";

/// The editor that every such system has.
#[cfg(windows)]
pub const EDITOR: &str = "notepad";

/// The line, to be run by `sh`.
#[cfg(not(windows))]
pub fn command(line: &str) -> Command {
    let mut shell = Command::from(child::command("sh"));
    shell.arg("-c").arg(line);
    shell
}

/// The line, to be run by `cmd`.
#[cfg(windows)]
pub fn command(line: &str) -> Command {
    let mut shell = Command::from(child::command("cmd"));
    // /D: without what the registry says is run first. /S: only the outer quotes are taken off,
    // so that the line comes through as it was written.
    shell
        .args(["/D", "/S", "/C"])
        .raw_arg(format!("\"{line}\""));
    shell
}
