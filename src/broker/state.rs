//! What is published of a contact: the contact object of `status.schema.json` with its publisher.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::link::Outcome;
use crate::memory::snapshot::{Person, PersonsDevice};
use crate::presence::{Address, Availability, clean};

/// How much is published besides availability, activities and until when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Disclosure {
    /// Notes, activities in the person's own words, and the rarely said things.
    pub notes: bool,
    /// Devices, and since when nobody is at them.
    pub devices: bool,
}

/// A payload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Published {
    /// Who published it, and since when that publisher runs.
    publisher: String,
    publisher_since: Timestamp,
    /// Whether it is published for no other reason than that a board wants it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    wanted: bool,
    #[serde(flatten)]
    person: Person,
}

/// The payload for a contact, by the publisher of this ID that runs since then.
pub fn published(
    person: &Person,
    disclosure: Disclosure,
    publisher: &str,
    since: Timestamp,
) -> Published {
    Published {
        publisher: publisher.into(),
        publisher_since: since,
        wanted: false,
        person: disclosed(person, disclosure),
    }
}

/// The part of what is known that may be published. What the contact book says of somebody never is.
fn disclosed(person: &Person, disclosure: Disclosure) -> Person {
    let is_own_words = |name: &String| name == "other";
    let in_own_words = !disclosure.notes && person.activities.first().is_some_and(is_own_words);
    let coarse = Person {
        uri: person.uri.clone(),
        availability: person.availability,
        activities: person.activities.clone(),
        label: if in_own_words {
            person.availability.label().into()
        } else {
            person.label.clone()
        },
        until: person.until,
        asked_at: person.asked_at,
        why: person.why,
        fresh: person.fresh,
        error: person.error.clone(),
        ..Person::default()
    };
    let with_notes = match disclosure.notes {
        true => Person {
            note: person.note.clone(),
            since: person.since,
            set_by_hand: person.set_by_hand,
            display_name: person.display_name.clone(),
            mood: person.mood.clone(),
            place_type: person.place_type.clone(),
            place_is: person.place_is.clone(),
            privacy: person.privacy.clone(),
            relationship: person.relationship.clone(),
            sphere: person.sphere.clone(),
            service_class: person.service_class.clone(),
            time_offset: person.time_offset,
            remarks: person.remarks.clone(),
            ..coarse
        },
        false => coarse,
    };
    let without_note = |device: &PersonsDevice| PersonsDevice {
        note: device.note.clone().filter(|_| disclosure.notes),
        ..device.clone()
    };
    match disclosure.devices {
        true => Person {
            idle: person.idle,
            idle_since: person.idle_since,
            phone_status: person.phone_status.clone(),
            im_status: person.im_status.clone(),
            devices: person.devices.iter().map(without_note).collect(),
            ..with_notes
        },
        false => with_notes,
    }
}

impl Published {
    /// The same, where it is published only while a board wants it.
    pub fn while_wanted(self) -> Published {
        Published {
            wanted: true,
            ..self
        }
    }

    /// The plain word for it: the availability while it is sure, else `unknown`.
    pub fn word(&self) -> &'static str {
        let sure = self.person.fresh && self.person.error.is_none();
        match self.person.availability {
            _ if !sure => "unknown",
            Availability::Available => "available",
            Availability::Away => "away",
            Availability::Busy => "busy",
            Availability::Dnd => "dnd",
            Availability::Unavailable => "unavailable",
            Availability::Unknown => "unknown",
        }
    }

    /// The same without the time at which the server confirmed it.
    pub(super) fn timeless(&self) -> Published {
        let mut published = self.clone();
        published.person.asked_at = None;
        published
    }
}

/// What a reader learns from a payload.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Who published it.
    pub publisher: String,
    /// Since when that publisher ran.
    pub since: Timestamp,
    /// When the server confirmed it, by the publisher's clock.
    pub asked_at: Timestamp,
    /// Whether it is published only while a board wants it.
    pub wanted: bool,
    /// What the publisher found. One that was not fresh for it is not answered.
    pub outcome: Outcome,
}

/// A payload that is none of this scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what is published of this contact cannot be read")]
pub struct Unreadable;

impl State {
    /// Reads the payload about a contact. Every text in it is cleaned for the terminal.
    ///
    /// # Errors
    /// [`Unreadable`] where it is no contact object, or another's.
    pub fn read(payload: &[u8], contact: &Address) -> Result<State, Unreadable> {
        let mut value: serde_json::Value =
            serde_json::from_slice(payload).map_err(|_| Unreadable)?;
        clean_texts(&mut value);
        let published: Published = serde_json::from_value(value).map_err(|_| Unreadable)?;
        let person = published.person;
        if Address::parse(&person.uri).as_ref() != Ok(contact) {
            return Err(Unreadable);
        }
        let outcome = match (&person.error, person.fresh, person.presence()) {
            (Some(words), ..) => Outcome::Refused(words.clone()),
            (None, true, Some(presence)) => Outcome::Answered(presence.into()),
            (None, ..) => Outcome::NotAnswered,
        };
        Ok(State {
            publisher: published.publisher,
            since: published.publisher_since,
            wanted: published.wanted,
            asked_at: person.asked_at.unwrap_or(Timestamp::UNIX_EPOCH),
            outcome,
        })
    }
}

/// Whose a payload is, and whom it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The publisher's ID.
    pub publisher: String,
    /// Since when that publisher ran.
    pub since: Timestamp,
    /// The contact.
    pub contact: Address,
}

impl Owner {
    /// Reads it from a payload; `None` where that is no contact object.
    pub fn read(payload: &[u8]) -> Option<Owner> {
        let published: Published = serde_json::from_slice(payload).ok()?;
        Some(Owner {
            publisher: published.publisher,
            since: published.publisher_since,
            contact: Address::parse(&published.person.uri).ok()?,
        })
    }
}

fn clean_texts(value: &mut serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::String(text) => *text = clean(text),
        Value::Array(values) => values.iter_mut().for_each(clean_texts),
        Value::Object(fields) => fields.values_mut().for_each(clean_texts),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
