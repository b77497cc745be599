//! Keeps board and contact book in step: the board's edits go into the file, what others change there
//! comes onto the board.

use std::path::{Path, PathBuf};

use crate::board::AccountMessage;
use crate::contacts::{self, BookError, Changes, Contact, Edit};
use crate::file::Stamp;

/// The contact book of a board. One thing after the other: no reading misses a save before it.
pub struct Book {
    path: PathBuf,
    locks: PathBuf,
    changes: Changes,
    /// The file when it was last read or written.
    stamp: Option<Stamp>,
    /// Edits that are not on disk yet.
    unsaved: Vec<Vec<Edit>>,
    /// Who is in the book, as far as it could be read.
    known: Vec<Contact>,
    /// Whether the board has exactly that, and no trouble.
    in_step: bool,
    /// Whether the user knows that the file is gone.
    is_missed: bool,
}

impl Book {
    /// The book in this file, with its lock in the folder `locks`, watched from now on.
    pub fn new(path: PathBuf, locks: PathBuf) -> Book {
        let changes = Changes::of(&path);
        Book {
            path,
            locks,
            changes,
            stamp: None,
            unsaved: Vec::new(),
            known: Vec::new(),
            in_step: false,
            is_missed: false,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Who is in it, as far as it could be read.
    pub fn known(&self) -> &[Contact] {
        &self.known
    }

    /// Why changes by others are seen only at the next poll, where that is so and is news.
    pub fn unwatched(&mut self) -> Option<String> {
        self.changes.unwatched()
    }

    /// Whether the user knows that the file is gone.
    pub fn is_missed(&self) -> bool {
        self.is_missed
    }

    /// Waits until somebody changed the file.
    pub async fn changed(&mut self) {
        self.changes.next().await;
    }

    /// Looks whether the file is another than before, which the system may not have sent.
    pub fn check(&mut self) -> Vec<AccountMessage> {
        self.changes.check(self.stamp);
        Vec::new()
    }

    /// Reads the file. Returns the message for the board, if anything is new.
    pub fn read(&mut self) -> Option<AccountMessage> {
        self.look();
        match contacts::load_if_there(&self.path) {
            Ok(None) if !self.known.is_empty() => {
                Some(self.trouble(&BookError::Away(self.path.clone())))
            }
            Ok(contacts) => self.news(contacts.unwrap_or_default()),
            Err(error) => Some(self.trouble(&error)),
        }
    }

    /// Looks at the file after a change by others, and saves what could not be saved before. Returns
    /// the messages for the board.
    pub fn look_again(&mut self) -> Vec<AccountMessage> {
        if self.unsaved.is_empty() {
            return self.read().into_iter().collect();
        }
        match self.try_to_save() {
            Ok(messages) => messages,
            // Reading it now could find it back, with nothing to come that saves what waits.
            Err(error @ BookError::Away(_)) => vec![self.trouble(&error)],
            Err(_) => self.read().into_iter().collect(),
        }
    }

    /// Looks because the user asks for it: a book of which the user knows that it is gone is written anew.
    pub fn refresh(&mut self) -> Vec<AccountMessage> {
        if self.is_missed && self.is_away() {
            return self
                .restore()
                .unwrap_or_else(|error| vec![self.trouble(&error)]);
        }
        self.check()
    }

    /// Saves edits. Returns the messages for the board, for others may have changed the book.
    pub fn save(&mut self, edits: Vec<Edit>) -> Vec<AccountMessage> {
        self.unsaved.push(edits);
        self.try_to_save().unwrap_or_else(|error| {
            self.in_step = false;
            self.is_missed |= matches!(error, BookError::Away(_));
            vec![AccountMessage::BookTrouble(Some(format!(
                "Not saved: {error}"
            )))]
        })
    }

    /// Ends: what is not saved is tried once more.
    ///
    /// # Errors
    /// Why it is lost.
    pub fn close(mut self) -> Result<(), BookError> {
        if self.unsaved.is_empty() {
            Ok(())
        } else if self.is_away() {
            self.restore().map(drop)
        } else {
            self.try_to_save().map(drop)
        }
    }

    /// What is read or was written from here on is the file as it is now.
    fn look(&mut self) {
        self.stamp = Stamp::of(&self.path);
        self.changes.check(self.stamp);
    }

    /// Whether the file was there and is gone.
    fn is_away(&self) -> bool {
        !self.known.is_empty() && Stamp::of(&self.path).is_none()
    }

    /// Writes everybody into a file that is gone.
    fn restore(&mut self) -> Result<Vec<AccountMessage>, BookError> {
        let everybody = self.known.iter().cloned().map(Edit::add).collect();
        self.unsaved.insert(0, everybody);
        let count = self.unsaved.len() - 1;
        let contacts = contacts::save(&self.path, &self.locks, &self.unsaved.concat());
        if contacts.is_err() {
            self.unsaved.remove(0);
        }
        Ok(self.saved(count, contacts?))
    }

    fn try_to_save(&mut self) -> Result<Vec<AccountMessage>, BookError> {
        if self.is_away() {
            // Whatever is there next is a change, the same file, too.
            self.stamp = None;
            self.changes.check(None);
            return Err(BookError::Away(self.path.clone()));
        }
        let contacts = contacts::save(&self.path, &self.locks, &self.unsaved.concat())?;
        Ok(self.saved(self.unsaved.len(), contacts))
    }

    fn saved(&mut self, count: usize, contacts: Vec<Contact>) -> Vec<AccountMessage> {
        self.look();
        self.unsaved.clear();
        let news = self.news(contacts);
        let saved = [AccountMessage::Saved(count)];
        saved.into_iter().chain(news).collect()
    }

    fn news(&mut self, contacts: Vec<Contact>) -> Option<AccountMessage> {
        let known = self.in_step && self.known == contacts;
        self.in_step = true;
        self.is_missed = false;
        self.known.clone_from(&contacts);
        (!known).then_some(AccountMessage::Contacts(contacts))
    }

    fn trouble(&mut self, error: &BookError) -> AccountMessage {
        // If the file is repaired to what the board has, that is sent again: it clears the trouble.
        self.in_step = false;
        self.is_missed |= matches!(error, BookError::Away(_));
        AccountMessage::BookTrouble(Some(error.to_string()))
    }
}
