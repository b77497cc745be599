//! Watches: whose becoming free rings.

use jiff::Timestamp;

use super::{Board, ContactId, Cursor, Entry, Repeat, TerminalEffect, Watch, WorldEffect};
use crate::calling::Ring;

impl Board {
    pub(super) fn ring(&mut self, id: &ContactId, now: Timestamp) {
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
        let ring = ring_of(entry);
        let is_watched = entry.watch.is_some();
        let how = ring.words().into_iter().chain(self.missing_rings(&ring));
        let how = how.filter(|_| is_watched).map(|how| format!("; {how}"));
        self.show_notice(words + &how.collect::<String>(), now);
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

fn ring_of(entry: &Entry) -> Ring {
    Ring::read(entry.contact.ring.as_deref().unwrap_or_default())
}
