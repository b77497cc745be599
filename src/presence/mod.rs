//! What a presence is, free of I/O: addresses of presentities, the reading of
//! PIDF and RPID documents, and the rules that turn a document into a state.
//!
//! Nothing here knows a network, a clock or a screen: the time is an argument.

mod activity;
mod address;
mod compose;
mod encoding;
pub(crate) mod markup;
mod microsoft;
mod namespaces;
mod oma;
mod person;
mod pidf;
mod rpid;
mod servcaps;
mod text;
pub(crate) mod tree;
mod tuple;

pub use activity::{Activity, Availability, IconSet, Kind};
pub use address::{Address, AddressError};
pub use encoding::decode;
pub(crate) use pidf::attribute;
pub(crate) use pidf::read_document_node;
pub use pidf::{Document, DocumentError, LARGEST, read_document};
pub use text::{clean, clean_json, clean_lines, is_clean};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The composed state of one presentity (RFC 4479): what the board shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// The coarse answer: colour, sorting, counting.
    pub availability: Availability,
    /// Everything that is said of what the person does, most telling first.
    pub activities: Vec<Activity>,
    /// Which rule decided [`Presence::availability`].
    pub why: Why,
    /// The person's note, else the first tuple's, else the document's; cleaned of control and
    /// formatting characters, white space folded.
    pub note: Option<String>,
    /// Since when, where the document itself states it.
    pub since: Option<Timestamp>,
    /// Until when the leading activity lasts (RPID `until`).
    pub until: Option<Timestamp>,
    /// Since when nobody touched the keyboard (RPID `user-input` idle), where it is said.
    pub idle_since: Option<Timestamp>,
    /// Whether the person is idle (RPID `user-input`), with or without a known time.
    pub idle: bool,
    /// The state was set by hand by a client (Cisco's `pws-override` and `pws-persistent` tuples).
    pub set_by_hand: bool,
    /// The name that the document gives (CIPID `display-name`).
    pub display_name: Option<String>,
    /// One entry for each tuple that is a device.
    pub devices: Vec<Device>,
    /// Rarely said things, for the details.
    pub extras: Option<Box<Extras>>,
}

/// Which rule decided the availability of a [`Presence`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// An activity of the `person` element decided.
    Person,
    /// No `person` said anything of influence: an activity of a tuple of the person's own decided.
    Device,
    /// No activity of influence, and at least one tuple is open.
    OpenDevice,
    /// No activity of influence, and every tuple is closed.
    ClosedDevices,
    /// No activity of influence, and the person does not want to be reached by the devices that
    /// are open (OMA `willingness`).
    NotWilling,
    /// Something is said that cannot be read for certain, and without it the person would count
    /// as available: the [`Extras::remarks`] say what it is.
    Unclear,
    /// Nothing but `unknown` was said.
    OnlyUnknown,
    /// The document says nothing at all.
    Nothing,
    /// The basic status of the service (`presenceStatus` of BASIC_PRESENCE).
    Basic,
}

/// A device or service of a presentity: one PIDF `tuple` (RFC 3863 section 4.1.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// The `id` of the tuple.
    pub id: String,
    /// The basic status: `open` is true. `None` where the tuple has no `basic`.
    pub open: Option<bool>,
    /// The device's own activities, most telling first.
    pub activities: Vec<Activity>,
    /// What it can do (RFC 5196): `audio`, `video`, `text`, and others with their words, such as
    /// `duplex full`.
    pub capabilities: Vec<String>,
    /// The media types that it takes (RFC 5196 `type`).
    pub media_types: Vec<String>,
    /// Where it is reached (`contact`).
    pub contact: Option<String>,
    /// The priority of the contact, in thousandths (0 to 1000).
    pub priority: Option<u16>,
    /// Its own note.
    pub note: Option<String>,
    /// Whether somebody is at it (RPID `user-input`), where it says so.
    pub user_input: Option<UserInput>,
    /// Whose it is, where it is not the presentity's own (RPID `relationship`): `assistant`…
    pub relationship: Option<String>,
    /// What kind of service it is (RPID `service-class`): `electronic`, `courier`…
    pub service_class: Option<String>,
    /// Who published it (Cisco `source`).
    pub source: Option<String>,
    /// The time of its report (`timestamp`).
    pub reported: Option<Timestamp>,
}

