//! Somebody has set the clock of the machine: what the board has seen is as old as it was before, and
//! keeps its age by moving along. Times that documents state stay as they are.

use jiff::{SignedDuration, Timestamp};

use super::{AccountId, Board, Entry, Knowledge, Roster, Since};
use crate::link::LinkState;

/// Moves a time; one that would leave the calendar stays.
pub(super) fn shift(time: &mut Timestamp, by: SignedDuration) {
    *time = time.checked_add(by).unwrap_or(*time);
}

impl Board {
    /// The clock was set forward by so much, or back, as the feed of an account has noticed. Each does:
    /// what is of no account moves with the board's own.
    pub(super) fn shift(&mut self, account: AccountId, by: SignedDuration) {
        if let Some(account) = self.accounts.get_mut(account) {
            account.roster.shift(by);
        }
        let held = self.frozen.iter_mut().flat_map(|frozen| &mut frozen.held);
        let held = held.filter(|(id, _)| id.account == account);
        held.for_each(|(_, report)| shift(&mut report.at, by));
        if account == AccountId::MAIN {
            self.shift_own(by);
        }
    }

    fn shift_own(&mut self, by: SignedDuration) {
        let notice = self.notice.iter_mut().map(|notice| &mut notice.until);
        let frozen = self.frozen.iter_mut().map(|frozen| &mut frozen.since);
        let times = [&mut self.touched, &mut self.arranged_at].into_iter();
        let times = times
            .chain(&mut self.absent_since)
            .chain(notice)
            .chain(frozen);
        times.for_each(|time| shift(time, by));
        if let Some(wall) = &mut self.wall {
            wall.shift(|time| shift(time, by));
        }
    }
}

impl Roster {
    /// The clock was set forward by so much, or back.
    pub fn shift(&mut self, by: SignedDuration) {
        self.entries_mut()
            .iter_mut()
            .for_each(|entry| entry.shift(by));
        self.shift_notes(by);
        if let LinkState::Trouble {
            since, next_try, ..
        } = self.link_state_mut()
        {
            shift(since, by);
            if let Some(next_try) = next_try {
                shift(next_try, by);
            }
        }
    }
}

impl Entry {
    fn shift(&mut self, by: SignedDuration) {
        match &mut self.knowledge {
            Knowledge::Nothing => {}
            Knowledge::Remembered(remembered) => shift(&mut remembered.asked_at, by),
            Knowledge::Known(known) => {
                shift(&mut known.asked_at, by);
                match &mut known.since {
                    Since::Stated(_) => {}
                    Since::Seen(at) | Since::AtLeast(at) => shift(at, by),
                }
            }
        }
        self.changed.iter_mut().for_each(|at| shift(at, by));
        if let Some(watch) = &mut self.watch {
            watch.shift(by);
        }
        if let Some(several) = &mut self.several {
            several.shift(by);
        }
        self.timeline.shift(by);
    }
}
