use jiff::SignedDuration;
use tui_input::InputRequest;

use super::{
    AccountId, Action, Change, Choice, ContactId, Draft, Heading, Preferences, Remembered,
    SearchError, Setting, SignInMessage,
};
use crate::calling::Invocation;
use crate::contacts::exchange::Imported;
use crate::contacts::{Contact, Edit};
use crate::directory::{Credentials, Found};
use crate::link::{Link, OwnSet, Report};
use crate::operator::{DeskWatches, NoteEdit, OperatorNotes, WatchEdit};
use crate::presence::Address;

/// Everything that can happen to the board.
#[derive(Clone, Debug)]
pub enum Message {
    /// The user did something. An order that moves people waits until the user's hand rests.
    User(UserMessage),
    /// Something happened in the world.
    World(WorldMessage),
    /// Nothing but time has passed.
    Tick,
}

impl From<UserMessage> for Message {
    fn from(message: UserMessage) -> Message {
        Message::User(message)
    }
}

impl From<WorldMessage> for Message {
    fn from(message: WorldMessage) -> Message {
        Message::World(message)
    }
}

/// What the user did, by key or mouse.
#[derive(Clone, Debug)]
pub enum UserMessage {
    /// Chose an action by a key or a hint.
    Act(Action),
    /// Edits the text field that has the focus.
    Type(InputRequest),
    /// Begins to search with this character.
    Search(char),
    /// Pasted a text.
    Paste(String),
    /// Clicked a contact.
    Select(ContactId),
    /// Clicked the heading of a section.
    Fold(Heading),
    /// Dragged a contact onto a section.
    Drop(ContactId, Heading),
    /// Clicked a field or a choice of the open pane, by its place from 0.
    Point(usize),
    /// Clicked somebody whom the directory has found, by the place from 0.
    PointAtFound(usize),
    /// Chose a saved search, by its place from 0; `None`: everybody.
    Tab(Option<usize>),
    /// Turned the wheel by so many rows, downwards where positive.
    Scroll(i32),
}

/// What the feed, the contact book and the operator's notes of one account send to the board.
#[derive(Clone, Debug)]
pub enum AccountMessage {
    /// The contact book was read, at start or after somebody else changed it.
    Contacts(Vec<Contact>),
    /// The oldest so many [`AccountEffect::Save`]s are on disk; the next
    /// [`AccountMessage::Contacts`] includes them.
    Saved(usize),
    /// The contact book could not be read or written: why, and what to do. `None` clears it.
    BookTrouble(Option<String>),
    /// What an earlier run of the board knew; it is shown until the server answers.
    Remembered(Vec<(Address, Remembered)>),
    /// The operator's notes as they are on disk, with the board's changes up to that number.
    OperatorNotes {
        /// The notes.
        notes: OperatorNotes,
        /// The number of the last [`AccountEffect::Annotate`] that is in them.
        number: u64,
    },
    /// The notes could not be read or written: why, and what to do. `None` clears it.
    NotesTrouble(Option<String>),
    /// The watches as they are on disk, with the board's changes up to that number.
    Watches {
        /// The watches.
        watches: DeskWatches,
        /// The number of the last [`AccountEffect::Watch`] that is in them.
        number: u64,
    },
    /// The watches could not be read or written: why, and what to do. `None` clears it.
    WatchesTrouble(Option<String>),
    /// The states of some contacts over the day, as earlier runs of the board saw them.
    History(Vec<(Address, Vec<Change>)>),
    /// What polls or notifications say of some contacts.
    Reports(Vec<Report>),
    /// The link changed.
    Link(Link),
    /// Somebody has set the clock of the machine, forward by so much or back.
    ClockSet(SignedDuration),
}

/// What the world sends to the board.
#[derive(Clone, Debug)]
pub enum WorldMessage {
    /// Something that concerns one account; nothing where it is not on the board.
    Account(AccountId, AccountMessage),
    /// These profiles are joined, by name, each with its link as it is before the first sign-in.
    Joined(Vec<(String, Link)>),
    /// Something happened to the sign-in form.
    SignIn(SignInMessage),
    /// A file of contacts was read.
    Imported {
        /// Its name.
        file: String,
        /// What it holds.
        imported: Imported,
        /// The group that the user typed for all of them.
        group: Option<String>,
    },
    /// The contacts were written into a file: a sentence that says which.
    Exported(String),
    /// The file to write exists already: a sentence that says so.
    FileExists(String),
    /// A file could not be read or written: a sentence that says why.
    FileTrouble(String),
    /// The completed form of the path in the form.
    PathCompleted(String),
    /// The search of this number has come to its end.
    Searched(u64, Result<Found, SearchError>),
    /// The settings file was changed: what the board goes by now, and all settings.
    Reconfigured(Box<Preferences>, Vec<Setting>),
    /// The settings file cannot be followed: why. `None` clears it.
    SettingsTrouble(Option<String>),
    /// All settings, for the settings view.
    Settings(Vec<Setting>),
    /// A watch could not ring with its command: why.
    RingTrouble(String),
    /// A problem or fact, for the line of notices.
    Notice(String),
}

