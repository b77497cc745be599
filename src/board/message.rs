use tui_input::InputRequest;

use super::{Change, Choice, Draft, Remembered, Setting, SignInMessage};
use crate::contacts::exchange::Imported;
use crate::contacts::{Contact, Edit};
use crate::link::{Link, OwnSet, Report};
use crate::presence::Address;

/// Everything that can happen to the board.
#[derive(Clone, Debug)]
pub enum Message {
    /// The user asked for something by key, mouse or hint.
    Act(Action),
    /// The user edits the text field that has the focus.
    Type(InputRequest),
    /// Text was pasted.
    Paste(String),
    /// The user pointed at a contact.
    Select(Address),
    /// The user pointed at the heading of a group.
    Fold(Option<String>),
    /// The user dragged a contact onto a group.
    Drop(Address, Option<String>),
    /// The user pointed at a field or a choice of what is open, by its place.
    Point(usize),
    /// The wheel or a key moves what is shown by so many rows.
    Scroll(i32),
    /// The room for contacts changed.
    Shape(Shape),
    /// The contact book was read, at start or after somebody else changed it.
    Contacts(Vec<Contact>),
    /// So many of the board's [`Effect::Save`]s, the oldest, are in the contact book that the next
    /// [`Message::Contacts`] tells.
    Saved(usize),
    /// The contact book could not be read or written; the words say why and what to do.
    BookTrouble(Option<String>),
    /// What an earlier run of the board knew; it is shown until the server answers.
    Remembered(Vec<(Address, Remembered)>),
    /// What earlier runs of the board saw of some contacts over the day.
    History(Vec<(Address, Vec<Change>)>),
    /// What was learned of some contacts.
    Reports(Vec<Report>),
    /// The link changed.
    Link(Link),
    /// Something happened to the sign-in form.
    SignIn(SignInMessage),
    /// What was read from the file of this name.
    Imported(String, Imported),
    /// The contacts were written into a file; the words say so.
    Exported(String),
    /// The file that should be written is there already; the words say so.
    FileExists(String),
    /// A file could not be read or written; the words say why.
    FileTrouble(String),
    /// The path that is typed goes on like this.
    PathCompleted(String),
    /// What is set, for the settings view.
    Settings(Vec<Setting>),
    /// A problem or fact to tell in one line.
    Notice(String),
    /// Nothing but time has passed.
    Tick,
}

/// The room that the contacts are drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How many contacts stand beside each other.
    pub columns: usize,
    /// Lines that a contact takes.
    pub cell_height: usize,
    /// Lines in all.
    pub height: usize,
}

/// What the user can ask for. Each has a name, for the settings, and a line for the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(
    missing_docs,
    reason = "the help lines beside each name say what it does"
)]
pub enum Action {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Open,
    Back,
    Next,
    Previous,
    Add,
    Remove,
    Edit,
    Move,
    Undo,
    Redo,
    Import,
    Export,
    Find,
    Watch,
    WatchGroup,
    Mark,
    Copy,
    Sort,
    FoldGroup,
    FoldAll,
    View,
    HideOffline,
    Freeze,
    WhoIsFree,
    OwnPresence,
    Refresh,
    Mouse,
    Settings,
    Demo,
    Trust,
    Help,
    Redraw,
    Suspend,
    Quit,
}

