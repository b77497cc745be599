//! The command line of the own presence.

use std::time::Duration;

use clap::Args;
use clap_complete::{ArgValueCandidates, CompletionCandidate};

use crate::link::OwnPresence;
use crate::settings::values::duration;

/// Another word for being available: what was set goes.
const CLEAR: &str = "clear";

/// Setting the own presence.
#[derive(Debug, Args)]
pub struct Set {
    /// available (or clear: phone and calendar decide again), away, busy, dnd, or vacation
    #[arg(
        value_parser = own_presence,
        add = ArgValueCandidates::new(|| {
            let names = OwnPresence::ALL.into_iter().map(OwnPresence::name);
            names.chain([CLEAR]).map(CompletionCandidate::new).collect()
        })
    )]
    pub state: OwnPresence,
    /// For how long [default: a day]
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub time: Option<Duration>,
    /// Stay until then, and keep it on servers that forget it with the session
    #[arg(long)]
    pub wait: bool,
}

/// Reads an own presence by its name; `clear` is available.
fn own_presence(text: &str) -> Result<OwnPresence, String> {
    let named = |own: &OwnPresence| own.name() == text;
    match OwnPresence::ALL.into_iter().find(named) {
        Some(own) => Ok(own),
        None if text == CLEAR => Ok(OwnPresence::Available),
        None => Err("write available, away, busy, dnd, vacation, or clear".into()),
    }
}
