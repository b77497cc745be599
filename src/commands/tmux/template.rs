use jiff::Timestamp;

use super::ink::Ink;
use super::line::{Tally, icon, state};
use crate::board::age;
use crate::memory::snapshot::{Person, Snapshot};
use crate::presence::Availability;

/// Text with fields in braces. Where one of them is a contact's, it is filled for each contact.
#[derive(Clone, Debug)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Field(Field),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Count(Availability),
    Stale,
    Total,
    Age,
    Icon,
    Name,
    State,
    Note,
}

const FIELDS: [(&str, Field); 13] = [
    ("available", Field::Count(Availability::Available)),
    ("away", Field::Count(Availability::Away)),
    ("busy", Field::Count(Availability::Busy)),
    ("dnd", Field::Count(Availability::Dnd)),
    ("off", Field::Count(Availability::Unavailable)),
    ("unknown", Field::Count(Availability::Unknown)),
    ("stale", Field::Stale),
    ("total", Field::Total),
    ("age", Field::Age),
    ("icon", Field::Icon),
    ("name", Field::Name),
    ("state", Field::State),
    ("note", Field::Note),
];

impl Field {
    fn is_of_a_contact(self) -> bool {
        matches!(self, Field::Icon | Field::Name | Field::State | Field::Note)
    }
}

impl Template {
    /// Reads a template; `named` where contacts are named. `{{` and `}}` stand for braces.
    ///
    /// # Errors
    /// Words that say what is wrong with it.
    pub fn read(text: &str, named: bool) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let (name, after) = match (brace, rest.split_once('}')) {
                ("{", Some(found)) => found,
                _ => {
                    return Err(format!(
                        "the format '{text}' has a single {brace}: write {brace}{brace}"
                    ));
                }
            };
            let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == name) else {
                let known = FIELDS.map(|(name, _)| name).join(", ");
                return Err(format!("'{{{name}}}' is no field; there are: {known}"));
            };
            if field.is_of_a_contact() && !named {
                return Err(format!(
                    "'{{{name}}}' is of one contact: say which, as in 'whosin tmux ben'"
                ));
            }
            parts.extend([Part::Text(std::mem::take(&mut plain)), Part::Field(*field)]);
            rest = after;
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        Ok(Template { parts })
    }

    /// The line: once, or once for each contact with a space between.
    pub fn fill(&self, snapshot: &Snapshot, ink: &Ink, now: Timestamp) -> String {
        let of_a_contact =
            |part: &Part| matches!(part, Part::Field(field) if field.is_of_a_contact());
        let fill = |person: Option<&Person>| -> String {
            let parts = self.parts.iter();
            parts
                .map(|part| value(part, person, snapshot, ink, now))
                .collect()
        };
        if self.parts.iter().any(of_a_contact) {
            let filled = snapshot.contacts.iter().map(|person| fill(Some(person)));
            filled.collect::<Vec<_>>().join(" ")
        } else {
            fill(None)
        }
    }
}

fn value(
    part: &Part,
    person: Option<&Person>,
    snapshot: &Snapshot,
    ink: &Ink,
    now: Timestamp,
) -> String {
    let field = match part {
        // The user's own words may be notation of the bar's.
        Part::Text(text) => return text.clone(),
        Part::Field(field) => *field,
    };
    let counts = || Tally::of(&snapshot.contacts);
    let of_person = |words: &dyn Fn(&Person) -> String| person.map(words).unwrap_or_default();
    match field {
        Field::Count(availability) => {
            let count = counts().by_availability[availability as usize].to_string();
            ink.write(&count, Some(availability))
        }
        Field::Stale => counts().stale.to_string(),
        Field::Total => snapshot.contacts.len().to_string(),
        Field::Age => {
            let asked_at = person.and_then(|person| person.asked_at);
            age::seconds(asked_at.unwrap_or(snapshot.at), now)
        }
        Field::Icon => of_person(&|person| {
            let state = person.fresh.then_some(person.availability);
            ink.write(&icon(person, ink.icons), state)
        }),
        Field::Name => of_person(&|person| ink.write(person.shown_name(), None)),
        Field::State => of_person(&|person| ink.write(&state(person), None)),
        Field::Note => {
            of_person(&|person| ink.write(person.note.as_deref().unwrap_or_default(), None))
        }
    }
}
