//! Waits until a contact gets there.

use std::time::Duration;

use tokio::time::Instant;

use super::answers::chosen;
use super::output::{complain, print};
use super::watcher::{Event, Watcher, clock};
use super::{CommandError, load};
use crate::board::Entry;
use crate::cli::{Exit, Goal, Options, Wait, Whom};
use crate::feed::Update;
use crate::link::{LinkState, Outcome, Problem, Report};
use crate::presence::{Availability, Presence, clean};
use crate::tui::lower_first;

/// Waits, prints who got there and when, and ends.
pub async fn wait(options: &Options, wait: &Wait) -> Result<Exit, CommandError> {
    let settings = load(options)?;
    let whom = Whom {
        contacts: wait.contacts.clone(),
        groups: wait.groups.clone(),
    };
    let wanted = chosen(&whom, &settings)?;
    let watcher = Watcher::start(&settings, wanted).await?;
    let mut waiting = Waiting {
        watcher,
        goals: &wait.goals,
        quiet: wait.quiet,
        trouble: None,
        answered: false,
    };
    let end = wait.timeout.map(|timeout| Instant::now() + timeout);
    let ended = waiting.until(end).await;
    waiting.watcher.leave().await;
    ended
}

struct Waiting<'a> {
    watcher: Watcher,
    goals: &'a [Goal],
    quiet: bool,
    /// The trouble that is not over, as it is now.
    trouble: Option<Problem>,
    /// Whether the server ever answered.
    answered: bool,
}

impl Waiting<'_> {
    async fn until(&mut self, end: Option<Instant>) -> Result<Exit, CommandError> {
        // Far enough away to be never.
        let never = || Instant::now() + Duration::from_secs(86_400 * 365);
        let time_is_up = tokio::time::sleep_until(end.unwrap_or_else(never));
        let mut time_is_up = std::pin::pin!(time_is_up);
        loop {
            let event = tokio::select! {
                event = self.watcher.next() => event,
                () = &mut time_is_up => return self.time_is_up(),
            };
            match event {
                Event::End(exit) => return Ok(exit),
                // Notices are about a presence that was set here: nobody did.
                Event::Update(Update::Notice(_) | Update::NewHost(_)) => {}
                Event::Update(Update::ClockSet(by)) => self.watcher.roster.shift(by),
                Event::Update(Update::Reports(reports)) => {
                    self.answered = true;
                    for report in &reports {
                        if let Some(line) = self.arrived(report) {
                            if !self.quiet {
                                print(&line)?;
                            }
                            return Ok(Exit::Done);
                        }
                    }
                    self.refused(&reports)?;
                }
                Event::Update(Update::Link(link)) => {
                    let shown = self.link(&link.state);
                    self.watcher.roster.set_link(link, jiff::Timestamp::now());
                    shown?;
                }
            }
        }
    }

    fn time_is_up(&mut self) -> Result<Exit, CommandError> {
        match self.trouble.take() {
            Some(problem) if !self.answered => {
                Err(CommandError::Server(Box::new(problem), Exit::NotReached))
            }
            _ => Ok(Exit::Nobody),
        }
    }

    /// The line to print, where this report says that somebody got there. A report is news of now:
    /// nothing that is stale comes here.
    fn arrived(&mut self, report: &Report) -> Option<String> {
        let changed = self.watcher.roster.learn(report);
        let Outcome::Answered(presence) = &report.outcome else {
            return None;
        };
        let entry = self.watcher.roster.entry(&report.address)?;
        let is_there = |goal: &Goal| match availability(*goal) {
            Some(wanted) => presence.availability == wanted,
            None => changed,
        };
        self.goals
            .iter()
            .any(is_there)
            .then(|| line(report, entry, presence))
    }

    /// The server takes none of those who are waited for: nothing will ever come.
    fn refused(&self, reports: &[Report]) -> Result<(), CommandError> {
        let is_refused =
            |entry: &Entry| matches!(entry.trouble, Some(crate::board::Trouble::Refused(_)));
        let words = reports.iter().find_map(|report| match &report.outcome {
            Outcome::Refused(words) => Some(format!("{} is refused: {words}", report.address)),
            _ => None,
        });
        match words {
            Some(what) if self.watcher.roster.entries().iter().all(is_refused) => {
                let advice = "Is the address right?".into();
                let problem = Problem { what, advice };
                Err(CommandError::Server(Box::new(problem), Exit::Failed))
            }
            _ => Ok(()),
        }
    }

    /// Trouble that passes is printed once; a refusal ends the waiting.
    fn link(&mut self, state: &LinkState) -> Result<(), CommandError> {
        match state {
            LinkState::Up => self.trouble = None,
            LinkState::SigningIn => {}
            LinkState::Trouble { problem, .. } => {
                // Once, however its words change from try to try.
                if self.trouble.is_none() && !self.quiet {
                    let (what, advice) = (&problem.what, &problem.advice);
                    complain(format_args!("whosin: {what}. {advice} Still waiting."));
                }
                self.trouble = Some(problem.clone());
            }
            LinkState::Refused { problem, .. } => {
                let problem = Box::new(problem.clone());
                return Err(CommandError::Server(problem, Exit::Refused));
            }
        }
        Ok(())
    }
}

/// The state that a goal names; `None` for any change.
fn availability(goal: Goal) -> Option<Availability> {
    Some(match goal {
        Goal::Available => Availability::Available,
        Goal::Away => Availability::Away,
        Goal::Busy => Availability::Busy,
        Goal::Dnd => Availability::Dnd,
        Goal::Unavailable => Availability::Unavailable,
        Goal::Changed => return None,
    })
}

fn line(report: &Report, entry: &Entry, presence: &Presence) -> String {
    let (name, label) = (clean(entry.name()), clean(presence.label()));
    format!("{}  {name}  {}\n", clock(report.at), lower_first(&label))
}
