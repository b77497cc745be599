use std::sync::Arc;

use jiff::Timestamp;

use super::account::{AccountId, ContactId};
use super::alert::Watch;
use super::history::{Change, Timeline};
use super::several::{Several, Together};
use crate::calling::Subject;
use crate::contacts::Contact;
use crate::link::Report;
use crate::operator::OperatorNote;
use crate::presence::{Address, Availability, Presence};

/// One contact on the board: who it is and what is known of it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(super) account: AccountId,
    /// Who it is, as the contact book has it.
    pub contact: Contact,
    /// The last state that is known, with its times, and from where.
    pub knowledge: Knowledge,
    /// Why the last poll or notification gave no state, where it gave none.
    pub trouble: Option<Trouble>,
    /// When the state last changed while the board was looking on.
    pub changed: Option<Timestamp>,
    /// Rings when this contact becomes free.
    pub watch: Option<Watch>,
    /// What operators note on the contact for each other.
    pub operator_note: Option<Box<OperatorNote>>,
    /// Marked by the user, for an action on several.
    pub marked: bool,
    /// The states of the day.
    pub timeline: Timeline,
    /// The last report of each address, where there are several.
    pub(super) several: Option<Box<Several>>,
}

/// What is known of a contact's state. A remembered state has a type of its own, so that nothing can
/// take it for true now: it is shown, but it neither counts nor rings nor enters the history.
#[derive(Clone, Debug, Default)]
pub enum Knowledge {
    /// Nothing yet.
    #[default]
    Nothing,
    /// What an earlier run of the board knew; the server has not confirmed it to this one.
    Remembered(Remembered),
    /// A state that the server sent in this run.
    Known(Known),
}

/// A state that an earlier run of the board knew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The state.
    pub presence: Arc<Presence>,
    /// When the server last confirmed it.
    pub asked_at: Timestamp,
}

/// A state that the server sent, and how old it is.
#[derive(Clone, Debug)]
pub struct Known {
    /// The state.
    pub presence: Arc<Presence>,
    /// When the server last confirmed it.
    pub asked_at: Timestamp,
    /// Since when the contact is in this state.
    pub since: Since,
}

/// Since when a state holds, by which source.
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

