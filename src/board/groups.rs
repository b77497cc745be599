//! Groups that are folded and unfolded.

use jiff::Timestamp;

use super::{Board, Heading};

impl Board {
    pub(super) fn fold(&mut self, heading: Heading, now: Timestamp) {
        if !self.folded.remove(&heading) {
            self.folded.insert(heading);
        }
        self.rearrange(now);
    }

    pub(super) fn fold_all(&mut self, now: Timestamp) {
        let sections = self.sections.iter();
        let headings: Vec<Heading> = sections.map(|section| section.heading.clone()).collect();
        if headings.iter().all(|heading| self.folded.contains(heading)) {
            self.folded.clear();
        } else {
            self.folded.extend(headings);
        }
        self.rearrange(now);
    }
}
