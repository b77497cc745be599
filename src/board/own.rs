use jiff::{SignedDuration, Timestamp};

use super::Action;
use crate::link::{OwnPresence, OwnSet};

/// What is chosen in the list of own presences, before it is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnChoice {
    at: usize,
    time: usize,
}

impl OwnChoice {
    /// The times that it can be set for, in hours: between the service's shortest and longest.
    pub const HOURS: [i64; 5] = [1, 2, 4, 8, 24];

    /// The list as it opens: at what holds.
    pub(super) fn of(set: Option<OwnSet>) -> OwnChoice {
        let is_set = |own: &OwnPresence| set.is_some_and(|set| set.own == *own);
        OwnChoice {
            at: OwnPresence::ALL.iter().position(is_set).unwrap_or(0),
            time: 0,
        }
    }

    /// The presence that is chosen.
    pub fn own(self) -> OwnPresence {
        OwnPresence::ALL[self.at]
    }

    /// For how many hours.
    pub fn hours(self) -> i64 {
        OwnChoice::HOURS[self.time]
    }

    pub(super) fn choose(&mut self, at: usize) {
        self.at = at.min(OwnPresence::ALL.len() - 1);
    }

    pub(super) fn travel(&mut self, action: Action) {
        let (last, longest) = (OwnPresence::ALL.len() - 1, OwnChoice::HOURS.len() - 1);
        match action {
            Action::Up => self.at = self.at.saturating_sub(1),
            Action::Down => self.at = (self.at + 1).min(last),
            Action::Top => self.at = 0,
            Action::Bottom => self.at = last,
            Action::Left => self.time = self.time.saturating_sub(1),
            Action::Right => self.time = (self.time + 1).min(longest),
            _ => {}
        }
    }

    /// What is set, when it is set now.
    pub(super) fn made(self, now: Timestamp) -> OwnSet {
        OwnSet {
            own: self.own(),
            until: now + SignedDuration::from_hours(self.hours()),
        }
    }
}
