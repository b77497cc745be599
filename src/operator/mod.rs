//! What those at the front desk leave for each other, on this board and on others that have the same
//! folder: notes such as 'out until 14:00, deputy Eva', and whom they wait for. A note says who wrote it
//! and when, and goes by itself at its time.
//!
//! Both are kept in files of their own beside the contacts, so that a contact book that is shared stays
//! clean of them. The note on a contact that the user keeps in the book, and the note that a presentity
//! publishes, are other things.

mod deputy;
mod file;
mod note;
mod phrase;
mod watch;

pub use deputy::deputy_in;
pub use file::{Shared, SharedError, is_away, load, load_if_there, save};
pub use note::{NoteEdit, OperatorNote, OperatorNotes};
pub use phrase::end_in;
pub use watch::{DeskWatch, DeskWatches, Repeat, Rung, WatchEdit, Watched};
