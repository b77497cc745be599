//! What users can say of themselves (`SetPresenceStatusType` of the WSDL).

/// The user's own presence, as it is set by hand.
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

impl OwnPresence {
    /// All of them, in the order of a list.
    pub const ALL: [OwnPresence; 5] = [
        OwnPresence::Available,
        OwnPresence::Away,
        OwnPresence::Busy,
        OwnPresence::Dnd,
        OwnPresence::Vacation,
    ];

    /// Its name on the command line and in lists.
    pub fn name(self) -> &'static str {
        match self {
            OwnPresence::Available => "available",
            OwnPresence::Away => "away",
            OwnPresence::Busy => "busy",
            OwnPresence::Dnd => "dnd",
            OwnPresence::Vacation => "vacation",
        }
    }

    /// As the service calls it.
    pub(super) fn status(self) -> &'static str {
        match self {
            OwnPresence::Available => "AVAILABLE",
            OwnPresence::Away => "AWAY",
            OwnPresence::Busy => "BUSY",
            OwnPresence::Dnd => "DND",
            OwnPresence::Vacation => "VACATION",
        }
    }

    /// Whether it wins over what phone and calendar say. The service demands that it does for
    /// do-not-disturb (fault 122) and does not for available (fault 121); what else is said by
    /// hand is meant.
    pub(super) fn overrides(self) -> bool {
        self != OwnPresence::Available
    }
}
