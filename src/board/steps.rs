//! Steps of what the user changes, which can be undone and redone.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{AccountEffect, AccountId, Board, ContactId, Cursor};
use crate::contacts::{self, Edit};
use crate::operator::NoteEdit;

/// How many steps can be undone.
const KEPT: usize = 100;

/// Steps that can be undone and redone.
#[derive(Debug, Default)]
pub(super) struct Steps {
    done: Vec<Step>,
    undone: Vec<Step>,
}

/// Edits of contacts, each in the book of its account, in their order there.
type BookEdits = BTreeMap<AccountId, Vec<Edit>>;

/// Puts each edit to the book that it is for.
fn by_book(edits: impl IntoIterator<Item = (AccountId, Edit)>) -> BookEdits {
    let mut books = BookEdits::new();
    for (account, edit) in edits {
        books.entry(account).or_default().push(edit);
    }
    books
}

/// What is changed, and can be changed back.
#[derive(Clone, Debug)]
pub(super) enum Turn {
    /// Contacts of the books.
    Contacts(BookEdits),
    /// An operator's note of an account.
    Note(AccountId, NoteEdit),
}

/// One step: what it changes, what undoes it, and its name.
#[derive(Clone, Debug)]
struct Step {
    forward: Turn,
    backward: Turn,
    name: String,
}

impl Board {
    /// Applies the edits to the board, records how to undo them, and has them saved.
    pub(super) fn carry_out(
        &mut self,
        edits: impl IntoIterator<Item = (AccountId, Edit)>,
        name: String,
        now: Timestamp,
    ) {
        self.take_turn(Turn::Contacts(by_book(edits)), name, now);
    }

    /// Changes something, and records how to undo it.
    pub(super) fn take_turn(&mut self, forward: Turn, name: String, now: Timestamp) {
        let Some(backward) = self.turn(&forward, now) else {
            return;
        };
        self.show_notice(format!("{name}: u takes it back"), now);
        self.steps.undone.clear();
        self.steps.done.push(Step {
            forward,
            backward,
            name,
        });
        if self.steps.done.len() > KEPT {
            self.steps.done.remove(0);
        }
    }

    /// Changes something on the board, and has it saved; returns what undoes it.
    fn turn(&mut self, turn: &Turn, now: Timestamp) -> Option<Turn> {
        Some(match turn {
            Turn::Contacts(books) => Turn::Contacts(self.apply(books, now)),
            Turn::Note(account, edit) => Turn::Note(*account, self.apply_note(*account, edit)?),
        })
    }

    pub(super) fn undo(&mut self, now: Timestamp) {
        let Some(step) = self.steps.done.pop() else {
            self.show_notice("Nothing to take back".into(), now);
            return;
        };
        self.turn(&step.backward, now);
        self.show_notice(format!("Taken back: {}", step.name), now);
        self.after_stepping(&step.backward);
        self.steps.undone.push(step);
    }

    pub(super) fn redo(&mut self, now: Timestamp) {
        let Some(step) = self.steps.undone.pop() else {
            self.show_notice("Nothing to do again".into(), now);
            return;
        };
        self.turn(&step.forward, now);
        self.show_notice(format!("Done again: {}", step.name), now);
        self.after_stepping(&step.forward);
        self.steps.done.push(step);
    }

    fn after_stepping(&mut self, turn: &Turn) {
        let (account, address) = match turn {
            Turn::Contacts(books) => match books.iter().next() {
                Some((account, edits)) => match edits.first() {
                    Some(Edit::Add(contact)) => (*account, contact.address.clone()),
                    _ => return,
                },
                None => return,
            },
            Turn::Note(account, edit) => (*account, edit.address().clone()),
        };
        self.select(Cursor::Contact(ContactId { account, address }));
    }

    /// Applies edits to the board, and has them saved, each in its own book; returns the edits that
    /// undo them, in the order to apply.
    fn apply(&mut self, books: &BookEdits, now: Timestamp) -> BookEdits {
        let mut backward = BookEdits::new();
        for (&id, edits) in books {
            let Some(account) = self.accounts.get_mut(id) else {
                continue;
            };
            let contacts = account.entries().iter();
            let contacts = contacts.map(|entry| entry.contact.clone()).collect();
            let (contacts, undoing) = contacts::applied(contacts, edits);
            account.roster.set_contacts(contacts);
            account.roster.show_watches(now);
            account.save(edits.clone());
            backward.insert(id, undoing);
            self.want_of(id, AccountEffect::Save(edits.clone()));
            self.keep_fresh(id);
        }
        self.rearrange(now);
        backward
    }
}
