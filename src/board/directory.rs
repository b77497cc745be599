//! Looks people up in the directory for the form that adds contacts, and adds who is picked: under the
//! address that the presence server knows.

use jiff::Timestamp;
use tui_input::Input;

use super::field::{Field, FormLine, Value};
use super::form::{Form, Purpose};
use super::lookup::{Lookup, Person, Place, Progress, SearchError, contact_of, is_name};
use super::{AccountEffect, AccountId, Action, Board, Pane, WorldEffect};
use crate::contacts::Contact;
use crate::directory::{Credentials, Entry, Found};
use crate::link::Report;
use crate::presence::Address;

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
