//! What time alone changes on the board, and when: notices end, ages grow, states turn stale,
//! orders settle, watches ring.

use jiff::{SignedDuration, Timestamp};

use super::{Board, Entry, Freshness, Knowledge, Order, Row, Standing, age};
use crate::link::{LinkState, Mode};

/// How long the user's hand must rest before a state order sorts anew.
const REST: SignedDuration = SignedDuration::from_secs(2);
/// How long a change of state stands out.
const CHANGE_SHOWS: SignedDuration = SignedDuration::from_secs(6);

impl Board {
    fn rearrange_when_due(&mut self, now: Timestamp) {
        let steady = self.order == Order::Name && !self.is_searched() && !self.hide_offline;
        if !steady {
            // A state that turns stale by time alone sends no message.
            let before = self.freshness(self.arranged_at);
            let after = self.freshness(now);
            let is_fresh =
                |entry: &Entry, then: &Freshness| then.standing(entry) == Standing::Fresh;
            let turns = |entry: &Entry| is_fresh(entry, &before) && !is_fresh(entry, &after);
            self.out_of_order |= self.accounts.entries().any(turns);
        }
        if self.out_of_order && (steady || now >= self.touched + REST) {
            self.rearrange(now);
        }
    }

    /// What has become due by `now`: notices end, orders settle, watches ring.
    pub(super) fn pass_time(&mut self, now: Timestamp) {
        if self
            .notice
            .as_ref()
            .is_some_and(|notice| notice.until <= now)
        {
            self.notice = None;
        }
        let accounts = self.accounts.all_mut().iter_mut();
        accounts.for_each(|account| account.roster.expire_notes(now));
        self.rearrange_when_due(now);
        self.search_when_due(now);
        self.attend_the_wall(now);
        let free_for = self.preferences.free_for;
        let freshness = self.freshness(now);
        let mut rung = Vec::new();
        for entry in self.accounts.entries_mut() {
            let fresh = freshness.standing(entry) == Standing::Fresh;
            let Some(watch) = &mut entry.watch else {
                continue;
            };
            if !fresh {
                watch.lose();
            } else if watch.due(free_for).is_some_and(|due| due <= now) {
                if !watch.ring() {
                    entry.watch = None;
                }
                rung.push(entry.id());
            }
        }
        for id in rung {
            self.ring(&id, now);
        }
    }

    /// When the picture next changes by the mere passing of time; `None` while nothing will.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let mut next: Option<Timestamp> = None;
        let mut sooner = |at: Timestamp| next = Some(next.map_or(at, |next| next.min(at)));
        if let Some(notice) = &self.notice {
            sooner(notice.until);
        }
        if self.out_of_order {
            sooner(self.touched + REST);
        }
        let wall = self.next_turn_of_the_wall(now);
        let due = [self.lookup_due(), self.next_note_end(), wall];
        due.into_iter().flatten().for_each(&mut sooner);
        if let Some(frozen) = &self.frozen {
            sooner(age::seconds_turn(frozen.since, now));
        }
        let freshness = self.freshness(now);
        for account in self.accounts() {
            let link = account.link();
            match (&link.state, account.asked_at()) {
                (
                    LinkState::Trouble {
                        since, next_try, ..
                    },
                    _,
                ) => {
                    sooner(age::seconds_turn(*since, now));
                    if let Some(next_try) = next_try.filter(|next_try| *next_try > now) {
                        sooner(age::seconds_turn(
                            next_try - SignedDuration::from_hours(1),
                            now,
                        ));
                    }
                }
                (_, Some(asked_at)) => sooner(match (link.mode, account.heard_at()) {
                    (Mode::Live, Some(heard_at)) => age::live_turn(heard_at, now),
                    _ => age::seconds_turn(asked_at, now),
                }),
                _ => {}
            }
            // The counts and the order are of everybody, in sight or not.
            let fresh = account.entries().iter();
            let fresh = fresh.filter(|entry| freshness.standing(entry) == Standing::Fresh);
            if let Some(oldest) = fresh.filter_map(Entry::asked_at).min() {
                link.stale_from(oldest).into_iter().for_each(&mut sooner);
            }
        }
        let in_sight = self.rows_in_sight().iter().flat_map(Row::places);
        for entry in in_sight.map(|&place| self.entry_at(place)) {
            let shown = match (freshness.standing(entry), &entry.knowledge) {
                (Standing::Fresh, Knowledge::Known(known)) => Some(known.since.at()),
                _ => entry.asked_at(),
            };
            if let Some(since) = shown {
                sooner(age::short_turns(since, now));
            }
            let until = entry.presence().and_then(|presence| presence.until);
            until
                .filter(|until| *until > now)
                .into_iter()
                .for_each(&mut sooner);
            if let Some(changed) = entry
                .changed
                .filter(|&changed| changed + CHANGE_SHOWS > now)
            {
                sooner(changed + CHANGE_SHOWS);
            }
        }
        let watches = self.entries().filter_map(|entry| entry.watch);
        watches
            .filter_map(|watch| watch.due(self.preferences.free_for))
            .for_each(&mut sooner);
        next
    }

    /// Whether the contact's state changed so lately that it stands out.
    pub fn just_changed(&self, entry: &Entry, now: Timestamp) -> bool {
        entry
            .changed
            .is_some_and(|changed| now < changed + CHANGE_SHOWS)
    }
}
