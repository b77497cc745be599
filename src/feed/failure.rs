//! Failures in words for people.

use super::session::{Credentials, Failure};
use crate::link::{Problem, SignIn};
use crate::pws::{Class, Error};

/// What a failed round means to somebody who does not stay.
pub fn failure_in_words(failure: &Failure, credentials: &Credentials) -> Problem {
    match failure.error.class() {
        Some(Class::SignInRefused) => refusal_in_words(failure, credentials),
        _ => failure.error.problem(&failure.node.to_string()),
    }
}

/// The same for a sign-in that is not to be tried again as it is: whose it was is what counts.
pub(super) fn refusal_in_words(failure: &Failure, credentials: &Credentials) -> Problem {
    let who = match failure.sign_in {
        SignIn::Application => format!("application user '{}'", credentials.app_user),
        SignIn::EndUser => format!("end user '{}'", credentials.user),
    };
    Problem {
        what: format!("Sign-in of the {who} refused: {}", failure.error),
        advice: match &failure.error {
            Error::Fault(fault) => fault.sign_in_advice(failure.sign_in),
            other => other.problem(&failure.node.to_string()).advice,
        },
    }
}

/// Whether the server was reached at all.
pub fn was_reached(error: &Error) -> bool {
    match error {
        Error::Transport(error) => error.was_reached(),
        _ => true,
    }
}
