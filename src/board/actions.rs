//! Actions, and what they and typed or pasted text do.

use std::collections::HashMap;

use jiff::Timestamp;
use tui_input::{Input, InputRequest};

use super::typed::Typed;
use super::{
    Account, AccountEffect, AccountId, Board, ContactId, Cursor, Form, Frozen, OwnChoice, Pane,
    Search, TerminalEffect,
};
use crate::link::Report;

/// What a key or a hint does. Its name, help and keys are in the table of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the table of the keys describes each")]
pub enum Action {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Open,
    Back,
    Next,
    Previous,
    Add,
    Remove,
    Edit,
    Annotate,
    Deputy,
    Changed,
    Lately,
    Move,
    Undo,
    Redo,
    Import,
    Export,
    Find,
    Watch,
    WatchGroup,
    Mark,
    Pin,
    Copy,
    CopyNumber,
    Call,
    Actions,
    Sort,
    FoldGroup,
    FoldAll,
    View,
    HideOffline,
    Freeze,
    WhoIsFree,
    OwnPresence,
    Refresh,
    Mouse,
    Settings,
    Demo,
    Trust,
    Help,
    Redraw,
    Suspend,
    Quit,
}

impl Action {
    /// Whether it does something with the contact or the group under the cursor.
    fn is_for_what_is_under_the_cursor(self) -> bool {
        matches!(
            self,
            Action::Edit
                | Action::Annotate
                | Action::Deputy
                | Action::Move
                | Action::Remove
                | Action::Watch
                | Action::WatchGroup
                | Action::Mark
                | Action::Pin
                | Action::Copy
                | Action::CopyNumber
                | Action::Call
                | Action::Actions
                | Action::FoldGroup
        )
    }
}

impl Board {
    pub(super) fn act(&mut self, action: Action, now: Timestamp) {
        let hand_is_elsewhere = match self.pane {
            Pane::Contacts | Pane::Details { .. } | Pane::Form(_) => false,
            Pane::Help { .. }
            | Pane::Settings { .. }
            | Pane::Own(_)
            | Pane::Actions { .. }
            | Pane::WhoIsFree { .. }
            | Pane::Lately { .. }
            | Pane::Refused { .. } => true,
        };
        // Nobody removes a contact whom they do not look at.
        if hand_is_elsewhere && action.is_for_what_is_under_the_cursor() {
            return;
        }
        match action {
            Action::Back => self.back(now),
            Action::Open => self.open(now),
            Action::Next | Action::Previous => self.step_field(action == Action::Next),
            Action::Add => {
                let form = Form::adding(self.group_under_cursor().flatten());
                self.pane = Pane::Form(Box::new(form));
            }
            Action::Edit => {
                if let Some(entry) = self.selected() {
                    let form = Form::changing(entry.id(), &entry.contact);
                    self.pane = Pane::Form(Box::new(form));
                }
            }
            Action::Annotate => self.ask_for_note(),
            Action::Deputy => self.go_to_deputy(now),
            Action::Changed => self.go_to_changed(now),
            Action::Lately => self.pane = Pane::Lately { scroll: 0 },
            Action::Move => self.ask_for_group(),
            Action::Remove => self.remove(now),
            Action::Import => self.ask_for_file(Form::importing()),
            Action::Export => self.ask_for_file(Form::exporting()),
            Action::Undo => self.undo(now),
            Action::Redo => self.redo(now),
            Action::Find => {
                let input = self
                    .search
                    .take()
                    .map(|search| search.input)
                    .unwrap_or_default();
                self.search = Some(Search {
                    input,
                    typing: true,
                });
                self.pane = Pane::Contacts;
            }
            Action::Watch => self.watch(now),
            Action::WatchGroup => self.watch_group(now),
            Action::Mark => self.mark(),
            Action::Pin => self.pin(now),
            Action::Copy => self.copy_address(),
            Action::CopyNumber => self.copy_number(now),
            Action::Call => self.call(now),
            Action::Actions => self.open_actions(now),
            Action::Sort => {
                self.order = self.order.next();
                self.show_notice(format!("Sorted {}", self.order.label()), now);
                self.rearrange(now);
            }
            Action::FoldGroup => {
                if let Some(heading) = self.heading_under_cursor() {
                    self.fold(heading, now);
                }
            }
            Action::FoldAll => self.fold_all(now),
            Action::View => {
                self.view = Some(self.view.unwrap_or(self.room.view).next());
            }
            Action::HideOffline => {
                self.hide_offline = !self.hide_offline;
                let words = if self.hide_offline {
                    "Offline contacts hidden"
                } else {
                    "All contacts shown"
                };
                self.show_notice(words.into(), now);
                self.rearrange(now);
            }
            Action::Freeze => self.freeze(now),
            Action::WhoIsFree => {
                let group = self.group_under_cursor().flatten().map(String::from);
                self.pane = Pane::WhoIsFree { group, scroll: 0 };
            }
            Action::OwnPresence => {
                self.pane = Pane::Own(OwnChoice::of(self.link().own));
            }
            Action::Settings => self.open_settings(),
            Action::Refresh => self.refresh(),
            Action::Mouse => {
                self.mouse = !self.mouse;
                let words = if self.mouse {
                    "The mouse is the board's"
                } else {
                    "The mouse is the terminal's: select and copy as usual"
                };
                self.show_notice(words.into(), now);
                self.want(TerminalEffect::Mouse(self.mouse))
            }
            Action::Help => {
                self.pane = match self.pane {
                    Pane::Details { why, .. } => Pane::Details {
                        why: !why,
                        scroll: 0,
                    },
                    Pane::Help { .. } => Pane::Contacts,
                    _ => Pane::Help {
                        query: Input::default(),
                        scroll: 0,
                    },
                };
            }
            // They belong to the sign-in form.
            Action::Demo | Action::Trust => {}
            Action::Redraw => self.want(TerminalEffect::Redraw),
            Action::Suspend => self.want(TerminalEffect::Suspend),
            Action::Quit => self.want(TerminalEffect::Quit),
            Action::Up
            | Action::Down
            | Action::Left
            | Action::Right
            | Action::PageUp
            | Action::PageDown
            | Action::Top
            | Action::Bottom => self.travel(action, now),
        }
    }

