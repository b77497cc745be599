//! What commands print: whatever it is made of, the terminal gets nothing that would control it.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

use super::CommandError;
use crate::cli::Exit;
use crate::presence::{clean_json, clean_lines};

/// Prints an answer after which nothing is left to do.
///
/// # Errors
/// As [`print`].
pub fn print_all(text: &str) -> Result<Exit, CommandError> {
    print(text).map(|_| Exit::Done)
}

/// Prints one line of JSON, after which nothing is left to do.
///
/// # Errors
/// As [`print`].
pub fn print_json(value: &impl Serialize) -> Result<Exit, CommandError> {
    let text = json_line(value).map_err(|error| CommandError::Io("cannot print", error.into()))?;
    print_exactly(&text).map(|_| Exit::Done)
}

/// A value as one line of JSON, with its end.
///
/// # Errors
/// Why it is none.
pub fn json_line(value: &impl Serialize) -> serde_json::Result<String> {
    let text = serde_json::to_string(value)?;
    Ok(format!("{}\n", clean_json(&text)))
}

/// Prints lines to standard output, cleaned for a terminal. Whether anybody still reads.
///
/// # Errors
/// As [`print_exactly`].
pub fn print(lines: &str) -> Result<bool, CommandError> {
    print_exactly(&clean_lines(lines))
}

/// Prints to standard output what goes into a file, or was cleaned before it was coloured. Whether
/// anybody still reads.
///
/// # Errors
/// [`CommandError::Io`] where it cannot be written; a reader who has had enough is none.
pub fn print_exactly(text: &str) -> Result<bool, CommandError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(CommandError::Io("cannot print", error)),
    }
}

/// Prints lines to standard error, cleaned for a terminal. Who closed it does not want to know.
pub fn complain(words: impl Display) {
    let words = words.to_string();
    let _ = writeln!(io::stderr(), "{}", clean_lines(&words));
}

/// Makes a panic report itself by [`complain`]: its text may quote what others wrote.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        complain(format_args!("whosin {panic}"));
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            complain(trace);
        }
    }));
}

/// Ends the program for a command line that cannot be read, or with what it asks for, such as help.
pub fn refuse(error: &clap::Error) -> ! {
    let words = error.render().to_string();
    // In colours, where nothing that was typed would reach the terminal with them.
    if crate::presence::is_clean(&words) {
        error.exit();
    }
    complain(words.trim_end());
    std::process::exit(error.exit_code());
}
