//! What a search found, of one page or several.

use super::entry::Entry;
use super::page::Page;

/// Some or all of those who match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Who was found, in the directory's order.
    pub entries: Vec<Entry>,
    /// How many match.
    pub matching: Matching,
    /// How many the directory returned: those without a user id are among them.
    seen: u32,
}

/// How many match, as far as it can be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// So many.
    Exactly(u32),
    /// So many or more: the directory stops counting there.
    AtLeast(u32),
}

impl Default for Matching {
    fn default() -> Matching {
        Matching::Exactly(0)
    }
}

/// Those of a first page, when no other is asked for.
impl From<Page> for Found {
    fn from(page: Page) -> Found {
        let mut found = Found::default();
        found.add(page, 0);
        found
    }
}

impl Found {
    /// The directory's usual limit (`UserSearchLimit`): it lists and often counts no more, without
    /// a word.
    pub const LIMIT: u32 = 64;

    /// Adds the next page. Whether another one may hold more of those who match.
    pub(super) fn add(&mut self, page: Page, start: u32) -> bool {
        let seen = start.saturating_add(page.returned);
        let total = page.total.unwrap_or(seen).max(seen);
        self.matching = match total {
            // Releases that count no further answer the later pages empty.
            Found::LIMIT => Matching::AtLeast(total),
            _ if page.returned == 0 && total > seen => Matching::AtLeast(total),
            _ => Matching::Exactly(total),
        };
        self.seen = seen;
        self.entries.extend(page.entries);
        page.returned > 0 && seen < total
    }

    /// What to say where not everybody who matches is listed.
    pub fn advice(&self) -> Option<String> {
        match self.matching {
            Matching::AtLeast(count) => Some(format!("{count} or more match: type more")),
            Matching::Exactly(count) if count > Found::LIMIT => {
                Some(format!("More than {}: type more", Found::LIMIT))
            }
            Matching::Exactly(count) => {
                let seen = self.seen;
                (count > seen).then(|| format!("{seen} of {count}: type more"))
            }
        }
    }
}
