//! Edits of contacts: they show on the board at once, can be undone and redone, and are saved as an
//! effect.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::form::Known;
use super::{Board, Cursor, Field, Form, Heading, Pane, Purpose, WorldEffect};
use crate::contacts::{self, Contact, Edit};
use crate::operator::NoteEdit;
use crate::presence::Address;

/// How many steps can be undone.
const KEPT: usize = 100;

/// Steps that can be undone and redone, and edits that wait for the disk.
#[derive(Debug, Default)]
pub(super) struct Edits {
    done: Vec<Step>,
    undone: Vec<Step>,
    /// Edits that are not on disk yet, the oldest first.
    unsaved: VecDeque<Vec<Edit>>,
}

impl Edits {
    /// The edits that are not on disk yet, in their order.
    pub(super) fn unsaved(&self) -> impl Iterator<Item = &Edit> {
        self.unsaved.iter().flatten()
    }

    /// The oldest `count` saves are on disk.
    pub(super) fn were_saved(&mut self, count: usize) {
        self.unsaved.drain(..count.min(self.unsaved.len()));
    }

    fn save(&mut self, edits: Vec<Edit>) -> WorldEffect {
        self.unsaved.push_back(edits.clone());
        WorldEffect::Save(edits)
    }
}

/// What is changed, and can be changed back.
#[derive(Clone, Debug)]
pub(super) enum Turn {
    /// Contacts of the book.
    Contacts(Vec<Edit>),
    /// An operator's note.
    Note(NoteEdit),
}

/// One step: what it changes, what undoes it, and its name.
#[derive(Clone, Debug)]
struct Step {
    forward: Turn,
    backward: Turn,
    name: String,
}

impl Board {
    pub(super) fn submit(&mut self, now: Timestamp) {
        let Pane::Form(form) = &mut self.pane else {
            return;
        };
        let purpose = form.purpose().clone();
        if let Purpose::Import | Purpose::Export(_) = purpose {
            let Some(path) = form.text(Field::File) else {
                form.refusal = Some("Which file?".into());
                return;
            };
            let group = form.text(Field::Group);
            return match purpose {
                Purpose::Export(replace) => self.submit_export(path, replace),
                _ => self.want(WorldEffect::Import { path, group }),
            };
        }
        if let Purpose::Annotate(address) = purpose {
            return self.annotate(address, now);
        }
        if purpose == Purpose::DirectorySignIn {
            return self.sign_in_at_directory(now);
        }
        if let Some(refused) = form.others_refused() {
            form.refusal = Some(refused.to_string());
            return form.focus_on_field(Field::Also);
        }
        if purpose == Purpose::Move {
            let group = form.text(Field::Group);
            self.pane = Pane::Contacts;
            return self.regroup(self.chosen(), group, now);
        }
        if let Purpose::Change(address) = purpose {
            let changed = self.roster.entry(&address).map(|entry| {
                let mut contact = entry.contact.clone();
                form.facts()
                    .for_each(|(fact, text)| drop(contact.set(fact, text)));
                contact
            });
            self.pane = Pane::Contacts;
            return self.change(changed.into_iter().collect(), now);
        }
        if self.pick(now) {
            return;
        }
        let Pane::Form(form) = &mut self.pane else {
            return;
        };
        match form.contacts(self.preferences.domain.as_deref()) {
            Ok(contacts) => {
                self.pane = Pane::Contacts;
                let new = self.add(contacts, now);
                if !new.is_empty() {
                    self.want(WorldEffect::PollNow(new));
                }
            }
            Err(refusal) => form.refusal = Some(refusal.to_string()),
        }
    }

    /// Adds those who are not on the board yet, and selects the first; returns who is new.
    pub(super) fn add(&mut self, contacts: Vec<Contact>, now: Timestamp) -> Vec<Address> {
        let Some(first) = contacts.first() else {
            return Vec::new();
        };
        let first = first.address.clone();
        let mut new: Vec<Contact> = Vec::new();
        for contact in contacts {
            let known = self.entry(&contact.address).is_some();
            if !known && new.iter().all(|other| other.address != contact.address) {
                new.push(contact);
            }
        }
        let addresses = new.iter().map(|new| new.address.clone()).collect();
        let name = match new.as_slice() {
            [] => None,
            [one] => Some(format!("Added {}", one.address)),
            several => Some(format!("Added {}", contacts::counted(several.len()))),
        };
        match name {
            Some(name) => self.carry_out(new.into_iter().map(Edit::add).collect(), name, now),
            None => self.show_notice(format!("{first} is on the board already"), now),
        }
        self.search = None;
        self.hide_offline = false;
        if let Some(entry) = self.entry(&first) {
            let heading = Heading::of(&entry.contact);
            self.folded.remove(&heading);
        }
        self.rearrange(now);
        self.select(Cursor::Contact(first));
        addresses
    }

