//! Whom a publisher publishes: its contact book, and whom boards want besides.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::broker::{Topics, Wanted};
use crate::contacts::Contact;
use crate::presence::Address;

/// Whom a publisher publishes.
pub struct Whom {
    book: Vec<Contact>,
    /// Whom boards want; `None` where wishes are not served.
    wanted: Option<Wanted>,
}

impl Whom {
    /// Everybody in this contact book, and so many more whom boards want.
    pub fn new(book: Vec<Contact>, most: Option<usize>) -> Whom {
        Whom {
            book,
            wanted: most.map(Wanted::new),
        }
    }

    /// Whether anybody is in the contact book.
    pub fn has_book(&self) -> bool {
        !self.book.is_empty()
    }

    /// The contact book is another.
    pub fn set_book(&mut self, book: Vec<Contact>) {
        self.book = book;
    }

    /// Whether wishes are served.
    pub fn serves_wishes(&self) -> bool {
        self.wanted.is_some()
    }

    /// For how many more people there is room; `None` where wishes are not served.
    pub fn room(&self) -> Option<usize> {
        self.wanted.as_ref().map(Wanted::room)
    }

    /// Something is published at the topic of a wish, as [`Wanted::hear`] takes it; whether others are
    /// published from now on.
    pub fn hear(
        &mut self,
        topics: &Topics,
        topic: &str,
        payload: &[u8],
        rest: Option<Duration>,
    ) -> bool {
        let wanted = self.wanted.as_mut();
        wanted.is_some_and(|wanted| wanted.hear(topics, topic, payload, rest, Instant::now()))
    }

    /// Waits until somebody is wanted no longer; for ever where nobody is wanted.
    pub async fn next_end(&self) {
        match self.wanted.as_ref().and_then(Wanted::next_end) {
            Some(end) => tokio::time::sleep_until(end.into()).await,
            None => std::future::pending().await,
        }
    }

    /// Drops those whom nobody wants any more; whether there were any.
    pub fn expire(&mut self) -> bool {
        let wanted = self.wanted.as_mut();
        wanted.is_some_and(|wanted| wanted.expire(Instant::now()))
    }

    /// Those whom only boards want.
    pub fn by_wish(&self) -> HashSet<Address> {
        let book: HashSet<Address> = self.book.iter().flat_map(Contact::addresses).collect();
        let wanted = self.wanted.iter().flat_map(Wanted::contacts);
        wanted.filter(|one| !book.contains(one)).cloned().collect()
    }

    /// All of them.
    pub fn contacts(&self) -> Vec<Contact> {
        let by_wish = self.by_wish().into_iter().map(Contact::new);
        self.book.iter().cloned().chain(by_wish).collect()
    }
}
