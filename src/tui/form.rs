//! A form: its fields, and remarks on what is typed.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use tui_input::Input;

use super::fit::{cells, fit, wrap};
use super::look::{Look, Scene};
use super::screen::{Target, Targets};
use super::state::at_or_on;
use super::{pane, people};
use crate::board::{Attempt, Form, Lookup, Purpose, Value};

/// The least lines that a form takes where there is room for the contacts above it.
const LOWEST: u16 = 8;
/// Where what is typed begins, unless a label is longer.
const TYPED_AT: usize = 9;

/// The lines that the form takes where there is room for the contacts above it: its fields, a
/// remark and the frame.
pub fn height(form: &Form) -> u16 {
    let lines = form.lines().len() as u16;
    let found = open_lookup(form).map_or(0, people::height);
    (lines.max(found) + 3).max(LOWEST)
}

/// The search that stands in the place of the other fields.
fn open_lookup(form: &Form) -> Option<&Lookup> {
    form.lookup().filter(|lookup| lookup.is_open())
}

/// Draws the form with its cursor.
pub fn draw(
    screen: &mut Frame<'_>,
    area: Rect,
    form: &Form,
    scene: Scene<'_>,
    targets: &mut Targets,
) {
    let Scene { board, look, .. } = scene;
    let lowest = (form.lines().len() + 3).max(6);
    let framed = usize::from(area.height) >= lowest && area.width >= 24;
    let inside = if framed {
        pane::frame(screen.buffer_mut(), area, form.title(), look)
    } else {
        area
    };
    let labels = form
        .lines()
        .iter()
        .map(|line| cells(line.field.label()) + 2);
    let typed_at = labels.max().unwrap_or(0).max(TYPED_AT) as u16;
    let room = usize::from(inside.width.saturating_sub(typed_at + 1)).max(1);
    let note_ends = note_ends(form, scene);
    let remarks = remarks(form, note_ends.as_deref(), look);
    // Where not all fields fit, those up to the one with the focus are shown, and a remark.
    let lookup = open_lookup(form);
    let rows = match lookup {
        Some(_) => 1,
        None => usize::from(inside.height) - usize::from(!remarks.is_empty() && inside.height > 1),
    };
    let skipped = (form.focus() + 1).saturating_sub(rows);
    let fields = form.lines().iter().enumerate().skip(skipped).take(rows);
    let shown = fields.len();
    for ((place, line), y) in fields.zip(inside.y..) {
        let row = Rect {
            y,
            height: 1,
            ..inside
        };
        targets.add(row, Target::Field(place));
        let focused = form.focus() == place;
        let style = if focused {
            look.theme.key()
        } else {
            look.theme.dim()
        };
        let label = line.field.label();
        let buffer = screen.buffer_mut();
        buffer.set_stringn(inside.x, y, label, usize::from(inside.width), style);
        let value = Rect {
            x: inside.x + typed_at,
            width: room as u16,
            ..row
        }
        .intersection(inside);
        let cursor = match &line.value {
            Value::Switch(on) => {
                let mark = if *on { "[x] " } else { "[ ] " };
                buffer.set_stringn(value.x, y, mark, room, style);
                let room = room.saturating_sub(cells(mark));
                let hint = fit(line.hint, room);
                buffer.set_stringn(value.x + 4, y, hint, room, look.theme.dim());
                1
            }
            Value::Text(input) => {
                let (typed, cursor) = scrolled(input, room);
                buffer.set_stringn(value.x, y, &typed, room, Style::new());
                if focused && let Some(suggestion) = board.suggestion(form) {
                    let end = value.x + cells(&typed) as u16;
                    let left = usize::from(inside.right().saturating_sub(end));
                    let suggestion = fit(&suggestion, left);
                    buffer.set_stringn(end, y, suggestion, left, look.theme.dim());
                }
                cursor
            }
            Value::Secret(input) => {
                let (typed, cursor) = scrolled(input, room);
                let hidden = "*".repeat(typed.chars().count());
                buffer.set_stringn(value.x, y, hidden, room, Style::new());
                cursor
            }
        };
        if let Value::Text(input) | Value::Secret(input) = &line.value {
            if input.value().is_empty() {
                let hint = fit(line.hint, room);
                buffer.set_stringn(value.x, y, hint, room, look.theme.dim());
            }
            if focused {
                buffer.set_style(value, Style::new().add_modifier(Modifier::UNDERLINED));
            }
        }
        if focused {
            screen.set_cursor_position(Position::new(value.x + cursor, y));
        }
    }
    let spare = usize::from(inside.height).saturating_sub(shown);
    let gap = usize::from(board.is_signing_in() && spare > 1);
    let mut skipped = shown + gap;
    if let Some(lookup) = lookup {
        let lines = remarks
            .iter()
            .map(|(words, _)| wrap(words, inside.width.into()).len());
        let found = Rect {
            y: inside.y + 1,
            height: inside
                .height
                .saturating_sub(1 + lines.sum::<usize>() as u16),
            ..inside
        };
        people::draw(screen.buffer_mut(), found, lookup, look, targets);
        skipped += usize::from(found.height);
    }
    let mut rows = (inside.y..inside.bottom()).skip(skipped);
    let width = usize::from(inside.width);
    for (words, style) in remarks {
        for (line, y) in wrap(words, width.max(1)).iter().zip(rows.by_ref()) {
            let buffer = screen.buffer_mut();
            buffer.set_stringn(inside.x, y, line, width, style);
        }
    }
}

