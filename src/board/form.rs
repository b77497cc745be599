//! Forms: fields that are typed into one after the other.

use tui_input::{Input, InputRequest};

use super::field::{Field, FormLine, Value};
use super::typed::Typed;
use super::{ContactId, Lookup, Replace, SignInForm};
use crate::contacts::exchange::{self, Format, Reason, Source};
use crate::contacts::{Contact, Fact, written_addresses};
use crate::presence::{AddressError, clean};

/// What a form is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// To add contacts: by address, or by a name that the directory knows.
    Add(Lookup),
    /// To change this contact.
    Change(ContactId),
    /// To note something on this contact for everybody at the desk.
    Annotate(ContactId),
    /// To move the marked contacts, or the one under the cursor, to a group.
    Move,
    /// To take contacts in from a file.
    Import,
    /// To write contacts into a file, which may or may not replace one.
    Export(Replace),
    /// To sign in, before there are contacts.
    SignIn(SignInForm),
    /// To sign in at the directory, which wants to know who searches.
    DirectorySignIn,
}

/// A form: fields that are typed into, one after the other.
#[derive(Clone, Debug)]
pub struct Form {
    /// What it is for.
    purpose: Purpose,
    lines: Vec<FormLine>,
    /// Lines that do not show now, with what is typed there.
    hidden: Vec<FormLine>,
    focus: usize,
    /// The form that opens again once this one closes.
    behind: Option<Box<Form>>,
    /// Why what was typed is refused.
    pub refusal: Option<String>,
}

impl Form {
    pub(super) fn new(purpose: Purpose, lines: Vec<FormLine>) -> Form {
        Form {
            purpose,
            lines,
            hidden: Vec::new(),
            focus: 0,
            behind: None,
            refusal: None,
        }
    }

    /// The form, with another one that opens again once it closes.
    pub(super) fn before(self, behind: Box<Form>) -> Form {
        Form {
            behind: Some(behind),
            ..self
        }
    }

    /// The form that opens again once this one closes.
    pub(super) fn close(&mut self) -> Option<Box<Form>> {
        self.behind.take()
    }

    /// A form for the facts of a contact, with what is known of them.
    fn of_contact(purpose: Purpose, address: &str, known: impl Fn(Fact) -> Option<String>) -> Form {
        let fields = [
            (
                Field::Address,
                "user@domain, several with commas; or a name",
            ),
            (Field::Name, "as the board shows it (optional)"),
            (Field::Group, "where it stands on the board (optional)"),
            (Field::Number, "to call (optional)"),
            (Field::Mobile, "(optional)"),
            (Field::Department, "(optional)"),
            (Field::Title, "of the job (optional)"),
            (Field::Also, "other addresses of the same person (optional)"),
            (
                Field::Note,
                "for yourself: back at 14:00, deputy Eva (optional)",
            ),
            (
                Field::Ring,
                "when watched: bell, 1 to 9, none, or a [[ring]] (optional)",
            ),
        ];
        let lines = fields.map(|(field, hint)| {
            let typed = match field.fact() {
                Some(fact) => known(fact).unwrap_or_default(),
                None => address.into(),
            };
            FormLine::text(field, hint, &typed)
        });
        Form::new(purpose, lines.into())
    }

    /// An empty form to add a contact to `group`.
    pub fn adding(group: Option<&str>) -> Form {
        let known = |fact| group.filter(|_| fact == Fact::Group).map(String::from);
        Form::of_contact(Purpose::Add(Lookup::default()), "", known)
    }

    /// A form to change what is known of a contact.
    pub fn changing(id: ContactId, contact: &Contact) -> Form {
        let purpose = Purpose::Change(id);
        let known = |fact| contact.fact(fact).map(String::from);
        let mut form = Form::of_contact(purpose, contact.address.as_str(), known);
        form.focus = 1;
        form
    }

    /// A form for the note on a contact, which says this so far.
    pub fn annotating(id: ContactId, text: &str) -> Form {
        let hint = "out until 14:00, deputy Eva (or 2pm, +30m, tomorrow 9)";
        let line = FormLine::text(Field::OperatorNote, hint, text);
        Form::new(Purpose::Annotate(id), vec![line])
    }

