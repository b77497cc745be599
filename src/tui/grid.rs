//! The contacts in cells beside each other: as tiles (two lines each), as a compact list (one short line
//! each), or large.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use super::fit::{cells, fit, fit_name};
use super::large;
use super::look::{Look, Scene};
use super::screen::{Target, Targets};
use super::state::{Shown, sign};
use crate::board::{Cursor, Entry, Find, Row, View};

/// Where the name begins in a cell: after the sign, the state, the phone and a space.
pub const NAME_AT: u16 = 4;
/// A compact line at least this wide shows the state in words too.
const WORDS_FROM: u16 = 34;
/// A note that is cut in a tile takes at least this many cells.
const SHORTEST_NOTE: usize = 10;
/// Before a number at least so much of a name is shown.
const SHORTEST_NAME: usize = 7;
/// The cells that an age takes.
const AGE: u16 = 4;

/// Draws the rows that are in sight.
pub fn draw(
    buffer: &mut Buffer,
    (area, view): (Rect, View),
    scene: Scene<'_>,
    targets: &mut Targets,
) {
    let Scene { board, look, .. } = scene;
    let mut find = board.search().map(|search| Find::new(search.input.value()));
    let columns = board.columns() as u16;
    let width = area.width / columns.max(1);
    let mut y = area.y;
    for row in board.rows_in_sight() {
        let height = board.lines(row) as u16;
        match row {
            Row::Heading(section) => {
                let line = Rect {
                    y,
                    height: 1,
                    ..area
                };
                draw_heading(buffer, line, *section, scene, targets);
            }
            Row::Cells(places) => {
                for (column, &place) in places.iter().enumerate() {
                    let cell = Rect {
                        x: area.x + width * column as u16,
                        y,
                        width,
                        height,
                    };
                    let cell = cell.intersection(area);
                    let entry = board.entry_at(place);
                    targets.add(cell, Target::Contact(entry.id()));
                    match view {
                        View::Large => large::draw(buffer, cell, entry, scene),
                        _ => draw_cell(buffer, cell, entry, scene, find.as_mut()),
                    }
                }
            }
        }
        y += height;
        if y >= area.bottom() {
            break;
        }
    }
    if board.entries().next().is_none() {
        draw_empty(buffer, area, look);
    } else if board.rows_in_sight().is_empty() {
        let words = if board.is_on_a_wall() {
            "Nobody at the moment."
        } else if board.offers_directory() {
            "Nobody here fits. Enter searches the directory, Esc shows everybody."
        } else {
            "Nobody here fits what is searched for. Esc shows everybody."
        };
        buffer.set_stringn(
            area.x + 1,
            area.y,
            words,
            usize::from(area.width),
            look.theme.dim(),
        );
    }
}

fn draw_empty(buffer: &mut Buffer, area: Rect, look: &Look) {
    let key = look
        .keys
        .of(crate::board::Action::Add)
        .first()
        .map(ToString::to_string);
    let words = format!(
        "Nobody is on the board yet. Press {} to add a contact.",
        key.unwrap_or_default()
    );
    let room = usize::from(area.width.saturating_sub(2));
    for (line, y) in super::fit::wrap(&words, room.max(1))
        .iter()
        .zip(area.y + 1..area.bottom())
    {
        buffer.set_stringn(area.x + 1, y, line, room, Style::new());
    }
}

/// Draws the heading of a section over a whole line.
pub fn draw_heading(
    buffer: &mut Buffer,
    area: Rect,
    section: usize,
    Scene { board, look, now }: Scene<'_>,
    targets: &mut Targets,
) {
    let section = &board.sections()[section];
    targets.add(area, Target::Heading(section.heading.clone()));
    let words = section.heading.words();
    let name = match board.profile_of(section) {
        Some(profile) => format!("{words} @ {profile}").into(),
        None => words,
    };
    let fold = if section.folded {
        sign::folded(look.icons)
    } else {
        " "
    };
    let counts = format!(
        "{}/{} free",
        board.free_in(section, now),
        section.members.len()
    );
    let width = usize::from(area.width);
    let text = format!("{fold}{}", fit(&name, width.saturating_sub(2)));
    let used = cells(&text);
    buffer.set_stringn(area.x, area.y, &text, width, look.theme.heading());
    if section.folded && board.cursor() == Some(&Cursor::Heading(section.heading.clone())) {
        buffer.set_style(area, look.theme.selected());
        buffer.set_stringn(
            area.x,
            area.y,
            sign::cursor(look.icons),
            1,
            look.theme.key(),
        );
    }
    let rule_at = used + 1;
    let counts_at = width.saturating_sub(cells(&counts) + 1);
    if counts_at > rule_at + 2 {
        let rule = sign::rule(look.icons).repeat(counts_at - rule_at - 1);
        buffer.set_stringn(
            area.x + rule_at as u16,
            area.y,
            rule,
            width,
            look.theme.rule(),
        );
        buffer.set_stringn(
            area.x + counts_at as u16,
            area.y,
            counts,
            width,
            look.theme.dim(),
        );
    }
}

