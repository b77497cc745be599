//! The command lines of those who look on: asking once, the status bar, waiting, watching.

use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};
use clap_complete::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

use super::who::{Whom, complete_contact, complete_group};
use crate::settings::values::duration;

/// Asking once.
#[derive(Debug, Args)]
pub struct Status {
    /// Whom to ask for.
    #[command(flatten)]
    pub whom: Whom,
    /// Print JSON (schema 1)
    #[arg(long)]
    pub json: bool,
    /// Print nothing: the exit code tells whether anyone of them is available
    #[arg(short, long)]
    pub quiet: bool,
    /// Take what a board knows or knew, without asking the server; old states count as nobody's
    #[arg(long)]
    pub cached: bool,
}

/// One line for a status bar.
#[derive(Debug, Args)]
pub struct Bar {
    /// Whom to show: those who are named by name, else counts.
    #[command(flatten)]
    pub whom: Whom,
    /// How old what a board left may be before the server is asked [default: 30s, or twice the
    /// interval of the board]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub max_age: Option<Duration>,
    /// Colour what is shown, by the theme
    #[arg(long)]
    pub colors: bool,
    /// Text with fields in braces, or 'waybar' (JSON) or 'polybar'
    #[arg(
        long,
        value_name = "FORMAT",
        add = ArgValueCandidates::new(|| ["waybar", "polybar"].map(CompletionCandidate::new).into())
    )]
    pub format: Option<String>,
}

/// Waiting for a contact.
#[derive(Debug, Args)]
pub struct Wait {
    /// Whom to wait for: a name or address; of several whoever is first
    #[arg(
        id = "who",
        required_unless_present = "whose",
        value_name = "CONTACT",
        add = ArgValueCompleter::new(complete_contact)
    )]
    pub contacts: Vec<String>,
    /// Wait for whoever is first in this group of the contact book; may be given several times
    #[arg(
        id = "whose",
        long = "group",
        value_name = "GROUP",
        add = ArgValueCompleter::new(complete_group)
    )]
    pub groups: Vec<String>,
    /// What for; several with commas between
    #[arg(
        long = "for",
        value_enum,
        value_name = "STATE",
        value_delimiter = ',',
        default_value = "available"
    )]
    pub goals: Vec<Goal>,
    /// How long at most, such as 90s, 30m or 2h [default: for ever]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Print nothing: the exit code tells
    #[arg(short, long)]
    pub quiet: bool,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Goal {
    /// Free
    #[value(alias = "free")]
    Available,
    /// Not at the desk
    Away,
    /// On the phone, in a meeting and the like
    Busy,
    /// Not to be disturbed
    Dnd,
    /// Signed out
    #[value(alias = "offline")]
    Unavailable,
    /// Any other state than at first
    Changed,
}

/// Watching contacts.
#[derive(Debug, Args)]
pub struct Watch {
    /// Whom to watch.
    #[command(flatten)]
    pub whom: Whom,
    /// No colours, no icons, no columns, also on a terminal
    #[arg(long)]
    pub plain: bool,
    /// Print one JSON object a line (schema 1)
    #[arg(long, conflicts_with = "plain")]
    pub json: bool,
    /// Run this for each change: the rest of the line is the program and its arguments, with {name},
    /// {address}, {user}, {number}, {mobile}, {group}, {state} and {activity} in them
    #[arg(
        long,
        value_names = ["PROGRAM", "ARGUMENT"],
        num_args = 1..,
        allow_hyphen_values = true,
        value_hint = ValueHint::CommandName
    )]
    pub exec: Vec<String>,
}
