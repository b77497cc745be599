//! The accounts of a board: its own, and those of the profiles that are joined to it.
//!
//! Each has a link and contacts of its own. A report of one link finds only the contacts of its
//! account, and how far a state can be trusted is asked of the link of its own account.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::{Entry, Roster, Standing};
use crate::contacts::Edit;
use crate::link::{Link, LinkState};
use crate::presence::Address;

/// Which of the board's accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(usize);

impl AccountId {
    /// The board's own account: the first.
    pub const MAIN: AccountId = AccountId(0);

    /// The account of the joined profile at this place, from 0.
    pub const fn joined(place: usize) -> AccountId {
        AccountId(place + 1)
    }

    /// Its place among all accounts.
    pub fn place(self) -> usize {
        self.0
    }
}

/// Who a contact on the board is: an address in the book of one account. The same address in two books
/// is two contacts, for two servers speak of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContactId {
    /// Whose book it is in.
    pub account: AccountId,
    /// The address there.
    pub address: Address,
}

impl ContactId {
    /// This address in the board's own book.
    pub fn main(address: Address) -> ContactId {
        ContactId {
            account: AccountId::MAIN,
            address,
        }
    }
}

/// A user at a server: a link, the contacts of a book, and what is known of them.
#[derive(Debug)]
pub struct Account {
    profile: Option<String>,
    pub(super) roster: Roster,
    pub(super) book_trouble: Option<String>,
    pub(super) notes_trouble: Option<String>,
    /// Edits that are not in the book on disk yet, the oldest first.
    unsaved: VecDeque<Vec<Edit>>,
    /// How many changes of its operator's notes the board has wanted.
    pub(super) notes_wanted: u64,
    pub(super) watches_trouble: Option<String>,
    /// How many changes of its watches the board has wanted.
    pub(super) watches_wanted: u64,
}

impl Account {
    fn new(id: AccountId, profile: Option<String>, link: Link) -> Account {
        Account {
            profile,
            roster: Roster::of(id, link),
            book_trouble: None,
            notes_trouble: None,
            unsaved: VecDeque::new(),
            notes_wanted: 0,
            watches_trouble: None,
            watches_wanted: 0,
        }
    }

    /// Which it is.
    pub fn id(&self) -> AccountId {
        self.roster.account()
    }

    /// The profile that is joined; `None` for the board's own account.
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// How its link is.
    pub fn link(&self) -> &Link {
        self.roster.link()
    }

    /// Its contacts, in the order of the book.
    pub fn entries(&self) -> &[Entry] {
        self.roster.entries()
    }

    /// What is wrong with its contact book.
    pub fn book_trouble(&self) -> Option<&str> {
        self.book_trouble.as_deref()
    }

    /// What is wrong with its operator's notes.
    pub fn notes_trouble(&self) -> Option<&str> {
        self.notes_trouble.as_deref()
    }

    /// What is wrong with its watches.
    pub fn watches_trouble(&self) -> Option<&str> {
        self.watches_trouble.as_deref()
    }

    /// When what is known of its contacts was last true as a whole: the oldest confirmation among
    /// those that were answered last time. `None` before the first answer.
    pub fn asked_at(&self) -> Option<Timestamp> {
        let answered = self.entries().iter();
        let answered = answered.filter(|entry| entry.trouble.is_none());
        let known = answered.filter_map(Entry::known);
        known.map(|known| known.asked_at).min()
    }

    /// When the server last confirmed anybody's state: the last word of a live link. `None` before
    /// the first.
    pub fn heard_at(&self) -> Option<Timestamp> {
        let known = self.entries().iter().filter_map(Entry::known);
        known.map(|known| known.asked_at).max()
    }

    /// Whether the sign-in was refused, so that only the user can have it tried again.
    pub fn is_refused(&self) -> bool {
        matches!(self.link().state, LinkState::Refused { .. })
    }

    /// The edits that are not on disk yet, in their order.
    pub(super) fn unsaved(&self) -> impl Iterator<Item = &Edit> {
        self.unsaved.iter().flatten()
    }

    /// These edits go to the disk now.
    pub(super) fn save(&mut self, edits: Vec<Edit>) {
        self.unsaved.push_back(edits);
    }

