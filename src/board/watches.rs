//! Watches: whose becoming free rings.

use jiff::Timestamp;

use super::{Board, Cursor, Repeat, TerminalEffect, Watch};
use crate::presence::Address;

impl Board {
    pub(super) fn ring(&mut self, address: &Address, now: Timestamp) {
        let Some(entry) = self.entry(address) else {
            return;
        };
        let words = format!("{} is free", entry.name());
        let group = entry.contact.group.clone();
        if self.group_watches.remove(&group) {
            // Whoever is first answers for the group.
            let entries = self.roster.entries_mut();
            for entry in entries
                .iter_mut()
                .filter(|entry| entry.contact.group == group)
            {
                if entry
                    .watch
                    .is_some_and(|watch| watch.repeat == Repeat::Once)
                {
                    entry.watch = None;
                }
            }
        }
        self.show_notice(words.clone(), now);
        self.want(TerminalEffect::Ring(words));
    }

    pub(super) fn watch(&mut self, now: Timestamp) {
        let after = self.confirmed_after(now);
        let Some(Cursor::Contact(address)) = &self.cursor else {
            return;
        };
        let Some(entry) = self.roster.entry_mut(address) else {
            return;
        };
        let free = entry.is_free(after);
        entry.watch = match entry.watch.map(|watch| watch.repeat) {
            None => Some(Watch::new(Repeat::Once, free)),
            Some(Repeat::Once) => Some(Watch::new(Repeat::Always, free)),
            Some(Repeat::Always) => None,
        };
        let name = entry.name().to_string();
        let words = match entry.watch.map(|watch| watch.repeat) {
            Some(Repeat::Once) if free => format!("{name} is free now; rings when free again"),
            Some(Repeat::Once) => format!("Rings once when {name} is free"),
            Some(Repeat::Always) => format!("Rings each time that {name} becomes free"),
            None => format!("No longer watching {name}"),
        };
        self.show_notice(words, now);
        self.prefer()
    }

    pub(super) fn watch_group(&mut self, now: Timestamp) {
        let Some(group) = self
            .group_under_cursor()
            .map(|group| group.map(String::from))
        else {
            return;
        };
        let after = self.confirmed_after(now);
        let ends = self.group_watches.remove(&group);
        let entries = self.roster.entries_mut();
        for entry in entries
            .iter_mut()
            .filter(|entry| entry.contact.group == group)
        {
            let free = entry.is_free(after);
            match entry.watch.map(|watch| watch.repeat) {
                Some(Repeat::Once) if ends => entry.watch = None,
                None if !ends => entry.watch = Some(Watch::new(Repeat::Once, free)),
                _ => {}
            }
        }
        let name = group
            .as_deref()
            .unwrap_or("the contacts without a group")
            .to_string();
        let words = if ends {
            format!("No longer watching {name}")
        } else {
            format!("Rings for the first of {name} who becomes free")
        };
        if !ends {
            self.group_watches.insert(group);
        }
        self.show_notice(words, now);
        self.prefer()
    }
}
