//! The states of somebody who has several addresses, taken together: the most available one shows.

use jiff::SignedDuration;

use super::Trouble;
use crate::link::{Outcome, Report};
use crate::presence::{Address, Availability};

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
        for report in &mut self.0 {
            report.at = report.at.checked_add(by).unwrap_or(report.at);
        }
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
        let best = self
            .0
            .iter()
            .filter_map(|report| Some((availability(report)?, report)));
        let best = best.min_by_key(|(availability, _)| *availability);
        let silent = self.0.iter().find(|report| availability(report).is_none());
        Some(match (best, silent) {
            (Some((_, best)), None) => Together::Answered(best.clone()),
            // Nothing that is silent could be more available.
            (Some((Availability::Available, best)), Some(_)) => Together::Answered(best.clone()),
            (Some((_, best)), Some(silent)) => Together::Doubted(best.clone(), silent.clone()),
            (None, _) => Together::Answered(report.clone()),
        })
    }
}

/// What the reports of several addresses say of their owner.
pub(super) enum Together {
    /// This one counts.
    Answered(Report),
    /// This one would count, but another gave no state, which may be more available.
    Doubted(Report, Report),
}

fn availability(report: &Report) -> Option<Availability> {
    match &report.outcome {
        Outcome::Answered(presence) => Some(presence.availability),
        Outcome::NotAnswered | Outcome::Refused(_) | Outcome::Unreadable(_) => None,
    }
}

impl Trouble {
    /// Why a report gives no state; `None` where it gives one.
    pub(super) fn of(outcome: &Outcome) -> Option<Trouble> {
        match outcome {
            Outcome::Answered(_) => None,
            Outcome::NotAnswered => Some(Trouble::NotAnswered),
            Outcome::Refused(words) => Some(Trouble::Refused(words.clone())),
            Outcome::Unreadable(words) => Some(Trouble::Unreadable(words.clone())),
        }
    }
}
