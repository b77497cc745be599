//! What comes in from the server, what it means as time passes, and what drawing reads.

use jiff::{SignedDuration, Timestamp};

use super::{
    Board, CHANGE_SHOWS, Difference, Effect, Entry, Knowledge, Order, Pane, Preferences, REST, Row,
    Search, Section, Standing, View, Watch, age, order,
};
use crate::contacts::{self, Contact};
use crate::link::{Link, LinkState, Mode, Report};
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
    pub(super) fn take_contacts(&mut self, contacts: Vec<Contact>, now: Timestamp) -> Vec<Effect> {
        // What the user changed meanwhile is not in that book yet.
        let (contacts, _) = contacts::applied(contacts, self.edits.unsaved());
        let first = self.entries().is_empty();
        let Difference { new, changed, gone } = self.roster.set_contacts(contacts);
        self.book_trouble = None;
        self.rearrange(now);
        if !first && new + changed + gone > 0 {
            let counted = [(new, "new"), (gone, "gone"), (changed, "changed")];
            let counted = counted.iter().filter(|(count, _)| *count > 0);
            let counted: Vec<String> = counted
                .map(|(count, what)| format!("{count} {what}"))
                .collect();
            self.tell(
                format!("Contacts changed elsewhere: {}", counted.join(", ")),
                now,
            );
        }
        if new + gone > 0 {
            vec![self.keep_fresh()]
        } else {
            Vec::new()
        }
    }

    pub(super) fn keep_fresh(&self) -> Effect {
        Effect::Contacts(
            self.entries()
                .iter()
                .map(|entry| entry.contact.address.clone())
                .collect(),
        )
    }

    pub(super) fn take_reports(&mut self, reports: Vec<Report>) -> Vec<Effect> {
        if let Some(frozen) = &mut self.frozen {
            frozen.held.extend(
                reports
                    .into_iter()
                    .map(|report| (report.address.clone(), report)),
            );
            return Vec::new();
        }
        for report in reports {
            let named = |entry: &Entry| entry.name().len();
            let before = self.entry(&report.address).map(named);
            let changed = self.roster.learn(&report);
            // An answer may come for somebody who was removed meanwhile.
            let Some(entry) = self.roster.entry_mut(&report.address) else {
                continue;
            };
            self.out_of_order |= before != Some(named(entry));
            self.out_of_order |= changed || self.order == Order::State || self.search.is_some();
            let known = entry.known().filter(|_| entry.trouble.is_none());
            let availability = known.map(|known| known.presence.availability);
            if let Some(watch) = &mut entry.watch {
                match availability {
                    Some(availability) => watch.see(availability, report.at),
                    None => watch.lose(),
                }
            }
        }
        Vec::new()
    }

    pub(super) fn take_link(&mut self, link: Link, now: Timestamp) -> Vec<Effect> {
        if link.is_down() {
            // Nobody may be called free on the strength of an old state.
            let entries = self.roster.entries_mut().iter_mut();
            let watches = entries.filter_map(|entry| entry.watch.as_mut());
            watches.for_each(Watch::lose);
        }
        let trust = |link: &Link| (link.state == LinkState::Up, link.mode);
        self.out_of_order |= trust(&link) != trust(self.link());
        self.roster.set_link(link, now);
        Vec::new()
    }

    fn rearrange_when_due(&mut self, now: Timestamp) {
        let steady = self.order == Order::Name && self.search.is_none() && !self.hide_offline;
        if !steady {
            // States turn stale by time alone, which says so to nobody.
            let before = self.confirmed_after(self.arranged_at);
            let after = self.confirmed_after(now);
            let fresh = |entry: &Entry, after| entry.standing(after) == Standing::Fresh;
            let mut entries = self.roster.entries().iter();
            self.out_of_order |= entries.any(|entry| fresh(entry, before) && !fresh(entry, after));
        }
        if self.out_of_order && (steady || now >= self.touched + REST) {
            self.rearrange(now);
        }
    }

    /// What has become due by `now`: notices end, orders settle, watches ring.
    pub(super) fn pass_time(&mut self, now: Timestamp) -> Vec<Effect> {
        if self
            .notice
            .as_ref()
            .is_some_and(|notice| notice.until <= now)
        {
            self.notice = None;
        }
        self.rearrange_when_due(now);
        let free_for = self.preferences.free_for;
        let after = self.confirmed_after(now);
        let mut rung = Vec::new();
        for entry in self.roster.entries_mut() {
            let fresh = entry.standing(after) == Standing::Fresh;
            let Some(watch) = &mut entry.watch else {
                continue;
            };
            if !fresh {
                watch.lose();
            } else if watch.due(free_for).is_some_and(|due| due <= now) {
                if !watch.ring() {
                    entry.watch = None;
                }
                rung.push(entry.contact.address.clone());
            }
        }
        let mut effects = Vec::new();
        for address in rung {
            effects.extend(self.ring(&address, now));
        }
        effects
    }

    /// Whom to ask for first: the watched and those in sight.
    pub(super) fn preference(&self) -> Vec<Effect> {
        let watched = self.entries().iter().filter(|entry| entry.watch.is_some());
        let in_sight = self.rows_in_sight().iter().flat_map(|row| match row {
            Row::Cells(_, cells) => cells.as_slice(),
            Row::Heading(_) => &[],
        });
        let first = watched.chain(in_sight.map(|&place| &self.entries()[place]));
        vec![Effect::Prefer(
            first.map(|entry| entry.contact.address.clone()).collect(),
        )]
    }

    /// States that were confirmed before this are stale: all, where the link is down.
    pub fn confirmed_after(&self, now: Timestamp) -> Timestamp {
        self.roster.confirmed_after(now)
    }

    /// How many contacts there are of each kind.
    pub fn counts(&self, now: Timestamp) -> Counts {
        let after = self.confirmed_after(now);
        let mut counts = Counts::default();
        for entry in self.entries() {
            match (entry.standing(after), entry.availability()) {
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
        let after = self.confirmed_after(now);
        let members = section.members.iter().map(|&place| &self.entries()[place]);
        members.filter(|entry| entry.is_free(after)).count()
    }

    /// When the data on the board was last true as a whole: the oldest confirmation among the
    /// contacts that were answered last time. `None` before the first answer.
    pub fn asked_at(&self) -> Option<Timestamp> {
        let answered = self
            .entries()
            .iter()
            .filter(|entry| entry.trouble.is_none());
        let known = answered.filter_map(Entry::known);
        known.map(|known| known.asked_at).min()
    }

    /// When the picture next changes by the mere passing of time; `None` while nothing will.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let mut next: Option<Timestamp> = None;
        let mut sooner = |at: Timestamp| next = Some(next.map_or(at, |next| next.min(at)));
        if let Some(notice) = &self.notice {
            sooner(notice.until);
        }
        if self.out_of_order {
            sooner(self.touched + REST);
        }
        if let Some(frozen) = &self.frozen {
            sooner(age::seconds_turn(frozen.since, now));
        }
        match (&self.link().state, self.asked_at()) {
            (
                LinkState::Trouble {
                    since, next_try, ..
                },
                _,
            ) => {
                sooner(age::seconds_turn(*since, now));
                if *next_try > now {
                    sooner(age::seconds_turn(
                        *next_try - SignedDuration::from_hours(1),
                        now,
                    ));
                }
            }
            // A live link is told of as such; how long ago anybody was asked for is not shown.
            (_, Some(asked_at)) if self.link().mode != Mode::Live => {
                sooner(age::seconds_turn(asked_at, now));
            }
            _ => {}
        }
        let after = self.confirmed_after(now);
        // The counts and the order are of everybody, in sight or not.
        let fresh = self
            .entries()
            .iter()
            .filter(|entry| entry.standing(after) == Standing::Fresh);
        if let Some(oldest) = fresh.filter_map(Entry::asked_at).min() {
            self.link()
                .stale_from(oldest)
                .into_iter()
                .for_each(&mut sooner);
        }
        let in_sight = self.rows_in_sight().iter().flat_map(|row| match row {
            Row::Cells(_, cells) => cells.as_slice(),
            Row::Heading(_) => &[],
        });
        for entry in in_sight.map(|&place| &self.entries()[place]) {
            let told = match (entry.standing(after), &entry.knowledge) {
                (Standing::Fresh, Knowledge::Known(known)) => Some(known.since.at()),
                _ => entry.asked_at(),
            };
            if let Some(told) = told {
                sooner(age::short_turns(told, now));
            }
            if let Some(changed) = entry
                .changed
                .filter(|&changed| changed + CHANGE_SHOWS > now)
            {
                sooner(changed + CHANGE_SHOWS);
            }
        }
        let watches = self.entries().iter().filter_map(|entry| entry.watch);
        watches
            .filter_map(|watch| watch.due(self.preferences.free_for))
            .for_each(&mut sooner);
        next
    }

    /// Whether the contact's state changed so lately that it stands out.
    pub fn just_changed(&self, entry: &Entry, now: Timestamp) -> bool {
        entry
            .changed
            .is_some_and(|changed| now < changed + CHANGE_SHOWS)
    }

    /// Whether keys go into a text field.
    pub fn wants_text(&self) -> bool {
        match &self.pane {
            Pane::Form(_) | Pane::Help { .. } => true,
            Pane::Contacts => self.search.as_ref().is_some_and(|search| search.typing),
            _ => false,
        }
    }

    /// Who of a group is free, the best first: by how well they can be reached, then by how long
    /// they have been free. Only fresh states count.
    pub fn who_is_free(&self, group: Option<&str>, now: Timestamp) -> Vec<&Entry> {
        let after = self.confirmed_after(now);
        let mut free: Vec<&Entry> = self
            .entries()
            .iter()
            .filter(|entry| entry.contact.group.as_deref() == group)
            .filter(|entry| entry.is_free(after))
            .collect();
        free.sort_by_cached_key(|entry| {
            let since = entry.known().map(|known| known.since.at());
            (order::reach(entry, Standing::Fresh), since)
        });
        free
    }

    /// All contacts, in the order of the book.
    pub fn entries(&self) -> &[Entry] {
        self.roster.entries()
    }

    /// The contact of this address.
    pub fn entry(&self, address: &Address) -> Option<&Entry> {
        self.roster.entry(address)
    }

    /// The groups as they are shown.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// How the link is.
    pub fn link(&self) -> &Link {
        self.roster.link()
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

    /// What is to be told in one line.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_ref().map(|notice| notice.words.as_str())
    }

    /// What is wrong with the contact book.
    pub fn book_trouble(&self) -> Option<&str> {
        self.book_trouble.as_deref()
    }

    /// What the user may set.
    pub fn preferences(&self) -> &Preferences {
        &self.preferences
    }

    /// Whether the mouse is the board's.
    pub fn mouse(&self) -> bool {
        self.mouse && !self.is_signing_in()
    }
}
