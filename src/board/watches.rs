//! Watches: whose becoming free rings.

use jiff::Timestamp;

use super::{Board, ContactId, Cursor, Repeat, TerminalEffect, Watch};

impl Board {
    pub(super) fn ring(&mut self, id: &ContactId, now: Timestamp) {
        let Some(entry) = self.accounts.entry(id) else {
            return;
        };
        let words = format!("{} is free", entry.name());
        let group = entry.contact.group.clone();
        if self.group_watches.remove(&group) {
            // Whoever is first answers for the group.
            let entries = self.accounts.entries_mut();
            for entry in entries.filter(|entry| entry.contact.group == group) {
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
        let freshness = self.freshness(now);
        let Some(Cursor::Contact(id)) = &self.cursor else {
            return;
        };
        let Some(entry) = self.accounts.entry_mut(id) else {
            return;
        };
        let free = freshness.is_free(entry);
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
        let freshness = self.freshness(now);
        let ends = self.group_watches.remove(&group);
        let entries = self.accounts.entries_mut();
        for entry in entries.filter(|entry| entry.contact.group == group) {
            let free = freshness.is_free(entry);
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
