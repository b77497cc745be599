use jiff::{SignedDuration, Timestamp};

use super::shift::shift;
use crate::presence::Availability;

/// How many changes are kept of one contact: bounded, for a board stays open for weeks.
pub const KEPT: usize = 256;
/// How long changes are kept.
pub const DAY: SignedDuration = SignedDuration::from_hours(24);

/// From when on a contact was in a state; `None`: nobody looked on, or nothing was sure.
pub type Change = (Timestamp, Option<Availability>);

/// The states of one contact over the last day, each with the time from which it was seen, and the
/// times in which nothing is known of it.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    changes: Vec<Change>,
    noted: u64,
}

impl Timeline {
    /// The clock was set by so much.
    pub(super) fn shift(&mut self, by: SignedDuration) {
        let times = self.changes.iter_mut().map(|(at, _)| at);
        times.for_each(|time| shift(time, by));
    }

    /// Notes that `availability` was seen `at`. Times that go backwards are ignored.
    pub fn add(&mut self, at: Timestamp, availability: Availability) {
        self.note(at, Some(availability));
    }

    /// Notes that from `at` on nothing is known.
    pub fn lose(&mut self, at: Timestamp) {
        if self.is_watched() {
            self.note(at, None);
        }
    }

    fn note(&mut self, at: Timestamp, state: Option<Availability>) {
        if let Some(&(last, before)) = self.changes.last()
            && (at < last || before == state)
        {
            return;
        }
        let day_ago = at - DAY;
        let later = self.changes.iter().skip(1);
        let old = later.take_while(|change| change.0 < day_ago).count();
        let over = (self.changes.len() + 1).saturating_sub(KEPT);
        self.changes.drain(..old.max(over));
        if self.changes.is_empty() {
            // Most contacts have one for hours, and there are thousands of them.
            self.changes.reserve_exact(1);
        }
        self.changes.push((at, state));
        self.noted += 1;
    }

    /// Puts what an earlier run saw before what this one saw. What it saw last lasted until `end`.
    pub fn precede(&mut self, earlier: Vec<Change>, end: Timestamp) {
        let later = std::mem::take(self);
        for (at, state) in earlier {
            self.note(at, state);
        }
        // What is remembered is only so exact; the end is never before the last change.
        self.lose(self.changes.last().map_or(end, |last| end.max(last.0)));
        // Anything else would have the first state of this run begin in that one.
        let last = self.changes.last().map(|change| change.0);
        for (at, state) in later.changes {
            self.note(last.map_or(at, |last| at.max(last)), state);
        }
    }

    /// The states over `cells` equal parts of the time from `start` to `end`: in each the one that
    /// lasted longest, `None` where nothing was known. The last state holds until `known_until`.
    pub fn cells(
        &self,
        start: Timestamp,
        end: Timestamp,
        known_until: Timestamp,
        cells: usize,
    ) -> Vec<Option<Availability>> {
        let whole = (end.as_millisecond() - start.as_millisecond()).max(1);
        let edge = |cell: usize| start.as_millisecond() + whole * cell as i64 / cells.max(1) as i64;
        let known_until = known_until.as_millisecond();
        (0..cells)
            .map(|cell| self.longest(edge(cell), edge(cell + 1), known_until))
            .collect()
    }

    fn longest(&self, from: i64, to: i64, known_until: i64) -> Option<Availability> {
        let mut best: Option<(i64, Availability)> = None;
        for (at, &(begin, state)) in self.changes.iter().enumerate() {
            let next = self.changes.get(at + 1);
            // What was seen just now has to show, too.
            let just_now = begin.as_millisecond() + 1;
            let end = next.map_or(known_until.max(just_now), |next| next.0.as_millisecond());
            let lasted = end.min(to) - begin.as_millisecond().max(from);
            if let Some(availability) = state
                && lasted > 0
                && best.is_none_or(|(longest, _)| lasted > longest)
            {
                best = Some((lasted, availability));
            }
        }
        best.map(|(_, availability)| availability)
    }

    /// The changes that are kept, the oldest first.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether the last state is still looked at.
    pub fn is_watched(&self) -> bool {
        self.changes.last().is_some_and(|change| change.1.is_some())
    }

    /// How many changes were ever noted.
    pub fn noted(&self) -> u64 {
        self.noted
    }

    /// The changes that came after so many; only those that are still kept.
    pub fn after(&self, noted: u64) -> &[Change] {
        let new = self.noted.saturating_sub(noted);
        let new = usize::try_from(new).unwrap_or(usize::MAX);
        &self.changes[self.changes.len().saturating_sub(new)..]
    }
}
