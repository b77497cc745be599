//! The lines around the contacts: who is signed in where, counts and age; the one problem; what is
//! searched; the keys.

use jiff::{SignedDuration, Timestamp};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::fit::{cells, fit, wrap};
use super::screen::{Look, Target, Targets};
use super::state::clock;
use crate::board::{Action, Attempt, Board, Pane, Purpose, Replace, age};
use crate::link::{LinkState, Mode};
use crate::presence::Availability;

/// A piece of a line: text and its style.
type Piece = (String, Style);

/// The lines under the header: what there is to tell, the most pressing first, each with whether it
/// is a problem.
pub fn told(board: &Board, now: Timestamp) -> Vec<(String, bool)> {
    let notice = board.notice().map(|words| (words.to_string(), false));
    let link = match &board.link().state {
        LinkState::Trouble {
            problem,
            since,
            next_try,
        } => {
            let left = next_try.duration_since(now).max(SignedDuration::ZERO);
            let next = match left.as_secs() {
                0 => "trying again now".to_string(),
                seconds => format!("next try in {seconds} s"),
            };
            let lasting = age::seconds(*since, now);
            Some((
                format!("{} for {lasting}, {next}. {}", problem.what, problem.advice),
                true,
            ))
        }
        LinkState::Refused { problem, .. } => Some((
            format!("{}. {} r signs in again.", problem.what, problem.advice),
            true,
        )),
        LinkState::SigningIn | LinkState::Up => None,
    };
    let book = board.book_trouble().map(|words| (words.to_string(), true));
    [link, book, notice].into_iter().flatten().collect()
}

/// What is told in `room` lines (at least one) of this width: the first in whole as far as it
/// goes, for it may hold a fingerprint or an address that half of is no use; the rest in one line
/// each.
pub fn told_lines(board: &Board, now: Timestamp, width: usize, room: usize) -> Vec<(String, bool)> {
    let told = told(board, now);
    let for_first = room.saturating_sub(told.len().saturating_sub(1)).max(1);
    let mut lines = Vec::new();
    for (at, (words, pressing)) in told.into_iter().enumerate() {
        let sign = if pressing { "!" } else { " " };
        let most = if at == 0 { for_first } else { 1 };
        let mut broken = wrap(&words, width.saturating_sub(1).max(1));
        let rest = broken.split_off(most.min(broken.len()) - 1).join(" ");
        broken.push(rest);
        for (at, line) in broken.into_iter().enumerate() {
            let sign = if at == 0 { sign } else { " " };
            lines.push((fit(&format!("{sign}{line}"), width), pressing));
        }
    }
    lines.truncate(room);
    lines
}

/// Draws as much of what is told as there are lines for.
pub fn draw_told(buffer: &mut Buffer, area: Rect, board: &Board, look: &Look, now: Timestamp) {
    let (width, room) = (usize::from(area.width), usize::from(area.height));
    let lines = told_lines(board, now, width, room.max(1));
    for (y, (words, pressing)) in (area.y..area.bottom()).zip(lines) {
        let style = if pressing {
            look.theme.trouble()
        } else {
            look.theme.notice()
        };
        buffer.set_stringn(area.x, y, words, width, style);
    }
}

/// How old the data is, in words; and whether that is as it should be.
fn freshness(board: &Board, now: Timestamp) -> (String, bool) {
    let heard = board.asked_at().map(|at| age::seconds(at, now));
    if let Some(since) = board.frozen_since() {
        return (format!("FROZEN {}", age::seconds(since, now)), false);
    }
    match (&board.link().state, heard) {
        (LinkState::Trouble { .. }, Some(heard)) => (format!("stale, {heard} old"), false),
        (LinkState::Trouble { .. }, None) => ("no answer".into(), false),
        (LinkState::Refused { .. }, _) => ("signed out".into(), false),
        (LinkState::SigningIn, None) => ("signing in".into(), true),
        (_, None) if board.entries().is_empty() => (String::new(), true),
        (_, None) => ("asking".into(), true),
        (_, Some(_)) if board.link().mode == Mode::Live => ("live".into(), true),
        (_, Some(heard)) => (format!("{heard} ago"), true),
    }
}

fn counted(board: &Board, now: Timestamp) -> Vec<(Availability, usize, &'static str)> {
    let counts = board.counts(now);
    let word = |availability| match availability {
        Availability::Available => "free",
        Availability::Away => "away",
        Availability::Busy => "busy",
        Availability::Dnd => "dnd",
        Availability::Unavailable => "off",
        Availability::Unknown => "?",
    };
    Availability::ALL
        .into_iter()
        .map(|availability| {
            let known = counts.by_availability[availability as usize];
            let unsure = if availability == Availability::Unknown {
                counts.stale
            } else {
                0
            };
            (availability, known + unsure, word(availability))
        })
        .collect()
}

fn count_pieces(board: &Board, look: &Look, now: Timestamp, words: bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (availability, count, word) in counted(board, now) {
        let unsure = availability == Availability::Unknown;
        if unsure && count == 0 {
            continue;
        }
        let glyph = availability.glyph(look.icons);
        let text = match (words, unsure) {
            (true, true) => format!("{glyph} {count} not sure"),
            (true, false) => format!("{glyph} {count} {word}"),
            (false, _) => format!("{glyph}{count}"),
        };
        let style = look.theme.state(availability);
        pieces.push((text, if count == 0 { look.theme.dim() } else { style }));
    }
    pieces
}

