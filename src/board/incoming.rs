//! What the feed, the contact book and the disk send.

use jiff::Timestamp;

use super::{
    Account, AccountEffect, AccountId, AccountMessage, Board, ContactId, Difference, Entry, Order,
    Row, Watch, WorldMessage,
};
use crate::contacts::{self, Contact};
use crate::link::{Link, LinkState, Report};
use crate::presence::{Address, Availability};

impl Board {
    /// Takes in what the feed, the contact book and the disk send.
    pub(super) fn take(&mut self, message: WorldMessage, now: Timestamp) {
        match message {
            WorldMessage::Account(account, message) => self.take_of(account, message, now),
            WorldMessage::Joined(profiles) => {
                self.accounts.join(profiles);
                self.rearrange(now);
            }
            WorldMessage::SignIn(message) => self.take_sign_in(message),
            WorldMessage::Imported {
                file,
                imported,
                group,
            } => self.take_import(file, imported, group, now),
            WorldMessage::Exported(words) => self.exported(words, now),
            WorldMessage::FileExists(words) => self.file_exists(words),
            WorldMessage::FileTrouble(words) => self.file_trouble(words, now),
            WorldMessage::PathCompleted(path) => self.path_completed(&path),
            WorldMessage::Searched(number, found) => self.take_found(number, found),
            WorldMessage::Reconfigured(preferences, settings) => {
                self.reconfigure(*preferences, settings, now);
            }
            WorldMessage::SettingsTrouble(words) => self.settings_trouble = words,
            WorldMessage::Settings(settings) => self.settings = settings,
            WorldMessage::RingTrouble(words) => self.ring_all_the_same(words, now),
            WorldMessage::Notice(words) => self.show_notice(words, now),
        }
    }

    /// Takes in what is sent for an account; nothing where that is not on the board.
    fn take_of(&mut self, id: AccountId, message: AccountMessage, now: Timestamp) {
        let Some(account) = self.accounts.get_mut(id) else {
            return;
        };
        match message {
            AccountMessage::Contacts(contacts) => self.take_contacts(id, contacts, now),
            AccountMessage::Saved(count) => account.were_saved(count),
            AccountMessage::BookTrouble(words) => account.book_trouble = words,
            AccountMessage::Remembered(remembered) => {
                account.roster.remember(&remembered);
                // The names that the documents gave may be among it.
                self.rearrange(now);
            }
            AccountMessage::OperatorNotes { notes, number } => {
                self.take_notes(id, notes, number, now);
            }
            AccountMessage::NotesTrouble(words) => account.notes_trouble = words,
            AccountMessage::Watches { watches, number } => {
                self.take_watches(id, watches, number, now);
            }
            AccountMessage::WatchesTrouble(words) => account.watches_trouble = words,
            AccountMessage::History(history) => account.roster.recall(&history),
            AccountMessage::Reports(reports) => {
                // Whoever is picked will be in the board's own book.
                if id == AccountId::MAIN {
                    self.check_picked(&reports, now);
                }
                self.take_reports(id, reports);
            }
            AccountMessage::Link(link) => self.take_link(id, link, now),
            AccountMessage::ClockSet(by) => self.shift(id, by),
        }
    }

    fn take_contacts(&mut self, id: AccountId, contacts: Vec<Contact>, now: Timestamp) {
        let Some(account) = self.accounts.get_mut(id) else {
            return;
        };
        // Edits that are not saved yet are missing in what was read.
        let (contacts, _) = contacts::applied(contacts, account.unsaved());
        let first = account.entries().is_empty();
        let Difference { new, changed, gone } = account.roster.set_contacts(contacts);
        account.roster.show_watches(now);
        account.book_trouble = None;
        self.rearrange(now);
        if !first && new + changed + gone > 0 {
            let counted = [(new, "new"), (gone, "gone"), (changed, "changed")];
            let counted = counted.iter().filter(|(count, _)| *count > 0);
            let counted: Vec<String> = counted
                .map(|(count, what)| format!("{count} {what}"))
                .collect();
            self.show_notice(
                format!("Contacts changed elsewhere: {}", counted.join(", ")),
                now,
            );
        }
        if new + gone > 0 {
            self.keep_fresh(id);
        }
    }

