//! The contacts as a list with columns.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::fit::{cells, fit, fit_name};
use super::grid::draw_heading;
use super::look::Scene;
use super::screen::{Target, Targets};
use super::state::Shown;
use crate::board::{Entry, Row};
use crate::contacts::Fact;

/// The lines above the first contact.
pub const HEAD: u16 = 1;

/// Where each column begins and how wide it is; no width means that there is no room for it.
struct Columns {
    name: (u16, u16),
    state: (u16, u16),
    since: (u16, u16),
    number: (u16, u16),
    note: (u16, u16),
    group: (u16, u16),
    department: (u16, u16),
    device: (u16, u16),
}

impl Columns {
    /// Those that fit into a width; numbers and departments only where anybody has one.
    fn of<'a>(width: u16, contacts: impl Iterator<Item = &'a Entry> + Clone) -> Columns {
        let widest = |fact, most: usize| {
            let contacts = contacts.clone();
            let texts = contacts.filter_map(|one| one.contact.fact(fact));
            texts.map(cells).max().unwrap_or(0).min(most) as u16
        };
        let room = width.saturating_sub(5);
        // The most needed first; the note takes what is left.
        let name = room.min((room * 2 / 5).clamp(12, 28));
        let state = room.saturating_sub(name + 1).min(22);
        let mut left = room.saturating_sub(name + state + 2);
        let mut take = |wanted: u16, from: u16| {
            if width >= from && left > wanted {
                left -= wanted + 1;
                wanted
            } else {
                0
            }
        };
        let since = take(5, 40);
        let device = take(14, 110);
        let number = match widest(Fact::Number, 17) {
            0 => 0,
            widest => take(widest.max(6), 56),
        };
        let group = take(16, 80);
        let department = match widest(Fact::Department, 16) {
            0 => 0,
            widest => take(widest.max(10), 130),
        };
        let note = if left >= 10 { left } else { 0 };
        let mut at = 4;
        let mut place = |width: u16| {
            let placed = (at, width);
            at += if width > 0 { width + 1 } else { 0 };
            placed
        };
        Columns {
            name: place(name),
            state: place(state),
            since: place(since),
            number: place(number),
            note: place(note),
            group: place(group),
            department: place(department),
            device: place(device),
        }
    }
}

/// Draws the head and the rows that are in sight.
pub fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, targets: &mut Targets) {
    let Scene { board, look, .. } = scene;
    let columns = Columns::of(area.width, board.entries());
    let put = |buffer: &mut Buffer, y: u16, column: (u16, u16), text: &str, style: Style| {
        let width = usize::from(column.1);
        buffer.set_stringn(area.x + column.0, y, fit(text, width), width, style);
    };
    for (column, title) in [
        (columns.name, "Name"),
        (columns.state, "State"),
        (columns.since, "Since"),
        (columns.number, "Number"),
        (columns.note, "Note"),
        (columns.group, "Group"),
        (columns.department, "Department"),
        (columns.device, "Device"),
    ] {
        put(buffer, area.y, column, title, look.theme.dim());
    }
    for (y, row) in (area.y + HEAD..area.bottom()).zip(board.rows_in_sight()) {
        let line = Rect {
            y,
            height: 1,
            ..area
        };
        match row {
            Row::Heading(section) => draw_heading(buffer, line, *section, scene, targets),
            Row::Cells(places) => {
                for &place in places {
                    let entry = board.entry_at(place);
                    let shown = Shown::of(entry, scene);
                    let here = board.is_selected(entry);
                    targets.add(line, Target::Contact(entry.id()));
                    if here {
                        buffer.set_style(line, look.theme.selected());
                    }
                    put(
                        buffer,
                        y,
                        (0, 1),
                        shown.sign(here, look.icons),
                        look.theme.key(),
                    );
                    put(buffer, y, (1, 1), shown.glyph, shown.style);
                    put(buffer, y, (2, 1), shown.second_glyph, shown.second_style);
                    put(
                        buffer,
                        y,
                        (3, 1),
                        shown.watch_sign(look.icons),
                        look.theme.key(),
                    );
                    let width = usize::from(columns.name.1);
                    let who = fit_name(entry.name(), width);
                    put(buffer, y, columns.name, &who, shown.name_style);
                    let state = shown.state_style(look);
                    let words = shown.words(usize::from(columns.state.1));
                    put(buffer, y, columns.state, &words, state);
                    put(buffer, y, columns.since, &shown.age, look.theme.dim());
                    let presence = entry.presence();
                    let contact = &entry.contact;
                    let theirs = presence.and_then(|presence| presence.note.as_deref());
                    // The word of whoever knew more comes first.
                    let notes = [shown.note, contact.note.as_deref(), theirs];
                    let notes = notes.into_iter().flatten().collect::<Vec<_>>().join("; ");
                    let remark = if shown.note.is_some() {
                        look.theme.notice()
                    } else if shown.sure {
                        look.theme.name()
                    } else {
                        look.theme.dim()
                    };
                    put(buffer, y, columns.note, &notes, remark);
                    for (column, fact) in [
                        (columns.number, Fact::Number),
                        (columns.department, Fact::Department),
                    ] {
                        let words = contact.fact(fact).unwrap_or_default();
                        put(buffer, y, column, words, look.theme.dim());
                    }
                    let profile = board.account_of(entry).profile();
                    let at = profile.map(|profile| format!("@ {profile}"));
                    let group = contact.group.as_deref().into_iter();
                    let group: Vec<&str> = group.chain(at.as_deref()).collect();
                    put(buffer, y, columns.group, &group.join(" "), look.theme.dim());
                    let open = presence.and_then(|presence| {
                        presence
                            .devices
                            .iter()
                            .find(|device| device.open == Some(true))
                    });
                    let device = open.map(|device| device.id.as_str()).unwrap_or_default();
                    put(buffer, y, columns.device, device, look.theme.dim());
                }
            }
        }
    }
}
