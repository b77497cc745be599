use std::sync::Arc;

use jiff::Timestamp;

use crate::presence::{Address, Presence};

/// What was learned of one contact by asking for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Who was asked for.
    pub address: Address,
    /// When the answer (or its absence) came.
    pub at: Timestamp,
    /// What came.
    pub outcome: Outcome,
}

/// What came of asking for a contact.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The server answered with this state.
    Answered(Arc<Presence>),
    /// The server answered the request but left this contact out: the last known state is stale
    /// from now on, and is not "offline".
    NotAnswered,
    /// The server refused this contact; the words say why.
    Refused(String),
    /// The server answered with a document that cannot be read; the words say why.
    Unreadable(String),
}
