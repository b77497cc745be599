//! Operator's notes on the board: writing one, taking in those of others, and going to the deputy whom
//! one names.

use jiff::{SignedDuration, Timestamp};

use super::fold::{Spelling, typed};
use super::steps::Turn;
use super::{AccountEffect, AccountId, Board, ContactId, Entry, Field, Form, Pane};
use crate::operator::{NoteEdit, OperatorNote, OperatorNotes, deputy_in, end_in};

impl Board {
    /// Opens the line for the note on the contact under the cursor.
    pub(super) fn ask_for_note(&mut self) {
        if let Some(entry) = self.selected() {
            let note = entry.operator_note.as_ref();
            let text = note.map_or("", |note| note.text.as_str());
            let form = Form::annotating(entry.id(), text);
            self.pane = Pane::Form(Box::new(form));
        }
    }

    /// Notes what was typed; nothing clears the note.
    pub(super) fn annotate(&mut self, id: ContactId, now: Timestamp) {
        let Pane::Form(form) = &self.pane else {
            return;
        };
        let text = form.text(Field::OperatorNote);
        let until = self.end_of_note(form, now);
        self.pane = Pane::Contacts;
        let Some(entry) = self.entry(&id) else {
            return;
        };
        let before = entry.operator_note.as_ref();
        if before.map(|note| &note.text) == text.as_ref() {
            return;
        }
        let name = entry.name();
        let ContactId { account, address } = id;
        let (edit, name) = match text {
            Some(text) => {
                let note = OperatorNote {
                    address,
                    text,
                    by: self.account_of(entry).link().user.clone(),
                    at: now,
                    until,
                };
                (NoteEdit::Put(note), format!("Noted on {name}"))
            }
            None => (
                NoteEdit::Clear(address),
                format!("Cleared the note on {name}"),
            ),
        };
        self.take_turn(Turn::Note(account, edit), name, now);
    }

    /// When the note that is being typed will go by itself.
    pub fn end_of_note(&self, form: &Form, now: Timestamp) -> Option<Timestamp> {
        let now = now.to_zoned_datetime(self.preferences.zone.clone());
        end_in(&form.text(Field::OperatorNote)?, &now)
    }

    /// Changes the notes and has that saved; returns the edit that takes it back.
    pub(super) fn apply_note(&mut self, id: AccountId, edit: &NoteEdit) -> Option<NoteEdit> {
        let account = self.accounts.get_mut(id)?;
        account.notes_wanted += 1;
        let number = account.notes_wanted;
        let backward = account.roster.annotate(edit.clone());
        let edit = edit.clone();
        self.want_of(id, AccountEffect::Annotate { number, edit });
        Some(backward)
    }

    /// Takes in the notes of an account as they are on disk, with the board's changes up to this number.
    pub(super) fn take_notes(
        &mut self,
        account: AccountId,
        notes: OperatorNotes,
        number: u64,
        now: Timestamp,
    ) {
        let account = self.accounts.get_mut(account);
        // What is missing of the board's own comes with the next.
        if let Some(account) = account.filter(|account| number == account.notes_wanted) {
            account.roster.set_notes(notes);
            account.roster.expire_notes(now);
            self.out_of_order |= self.is_searched();
        }
    }

    /// Goes to the deputy whom the note on the contact under the cursor names.
    pub(super) fn go_to_deputy(&mut self, now: Timestamp) {
        let Some(entry) = self.selected() else {
            return;
        };
        let Some(deputy) = self.deputy_of(entry) else {
            let name = entry.name();
            let words = format!("No note names a deputy of {name}: n writes one");
            return self.show_notice(words, now);
        };
        self.go_to(deputy.id(), now);
    }

    /// The deputy whom a note on the contact names: the operator's, else the user's own, else the
    /// contact's. Of several who are called so, one of the same group.
    pub fn deputy_of(&self, entry: &Entry) -> Option<&Entry> {
        let operators = entry.operator_note.as_ref().map(|note| note.text.as_str());
        let own = entry.contact.note.as_deref();
        let theirs = entry
            .presence()
            .and_then(|presence| presence.note.as_deref());
        let named = [operators, own, theirs].into_iter().flatten();
        let named = named.into_iter().find_map(deputy_in)?;
        let is_named = |other: &&Entry| {
            other.contact.address != entry.contact.address && is_called(other, named)
        };
        let all = || self.entries().filter(is_named);
        let near = all().find(|other| other.contact.group == entry.contact.group);
        near.or_else(|| all().next())
    }

    /// When the next note goes by itself.
    pub(super) fn next_note_end(&self) -> Option<Timestamp> {
        let accounts = self.accounts().iter();
        let ends = accounts.filter_map(|account| account.roster.next_note_end());
        ends.min()
    }
}

/// Whether somebody is called so: by the address, or by the beginnings of words of the name.
fn is_called(entry: &Entry, named: &str) -> bool {
    if entry.contact.address.as_str() == named.to_lowercase() {
        return true;
    }
    Spelling::ALL.into_iter().any(|spelling| {
        let [name, named] = [entry.name(), named].map(|text| typed(text, spelling).to_lowercase());
        named.split_whitespace().all(|word| {
            let mut words = name.split_whitespace();
            words.any(|own| own.starts_with(word))
        })
    })
}

/// The notes of a roster, shown at the entries.
impl super::Roster {
    /// Replaces all notes.
    pub fn set_notes(&mut self, notes: OperatorNotes) {
        self.notes = notes;
        self.show_notes();
    }

    fn annotate(&mut self, edit: NoteEdit) -> NoteEdit {
        let backward = self.notes.apply(edit);
        self.show_notes();
        backward
    }

    pub(super) fn expire_notes(&mut self, now: Timestamp) {
        if self.next_note_end().is_some_and(|end| end <= now) {
            self.notes.expire(now);
            self.show_notes();
        }
    }

    fn next_note_end(&self) -> Option<Timestamp> {
        self.notes.next_end()
    }

    pub(super) fn shift_notes(&mut self, by: SignedDuration) {
        self.notes.shift(by);
        self.show_notes();
    }

    /// Puts each note at its contact.
    pub(super) fn show_notes(&mut self) {
        let super::Roster { entries, notes, .. } = self;
        for entry in entries {
            let note = notes.on(&entry.contact.address);
            entry.operator_note = note.cloned().map(Box::new);
        }
    }
}
