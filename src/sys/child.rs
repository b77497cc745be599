//! Programs that whosin runs: the one place at which any is started, so that none gets a password.

use std::ffi::{OsStr, OsString};
use std::process::Command;

/// A program to be run, without the variables of the environment that hold passwords of whosin's.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for name in password_variables() {
        command.env_remove(name);
    }
    command
}

/// `WHOSIN_APP_PASSWORD` and its like, such as the commands that print them.
fn password_variables() -> impl Iterator<Item = OsString> {
    let names = std::env::vars_os().map(|(name, _)| name);
    names.filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("WHOSIN_") && name.contains("PASSWORD")
    })
}
