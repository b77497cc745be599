//! Where the cursor is and how it moves over the rows.

use jiff::Timestamp;

use super::{Action, Board, ContactId, Effect, Entry, Heading, Pane, Row, View};

/// What the cursor is on: it stays with the person when rows move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// A contact.
    Contact(ContactId),
    /// The heading of a folded section.
    Heading(Heading),
}

/// The room that the contacts are drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// How the contacts are laid out.
    pub view: View,
    /// How many contacts stand beside each other, at least 1.
    pub columns: usize,
    /// Lines in all.
    pub height: usize,
}

impl Board {
    /// Points at a line of what is open: a setting, an action, a field, or one's own presence.
    pub(super) fn point(&mut self, place: usize, now: Timestamp) {
        if matches!(self.pane, Pane::Settings { .. }) {
            return self.point_at_setting(place, now);
        }
        if matches!(self.pane, Pane::Actions { .. }) {
            return self.choose_action(place, now);
        }
        let tries = self.tries_to_sign_in();
        if let Pane::Form(form) = &mut self.pane
            && !tries
        {
            form.focus_on(place);
        }
        if let Pane::Own(choice) = &mut self.pane {
            choice.choose(place);
        }
    }

    /// The contact under the cursor.
    pub fn selected(&self) -> Option<&Entry> {
        match &self.cursor {
            Some(Cursor::Contact(id)) => self.entry(id),
            _ => None,
        }
    }

    /// What the cursor is on.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Whether the cursor is on this contact.
    pub fn is_selected(&self, entry: &Entry) -> bool {
        let is_of =
            |id: &ContactId| id.account == entry.account() && id.address == entry.contact.address;
        matches!(&self.cursor, Some(Cursor::Contact(id)) if is_of(id))
    }

    /// How many contacts stand beside each other.
    pub fn columns(&self) -> usize {
        self.room.columns
    }

    /// The group under the cursor: the contact's, or the folded one. The outer `None` means that
    /// there is no cursor, or that it is on the pinned of all groups; the inner one that the contact
    /// has no group.
    pub(super) fn group_under_cursor(&self) -> Option<Option<&str>> {
        match self.cursor.as_ref()? {
            Cursor::Heading(Heading::Group(group)) => Some(group.as_deref()),
            Cursor::Heading(Heading::Instead(group)) => Some(Some(group)),
            Cursor::Heading(Heading::Pinned) => None,
            Cursor::Contact(_) => self.selected().map(|entry| entry.contact.group.as_deref()),
        }
    }

    /// The heading of the section that the cursor is in.
    pub(super) fn heading_under_cursor(&self) -> Option<Heading> {
        match self.cursor.as_ref()? {
            Cursor::Heading(heading) => Some(heading.clone()),
            Cursor::Contact(_) => self.selected().map(|entry| Heading::of(&entry.contact)),
        }
    }

    pub(super) fn select(&mut self, cursor: Cursor) {
        self.cursor = Some(cursor);
        self.mend_cursor();
    }

    /// Puts the cursor on a contact, whatever hides it.
    pub(super) fn go_to(&mut self, id: ContactId, now: Timestamp) {
        let place = self.accounts.place(&id);
        let mut shown = self.rows.iter().flat_map(Row::places);
        if let Some(place) = place.filter(|place| !shown.any(|shown| shown == place)) {
            self.search = None;
            self.open_tab = None;
            self.hide_offline = false;
            let heading = Heading::of(&self.entry_at(place).contact);
            self.folded.remove(&heading);
            self.rearrange(now);
        }
        self.select(Cursor::Contact(id));
    }