/// Whether a file may be written over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// It may: the user confirmed it.
    Allowed,
    /// It may not.
    Refused,
}

/// What the board wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// By the terminal.
    Terminal(TerminalEffect),
    /// By the feed, the contact book and the disk.
    World(WorldEffect),
}

impl From<TerminalEffect> for Effect {
    fn from(effect: TerminalEffect) -> Effect {
        Effect::Terminal(effect)
    }
}

impl From<WorldEffect> for Effect {
    fn from(effect: WorldEffect) -> Effect {
        Effect::World(effect)
    }
}

/// What the terminal does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TerminalEffect {
    /// Ring the bell so often, and notify: a watched contact is free.
    Ring {
        /// Who.
        words: String,
        /// How often.
        bells: u8,
    },
    /// Draw with the theme or icons of this choice from now on.
    Look(Choice),
    /// Put this text on the clipboard.
    Copy(String),
    /// Capture the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Draw every cell again.
    Redraw,
    /// Suspend the process until the shell continues it.
    Suspend,
    /// End the program.
    Quit,
}

/// What the feed, the contact book and the operator's notes of one account do.
#[derive(Clone, Debug, PartialEq)]
pub enum AccountEffect {
    /// Save these changes of the contact book.
    Save(Vec<Edit>),
    /// Save this change of the operator's notes.
    Annotate {
        /// The number by which it is known: one more with each.
        number: u64,
        /// What changes.
        edit: NoteEdit,
    },
    /// Save this change of the watches.
    Watch {
        /// The number by which it is known: one more with each.
        number: u64,
        /// What changes.
        edit: WatchEdit,
    },
    /// Keep exactly these contacts fresh from now on.
    Contacts(Vec<Address>),
    /// Poll these contacts now; an empty list means everyone.
    PollNow(Vec<Address>),
    /// Poll these contacts first: they are on the screen or watched.
    Prefer(Vec<Address>),
    /// Sign in again after a refusal.
    SignInAgain,
    /// Set the user's own presence.
    SetOwn(OwnSet),
}

/// What the world does.
#[derive(Clone, Debug, PartialEq)]
pub enum WorldEffect {
    /// Something that concerns one account.
    Account(AccountId, AccountEffect),
    /// Read contacts from a file.
    Import {
        /// The path, as it was typed.
        path: String,
        /// The group for all of them.
        group: Option<String>,
    },
    /// Write contacts into a file.
    Export {
        /// The path, as it was typed.
        path: String,
        /// Who.
        contacts: Vec<Contact>,
        /// Whether an existing file may be lost.
        replace: Replace,
    },
    /// Complete a path that is being typed.
    CompletePath(String),
    /// Search the directory; the answer to an older search is not wanted any more.
    Search {
        /// The number by which the answer is known.
        number: u64,
        /// A name or a number, as it was typed.
        words: String,
    },
    /// Sign in at the directory as somebody from now on.
    SignInAtDirectory(Credentials),
    /// Serve the sign-in form, while it is open.
    SignIn(SignInEffect),
    /// Run a command for a contact, by itself.
    Run(Invocation),
    /// Run the command with which the watch on a contact rings.
    Ring(Invocation),
    /// Run a hook for a contact whose state has changed, after those before it.
    RunHook(Invocation),
    /// Put this text on the clipboard through tmux, which drops what programs inside it send to the
    /// terminal for that.
    CopyThroughTmux(String),
    /// Save what was chosen in the settings view.
    SaveChoice(Choice),
}

/// What the sign-in form wants.
#[derive(Clone, Debug, PartialEq)]
pub enum SignInEffect {
    /// Try to sign in with this; [`SignInMessage`] has the result.
    Try(Draft),
    /// Start the demo instead.
    Demo,
}