/// Why the last poll or notification gave no state for a contact.
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
    /// A contact of whom nothing is known.
    pub fn new(contact: Contact) -> Entry {
        Entry::of(AccountId::MAIN, contact)
    }

    /// The same in the book of one of the accounts of a board.
    pub(super) fn of(account: AccountId, contact: Contact) -> Entry {
        Entry {
            account,
            contact,
            knowledge: Knowledge::Nothing,
            trouble: None,
            changed: None,
            watch: None,
            operator_note: None,
            marked: false,
            timeline: Timeline::default(),
            several: None,
        }
    }

    /// The account that it is of.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Who it is among all contacts of a board.
    pub fn id(&self) -> ContactId {
        ContactId {
            account: self.account,
            address: self.contact.address.clone(),
        }
    }

    /// The last report of each address, where there are several.
    pub fn reports(&self) -> &[Report] {
        self.several
            .as_ref()
            .map_or(&[], |several| several.reports())
    }

    /// The name to show: the book's, else the document's, else the user part of the address.
    pub fn name(&self) -> &str {
        let displayed = || self.presence()?.display_name.as_deref();
        match &self.contact.name {
            Some(name) => name,
            None => displayed().unwrap_or_else(|| self.contact.address.user()),
        }
    }

    /// The state that the server sent in this run; `None` until its first answer.
    pub fn known(&self) -> Option<&Known> {
        match &self.knowledge {
            Knowledge::Known(known) => Some(known),
            Knowledge::Nothing | Knowledge::Remembered(_) => None,
        }
    }

    /// The last known state, whatever its age and origin; `None` where nothing is known.
    pub fn presence(&self) -> Option<&Presence> {
        match &self.knowledge {
            Knowledge::Nothing => None,
            Knowledge::Remembered(remembered) => Some(&remembered.presence),
            Knowledge::Known(known) => Some(&known.presence),
        }
    }

    /// When the server last confirmed the state; `None` where nothing is known.
    pub fn asked_at(&self) -> Option<Timestamp> {
        match &self.knowledge {
            Knowledge::Nothing => None,
            Knowledge::Remembered(remembered) => Some(remembered.asked_at),
            Knowledge::Known(known) => Some(known.asked_at),
        }
    }

    /// The last known availability, whatever its age and origin; `None` where nothing is known.
    pub fn availability(&self) -> Option<Availability> {
        self.presence().map(|presence| presence.availability)
    }

    /// How far the state can be trusted at `now`, when everything confirmed before
    /// `confirmed_after` counts as stale.
    pub fn standing(&self, confirmed_after: Timestamp) -> Standing {
        match &self.knowledge {
            Knowledge::Nothing => Standing::Awaited,
            Knowledge::Remembered(_) => Standing::Remembered,
            Knowledge::Known(_) if self.trouble.is_some() => Standing::Stale,
            Knowledge::Known(known) if known.asked_at < confirmed_after => Standing::Stale,
            Knowledge::Known(_) => Standing::Fresh,
        }
    }

    /// Whether the contact is available, by a state that is fresh.
    pub fn is_free(&self, confirmed_after: Timestamp) -> bool {
        self.availability() == Some(Availability::Available)
            && self.standing(confirmed_after) == Standing::Fresh
    }

    /// What a command gets of the contact: of the state only what is fresh, when everything
    /// confirmed before `confirmed_after` counts as stale.
    pub fn subject(&self, confirmed_after: Timestamp) -> Subject<'_> {
        let fresh = self.standing(confirmed_after) == Standing::Fresh;
        let presence = self.presence().filter(|_| fresh);
        Subject {
            contact: &self.contact,
            name: self.name(),
            state: presence.map(|presence| presence.availability.name()),
            activity: presence.map(Presence::label),
        }
    }

    /// Takes in what an earlier run knew, where nothing is known yet.
    pub fn remember(&mut self, remembered: Remembered) {
        if matches!(self.knowledge, Knowledge::Nothing) {
            self.knowledge = Knowledge::Remembered(remembered);
        }
    }

    /// Takes in what earlier runs saw of the day.
    pub fn recall(&mut self, earlier: Vec<Change>) {
        let Some(&(last, _)) = earlier.last() else {
            return;
        };
        let end = match &self.knowledge {
            Knowledge::Remembered(remembered) => remembered.asked_at,
            Knowledge::Nothing | Knowledge::Known(_) => last,
        };
        self.timeline.precede(earlier, end);
    }

    /// What was confirmed before `confirmed_after` is not known any more: the timeline has a gap
    /// from its last confirmation on.
    pub fn lapse(&mut self, confirmed_after: Timestamp) {
        if let Knowledge::Known(known) = &self.knowledge
            && known.asked_at < confirmed_after
        {
            self.timeline.lose(known.asked_at);
        }
    }

    fn doubt(&mut self, trouble: Trouble, at: Timestamp) -> bool {
        self.trouble = Some(trouble);
        self.timeline.lose(at);
        false
    }

    /// Takes in a report of one of the addresses. Returns whether the state differs from the one
    /// that this run knew before.
    pub fn learn(&mut self, report: &Report) -> bool {
        if self.contact.also.is_none() {
            self.several = None;
            return self.learn_whole(report);
        }
        let addresses: Vec<Address> = self.contact.addresses().collect();
        let several = self.several.get_or_insert_default();
        match several.hear(report, &addresses) {
            None => false,
            Some(Together::Reported(best)) => self.learn_whole(&best),
            Some(Together::Doubted(best, trouble, at)) => {
                let changed = self.learn_whole(&best);
                self.doubt(trouble, at);
                changed
            }
        }
    }

    /// Takes in what is reported of the contact as a whole.
    fn learn_whole(&mut self, report: &Report) -> bool {
        let presence = match Trouble::or_state(report) {
            Ok(presence) => presence,
            Err(trouble) => return self.doubt(trouble, report.at),
        };
        self.trouble = None;
        let before = self.known();
        let same = before.is_some_and(|known| same_state(&known.presence, presence));
        let since = match (presence.since, before) {
            (Some(stated), _) => Since::Stated(stated),
            (None, Some(known)) if same => known.since,
            (None, Some(_)) if self.timeline.is_watched() => Since::Seen(report.at),
            // Nobody looked on before: also where the same state is remembered, it may have come
            // and gone.
            (None, _) => Since::AtLeast(report.at),
        };
        let changed = before.is_some() && !same;
        if changed {
            self.changed = Some(report.at);
        }
        self.timeline.add(report.at, presence.availability);
        self.knowledge = Knowledge::Known(Known {
            presence: presence.clone(),
            asked_at: report.at,
            since,
        });
        changed
    }
}

/// Whether a person would call it the same state: availability and leading activity.
fn same_state(one: &Presence, other: &Presence) -> bool {
    one.availability == other.availability && one.label() == other.label()
}