    pub(super) fn travel(&mut self, action: Action, now: Timestamp) {
        let page = (self.room.height / self.room.view.lines())
            .saturating_sub(1)
            .max(1);
        if matches!(self.pane, Pane::Settings { .. }) {
            return self.travel_settings(action, page, now);
        }
        if let Pane::Own(choice) = &mut self.pane {
            choice.travel(action);
            return;
        }
        if matches!(self.pane, Pane::Actions { .. }) {
            return self.travel_actions(action);
        }
        if matches!(self.pane, Pane::Form(_)) {
            return self.travel_found(action);
        }
        if let Some(scroll) = self.pane_scroll() {
            match action {
                Action::Up => *scroll = scroll.saturating_sub(1),
                Action::Down => *scroll += 1,
                Action::PageUp => *scroll = scroll.saturating_sub(page),
                Action::PageDown => *scroll += page,
                Action::Top => *scroll = 0,
                Action::Left | Action::Right if matches!(self.pane, Pane::Details { .. }) => {
                    self.move_sideways(action == Action::Right);
                    if let Some(scroll) = self.pane_scroll() {
                        *scroll = 0;
                    }
                }
                _ => {}
            }
            return;
        }
        match action {
            Action::Left | Action::Right => self.move_sideways(action == Action::Right),
            Action::Up => self.move_rows(-1),
            Action::Down => self.move_rows(1),
            Action::PageUp => self.move_rows(-(page as isize)),
            Action::PageDown => self.move_rows(page as isize),
            Action::Top => self.move_rows(isize::MIN),
            Action::Bottom => self.move_rows(isize::MAX),
            _ => {}
        }
    }

    fn pane_scroll(&mut self) -> Option<&mut usize> {
        match &mut self.pane {
            Pane::Details { scroll, .. }
            | Pane::Help { scroll, .. }
            | Pane::Refused { scroll, .. }
            | Pane::Lately { scroll }
            | Pane::WhoIsFree { scroll, .. } => Some(scroll),
            Pane::Contacts
            | Pane::Form(_)
            | Pane::Own(_)
            | Pane::Settings { .. }
            | Pane::Actions { .. } => None,
        }
    }

    /// Moves what is shown by so many rows, without the cursor.
    pub(super) fn scroll(&mut self, rows: i32) {
        if let Some(scroll) = self.pane_scroll() {
            *scroll = scroll.saturating_add_signed(rows as isize);
        } else {
            self.top = self
                .top
                .saturating_add_signed(rows as isize)
                .min(self.last_top());
        }
    }

    /// Fits the contacts into `room`, with the cursor in sight; returns the effects.
    pub fn fit(&mut self, room: Room) -> Vec<Effect> {
        if room != self.room {
            // Pages depend on the height, too.
            let relaid = room.columns != self.room.columns || self.is_on_a_wall();
            self.room = room;
            if relaid {
                self.lay_out();
            } else {
                self.keep_cursor_in_sight();
            }
        }
        self.prefer_what_is_in_sight();
        std::mem::take(&mut self.effects)
    }

    /// Scrolls the pane back to `last`, the furthest that shows something new.
    pub fn limit_scroll(&mut self, last: usize) {
        if let Some(scroll) = self.pane_scroll() {
            *scroll = (*scroll).min(last);
        }
    }

    fn move_rows(&mut self, by: isize) {
        let stops: Vec<usize> = (0..self.rows.len())
            .filter(|&row| self.is_stop(row))
            .collect();
        let Some(last) = stops.len().checked_sub(1) else {
            return;
        };
        let (row, column) = self.cursor_cell().unwrap_or((stops[0], 0));
        let at = stops.binary_search(&row).unwrap_or(0);
        let to = stops[at.saturating_add_signed(by).min(last)];
        self.cursor = self.cursor_at(to, column);
        self.keep_cursor_in_sight();
    }

    fn move_sideways(&mut self, forward: bool) {
        let Some((row, column)) = self.cursor_cell() else {
            return self.move_rows(isize::MIN);
        };
        let cells = |row: usize| match &self.rows[row] {
            Row::Cells(cells) => cells.len(),
            Row::Heading(_) => 1,
        };
        let (row, column) = if forward && column + 1 < cells(row) {
            (row, column + 1)
        } else if !forward && column > 0 {
            (row, column - 1)
        } else {
            let next = if forward {
                (row + 1..self.rows.len()).find(|&row| self.is_stop(row))
            } else {
                (0..row).rev().find(|&row| self.is_stop(row))
            };
            let Some(next) = next else { return };
            (next, if forward { 0 } else { cells(next) - 1 })
        };
        self.cursor = self.cursor_at(row, column);
        self.keep_cursor_in_sight();
    }

