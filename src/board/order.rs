use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::View;
use super::account::{AccountId, Accounts, Freshness};
use super::entry::{Entry, Standing};
use super::find::Find;
use crate::contacts::Contact;
use crate::presence::Availability;

/// By what the contacts of a group are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By name: nobody moves under the hand.
    #[default]
    Name,
    /// The most reachable first, then by name.
    State,
    /// What changed last first.
    Change,
}

impl Order {
    /// Every order.
    pub const ALL: [Order; 3] = [Order::Name, Order::State, Order::Change];

    /// The next one, as the sort key walks through them.
    pub fn next(self) -> Order {
        match self {
            Order::Name => Order::State,
            Order::State => Order::Change,
            Order::Change => Order::Name,
        }
    }

    /// The name in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            Order::Name => "name",
            Order::State => "state",
            Order::Change => "change",
        }
    }

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Order::Name => "by name",
            Order::State => "by state",
            Order::Change => "by last change",
        }
    }
}

/// What the contacts of a section have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Heading {
    /// They are pinned on top, whatever their groups are.
    Pinned,
    /// They are of this group; `None` for contacts without one.
    Group(Option<String>),
    /// They are of this group and free, while the one who was searched for is not.
    Instead(String),
}

impl Heading {
    /// The heading under which a contact stands.
    pub fn of(contact: &Contact) -> Heading {
        if contact.pinned {
            Heading::Pinned
        } else {
            Heading::Group(contact.group.clone())
        }
    }

    /// Its words on the screen.
    pub fn words(&self) -> Cow<'_, str> {
        match self {
            Heading::Pinned => "Pinned".into(),
            Heading::Group(Some(group)) => group.into(),
            Heading::Group(None) => "No group".into(),
            Heading::Instead(group) => format!("Free in {group}").into(),
        }
    }
}

/// Contacts under one heading as they are shown, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What stands above them.
    pub heading: Heading,
    /// Whether it shows only its heading.
    pub folded: bool,
    /// The members that pass the filter, as places in the list of entries, in order.
    pub members: Vec<usize>,
    /// The account that all of these are of; `None` where there are several, or nobody.
    pub account: Option<AccountId>,
}

impl Section {
    fn of(heading: Heading, folded: &HashSet<Heading>, members: Vec<usize>) -> Section {
        Section {
            folded: folded.contains(&heading),
            heading,
            members,
            account: None,
        }
    }
}

/// What decides who is shown, and in which order.
pub(super) struct Arrangement<'a> {
    pub order: Order,
    /// The saved search that is open.
    pub within: Option<&'a mut Find>,
    pub find: Option<&'a mut Find>,
    pub hide_offline: bool,
    pub folded: &'a HashSet<Heading>,
    pub freshness: &'a Freshness,
    pub accounts: &'a Accounts,
}

/// Arranges the entries into sections: those who are pinned, then groups in the order in which the
/// contact book first names them, contacts without a group last.
pub(super) fn arrange(how: Arrangement<'_>) -> Vec<Section> {
    let Arrangement {
        order,
        mut within,
        mut find,
        hide_offline,
        folded,
        freshness,
        accounts,
    } = how;
    let entries: Vec<&Entry> = accounts.entries().collect();
    let mut sections: Vec<Section> = Vec::new();
    let mut places: HashMap<(bool, Option<&str>), usize> = HashMap::new();
    for (place, &entry) in entries.iter().enumerate() {
        let standing = freshness.standing(entry);
        let contact = &entry.contact;
        let group = contact.group.as_deref().filter(|_| !contact.pinned);
        let section = *places.entry((contact.pinned, group)).or_insert_with(|| {
            sections.push(Section::of(Heading::of(contact), folded, Vec::new()));
            sections.len() - 1
        });
        if hide_offline && is_offline(entry, standing) {
            continue;
        }
        let searches = [&mut within, &mut find].into_iter().flatten();
        let profile = accounts.of(entry).profile();
        let fits = |find: &mut Find| find.fits(entry, profile, standing);
        if !searches.into_iter().all(|find| fits(find)) {
            continue;
        }
        sections[section].members.push(place);
    }
    let filtered = within.is_some() || find.is_some() || hide_offline;
    sections.retain(|section| !section.members.is_empty() || !filtered);
    sections.sort_by_key(|section| match section.heading {
        Heading::Pinned => 0,
        Heading::Group(Some(_)) => 1,
        Heading::Group(None) => 2,
        Heading::Instead(_) => 3,
    });
    for section in &mut sections {
        match order {
            Order::Name => section
                .members
                .sort_by_cached_key(|&at| by_name(entries[at])),
            Order::State => section.members.sort_by_cached_key(|&at| {
                let entry = entries[at];
                (reach(entry, freshness.standing(entry)), by_name(entry))
            }),
            Order::Change => section.members.sort_by_cached_key(|&at| {
                let since = entries[at].known().map(|known| known.since.at());
                (Reverse(since), by_name(entries[at]))
            }),
        }
    }
    if let Some(find) = find {
        sections.extend(instead(&entries, &sections, find, folded, freshness));
    }
    for section in &mut sections {
        let mut of = section.members.iter().map(|&at| entries[at].account());
        let first = of.next();
        section.account = first.filter(|first| of.all(|account| account == *first));
    }
    sections
}

