//! The user's own presence: when to set it, set it again, and end it; pure, with the time passed in.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::link::{OwnPresence, OwnSet};
use crate::presence::{Availability, Presence};
use crate::pws::Expiration;

/// It is set again so long before the server forgets it.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// What the user wants, and what the server knows of it.
#[derive(Debug, Default)]
pub struct Own {
    wanted: Option<OwnSet>,
    /// Until when the server keeps what was set; `None` where it has to be sent.
    kept_until: Option<Timestamp>,
    /// The server showed that something is set by hand since.
    is_shown: bool,
}

impl Own {
    /// Nothing is set.
    pub fn new() -> Own {
        Own::default()
    }

    /// The user wants this.
    pub fn want(&mut self, set: OwnSet) {
        self.wanted = Some(set);
        self.forget();
    }

    /// What holds at `now`, for people to see; available is what holds without a word.
    pub fn holds(&self, now: Timestamp) -> Option<OwnSet> {
        let kept = |set: &OwnSet| self.kept_until.is_some() && set.until > now;
        self.wanted
            .filter(|set| kept(set) && set.own != OwnPresence::Available)
    }

    /// The session is another: the server may have forgotten it.
    pub fn forget(&mut self) {
        self.kept_until = None;
        self.is_shown = false;
    }

    /// The server shows this of the user. Where something set by hand was shown, and is no more,
    /// another client has ended it: it is not to be set again.
    pub fn see(&mut self, shown: &Presence) {
        // Available is what holds without a word, also where it was said by hand.
        let is_set = shown.set_by_hand && shown.availability != Availability::Available;
        if self.is_shown && !is_set {
            *self = Own::default();
        } else {
            self.is_shown = is_set && self.kept_until.is_some();
        }
    }

    /// What to send to the server at `now`, if anything.
    pub fn next(&self, now: Timestamp) -> Option<(OwnPresence, Expiration)> {
        let wanted = self.wanted?;
        if wanted.until <= now {
            // The server keeps everything for an hour at least.
            let kept = self.kept_until.is_some_and(|until| until > now);
            return kept.then_some((OwnPresence::Available, Expiration::SHORTEST));
        }
        let due = self.kept_until.is_none_or(|kept| {
            let ends_with_it = kept + SignedDuration::from_secs(1) >= wanted.until;
            !ends_with_it && kept - AHEAD <= now
        });
        let left = Duration::try_from(wanted.until.duration_since(now)).unwrap_or_default();
        due.then(|| (wanted.own, Expiration::nearest(left)))
    }

    /// The next moment after `now` at which there may be something to send.
    pub fn next_at(&self, now: Timestamp) -> Option<Timestamp> {
        let wanted = self.wanted?;
        let again = self.kept_until.map(|kept| kept - AHEAD);
        let moments = again.into_iter().chain([wanted.until]);
        moments.filter(|at| *at > now).min()
    }

    /// The server took it.
    pub fn done(&mut self, own: OwnPresence, expiration: Expiration, now: Timestamp) {
        if self.is_outdated(own, now) {
            return;
        }
        let time = SignedDuration::try_from(expiration.time()).unwrap_or(SignedDuration::ZERO);
        self.kept_until = Some(now + time);
        if own == OwnPresence::Available {
            *self = Own::default();
        }
    }

    /// The server refused it: it is not tried again.
    pub fn refused(&mut self, own: OwnPresence, now: Timestamp) {
        if !self.is_outdated(own, now) {
            *self = Own::default();
        }
    }

    /// Whether something else was wanted while this was under way.
    fn is_outdated(&self, own: OwnPresence, now: Timestamp) -> bool {
        self.wanted
            .is_some_and(|wanted| wanted.until > now && wanted.own != own)
    }
}
