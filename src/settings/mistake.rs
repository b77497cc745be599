//! What is wrong with a value, and where in it.

use std::ops::Range;

use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::did_you_mean;
use super::profile::ProfileError;
use crate::board::MOST_TABS;
use crate::broker::PlaceError;
use crate::calling::ActionError;
use crate::file;
use crate::http::{EndpointError, FingerprintError};
use crate::tui::{BINDINGS, HoursError, KeysError, ThemeNameError};

/// The part of a table or a list that a mistake is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// What stands at this key of a table.
    Key(String),
    /// What stands at this place of a list, from 0.
    Place(usize),
}

/// Why a text is not a value of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValueError {
    /// Not an action for a contact.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// Not the name of a profile.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// Nothing.
    #[error("it is empty: write a value, or leave it out")]
    Empty,
    /// A table, a list or a date where there should be one value.
    #[error("write it like {0}")]
    Shape(&'static str),
    /// Not one of those that have a name.
    #[error("'{text}' is none of {}{}", names.join(", "), did_you_mean(text, names))]
    Name {
        /// The text.
        text: String,
        /// The names that there are.
        names: &'static [&'static str],
    },
    /// Not a length of time.
    #[error("'{0}' is not a time: write it like 5, 10s, 2m, 1h or 1d")]
    Time(String),
    /// A length of time that is too short or too long.
    #[error("'{0}' is out of range: one second to one day")]
    TimeRange(String),
    /// Not a number of requests, or one out of range.
    #[error("'{0}' requests at once cannot be: 1 to 8")]
    InFlight(String),
    /// Not an address at which the service can call back.
    #[error("'{0}' is no address to call: write it like http://10.1.2.3:9000")]
    Callback(String),
    /// Not an address of this machine.
    #[error("'{0}' is not an address and a port: write it like 10.1.2.3:9000")]
    Listen(String),
    /// Not a server.
    #[error(transparent)]
    Server(#[from] EndpointError),
    /// Not a broker.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Not a fingerprint.
    #[error(transparent)]
    Fingerprint(#[from] FingerprintError),
    /// Not hours of the day.
    #[error(transparent)]
    Hours(#[from] HoursError),
    /// Not the name of a theme.
    #[error(transparent)]
    Theme(#[from] ThemeNameError),
    /// Not keys for actions.
    #[error("{error}{near}", error = .0, near = action_meant(.0))]
    Keys(#[from] KeysError),
    /// Not the name of a ring.
    #[error(
        "'{0}' cannot be the name of a ring: bell, none and a digit are bells, and a comma stands \
         between two"
    )]
    RingName(String),
    /// More saved searches than there are digits.
    #[error("{0} boards are too many: at most {MOST_TABS}, one a digit")]
    TooManyBoards(usize),
    /// A part of a table or a list is wrong.
    #[error("{1}")]
    In(Part, Box<ValueError>),
    /// Keys in one text.
    #[error("keys are set in config.toml, below [keys]")]
    KeysOutside,
}

/// The action that may be meant by one that there is not.
fn action_meant(error: &KeysError) -> String {
    let names: Vec<&str> = BINDINGS.iter().map(|binding| binding.name).collect();
    match error {
        KeysError::Action(name) => did_you_mean(name, &names),
        KeysError::Key { .. } | KeysError::Twice { .. } | KeysError::NoWayOut => String::new(),
    }
}

impl ValueError {
    /// The same mistake, seen from what it is a part of.
    pub(super) fn inside(self, part: Part) -> ValueError {
        ValueError::In(part, Box::new(self))
    }

    /// Where in the value the mistake is: from the value inwards.
    pub(super) fn parts(&self) -> Vec<&Part> {
        let mut parts = Vec::new();
        let mut error = self;
        while let ValueError::In(part, inside) = error {
            parts.push(part);
            error = inside;
        }
        parts
    }
}

/// The line of the text, from 1, on which a key stands, or the innermost of the parts of its value that
/// are there; the first where the text cannot be read.
pub(super) fn line_of(text: &str, key: &str, parts: &[&Part]) -> usize {
    let document = DeTable::parse(text).ok();
    let root = document.as_ref().map(Spanned::get_ref);
    let Some((key, mut value)) = root.and_then(|root| root.get_key_value(key)) else {
        return 1;
    };
    let mut at = key.span();
    for part in parts {
        let Some((span, next)) = part.of(value.get_ref()) else {
            break;
        };
        (at, value) = (span, next);
    }
    file::line_of(text, Some(at))
}

impl Part {
    /// Where the part is, and what stands there.
    fn of<'a, 'b>(
        &self,
        whole: &'a DeValue<'b>,
    ) -> Option<(Range<usize>, &'a Spanned<DeValue<'b>>)> {
        match self {
            Part::Key(key) => {
                let (key, value) = whole.as_table()?.get_key_value(key.as_str())?;
                Some((key.span(), value))
            }
            Part::Place(place) => {
                let value = whole.as_array()?.get(*place)?;
                Some((value.span(), value))
            }
        }
    }
}