    /// The oldest `count` saves are on disk.
    pub(super) fn were_saved(&mut self, count: usize) {
        self.unsaved.drain(..count.min(self.unsaved.len()));
    }
}

/// All accounts of a board: at least its own.
#[derive(Debug)]
pub(super) struct Accounts(Vec<Account>);

impl Accounts {
    /// The board's own account alone, with its link.
    pub fn new(link: Link) -> Accounts {
        Accounts(vec![Account::new(AccountId::MAIN, None, link)])
    }

    /// Joins these profiles, by name, with their links, in place of those that were.
    pub fn join(&mut self, profiles: Vec<(String, Link)>) {
        self.0.truncate(1);
        for (place, (profile, link)) in profiles.into_iter().enumerate() {
            let id = AccountId::joined(place);
            self.0.push(Account::new(id, Some(profile), link));
        }
    }

    /// The board's own.
    pub fn main(&self) -> &Account {
        &self.0[0]
    }

    /// All, the board's own first.
    pub fn all(&self) -> &[Account] {
        &self.0
    }

    /// The same, to be changed.
    pub fn all_mut(&mut self) -> &mut [Account] {
        &mut self.0
    }

    /// This account; `None` where it is not joined.
    pub fn get(&self, id: AccountId) -> Option<&Account> {
        self.0.get(id.0)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, id: AccountId) -> Option<&mut Account> {
        self.0.get_mut(id.0)
    }

    /// The account that a contact is of.
    pub fn of(&self, entry: &Entry) -> &Account {
        // Whoever is on the board is so by one of the accounts.
        &self.0[entry.account().0]
    }

    /// All contacts, account by account in the order of the books.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + Clone {
        self.0.iter().flat_map(Account::entries)
    }

    /// The same, to be changed.
    pub fn entries_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        let accounts = self.0.iter_mut();
        accounts.flat_map(|account| account.roster.entries_mut())
    }

    /// The contact at this place among all.
    pub fn entry_at(&self, place: usize) -> &Entry {
        let mut place = place;
        for account in &self.0[..self.0.len() - 1] {
            match account.entries().get(place) {
                Some(entry) => return entry,
                None => place -= account.entries().len(),
            }
        }
        &self.0[self.0.len() - 1].entries()[place]
    }

    /// The place of a contact among all.
    pub fn place(&self, id: &ContactId) -> Option<usize> {
        let before = self.0.get(..id.account.0)?.iter();
        let before: usize = before.map(|account| account.entries().len()).sum();
        Some(before + self.0.get(id.account.0)?.roster.place(&id.address)?)
    }

    /// A contact.
    pub fn entry(&self, id: &ContactId) -> Option<&Entry> {
        self.0.get(id.account.0)?.roster.entry(&id.address)
    }

    /// The same, to be changed.
    pub fn entry_mut(&mut self, id: &ContactId) -> Option<&mut Entry> {
        self.0.get_mut(id.account.0)?.roster.entry_mut(&id.address)
    }

    /// Whoever has this address: in the board's own book, else in the first that has it.
    pub fn find(&self, address: &Address) -> Option<&Entry> {
        let mut accounts = self.0.iter();
        accounts.find_map(|account| account.roster.entry(address))
    }

    /// How far states can be trusted at `now`.
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        let accounts = self.0.iter();
        Freshness(
            accounts
                .map(|account| account.link().confirmed_after(now))
                .collect(),
        )
    }
}

/// How far states can be trusted at one moment: each by the link of its own account.
#[derive(Clone, Debug)]
pub struct Freshness(Vec<Timestamp>);

impl Freshness {
    /// States of the contact that were confirmed before this are stale.
    pub fn confirmed_after(&self, entry: &Entry) -> Timestamp {
        self.0[entry.account().0]
    }

    /// How far the state of a contact can be trusted.
    pub fn standing(&self, entry: &Entry) -> Standing {
        entry.standing(self.confirmed_after(entry))
    }

    /// Whether a contact is available, by a state that is fresh.
    pub fn is_free(&self, entry: &Entry) -> bool {
        entry.is_free(self.confirmed_after(entry))
    }
}
