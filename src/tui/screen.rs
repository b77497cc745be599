//! The whole screen: what stands where, as a pure function of the size and the board.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::keys::Keys;
use super::theme::{Background, Theme, Themes};
use super::{details, form, free, grid, help, list, own, refused, settings, status_line, why};
use crate::board::{Action, Board, Choice, Pane, Shape, View};
use crate::presence::{Address, IconSet};

/// What the drawing goes by beside the board.
#[derive(Clone, Debug)]
pub struct Look {
    /// The colours.
    pub theme: Theme,
    /// The themes to choose from.
    pub themes: Themes,
    /// The glyphs.
    pub icons: IconSet,
    /// The keys, for hints and help.
    pub keys: Keys,
    /// Where the user is, for times of day.
    pub zone: TimeZone,
}

impl Look {
    /// Takes over what was chosen in the settings view and concerns the drawing.
    pub fn follow(&mut self, choice: &Choice) {
        match choice {
            Choice::Theme(name) => {
                if let Ok(name) = name.parse() {
                    self.themes.choose(name);
                    self.theme = self.themes.theme();
                }
            }
            Choice::Icons(icons) => self.icons = *icons,
            _ => {}
        }
    }

    /// The terminal said what its background is.
    pub fn see(&mut self, background: Background) {
        self.themes.see(background);
        self.theme = self.themes.theme();
    }
}

/// What a click means where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A contact.
    Contact(Address),
    /// The heading of a group.
    Group(Option<String>),
    /// A hint or anything else that works as a button.
    Button(Action),
    /// A field of the form, by its place.
    Field(usize),
}

/// The places on the screen that can be pointed at; the later ones lie on top.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    places: Vec<(Rect, Target)>,
    /// By how many lines what is open is scrolled further than its end.
    pub too_far: usize,
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
/// From this height on there are hints below the sign-in form.
const FORM_WITH_HINTS: u16 = 8;
/// The narrowest tile.
const TILE: u16 = 24;

/// What stands where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The line with the server, the counts and the age.
    pub header: Rect,
    /// The lines for a problem and a notice; empty where there is neither.
    pub problem: Rect,
    /// The contacts; empty where something else covers them.
    pub contacts: Rect,
    /// What is open beside or over the contacts; empty where nothing is.
    pub pane: Rect,
    /// The line with what is searched; empty where nothing is.
    pub search: Rect,
    /// The line with the keys; empty where the height ran out.
    pub hints: Rect,
    /// How the contacts are laid out.
    pub view: View,
}

impl Layout {
    /// Lays out `area` for the board. `None` where it is too small for more than one line of
    /// counts.
    pub fn of(area: Rect, board: &Board, now: Timestamp) -> Option<Layout> {
        let none = Rect::new(area.x, area.y, 0, 0);
        if board.is_signing_in() {
            let lines = Rect {
                height: area.height.min(1),
                y: area.bottom().saturating_sub(1),
                ..area
            };
            let hints = if area.height >= FORM_WITH_HINTS {
                lines
            } else {
                none
            };
            let width = area.width.min(WIDEST_FORM);
            let pane = Rect {
                x: area.x + (area.width - width) / 2,
                width,
                height: area.height - hints.height,
                ..area
            };
            return Some(Layout {
                header: none,
                problem: none,
                contacts: none,
                pane,
                search: none,
                hints: Rect {
                    x: pane.x,
                    width,
                    ..hints
                },
                view: View::Tiles,
            });
        }
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            return None;
        }
        let mut body = area;
        let header = Rect { height: 1, ..body };
        body.y += 1;
        body.height -= 1;
        // On a low screen the most pressing is told, in one line: the contacts need the room.
        let room = match body.height {
            16.. => usize::from(body.height / 4),
            8.. => status_line::told(board, now).len().min(2),
            _ => 1,
        };
        let told = status_line::told_lines(board, now, area.width.into(), room);
        let lines = (told.len() as u16).min(body.height - 1);
        let problem = Rect {
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
        let hints = if body.height >= 5 {
            take_bottom(&mut body)
        } else {
            none
        };
        let searching = board.search().is_some() && body.height >= 2;
        let search = if searching {
            take_bottom(&mut body)
        } else {
            none
        };
        let (contacts, pane) = match board.pane() {
            Pane::Contacts => (body, none),
            Pane::Form(_) if body.height >= 16 => {
                let form = Rect {
                    y: body.bottom() - form::HEIGHT,
                    height: form::HEIGHT,
                    ..body
                };
                (
                    Rect {
                        height: body.height - form::HEIGHT,
                        ..body
                    },
                    form,
                )
            }
            Pane::Form(_) => (none, body),
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
            _ => (none, body),
        };
        let view = board.view().unwrap_or(if area.width < 60 {
            View::Compact
        } else {
            View::Tiles
        });
        let view = if view == View::Tiles && contacts.width < TILE {
            View::Compact
        } else {
            view
        };
        Some(Layout {
            header,
            problem,
            contacts,
            pane,
            search,
            hints,
            view,
        })
    }

