//! The board's state, free of I/O: what happened goes in as a [`Message`] with the time, what is
//! to be done in the world comes out as [`Effect`]s. Drawing only reads it.

mod acting;
/// Ages in words, and when the words change.
pub mod age;
mod alert;
mod editing;
mod entry;
mod files;
mod find;
mod form;
mod history;
mod message;
mod motion;
mod order;
mod own;
mod reading;
mod roster;
mod settings;
mod sign_in;
mod watching;

pub use alert::{Repeat, Watch};
pub use entry::{Entry, Knowledge, Known, Remembered, Since, Standing, Trouble};
pub use find::Find;
pub use form::{Field, Form, FormLine, Purpose, Value};
pub use history::{Change, DAY, KEPT, Timeline};
pub use message::{Action, Effect, Message, Replace, Shape};
pub use motion::Cursor;
pub use order::{Order, Row, Section};
pub use own::OwnChoice;
pub use reading::Counts;
pub use roster::{Difference, Roster};
pub use settings::{Choice, Origin, Setting};
pub use sign_in::{Attempt, Draft, SignInForm, SignInMessage};

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use tui_input::Input;

use crate::contacts::exchange::Refused;
use crate::link::{Link, Report};
use crate::presence::Address;
use editing::Edits;
use order::Arrangement;

/// How long a notice stays.
const NOTICE: SignedDuration = SignedDuration::from_secs(10);
/// How long the hand must rest before a state order sorts anew.
const REST: SignedDuration = SignedDuration::from_secs(2);
/// How long a change of state stands out.
const CHANGE_SHOWS: SignedDuration = SignedDuration::from_secs(6);

/// What the user may set and the board goes by.
#[derive(Clone, Debug)]
pub struct Preferences {
    /// Added to a contact that is typed without a domain.
    pub domain: Option<String>,
    /// How long a watched contact must stay free before it rings.
    pub free_for: SignedDuration,
    /// Whether the mouse is the board's at start.
    pub mouse: bool,
    /// Whether it would be, if the user said nothing of it.
    pub mouse_by_itself: bool,
    /// The layout at start; `None`: the width decides.
    pub view: Option<View>,
    /// The order at start.
    pub order: Order,
    /// Whether the offline are hidden at start.
    pub hide_offline: bool,
}

/// How the contacts are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Two lines a contact, as many beside each other as fit.
    Tiles,
    /// One line a contact, with columns.
    List,
    /// One short line a contact, as many beside each other as fit.
    Compact,
}

impl View {
    /// Every view.
    pub const ALL: [View; 3] = [View::Tiles, View::List, View::Compact];

    /// The name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            View::Tiles => "tiles",
            View::List => "list",
            View::Compact => "compact",
        }
    }
}

/// What is open above the contacts.
#[derive(Clone, Debug)]
pub enum Pane {
    /// Nothing: the contacts alone.
    Contacts,
    /// The details of the contact under the cursor.
    Details {
        /// Explains why the state is what it is, instead of showing it.
        why: bool,
        /// Lines scrolled away.
        scroll: usize,
    },
    /// A form, such as that to add a contact.
    Form(Box<Form>),
    /// All keys; what is typed narrows them.
    Help {
        /// What is typed.
        query: Input,
        /// Lines scrolled away.
        scroll: usize,
    },
    /// What the user says of the own presence.
    Own(OwnChoice),
    /// All settings, with the cursor on one.
    Settings {
        /// Its place.
        at: usize,
    },
    /// What of an import is refused.
    Refused {
        /// The file.
        file: String,
        /// What is refused, by line.
        refused: Vec<Refused>,
        /// Lines scrolled away.
        scroll: usize,
    },
    /// Who of a group is free.
    WhoIsFree {
        /// The group.
        group: Option<String>,
        /// Lines scrolled away.
        scroll: usize,
    },
}

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Search {
    /// What is typed.
    pub input: Input,
    /// Whether keys still go into it.
    pub typing: bool,
}

/// A line that tells something for a while.
#[derive(Clone, Debug)]
struct Notice {
    words: String,
    until: Timestamp,
}

/// The board held still: what comes meanwhile waits here.
#[derive(Clone, Debug)]
struct Frozen {
    since: Timestamp,
    held: HashMap<Address, Report>,
}

/// The state of the whole board.
#[derive(Debug)]
pub struct Board {
    preferences: Preferences,
    settings: Vec<Setting>,
    roster: Roster,
    sections: Vec<Section>,
    rows: Vec<Row>,
    shape: Shape,
    top: usize,
    cursor: Option<Cursor>,
    pane: Pane,
    search: Option<Search>,
    order: Order,
    view: Option<View>,
    hide_offline: bool,
    folded: HashSet<Option<String>>,
    group_watches: HashSet<Option<String>>,
    frozen: Option<Frozen>,
    notice: Option<Notice>,
    book_trouble: Option<String>,
    edits: Edits,
    touched: Timestamp,
    arranged_at: Timestamp,
    out_of_order: bool,
    mouse: bool,
    preferred: (usize, usize, Shape),
}

