//! Keeps the board in step with the files that it shares with other boards: notes and watches.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::board::AccountMessage;
use crate::contacts::Changes;
use crate::file::{self, Stamp};
use crate::operator::{self, DeskWatches, OperatorNotes, Shared, SharedError};

/// What the board is sent of a shared file.
pub trait OnBoard: Shared + Clone {
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
    /// The contact book beside it.
    book: PathBuf,
    locks: PathBuf,
    changes: Changes,
    /// The file when it was last read or written.
    stamp: Option<Stamp>,
    /// What was in the file then.
    known: Option<T>,
    /// Edits that are not on disk yet.
    unsaved: Vec<T::Edit>,
    /// The number of the board's last change.
    number: u64,
    is_in_trouble: bool,
    /// Whether the user knows that the file is gone.
    is_missed: bool,
}

impl<T: OnBoard> SharedFile<T> {
    /// The file at this path, beside a contact book, with its lock in the folder `locks`, watched from
    /// now on.
    pub fn new(path: PathBuf, book: &Path, locks: PathBuf) -> SharedFile<T> {
        let changes = Changes::of(&path);
        SharedFile {
            path,
            book: book.to_path_buf(),
            locks,
            changes,
            stamp: None,
            known: None,
            unsaved: Vec::new(),
            number: 0,
            is_in_trouble: false,
            is_missed: false,
        }
    }

    /// Why changes by others are seen only at the next poll, where that is so and is news.
    pub fn unwatched(&mut self) -> Option<String> {
        self.changes.unwatched()
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
        self.look();
        match operator::load_if_there(&self.path) {
            Ok(None) if self.has_content() || operator::is_away(&self.path) => self.away(),
            read => self.outcome(read.map(Option::unwrap_or_default), ""),
        }
    }

    /// Looks because the user asks for it: a file of which the user knows that it is gone is written
    /// anew, and so is one beside a contact book that `is_missed`.
    pub fn refresh(&mut self, is_missed: bool) -> Vec<AccountMessage> {
        if !(is_missed || self.is_missed) || !self.is_away() {
            return self.check();
        }
        let restored = self.restore();
        self.look();
        self.outcome(restored, "")
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
        if self.unsaved.is_empty() {
            return;
        }
        let saved = if self.is_away() {
            self.restore()
        } else {
            self.put(&self.unsaved)
        };
        if let Err(error) = saved {
            tracing::warn!(%error, "changes of a shared file are lost");
        }
    }

    /// What is read or was written from here on is the file as it is now.
    fn look(&mut self) {
        self.stamp = Stamp::of(&self.path);
        self.changes.check(self.stamp);
    }

    /// Whether the file is gone with something in it, or its folder is: a checkout may have both away for
    /// a moment. What the board has of it stays until it is back.
    fn is_away(&self) -> bool {
        let is_gone = Stamp::of(&self.path).is_none();
        is_gone && self.has_content() || operator::is_away(&self.path)
    }

    /// Whether there was anything in the file.
    fn has_content(&self) -> bool {
        let known = self.known.as_ref();
        known.is_some_and(|known| !known.anew().is_empty())
    }

    /// Says that the file is gone. Where the contact book is gone, too, its line says it for both.
    fn away(&mut self) -> Vec<AccountMessage> {
        self.is_missed = true;
        let is_told = self.unsaved.is_empty() && Stamp::of(&self.book).is_none();
        if is_told {
            return Vec::new();
        }
        self.is_in_trouble = true;
        let words = "is gone; what the board has of it stays until it is back. r writes it anew";
        let words = format!("{} {words}", file::name_of(&self.path));
        let before = if self.unsaved.is_empty() {
            ""
        } else {
            "Not saved: "
        };
        vec![T::trouble(Some(format!("{before}{words}")))]
    }

    /// Writes all that the board has into a file that is gone.
    fn restore(&mut self) -> Result<T, SharedError> {
        let known = self.known.as_ref().map_or(Vec::new(), T::anew);
        let saved = self.put(&[known.as_slice(), &self.unsaved].concat());
        if saved.is_ok() {
            self.unsaved.clear();
        }
        saved
    }

    fn put(&self, edits: &[T::Edit]) -> Result<T, SharedError> {
        operator::save(&self.path, &self.locks, edits, Timestamp::now())
    }

    fn try_to_save(&mut self) -> Vec<AccountMessage> {
        if self.is_away() {
            // Whatever is there next is a change, the same file, too.
            self.stamp = None;
            self.changes.check(None);
            return self.away();
        }
        let saved = self.put(&self.unsaved);
        if saved.is_ok() {
            self.unsaved.clear();
        }
        self.look();
        self.outcome(saved, "Not saved: ")
    }

    fn outcome(&mut self, outcome: Result<T, SharedError>, before: &str) -> Vec<AccountMessage> {
        let was_in_trouble = std::mem::replace(&mut self.is_in_trouble, outcome.is_err());
        match outcome {
            Ok(read) => {
                self.known = Some(read.clone());
                self.is_missed = false;
                let over = was_in_trouble.then(|| T::trouble(None));
                over.into_iter().chain([read.news(self.number)]).collect()
            }
            Err(error) => vec![T::trouble(Some(format!("{before}{error}")))],
        }
    }
}
