//! What the feed, the contact book and the disk send.

use jiff::Timestamp;

use super::{Board, Difference, Entry, Order, Row, Watch, WorldEffect, WorldMessage};
use crate::contacts::{self, Contact};
use crate::link::{Link, LinkState, Report};
use crate::presence::Availability;

impl Board {
    /// Takes in what the feed, the contact book and the disk send.
    pub(super) fn take(&mut self, message: WorldMessage, now: Timestamp) {
        match message {
            WorldMessage::Contacts(contacts) => self.take_contacts(contacts, now),
            WorldMessage::Saved(count) => self.edits.were_saved(count),
            WorldMessage::BookTrouble(words) => self.book_trouble = words,
            WorldMessage::Remembered(remembered) => {
                self.roster.remember(&remembered);
                // The names that the documents gave may be among it.
                self.rearrange(now);
            }
            WorldMessage::OperatorNotes { notes, number } => self.take_notes(notes, number, now),
            WorldMessage::NotesTrouble(words) => self.notes_trouble = words,
            WorldMessage::History(history) => self.roster.recall(&history),
            WorldMessage::Reports(reports) => {
                self.check_picked(&reports, now);
                self.take_reports(reports);
            }
            WorldMessage::Link(link) => self.take_link(link, now),
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
            WorldMessage::ClockSet(by) => self.shift(by),
            WorldMessage::Settings(settings) => self.settings = settings,
            WorldMessage::RingTrouble(words) => self.ring_all_the_same(words, now),
            WorldMessage::Notice(words) => self.show_notice(words, now),
        }
    }

    fn take_contacts(&mut self, contacts: Vec<Contact>, now: Timestamp) {
        // Edits that are not saved yet are missing in what was read.
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
            self.show_notice(
                format!("Contacts changed elsewhere: {}", counted.join(", ")),
                now,
            );
        }
        if new + gone > 0 {
            self.keep_fresh();
        }
    }

    /// Has exactly the board's contacts kept fresh, and those who may become some.
    pub(super) fn keep_fresh(&mut self) {
        let mut addresses = self.roster.addresses();
        addresses.extend(self.guests.iter().cloned());
        self.want(WorldEffect::Contacts(addresses));
    }

    pub(super) fn take_reports(&mut self, reports: Vec<Report>) {
        if let Some(frozen) = &mut self.frozen {
            frozen.held.extend(
                reports
                    .into_iter()
                    .map(|report| (report.address.clone(), report)),
            );
            return;
        }
        let is_searched = self.is_searched();
        for report in reports {
            let named = |entry: &Entry| entry.name().len();
            let entry = self.entry(&report.address);
            let before = entry.map(named);
            let was_free = entry.and_then(Entry::availability) == Some(Availability::Available);
            let changed = self.roster.learn(&report);
            // An answer may come for somebody who was removed meanwhile.
            let Some(entry) = self.roster.entry_mut(&report.address) else {
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
                self.run_hooks(&report.address, is_free && !was_free, report.at);
            }
        }
    }

    fn take_link(&mut self, link: Link, now: Timestamp) {
        if link.is_down() {
            // Nobody may be called free on the strength of an old state.
            let entries = self.roster.entries_mut().iter_mut();
            let watches = entries.filter_map(|entry| entry.watch.as_mut());
            watches.for_each(Watch::lose);
        }
        let trust = |link: &Link| (link.state == LinkState::Up, link.mode);
        self.out_of_order |= trust(&link) != trust(self.link());
        self.roster.set_link(link, now);
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
        let watched = self.entries().iter().filter(|entry| entry.watch.is_some());
        let in_sight = self.rows_in_sight().iter().flat_map(Row::places);
        let first = watched.chain(in_sight.map(|&place| &self.entries()[place]));
        let first = first.map(|entry| entry.contact.address.clone()).collect();
        self.want(WorldEffect::Prefer(first));
    }
}