    /// A form to name the group to move to.
    pub fn moving() -> Form {
        let line = FormLine::text(Field::Group, "where to; empty for no group", "");
        Form::new(Purpose::Move, vec![line])
    }

    /// A form to name the file to import from.
    pub fn importing() -> Form {
        let lines = vec![
            FormLine::text(Field::File, "CSV, vCard, LDIF, or a list of addresses", ""),
            FormLine::text(Field::Group, "for all of them (optional)", ""),
        ];
        Form::new(Purpose::Import, lines)
    }

    /// A form to name the file to export to.
    pub fn exporting() -> Form {
        let hint = "its name decides: .csv, .vcf, .ldif or .txt";
        let line = FormLine::text(Field::File, hint, "");
        Form::new(Purpose::Export(Replace::Refused), vec![line])
    }

    /// What it is for.
    pub fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// The sign-in, where the form is for that.
    pub(super) fn sign_in(&mut self) -> Option<&mut SignInForm> {
        match &mut self.purpose {
            Purpose::SignIn(sign_in) => Some(sign_in),
            _ => None,
        }
    }

    /// The search of the directory, where the cursor is where a name is typed.
    pub fn lookup(&self) -> Option<&Lookup> {
        match &self.purpose {
            Purpose::Add(lookup) if self.focused() == Field::Address => Some(lookup),
            _ => None,
        }
    }

    /// The search of the directory, wherever the cursor is.
    pub(super) fn lookup_mut(&mut self) -> Option<&mut Lookup> {
        match &mut self.purpose {
            Purpose::Add(lookup) => Some(lookup),
            _ => None,
        }
    }

