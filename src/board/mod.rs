//! The board's state, free of I/O: what happened goes in as a [`Message`] with the time, what is
//! to be done in the world comes out as [`Effect`]s. Drawing only reads it.

/// Ages in words, and when the words change.
pub mod age;
mod alert;
mod editing;
mod entry;
mod find;
mod form;
mod history;
mod message;
mod motion;
mod order;
mod own;
mod reading;
mod roster;

pub use alert::{Repeat, Watch};
pub use entry::{Entry, Knowledge, Known, Remembered, Since, Standing, Trouble};
pub use find::Find;
pub use form::{ContactForm, FIELDS};
pub use history::Timeline;
pub use message::{Action, Effect, Message, Shape};
pub use motion::Cursor;
pub use order::{Order, Row, Section};
pub use own::OwnChoice;
pub use reading::Counts;
pub use roster::Roster;

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use tui_input::Input;

use crate::presence::{Address, Link, Report};
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
    /// The form to add or change a contact.
    Form(Box<ContactForm>),
    /// All keys; what is typed narrows them.
    Help {
        /// What is typed.
        query: Input,
        /// Lines scrolled away.
        scroll: usize,
    },
    /// What the user says of the own presence.
    Own(OwnChoice),
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
    entries: Vec<Entry>,
    places: HashMap<Address, usize>,
    sections: Vec<Section>,
    rows: Vec<Row>,
    shape: Shape,
    top: usize,
    cursor: Option<Cursor>,
    link: Link,
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
            preferences,
            entries: Vec::new(),
            places: HashMap::new(),
            sections: Vec::new(),
            rows: Vec::new(),
            shape,
            top: 0,
            cursor: None,
            link,
            pane: Pane::Contacts,
            search: None,
            order: Order::default(),
            view: None,
            hide_offline: false,
            folded: HashSet::new(),
            group_watches: HashSet::new(),
            frozen: None,
            notice: None,
            book_trouble: None,
            edits: Edits::default(),
            touched: now,
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
            Message::Act(action) => self.act(action, now),
            Message::Type(request) => self.type_in(request),
            Message::Paste(text) => self.paste(&text, now),
            Message::Select(address) => self.select(Cursor::Contact(address)),
            Message::Fold(group) => self.fold(group),
            Message::Drop(address, group) => self.regroup(vec![address], group, now),
            Message::Point(place) => self.point(place),
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
            Message::Remembered(remembered) => self.take_remembered(remembered, now),
            Message::Reports(reports) => self.take_reports(reports, now),
            Message::Link(link) => self.take_link(link),
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

    fn act(&mut self, action: Action, now: Timestamp) -> Vec<Effect> {
        match action {
            Action::Back => self.back(),
            Action::Open => self.open(now),
            Action::Next | Action::Previous => self.step_field(action == Action::Next),
            Action::Add => {
                self.pane = Pane::Form(Box::new(ContactForm::adding(
                    self.group_under_cursor().flatten(),
                )));
                Vec::new()
            }
            Action::Edit => {
                if let Some(entry) = self.selected() {
                    self.pane = Pane::Form(Box::new(ContactForm::changing(&entry.contact)));
                }
                Vec::new()
            }
            Action::Remove => self.remove(now),
            Action::Undo => self.undo(now),
            Action::Redo => self.redo(now),
            Action::Find => {
                let input = self
                    .search
                    .take()
                    .map(|search| search.input)
                    .unwrap_or_default();
                self.search = Some(Search {
                    input,
                    typing: true,
                });
                self.pane = Pane::Contacts;
                Vec::new()
            }
            Action::Watch => self.watch(now),
            Action::WatchGroup => self.watch_group(now),
            Action::Mark => self.mark(),
            Action::Copy => self.copy(now),
            Action::Sort => {
                self.order = self.order.next();
                self.tell(format!("Sorted {}", self.order.label()), now);
                self.rearrange(now);
                Vec::new()
            }
            Action::FoldGroup => match self
                .group_under_cursor()
                .map(|group| group.map(String::from))
            {
                Some(group) => self.fold(group),
                None => Vec::new(),
            },
            Action::FoldAll => self.fold_all(),
            Action::View => {
                let shown = self.view.unwrap_or(match self.shape.cell_height {
                    1 => View::Compact,
                    _ => View::Tiles,
                });
                self.view = Some(match shown {
                    View::Tiles => View::List,
                    View::List => View::Compact,
                    View::Compact => View::Tiles,
                });
                Vec::new()
            }
            Action::HideOffline => {
                self.hide_offline = !self.hide_offline;
                let words = if self.hide_offline {
                    "Offline contacts hidden"
                } else {
                    "All contacts shown"
                };
                self.tell(words.into(), now);
                self.rearrange(now);
                Vec::new()
            }
            Action::Freeze => self.freeze(now),
            Action::WhoIsFree => {
                let group = self.group_under_cursor().flatten().map(String::from);
                self.pane = Pane::WhoIsFree { group, scroll: 0 };
                Vec::new()
            }
            Action::OwnPresence => {
                self.pane = Pane::Own(OwnChoice::of(self.link.own));
                Vec::new()
            }
            Action::Refresh => self.refresh(),
            Action::Mouse => {
                self.mouse = !self.mouse;
                let words = if self.mouse {
                    "The mouse is the board's"
                } else {
                    "The mouse is the terminal's: select and copy as usual"
                };
                self.tell(words.into(), now);
                vec![Effect::Mouse(self.mouse)]
            }
            Action::Help => {
                self.pane = match self.pane {
                    Pane::Details { why, .. } => Pane::Details {
                        why: !why,
                        scroll: 0,
                    },
                    Pane::Help { .. } => Pane::Contacts,
                    _ => Pane::Help {
                        query: Input::default(),
                        scroll: 0,
                    },
                };
                Vec::new()
            }
            Action::Redraw => vec![Effect::Redraw],
            Action::Suspend => vec![Effect::Suspend],
            Action::Quit => vec![Effect::Quit],
            Action::Up
            | Action::Down
            | Action::Left
            | Action::Right
            | Action::PageUp
            | Action::PageDown
            | Action::Top
            | Action::Bottom => self.travel(action),
        }
    }

    fn back(&mut self) -> Vec<Effect> {
        if !matches!(self.pane, Pane::Contacts) {
            self.pane = Pane::Contacts;
        } else if self.search.take().is_some() {
            self.rearrange(self.touched);
        } else {
            self.entries
                .iter_mut()
                .for_each(|entry| entry.marked = false);
        }
        Vec::new()
    }

    fn open(&mut self, now: Timestamp) -> Vec<Effect> {
        if matches!(self.pane, Pane::Form(_)) {
            return self.submit(now);
        }
        if let Pane::Own(choice) = &self.pane {
            let set = choice.made(now);
            self.pane = Pane::Contacts;
            return vec![Effect::SetOwn(set)];
        }
        if let Some(search) = self.search.as_mut().filter(|search| search.typing) {
            search.typing = false;
            if search.input.value().trim().is_empty() {
                self.search = None;
            }
            return Vec::new();
        }
        match (&self.pane, &self.cursor) {
            (Pane::Contacts, Some(Cursor::Group(group))) => self.fold(group.clone()),
            (Pane::Contacts, Some(Cursor::Contact(_))) => {
                self.pane = Pane::Details {
                    why: false,
                    scroll: 0,
                };
                Vec::new()
            }
            (Pane::Contacts, None) => Vec::new(),
            _ => {
                self.pane = Pane::Contacts;
                Vec::new()
            }
        }
    }

    fn type_in(&mut self, request: tui_input::InputRequest) -> Vec<Effect> {
        match &mut self.pane {
            Pane::Form(form) => form.edit(request),
            Pane::Help { query, scroll } => {
                query.handle(request);
                *scroll = 0;
            }
            _ => {
                if let Some(search) = self.search.as_mut().filter(|search| search.typing) {
                    search.input.handle(request);
                    // Typing looks for somebody: the first who fits takes the cursor.
                    self.top = 0;
                    self.cursor = None;
                    self.rearrange(self.touched);
                }
            }
        }
        Vec::new()
    }

    fn paste(&mut self, text: &str, now: Timestamp) -> Vec<Effect> {
        let takes_text = self.wants_text();
        if !takes_text && text.contains('@') {
            self.act(Action::Add, now);
        }
        if takes_text || text.contains('@') {
            // A line end inside a field would be lost; between addresses a comma says the same.
            let line = text.trim().replace(['\r', '\n'], ",");
            for character in line.chars().filter(|character| !character.is_control()) {
                self.type_in(tui_input::InputRequest::InsertChar(character));
            }
        }
        Vec::new()
    }

    fn refresh(&mut self) -> Vec<Effect> {
        if matches!(self.link.state, crate::presence::LinkState::Refused { .. }) {
            return vec![Effect::SignIn];
        }
        vec![Effect::Ask(Vec::new())]
    }

    fn freeze(&mut self, now: Timestamp) -> Vec<Effect> {
        match self.frozen.take() {
            None => {
                self.frozen = Some(Frozen {
                    since: now,
                    held: HashMap::new(),
                });
                Vec::new()
            }
            Some(frozen) => {
                let mut held: Vec<Report> = frozen.held.into_values().collect();
                held.sort_by_key(|report| report.at);
                self.take_reports(held, now)
            }
        }
    }

    fn copy(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(entry) = self.selected() else {
            return Vec::new();
        };
        let text = entry.contact.address.to_string();
        self.tell(format!("Copied {text}"), now);
        vec![Effect::Copy(text)]
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
        self.sections = order::arrange(&self.entries, how);
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
            | Message::Reports(_)
            | Message::Link(_)
            | Message::Notice(_)
            | Message::Tick
    )
}
