//! The board on a wall: nobody touches it. It turns its pages by itself, those of each saved search after
//! those of the one before, shows the time of day, and signs in again after a refusal.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};

use super::{Account, AccountEffect, AccountId, Action, Board, Room, Row, UserMessage};

/// How long a page is shown.
const PAGE: SignedDuration = SignedDuration::from_secs(15);
/// How long after a refusal the board signs in again. Services lock users out after several refusals
/// in half an hour.
const SIGN_IN_AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// What a board on a wall keeps beside what every board does.
#[derive(Clone, Debug)]
pub(super) struct Wall {
    /// The rows of each page; none while there are no rows.
    pages: Vec<Range<usize>>,
    /// The page that is shown, from 0.
    shown: usize,
    /// When it was turned to.
    turned: Timestamp,
    /// When the board found that its sign-in is refused.
    refused: Option<Timestamp>,
}

impl Wall {
    pub(super) fn new(now: Timestamp) -> Wall {
        Wall {
            pages: Vec::new(),
            shown: 0,
            turned: now,
            refused: None,
        }
    }

    /// Cuts the rows into pages; the page that is shown stays, where there still is one.
    pub(super) fn lay_out(&mut self, rows: Vec<Row>, room: Room) -> Vec<Row> {
        let pages = paginate(rows, room);
        let mut from = 0;
        self.pages = pages
            .iter()
            .map(|page| {
                let rows = from..from + page.len();
                from = rows.end;
                rows
            })
            .collect();
        self.shown = self.shown.min(self.pages.len().saturating_sub(1));
        pages.concat()
    }

    /// The rows of the page that is shown.
    pub(super) fn rows(&self) -> Range<usize> {
        self.pages.get(self.shown).cloned().unwrap_or_default()
    }

    pub(super) fn shift(&mut self, shift: impl Fn(&mut Timestamp)) {
        shift(&mut self.turned);
        self.refused.iter_mut().for_each(shift);
    }

    /// When to sign in again.
    fn next_sign_in(&self) -> Option<Timestamp> {
        self.refused.map(|refused| refused + SIGN_IN_AGAIN)
    }
}

/// Cuts rows into pages. A section that goes on on the next page has its heading there again, and no
/// heading stands alone at the end of a page. Where a page has not even room for a heading and a row,
/// there are no headings.
fn paginate(rows: Vec<Row>, room: Room) -> Vec<Vec<Row>> {
    let lines = |row: &Row| row.lines(room.view);
    let headings = room.height > room.view.lines();
    let mut pages = Vec::new();
    let mut page: Vec<Row> = Vec::new();
    let mut left = room.height;
    let mut heading: Option<Row> = None;
    let mut rows = rows
        .into_iter()
        .filter(|row| headings || !row.is_heading())
        .peekable();
    while let Some(row) = rows.next() {
        // A heading takes the row below it along.
        let below = rows.peek().filter(|_| row.is_heading()).map_or(0, lines);
        if lines(&row) + below > left && !page.is_empty() {
            pages.push(std::mem::take(&mut page));
            left = room.height;
            if let Some(heading) = heading.clone().filter(|_| !row.is_heading()) {
                left -= lines(&heading);
                page.push(heading);
            }
        }
        if row.is_heading() {
            heading = Some(row.clone());
        }
        left = left.saturating_sub(lines(&row));
        page.push(row);
    }
    pages.extend((!page.is_empty()).then_some(page));
    pages
}

impl Board {
    /// Whether the board hangs on a wall.
    pub fn is_on_a_wall(&self) -> bool {
        self.wall.is_some()
    }

    /// Whether the user's hand may do this: a board on a wall can only be left or mended.
    pub(super) fn allows(&self, message: &UserMessage) -> bool {
        let leaves_all_as_it_is = || {
            let allowed = [Action::Quit, Action::Redraw, Action::Suspend];
            matches!(message, UserMessage::Act(action) if allowed.contains(action))
        };
        !self.is_on_a_wall() || leaves_all_as_it_is()
    }

    /// Scrolls to the page that is shown.
    pub(super) fn show_page(&mut self) {
        if let Some(wall) = &self.wall {
            self.top = wall.rows().start;
        }
    }

    /// The page that is shown, from 1, and how many there are; `None` where everybody is in sight.
    pub fn page(&self) -> Option<(usize, usize)> {
        let wall = self.wall.as_ref()?;
        (wall.pages.len() > 1).then(|| (wall.shown + 1, wall.pages.len()))
    }

    /// The name of the saved search that a wall shows now.
    pub fn search_on_the_wall(&self) -> Option<&str> {
        let place = self.open_tab().filter(|_| self.is_on_a_wall())?;
        Some(&self.tabs()[place].name)
    }

    /// When a board on a wall next does something by itself.
    pub(super) fn next_turn_of_the_wall(&self, now: Timestamp) -> Option<Timestamp> {
        let wall = self.wall.as_ref()?;
        let due = [next_minute(now), self.next_page(), wall.next_sign_in()];
        due.into_iter().flatten().min()
    }

    /// When the page is to be turned; `None` where there is no other.
    fn next_page(&self) -> Option<Timestamp> {
        let wall = self.wall.as_ref()?;
        let has_others = wall.pages.len() > 1 || self.tabs().len() > 1;
        has_others.then(|| wall.turned + PAGE)
    }

    /// Turns to the next page; behind the last one of a saved search, to the next search.
    fn turn_the_page(&mut self, now: Timestamp) {
        let searches = self.tabs().len();
        let next_search = self.open_tab().map_or(0, |place| place + 1);
        let Some(wall) = &mut self.wall else { return };
        wall.turned = now;
        wall.shown += 1;
        if wall.shown >= wall.pages.len() {
            wall.shown = 0;
            if searches > 0 {
                self.open_tab_at(Some(next_search % searches), now);
            }
        }
    }

    /// Turns the page of a board on a wall, and signs it in again, where that is due.
    pub(super) fn attend_the_wall(&mut self, now: Timestamp) {
        if !self.is_on_a_wall() {
            return;
        }
        if self.open_tab().is_none() {
            // Also where the settings name fewer than before.
            self.open_tab_at(Some(0), now);
        }
        if self.next_page().is_some_and(|due| due <= now) {
            self.turn_the_page(now);
        }
        let accounts = self.accounts().iter();
        let refused: Vec<AccountId> = accounts
            .filter(|account| account.is_refused())
            .map(Account::id)
            .collect();
        let Some(wall) = &mut self.wall else { return };
        wall.refused = wall.refused.or(Some(now)).filter(|_| !refused.is_empty());
        if wall.next_sign_in().is_some_and(|due| due <= now) {
            wall.refused = Some(now);
            for account in refused {
                self.want_of(account, AccountEffect::SignInAgain);
            }
        }
        self.show_page();
    }
}

/// When the clock shows the next minute, which is at the same moment in every zone; `None` at the end of
/// the calendar.
fn next_minute(now: Timestamp) -> Option<Timestamp> {
    const MINUTE: i64 = 60;
    let over = now.as_second().rem_euclid(MINUTE);
    Timestamp::from_second(now.as_second() - over + MINUTE).ok()
}
