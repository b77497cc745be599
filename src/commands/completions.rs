//! What makes shells complete the command line.

use clap::CommandFactory;
use clap_complete::CompleteEnv;
use clap_complete::env::Shells;

use super::{CommandError, output};
use crate::cli::{Cli, Exit};

/// By this variable a shell asks what a word may go on to.
const VARIABLE: &str = "WHOSIN_COMPLETE";
const NAME: &str = "whosin";

/// Prints the script for a shell. The parser has seen to it that it is a known one.
pub fn completions(shell: &str) -> Result<Exit, CommandError> {
    let mut script = Vec::new();
    if let Some(shell) = Shells::builtins().completer(shell) {
        shell
            .write_registration(VARIABLE, NAME, NAME, NAME, &mut script)
            .map_err(|error| CommandError::Io("cannot print", error))?;
    }
    output::print_exactly(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// Where a shell asks, answers it and ends; else nothing.
pub fn answer_shell() {
    CompleteEnv::with_factory(Cli::command)
        .var(VARIABLE)
        .bin(NAME)
        .completer(NAME)
        .complete();
}