    /// Adds contacts that are not on the board yet, and has them polled at once.
    pub(super) fn add_new(&mut self, new: Vec<Contact>, name: String, now: Timestamp) {
        let addresses = new.iter().map(|new| new.address.clone()).collect();
        self.carry_out(new.into_iter().map(Edit::add).collect(), name, now);
        self.want(WorldEffect::PollNow(addresses));
    }

    fn change(&mut self, changed: Vec<Contact>, now: Timestamp) {
        let mut count = 0;
        let mut edits = Vec::new();
        for contact in changed {
            let Some(old) = self.entry(&contact.address) else {
                continue;
            };
            let between = Edit::between(&old.contact, &contact);
            count += usize::from(!between.is_empty());
            edits.extend(between);
        }
        let words = match count {
            0 => return,
            1 => "Changed the contact".into(),
            count => format!("Changed {}", contacts::counted(count)),
        };
        self.carry_out(edits, words, now)
    }

    /// The marked contacts, else the one under the cursor.
    fn chosen(&self) -> Vec<Contact> {
        let marked: Vec<Contact> = self
            .entries()
            .iter()
            .filter(|entry| entry.marked)
            .map(|entry| entry.contact.clone())
            .collect();
        if marked.is_empty() {
            self.selected()
                .map(|entry| entry.contact.clone())
                .into_iter()
                .collect()
        } else {
            marked
        }
    }

    pub(super) fn remove(&mut self, now: Timestamp) {
        let chosen = self.chosen();
        let name = match chosen.as_slice() {
            [] => return,
            [one] => match self.entry(&one.address) {
                Some(entry) => format!("Removed {}", entry.name()),
                None => return,
            },
            several => format!("Removed {}", contacts::counted(several.len())),
        };
        if matches!(self.pane, Pane::Details { .. }) {
            self.pane = Pane::Contacts;
        }
        let next = self.neighbour_after_removal(&chosen);
        let edits = chosen
            .into_iter()
            .map(|contact| Edit::Remove(contact.address))
            .collect();
        self.carry_out(edits, name, now);
        if let Some(next) = next {
            self.select(Cursor::Contact(next));
        }
    }

    /// Who takes the cursor when the chosen ones are gone: the next in sight, else the one before.
    fn neighbour_after_removal(&self, chosen: &[Contact]) -> Option<Address> {
        let Some(Cursor::Contact(here)) = &self.cursor else {
            return None;
        };
        let shown: Vec<&Address> = self
            .sections
            .iter()
            .filter(|section| !section.folded)
            .flat_map(|section| &section.members)
            .map(|&place| &self.entries()[place].contact.address)
            .collect();
        let at = shown.iter().position(|&address| address == here)?;
        let stays = |address: &&&Address| chosen.iter().all(|gone| gone.address != ***address);
        let next = shown[at..]
            .iter()
            .find(stays)
            .or_else(|| shown[..at].iter().rev().find(stays));
        next.map(|&address| address.clone())
    }

    /// Opens the form that moves the marked contacts, or the one under the cursor.
    pub(super) fn ask_for_group(&mut self) {
        if !self.chosen().is_empty() {
            self.pane = Pane::Form(Box::new(Form::moving()));
        }
    }

    /// A contact was dragged onto a section; one that is marked takes all marked along.
    pub(super) fn drop_on(&mut self, address: Address, heading: &Heading, now: Timestamp) {
        let Some(entry) = self.entry(&address) else {
            return;
        };
        let moved = if entry.marked {
            self.chosen()
        } else {
            vec![entry.contact.clone()]
        };
        let moved = moved.into_iter().map(|contact| match heading {
            // They are where they are because of the search.
            Heading::Instead(_) => contact,
            Heading::Pinned => Contact {
                pinned: true,
                ..contact
            },
            Heading::Group(group) => Contact {
                group: group.clone(),
                pinned: false,
                ..contact
            },
        });
        self.change(moved.collect(), now)
    }

    /// Pins the marked contacts, or the one under the cursor, on top; where all are pinned, takes
    /// the pins away.
    pub(super) fn pin(&mut self, now: Timestamp) {
        let chosen = self.chosen();
        let pinned = !chosen.iter().all(|contact| contact.pinned);
        let verb = if pinned { "Pinned" } else { "Unpinned" };
        let name = match chosen.as_slice() {
            [] => return,
            [one] => match self.entry(&one.address) {
                Some(entry) => format!("{verb} {}", entry.name()),
                None => return,
            },
            several => format!("{verb} {}", contacts::counted(several.len())),
        };
        let edits = chosen
            .into_iter()
            .filter(|contact| contact.pinned != pinned);
        let edits = edits.map(|contact| Edit::Pin {
            address: contact.address,
            pinned,
        });
        self.carry_out(edits.collect(), name, now);
    }

    fn regroup(&mut self, moved: Vec<Contact>, group: Option<String>, now: Timestamp) {
        let moved = moved.into_iter().map(|contact| Contact {
            group: group.clone(),
            ..contact
        });
        self.change(moved.collect(), now)
    }

