//! A search of the directory, while a name is typed where an address is wanted: what is asked for, who
//! is found, and who of them is picked.

use jiff::{SignedDuration, Timestamp};

use super::Action;
use crate::contacts::{Contact, Fact};
use crate::directory::{Entry, Query, confirmed};
use crate::link::{Problem, Report};
use crate::presence::Address;

/// How long after the last key the directory is asked.
const PAUSE: SignedDuration = SignedDuration::from_millis(250);

/// A search of the directory, as somebody types a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lookup {
    pub(super) words: String,
    /// When to ask for the words, where they are not asked for yet.
    pub(super) due: Option<Timestamp>,
    /// The newest search: the answers to older ones count for nothing.
    pub(super) number: Option<u64>,
    /// How far it is.
    pub progress: Progress,
    /// Who is found, in the directory's order.
    pub people: Vec<Person>,
    /// The place of the cursor among them; `None` while the cursor is where the name is typed.
    pub cursor: Option<usize>,
}

/// How far a search is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// No name is typed.
    #[default]
    Idle,
    /// The directory is asked.
    Searching,
    /// It has answered; the advice where it has not listed everybody.
    Found(Option<String>),
    /// It wants to know who asks, or does not accept who has asked.
    SignInWanted(Problem),
    /// Nothing came of it.
    Failed(Problem),
    /// There is no directory.
    NoDirectory,
    /// The presence server is asked which addresses of those who are picked it knows.
    Checking,
}

/// Why a search finds nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchError {
    /// There is no directory.
    NoDirectory,
    /// It wants to know who asks, or does not accept who has asked.
    SignInWanted(Problem),
    /// Something else went wrong.
    Failed(Problem),
}

impl From<SearchError> for Progress {
    fn from(error: SearchError) -> Progress {
        match error {
            SearchError::NoDirectory => Progress::NoDirectory,
            SearchError::SignInWanted(problem) => Progress::SignInWanted(problem),
            SearchError::Failed(problem) => Progress::Failed(problem),
        }
    }
}

/// Somebody whom the directory has found.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// What the directory knows.
    pub entry: Entry,
    /// The addresses that they may have, the likeliest first.
    pub addresses: Vec<Address>,
    /// Whether they are on the board, or are to be added.
    pub place: Place,
    /// What the presence server reported of the addresses.
    pub(super) reports: Vec<Report>,
}

/// Where somebody stands who was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere yet.
    Found,
    /// Marked, to be added with the others.
    Marked,
    /// On the board already.
    OnBoard(Address),
}

impl Lookup {
    /// So many people are listed at most.
    pub const MOST: u32 = 20;

    /// Follows what is typed: asks for a name once the hand rests.
    pub(super) fn follow(&mut self, typed: &str, now: Timestamp) {
        self.cursor = None;
        if self.progress == Progress::NoDirectory {
            return;
        }
        if !is_name(typed) {
            *self = Lookup::default();
        } else if typed.trim() != self.words {
            self.words = typed.trim().into();
            self.due = Some(now + PAUSE);
        } else if self.progress == Progress::Checking {
            self.progress = Progress::Found(None);
        }
    }

    /// Whether a name is looked for.
    pub fn is_open(&self) -> bool {
        !matches!(self.progress, Progress::Idle | Progress::NoDirectory)
    }

    /// Those whom Enter adds: the marked, else the one under the cursor, else the only one who can
    /// be meant.
    pub(super) fn picked(&self) -> Vec<usize> {
        let places = || 0..self.people.len();
        let marked: Vec<usize> = places()
            .filter(|&place| self.people[place].place == Place::Marked)
            .collect();
        if !marked.is_empty() {
            return marked;
        }
        if let Some(cursor) = self.cursor {
            return vec![cursor];
        }
        let mut named = places().filter(|&place| {
            let entry = &self.people[place].entry;
            entry.user_name.eq_ignore_ascii_case(&self.words)
        });
        match (named.next(), self.people.len()) {
            (Some(named), _) => vec![named],
            (None, 1) => vec![0],
            _ => Vec::new(),
        }
    }

    /// Those who are to be added.
    pub(super) fn marked(&self) -> impl Iterator<Item = &Person> {
        let people = self.people.iter();
        people.filter(|person| person.place == Place::Marked)
    }

    /// Marks the one under the cursor, or takes the mark away.
    pub(super) fn mark(&mut self) {
        let person = self.cursor.and_then(|cursor| self.people.get_mut(cursor));
        if let Some(person) = person {
            person.place = match std::mem::replace(&mut person.place, Place::Found) {
                Place::Marked => Place::Found,
                Place::Found => Place::Marked,
                on_board @ Place::OnBoard(_) => on_board,
            };
        }
    }

    /// Moves the cursor; above the first it is where the name is typed.
    pub(super) fn travel(&mut self, action: Action) {
        let last = self.people.len().checked_sub(1);
        self.cursor = match action {
            Action::Up => self.cursor.and_then(|at| at.checked_sub(1)),
            Action::PageUp => None,
            Action::PageDown => last,
            _ => last.map(|last| self.cursor.map_or(0, |at| (at + 1).min(last))),
        };
    }
}

impl Person {
    /// Takes in what the presence server reports of the addresses.
    pub(super) fn hear(&mut self, reports: &[Report]) {
        for report in reports {
            let is_known = |other: &Report| other.address == report.address;
            if self.addresses.contains(&report.address) && !self.reports.iter().any(is_known) {
                self.reports.push(report.clone());
            }
        }
    }

    /// Whether the presence server has reported of each address.
    pub(super) fn is_checked(&self) -> bool {
        self.addresses.len() == self.reports.len()
    }

    /// The address that the presence server knows.
    pub(super) fn known(&self) -> Option<Address> {
        confirmed(&self.addresses, &self.reports)
    }

    /// Whether the presence server knows none of the addresses.
    pub fn is_unknown(&self) -> bool {
        self.is_checked() && self.known().is_none()
    }
}

/// Whether somebody types a name or a number, rather than an address or several.
pub(super) fn is_name(typed: &str) -> bool {
    let is_address = typed.contains(['@', '<', '>', ';', '\t']);
    let letters = typed.chars().filter(|c| c.is_alphanumeric()).count();
    !is_address && letters >= Query::LEAST && Query::of(typed).is_some()
}

/// The contact that somebody of the directory becomes under this address.
pub fn contact_of(entry: &Entry, address: Address) -> Contact {
    let mut contact = Contact::new(address);
    let entry = entry.clone();
    for (fact, text) in [
        (Fact::Name, Some(entry.name)),
        (Fact::Number, entry.number),
        (Fact::Mobile, entry.mobile),
        (Fact::Department, entry.department),
        (Fact::Title, entry.title),
    ] {
        contact.set(fact, text);
    }
    contact
}
