use tui_input::{Input, InputRequest};

use crate::contacts::Contact;
use crate::presence::{Address, AddressError};

/// The form in which contacts are added, or one is changed.
#[derive(Clone, Debug)]
pub struct ContactForm {
    /// Whom it changes; `None` where it adds.
    pub changes: Option<Address>,
    /// The fields: address, name, group.
    fields: [Input; 3],
    /// The field that is typed into.
    focus: usize,
    /// Why what was typed is refused.
    pub refusal: Option<String>,
}

/// The fields of a [`ContactForm`], in order, each with what is typed there.
pub const FIELDS: [(&str, &str); 3] = [
    ("Address", "user@domain; several with commas"),
    ("Name", "as the board shows it (optional)"),
    ("Group", "where it stands on the board (optional)"),
];

impl ContactForm {
    /// An empty form to add a contact to `group`.
    pub fn adding(group: Option<&str>) -> ContactForm {
        let fields = [
            Input::default(),
            Input::default(),
            Input::from(group.unwrap_or_default()),
        ];
        ContactForm {
            changes: None,
            fields,
            focus: 0,
            refusal: None,
        }
    }

    /// A form to change a contact's name and group.
    pub fn changing(contact: &Contact) -> ContactForm {
        let text = |value: &Option<String>| Input::from(value.as_deref().unwrap_or_default());
        let address = Input::from(contact.address.as_str());
        ContactForm {
            changes: Some(contact.address.clone()),
            fields: [address, text(&contact.name), text(&contact.group)],
            focus: 1,
            refusal: None,
        }
    }

    /// The field at `place`, for drawing.
    pub fn field(&self, place: usize) -> &Input {
        &self.fields[place]
    }

    /// The place of the field that is typed into.
    pub fn focus(&self) -> usize {
        self.focus
    }

    /// Types into the field that has the focus.
    pub fn edit(&mut self, request: InputRequest) {
        self.refusal = None;
        self.fields[self.focus].handle(request);
    }

    /// Moves the focus to a field. The address of a known contact cannot be typed over.
    pub fn focus_on(&mut self, place: usize) {
        let first = usize::from(self.changes.is_some());
        self.focus = place.clamp(first, FIELDS.len() - 1);
    }

    /// Moves the focus by one field, round and round.
    pub fn step(&mut self, forward: bool) {
        let first = usize::from(self.changes.is_some());
        let count = FIELDS.len() - first;
        let step = if forward { 1 } else { count - 1 };
        self.focus = first + (self.focus - first + step) % count;
    }

    /// Completes the field that has the focus, from its start: a domain or a group in use.
    /// Returns whether anything was completed.
    pub fn complete(&mut self, domains: &[String], groups: &[String]) -> bool {
        let typed = self.fields[self.focus].value();
        let completed = match self.focus {
            0 => {
                let Some((user, begun)) = typed.rsplit_once('@') else {
                    return false;
                };
                beginning_with(domains, begun).map(|domain| format!("{user}@{domain}"))
            }
            2 if !typed.is_empty() => beginning_with(groups, typed).map(String::from),
            _ => None,
        };
        match completed.filter(|completed| completed != typed) {
            Some(completed) => {
                self.fields[self.focus] = Input::from(completed);
                true
            }
            None => false,
        }
    }

    /// What would complete the focused field, to be shown dimmed behind the cursor.
    pub fn suggestion(&self, domains: &[String], groups: &[String]) -> Option<String> {
        let mut trial = self.clone();
        let typed = self.fields[self.focus].value().len();
        trial.complete(domains, groups).then(|| {
            trial.fields[self.focus]
                .value()
                .get(typed..)
                .unwrap_or_default()
                .to_string()
        })
    }

    /// The contacts that were typed. A bare name gets `domain`.
    ///
    /// # Errors
    /// The reason why the first unreadable address is refused.
    pub fn contacts(&self, domain: Option<&str>) -> Result<Vec<Contact>, AddressError> {
        let text = |place: usize| {
            let cleaned = crate::presence::clean(self.fields[place].value());
            (!cleaned.is_empty()).then_some(cleaned)
        };
        let group = text(2);
        let addresses = split_addresses(self.fields[0].value());
        if addresses.is_empty() {
            return Err(AddressError::Empty);
        }
        let alone = addresses.len() == 1;
        let mut contacts = Vec::new();
        for (name, address) in addresses {
            let address = Address::parse_in(&address, domain)?;
            let name = if alone { text(1).or(name) } else { name };
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
            let name = crate::presence::clean(name.trim().trim_matches('"'));
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