    /// Has exactly the contacts of an account kept fresh, and those who may become some.
    pub(super) fn keep_fresh(&mut self, id: AccountId) {
        let Some(account) = self.accounts.get_mut(id) else {
            return;
        };
        let mut addresses = account.roster.addresses();
        if id == AccountId::MAIN {
            addresses.extend(self.guests.iter().cloned());
        }
        self.want_of(id, AccountEffect::Contacts(addresses));
    }

    /// Takes in what the link of an account reports: of its own contacts alone.
    pub(super) fn take_reports(&mut self, id: AccountId, reports: Vec<Report>) {
        if let Some(frozen) = &mut self.frozen {
            let named = |report: Report| {
                let address = report.address.clone();
                (
                    ContactId {
                        account: id,
                        address,
                    },
                    report,
                )
            };
            frozen.held.extend(reports.into_iter().map(named));
            return;
        }
        let is_searched = self.is_searched();
        for report in reports {
            let Some(Account { roster, .. }) = self.accounts.get_mut(id) else {
                return;
            };
            let named = |entry: &Entry| entry.name().len();
            let entry = roster.entry(&report.address);
            let before = entry.map(named);
            let was_free = entry.and_then(Entry::availability) == Some(Availability::Available);
            let changed = roster.learn(&report);
            // An answer may come for somebody who was removed meanwhile.
            let Some(entry) = roster.entry_mut(&report.address) else {
                continue;
            };
            self.out_of_order |= before != Some(named(entry));
            self.out_of_order |= changed || self.order == Order::State || is_searched;
            let known = entry.known().filter(|_| entry.trouble.is_none());
            let availability = known.map(|known| known.presence.availability);
            if let Some(watch) = &mut entry.watch {
                match availability {
                    Some(availability) => watch.see(availability, report.at),
                    None => watch.lose(),
                }
            }
            if let Some(availability) = availability.filter(|_| changed) {
                let is_free = availability == Availability::Available;
                let id = entry.id();
                self.run_hooks(&id, is_free && !was_free, report.at);
            }
        }
    }

    fn take_link(&mut self, id: AccountId, link: Link, now: Timestamp) {
        let Some(Account { roster, .. }) = self.accounts.get_mut(id) else {
            return;
        };
        if link.is_down() {
            // Nobody may be called free on the strength of an old state.
            let entries = roster.entries_mut().iter_mut();
            let watches = entries.filter_map(|entry| entry.watch.as_mut());
            watches.for_each(Watch::lose);
        }
        let trust = |link: &Link| (link.state == LinkState::Up, link.mode);
        self.out_of_order |= trust(&link) != trust(roster.link());
        roster.set_link(link, now);
    }

    /// Has the watched contacts and those in sight polled first, where others are in sight now.
    pub(super) fn prefer_what_is_in_sight(&mut self) {
        let sight = (self.top, self.rows.len(), self.room);
        if sight != self.preferred {
            self.preferred = sight;
            self.prefer();
        }
    }

    /// Has the watched contacts and those in sight polled first.
    pub(super) fn prefer(&mut self) {
        let watched = self.entries().filter(|entry| entry.watch.is_some());
        let in_sight = self.rows_in_sight().iter().flat_map(Row::places);
        let first = watched.chain(in_sight.map(|&place| self.entry_at(place)));
        let mut preferred: Vec<Vec<Address>> = vec![Vec::new(); self.accounts().len()];
        for entry in first {
            preferred[entry.account().place()].push(entry.contact.address.clone());
        }
        let accounts: Vec<AccountId> = self.accounts().iter().map(Account::id).collect();
        for (account, first) in accounts.into_iter().zip(preferred) {
            self.want_of(account, AccountEffect::Prefer(first));
        }
    }
}
