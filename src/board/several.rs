//! The states of somebody who has several addresses, taken together: the most available one shows.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Trouble;
use super::shift::shift;
use crate::link::{Outcome, Report};
use crate::presence::{Address, Availability, Presence};

/// The last report of each address of a contact that has several.
#[derive(Clone, Debug, Default)]
pub struct Several(Vec<Report>);

impl Several {
    /// The last report of each address, in the order in which they came first.
    pub fn reports(&self) -> &[Report] {
        &self.0
    }

    /// The clock was set by so much.
    pub(super) fn shift(&mut self, by: SignedDuration) {
        let times = self.0.iter_mut().map(|report| &mut report.at);
        times.for_each(|time| shift(time, by));
    }

    /// Takes in the report of one of these addresses. Returns what they say together, once each of
    /// them was reported of.
    pub(super) fn hear(&mut self, report: &Report, addresses: &[Address]) -> Option<Together> {
        self.0.retain(|known| addresses.contains(&known.address));
        match self
            .0
            .iter_mut()
            .find(|known| known.address == report.address)
        {
            Some(known) => *known = report.clone(),
            None => self.0.push(report.clone()),
        }
        if self.0.len() < addresses.len() {
            return None;
        }
        let states = self
            .0
            .iter()
            .map(|report| (Trouble::or_state(report), report));
        let best = states
            .clone()
            .filter_map(|(state, report)| Some((state.ok()?.availability, report)));
        let best = best.min_by_key(|(availability, _)| *availability);
        let mut silent = states.filter_map(|(state, report)| Some((state.err()?, report.at)));
        Some(match (best, silent.next()) {
            (Some((_, best)), None) => Together::Reported(best.clone()),
            // Nothing that is silent could be more available.
            (Some((Availability::Available, best)), Some(_)) => Together::Reported(best.clone()),
            (Some((_, best)), Some((trouble, at))) => Together::Doubted(best.clone(), trouble, at),
            (None, _) => Together::Reported(report.clone()),
        })
    }
}

/// What the reports of several addresses say of their owner.
pub(super) enum Together {
    /// This one counts.
    Reported(Report),
    /// This one would count, but another gave no state, for this reason and at this time, and may be
    /// more available.
    Doubted(Report, Trouble, Timestamp),
}

impl Trouble {
    /// The state that a report gives, or why it gives none.
    pub(super) fn or_state(report: &Report) -> Result<&Arc<Presence>, Trouble> {
        match &report.outcome {
            Outcome::Answered(presence) => Ok(presence),
            Outcome::NotAnswered => Err(Trouble::NotAnswered),
            Outcome::Refused(words) => Err(Trouble::Refused(words.clone())),
            Outcome::Unreadable(words) => Err(Trouble::Unreadable(words.clone())),
        }
    }
}
