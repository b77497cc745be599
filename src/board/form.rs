use tui_input::{Input, InputRequest};

use super::Replace;
use crate::contacts::Contact;
use crate::presence::{Address, AddressError, clean};

/// What a form is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To add contacts.
    Add,
    /// To change this contact.
    Change(Address),
    /// To move the marked contacts, or the one under the cursor, to a group.
    Move,
    /// To take contacts in from a file.
    Import,
    /// To write contacts into a file, which may or may not replace one.
    Export(Replace),
}

/// A field that is typed into: its name, and what is typed there.
type Label = (&'static str, &'static str);

const CONTACT: &[Label] = &[
    ("Address", "user@domain; several with commas"),
    ("Name", "as the board shows it (optional)"),
    ("Group", "where it stands on the board (optional)"),
];
const MOVE: &[Label] = &[("Group", "where to; empty for no group")];
const IMPORT: &[Label] = &[
    ("File", "CSV, vCard, LDIF, or a list of addresses"),
    ("Group", "for all of them (optional)"),
];
const EXPORT: &[Label] = &[("File", "its name decides: .csv, .vcf, .ldif or .txt")];

/// A form: fields that are typed into, one after the other.
#[derive(Clone, Debug)]
pub struct Form {
    /// What it is for.
    purpose: Purpose,
    fields: Vec<Input>,
    focus: usize,
    /// Why what was typed is refused.
    pub refusal: Option<String>,
}

impl Form {
    fn new(purpose: Purpose, fields: &[&str]) -> Form {
        Form {
            purpose,
            fields: fields.iter().map(|text| Input::from(*text)).collect(),
            focus: 0,
            refusal: None,
        }
    }

    /// An empty form to add a contact to `group`.
    pub fn adding(group: Option<&str>) -> Form {
        Form::new(Purpose::Add, &["", "", group.unwrap_or_default()])
    }

    /// A form to change a contact's name and group.
    pub fn changing(contact: &Contact) -> Form {
        let text = |value: &'_ Option<String>| value.clone().unwrap_or_default();
        let (name, group) = (text(&contact.name), text(&contact.group));
        let purpose = Purpose::Change(contact.address.clone());
        let mut form = Form::new(purpose, &[contact.address.as_str(), &name, &group]);
        form.focus = 1;
        form
    }

    /// A form to name the group to move to.
    pub fn moving() -> Form {
        Form::new(Purpose::Move, &[""])
    }

    /// A form to name the file to import from.
    pub fn importing() -> Form {
        Form::new(Purpose::Import, &["", ""])
    }

    /// A form to name the file to export to.
    pub fn exporting() -> Form {
        Form::new(Purpose::Export(Replace::Refused), &[""])
    }

