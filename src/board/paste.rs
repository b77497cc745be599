//! What is pasted: contacts where an address is to be typed, else a text for the field.

use jiff::Timestamp;

use super::typed::Typed;
use super::{Action, Board, Field, Pane, Purpose};
use crate::contacts::exchange::{self, Format, Source};

impl Board {
    pub(super) fn paste(&mut self, text: &str, now: Timestamp) {
        let takes_text = self.wants_text();
        if !takes_text && text.contains('@') {
            self.act(Action::Add, now);
        }
        if self.paste_contacts(text, now) {
            return;
        }
        if takes_text || text.contains('@') {
            // A field has one line: commas separate addresses as line ends do.
            let line = text.trim().replace(['\r', '\n'], ",");
            let line: String = line.chars().filter(|sign| !sign.is_control()).collect();
            // At once: character by character it would be searched for after each.
            self.put_in(Typed::Text(&line), now);
        }
    }

    /// Takes in contacts that were pasted where an address is to be typed: rows of a spreadsheet,
    /// cards, or several lines. One fills the form; rows with groups of their own come in as those
    /// of a file do. Returns false where the text is to be typed in as it is.
    fn paste_contacts(&mut self, text: &str, now: Timestamp) -> bool {
        let text = text.trim();
        let Pane::Form(form) = &mut self.pane else {
            return false;
        };
        if !matches!(form.purpose(), Purpose::Add(_)) || form.focused() != Field::Address {
            return false;
        }
        let rows = text.contains('\t') || Source::of_content(text) != Format::List.into();
        let lines = text.contains(['\n', '\r']);
        // A line without tabs may be addresses with commas between, of which the first is whole.
        if !lines && !text.contains('\t') {
            return false;
        }
        let source = if rows {
            Source::of_content(text)
        } else {
            Format::List.into()
        };
        let domain = self.preferences.domain.as_deref();
        let read = exchange::read(text, source, domain, None);
        match read.contacts.as_slice() {
            [] => return false,
            [one] if read.refused.is_empty() => form.fill(one),
            several if !rows && read.refused.is_empty() => {
                let list = exchange::write(several, Format::List);
                form.put(&list.trim_end().replace('\n', ", "));
            }
            _ if rows => self.take_import("the clipboard".into(), read, None, now),
            _ => return false,
        }
        true
    }
}
