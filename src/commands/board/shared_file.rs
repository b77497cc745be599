//! Keeps the board in step with the files that it shares with other boards: notes and watches.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::board::AccountMessage;
use crate::contacts::Changes;
use crate::file::Stamp;
use crate::operator::{self, DeskWatches, OperatorNotes, Shared, SharedError};

/// What the board is sent of a shared file.
pub trait OnBoard: Shared {
    /// What is in the file, with the board's changes up to that number.
    fn news(self, number: u64) -> AccountMessage;

    /// Why the file cannot be read or written; `None` clears it.
    fn trouble(words: Option<String>) -> AccountMessage;
}

impl OnBoard for OperatorNotes {
    fn news(self, number: u64) -> AccountMessage {
        AccountMessage::OperatorNotes {
            notes: self,
            number,
        }
    }

    fn trouble(words: Option<String>) -> AccountMessage {
        AccountMessage::NotesTrouble(words)
    }
}

impl OnBoard for DeskWatches {
    fn news(self, number: u64) -> AccountMessage {
        AccountMessage::Watches {
            watches: self,
            number,
        }
    }

    fn trouble(words: Option<String>) -> AccountMessage {
        AccountMessage::WatchesTrouble(words)
    }
}

/// A file that the board shares. One thing after the other: no reading misses a save before it.
pub struct SharedFile<T: OnBoard> {
    path: PathBuf,
    locks: PathBuf,
    changes: Changes,
    /// The file when it was last read or written.
    stamp: Option<Stamp>,
    /// Edits that are not on disk yet.
    unsaved: Vec<T::Edit>,
    /// The number of the board's last change.
    number: u64,
    is_in_trouble: bool,
}

impl<T: OnBoard> SharedFile<T> {
    /// The file at this path, with its lock in the folder `locks`, watched from now on.
    pub fn new(path: PathBuf, locks: PathBuf) -> SharedFile<T> {
        let changes = Changes::of(&path);
        SharedFile {
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
        // What the board has of it stays until it is back.
        if operator::is_away(&self.path) {
            return Vec::new();
        }
        self.stamp = Stamp::of(&self.path);
        let read = operator::load(&self.path);
        self.outcome(read, "")
    }

    /// Saves the board's change of this number. Returns the messages for the board, for others may have
    /// changed the file.
    pub fn save(&mut self, number: u64, edit: T::Edit) -> Vec<AccountMessage> {
        self.number = number;
        self.unsaved.push(edit);
        self.try_to_save()
    }

    /// Ends: what is not saved is tried once more.
    pub fn close(mut self) {
        if !self.unsaved.is_empty()
            && let Err(error) = self.put()
        {
            tracing::warn!(%error, "changes of a shared file are lost");
        }
    }

    fn put(&mut self) -> Result<T, SharedError> {
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

    fn outcome(&mut self, outcome: Result<T, SharedError>, before: &str) -> Vec<AccountMessage> {
        let was_in_trouble = std::mem::replace(&mut self.is_in_trouble, outcome.is_err());
        match outcome {
            Ok(read) => {
                let over = was_in_trouble.then(|| T::trouble(None));
                over.into_iter().chain([read.news(self.number)]).collect()
            }
            Err(error) => vec![T::trouble(Some(format!("{before}{error}")))],
        }
    }
}
