//! Contacts from files and into files.

use jiff::Timestamp;

use super::{Board, Form, Pane, Purpose, Replace, WorldEffect};
use crate::contacts::exchange::{Encoding, Imported};
use crate::contacts::{self, Contact};

impl Board {
    pub(super) fn ask_for_file(&mut self, form: Form) {
        self.pane = Pane::Form(Box::new(form));
    }

    pub(super) fn submit_export(&mut self, path: String, replace: Replace) {
        let all = || self.entries();
        let marked = all().any(|entry| entry.marked);
        let contacts = all().filter(|entry| entry.marked || !marked);
        let contacts = contacts.map(|entry| entry.contact.clone()).collect();
        self.want(WorldEffect::Export {
            path,
            contacts,
            replace,
        });
    }

    /// Adds the new contacts of an imported file, and lists what was refused.
    pub(super) fn take_import(
        &mut self,
        file: String,
        imported: Imported,
        group: Option<String>,
        now: Timestamp,
    ) {
        let found = imported.contacts.len();
        let new: Vec<Contact> = imported
            .contacts
            .into_iter()
            .filter(|contact| self.find(&contact.address).is_none())
            .map(|contact| Contact {
                group: group.clone().or(contact.group),
                ..contact
            })
            .collect();
        let came = new.len();
        self.pane = match imported.refused {
            refused if refused.is_empty() => Pane::Contacts,
            refused => Pane::Refused {
                file,
                refused,
                scroll: 0,
            },
        };
        if new.is_empty() {
            let words = match found {
                0 => "Nobody is in that file".into(),
                found => format!("All {found} of that file are on the board already"),
            };
            self.show_notice(words, now);
            return;
        }
        let mut words = match found - came {
            0 => format!("Imported {}", contacts::counted(came)),
            known => format!(
                "Imported {} ({known} here already)",
                contacts::counted(came)
            ),
        };
        if imported.encoding == Encoding::Windows1252 {
            words.push_str(", read as Windows-1252");
        }
        self.add_new(new, words, now);
    }

    pub(super) fn exported(&mut self, words: String, now: Timestamp) {
        if self.form_of_file().is_some() {
            self.pane = Pane::Contacts;
        }
        self.show_notice(words, now);
    }

    pub(super) fn file_exists(&mut self, words: String) {
        if let Some(form) = self.form_of_file() {
            form.ask_to_replace(words);
        }
    }

    pub(super) fn file_trouble(&mut self, words: String, now: Timestamp) {
        match self.form_of_file() {
            Some(form) => form.refusal = Some(words),
            None => self.show_notice(words, now),
        }
    }

    pub(super) fn path_completed(&mut self, path: &str) {
        if let Some(form) = self.form_of_file()
            // More may have been typed since.
            && path.starts_with(form.typed())
        {
            form.put(path);
        }
    }

    /// The form that names a file, where it is still open.
    fn form_of_file(&mut self) -> Option<&mut Form> {
        match &mut self.pane {
            Pane::Form(form) => match form.purpose() {
                Purpose::Import | Purpose::Export(_) => Some(form),
                _ => None,
            },
            _ => None,
        }
    }
}