    pub(super) fn back(&mut self, now: Timestamp) {
        let behind = match &mut self.pane {
            Pane::Form(form) => form.close(),
            _ => None,
        };
        if let Some(behind) = behind {
            self.pane = Pane::Form(behind);
        } else if !matches!(self.pane, Pane::Contacts) {
            self.pane = Pane::Contacts;
        } else if self.search.take().is_some() {
            self.rearrange(now);
        } else {
            let entries = self.accounts.entries_mut();
            entries.for_each(|entry| entry.marked = false);
        }
    }

    fn open(&mut self, now: Timestamp) {
        if matches!(self.pane, Pane::Form(_)) {
            return self.submit(now);
        }
        if matches!(self.pane, Pane::Settings { .. }) {
            return self.choose(true, now);
        }
        if let Pane::Actions { at } = self.pane {
            return self.choose_action(at, now);
        }
        if let Pane::Own(choice) = &self.pane {
            let set = choice.made(now);
            self.pane = Pane::Contacts;
            return self.want_of(AccountId::MAIN, AccountEffect::SetOwn(set));
        }
        if self.offers_directory() && self.search.as_ref().is_some_and(|search| search.typing) {
            return self.look_up_searched(now);
        }
        if let Some(search) = self.search.as_mut().filter(|search| search.typing) {
            search.typing = false;
            if search.input.value().trim().is_empty() {
                self.search = None;
            }
            return;
        }
        match (&self.pane, &self.cursor) {
            (Pane::Contacts, Some(Cursor::Heading(heading))) => self.fold(heading.clone(), now),
            (Pane::Contacts, Some(Cursor::Contact(_))) => {
                self.pane = Pane::Details {
                    why: false,
                    scroll: 0,
                };
            }
            (Pane::Contacts, None) => {}
            _ => {
                self.pane = Pane::Contacts;
            }
        }
    }

    pub(super) fn type_in(&mut self, request: InputRequest, now: Timestamp) {
        // A name may have a space; where the cursor is on somebody it marks.
        let marks = request == InputRequest::InsertChar(' ') && !self.tries_to_sign_in();
        if marks && self.mark_found() {
            return;
        }
        self.put_in(Typed::Key(request), now);
    }

    /// Puts what is typed into the text field that has the focus, if any has.
    pub(super) fn put_in(&mut self, typed: Typed<'_>, now: Timestamp) {
        if self.tries_to_sign_in() {
            return;
        }
        match &mut self.pane {
            Pane::Form(form) => {
                form.edit(typed);
                self.look_up(now);
            }
            Pane::Help { query, scroll } => {
                typed.put_into(query);
                *scroll = 0;
            }
            _ => {
                if let Some(search) = self.search.as_mut().filter(|search| search.typing) {
                    typed.put_into(&mut search.input);
                    // The first match takes the cursor.
                    self.top = 0;
                    self.cursor = None;
                    self.rearrange(now);
                }
            }
        }
    }

    fn refresh(&mut self) {
        let refresh = |account: &Account| {
            let effect = if account.is_refused() {
                AccountEffect::SignInAgain
            } else {
                AccountEffect::PollNow(Vec::new())
            };
            (account.id(), effect)
        };
        let effects: Vec<_> = self.accounts().iter().map(refresh).collect();
        for (account, effect) in effects {
            self.want_of(account, effect);
        }
    }

    fn freeze(&mut self, now: Timestamp) {
        match self.frozen.take() {
            None => {
                self.frozen = Some(Frozen {
                    since: now,
                    held: HashMap::new(),
                });
            }
            Some(frozen) => {
                let mut held: Vec<(ContactId, Report)> = frozen.held.into_iter().collect();
                held.sort_by_key(|(_, report)| report.at);
                for (id, report) in held {
                    self.take_reports(id.account, vec![report]);
                }
            }
        }
    }
}
