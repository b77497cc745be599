use jiff::Timestamp;

use crate::presence::Availability;

/// What users can say of themselves (`SetPresenceStatusType` of the WSDL).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnPresence {
    /// Free. It also ends what was set before: phone and calendar count again.
    Available,
    /// Not at the desk.
    Away,
    /// Not to be disturbed without need.
    Busy,
    /// Not to be disturbed.
    Dnd,
    /// Out for days.
    Vacation,
}

/// An own presence that was set, and until when it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnSet {
    /// What was set.
    pub own: OwnPresence,
    /// Until when.
    pub until: Timestamp,
}

impl OwnPresence {
    /// All of them, in the order of a list.
    pub const ALL: [OwnPresence; 5] = [
        OwnPresence::Available,
        OwnPresence::Away,
        OwnPresence::Busy,
        OwnPresence::Dnd,
        OwnPresence::Vacation,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            OwnPresence::Available => "available",
            OwnPresence::Away => "away",
            OwnPresence::Busy => "busy",
            OwnPresence::Dnd => "dnd",
            OwnPresence::Vacation => "vacation",
        }
    }

    /// As people say it.
    pub fn label(self) -> &'static str {
        match self {
            OwnPresence::Available => "Available",
            OwnPresence::Away => "Away",
            OwnPresence::Busy => "Busy",
            OwnPresence::Dnd => "Do not disturb",
            OwnPresence::Vacation => "On vacation",
        }
    }

    /// What it comes to.
    pub fn availability(self) -> Availability {
        match self {
            OwnPresence::Available => Availability::Available,
            OwnPresence::Away | OwnPresence::Vacation => Availability::Away,
            OwnPresence::Busy => Availability::Busy,
            OwnPresence::Dnd => Availability::Dnd,
        }
    }
}
