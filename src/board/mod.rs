//! The board's state, free of I/O: a [`Message`] and the time go in, [`Effect`]s for the terminal
//! and the world come out. Drawing only reads it.

mod account;
mod actions;
/// Ages in words, and when the words change.
pub mod age;
mod alert;
mod annotate;
mod calling;
mod completion;
mod cursor;
mod deadlines;
mod directory;
mod edits;
mod entry;
mod field;
mod files;
mod find;
mod fold;
mod form;
mod groups;
mod history;
mod incoming;
mod lately;
mod lookup;
mod message;
mod order;
mod own;
mod paste;
mod roster;
mod settings;
mod several;
mod shift;
mod sign_in;
mod steps;
mod tabs;
mod typed;
mod view;
mod wall;
mod watches;

pub use account::{Account, AccountId, ContactId, Freshness};
pub use actions::Action;
pub use alert::Watch;
pub use cursor::{Cursor, Room};
pub use entry::{Entry, Knowledge, Known, Remembered, Since, Standing, Trouble};
pub use field::{Field, FormLine, Value};
pub use find::Find;
pub use form::{Form, Purpose};
pub use history::{Change, DAY, KEPT, Timeline};
pub use lately::Happening;
pub use lookup::{Lookup, Person, Place, Progress, SearchError, contact_of};
pub use message::{
    AccountEffect, AccountMessage, Effect, Message, Replace, SignInEffect, TerminalEffect,
    UserMessage, WorldEffect, WorldMessage,
};
pub use order::{Heading, Order, Row, Section};
pub use own::OwnChoice;
pub use roster::{Difference, Roster};
pub use settings::{Choice, Origin, Setting};
pub use several::Several;
pub use sign_in::{Attempt, Draft, SignInForm, SignInMessage, Way};
pub use tabs::{MOST_TABS, Tab};
pub use view::Counts;

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tui_input::{Input, InputRequest};

use crate::calling::{ContactActions, Hooks, Rings};
use crate::contacts::exchange::Refused;
use crate::directory::Scheme;
use crate::link::{Link, Report};
use crate::presence::Address;
use account::Accounts;
use order::Arrangement;
use steps::Steps;
use wall::Wall;

/// How long a notice stays.
const NOTICE: SignedDuration = SignedDuration::from_secs(10);

/// The settings that the board itself goes by.
#[derive(Clone, Debug)]
pub struct Preferences {
    /// Added to a contact that is typed without a domain.
    pub domain: Option<String>,
    /// How long a watched contact must stay free before it rings.
    pub free_for: SignedDuration,
    /// Whether the mouse is the board's at start.
    pub mouse: bool,
    /// Whether it is the board's where the user has set nothing.
    pub mouse_by_itself: bool,
    /// The layout at start; `None`: the width decides.
    pub view: Option<View>,
    /// The order at start.
    pub order: Order,
    /// Whether the offline are hidden at start.
    pub hide_offline: bool,
    /// Saved searches, at most [`MOST_TABS`].
    pub tabs: Vec<Tab>,
    /// Whether letters and digits start a search, and commands take alt.
    pub type_to_find: bool,
    /// Whether the board hangs on a wall, where nobody touches it.
    pub wall: bool,
    /// What other programs do with a contact.
    pub actions: ContactActions,
    /// What runs by itself when a state changes.
    pub hooks: Hooks,
    /// With what watches can ring, beside the bell.
    pub rings: Rings,
    /// Whether a directory is set. Where a domain is, there may be one all the same.
    pub directory: bool,
    /// The likelier of the two kinds of address that somebody of the directory may have.
    pub scheme: Scheme,
    /// Where the user is, for times of day in notes.
    pub zone: TimeZone,
}

/// How the contacts are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Two lines a contact, as many beside each other as fit.
    #[default]
    Tiles,
    /// One line a contact, with columns.
    List,
    /// One short line a contact, as many beside each other as fit.
    Compact,
    /// Three lines a contact and one between, to be read from afar.
    Large,
}

impl View {
    /// Every view.
    pub const ALL: [View; 4] = [View::Tiles, View::List, View::Compact, View::Large];

