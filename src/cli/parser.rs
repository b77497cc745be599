//! The parser, and what its help shows: of a command its own options, and where the global ones are.

use clap::{Command, CommandFactory, Error, FromArgMatches};

use super::Cli;

/// Stands below the help of each command.
const ELSEWHERE: &str = "Global options, such as --server and --config: whosin --help";

/// The parser of the command line.
pub fn parser() -> Command {
    let mut command = Cli::command();
    // Only now do the commands have the global options.
    command.build();
    command.mut_subcommands(own_alone)
}

fn own_alone(command: Command) -> Command {
    let examples = command.get_after_help().map(ToString::to_string);
    let below = examples.map_or_else(
        || ELSEWHERE.into(),
        |examples| format!("{examples}\n\n{ELSEWHERE}"),
    );
    command
        .mut_args(|option| {
            let global = option.is_global_set();
            option.hide(global)
        })
        .mut_subcommands(own_alone)
        .after_help(below)
}

impl Cli {
    /// What the command line of this process says.
    ///
    /// # Errors
    /// [`Error`] with the words to print, where it asks for help or cannot be understood.
    pub fn of_process() -> Result<Cli, Error> {
        let mut parser = parser();
        let matches = parser.try_get_matches_from_mut(std::env::args_os())?;
        Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut parser))
    }
}
