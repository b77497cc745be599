//! Watches: whose becoming free rings.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{
    Account, AccountEffect, AccountId, Board, ContactId, Entry, Roster, TerminalEffect, Watch,
    WorldEffect,
};
use crate::calling::Ring;
use crate::contacts::Contact;
use crate::operator::{DeskWatch, DeskWatches, Repeat, Rung, WatchEdit, Watched};
use crate::presence::Address;

/// A watch that rang on another board longer ago than this does not ring here any more.
const JUST_NOW: SignedDuration = SignedDuration::from_mins(1);

impl Board {
    /// Rings for a contact who is free, and ends the watches that ring once: on every board.
    pub(super) fn ring(&mut self, id: &ContactId, now: Timestamp) {
        let Some(entry) = self.accounts.entry(id) else {
            return;
        };
        let rung = Rung {
            at: now,
            who: id.address.clone(),
        };
        let own = Watched::Contact(id.address.clone());
        let group = Watched::Group(entry.contact.group.clone());
        let mut over = Vec::new();
        for account in self.accounts() {
            // A group may be in several books; whoever is first answers for it.
            let own = Some(&own).filter(|_| account.id() == id.account);
            for whom in own.into_iter().chain([&group]) {
                let watch = account.roster.watches.on(whom);
                if let Some(watch) = watch.filter(|watch| watch.repeat == Repeat::Once) {
                    let (whom, set, rung) = (whom.clone(), watch.at, rung.clone());
                    over.push((account.id(), WatchEdit::Ring { whom, set, rung }));
                }
            }
        }
        for (account, edit) in over {
            self.apply_watch(account, edit, now);
        }
        self.sound(id, now);
    }

    /// Rings as the contact says.
    fn sound(&mut self, id: &ContactId, now: Timestamp) {
        let Some(entry) = self.accounts.entry(id) else {
            return;
        };
        let words = format!("{} is free", entry.name());
        let after = self.freshness(now).confirmed_after(entry);
        let (ring, subject) = (ring_of(entry), entry.subject(after));
        let missing = self.missing_rings(&ring);
        let named = ring.names.iter();
        let named = named.filter_map(|name| self.preferences.rings.named(name));
        let (mut runs, mut troubles) = (Vec::new(), Vec::from_iter(missing));
        for filled in named.map(|command| command.fill(subject)) {
            match filled {
                Ok(invocation) => runs.push(invocation),
                Err(misfit) => troubles.push(misfit.to_string()),
            }
        }
        // Who waits for somebody hears something, whatever is wrong.
        let bells = ring.bells.max(u8::from(!troubles.is_empty()));
        let said = [words.clone()].into_iter().chain(troubles);
        self.show_notice(said.collect::<Vec<_>>().join("; "), now);
        self.want(TerminalEffect::Ring { words, bells });
        for invocation in runs {
            self.want(WorldEffect::Ring(invocation));
        }
    }

    /// The bell rings where a command could not.
    pub(super) fn ring_all_the_same(&mut self, words: String, now: Timestamp) {
        self.show_notice(words.clone(), now);
        self.want(TerminalEffect::Ring { words, bells: 1 });
    }

    /// Which commands a contact rings with that there are not, in words.
    fn missing_rings(&self, ring: &Ring) -> Option<String> {
        let rings = &self.preferences.rings;
        let missing = ring.names.iter().filter(|name| rings.named(name).is_none());
        let missing: Vec<String> = missing.map(|name| format!("'{name}'")).collect();
        let words = || {
            format!(
                "no ring {} in the settings, or none allowed",
                missing.join(", ")
            )
        };
        (!missing.is_empty()).then(words)
    }

    /// Watches the contact under the cursor once, then always, then no more.
    pub(super) fn watch(&mut self, now: Timestamp) {
        let Some(entry) = self.selected() else {
            return;
        };
        let (id, name) = (entry.id(), entry.name().to_string());
        let is_free = self.freshness(now).is_free(entry);
        let whom = Watched::Contact(id.address.clone());
        let watches = &self.account_of(entry).roster.watches;
        let by_group = Watched::Group(entry.contact.group.clone());
        let by_group = watches.on(&by_group).map(|_| entry.contact.group.clone());
        let (repeat, words) = match watches.on(&whom).map(|watch| watch.repeat) {
            None if is_free => (
                Some(Repeat::Once),
                format!("{name} is free now; rings when free again"),
            ),
            None => (
                Some(Repeat::Once),
                format!("Rings once when {name} is free"),
            ),
            Some(Repeat::Once) => (
                Some(Repeat::Always),
                format!("Rings each time that {name} becomes free"),
            ),
            Some(Repeat::Always) => match by_group {
                None => (None, format!("No longer watching {name}")),
                Some(group) => (None, rings_for_first(group.as_deref())),
            },
        };
        let ring = ring_of(entry);
        // What is missing is worth more than what there is: a narrow pane cuts the end.
        let how = self.missing_rings(&ring).or_else(|| ring.words());
        let how = how.filter(|_| repeat.is_some());
        let how = how.map_or(String::new(), |how| format!("; {how}"));
        self.set_watch(id.account, whom, repeat, now);
        self.show_notice(words + &how, now);
        self.prefer();
    }