    /// The room for contacts, as the board counts it.
    pub fn shape(&self) -> Shape {
        let width = self.contacts.width;
        let columns = match self.view {
            View::Tiles => width / TILE,
            View::List => 1,
            // One short line needs less, but names should not be cut for a second column.
            View::Compact => width / 36,
        };
        let (cell_height, head) = match self.view {
            View::Tiles => (2, 0),
            View::List => (1, list::HEAD),
            View::Compact => (1, 0),
        };
        Shape {
            columns: usize::from(columns).max(1),
            cell_height,
            height: usize::from(self.contacts.height.saturating_sub(head)),
        }
    }
}

/// Draws the board as it is at `now`; says what can be pointed at. The board must know the
/// [`Layout::shape`] of the frame's area.
pub fn draw(frame: &mut Frame<'_>, board: &Board, look: &Look, now: Timestamp) -> Targets {
    let mut targets = Targets::default();
    let area = frame.area();
    let Some(layout) = Layout::of(area, board, now) else {
        status_line::draw_counts_only(frame.buffer_mut(), area, board, look, now);
        return targets;
    };
    if !layout.header.is_empty() {
        status_line::draw_header(frame.buffer_mut(), layout.header, board, look, now);
    }
    status_line::draw_told(frame.buffer_mut(), layout.problem, board, look, now);
    if !layout.contacts.is_empty() {
        let buffer = frame.buffer_mut();
        match layout.view {
            View::List => list::draw(buffer, layout.contacts, board, look, now, &mut targets),
            View::Tiles | View::Compact => {
                grid::draw(buffer, layout.contacts, board, look, now, &mut targets);
            }
        }
    }
    if !layout.pane.is_empty() {
        targets.too_far = match board.pane() {
            Pane::Contacts => 0,
            Pane::Form(fields) => {
                form::draw(frame, layout.pane, board, fields, look, &mut targets);
                0
            }
            Pane::Details { why: false, scroll } => {
                details::draw(frame.buffer_mut(), layout.pane, board, look, now, *scroll)
            }
            Pane::Details { why: true, scroll } => {
                why::draw(frame.buffer_mut(), layout.pane, board, look, *scroll)
            }
            Pane::Help { query, scroll } => {
                help::draw(frame, layout.pane, query, board.link(), look, *scroll)
            }
            Pane::Own(choice) => {
                let buffer = frame.buffer_mut();
                own::draw(buffer, layout.pane, *choice, look, now, &mut targets);
                0
            }
            Pane::Settings { at } => {
                let buffer = frame.buffer_mut();
                let all = board.settings();
                settings::draw(buffer, layout.pane, all, *at, look, &mut targets);
                0
            }
            Pane::Refused {
                file,
                refused,
                scroll,
            } => refused::draw(
                frame.buffer_mut(),
                layout.pane,
                file,
                refused,
                look,
                *scroll,
            ),
            Pane::WhoIsFree { group, scroll } => {
                let free = board.who_is_free(group.as_deref(), now);
                free::draw(
                    frame.buffer_mut(),
                    layout.pane,
                    group.as_deref(),
                    &free,
                    look,
                    now,
                    *scroll,
                )
            }
        };
    }
    status_line::draw_search(frame, layout.search, board, look);
    status_line::draw_hints(frame.buffer_mut(), layout.hints, board, look, &mut targets);
    targets
}
