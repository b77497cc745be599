//! Several boards in one: saved searches, between which digits switch, and a wall by itself.

use jiff::Timestamp;

use super::{Board, Find};

/// The most that there may be: each has a digit.
pub const MOST_TABS: usize = 9;

/// A search that the settings name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// What it is called.
    pub name: String,
    /// What is searched for; everybody fits what is empty.
    pub find: String,
}

impl Board {
    /// The saved searches.
    pub fn tabs(&self) -> &[Tab] {
        &self.preferences.tabs
    }

    /// The place of the one that is open, from 0; `None` where everybody is shown.
    pub fn open_tab(&self) -> Option<usize> {
        self.open_tab.filter(|&place| place < self.tabs().len())
    }

    /// Shows whom a saved search finds, by its place from 0; `None` shows everybody.
    pub(super) fn open_tab_at(&mut self, place: Option<usize>, now: Timestamp) {
        if place.is_some_and(|place| place >= self.tabs().len()) {
            return;
        }
        self.open_tab = place;
        self.top = 0;
        self.rearrange(now);
    }

    /// The saved search that is open.
    pub(super) fn find_of_tab(&self) -> Option<Find> {
        let tab = &self.tabs()[self.open_tab()?];
        Some(Find::new(&tab.find))
    }

    /// Whether a search, saved or not, decides who is shown: so may a change of state, then.
    pub(super) fn is_searched(&self) -> bool {
        self.search.is_some() || self.open_tab().is_some()
    }
}