/// Who can take the call of the first who was found by name, where that one is not free: those of the same
/// group who are, the best first.
fn instead(
    entries: &[&Entry],
    found: &[Section],
    find: &mut Find,
    folded: &HashSet<Heading>,
    freshness: &Freshness,
) -> Option<Section> {
    let all = || found.iter().flat_map(|section| &section.members);
    let first = entries[*all().next()?];
    if freshness.is_free(first) || find.marks(first.name()).is_empty() {
        return None;
    }
    let group = first.contact.group.as_deref()?;
    let is_found: HashSet<usize> = all().copied().collect();
    let mut members = free_in(entries, Some(group), freshness);
    members.retain(|place| !is_found.contains(place));
    let heading = Heading::Instead(group.into());
    (!members.is_empty()).then(|| Section::of(heading, folded, members))
}

/// The places of those of a group who are free, the best first: by how well they can be reached, then by
/// how long they have been free. Only fresh states count.
pub(super) fn free_in(
    entries: &[&Entry],
    group: Option<&str>,
    freshness: &Freshness,
) -> Vec<usize> {
    let mut free: Vec<usize> = (0..entries.len())
        .filter(|&place| entries[place].contact.group.as_deref() == group)
        .filter(|&place| freshness.is_free(entries[place]))
        .collect();
    free.sort_by_cached_key(|&place| {
        let since = entries[place].known().map(|known| known.since.at());
        (reach(entries[place], Standing::Fresh), since)
    });
    free
}

fn by_name(entry: &Entry) -> (String, String) {
    (
        entry.name().to_lowercase(),
        entry.contact.address.to_string(),
    )
}

/// How well somebody can be reached: the lowest is the best. What is not fresh comes after all
/// that is.
pub(super) fn reach(entry: &Entry, standing: Standing) -> (bool, Option<Availability>, bool) {
    let idle = entry.presence().is_some_and(|presence| presence.idle);
    (standing != Standing::Fresh, entry.availability(), idle)
}

fn is_offline(entry: &Entry, standing: Standing) -> bool {
    standing == Standing::Fresh && entry.availability() == Some(Availability::Unavailable)
}

/// One row of the grid: what the arrow keys and the scrolling go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// The heading of a section, by its place.
    Heading(usize),
    /// Neighbours of one section, by their places among the entries.
    Cells(Vec<usize>),
}

impl Row {
    /// Lines that it takes in this view.
    pub fn lines(&self, view: View) -> usize {
        match self {
            Row::Heading(_) => 1,
            Row::Cells(_) => view.lines(),
        }
    }

    pub(super) fn is_heading(&self) -> bool {
        matches!(self, Row::Heading(_))
    }

    /// The places of its contacts among the entries.
    pub(super) fn places(&self) -> &[usize] {
        match self {
            Row::Heading(_) => &[],
            Row::Cells(places) => places,
        }
    }
}

/// Lays the sections out in rows of at most `columns` cells. Where nobody has a group, there is
/// no heading.
pub(super) fn rows(sections: &[Section], columns: usize) -> Vec<Row> {
    let plain = sections.len() == 1 && sections[0].heading == Heading::Group(None);
    let mut rows = Vec::new();
    for (place, section) in sections.iter().enumerate() {
        if !plain {
            rows.push(Row::Heading(place));
        }
        if plain || !section.folded {
            let cells = section.members.chunks(columns.max(1));
            rows.extend(cells.map(|cells| Row::Cells(cells.to_vec())));
        }
    }
    rows
}
