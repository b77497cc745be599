//! One short line for a status bar.

mod ink;
mod line;
mod template;

use std::time::Duration;

use jiff::Timestamp;

use super::answers::{about, chosen, from_source, left_by_board};
use super::output::print;
use super::{CommandError, load, themes};
use crate::cli::{Bar, Exit, Options};
use crate::link::Problem;
use crate::memory::last_seen;
use crate::memory::snapshot::Snapshot;
use crate::settings::Settings;
use crate::tui::Depth;
pub use ink::{Dialect, Ink};
pub use line::Format as BarFormat;
use line::Format;

/// A bar waits no longer than this for the server.
const PATIENCE: Duration = Duration::from_secs(15);

/// Prints the line: from what a board left where that speaks of now, else from the server.
pub async fn tmux(options: &Options, bar: &Bar) -> Result<Exit, CommandError> {
    // A mistake in it is an error whatever the server does.
    let format = Format::read(bar.format.as_deref(), !bar.whom.contacts.is_empty())?;
    match answers(options, bar).await {
        Ok((settings, snapshot)) => {
            let themes = themes(&settings, Depth::True)?;
            let theme = bar.colors.then(|| themes.theme());
            let ink = Ink::new(Dialect::of(&format), theme, settings.icons.value);
            print(&format!(
                "{}\n",
                format.line(&snapshot, &ink, Timestamp::now())
            ))?;
            Ok(Exit::Done)
        }
        Err(error) => {
            // A bar shows the line, whatever the exit code.
            print(&format!("{}\n", format.nothing_known(&error.to_string())))?;
            Err(error)
        }
    }
}

async fn answers(options: &Options, bar: &Bar) -> Result<(Settings, Snapshot), CommandError> {
    let settings = load(options)?;
    let wanted = chosen(&bar.whom, &settings)?;
    let is_fresh = |left: &Snapshot| last_seen::is_fresh(left, bar.max_age, Timestamp::now());
    if let Some(left) = left_by_board(&settings).filter(is_fresh) {
        return Ok((settings, about(left, &wanted, true)));
    }
    let asking = tokio::time::timeout(PATIENCE, from_source(&settings, &wanted));
    let snapshot = asking.await.unwrap_or_else(|_| {
        let problem = Problem {
            what: format!("the server takes longer than {} s", PATIENCE.as_secs()),
            advice: "whosin check tells more".into(),
        };
        Err(CommandError::Server(Box::new(problem), Exit::NotReached))
    })?;
    if let Some(path) = settings
        .places
        .last_seen
        .as_deref()
        .filter(|_| bar.whom.is_everybody())
    {
        // The bar is drawn again soon: then the server need not be asked.
        let path = last_seen::place(path, &snapshot.server, &snapshot.user);
        if let Err(error) = last_seen::write(&path, &snapshot) {
            tracing::warn!(%error, "last-seen.json cannot be written");
        }
    }
    Ok((settings, snapshot))
}
