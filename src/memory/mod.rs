//! What a board leaves for its next run and for scripts: what it knows of each contact, and, where the
//! user wants that, the states of the day.

pub mod history;
pub mod keeper;
pub mod last_seen;
pub mod snapshot;
