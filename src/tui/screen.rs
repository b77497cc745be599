//! The whole screen: what stands where, as a pure function of the size and the board.
//!
//! ```text
//!  whosin  cwatson @ cup.example.com   ● 3 free  ◐ 1 away  ■ 2 busy     2s ago  header
//! !The server does not answer for 12 s, next try in 4 s.                       notices
//! ── Sales  2/4 free ──────────────────┌ Details ──────────────────────────┐   contacts: grid
//!   ● Ann Lee            ■ Ben Ortiz   │ Ann Lee                           │   or list; pane:
//!     Available  3m        In a call   │ Available since 10:12             │   form, details,
//!   ◐ Cleo Park          ● Dan Roth    │ alee@example.com                  │   why, help, own,
//!     Away  20m            Available   │                                   │   settings, refused,
//! ─────────────────────────────────────└───────────────────────────────────┘   free
//! /sal                                                             4 of 12     search
//!  a add  d remove  / find  ? help  q quit                                     hints
//! ```
//!
//! The pane stands beside the contacts where the width allows it, else over them. The sign-in form
//! has the whole screen but the hints; a screen that is too small shows the counts alone.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::look::Scene;
use super::notices::{self, Notice};
use super::{
    actions, details, form, free, grid, header, help, hints, lately, links, list, own, refused,
    search, settings, tabs, why,
};
use crate::board::{Action, Board, ContactId, Heading, Pane, Room, View};
use crate::presence::{clean, is_clean};

/// What a click means where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A contact.
    Contact(ContactId),
    /// The heading of a section.
    Heading(Heading),
    /// A hint or anything else that works as a button.
    Button(Action),
    /// A field of the form, by its place.
    Field(usize),
    /// A saved search, by its place; `None`: everybody.
    Tab(Option<usize>),
    /// Somebody whom the directory has found, by the place.
    Found(usize),
}

/// The places on the screen that can be pointed at; the later ones lie on top.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    places: Vec<(Rect, Target)>,
    /// The furthest that the open pane can be scrolled, in lines.
    pub last_scroll: usize,
}

impl Targets {
    /// Notes that `area` means `target`.
    pub fn add(&mut self, area: Rect, target: Target) {
        self.places.push((area, target));
    }

    /// What is at a cell.
    pub fn at(&self, column: u16, row: u16) -> Option<&Target> {
        let position = ratatui::layout::Position::new(column, row);
        self.places
            .iter()
            .rev()
            .find(|(area, _)| area.contains(position))
            .map(|(_, target)| target)
    }
}

/// The narrowest and lowest screen on which contacts are shown.
const SMALLEST: (u16, u16) = (16, 3);
/// From this width on the details stand beside the contacts.
const BESIDE: u16 = 100;
/// The width of what stands beside.
const SIDE: u16 = 46;
/// The sign-in form is no wider than this.
const WIDEST_FORM: u16 = 84;
/// A form leaves the contacts at least this many lines, or covers them.
const BESIDE_FORM: u16 = 8;
/// From this height on there are hints below the sign-in form.
const FORM_WITH_HINTS: u16 = 8;
/// Below this width contacts take one short line, where the user chose nothing else.
const NARROW: u16 = 60;
/// The narrowest tile.
const TILE: u16 = 24;
/// The narrowest large tile, where there are several beside each other.
const LARGE_TILE: u16 = 40;

/// What stands where. A part that is not on the screen is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The counts alone, on a screen that is too small for more.
    pub counts: Rect,
    /// The line with the server, the counts and the age.
    pub header: Rect,
    /// The line with the links of joined profiles, where there are any and the height allows it.
    pub links: Rect,
    /// The line with the saved searches, where there are any and the height allows it.
    pub tabs: Rect,
    /// The lines for problems and notices.
    pub notices: Rect,
    /// The problems and notices, line by line.
    pub notice_lines: Vec<Notice>,
    /// The contacts, where nothing covers them.
    pub contacts: Rect,
    /// What is open beside or over the contacts.
    pub pane: Rect,
    /// The line with what is searched.
    pub search: Rect,
    /// The line with the keys, where the height allows it.
    pub hints: Rect,
    /// How the contacts are laid out.
    pub view: View,
}

