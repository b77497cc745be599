//! Runs a program that ends with whoever wanted it: also where that one is killed, and can end nothing.

use std::ffi::OsString;
use std::io;
use std::process::Stdio;

use tokio::process::Command;
use tokio::sync::oneshot;

use super::CommandError;
use crate::cli::Exit;
use crate::sys::child;
use crate::sys::signals::Signals;

/// Runs it until it ends, standard input ends, or a signal comes.
pub async fn tether(program: &[OsString]) -> Result<Exit, CommandError> {
    // A signal to all processes of a terminal must not end this one alone.
    let signals = Signals::new();
    let mut signals =
        signals.map_err(|error| CommandError::Io("signals cannot be received", error))?;
    let (name, arguments) = program.split_first().expect("the command line demands one");
    let mut running = Command::from(child::command(name))
        .args(arguments)
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| CommandError::Io("the program does not start", error))?;
    tokio::select! {
        _ = running.wait() => {}
        () = end_of_input() => {}
        _ = signals.next() => {}
    }
    // One that is gone already is ended.
    let _ = running.kill().await;
    Ok(Exit::Done)
}

/// Waits until nobody holds the other end of standard input any more.
async fn end_of_input() {
    let (sender, ended) = oneshot::channel();
    std::thread::spawn(move || {
        // An input that cannot be read has ended, too.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = sender.send(());
    });
    let _ = ended.await;
}
