//! Looks people up in the directory while a name is typed where an address is wanted, and adds who is
//! picked: under the address that the presence server knows.

use jiff::{SignedDuration, Timestamp};
use tui_input::Input;

use super::form::{Field, Form, FormLine, Purpose, Value};
use super::{AccountEffect, AccountId, Action, Board, Pane, WorldEffect};
use crate::contacts::{Contact, Fact};
use crate::directory::{Credentials, Entry, Found, Query, confirmed};
use crate::link::{Problem, Report};
use crate::presence::Address;

/// How long after the last key the directory is asked.
const PAUSE: SignedDuration = SignedDuration::from_millis(250);

/// A search of the directory, as somebody types a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lookup {
    words: String,
    /// When to ask for the words, where they are not asked for yet.
    due: Option<Timestamp>,
    /// The newest search: the answers to older ones count for nothing.
    number: Option<u64>,
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
    reports: Vec<Report>,
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
    fn follow(&mut self, typed: &str, now: Timestamp) {
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
    fn picked(&self) -> Vec<usize> {
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
    fn marked(&self) -> impl Iterator<Item = &Person> {
        let people = self.people.iter();
        people.filter(|person| person.place == Place::Marked)
    }

    /// Marks the one under the cursor, or takes the mark away.
    fn mark(&mut self) {
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
    fn travel(&mut self, action: Action) {
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
    fn hear(&mut self, reports: &[Report]) {
        for report in reports {
            let is_known = |other: &Report| other.address == report.address;
            if self.addresses.contains(&report.address) && !self.reports.iter().any(is_known) {
                self.reports.push(report.clone());
            }
        }
    }

    /// Whether the presence server has reported of each address.
    fn is_checked(&self) -> bool {
        self.addresses.len() == self.reports.len()
    }

    /// The address that the presence server knows.
    fn known(&self) -> Option<Address> {
        confirmed(&self.addresses, &self.reports)
    }

    /// Whether the presence server knows none of the addresses.
    pub fn is_unknown(&self) -> bool {
        self.is_checked() && self.known().is_none()
    }
}

/// Whether somebody types a name or a number, rather than an address or several.
fn is_name(typed: &str) -> bool {
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

impl Form {
    /// The form to sign in at the directory, as `user` to begin with.
    fn signing_in_at_directory(user: &str) -> Form {
        let lines = vec![
            FormLine::text(Field::User, "user id at the call manager", user),
            FormLine {
                field: Field::Password,
                hint: "kept until whosin ends, and nowhere",
                value: Value::Secret(Input::default()),
            },
        ];
        let mut form = Form::new(Purpose::DirectorySignIn, lines);
        if !user.is_empty() {
            form.focus_on_field(Field::Password);
        }
        form
    }
}

impl Board {
    /// The search of the open form.
    fn lookup(&mut self) -> Option<&mut Lookup> {
        match &mut self.pane {
            Pane::Form(form) => form.lookup_mut(),
            _ => None,
        }
    }

    /// Whether there may be a directory: it is set, or DNS may name it for the domain.
    fn may_have_directory(&self) -> bool {
        self.preferences.directory || self.preferences.domain.is_some()
    }

    /// Looks for what is typed into the open form, where that is a name.
    pub(super) fn look_up(&mut self, now: Timestamp) {
        let may_search = self.may_have_directory();
        if let Pane::Form(form) = &mut self.pane
            && may_search
        {
            let typed = form.raw(Field::Address).to_string();
            if let Some(lookup) = form.lookup_mut() {
                lookup.follow(&typed, now);
            }
        }
    }

    /// Opens the form with what is searched on the board, and looks for it in the directory at once.
    pub(super) fn look_up_searched(&mut self, now: Timestamp) {
        let words = self.search.take().map(|search| search.input);
        let mut form = Form::adding(None);
        form.put(words.as_ref().map_or("", Input::value));
        self.pane = Pane::Form(Box::new(form));
        self.rearrange(now);
        self.look_up(now);
        self.hurry(now);
    }

    /// Whether nobody on the board matches what is searched, and the directory may know somebody.
    pub fn offers_directory(&self) -> bool {
        let is_searched = |search: &super::Search| is_name(search.input.value());
        self.may_have_directory()
            && self.sections.is_empty()
            && self.search.as_ref().is_some_and(is_searched)
    }

    /// Asks the directory now, where it is to be asked soon.
    fn hurry(&mut self, now: Timestamp) {
        if let Some(lookup) = self.lookup() {
            lookup.due = lookup.due.map(|_| now);
        }
    }

    /// When the directory is to be asked.
    pub(super) fn lookup_due(&self) -> Option<Timestamp> {
        match &self.pane {
            Pane::Form(form) => match form.purpose() {
                Purpose::Add(lookup) => lookup.due,
                _ => None,
            },
            _ => None,
        }
    }

    /// Asks the directory where that is due.
    pub(super) fn search_when_due(&mut self, now: Timestamp) {
        if self.lookup_due().is_none_or(|due| due > now) {
            return;
        }
        self.searches += 1;
        let number = self.searches;
        if let Some(lookup) = self.lookup() {
            lookup.due = None;
            lookup.number = Some(number);
            lookup.progress = Progress::Searching;
            let words = lookup.words.clone();
            self.want(WorldEffect::Search { number, words });
        }
    }

    /// Takes in what the directory has found.
    pub(super) fn take_found(&mut self, number: u64, found: Result<Found, SearchError>) {
        let is_newest = |lookup: &&mut Lookup| lookup.number == Some(number);
        if self.lookup().filter(is_newest).is_none() {
            return;
        }
        let (progress, entries) = match found {
            Ok(found) => (Progress::Found(found.advice()), found.entries),
            Err(error) => (error.into(), Vec::new()),
        };
        let people = entries.into_iter().map(|entry| self.person(entry));
        let people = people.collect();
        if let Some(lookup) = self.lookup() {
            lookup.progress = progress;
            lookup.people = people;
            lookup.cursor = None;
        }
    }

    fn person(&self, entry: Entry) -> Person {
        let scheme = self.preferences.scheme;
        let addresses = entry.addresses(scheme, self.preferences.domain.as_deref());
        let mut on_board = addresses
            .iter()
            .filter(|address| self.find(address).is_some());
        let place = on_board
            .next()
            .cloned()
            .map_or(Place::Found, Place::OnBoard);
        Person {
            entry,
            addresses,
            place,
            reports: Vec::new(),
        }
    }

    /// Moves the cursor among those who are found.
    pub(super) fn travel_found(&mut self, action: Action) {
        if let Some(lookup) = self.lookup() {
            lookup.travel(action);
        }
    }

    /// Marks the one under the cursor among those who are found; false where it is elsewhere.
    pub(super) fn mark_found(&mut self) -> bool {
        let Pane::Form(form) = &mut self.pane else {
            return false;
        };
        let is_there = form.lookup().is_some_and(|found| found.cursor.is_some());
        if let Some(lookup) = form.lookup_mut().filter(|_| is_there) {
            lookup.mark();
        }
        is_there
    }

    /// Points at somebody who is found: the cursor goes there, and the mark changes.
    pub(super) fn point_at_found(&mut self, place: usize) {
        if let Some(lookup) = self.lookup()
            && place < lookup.people.len()
        {
            lookup.cursor = Some(place);
            lookup.mark();
        }
    }

    /// Adds whom the user has picked, once the presence server knows them. False where what is typed
    /// is to be taken as an address.
    pub(super) fn pick(&mut self, now: Timestamp) -> bool {
        let Some(lookup) = self.lookup() else {
            return false;
        };
        if matches!(lookup.progress, Progress::SignInWanted(_)) {
            self.ask_who_searches();
            return true;
        }
        if lookup.people.is_empty() {
            // A name of two words is no address: its search is waited for.
            let is_awaited = lookup.due.is_some() || lookup.progress == Progress::Searching;
            let waits = is_awaited && lookup.words.contains(' ');
            self.hurry(now);
            return waits;
        }
        let picked = lookup.picked();
        if picked.is_empty() {
            lookup.cursor = Some(0);
            return true;
        }
        let mut guests = Vec::new();
        let mut on_board = None;
        for place in picked {
            let person = &mut lookup.people[place];
            match &person.place {
                Place::OnBoard(address) => on_board = Some(address.clone()),
                Place::Found | Place::Marked => {
                    person.place = Place::Marked;
                    guests.extend(person.addresses.iter().cloned());
                }
            }
        }
        let is_second = lookup.progress == Progress::Checking;
        let is_checked = lookup.marked().all(Person::is_checked);
        if guests.is_empty() {
            self.pick_nobody(on_board, now);
        } else if is_second || is_checked {
            self.add_picked(now);
        } else {
            lookup.progress = Progress::Checking;
            self.guests.clone_from(&guests);
            self.keep_fresh(AccountId::MAIN);
            self.want_of(AccountId::MAIN, AccountEffect::PollNow(guests));
        }
        true
    }

    /// Of those who are picked nobody can be asked for: they are on the board, or have no address.
    fn pick_nobody(&mut self, on_board: Option<Address>, now: Timestamp) {
        if let Some(address) = on_board {
            self.pane = Pane::Contacts;
            self.add(vec![Contact::new(address)], now);
            return;
        }
        if let Pane::Form(form) = &mut self.pane {
            let words = "The directory knows no address: type it, or set 'domain' in the settings";
            form.refusal = Some(words.into());
        }
    }

    /// Takes in what the presence server reports of those who are picked: adds them once it is known
    /// that it knows them all. Of others the user has the last word.
    pub(super) fn check_picked(&mut self, reports: &[Report], now: Timestamp) {
        let is_checking = |lookup: &&mut Lookup| lookup.progress == Progress::Checking;
        let Some(lookup) = self.lookup().filter(is_checking) else {
            return;
        };
        for person in &mut lookup.people {
            person.hear(reports);
        }
        if !lookup.marked().all(Person::is_checked) {
            return;
        }
        lookup.progress = Progress::Found(None);
        let unknown = lookup.marked().filter(|person| person.is_unknown());
        let unknown: Vec<&str> = unknown.map(|person| &*person.entry.name).collect();
        let words = match unknown.as_slice() {
            [] => return self.add_picked(now),
            [one] => format!("The presence server does not know {one}: enter adds them anyway"),
            [one, others @ ..] => {
                let others = others.len();
                format!(
                    "The presence server does not know {one} and {others} more: enter adds all anyway"
                )
            }
        };
        if let Pane::Form(form) = &mut self.pane {
            form.refusal = Some(words);
        }
    }

    /// Adds those who are marked, each under the address that the presence server knows, else under
    /// the likeliest.
    fn add_picked(&mut self, now: Timestamp) {
        let Pane::Form(form) = &mut self.pane else {
            return;
        };
        let group = form.text(Field::Group);
        let Some(lookup) = form.lookup_mut() else {
            return;
        };
        let mut contacts = Vec::new();
        let mut reports = Vec::new();
        for person in lookup.marked() {
            let known = person.known();
            if known
                .as_ref()
                .is_some_and(|known| person.addresses.first() != Some(known))
            {
                // The others' addresses are made in the same way.
                self.preferences.scheme = self.preferences.scheme.other();
            }
            let Some(address) = known.or_else(|| person.addresses.first().cloned()) else {
                continue;
            };
            reports.extend(
                person
                    .reports
                    .iter()
                    .filter(|one| one.address == address)
                    .cloned(),
            );
            contacts.push(Contact {
                group: group.clone(),
                ..contact_of(&person.entry, address)
            });
        }
        self.pane = Pane::Contacts;
        self.add(contacts, now);
        // Their states are known already.
        self.take_reports(AccountId::MAIN, reports);
    }

    /// Lets those go who were picked and are not waited for any more.
    pub(super) fn release_guests(&mut self) {
        let is_checking = |lookup: &mut Lookup| lookup.progress == Progress::Checking;
        if !self.guests.is_empty() && !self.lookup().is_some_and(is_checking) {
            self.guests.clear();
            self.keep_fresh(AccountId::MAIN);
        }
    }

    /// Opens the form to sign in at the directory, over the one that looks for somebody.
    fn ask_who_searches(&mut self) {
        let form = Form::signing_in_at_directory(&self.link().user);
        let Pane::Form(behind) = std::mem::replace(&mut self.pane, Pane::Contacts) else {
            return;
        };
        self.pane = Pane::Form(Box::new(form.before(behind)));
    }

    /// Signs in at the directory as it is typed, and searches again.
    pub(super) fn sign_in_at_directory(&mut self, now: Timestamp) {
        let Pane::Form(form) = &mut self.pane else {
            return;
        };
        let (user, password) = (form.text(Field::User), form.raw(Field::Password));
        let (Some(user), false) = (user, password.is_empty()) else {
            form.refusal = Some("User id and password are needed".into());
            return;
        };
        let password = password.into();
        let credentials = Credentials { user, password };
        self.back(now);
        self.want(WorldEffect::SignInAtDirectory(credentials));
        if let Some(lookup) = self.lookup() {
            lookup.due = Some(now);
        }
    }
}