impl Board {
    /// A board without contacts, before the first sign-in.
    pub fn new(preferences: Preferences, link: Link, now: Timestamp) -> Board {
        let mouse = preferences.mouse;
        let shape = Shape {
            columns: 1,
            cell_height: 1,
            height: 1,
        };
        Board {
            order: preferences.order,
            view: preferences.view,
            hide_offline: preferences.hide_offline,
            preferences,
            settings: Vec::new(),
            roster: Roster::new(link),
            sections: Vec::new(),
            rows: Vec::new(),
            shape,
            top: 0,
            cursor: None,
            pane: Pane::Contacts,
            search: None,
            folded: HashSet::new(),
            group_watches: HashSet::new(),
            frozen: None,
            notice: None,
            book_trouble: None,
            edits: Edits::default(),
            touched: now,
            arranged_at: now,
            out_of_order: false,
            mouse,
            preferred: (0, 0, shape),
        }
    }

    /// Takes in what happened at `now`; says what is to be done in the world.
    pub fn update(&mut self, message: Message, now: Timestamp) -> Vec<Effect> {
        if by_hand(&message) {
            self.touched = now;
        }
        let mut effects = match message {
            Message::Act(action) if self.is_signing_in() => self.act_at_sign_in(action),
            Message::Act(action) => self.act(action, now),
            Message::Type(request) => self.type_in(request, now),
            Message::Paste(text) => self.paste(&text, now),
            Message::Select(address) => self.select(Cursor::Contact(address)),
            Message::Fold(group) => self.fold(group, now),
            Message::Drop(address, group) => self.drop_on(address, group, now),
            Message::Point(place) => self.point(place, now),
            Message::Settings(settings) => {
                self.settings = settings;
                Vec::new()
            }
            Message::Scroll(rows) => self.scroll(rows),
            Message::Shape(shape) => self.reshape(shape),
            Message::Contacts(contacts) => self.take_contacts(contacts, now),
            Message::Saved(count) => {
                self.edits.were_saved(count);
                Vec::new()
            }
            Message::BookTrouble(words) => {
                self.book_trouble = words;
                Vec::new()
            }
            Message::Remembered(remembered) => {
                self.roster.remember(&remembered);
                // The names that the documents gave may be among it.
                self.rearrange(now);
                Vec::new()
            }
            Message::History(history) => {
                self.roster.recall(&history);
                Vec::new()
            }
            Message::Reports(reports) => self.take_reports(reports),
            Message::Link(link) => self.take_link(link, now),
            Message::SignIn(message) => self.take_sign_in(message),
            Message::Imported(file, imported) => self.take_import(file, imported, now),
            Message::Exported(words) => self.exported(words, now),
            Message::FileExists(words) => self.file_exists(words),
            Message::FileTrouble(words) => self.file_trouble(words, now),
            Message::PathCompleted(path) => self.path_completed(&path),
            Message::Notice(words) => {
                self.tell(words, now);
                Vec::new()
            }
            Message::Tick => Vec::new(),
        };
        effects.extend(self.pass_time(now));
        let sight = (self.top, self.rows.len(), self.shape);
        if sight != self.preferred {
            self.preferred = sight;
            effects.extend(self.preference());
        }
        effects
    }

    fn tell(&mut self, words: String, now: Timestamp) {
        self.notice = Some(Notice {
            words,
            until: now + NOTICE,
        });
    }

    /// Sorts and filters anew, keeping the cursor on whom it is on.
    fn rearrange(&mut self, now: Timestamp) {
        self.out_of_order = false;
        self.arranged_at = now;
        let mut find = self
            .search
            .as_ref()
            .map(|search| Find::new(search.input.value()));
        let how = Arrangement {
            order: self.order,
            find: find.as_mut(),
            hide_offline: self.hide_offline,
            folded: &self.folded,
            confirmed_after: self.confirmed_after(now),
        };
        self.sections = order::arrange(self.entries(), how);
        self.lay_out();
    }

    fn lay_out(&mut self) {
        self.rows = order::rows(&self.sections, self.shape.columns);
        self.mend_cursor();
    }
}

/// Whether the user's hand is behind the message.
fn by_hand(message: &Message) -> bool {
    !matches!(
        message,
        Message::Shape(_)
            | Message::Contacts(_)
            | Message::Saved(_)
            | Message::BookTrouble(_)
            | Message::Remembered(_)
            | Message::History(_)
            | Message::Reports(_)
            | Message::Link(_)
            | Message::SignIn(_)
            | Message::Notice(_)
            | Message::Imported(..)
            | Message::Exported(_)
            | Message::FileExists(_)
            | Message::FileTrouble(_)
            | Message::PathCompleted(_)
            | Message::Settings(_)
            | Message::Tick
    )
}