    pub(super) fn mark(&mut self) {
        if let Some(Cursor::Contact(address)) = &self.cursor
            && let Some(entry) = self.roster.entry_mut(address)
        {
            entry.marked ^= true;
        }
    }

    /// Applies the edits to the board, records how to undo them, and has them saved.
    pub(super) fn carry_out(&mut self, edits: Vec<Edit>, name: String, now: Timestamp) {
        self.take_turn(Turn::Contacts(edits), name, now);
    }

    /// Changes something, and records how to undo it.
    pub(super) fn take_turn(&mut self, forward: Turn, name: String, now: Timestamp) {
        let backward = self.turn(&forward, now);
        self.show_notice(format!("{name}: u takes it back"), now);
        self.edits.undone.clear();
        self.edits.done.push(Step {
            forward,
            backward,
            name,
        });
        if self.edits.done.len() > KEPT {
            self.edits.done.remove(0);
        }
    }

    /// Changes something on the board, and has it saved; returns what undoes it.
    fn turn(&mut self, turn: &Turn, now: Timestamp) -> Turn {
        match turn {
            Turn::Contacts(edits) => {
                let backward = self.apply(edits, now);
                self.save(edits.clone());
                Turn::Contacts(backward)
            }
            Turn::Note(edit) => Turn::Note(self.apply_note(edit)),
        }
    }

    pub(super) fn undo(&mut self, now: Timestamp) {
        let Some(step) = self.edits.done.pop() else {
            self.show_notice("Nothing to take back".into(), now);
            return;
        };
        self.turn(&step.backward, now);
        self.show_notice(format!("Taken back: {}", step.name), now);
        self.after_stepping(&step.backward);
        self.edits.undone.push(step);
    }

    pub(super) fn redo(&mut self, now: Timestamp) {
        let Some(step) = self.edits.undone.pop() else {
            self.show_notice("Nothing to do again".into(), now);
            return;
        };
        self.turn(&step.forward, now);
        self.show_notice(format!("Done again: {}", step.name), now);
        self.after_stepping(&step.forward);
        self.edits.done.push(step);
    }

    fn after_stepping(&mut self, turn: &Turn) {
        let address = match turn {
            Turn::Contacts(edits) => match edits.first() {
                Some(Edit::Add(contact)) => contact.address.clone(),
                _ => return,
            },
            Turn::Note(edit) => edit.address().clone(),
        };
        self.select(Cursor::Contact(address));
    }

    fn save(&mut self, edits: Vec<Edit>) {
        let effect = self.edits.save(edits);
        self.want(effect);
        self.keep_fresh();
    }

    /// Applies edits to the board; returns the edits that undo them, in the order to apply.
    fn apply(&mut self, edits: &[Edit], now: Timestamp) -> Vec<Edit> {
        let contacts = self.entries().iter().map(|entry| entry.contact.clone());
        let (contacts, backward) = contacts::applied(contacts.collect(), edits);
        self.roster.set_contacts(contacts);
        self.rearrange(now);
        backward
    }

    pub(super) fn step_field(&mut self, forward: bool) {
        let known = self.known_to_forms();
        if let Pane::Form(form) = &mut self.pane {
            if forward && form.focused() == Field::File && !form.typed().is_empty() {
                let path = form.typed().into();
                return self.want(WorldEffect::CompletePath(path));
            }
            if !(forward && form.complete(&known)) {
                form.step(forward);
            }
        }
    }

    pub(super) fn point(&mut self, place: usize, now: Timestamp) {
        if matches!(self.pane, Pane::Settings { .. }) {
            return self.point_at_setting(place, now);
        }
        if matches!(self.pane, Pane::Actions { .. }) {
            return self.choose_action(place, now);
        }
        let tries = self.tries_to_sign_in();
        if let Pane::Form(form) = &mut self.pane
            && !tries
        {
            form.focus_on(place);
        }
        if let Pane::Own(choice) = &mut self.pane {
            choice.choose(place);
        }
    }

    /// What would complete the field that is typed into.
    pub fn suggestion(&self, form: &Form) -> Option<String> {
        form.suggestion(&self.known_to_forms())
    }

    fn known_to_forms(&self) -> Known {
        let contacts = || self.entries().iter().map(|entry| &entry.contact);
        let domains = contacts().map(|contact| contact.address.domain().to_string());
        let own = self.preferences.domain.clone();
        let groups = contacts().filter_map(|contact| contact.group.clone());
        let rings = self.preferences.rings.all().iter();
        Known {
            domains: by_use(own.into_iter().chain(domains)),
            groups: by_use(groups),
            rings: rings.map(|ring| ring.name.clone()).collect(),
        }
    }

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

fn by_use(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut counted: Vec<(String, usize)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for value in values {
        let place = *places.entry(value.clone()).or_insert_with(|| {
            counted.push((value, 0));
            counted.len() - 1
        });
        counted[place].1 += 1;
    }
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counted.into_iter().map(|(value, _)| value).collect()
}