    /// What it is for.
    pub fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// The heading above it.
    pub fn title(&self) -> &'static str {
        match self.purpose {
            Purpose::Add => "Add a contact",
            Purpose::Change(_) => "Change a contact",
            Purpose::Move => "Move to a group",
            Purpose::Import => "Import contacts",
            Purpose::Export(_) => "Export contacts",
        }
    }

    fn labels(&self) -> &'static [Label] {
        match self.purpose {
            Purpose::Add | Purpose::Change(_) => CONTACT,
            Purpose::Move => MOVE,
            Purpose::Import => IMPORT,
            Purpose::Export(_) => EXPORT,
        }
    }

    /// The fields in order: name, what is typed there, and what is typed so far.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &'static str, &Input)> {
        let labels = self.labels().iter();
        labels
            .zip(&self.fields)
            .map(|(&(name, hint), input)| (name, hint, input))
    }

    /// The place of the field that is typed into.
    pub fn focus(&self) -> usize {
        self.focus
    }

    /// What is typed into the field at `place`, without what no name or group may hold; `None`
    /// where that is nothing.
    pub(super) fn text(&self, place: usize) -> Option<String> {
        let cleaned = clean(self.fields[place].value());
        (!cleaned.is_empty()).then_some(cleaned)
    }

    /// What is typed into the field that has the focus.
    pub(super) fn typed(&self) -> &str {
        self.fields[self.focus].value()
    }

    /// Types into the field that has the focus.
    pub fn edit(&mut self, request: InputRequest) {
        self.refusal = None;
        if matches!(self.purpose, Purpose::Export(_)) {
            // The word that was given to replace a file was for another name.
            self.purpose = Purpose::Export(Replace::Refused);
        }
        self.fields[self.focus].handle(request);
    }

    /// Puts a text into the field that has the focus.
    pub(super) fn put(&mut self, text: &str) {
        self.fields[self.focus] = Input::from(text);
    }

    /// Another [`Form::purpose`] replaces the file when it is submitted again.
    pub(super) fn ask_to_replace(&mut self, words: String) {
        self.purpose = Purpose::Export(Replace::Allowed);
        self.refusal = Some(words);
    }

    fn first(&self) -> usize {
        // The address of a known contact cannot be typed over.
        usize::from(matches!(self.purpose, Purpose::Change(_)))
    }

    /// Moves the focus to a field, or to the nearest that can be typed into.
    pub fn focus_on(&mut self, place: usize) {
        self.focus = place.clamp(self.first(), self.fields.len() - 1);
    }

    /// Moves the focus by one field, round and round.
    pub fn step(&mut self, forward: bool) {
        let first = self.first();
        let count = self.fields.len() - first;
        let step = if forward { 1 } else { count - 1 };
        self.focus = first + (self.focus - first + step) % count;
    }

    /// Completes the field that has the focus, from its start: a domain or a group in use.
    /// Returns whether anything was completed.
    pub fn complete(&mut self, domains: &[String], groups: &[String]) -> bool {
        let typed = self.typed();
        let completed = match self.labels()[self.focus].0 {
            "Address" => typed.rsplit_once('@').and_then(|(user, begun)| {
                beginning_with(domains, begun).map(|domain| format!("{user}@{domain}"))
            }),
            "Group" if !typed.is_empty() => beginning_with(groups, typed).map(String::from),
            _ => None,
        };
        match completed.filter(|completed| completed != typed) {
            Some(completed) => {
                self.put(&completed);
                true
            }
            None => false,
        }
    }

    /// What would complete the focused field, to be shown dimmed behind the cursor.
    pub fn suggestion(&self, domains: &[String], groups: &[String]) -> Option<String> {
        let mut trial = self.clone();
        let typed = self.typed().len();
        let completed = trial.complete(domains, groups);
        completed.then(|| trial.typed().get(typed..).unwrap_or_default().to_string())
    }

    /// The contacts that were typed. A bare name gets `domain`.
    ///
    /// # Errors
    /// The reason why the first unreadable address is refused.
    pub(super) fn contacts(&self, domain: Option<&str>) -> Result<Vec<Contact>, AddressError> {
        let group = self.text(2);
        let addresses = split_addresses(self.fields[0].value());
        if addresses.is_empty() {
            return Err(AddressError::Empty);
        }
        let alone = addresses.len() == 1;
        let mut contacts = Vec::new();
        for (name, address) in addresses {
            let address = Address::parse_in(&address, domain)?;
            let name = if alone { self.text(1).or(name) } else { name };
            contacts.push(Contact {
                address,
                name,
                group: group.clone(),
            });
        }
        Ok(contacts)
    }
}

/// Splits what was pasted: addresses with commas, semicolons, line ends or spaces between, with
/// or without `Name <address>`.
fn split_addresses(text: &str) -> Vec<(Option<String>, String)> {
    let mut found = Vec::new();
    for part in text.split([',', ';', '\n', '\r', '\t']) {
        let part = part.trim();
        if let Some((name, address)) = part.split_once('<') {
            let name = clean(name.trim().trim_matches('"'));
            found.push(((!name.is_empty()).then_some(name), address.replace('>', "")));
        } else if part.matches('@').count() > 1 {
            found.extend(
                part.split_whitespace()
                    .map(|address| (None, address.to_string())),
            );
        } else if !part.is_empty() {
            found.push((None, part.to_string()));
        }
    }
    found
}

fn beginning_with<'a>(known: &'a [String], begun: &str) -> Option<&'a str> {
    let lower = begun.to_lowercase();
    known
        .iter()
        .map(String::as_str)
        .find(|known| known.to_lowercase().starts_with(&lower))
}
