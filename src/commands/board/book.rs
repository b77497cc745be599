//! Keeps board and contact book in step: the board's edits go into the file, what others change there
//! comes onto the board.

use std::path::{Path, PathBuf};

use crate::board::WorldMessage;
use crate::contacts::{self, BookError, Changes, Contact, Edit};

/// The contact book of a board. One thing after the other: no reading misses a saving before it.
pub struct Book {
    path: PathBuf,
    changes: Option<Changes>,
    /// Savings that did not succeed yet.
    unsaved: Vec<Vec<Edit>>,
    /// What was sent to the board last; `None` where that was an error.
    sent: Option<Vec<Contact>>,
}

impl Book {
    /// The book in this file, seen from now on.
    pub fn new(path: PathBuf) -> Book {
        let changes = Changes::of(&path)
            .inspect_err(|error| tracing::warn!(%error, "changes of the contacts are not seen"))
            .ok();
        Book {
            path,
            changes,
            unsaved: Vec::new(),
            sent: None,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until somebody changed the file; for ever where the system cannot watch it.
    pub async fn changed(&mut self) {
        match &mut self.changes {
            Some(changes) => changes.next().await,
            None => std::future::pending().await,
        }
    }

    /// Reads the file. Returns the message for the board, if anything is new.
    pub fn read(&mut self) -> Option<WorldMessage> {
        match contacts::load(&self.path) {
            Ok(contacts) => self.news(contacts),
            Err(error) => Some(self.trouble(error.to_string())),
        }
    }

    /// Looks at the file after a change by others, and saves what could not be saved before. Returns
    /// the messages for the board.
    pub fn look_again(&mut self) -> Vec<WorldMessage> {
        if self.unsaved.is_empty() {
            return self.read().into_iter().collect();
        }
        self.try_to_save()
            .unwrap_or_else(|_| self.read().into_iter().collect())
    }

    /// Saves edits. Returns the messages for the board, for others may have changed the book.
    pub fn save(&mut self, edits: Vec<Edit>) -> Vec<WorldMessage> {
        self.unsaved.push(edits);
        self.try_to_save()
            .unwrap_or_else(|error| vec![self.trouble(format!("Not saved: {error}"))])
    }

    /// Ends: what is not saved is tried once more.
    ///
    /// # Errors
    /// Why it is lost.
    pub fn close(mut self) -> Result<(), BookError> {
        if self.unsaved.is_empty() {
            return Ok(());
        }
        self.try_to_save().map(drop)
    }

    fn try_to_save(&mut self) -> Result<Vec<WorldMessage>, BookError> {
        let contacts = contacts::save(&self.path, &self.unsaved.concat())?;
        let count = std::mem::take(&mut self.unsaved).len();
        let news = self.news(contacts);
        Ok([WorldMessage::Saved(count)]
            .into_iter()
            .chain(news)
            .collect())
    }

    fn news(&mut self, contacts: Vec<Contact>) -> Option<WorldMessage> {
        let contacts = Some(contacts).filter(|contacts| self.sent.as_ref() != Some(contacts))?;
        self.sent = Some(contacts.clone());
        Some(WorldMessage::Contacts(contacts))
    }

    fn trouble(&mut self, words: String) -> WorldMessage {
        // If the file is repaired to what was last sent, send it again: that clears the error.
        self.sent = None;
        WorldMessage::BookTrouble(Some(words))
    }
}