    fn is_stop(&self, row: usize) -> bool {
        match &self.rows[row] {
            Row::Cells(..) => true,
            Row::Heading(section) => self.sections[*section].folded,
        }
    }

    fn cursor_at(&self, row: usize, column: usize) -> Option<Cursor> {
        match &self.rows[row] {
            Row::Heading(section) => {
                let heading = self.sections[*section].heading.clone();
                Some(Cursor::Heading(heading))
            }
            Row::Cells(cells) => {
                let place = cells.get(column).or(cells.last())?;
                Some(Cursor::Contact(self.entry_at(*place).id()))
            }
        }
    }

    /// The row and column of the cursor, where it is on something that is shown.
    fn cursor_cell(&self) -> Option<(usize, usize)> {
        match self.cursor.as_ref()? {
            Cursor::Contact(id) => {
                let place = self.accounts.place(id)?;
                self.rows
                    .iter()
                    .enumerate()
                    .find_map(|(row, cells)| match cells {
                        Row::Cells(cells) => {
                            Some((row, cells.iter().position(|&cell| cell == place)?))
                        }
                        Row::Heading(_) => None,
                    })
            }
            Cursor::Heading(heading) => self
                .rows
                .iter()
                .position(|row| match row {
                    Row::Heading(section) => {
                        let section = &self.sections[*section];
                        section.folded && section.heading == *heading
                    }
                    Row::Cells(..) => false,
                })
                .map(|row| (row, 0)),
        }
    }

    /// Puts the cursor on something that is shown: after folding, on the group it was in; after
    /// filtering, on the first that is left.
    pub(super) fn mend_cursor(&mut self) {
        if self.is_on_a_wall() {
            self.cursor = None;
            return;
        }
        if self.cursor_cell().is_none() {
            self.cursor = self.heading_under_cursor().map(Cursor::Heading);
            if self.cursor_cell().is_none() {
                self.cursor = None;
                let first = (0..self.rows.len()).find(|&row| self.is_stop(row));
                self.cursor = first.and_then(|row| self.cursor_at(row, 0));
            }
        }
        self.keep_cursor_in_sight();
    }

    fn keep_cursor_in_sight(&mut self) {
        if let Some((row, _)) = self.cursor_cell() {
            // The heading above the first row of a group belongs to it.
            let from = match row.checked_sub(1).map(|above| &self.rows[above]) {
                Some(Row::Heading(_)) => row - 1,
                _ => row,
            };
            self.top = self.top.min(from);
            let mut lines: usize = self.rows[self.top..=row]
                .iter()
                .map(|row| self.lines(row))
                .sum();
            while lines > self.room.height && self.top < row {
                lines -= self.lines(&self.rows[self.top]);
                self.top += 1;
            }
        }
        self.top = self.top.min(self.last_top());
    }

    /// The last row that may be the first shown: what follows fills the room.
    fn last_top(&self) -> usize {
        let mut left = self.room.height;
        let mut top = self.rows.len();
        while top > 0 {
            let lines = self.lines(&self.rows[top - 1]);
            if lines > left {
                break;
            }
            left -= lines;
            top -= 1;
        }
        top.min(self.rows.len().saturating_sub(1))
    }

    /// How many lines a row takes.
    pub fn lines(&self, row: &Row) -> usize {
        row.lines(self.room.view)
    }

    /// The rows that are in sight, from the first that is not scrolled away.
    pub fn rows_in_sight(&self) -> &[Row] {
        if let Some(wall) = &self.wall {
            return &self.rows[wall.rows()];
        }
        let rows = &self.rows[self.top.min(self.rows.len())..];
        let mut lines = 0;
        let fit = rows.iter().take_while(|row| {
            let fits = lines < self.room.height;
            lines += self.lines(row);
            fits
        });
        &rows[..fit.count()]
    }

    /// How many rows there are, and the first in sight: for a scroll bar.
    pub fn scrolled(&self) -> (usize, usize) {
        (self.rows.len(), self.top)
    }
}
