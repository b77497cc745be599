//! The command line of the directory.

use clap::Args;

/// Searching the company's directory.
#[derive(Debug, Args)]
pub struct Search {
    /// The beginnings of a name, in either order, or a number
    #[arg(required = true, value_name = "WORDS")]
    pub words: Vec<String>,
    /// Print JSON (schema 1)
    #[arg(long)]
    pub json: bool,
}
