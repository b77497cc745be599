//! Whose state has changed lately, and what happened while nobody was at the desk.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};

use super::{Board, Entry, Standing};
use crate::presence::Availability;

/// So long after it a change is walked to by key.
const LATELY: SignedDuration = SignedDuration::from_mins(1);
/// Who touches nothing for so long is away from the desk.
const ABSENT: SignedDuration = SignedDuration::from_mins(5);
/// What happened is listed for so long, or for as long as nobody was there.
const LISTED: SignedDuration = SignedDuration::from_hours(1);
/// The most that is listed: nobody reads further.
const MOST: usize = 200;

/// One change of somebody's state, as the board saw it.
#[derive(Clone, Copy, Debug)]
pub struct Happening<'a> {
    /// When.
    pub at: Timestamp,
    /// Whose.
    pub entry: &'a Entry,
    /// The availability before.
    pub before: Availability,
    /// The availability since.
    pub since: Availability,
    /// Whether it is so still, by a fresh state.
    pub is_still_so: bool,
}

impl Board {
    /// The changes of the last hour, or since somebody was last at the desk, the latest first: at most
    /// 200.
    pub fn what_happened(&self, now: Timestamp) -> Vec<Happening<'_>> {
        let from = now.checked_sub(LISTED).unwrap_or(Timestamp::MIN);
        let from = self.absent_since.map_or(from, |since| since.min(from));
        let entries = self.entries();
        let mut happenings: Vec<_> = entries
            .flat_map(|entry| self.happenings(entry, from, now))
            .collect();
        happenings.sort_by_key(|happening| Reverse(happening.at));
        happenings.truncate(MOST);
        happenings
    }

    /// Since when nobody was at the desk, the last time that somebody came back to it.
    pub fn absent_since(&self) -> Option<Timestamp> {
        self.absent_since
    }

    /// What happened to one contact after `from`, the latest first.
    fn happenings<'a>(
        &self,
        entry: &'a Entry,
        from: Timestamp,
        now: Timestamp,
    ) -> impl Iterator<Item = Happening<'a>> + use<'a> {
        let is_fresh = self.standing(entry, now) == Standing::Fresh;
        let changes = entry.timeline.changes();
        let newest = changes.len().saturating_sub(1);
        let recent = changes.iter().enumerate().rev();
        let recent = recent.take_while(move |(_, (at, _))| *at > from);
        recent.filter_map(move |(place, &(at, since))| {
            let since = since?;
            // Times in which nothing is known are no states.
            let before = changes[..place]
                .iter()
                .rev()
                .find_map(|(_, state)| *state)?;
            (before != since).then_some(Happening {
                at,
                entry,
                before,
                since,
                is_still_so: is_fresh && place == newest,
            })
        })
    }

    /// Puts the cursor on whoever changed last; from there on the one before, round and round.
    pub(super) fn go_to_changed(&mut self, now: Timestamp) {
        let lately = |entry: &&Entry| entry.changed.is_some_and(|at| now < at + LATELY);
        let mut changed: Vec<&Entry> = self.entries().filter(lately).collect();
        changed.sort_by_key(|entry| Reverse(entry.changed));
        let here = changed.iter().position(|entry| self.is_selected(entry));
        let next = here.map_or(0, |here| (here + 1) % changed.len());
        match changed.get(next).map(|entry| entry.id()) {
            Some(id) => self.go_to(id, now),
            None => self.show_notice("Nobody has changed in the last minute".into(), now),
        }
    }

    /// The user's hand moves. Where it did not for a while, says how much happened meanwhile; not on a
    /// wall, where no key lists it.
    pub(super) fn come_back(&mut self, now: Timestamp) {
        if self.is_on_a_wall() || now < self.touched + ABSENT {
            return;
        }
        self.absent_since = Some(self.touched);
        let since = self.touched;
        let entries = self.entries();
        let happened = entries.filter(|entry| self.happenings(entry, since, now).next().is_some());
        match happened.count() {
            0 => {}
            1 => self.show_notice(
                "One person changed while you were away: L shows it".into(),
                now,
            ),
            count => {
                let words = format!("{count} people changed while you were away: L lists them");
                self.show_notice(words, now);
            }
        }
    }
}
