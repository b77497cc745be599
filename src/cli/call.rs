//! The command line of calls.

use clap::Args;
use clap_complete::ArgValueCompleter;

use super::who::complete_contact;

/// Whom to reach, and how.
#[derive(Debug, Args)]
pub struct Call {
    /// Whom: a name or address of the contact book, or any address
    #[arg(value_name = "CONTACT", add = ArgValueCompleter::new(complete_contact))]
    pub who: String,
    /// The action, by its name [default: the one with the key c]
    #[arg(long, value_name = "NAME")]
    pub action: Option<String>,
    /// Print the program and its arguments instead of running it
    #[arg(long)]
    pub dry_run: bool,
}
