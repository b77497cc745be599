//! Keeps the board fresh: a task with a command channel in and an update channel out.

use crate::presence::{Address, Link, Report};

/// What the board tells the feed.
#[derive(Debug)]
pub enum Command {
    /// The whole list of contacts to keep fresh; replaces the earlier list. New ones are asked
    /// for at once.
    Contacts(Vec<Address>),
    /// Those whose state matters most now (on screen, watched): they are asked for first.
    Prefer(Vec<Address>),
    /// Ask for these now; an empty list means everyone.
    AskNow(Vec<Address>),
    /// Sign in again after a refusal, as the user asked.
    SignInAgain,
    /// Sign out where nobody else shares the session, and end.
    Leave,
}

/// What the feed tells the board.
#[derive(Debug)]
pub enum Update {
    /// What was learned of some contacts.
    Reports(Vec<Report>),
    /// The link changed.
    Link(Link),
}