    /// Watches the group under the cursor, or no more: in every book that has it.
    pub(super) fn watch_group(&mut self, now: Timestamp) {
        let Some(group) = self.group_under_cursor() else {
            return;
        };
        let group = group.map(String::from);
        let whom = Watched::Group(group.clone());
        let has_it = |account: &&Account| {
            let mut entries = account.entries().iter();
            entries.any(|entry| entry.contact.group == group)
        };
        let accounts = self.accounts().iter();
        let is_watched = |account: &Account| account.roster.watches.on(&whom).is_some();
        let ends = accounts.clone().any(is_watched);
        let concerned: Vec<AccountId> = accounts
            .filter(|account| {
                if ends {
                    is_watched(account)
                } else {
                    has_it(account)
                }
            })
            .map(Account::id)
            .collect();
        for account in concerned {
            let repeat = (!ends).then_some(Repeat::Once);
            self.set_watch(account, whom.clone(), repeat, now);
        }
        let words = if ends {
            format!("No longer watching {}", named(group.as_deref()))
        } else {
            rings_for_first(group.as_deref())
        };
        self.show_notice(words, now);
        self.prefer();
    }

    /// The watch because of which a contact is watched: its own, else that on its group.
    pub fn watch_on(&self, entry: &Entry) -> Option<&DeskWatch> {
        self.account_of(entry).roster.watch_on(&entry.contact)
    }

    /// Sets a watch, or ends it.
    fn set_watch(&mut self, id: AccountId, whom: Watched, repeat: Option<Repeat>, now: Timestamp) {
        let Some(account) = self.accounts.get_mut(id) else {
            return;
        };
        let edit = match repeat {
            Some(repeat) => WatchEdit::Put(DeskWatch {
                whom,
                repeat,
                by: account.link().user.clone(),
                at: now,
                rung: None,
            }),
            None => WatchEdit::Clear(whom),
        };
        self.apply_watch(id, edit, now);
    }

    /// Changes the watches and has that saved.
    fn apply_watch(&mut self, id: AccountId, edit: WatchEdit, now: Timestamp) {
        let Some(account) = self.accounts.get_mut(id) else {
            return;
        };
        account.watches_wanted += 1;
        let number = account.watches_wanted;
        account.roster.watches.apply(edit.clone());
        account.roster.show_watches(now);
        self.want_of(id, AccountEffect::Watch { number, edit });
    }

    /// Takes in the watches as they are on disk, with the board's changes up to this number. What has
    /// just rung on another board rings here, too. A wall waits for nobody.
    pub(super) fn take_watches(
        &mut self,
        id: AccountId,
        watches: DeskWatches,
        number: u64,
        now: Timestamp,
    ) {
        let is_on_a_wall = self.is_on_a_wall();
        let Some(account) = self.accounts.get_mut(id) else {
            return;
        };
        // What is missing of the board's own comes with the next.
        if is_on_a_wall || number != account.watches_wanted {
            return;
        }
        let before = std::mem::replace(&mut account.roster.watches, watches);
        let watches = &account.roster.watches;
        let rung = before.open().filter_map(|watch| watches.rung(watch));
        let just_now = rung.filter(|rung| now.duration_since(rung.at).abs() < JUST_NOW);
        let free: BTreeSet<Address> = just_now.map(|rung| rung.who.clone()).collect();
        account.roster.show_watches(now);
        for address in &free {
            let address = address.clone();
            self.sound(
                &ContactId {
                    account: id,
                    address,
                },
                now,
            );
        }
        if !free.is_empty() {
            // The other board has heard it first.
            let free = free.into_iter().collect();
            self.want_of(id, AccountEffect::PollNow(free));
        }
        self.prefer();
    }
}

/// The watches of a roster, shown at the entries.
impl Roster {
    fn watch_on(&self, contact: &Contact) -> Option<&DeskWatch> {
        let own = self.watches.on(&Watched::Contact(contact.address.clone()));
        own.or_else(|| self.watches.on(&Watched::Group(contact.group.clone())))
    }

    /// Has each contact watched who is, and nobody besides.
    pub(super) fn show_watches(&mut self, now: Timestamp) {
        let after = self.confirmed_after(now);
        let mut entries = std::mem::take(&mut self.entries);
        for entry in &mut entries {
            let repeat = self.watch_on(&entry.contact).map(|watch| watch.repeat);
            entry.watch = repeat.map(|repeat| match entry.watch {
                Some(watch) => watch.with(repeat),
                None => Watch::new(repeat, entry.is_free(after)),
            });
        }
        self.entries = entries;
    }
}

fn rings_for_first(group: Option<&str>) -> String {
    format!("Rings for the first of {} who becomes free", named(group))
}

fn named(group: Option<&str>) -> &str {
    group.unwrap_or("the contacts without a group")
}

fn ring_of(entry: &Entry) -> Ring {
    Ring::read(entry.contact.ring.as_deref().unwrap_or_default())
}
