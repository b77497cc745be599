//! Running a command for a contact, by itself: it lives on when the board ends.

use std::process::Stdio;
use std::time::Duration;

use thiserror::Error;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::calling::Invocation;
use crate::presence::clean;
use crate::sys::{child, door};

/// A command that fails later than this was at work: how it ends is its own affair.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Why nothing came of a command.
#[derive(Debug, Error)]
pub enum LaunchError {
    /// The program cannot be started.
    #[error("{program} cannot be run: {error}")]
    Program {
        /// Which.
        program: String,
        /// Why.
        error: std::io::Error,
    },
    /// The program failed.
    #[error("{program} failed ({status})")]
    Failed {
        /// Which.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
    },
}

/// Runs a command. Returns when it has done its work, or is at work for longer than `patience`.
///
/// # Errors
/// [`LaunchError`] where it cannot be run, or fails at once.
pub async fn launch(invocation: &Invocation, patience: Duration) -> Result<(), LaunchError> {
    let Some((program, arguments)) = invocation.arguments.split_first() else {
        return Ok(());
    };
    let named = || clean(program);
    let mut command = Command::from(child::command(program));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    door::detach(&mut command);
    let failed = |error| LaunchError::Program {
        program: named(),
        error,
    };
    let mut child = command.spawn().map_err(failed)?;
    match tokio::time::timeout(patience, child.wait()).await {
        Ok(Ok(status)) if !status.success() => Err(LaunchError::Failed {
            program: named(),
            status,
        }),
        Ok(Err(error)) => Err(failed(error)),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}

/// Puts a text into tmux's buffer and, where tmux can hand it on, onto the clipboard of the terminal
/// behind it. Returns what was done, in words.
pub async fn copy_through_tmux(text: &str) -> String {
    let text = &clean(text);
    if load_buffer(&["load-buffer", "-w", "-"], text).await {
        return format!("Copied {text}");
    }
    // tmux before 3.2 knows no -w.
    if load_buffer(&["load-buffer", "-"], text).await {
        return format!("{text} is in tmux's buffer: prefix ] pastes it");
    }
    format!("tmux does not take a copy of {text}")
}

async fn load_buffer(arguments: &[&str], text: &str) -> bool {
    let run = async {
        let mut tmux = Command::from(child::command("tmux"));
        tmux.args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = tmux.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(text.as_bytes()).await?;
        }
        child.wait().await
    };
    let done = tokio::time::timeout(PATIENCE, run).await;
    matches!(done, Ok(Ok(status)) if status.success())
}