/// The part of a text that fits, and where the cursor is in it.
fn scrolled(input: &Input, room: usize) -> (String, u16) {
    let scroll = input.visual_scroll(room);
    let typed = input.value().chars().skip(scroll).collect();
    let cursor = input.visual_cursor().saturating_sub(scroll);
    (typed, cursor.min(room - 1) as u16)
}

/// When the note that is typed goes by itself, in words; `None` where the form is for no note.
fn note_ends(form: &Form, Scene { board, look, now }: Scene<'_>) -> Option<String> {
    let Purpose::Annotate(id) = form.purpose() else {
        return None;
    };
    let name = board.entry(id)?.name();
    let typed = &form.lines().first()?.value;
    let is_empty = matches!(typed, Value::Text(input) if input.value().trim().is_empty());
    Some(match board.end_of_note(form, now) {
        _ if is_empty => format!("On {name}, for everybody at the desk; empty clears it"),
        Some(end) => format!(
            "On {name}; goes by itself {}",
            at_or_on(end, now, &look.zone)
        ),
        None => format!("On {name}; stays until it is cleared, for it names no time to come"),
    })
}

/// What stands below the fields.
fn remarks<'a>(form: &'a Form, note_ends: Option<&'a str>, look: &Look) -> Vec<(&'a str, Style)> {
    let refusal = form.refusal.as_deref();
    if let Some(words) = note_ends {
        return vec![(words, look.theme.dim())];
    }
    let Purpose::SignIn(sign_in) = form.purpose() else {
        let refusal = refusal.map(|words| (words, look.theme.trouble()));
        return refusal.into_iter().collect();
    };
    match &sign_in.attempt {
        Attempt::None => Vec::new(),
        Attempt::UnderWay => vec![("Signing in…", look.theme.notice())],
        Attempt::Refused(problem) => vec![
            (&problem.what, look.theme.trouble()),
            (&problem.advice, Style::new()),
        ],
        Attempt::UnknownCertificate(fingerprint) => vec![
            (
                "The server's certificate is not known here. Its fingerprint is",
                look.theme.trouble(),
            ),
            (fingerprint, Style::new()),
            (
                "Ask the administrator whether it is the right one. ctrl-t trusts exactly this one.",
                Style::new(),
            ),
        ],
    }
}
