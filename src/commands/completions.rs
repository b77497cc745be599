//! What makes shells complete the command line.

use clap::CommandFactory;
use clap_complete::env::Shells;
use clap_complete::{ArgValueCandidates, CompleteEnv, CompletionCandidate};

use super::{CommandError, known_themes, load_unlogged, output};
use crate::cli::{Cli, Exit, Options};
use crate::settings::Settings;
use crate::tui::Depth;

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

/// The command line, with the themes and profiles that there are.
fn command() -> clap::Command {
    let themes = ArgValueCandidates::new(|| {
        let settings = load_unlogged(&Options::default());
        let names = settings.map(|settings| known_themes(&settings, Depth::None).names());
        let names = names.unwrap_or_default().into_iter();
        names.map(CompletionCandidate::new).collect()
    });
    let profiles = ArgValueCandidates::new(|| {
        let names = Settings::profiles().into_iter();
        names
            .map(|profile| CompletionCandidate::new(profile.to_string()))
            .collect()
    });
    Cli::command()
        .mut_arg("theme", |theme| theme.add(themes))
        .mut_arg("with", |with| with.add(profiles))
}

/// Where a shell asks, answers it and ends; else nothing.
pub fn answer_shell() {
    CompleteEnv::with_factory(command)
        .var(VARIABLE)
        .bin(NAME)
        .completer(NAME)
        .complete();
}