/// Whether somebody is at a device (RPID `user-input`, RFC 4480 section 3.14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserInput {
    /// Somebody is.
    Active,
    /// Nobody is, since the last input where it is stated.
    Idle(Option<Timestamp>),
}

impl Device {
    /// Whose it is, where it is not the presentity's own.
    pub fn whose(&self) -> Option<&str> {
        let whose = self.relationship.as_deref();
        whose.filter(|whose| !whose.eq_ignore_ascii_case("self"))
    }
}

impl UserInput {
    /// What two statements of the same say: the first, and of two that are idle the time that
    /// either states.
    fn both(one: Option<UserInput>, other: Option<UserInput>) -> Option<UserInput> {
        match (one, other) {
            (Some(UserInput::Idle(since)), Some(UserInput::Idle(also))) => {
                Some(UserInput::Idle(since.or(also)))
            }
            _ => one.or(other),
        }
    }

    /// Whether nobody is there.
    pub fn is_idle(self) -> bool {
        matches!(self, UserInput::Idle(_))
    }

    /// Since when nobody is there, where that is so and stated.
    pub fn idle_since(self) -> Option<Timestamp> {
        match self {
            UserInput::Active => None,
            UserInput::Idle(since) => since,
        }
    }
}

/// What a document may say of a person beside activities (RFC 4480), for the details view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// `mood`: the words of its elements.
    pub moods: Vec<String>,
    /// `place-type`.
    pub place_types: Vec<String>,
    /// `place-is`: for example `audio: noisy`.
    pub place_is: Vec<String>,
    /// `privacy`: for example `audio`.
    pub privacy: Vec<String>,
    /// `relationship`.
    pub relationship: Option<String>,
    /// `sphere`.
    pub sphere: Option<String>,
    /// `service-class`.
    pub service_class: Option<String>,
    /// `status-icon`: the address of a picture. Never fetched, for others choose it.
    pub status_icon: Option<String>,
    /// `time-offset`: minutes from UTC.
    pub time_offset_minutes: Option<i32>,
    /// Cisco's `phone-status`.
    pub phone_status: Option<String>,
    /// Cisco's `im-status`.
    pub im_status: Option<String>,
    /// What is odd about the document, in sentences: how it was read all the same.
    pub remarks: Vec<String>,
}

impl Presence {
    /// The state in words: of the most telling activity, else of the availability.
    pub fn label(&self) -> &str {
        let label = self.leading().and_then(Activity::label);
        label.unwrap_or_else(|| self.availability.label())
    }

    /// Whether the state usually lasts for days, by its most telling activity.
    pub fn lasts_days(&self) -> bool {
        let kind = self.leading().and_then(Activity::kind);
        kind.is_some_and(Kind::lasts_days)
    }

    /// The most telling activity, unless it speaks for another state than was decided.
    fn leading(&self) -> Option<&Activity> {
        let says = |activity: &Activity| activity.kind().and_then(Kind::availability);
        let first = self.activities.first();
        first.filter(|first| says(first).is_none_or(|said| said == self.availability))
    }

    /// What is odd about the document, in sentences (see [`Extras::remarks`]).
    pub fn remarks(&self) -> &[String] {
        self.extras.as_ref().map_or(&[], |extras| &extras.remarks)
    }

    /// The glyph of the state.
    pub fn glyph(&self, icons: IconSet) -> &str {
        let kind = self.leading().and_then(Activity::kind);
        match kind.map(|kind| kind.glyph(icons)) {
            Some(glyph) if !glyph.is_empty() => glyph,
            _ => self.availability.glyph(icons),
        }
    }

    /// A call beside another leading activity.
    pub fn phone(&self) -> Option<&'static Kind> {
        let others = self.activities.iter().skip(1);
        others
            .filter_map(|activity| activity.kind())
            .find(|kind| kind.name() == "on-the-phone")
    }
}
