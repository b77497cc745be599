use jiff::{SignedDuration, Timestamp};

use crate::presence::Availability;

/// How many changes are kept of one contact: bounded, for a board stays open for weeks.
const KEPT: usize = 256;

/// The states of one contact over the last day: each with the time from which it was seen.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    changes: Vec<(Timestamp, Availability)>,
    last_seen: Option<Timestamp>,
}

impl Timeline {
    /// Notes that `availability` was seen `at`. Times that go backwards are ignored.
    pub fn add(&mut self, at: Timestamp, availability: Availability) {
        if self.last_seen.is_some_and(|last| at < last) {
            return;
        }
        self.last_seen = Some(at);
        if self
            .changes
            .last()
            .is_none_or(|&(_, last)| last != availability)
        {
            let day_ago = at - SignedDuration::from_hours(24);
            let old = self
                .changes
                .iter()
                .skip(1)
                .take_while(|change| change.0 < day_ago)
                .count();
            let over = (self.changes.len() + 1).saturating_sub(KEPT);
            self.changes.drain(..old.max(over));
            self.changes.push((at, availability));
        }
    }

    /// The states over `cells` equal parts of the time from `start` to `end`: in each the one that
    /// lasted longest, `None` where nothing was seen.
    pub fn cells(
        &self,
        start: Timestamp,
        end: Timestamp,
        cells: usize,
    ) -> Vec<Option<Availability>> {
        let whole = (end.as_millisecond() - start.as_millisecond()).max(1);
        let edge = |cell: usize| start.as_millisecond() + whole * cell as i64 / cells.max(1) as i64;
        (0..cells)
            .map(|cell| self.longest(edge(cell), edge(cell + 1)))
            .collect()
    }

    fn longest(&self, from: i64, to: i64) -> Option<Availability> {
        let last_seen = self.last_seen?.as_millisecond();
        let mut best: Option<(i64, Availability)> = None;
        for (at, &(begin, availability)) in self.changes.iter().enumerate() {
            let end = self
                .changes
                .get(at + 1)
                .map_or(last_seen + 1, |next| next.0.as_millisecond());
            let lasted = end.min(to) - begin.as_millisecond().max(from);
            if lasted > 0 && best.is_none_or(|(longest, _)| lasted > longest) {
                best = Some((lasted, availability));
            }
        }
        best.map(|(_, availability)| availability)
    }

    /// The changes that are kept, the oldest first.
    pub fn changes(&self) -> &[(Timestamp, Availability)] {
        &self.changes
    }
}
