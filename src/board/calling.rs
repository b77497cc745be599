//! Reaching the contact under the cursor by another program.

use jiff::Timestamp;

use super::{Action, Board, ContactId, Entry, Pane, TerminalEffect, WorldEffect};
use crate::calling::{ContactAction, Invocation, Misfit};

impl Board {
    /// Calls the contact under the cursor.
    pub(super) fn call(&mut self, now: Timestamp) {
        let Some(entry) = self.selected() else {
            return;
        };
        let words = match self.preferences.actions.calling() {
            Some(action) => match self.filled(action, entry, now) {
                Ok(invocation) => return self.run(invocation, now),
                Err(misfit) => format!("{misfit}: e adds it, x has more"),
            },
            None if self.preferences.actions.all().is_empty() => {
                "The settings allow no actions".into()
            }
            None => "No action of the settings has the key c".into(),
        };
        self.show_notice(words, now);
    }

    /// Opens the menu of actions for the contact under the cursor.
    pub(super) fn open_actions(&mut self, now: Timestamp) {
        if self.selected().is_none() {
            return;
        }
        if self.preferences.actions.all().is_empty() {
            return self.show_notice("The settings allow no actions".into(), now);
        }
        self.pane = Pane::Actions { at: 0 };
    }

    /// The actions for the contact under the cursor: each with its command, or why it does not fit.
    pub fn contact_actions(
        &self,
        now: Timestamp,
    ) -> Vec<(&ContactAction, Result<Invocation, Misfit>)> {
        let Some(entry) = self.selected() else {
            return Vec::new();
        };
        let actions = self.preferences.actions.all().iter();
        let filled = actions.map(|action| (action, self.filled(action, entry, now)));
        filled.collect()
    }

    fn filled(
        &self,
        action: &ContactAction,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<Invocation, Misfit> {
        action.fill(entry.subject(self.freshness(now).confirmed_after(entry)))
    }

    /// Runs the hooks for a contact whose state has changed.
    pub(super) fn run_hooks(&mut self, id: &ContactId, became_free: bool, now: Timestamp) {
        let Some(entry) = self.entry(id) else {
            return;
        };
        let subject = entry.subject(self.freshness(now).confirmed_after(entry));
        let hooks = self.preferences.hooks.due(became_free);
        let filled: Vec<_> = hooks.map(|hook| hook.fill(subject)).collect();
        for filled in filled {
            match filled {
                Ok(invocation) => self.want(WorldEffect::RunHook(invocation)),
                Err(misfit) => self.show_notice(misfit.to_string(), now),
            }
        }
    }

    /// Runs the action of the menu at a place.
    pub(super) fn choose_action(&mut self, at: usize, now: Timestamp) {
        let mut actions = self.contact_actions(now);
        if at >= actions.len() {
            return;
        }
        match actions.swap_remove(at).1 {
            Ok(invocation) => {
                self.pane = Pane::Contacts;
                self.run(invocation, now);
            }
            Err(misfit) => self.show_notice(misfit.to_string(), now),
        }
    }

    pub(super) fn travel_actions(&mut self, action: Action) {
        let last = self.preferences.actions.all().len().saturating_sub(1);
        if let Pane::Actions { at } = &mut self.pane {
            *at = match action {
                Action::Up => at.saturating_sub(1),
                Action::Down => (*at + 1).min(last),
                Action::Top | Action::PageUp => 0,
                Action::Bottom | Action::PageDown => last,
                _ => *at,
            };
        }
    }

    fn run(&mut self, invocation: Invocation, now: Timestamp) {
        self.show_notice(invocation.words.clone(), now);
        self.want(WorldEffect::Run(invocation));
    }

    /// Puts the number of the contact under the cursor on the clipboard; where that is not known,
    /// the mobile number.
    pub(super) fn copy_number(&mut self, now: Timestamp) {
        let Some(entry) = self.selected() else {
            return;
        };
        let contact = &entry.contact;
        match contact.number.as_ref().or(contact.mobile.as_ref()) {
            Some(number) => self.want(TerminalEffect::Copy(number.clone())),
            None => self.show_notice(
                format!("no number known of {}: e adds it", entry.name()),
                now,
            ),
        }
    }

    pub(super) fn copy_address(&mut self) {
        if let Some(entry) = self.selected() {
            self.want(TerminalEffect::Copy(entry.contact.address.to_string()));
        }
    }
}
