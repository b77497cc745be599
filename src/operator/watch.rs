//! Watches: whom those at a desk wait for, on every board that has the file.
//!
//! A watch that rings once ends for all: whichever board finds the contact free first marks it as rung,
//! and each board that is open at that moment rings, too. The mark stays in the file for a while, so that
//! a board that reads it late still knows why the watch is gone.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use toml_edit::{ArrayOfTables, Item, Table, value};

use super::file::{Shared, is_of};
use crate::file::Kind;
use crate::presence::{Address, clean};

/// So long a watch that has rung stays in the file.
const MARKED: SignedDuration = SignedDuration::from_mins(10);

/// How often a watch rings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Repeat {
    /// Once, then the watch ends.
    #[default]
    Once,
    /// Each time that the contact becomes free.
    Always,
}

impl Repeat {
    const fn name(self) -> &'static str {
        match self {
            Repeat::Once => "once",
            Repeat::Always => "always",
        }
    }
}

/// Who is watched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Watched {
    /// One contact.
    Contact(Address),
    /// Whoever of this group becomes free first; `None`: of those without a group.
    Group(Option<String>),
}

/// That a watch has rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// When.
    pub at: Timestamp,
    /// Who was free.
    pub who: Address,
}

/// A watch of a desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskWatch {
    /// Who is watched.
    pub whom: Watched,
    /// How often it rings.
    pub repeat: Repeat,
    /// The user who set it.
    pub by: String,
    /// When it was set.
    pub at: Timestamp,
    /// That it has rung, and so is over.
    pub rung: Option<Rung>,
}

/// One change of the watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchEdit {
    /// Puts this watch in the place of the one that there is.
    Put(DeskWatch),
    /// Ends the watch without a ring.
    Clear(Watched),
    /// Ends the watch that was set at that time, which has rung; one that was set since goes on.
    Ring {
        /// Whose watch.
        whom: Watched,
        /// When it was set.
        set: Timestamp,
        /// That it has rung.
        rung: Rung,
    },
}

impl WatchEdit {
    /// Who is watched.
    pub fn whom(&self) -> &Watched {
        match self {
            WatchEdit::Put(watch) => &watch.whom,
            WatchEdit::Clear(whom) | WatchEdit::Ring { whom, .. } => whom,
        }
    }
}

/// The watches of a desk, at most one on each contact and each group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeskWatches(HashMap<Watched, DeskWatch>);

impl DeskWatches {
    /// The watch on somebody that is not over.
    pub fn on(&self, whom: &Watched) -> Option<&DeskWatch> {
        self.0.get(whom).filter(|watch| watch.rung.is_none())
    }

    /// All of them, those that are over, too.
    pub fn all(&self) -> impl Iterator<Item = &DeskWatch> {
        self.0.values()
    }

    /// All that are not over.
    pub fn open(&self) -> impl Iterator<Item = &DeskWatch> {
        self.all().filter(|watch| watch.rung.is_none())
    }

    /// How the watch that was set at that time has rung, if it has.
    pub fn rung(&self, watch: &DeskWatch) -> Option<&Rung> {
        let same = self.0.get(&watch.whom);
        same.filter(|same| same.at == watch.at)?.rung.as_ref()
    }

    /// Changes them.
    pub fn apply(&mut self, edit: WatchEdit) {
        match edit {
            WatchEdit::Put(watch) => drop(self.0.insert(watch.whom.clone(), watch)),
            WatchEdit::Clear(whom) => drop(self.0.remove(&whom)),
            WatchEdit::Ring { whom, set, rung } => {
                let watch = self.0.get_mut(&whom).filter(|watch| watch.at == set);
                if let Some(watch) = watch {
                    watch.rung.get_or_insert(rung);
                }
            }
        }
    }
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    watch: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    address: Option<String>,
    group: Option<String>,
    #[serde(default)]
    repeat: Repeat,
    #[serde(default)]
    by: String,
    at: Timestamp,
    rung: Option<Timestamp>,
    free: Option<String>,
}

impl Row {
    fn watch(self) -> Option<DeskWatch> {
        let whom = match (&self.address, self.group) {
            (Some(address), _) => Watched::Contact(Address::parse(address).ok()?),
            (None, Some(group)) => {
                let group = clean(&group);
                Watched::Group((!group.is_empty()).then_some(group))
            }
            (None, None) => return None,
        };
        let rung = self.rung.map(|at| {
            let who = self.free.or(self.address)?;
            Some(Rung {
                at,
                who: Address::parse(&who).ok()?,
            })
        });
        Some(DeskWatch {
            whom,
            repeat: self.repeat,
            by: clean(&self.by),
            at: self.at,
            rung: match rung {
                // Who was free cannot be read: over it is all the same.
                Some(None) => return None,
                Some(rung) => rung,
                None => None,
            },
        })
    }
}

/// `watches.toml`. Those that rang some time ago leave it.
impl Shared for DeskWatches {
    type Edit = WatchEdit;
    const KIND: Kind = Kind::Watches;
    const TABLE: &'static str = "watch";

    fn read(text: &str) -> Result<DeskWatches, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        let watches = file.watch.into_iter().filter_map(Row::watch);
        let watches = watches.map(|watch| (watch.whom.clone(), watch));
        Ok(DeskWatches(watches.collect()))
    }

    fn anew(&self) -> Vec<WatchEdit> {
        self.all().cloned().map(WatchEdit::Put).collect()
    }

    fn change(&self, tables: &mut ArrayOfTables, edits: &[WatchEdit], now: Timestamp) {
        let is_over = |watch: &DeskWatch| {
            let rung = watch.rung.as_ref();
            rung.is_some_and(|rung| now.duration_since(rung.at).abs() > MARKED)
        };
        let mut after = self.clone();
        after.0.retain(|_, watch| !is_over(watch));
        for edit in edits {
            after.apply(edit.clone());
        }
        for whom in self.0.keys().chain(edits.iter().map(WatchEdit::whom)) {
            if self.0.get(whom) == after.0.get(whom) {
                continue;
            }
            tables.retain(|table| !is_on(table, whom));
            if let Some(watch) = after.0.get(whom) {
                tables.push(table(watch));
            }
        }
    }
}

/// Whether a table is the watch on them.
fn is_on(table: &Table, whom: &Watched) -> bool {
    match whom {
        Watched::Contact(address) => is_of(table, address),
        Watched::Group(group) => {
            let written = table.get("group").and_then(Item::as_str).map(clean);
            !table.contains_key("address")
                && written.as_deref() == Some(group.as_deref().unwrap_or(""))
        }
    }
}

fn table(watch: &DeskWatch) -> Table {
    let mut table = Table::new();
    match &watch.whom {
        Watched::Contact(address) => table["address"] = value(address.as_str()),
        Watched::Group(group) => table["group"] = value(group.as_deref().unwrap_or("")),
    }
    table["repeat"] = value(watch.repeat.name());
    table["by"] = value(&watch.by);
    table["at"] = value(watch.at.to_string());
    if let Some(rung) = &watch.rung {
        table["rung"] = value(rung.at.to_string());
        table["free"] = value(rung.who.as_str());
    }
    table
}
