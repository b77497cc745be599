//! What a person is doing, as the service knows it.

use jiff::Timestamp;

use crate::presence::Availability;

/// One thing that a person does: an element of RFC 4480 `activities` or of Cisco's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doing {
    /// Free.
    Available,
    /// Free, but away from the keyboard (`user-input`).
    Idle,
    /// Not at the desk.
    Away,
    /// Engaged.
    Busy,
    /// Does not want to be disturbed.
    Dnd,
    /// On a call.
    OnThePhone,
    /// The phone rings.
    Alerting,
    /// In a meeting.
    Meeting,
    /// At an appointment.
    Appointment,
    /// Giving a presentation.
    Presentation,
    /// Driving.
    Steering,
    /// On the way.
    InTransit,
    /// On a journey.
    Travel,
    /// At breakfast.
    Breakfast,
    /// At lunch.
    Lunch,
    /// On vacation.
    Vacation,
    /// Signed out.
    Unavailable,
    /// The server does not know the person.
    Unknown,
}

impl Doing {
    /// Everything that a person can do.
    pub(super) const ALL: [Doing; 18] = [
        Doing::Available,
        Doing::Idle,
        Doing::Away,
        Doing::Busy,
        Doing::Dnd,
        Doing::OnThePhone,
        Doing::Alerting,
        Doing::Meeting,
        Doing::Appointment,
        Doing::Presentation,
        Doing::Steering,
        Doing::InTransit,
        Doing::Travel,
        Doing::Breakfast,
        Doing::Lunch,
        Doing::Vacation,
        Doing::Unavailable,
        Doing::Unknown,
    ];

    /// The one whose element has this local name.
    pub(super) fn named(name: &str) -> Option<Doing> {
        Doing::ALL.into_iter().find(|doing| doing.name() == name)
    }

    /// The local name of its element.
    pub fn name(self) -> &'static str {
        match self {
            Doing::Available => "available",
            Doing::Idle => "user-input",
            Doing::Away => "away",
            Doing::Busy => "busy",
            Doing::Dnd => "dnd",
            Doing::OnThePhone => "on-the-phone",
            Doing::Alerting => "alerting",
            Doing::Meeting => "meeting",
            Doing::Appointment => "appointment",
            Doing::Presentation => "presentation",
            Doing::Steering => "steering",
            Doing::InTransit => "in-transit",
            Doing::Travel => "travel",
            Doing::Breakfast => "breakfast",
            Doing::Lunch => "lunch",
            Doing::Vacation => "vacation",
            Doing::Unavailable => "unavailable",
            Doing::Unknown => "unknown",
        }
    }

    /// What it says of the availability.
    pub fn availability(self) -> Availability {
        match self {
            Doing::Available | Doing::Idle => Availability::Available,
            Doing::Away
            | Doing::InTransit
            | Doing::Travel
            | Doing::Breakfast
            | Doing::Lunch
            | Doing::Vacation => Availability::Away,
            Doing::Busy
            | Doing::OnThePhone
            | Doing::Alerting
            | Doing::Meeting
            | Doing::Appointment
            | Doing::Presentation
            | Doing::Steering => Availability::Busy,
            Doing::Dnd => Availability::Dnd,
            Doing::Unavailable => Availability::Unavailable,
            Doing::Unknown => Availability::Unknown,
        }
    }

    /// The status of BASIC_PRESENCE (WSDL `GetPresenceStatusType`).
    pub fn basic_status(self) -> &'static str {
        match self {
            Doing::Vacation => "VACATION",
            other => match other.availability() {
                Availability::Available => "AVAILABLE",
                Availability::Away => "AWAY",
                Availability::Busy => "BUSY",
                Availability::Dnd => "DND",
                Availability::Unavailable => "UNAVAILABLE",
                Availability::Unknown => "UNKNOWN",
            },
        }
    }
}

/// The state of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// What the person does, the most telling first.
    pub doing: Doing,
    /// What goes on beside it, such as a call during a meeting.
    pub beside: Option<Doing>,
    /// What the person wrote about it.
    pub note: Option<String>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// The state was set by the person with `setPresence`.
    pub by_hand: Option<ByHand>,
}

/// How a state that was set by hand stands to what the devices tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByHand {
    /// It holds whatever the devices tell (`override` true).
    Override,
    /// It holds while the devices tell nothing else (`override` false).
    Persistent,
}

impl State {
    /// A state without note or bounds.
    pub fn of(doing: Doing) -> State {
        State {
            doing,
            beside: None,
            note: None,
            since: None,
            until: None,
            by_hand: None,
        }
    }

    /// The same, with a note.
    pub fn with_note(mut self, note: impl Into<String>) -> State {
        self.note = Some(note.into());
        self
    }

    /// Whether it is more than being signed in or not.
    pub(super) fn is_telling(&self) -> bool {
        matches!(
            self.availability(),
            Availability::Away | Availability::Busy | Availability::Dnd
        )
    }

    /// The availability that a client should find in it.
    pub fn availability(&self) -> Availability {
        self.doing.availability()
    }
}

impl From<Doing> for State {
    fn from(doing: Doing) -> State {
        State::of(doing)
    }
}
