use jiff::{SignedDuration, Timestamp};

use super::shift::shift;
use crate::operator::Repeat;
use crate::presence::Availability;

/// "Tell me when this contact is free", set by the user on one contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// How often it rings.
    pub repeat: Repeat,
    /// Since when the contact is free without a break, as far as fresh states say.
    free_since: Option<Timestamp>,
    /// Whether it has rung for the present stretch of being free.
    rung: bool,
}

impl Watch {
    /// A watch set now. Already free: rings only after the contact was busy in between.
    pub fn new(repeat: Repeat, now_free: bool) -> Watch {
        Watch {
            repeat,
            free_since: None,
            rung: now_free,
        }
    }

    /// The same watch, which rings so often from now on.
    pub(super) fn with(self, repeat: Repeat) -> Watch {
        Watch { repeat, ..self }
    }

    /// Takes in a fresh state. A stale one must not be given here: it never rings.
    pub fn see(&mut self, availability: Availability, at: Timestamp) {
        if availability == Availability::Available {
            self.free_since.get_or_insert(at);
        } else {
            self.free_since = None;
            self.rung = false;
        }
    }

    /// The state is not confirmed any more: the stretch of being free starts anew.
    pub fn lose(&mut self) {
        self.free_since = None;
    }

    /// The clock was set by so much.
    pub(super) fn shift(&mut self, by: SignedDuration) {
        let since = self.free_since.iter_mut();
        since.for_each(|time| shift(time, by));
    }

    /// When it will ring, if the contact stays free for `free_for`.
    pub fn due(&self, free_for: SignedDuration) -> Option<Timestamp> {
        match self.free_since {
            Some(since) if !self.rung => Some(since + free_for),
            _ => None,
        }
    }

    /// It has rung. Returns whether the watch goes on.
    pub fn ring(&mut self) -> bool {
        self.rung = true;
        self.repeat == Repeat::Always
    }
}