    /// The name in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            View::Tiles => "tiles",
            View::List => "list",
            View::Compact => "compact",
            View::Large => "large",
        }
    }

    /// Lines that a contact takes.
    pub fn lines(self) -> usize {
        match self {
            View::Tiles => 2,
            View::List | View::Compact => 1,
            View::Large => 4,
        }
    }

    /// The view after this one, round and round.
    fn next(self) -> View {
        match self {
            View::Tiles => View::List,
            View::List => View::Compact,
            View::Compact => View::Large,
            View::Large => View::Tiles,
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
    /// The choice of the user's own presence.
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
    /// What can be done with the contact under the cursor by other programs, with the cursor on
    /// one.
    Actions {
        /// Its place.
        at: usize,
    },
    /// What happened lately.
    Lately {
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

/// A line that is shown for a while.
#[derive(Clone, Debug)]
struct Notice {
    words: String,
    until: Timestamp,
}

/// The board held still: reports that arrive meanwhile wait here.
#[derive(Clone, Debug)]
struct Frozen {
    since: Timestamp,
    held: HashMap<ContactId, Report>,
}

/// The state of the whole board.
#[derive(Debug)]
pub struct Board {
    preferences: Preferences,
    settings: Vec<Setting>,
    accounts: Accounts,
    sections: Vec<Section>,
    rows: Vec<Row>,
    room: Room,
    top: usize,
    cursor: Option<Cursor>,
    pane: Pane,
    search: Option<Search>,
    order: Order,
    view: Option<View>,
    hide_offline: bool,
    wall: Option<Wall>,
    open_tab: Option<usize>,
    folded: HashSet<Heading>,
    frozen: Option<Frozen>,
    notice: Option<Notice>,
    settings_trouble: Option<String>,
    steps: Steps,
    /// How many searches of the directory there were.
    searches: u64,
    /// Addresses that are kept fresh only until it is clear whether the server knows them.
    guests: Vec<Address>,
    /// When the user's hand last moved.
    touched: Timestamp,
    /// When it had last moved before the last time that it did not for long.
    absent_since: Option<Timestamp>,
    arranged_at: Timestamp,
    out_of_order: bool,
    mouse: bool,
    /// What was in sight when the feed last heard whom to prefer: first row, rows, room.
    preferred: (usize, usize, Room),
    effects: Vec<Effect>,
}

impl Board {
    /// A board without contacts, before the first sign-in.
    pub fn new(preferences: Preferences, link: Link, now: Timestamp) -> Board {
        let mouse = preferences.mouse;
        let room = Room {
            columns: 1,
            view: View::Compact,
            height: 1,
        };
        Board {
            order: preferences.order,
            view: preferences.view,
            hide_offline: preferences.hide_offline,
            wall: preferences.wall.then(|| Wall::new(now)),
            open_tab: None,
            preferences,
            settings: Vec::new(),
            accounts: Accounts::new(link),
            sections: Vec::new(),
            rows: Vec::new(),
            room,
            top: 0,
            cursor: None,
            pane: Pane::Contacts,
            search: None,
            folded: HashSet::new(),
            frozen: None,
            notice: None,
            settings_trouble: None,
            steps: Steps::default(),
            searches: 0,
            guests: Vec::new(),
            touched: now,
            absent_since: None,
            arranged_at: now,
            out_of_order: false,
            mouse,
            preferred: (0, 0, room),
            effects: Vec::new(),
        }
    }

    /// Takes in what happened at `now`; returns what the terminal and the world have to do, in
    /// order.
    pub fn update(&mut self, message: impl Into<Message>, now: Timestamp) -> Vec<Effect> {
        match message.into() {
            Message::User(message) => self.hear(message, now),
            Message::World(message) => self.take(message, now),
            Message::Tick => {}
        }
        self.pass_time(now);
        self.release_guests();
        self.prefer_what_is_in_sight();
        std::mem::take(&mut self.effects)
    }

    /// What the user's hand does.
    fn hear(&mut self, message: UserMessage, now: Timestamp) {
        if !self.is_signing_in() && !self.allows(&message) {
            return;
        }
        self.come_back(now);
        self.touched = now;
        match message {
            UserMessage::Act(action) if self.is_signing_in() => self.act_at_sign_in(action),
            UserMessage::Act(action) => self.act(action, now),
            UserMessage::Type(request) => self.type_in(request, now),
            UserMessage::Search(character) => {
                self.act(Action::Find, now);
                self.type_in(InputRequest::InsertChar(character), now);
            }
            UserMessage::Paste(text) => self.paste(&text, now),
            UserMessage::Select(id) => self.select(Cursor::Contact(id)),
            UserMessage::Fold(heading) => self.fold(heading, now),
            UserMessage::Drop(id, heading) => self.drop_on(&id, &heading, now),
            UserMessage::Point(place) => self.point(place, now),
            UserMessage::PointAtFound(place) => self.point_at_found(place),
            UserMessage::Tab(place) => self.open_tab_at(place, now),
            UserMessage::Scroll(rows) => self.scroll(rows),
        }
    }

    /// Has something done by the terminal or the world.
    fn want(&mut self, effect: impl Into<Effect>) {
        self.effects.push(effect.into());
    }

    /// Has something done for an account.
    fn want_of(&mut self, account: AccountId, effect: AccountEffect) {
        self.want(WorldEffect::Account(account, effect));
    }

    fn show_notice(&mut self, words: String, now: Timestamp) {
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
        let mut within = self.find_of_tab();
        let freshness = self.freshness(now);
        let how = Arrangement {
            order: self.order,
            within: within.as_mut(),
            find: find.as_mut(),
            hide_offline: self.hide_offline,
            folded: &self.folded,
            freshness: &freshness,
            accounts: &self.accounts,
        };
        self.sections = order::arrange(how);
        self.lay_out();
    }

    fn lay_out(&mut self) {
        let rows = order::rows(&self.sections, self.room.columns);
        self.rows = match &mut self.wall {
            Some(wall) => wall.lay_out(rows, self.room),
            None => rows,
        };
        self.show_page();
        self.mend_cursor();
    }
}
