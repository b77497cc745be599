use std::sync::Arc;

use jiff::Timestamp;

use super::alert::Watch;
use super::history::Timeline;
use crate::contacts::Contact;
use crate::presence::{Availability, Outcome, Presence, Report};

/// One contact on the board: who it is and what is known of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who it is, as the contact book has it.
    pub contact: Contact,
    /// The last state that is known, with its times. `None` until the first answer.
    pub known: Option<Known>,
    /// What was wrong with the last asking, if anything.
    pub trouble: Option<Trouble>,
    /// When the state last changed while the board was looking on.
    pub changed: Option<Timestamp>,
    /// Whether and how the user is told when this contact becomes free.
    pub watch: Option<Watch>,
    /// Marked by the user, for an action on several.
    pub marked: bool,
    /// The states of the day.
    pub timeline: Timeline,
}

/// A known state and how old it is.
#[derive(Clone, Debug)]
pub struct Known {
    /// The state.
    pub presence: Arc<Presence>,
    /// When the server said so last.
    pub asked_at: Timestamp,
    /// Since when the contact is in this state.
    pub since: Since,
    /// Told by an earlier run of the board, and not confirmed yet.
    pub remembered: bool,
}

/// Since when a state holds, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// The document states it.
    Stated(Timestamp),
    /// The board saw the change.
    Seen(Timestamp),
    /// The board has seen the state since then; it may have begun earlier.
    AtLeast(Timestamp),
}

impl Since {
    /// The moment itself.
    pub fn at(self) -> Timestamp {
        match self {
            Since::Stated(at) | Since::Seen(at) | Since::AtLeast(at) => at,
        }
    }
}

/// What was wrong with the last asking for one contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The server left the contact out of its answer.
    NotAnswered,
    /// The server refused the contact; its words.
    Refused(String),
    /// The contact's document cannot be read; why.
    Unreadable(String),
}

/// How far a state on the board can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is known yet.
    Awaited,
    /// Confirmed within the last refresh.
    Fresh,
    /// Known, but not confirmed any more.
    Stale,
    /// Known from an earlier run, not confirmed yet.
    Remembered,
}

impl Entry {
    pub(super) fn new(contact: Contact) -> Entry {
        Entry {
            contact,
            known: None,
            trouble: None,
            changed: None,
            watch: None,
            marked: false,
            timeline: Timeline::default(),
        }
    }

    /// The name to show: the book's, else the document's, else the user part of the address.
    pub fn name(&self) -> &str {
        let told = || self.known.as_ref()?.presence.display_name.as_deref();
        match &self.contact.name {
            Some(name) => name,
            None => told().unwrap_or_else(|| self.contact.address.user()),
        }
    }

    /// The last known availability, whatever its age; `None` where nothing is known.
    pub fn availability(&self) -> Option<Availability> {
        self.known.as_ref().map(|known| known.presence.availability)
    }

    /// How far the state can be trusted at `now`, when everything confirmed before
    /// `confirmed_after` counts as stale.
    pub fn standing(&self, confirmed_after: Timestamp) -> Standing {
        match &self.known {
            None => Standing::Awaited,
            Some(known) if known.remembered => Standing::Remembered,
            Some(_) if self.trouble.is_some() => Standing::Stale,
            Some(known) if known.asked_at < confirmed_after => Standing::Stale,
            Some(_) => Standing::Fresh,
        }
    }

    /// Takes in what was learned. Returns whether the state is another than before.
    pub(super) fn learn(&mut self, report: &Report) -> bool {
        let presence = match &report.outcome {
            Outcome::Answered(presence) => presence,
            Outcome::NotAnswered => {
                self.trouble = Some(Trouble::NotAnswered);
                return false;
            }
            Outcome::Refused(words) => {
                self.trouble = Some(Trouble::Refused(words.clone()));
                return false;
            }
            Outcome::Unreadable(words) => {
                self.trouble = Some(Trouble::Unreadable(words.clone()));
                return false;
            }
        };
        self.trouble = None;
        let before = self.known.as_ref();
        let same = before.is_some_and(|known| same_state(&known.presence, presence));
        let since = match (presence.since, before) {
            (Some(stated), _) => Since::Stated(stated),
            (None, Some(known)) if same => known.since,
            // After a gap nobody can say when it changed.
            (None, Some(known)) if known.remembered => Since::AtLeast(report.at),
            (None, Some(_)) => Since::Seen(report.at),
            (None, None) => Since::AtLeast(report.at),
        };
        let changed = before.is_some_and(|known| !known.remembered) && !same;
        if changed {
            self.changed = Some(report.at);
        }
        self.timeline.add(report.at, presence.availability);
        self.known = Some(Known {
            presence: presence.clone(),
            asked_at: report.at,
            since,
            remembered: false,
        });
        changed
    }
}

/// Whether a person would call it the same state: availability and leading activity.
fn same_state(one: &Presence, other: &Presence) -> bool {
    one.availability == other.availability && one.label() == other.label()
}
