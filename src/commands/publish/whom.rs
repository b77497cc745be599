//! Whom a publisher publishes: its contact book, and whom boards want besides.

use std::collections::HashSet;

use crate::broker::Wanted;
use crate::contacts::Contact;
use crate::presence::Address;

/// Whom a publisher publishes.
pub struct Whom {
    book: Vec<Contact>,
    /// Whom boards want; `None` where wishes are not served.
    pub wanted: Option<Wanted>,
}

impl Whom {
    /// Everybody in this contact book, and so many more whom boards want.
    pub fn new(book: Vec<Contact>, most: Option<usize>) -> Whom {
        Whom {
            book,
            wanted: most.map(Wanted::new),
        }
    }

    /// The contact book is another.
    pub fn set_book(&mut self, book: Vec<Contact>) {
        self.book = book;
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