/// Draws the header, with as much of it as fits: the counts and the age before the rest.
pub fn draw_header(buffer: &mut Buffer, area: Rect, board: &Board, look: &Look, now: Timestamp) {
    let (freshness, well) = freshness(board, now);
    let age_style = if well {
        look.theme.dim()
    } else {
        look.theme.trouble()
    };
    let width = usize::from(area.width);
    let link = board.link();
    let own = link.own.map_or(String::new(), |set| {
        let glyph = set.own.availability().glyph(look.icons);
        let until = clock(set.until, &look.zone);
        format!(": {glyph} {} until {until}", set.own.label())
    });
    let at = format!("{} @ {}{own}", link.user, link.server);
    let mode = match link.mode {
        Mode::Every(interval) => format!("every {} s", interval.as_secs_f32().round()),
        Mode::Live => "live".into(),
    };
    let warning = link.warning.as_deref();
    let total = |pieces: &[Piece], gap: usize| -> usize {
        pieces.iter().map(|(text, _)| cells(text) + gap).sum()
    };
    let long = count_pieces(board, look, now, true);
    let short = count_pieces(board, look, now, false);
    // From the richest header to the poorest: the first that fits is drawn.
    let mut left: Vec<Vec<Piece>> = Vec::new();
    let title = (" whosin".to_string(), look.theme.heading());
    let who = (at, Style::new());
    let warn = warning.map(|warning| (format!("! {warning}"), look.theme.trouble()));
    let warn_short = warning.map(|_| ("!".to_string(), look.theme.trouble()));
    let with = |pieces: &[&Piece], warn: &Option<Piece>| -> Vec<Piece> {
        pieces
            .iter()
            .map(|&piece| piece.clone())
            .chain(warn.clone())
            .collect()
    };
    left.push(with(&[&title, &who, &(mode, look.theme.dim())], &warn));
    left.push(with(&[&title, &who], &warn));
    left.push(with(&[&title], &warn));
    left.push(with(&[&title], &warn_short));
    left.push(with(&[], &warn_short));
    let age = cells(&freshness);
    // A warning in words is worth more than the words at the counts.
    let (in_words, by_sign) = left.split_at(3);
    let counted = [&long, &short];
    let fitting = [in_words, by_sign].into_iter().flat_map(|left| {
        let with = |counts| left.iter().map(move |left| (left, counts));
        counted.into_iter().flat_map(with)
    });
    let pick = fitting
        .filter(|(left, counts)| left.len() > 1 || std::ptr::eq(*counts, &short))
        .find(|(left, counts)| {
            let gap = if std::ptr::eq(*counts, &long) { 2 } else { 1 };
            total(left, 2) + total(counts, gap) + age < width
        });
    let (left, counts) = pick.unwrap_or((&left[4], &short));
    let mut x = area.x;
    for (text, style) in left {
        buffer.set_stringn(x, area.y, text, width, *style);
        x += cells(text) as u16 + 2;
    }
    let gap = if std::ptr::eq(counts, &long) { 2 } else { 1 };
    let age_at = area.right().saturating_sub(age as u16 + 1).max(area.x);
    let counts_width = total(counts, gap) as u16;
    let mut x = age_at
        .saturating_sub(counts_width)
        .max(x.saturating_sub(1))
        .max(area.x);
    for (text, style) in counts {
        let room = usize::from(area.right().saturating_sub(x));
        if cells(text) > room
            || (x + cells(text) as u16 > age_at && counts_width + (age as u16) < area.width)
        {
            break;
        }
        buffer.set_stringn(x, area.y, text, room, *style);
        x += (cells(text) + gap) as u16;
    }
    if x <= age_at + 1 {
        buffer.set_stringn(age_at, area.y, &freshness, age, age_style);
    } else if !well {
        // Too narrow for the words: what is wrong must still be seen.
        buffer.set_stringn(area.right() - 1, area.y, "!", 1, age_style);
    }
}

/// Draws what fits of the counts on a screen that is too small for contacts.
pub fn draw_counts_only(
    buffer: &mut Buffer,
    area: Rect,
    board: &Board,
    look: &Look,
    now: Timestamp,
) {
    if area.is_empty() {
        return;
    }
    let (_, well) = freshness(board, now);
    let mut x = area.x;
    if !well {
        buffer.set_stringn(x, area.y, "!", 1, look.theme.trouble());
        x += 1;
    }
    for (text, style) in count_pieces(board, look, now, false) {
        let width = cells(&text) as u16;
        if x + width > area.right() {
            break;
        }
        buffer.set_stringn(x, area.y, &text, usize::from(width), style);
        x += width + 1;
    }
}