fn draw_cell(
    buffer: &mut Buffer,
    cell: Rect,
    entry: &Entry,
    scene: Scene<'_>,
    find: Option<&mut Find>,
) {
    let Scene { board, look, .. } = scene;
    let shown = Shown::of(entry, scene);
    let here = board.is_selected(entry);
    if here {
        buffer.set_style(cell, look.theme.selected());
    }
    let put = |buffer: &mut Buffer, x: u16, y: u16, text: &str, style: Style| {
        if y < cell.bottom() && x < cell.width {
            let room = usize::from(cell.width - x);
            buffer.set_stringn(cell.x + x, y, fit(text, room), room, style);
        }
    };
    put(
        buffer,
        0,
        cell.y,
        shown.sign(here, look.icons),
        look.theme.key(),
    );
    put(buffer, 1, cell.y, shown.glyph, shown.style);
    put(buffer, 2, cell.y, shown.second_glyph, shown.second_style);
    let end = cell.width.saturating_sub(1);
    let room = end.saturating_sub(NAME_AT);
    let one_line = cell.height == 1;
    let ages = end >= 26;
    let watch = shown.watch_sign(look.icons);
    // A time of day takes more.
    let age = shown.telling_age();
    let age_width = AGE.max(cells(age) as u16);
    let watch_width = if watch.is_empty() { 0 } else { 2 };
    // Where there is no room for words, whom to call is worth more than since when.
    let number = shown.number.filter(|number| {
        let name = cells(entry.name()).min(SHORTEST_NAME);
        let left = usize::from(room).checked_sub(cells(number) + 1 + watch_width);
        one_line && end < WORDS_FROM && left.is_some_and(|left| left >= name)
    });
    let name_room = if let Some(number) = number {
        room - (cells(number) + 1 + watch_width) as u16
    } else if one_line {
        // Where words follow the name they begin in one column, whatever the age takes.
        let (age, words) = if end >= WORDS_FROM {
            (AGE + 2, room * 2 / 5)
        } else if ages && !(age.is_empty() && watch.is_empty()) {
            (age_width + 2, 0)
        } else {
            (0, 0)
        };
        room.saturating_sub(age + words)
    } else {
        room.saturating_sub(watch_width as u16)
    };
    let name = fit_name(entry.name(), usize::from(name_room));
    put(buffer, NAME_AT, cell.y, &name, shown.name_style);
    if let Some(find) = find {
        mark_found(buffer, cell, &name, find, look);
    }
    let state_style = shown.state_style(look);
    let age_at = |age: &str| end.saturating_sub(cells(age) as u16);
    if shown.note.is_some() {
        let (x, y) = if one_line {
            (NAME_AT - 1, 0)
        } else {
            (NAME_AT - 2, 1)
        };
        put(
            buffer,
            x,
            cell.y + y,
            sign::noted(look.icons),
            look.theme.notice(),
        );
    }
    if !one_line {
        put(
            buffer,
            end.saturating_sub(1),
            cell.y,
            watch,
            look.theme.key(),
        );
        if let Some(note) = shown.note {
            // Glyph and colour show the state; the words of whoever knew more count here.
            put(buffer, NAME_AT, cell.y + 1, note, look.theme.notice());
            return;
        }
        let (words, age) = shown.words_and_age(usize::from(room));
        put(buffer, NAME_AT, cell.y + 1, &words, state_style);
        put(buffer, age_at(age), cell.y + 1, age, look.theme.dim());
        let used = cells(&words);
        let taken = used + cells(age) + usize::from(!age.is_empty()) + 1;
        if let Some(beside) = beside(entry, &words, usize::from(room).saturating_sub(taken)) {
            let at = NAME_AT + used as u16 + 1;
            put(buffer, at, cell.y + 1, &beside, look.theme.dim());
        }
        return;
    }
    if end >= WORDS_FROM {
        let at = NAME_AT + name_room + 1;
        let watch_room = watch_width as u16;
        let room = (end - watch_room).saturating_sub(at);
        if let Some(note) = shown.note {
            put(
                buffer,
                at,
                cell.y,
                &fit(note, room.into()),
                look.theme.notice(),
            );
            put(buffer, end - watch_room, cell.y, watch, look.theme.key());
            return;
        }
        let (words, age) = shown.words_and_age(usize::from(room));
        put(buffer, at, cell.y, &words, state_style);
        put(buffer, age_at(age), cell.y, age, look.theme.dim());
        let left = age_at(age).saturating_sub(watch_room);
        put(buffer, left, cell.y, watch, look.theme.key());
    } else if let Some(number) = number {
        let at = end - cells(number) as u16;
        put(buffer, at, cell.y, number, state_style);
        put(
            buffer,
            at - watch_width as u16,
            cell.y,
            watch,
            look.theme.key(),
        );
    } else if ages {
        put(buffer, age_at(age), cell.y, age, look.theme.dim());
        put(buffer, end - age_width - 1, cell.y, watch, look.theme.key());
    }
}

/// What stands beside the state, or other `words`, in a tile where `room` cells are left: the user's own note, or the
/// contact's, as far as it fits, else the number where all of it fits.
fn beside(entry: &Entry, words: &str, room: usize) -> Option<String> {
    match (note_beside(entry, words), &entry.contact.number) {
        (Some(note), _) if room >= SHORTEST_NOTE.min(cells(note)) => Some(fit(note, room)),
        (_, Some(number)) if cells(number) <= room => Some(number.clone()),
        _ => None,
    }
}

/// The user's own note on a contact, or the contact's, where it does not stand for the state already.
pub fn note_beside<'a>(entry: &'a Entry, words: &str) -> Option<&'a str> {
    let presence = entry.presence();
    let theirs = presence.and_then(|presence| presence.note.as_deref());
    let theirs = theirs.filter(|note| *note != words);
    entry.contact.note.as_deref().or(theirs)
}

/// Underlines what a search matched in a name.
fn mark_found(buffer: &mut Buffer, cell: Rect, name: &str, find: &mut Find, look: &Look) {
    let marks = find.marks(name);
    let mut x = cell.x + NAME_AT;
    for (at, sign) in name.graphemes(true).enumerate() {
        let width = cells(sign) as u16;
        if marks.contains(&(at as u32)) && x < cell.right() {
            buffer.set_style(Rect::new(x, cell.y, width.max(1), 1), look.theme.found());
        }
        x += width;
    }
}
