//! Keeps board and file of operator's notes in step.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::board::AccountMessage;
use crate::contacts::Changes;
use crate::file::Stamp;
use crate::operator::{self, NoteEdit, NotesError, OperatorNotes};

/// The operator's notes of a board, and their file. One thing after the other: no reading misses a save
/// before it.
pub struct NoteFile {
    path: PathBuf,
    locks: PathBuf,
    changes: Changes,
    /// The file when it was last read or written.
    stamp: Option<Stamp>,
    /// Edits that are not on disk yet.
    unsaved: Vec<NoteEdit>,
    /// The number of the board's last change.
    number: u64,
    is_in_trouble: bool,
}

impl NoteFile {
    /// The notes in this file, with its lock in the folder `locks`, watched from now on.
    pub fn new(path: PathBuf, locks: PathBuf) -> NoteFile {
        let changes = Changes::of(&path);
        NoteFile {
            path,
            locks,
            changes,
            stamp: None,
            unsaved: Vec::new(),
            number: 0,
            is_in_trouble: false,
        }
    }

    /// Waits until somebody changed the file.
    pub async fn changed(&mut self) {
        self.changes.next().await;
    }

    /// Looks whether the file is another than before, which the system may not have sent.
    ///
    /// What could not be saved is tried again.
    pub fn check(&mut self) -> Vec<AccountMessage> {
        if !self.unsaved.is_empty() {
            return self.try_to_save();
        }
        self.changes.check(self.stamp);
        Vec::new()
    }

    /// Reads the file; what could not be saved before is saved now. Returns the messages for the board.
    pub fn read(&mut self) -> Vec<AccountMessage> {
        if !self.unsaved.is_empty() {
            return self.try_to_save();
        }
        self.stamp = Stamp::of(&self.path);
        let notes = operator::load(&self.path);
        self.outcome(notes, "")
    }

    /// Saves the board's change of this number. Returns the messages for the board, for others may have
    /// changed the notes.
    pub fn save(&mut self, number: u64, edit: NoteEdit) -> Vec<AccountMessage> {
        self.number = number;
        self.unsaved.push(edit);
        self.try_to_save()
    }

    /// Ends: what is not saved is tried once more.
    pub fn close(mut self) {
        if !self.unsaved.is_empty()
            && let Err(error) = self.put()
        {
            tracing::warn!(%error, "operator's notes are lost");
        }
    }

    fn put(&mut self) -> Result<OperatorNotes, NotesError> {
        let now = Timestamp::now();
        operator::save(&self.path, &self.locks, &self.unsaved, now)
    }

    fn try_to_save(&mut self) -> Vec<AccountMessage> {
        let saved = self.put();
        if saved.is_ok() {
            self.unsaved.clear();
        }
        self.stamp = Stamp::of(&self.path);
        self.outcome(saved, "Not saved: ")
    }

    fn outcome(
        &mut self,
        notes: Result<OperatorNotes, NotesError>,
        before: &str,
    ) -> Vec<AccountMessage> {
        let was_in_trouble = std::mem::replace(&mut self.is_in_trouble, notes.is_err());
        match notes {
            Ok(notes) => {
                let number = self.number;
                let notes = AccountMessage::OperatorNotes { notes, number };
                let over = was_in_trouble.then_some(AccountMessage::NotesTrouble(None));
                over.into_iter().chain([notes]).collect()
            }
            Err(error) => {
                vec![AccountMessage::NotesTrouble(Some(format!(
                    "{before}{error}"
                )))]
            }
        }
    }
}