impl Action {
    /// Every action with its name in the settings and its line in the help, in the help's order.
    pub const ALL: [(Action, &'static str, &'static str); 42] = [
        (Action::Up, "up", "one row up"),
        (Action::Down, "down", "one row down"),
        (Action::Left, "left", "to the left"),
        (Action::Right, "right", "to the right"),
        (Action::PageUp, "page-up", "one page up"),
        (Action::PageDown, "page-down", "one page down"),
        (Action::Top, "top", "to the first contact"),
        (Action::Bottom, "bottom", "to the last contact"),
        (
            Action::Open,
            "open",
            "open the details of the contact; save a form",
        ),
        (Action::Back, "back", "leave whatever is open"),
        (Action::Next, "next", "the next field"),
        (Action::Previous, "previous", "the field before"),
        (Action::Add, "add", "add a contact"),
        (
            Action::Remove,
            "remove",
            "remove the contact, or all marked ones",
        ),
        (
            Action::Edit,
            "edit",
            "change the name and group of the contact",
        ),
        (
            Action::Move,
            "move",
            "move the contact, or all marked ones, to a group",
        ),
        (Action::Undo, "undo", "bring back what was just changed"),
        (Action::Redo, "redo", "do again what was undone"),
        (
            Action::Import,
            "import",
            "take contacts in from a file: CSV, vCard, LDIF, a list",
        ),
        (
            Action::Export,
            "export",
            "write the marked contacts, or all, into a file",
        ),
        (
            Action::Find,
            "find",
            "find as you type: name, address, group, activity, or 'free'",
        ),
        (
            Action::Watch,
            "watch",
            "tell me when the contact is free: once, always, off",
        ),
        (
            Action::WatchGroup,
            "watch-group",
            "tell me who of the group is free first",
        ),
        (
            Action::Mark,
            "mark",
            "mark the contact, for an action on several",
        ),
        (Action::Copy, "copy", "copy the address"),
        (
            Action::Sort,
            "sort",
            "sort by name, by state, by last change",
        ),
        (Action::FoldGroup, "fold", "fold or unfold the group"),
        (Action::FoldAll, "fold-all", "fold or unfold all groups"),
        (
            Action::View,
            "view",
            "show tiles, a list, or a compact list",
        ),
        (
            Action::HideOffline,
            "hide-offline",
            "hide or show those who are offline",
        ),
        (
            Action::Freeze,
            "freeze",
            "hold the board still to read in peace",
        ),
        (
            Action::WhoIsFree,
            "who-is-free",
            "who of the group is free, the best first",
        ),
        (Action::OwnPresence, "own-presence", "set my own presence"),
        (Action::Refresh, "refresh", "ask the server now"),
        (
            Action::Mouse,
            "mouse",
            "use the mouse here, or leave it to the terminal",
        ),
        (Action::Settings, "settings", "see and change the settings"),
        (
            Action::Demo,
            "demo",
            "at the sign-in form: people of the demo, without a server",
        ),
        (
            Action::Trust,
            "trust",
            "at the sign-in form: trust exactly the certificate that is shown",
        ),
        (
            Action::Help,
            "help",
            "all keys; in the details: why the state is what it is",
        ),
        (Action::Redraw, "redraw", "draw the screen anew"),
        (
            Action::Suspend,
            "suspend",
            "put the board in the background",
        ),
        (Action::Quit, "quit", "leave the board"),
    ];

    /// The action of this name.
    pub fn named(name: &str) -> Option<Action> {
        Action::ALL
            .iter()
            .find(|row| row.1 == name)
            .map(|row| row.0)
    }

    /// Its name in the settings.
    pub fn name(self) -> &'static str {
        Action::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }
}

/// Whether a file may be written over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// It may: the user was asked.
    Allowed,
    /// It may not.
    Refused,
}

/// What the board wants done in the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Save these changes of the contact book.
    Save(Vec<Edit>),
    /// Read contacts from a file.
    Import {
        /// The path, as it was typed.
        path: String,
    },
    /// Write contacts into a file.
    Export {
        /// The path, as it was typed.
        path: String,
        /// Who.
        contacts: Vec<Contact>,
        /// Whether a file that is there may be lost.
        replace: Replace,
    },
    /// Complete a path that is typed.
    CompletePath(String),
    /// Keep these contacts fresh from now on.
    Contacts(Vec<Address>),
    /// Ask for these now; an empty list means everyone.
    Ask(Vec<Address>),
    /// Ask for these first: they are on the screen or watched.
    Prefer(Vec<Address>),
    /// Try to sign in with this; [`Message::SignIn`] says what came of it.
    TrySignIn(Draft),
    /// Start the demo instead of signing in.
    Demo,
    /// Sign in again after a refusal.
    SignIn,
    /// Set the user's own presence.
    SetOwn(OwnSet),
    /// Ring: a contact that was waited for is free.
    Ring {
        /// Who and what, in a few words.
        words: String,
    },
    /// This was chosen in the settings view: draw so, and save it.
    Choose(Choice),
    /// Put this text on the clipboard.
    Copy(String),
    /// Give the mouse to the board, or to the terminal.
    Mouse(bool),
    /// Draw everything anew.
    Redraw,
    /// Go into the background.
    Suspend,
    /// Leave the board.
    Quit,
}