impl Layout {
    /// Lays out `area` for the board.
    pub fn of(area: Rect, board: &Board, now: Timestamp) -> Layout {
        if board.is_signing_in() {
            return Layout::of_sign_in(area);
        }
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            return Layout {
                counts: area,
                ..Layout::default()
            };
        }
        let mut body = area;
        let header = Rect { height: 1, ..body };
        body.y += 1;
        body.height -= 1;
        let mut line_from = |height| {
            let line = Rect { height: 1, ..body };
            if body.height < height {
                return Rect::ZERO;
            }
            body.y += 1;
            body.height -= 1;
            line
        };
        let is_joined = board.accounts().len() > 1;
        let links = if is_joined { line_from(4) } else { Rect::ZERO };
        let has_tabs = !board.tabs().is_empty() && !board.is_on_a_wall();
        let tabs = if has_tabs { line_from(6) } else { Rect::ZERO };
        // A low screen shows only the most pressing, in one line: the contacts need the room.
        let room = match body.height {
            16.. => usize::from(body.height / 4),
            8.. => notices::all(board, now).len().min(2),
            _ => 1,
        };
        let notice_lines = notices::lines(board, now, area.width.into(), room);
        let lines = (notice_lines.len() as u16).min(body.height - 1);
        let notices = Rect {
            height: lines,
            ..body
        };
        body.y += lines;
        body.height -= lines;
        let take_bottom = |body: &mut Rect| {
            body.height -= 1;
            Rect {
                y: body.bottom(),
                height: 1,
                ..*body
            }
        };
        let hints = if body.height >= 5 && !board.is_on_a_wall() {
            take_bottom(&mut body)
        } else {
            Rect::ZERO
        };
        let searching = board.search().is_some() && body.height >= 2;
        let search = if searching {
            take_bottom(&mut body)
        } else {
            Rect::ZERO
        };
        let (contacts, pane) = match board.pane() {
            Pane::Contacts => (body, Rect::ZERO),
            Pane::Form(form) if body.height >= form::height(form) + BESIDE_FORM => {
                let height = form::height(form);
                let contacts = Rect {
                    height: body.height - height,
                    ..body
                };
                let form = Rect {
                    y: contacts.bottom(),
                    height,
                    ..body
                };
                (contacts, form)
            }
            Pane::Form(_) => (Rect::ZERO, body),
            _ if area.width >= BESIDE => {
                let contacts = Rect {
                    width: body.width - SIDE,
                    ..body
                };
                (
                    contacts,
                    Rect {
                        x: contacts.right(),
                        width: SIDE,
                        ..body
                    },
                )
            }
            _ => (Rect::ZERO, body),
        };
        let by_width = if area.width < NARROW {
            View::Compact
        } else if board.is_on_a_wall() {
            View::Large
        } else {
            View::Tiles
        };
        let view = match board.view().unwrap_or(by_width) {
            View::Tiles | View::Large if contacts.width < TILE => View::Compact,
            // Somebody is worth more than the heads of columns.
            View::List if contacts.height <= list::HEAD => View::Compact,
            view => view,
        };
        Layout {
            header,
            links,
            tabs,
            notices,
            notice_lines,
            contacts,
            pane,
            search,
            hints,
            view,
            ..Layout::default()
        }
    }

    fn of_sign_in(area: Rect) -> Layout {
        let width = area.width.min(WIDEST_FORM);
        let x = area.x + (area.width - width) / 2;
        let lines = u16::from(area.height >= FORM_WITH_HINTS);
        let height = area.height - lines;
        Layout {
            pane: Rect::new(x, area.y, width, height),
            hints: Rect::new(x, area.y + height, width, lines),
            ..Layout::default()
        }
    }

    /// The room for contacts; `None` where something covers them.
    pub fn room(&self) -> Option<Room> {
        let width = self.contacts.width;
        let (columns, head) = match self.view {
            View::Tiles => (width / TILE, 0),
            View::Large => (width / LARGE_TILE, 0),
            View::List => (1, list::HEAD),
            // One short line needs less, but names should not be cut for a second column.
            View::Compact => (width / 36, 0),
        };
        (!self.contacts.is_empty()).then(|| Room {
            view: self.view,
            columns: usize::from(columns).max(1),
            height: usize::from(self.contacts.height.saturating_sub(head)),
        })
    }
}

/// Draws the scene; returns what can be pointed at. The board must [fit](Board::fit) the layout's
/// room.
pub fn draw(frame: &mut Frame<'_>, layout: &Layout, scene: Scene<'_>) -> Targets {
    let mut targets = Targets::default();
    let Scene { board, look, now } = scene;
    let buffer = frame.buffer_mut();
    header::draw_counts_only(buffer, layout.counts, scene);
    header::draw(buffer, layout.header, scene);
    links::draw(buffer, layout.links, scene);
    tabs::draw(buffer, layout.tabs, scene, &mut targets);
    notices::draw(buffer, layout.notices, &layout.notice_lines, look);
    if !layout.contacts.is_empty() {
        match layout.view {
            View::List => list::draw(buffer, layout.contacts, scene, &mut targets),
            View::Tiles | View::Compact | View::Large => {
                grid::draw(buffer, (layout.contacts, layout.view), scene, &mut targets);
            }
        }
    }
    if !layout.pane.is_empty() {
        targets.last_scroll = draw_pane(frame, layout.pane, scene, &mut targets);
    }
    search::draw(frame, layout.search, board, look);
    hints::draw(frame.buffer_mut(), layout.hints, board, look, &mut targets);
    clean_cells(frame.buffer_mut());
    if look.is_dim(now) {
        let area = frame.area();
        frame.buffer_mut().set_style(area, Modifier::DIM);
    }
    targets
}

/// Whatever was drawn, no cell holds what would control the terminal.
fn clean_cells(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !is_clean(cell.symbol()) {
            let cleaned = clean(cell.symbol());
            cell.set_symbol(if cleaned.is_empty() { " " } else { &cleaned });
        }
    }
}

/// Draws what is open; returns the furthest that it can be scrolled.
fn draw_pane(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, targets: &mut Targets) -> usize {
    let Scene { board, look, .. } = scene;
    let buffer = frame.buffer_mut();
    match board.pane() {
        Pane::Contacts => {}
        Pane::Form(fields) => form::draw(frame, area, fields, scene, targets),
        Pane::Actions { at } => actions::draw(buffer, area, *at, scene, targets),
        Pane::Own(choice) => own::draw(buffer, area, *choice, scene, targets),
        Pane::Settings { at } => settings::draw(buffer, area, board.settings(), *at, look, targets),
        Pane::Details { why: false, scroll } => return details::draw(buffer, area, scene, *scroll),
        Pane::Details { why: true, scroll } => return why::draw(buffer, area, scene, *scroll),
        Pane::Help { query, scroll } => return help::draw(frame, area, query, scene, *scroll),
        Pane::Refused {
            file,
            refused,
            scroll,
        } => return refused::draw(buffer, area, file, refused, look, *scroll),
        Pane::Lately { scroll } => return lately::draw(buffer, area, scene, *scroll),
        Pane::WhoIsFree { group, scroll } => {
            return free::draw(buffer, area, group.as_deref(), scene, *scroll);
        }
    }
    0
}
