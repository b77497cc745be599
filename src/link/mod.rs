//! What the feed and the board share: how the link to the service is, and what comes over it. Plain
//! data, so that neither knows the other.

mod own_presence;
mod report;

pub use own_presence::{OwnPresence, OwnSet};
pub use report::{Outcome, Report};

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::presence::Presence;

/// How the link to the source of presence is: one value, replaced as a whole on each change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The server's host (and port where it is not the usual one), for the header.
    pub server: String,
    /// The end user whose view of presence it is.
    pub user: String,
    /// How presence comes.
    pub mode: Mode,
    /// A fact that the user should always see, such as "certificate not checked".
    pub warning: Option<String>,
    /// What the user has set of the own presence, where it is more than available.
    pub own: Option<OwnSet>,
    /// What the server shows of the user to others, where that is known.
    pub shown: Option<Arc<Presence>>,
    /// What else is worth knowing of it, such as why the server is asked more slowly.
    pub remark: Option<String>,
    /// Where it stands.
    pub state: LinkState,
}

impl Link {
    /// Whether nothing comes over it.
    pub fn is_down(&self) -> bool {
        matches!(
            self.state,
            LinkState::Trouble { .. } | LinkState::Refused { .. }
        )
    }

    /// Whether a live link that was up is down now: until then all states were true.
    pub fn breaks(&self, before: &Link) -> bool {
        self.is_down() && before.mode == Mode::Live && before.state == LinkState::Up
    }

    /// States that were confirmed before this are stale at `now`: all, where the link is down.
    pub fn confirmed_after(&self, now: Timestamp) -> Timestamp {
        match (&self.state, self.mode) {
            (LinkState::Trouble { .. } | LinkState::Refused { .. }, _) => Timestamp::MAX,
            (_, Mode::Live) => Timestamp::MIN,
            (_, Mode::Every(interval)) => {
                let patience = patience(interval);
                now.saturating_sub(patience).unwrap_or(Timestamp::MIN)
            }
        }
    }

    /// From when on a state that was confirmed at `confirmed` is stale, if nothing but time passes;
    /// `None` where time alone does not make it so.
    pub fn stale_from(&self, confirmed: Timestamp) -> Option<Timestamp> {
        match self.mode {
            Mode::Every(interval) if !self.is_down() => {
                let longest = patience(interval) + SignedDuration::from_nanos(1);
                confirmed.saturating_add(longest).ok()
            }
            Mode::Every(_) | Mode::Live => None,
        }
    }
}

/// How long a state counts as fresh that is polled in this interval: a slow round through thousands
/// of contacts is no reason to doubt each of them.
fn patience(interval: Duration) -> SignedDuration {
    let interval = i64::try_from(interval.as_secs()).unwrap_or(i64::MAX / 8);
    SignedDuration::from_secs((interval * 3).max(60))
}

/// How presence comes to the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Every contact is asked for in this interval.
    Every(Duration),
    /// The server sends notifications of changes.
    Live,
}

/// Where the link stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Signing in, for the first time or again; no trouble known.
    SigningIn,
    /// Signed in; the last request was answered.
    Up,
    /// Not answered; it is tried again without the user.
    Trouble {
        /// What is wrong.
        problem: Problem,
        /// Since when.
        since: Timestamp,
        /// When the next try is due; `None` where there is nothing to try, for what is missing is
        /// heard when it comes.
        next_try: Option<Timestamp>,
    },
    /// The sign-in was refused: it is not tried again until the user asks for it.
    Refused {
        /// Which of the two sign-ins.
        sign_in: SignIn,
        /// Why.
        problem: Problem,
    },
}

/// The two sign-ins of the Presence Web Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// The application user, with a password.
    Application,
    /// The end user, with the application's session key.
    EndUser,
}

/// A problem in two short sentences, cleaned of control characters and free of secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What happened, to what.
    pub what: String,
    /// What can be done about it, or what happens next.
    pub advice: String,
}