    /// The heading above it.
    pub fn title(&self) -> &'static str {
        match self.purpose {
            Purpose::Add(_) => "Add a contact",
            Purpose::Change(_) => "Change a contact",
            Purpose::Annotate(_) => "Note for the desk",
            Purpose::Move => "Move to a group",
            Purpose::Import => "Import contacts",
            Purpose::Export(_) => "Export contacts",
            Purpose::SignIn(_) => "whosin: sign in",
            Purpose::DirectorySignIn => "Sign in at the directory",
        }
    }

    /// The lines in order.
    pub fn lines(&self) -> &[FormLine] {
        &self.lines
    }

    /// The place of the line that is typed into.
    pub fn focus(&self) -> usize {
        self.focus
    }

    /// The field that is typed into.
    pub(super) fn focused(&self) -> Field {
        self.lines[self.focus].field
    }

    /// What is typed into a field, as it is; nothing where the form has no such field.
    pub(super) fn raw(&self, field: Field) -> &str {
        let line = self.lines.iter().find(|line| line.field == field);
        line.map_or("", FormLine::typed)
    }

    /// What is typed into a field, without what no name or group may hold; `None` where that is
    /// nothing.
    pub(super) fn text(&self, field: Field) -> Option<String> {
        let cleaned = clean(self.raw(field));
        (!cleaned.is_empty()).then_some(cleaned)
    }

    /// What is typed into the field that has the focus.
    pub(super) fn typed(&self) -> &str {
        self.lines[self.focus].typed()
    }

    /// Types into the field that has the focus.
    pub(super) fn edit(&mut self, typed: Typed<'_>) {
        self.refusal = None;
        let field = self.focused();
        match &mut self.purpose {
            // The word that was given to replace a file was for another name.
            Purpose::Export(replace) => *replace = Replace::Refused,
            Purpose::SignIn(sign_in) => sign_in.edited(field),
            _ => {}
        }
        match (&mut self.lines[self.focus].value, typed) {
            (Value::Text(input) | Value::Secret(input), typed) => typed.put_into(input),
            (Value::Switch(on), Typed::Key(InputRequest::InsertChar(' '))) => *on = !*on,
            (Value::Switch(_), _) => {}
        }
        if field == Field::Server {
            self.fit_to_server();
        }
    }

    /// Puts a text into the field that has the focus.
    pub(super) fn put(&mut self, text: &str) {
        if let Value::Text(input) = &mut self.lines[self.focus].value {
            *input = Input::from(text);
        }
    }

    /// Submitting the form again overwrites the file.
    pub(super) fn ask_to_replace(&mut self, words: String) {
        self.purpose = Purpose::Export(Replace::Allowed);
        self.refusal = Some(words);
    }

    fn first(&self) -> usize {
        // The address of a known contact cannot be typed over.
        usize::from(matches!(self.purpose, Purpose::Change(_)))
    }

    /// Moves the focus to a line, or to the nearest that can be typed into.
    pub fn focus_on(&mut self, place: usize) {
        self.focus = place.clamp(self.first(), self.lines.len() - 1);
    }

    /// Moves the focus to a field, where the form has it.
    pub(super) fn focus_on_field(&mut self, field: Field) {
        if let Some(place) = self.lines.iter().position(|line| line.field == field) {
            self.focus = place;
        }
    }

    /// Moves the focus to the first text that is empty, or else to the first line.
    pub(super) fn focus_on_empty(&mut self) {
        let is_empty = |line: &FormLine| match &line.value {
            Value::Text(input) | Value::Secret(input) => input.value().is_empty(),
            Value::Switch(_) => false,
        };
        self.focus = self.lines.iter().position(is_empty).unwrap_or(0);
    }

    /// Shows the lines of these fields in this order, each with its hint, and no others. What was
    /// typed into the others comes back with them.
    pub(super) fn show_only(&mut self, fields: &[(Field, &'static str)]) {
        let focused = self.focused();
        self.hidden.append(&mut self.lines);
        for (field, hint) in fields {
            if let Some(place) = self.hidden.iter().position(|line| line.field == *field) {
                let line = self.hidden.remove(place);
                self.lines.push(FormLine { hint, ..line });
            }
        }
        self.focus_on_field(focused);
    }

    /// Moves the focus by one field, round and round.
    pub fn step(&mut self, forward: bool) {
        let first = self.first();
        let count = self.lines.len() - first;
        let step = if forward { 1 } else { count - 1 };
        self.focus = first + (self.focus - first + step) % count;
    }

    /// The contacts that were typed, as a list of addresses is read from a file. A bare name gets
    /// `domain`; an address that is there twice counts once.
    ///
    /// # Errors
    /// The reason why the first unreadable address is refused.
    pub(super) fn contacts(&self, domain: Option<&str>) -> Result<Vec<Contact>, Reason> {
        let list = Source::Exchanged(Format::List);
        let read = exchange::read(self.raw(Field::Address), list, domain, None);
        let mut reasons = read.refused.into_iter().map(|refused| refused.reason);
        let is_once = |reason: &Reason| !matches!(reason, Reason::Twice { .. });
        if let Some(reason) = reasons.find(is_once) {
            return Err(reason);
        }
        let mut contacts = read.contacts;
        match contacts.as_mut_slice() {
            [] => return Err(AddressError::Empty.into()),
            [one] => {
                for (fact, text) in self.facts().filter(|(_, text)| text.is_some()) {
                    one.set(fact, text);
                }
            }
            // Of several no more than the group can be meant.
            several => {
                let group = self.text(Field::Group);
                let all = several.iter_mut();
                all.for_each(|contact| contact.group.clone_from(&group));
            }
        }
        Ok(contacts)
    }

    /// Why the addresses that somebody has besides are refused, where they are.
    pub(super) fn others_refused(&self) -> Option<AddressError> {
        let mut written = written_addresses(self.raw(Field::Also));
        written.find_map(Result::err)
    }

    /// The facts that its fields hold; `None` where a field is empty.
    pub(super) fn facts(&self) -> impl Iterator<Item = (Fact, Option<String>)> {
        let fields = self.lines.iter().map(|line| line.field);
        fields.filter_map(|field| Some((field.fact()?, self.text(field))))
    }

    /// Fills the form with a contact that was pasted. What it does not know stays as it is.
    pub(super) fn fill(&mut self, contact: &Contact) {
        self.refusal = None;
        for line in &mut self.lines {
            let known = match (line.field, line.field.fact()) {
                (Field::Address, _) => Some(contact.address.as_str()),
                (_, Some(fact)) => contact.fact(fact),
                _ => None,
            };
            if let Some(text) = known {
                line.value = Value::Text(Input::from(text));
            }
        }
    }
}
