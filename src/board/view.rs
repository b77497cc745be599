//! What drawing reads of the board.

use jiff::Timestamp;

use super::{
    Account, Board, ContactId, Entry, Freshness, Heading, Order, Pane, Preferences, Search,
    Section, Standing, View, order,
};
use crate::link::Link;
use crate::presence::{Address, Availability};

/// How many contacts there are of each kind, by fresh states only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// One number an availability, in the order of [`Availability::ALL`].
    pub by_availability: [usize; Availability::ALL.len()],
    /// Those whose state is not known to be true now.
    pub stale: usize,
    /// Those who were never answered yet.
    pub awaited: usize,
}

impl Board {
    /// How far states can be trusted at `now`: not at all, where the link of their account is down.
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        self.accounts.freshness(now)
    }

    /// How far the state of one contact can be trusted at `now`.
    pub fn standing(&self, entry: &Entry, now: Timestamp) -> Standing {
        entry.standing(self.account_of(entry).link().confirmed_after(now))
    }

    /// How many contacts there are of each kind; where a wall shows a saved search, of those that it
    /// finds.
    pub fn counts(&self, now: Timestamp) -> Counts {
        if self.search_on_the_wall().is_none() {
            return self.count(self.entries(), now);
        }
        let found = self.sections.iter().flat_map(|section| &section.members);
        self.count(found.map(|&place| self.entry_at(place)), now)
    }

    fn count<'a>(&self, entries: impl Iterator<Item = &'a Entry>, now: Timestamp) -> Counts {
        let freshness = self.freshness(now);
        let mut counts = Counts::default();
        for entry in entries {
            match (freshness.standing(entry), entry.availability()) {
                (Standing::Fresh, Some(availability)) => {
                    counts.by_availability[availability as usize] += 1;
                }
                (Standing::Awaited, _) if entry.trouble.is_none() => counts.awaited += 1,
                _ => counts.stale += 1,
            }
        }
        counts
    }

    /// How many of a section's members are free at `now`.
    pub fn free_in(&self, section: &Section, now: Timestamp) -> usize {
        let freshness = self.freshness(now);
        let members = section.members.iter();
        let members = members.map(|&place| self.entry_at(place));
        members.filter(|entry| freshness.is_free(entry)).count()
    }

    /// Whether keys go into a text field.
    pub fn wants_text(&self) -> bool {
        match &self.pane {
            Pane::Form(_) | Pane::Help { .. } => true,
            Pane::Contacts => self.search.as_ref().is_some_and(|search| search.typing),
            _ => false,
        }
    }

    /// Whether a letter or digit starts a search, so that commands take alt.
    pub fn types_to_find(&self) -> bool {
        self.preferences.type_to_find
            && matches!(self.pane, Pane::Contacts)
            && self.search.is_none()
            && !self.is_on_a_wall()
    }

    /// Who of a group is free, the best first: by how well they can be reached, then by how long
    /// they have been free. Only fresh states count.
    pub fn who_is_free(&self, group: Option<&str>, now: Timestamp) -> Vec<&Entry> {
        let entries: Vec<&Entry> = self.entries().collect();
        let places = order::free_in(&entries, group, &self.freshness(now));
        places.into_iter().map(|place| entries[place]).collect()
    }

    /// Whether somebody is shown because who was searched for is not free.
    pub fn stands_in(&self, entry: &Entry) -> bool {
        let place = self.accounts.place(&entry.id());
        let stand_ins = self.sections.last();
        let stand_ins = stand_ins.filter(|last| matches!(last.heading, Heading::Instead(_)));
        stand_ins
            .zip(place)
            .is_some_and(|(last, place)| last.members.contains(&place))
    }

    /// How many contacts are found by the search.
    pub fn found(&self) -> usize {
        let sections = self.sections.iter();
        let found = sections.filter(|section| !matches!(section.heading, Heading::Instead(_)));
        found.map(|section| section.members.len()).sum()
    }

    /// All contacts, account by account in the order of the books.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + Clone {
        self.accounts.entries()
    }

    /// The contact at a place among all, as sections and rows have it.
    pub fn entry_at(&self, place: usize) -> &Entry {
        self.accounts.entry_at(place)
    }

    /// A contact.
    pub fn entry(&self, id: &ContactId) -> Option<&Entry> {
        self.accounts.entry(id)
    }

    /// Whoever has this address: in the board's own book, else in the first that has it.
    pub fn find(&self, address: &Address) -> Option<&Entry> {
        self.accounts.find(address)
    }

    /// The groups as they are shown.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The board's own account.
    pub fn account(&self) -> &Account {
        self.accounts.main()
    }

    /// The accounts, the board's own first.
    pub fn accounts(&self) -> &[Account] {
        self.accounts.all()
    }

    /// The account that a contact is of.
    pub fn account_of(&self, entry: &Entry) -> &Account {
        self.accounts.of(entry)
    }

    /// The joined profile that everybody in a section is of; `None` where not everybody is.
    pub fn profile_of(&self, section: &Section) -> Option<&str> {
        self.accounts.get(section.account?)?.profile()
    }

    /// The joined profile that somebody is of, where the heading does not say it: others stand below it,
    /// too.
    pub fn profile_beside(&self, entry: &Entry) -> Option<&str> {
        let profile = self.account_of(entry).profile()?;
        let heading = Heading::of(&entry.contact);
        let mut sections = self.sections.iter();
        let section = sections.find(|section| section.heading == heading)?;
        section.account.is_none().then_some(profile)
    }

    /// How the link of the board's own account is.
    pub fn link(&self) -> &Link {
        self.accounts.main().link()
    }

    /// What is open above the contacts.
    pub fn pane(&self) -> &Pane {
        &self.pane
    }

    /// What is searched for.
    pub fn search(&self) -> Option<&Search> {
        self.search.as_ref()
    }

    /// The layout that the user chose; `None` while the width decides.
    pub fn view(&self) -> Option<View> {
        self.view
    }

    /// By what the contacts are sorted.
    pub fn order(&self) -> Order {
        self.order
    }

    /// Whether the offline are hidden.
    pub fn hides_offline(&self) -> bool {
        self.hide_offline
    }

    /// Since when the board is held still.
    pub fn frozen_since(&self) -> Option<Timestamp> {
        self.frozen.as_ref().map(|frozen| frozen.since)
    }

    /// The notice of the moment.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_ref().map(|notice| notice.words.as_str())
    }

    /// What is wrong with the settings file.
    pub fn settings_trouble(&self) -> Option<&str> {
        self.settings_trouble.as_deref()
    }

    /// What the user may set.
    pub fn preferences(&self) -> &Preferences {
        &self.preferences
    }

    /// Whether the mouse is the board's.
    pub fn mouse(&self) -> bool {
        self.mouse && !self.is_signing_in() && !self.is_on_a_wall()
    }
}