/// Draws what is searched for, with the cursor while it is typed.
pub fn draw_search(frame: &mut Frame<'_>, area: Rect, board: &Board, look: &Look) {
    let (false, Some(search)) = (area.is_empty(), board.search()) else {
        return;
    };
    let found: usize = board
        .sections()
        .iter()
        .map(|section| section.members.len())
        .sum();
    let count = format!("{found} of {}", board.entries().len());
    let room = usize::from(area.width).saturating_sub(cells(&count) + 3);
    let scroll = search.input.visual_scroll(room.max(1));
    let visible: String = search.input.value().chars().skip(scroll).collect();
    let buffer = frame.buffer_mut();
    buffer.set_stringn(area.x, area.y, "/", 1, look.theme.key());
    buffer.set_stringn(area.x + 1, area.y, fit(&visible, room), room, Style::new());
    let count_at = area.right().saturating_sub(cells(&count) as u16 + 1);
    buffer.set_stringn(count_at, area.y, &count, cells(&count), look.theme.dim());
    if search.typing {
        let cursor = search
            .input
            .visual_cursor()
            .saturating_sub(scroll)
            .min(room) as u16;
        frame.set_cursor_position(Position::new(area.x + 1 + cursor, area.y));
    }
}

/// The hints that fit the moment: action and word.
fn hints(board: &Board) -> &'static [(Action, &'static str)] {
    let typing = board.search().is_some_and(|search| search.typing);
    match board.pane() {
        Pane::Form(form) => match form.purpose() {
            Purpose::Add | Purpose::Change(_) | Purpose::Move => &[
                (Action::Open, "save"),
                (Action::Next, "next field"),
                (Action::Back, "cancel"),
            ],
            Purpose::Import => &[
                (Action::Open, "import"),
                (Action::Next, "complete"),
                (Action::Back, "cancel"),
            ],
            Purpose::Export(Replace::Refused) => &[
                (Action::Open, "export"),
                (Action::Next, "complete"),
                (Action::Back, "cancel"),
            ],
            Purpose::SignIn(sign_in) => match sign_in.attempt {
                Attempt::UnderWay => &[(Action::Back, "leave")],
                Attempt::UnknownCertificate(_) => &[
                    (Action::Trust, "trust exactly this one"),
                    (Action::Back, "leave"),
                ],
                Attempt::None | Attempt::Refused(_) => &[
                    (Action::Open, "sign in"),
                    (Action::Next, "next field"),
                    (Action::Demo, "demo, without a server"),
                    (Action::Back, "leave"),
                ],
            },
            Purpose::Export(Replace::Allowed) => {
                &[(Action::Open, "replace it"), (Action::Back, "cancel")]
            }
        },
        Pane::Help { .. } => &[(Action::Back, "close")],
        Pane::Details { .. } => &[
            (Action::Back, "close"),
            (Action::Help, "why"),
            (Action::Watch, "tell me when free"),
            (Action::Copy, "copy address"),
            (Action::Edit, "edit"),
            (Action::Remove, "remove"),
            (Action::Quit, "quit"),
        ],
        Pane::Settings { .. } => &[
            (Action::Right, "change"),
            (Action::Left, "back"),
            (Action::Back, "close"),
        ],
        Pane::Own(_) => &[
            (Action::Open, "set"),
            (Action::Back, "cancel"),
            (Action::Left, "shorter"),
            (Action::Right, "longer"),
        ],
        Pane::WhoIsFree { .. } | Pane::Refused { .. } => {
            &[(Action::Back, "close"), (Action::Quit, "quit")]
        }
        Pane::Contacts if typing => &[(Action::Open, "keep"), (Action::Back, "show all")],
        Pane::Contacts => &[
            (Action::Add, "add"),
            (Action::Remove, "remove"),
            (Action::Find, "find"),
            (Action::Help, "help"),
            (Action::Quit, "quit"),
            (Action::Open, "details"),
            (Action::Watch, "tell me when free"),
            (Action::Sort, "sort"),
            (Action::FoldGroup, "groups"),
            (Action::View, "view"),
            (Action::Refresh, "refresh"),
            (Action::WhoIsFree, "who is free"),
            (Action::HideOffline, "hide offline"),
            (Action::Freeze, "freeze"),
            (Action::OwnPresence, "my presence"),
            (Action::Move, "move"),
            (Action::Settings, "settings"),
            (Action::Import, "import"),
            (Action::Export, "export"),
        ],
    }
}

/// Draws the keys that fit, the most needed first; each is a button.
pub fn draw_hints(
    buffer: &mut Buffer,
    area: Rect,
    board: &Board,
    look: &Look,
    targets: &mut Targets,
) {
    if area.is_empty() {
        return;
    }
    let mut x = area.x + 1;
    for &(action, word) in hints(board) {
        let Some(key) = look.keys.of(action).first() else {
            continue;
        };
        let key = key.to_string();
        let width = (cells(&key) + 1 + cells(word)) as u16;
        if x + width > area.right() {
            break;
        }
        buffer.set_stringn(x, area.y, &key, cells(&key), look.theme.key());
        buffer.set_stringn(
            x + cells(&key) as u16 + 1,
            area.y,
            word,
            cells(word),
            look.theme.dim(),
        );
        targets.add(Rect { x, width, ..area }, Target::Button(action));
        x += width + 2;
    }
}
