//! Parses the command line, runs the command, ends with its exit code.

use std::process::ExitCode;

use whosin::cli::Cli;
use whosin::commands;

fn main() -> ExitCode {
    commands::report_panics();
    commands::answer_shell();
    let cli = Cli::of_process().unwrap_or_else(|error| commands::refuse(&error));
    // One thread: the board waits far more than it works.
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            commands::complain(format_args!("whosin: cannot start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(commands::run(cli));
    // A name look-up that nobody waits for any more must not hold the exit up.
    runtime.shutdown_background();
    match ended {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => {
            commands::complain(format_args!("whosin: {error}"));
            ExitCode::from(error.exit() as u8)
        }
    }
}
