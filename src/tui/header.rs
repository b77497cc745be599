//! The first line: who is signed in where, how many are free, how old that is.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::fit::cells;
use super::links;
use super::look::{Look, Scene};
use super::state::clock;
use crate::board::{Board, age};
use crate::link::Link;
use crate::presence::Availability;

/// A piece of the line: text and its style.
type Piece = (String, Style);

/// How old the data is that comes over the board's own link, in words; and whether that is as it should be.
fn freshness(board: &Board, now: Timestamp) -> (String, bool) {
    match board.frozen_since() {
        Some(since) => (format!("FROZEN {}", age::seconds(since, now)), false),
        None => links::freshness(board.account(), now),
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

fn count_pieces(Scene { board, look, now }: Scene<'_>, words: bool) -> Vec<Piece> {
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

/// The program; on a wall the time of day instead, what is `shown` of a saved search, and the page.
fn title(Scene { board, look, now }: Scene<'_>, shown: Option<&str>) -> String {
    if !board.is_on_a_wall() {
        return " whosin".into();
    }
    let page = board.page().map(|(page, pages)| format!("{page}/{pages}"));
    let parts = [shown.map(String::from), page].into_iter().flatten();
    parts.fold(format!(" {}", clock(now, &look.zone)), |title, part| {
        format!("{title}  {part}")
    })
}

/// Draws the header, with as much of it as fits: the counts and the age before the rest.
pub fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) {
    let Scene { board, look, now } = scene;
    if area.is_empty() {
        return;
    }
    let (freshness, well) = freshness(board, now);
    let age_style = if well {
        look.theme.dim()
    } else {
        look.theme.trouble()
    };
    let width = usize::from(area.width);
    let link = board.link();
    let own = own(link, look);
    let at = format!("{} @ {}{own}", link.user, link.server);
    // That it is live stands at the right.
    let mode = links::rhythm(board.account()).map(|words| (words, look.theme.dim()));
    let warning = link.warning.as_deref();
    let total = |pieces: &[Piece], gap: usize| -> usize {
        pieces.iter().map(|(text, _)| cells(text) + gap).sum()
    };
    let long = count_pieces(scene, true);
    let short = count_pieces(scene, false);
    // From the richest header to the poorest: the first that fits is drawn.
    let mut left: Vec<Vec<Piece>> = Vec::new();
    let named = board.search_on_the_wall();
    let plain = (title(scene, None), look.theme.heading());
    let title = (title(scene, named), look.theme.heading());
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
    let mode = mode.iter();
    left.push(with(
        &[&title, &who].into_iter().chain(mode).collect::<Vec<_>>(),
        &warn,
    ));
    left.push(with(&[&title, &who], &warn));
    left.push(with(&[&title], &warn));
    left.push(with(&[&title], &warn_short));
    left.push(with(&[&plain], &warn_short));
    left.push(with(&[], &warn_short));
    let age = cells(&freshness);
    // A warning in words is worth more than the words at the counts.
    let (in_words, by_sign) = left.split_at(3);
    // Whom a wall shows is worth more than how many they are.
    let none = Vec::new();
    let counted = [Some(&long), Some(&short), named.map(|_| &none)];
    let fitting = [in_words, by_sign].into_iter().flat_map(|left| {
        let with = |counts| left.iter().map(move |left| (left, counts));
        counted.into_iter().flatten().flat_map(with)
    });
    let pick = fitting
        .filter(|(left, counts)| left.len() > 1 || !std::ptr::eq(*counts, &long))
        .filter(|(left, counts)| left.first() == Some(&title) || !std::ptr::eq(*counts, &none))
        .find(|(left, counts)| {
            let gap = if std::ptr::eq(*counts, &long) { 2 } else { 1 };
            total(left, 2) + total(counts, gap) + age < width
        });
    let (left, counts) = pick.unwrap_or((&left[left.len() - 1], &short));
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
pub fn draw_counts_only(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) {
    let Scene { board, look, now } = scene;
    if area.is_empty() {
        return;
    }
    let (_, well) = freshness(board, now);
    let mut x = area.x;
    if !well {
        buffer.set_stringn(x, area.y, "!", 1, look.theme.trouble());
        x += 1;
    }
    for (text, style) in count_pieces(scene, false) {
        let width = cells(&text) as u16;
        if x + width > area.right() {
            break;
        }
        buffer.set_stringn(x, area.y, &text, usize::from(width), style);
        x += width + 1;
    }
}

/// What the server shows of the user, and until when it was set; what was set, as long as nothing is
/// shown.
fn own(link: &Link, look: &Look) -> String {
    let shown = link.shown.as_deref().filter(|_| !link.is_down());
    let set = link.own.filter(|set| {
        let availability = set.own.availability();
        shown.is_none_or(|shown| shown.set_by_hand || shown.availability == availability)
    });
    let (glyph, label) = match (shown, set) {
        (Some(shown), _) => (shown.glyph(look.icons), shown.label()),
        (None, Some(set)) => (set.own.availability().glyph(look.icons), set.own.label()),
        (None, None) => return String::new(),
    };
    let until = set.map_or(String::new(), |set| {
        format!(" until {}", clock(set.until, &look.zone))
    });
    format!(": {glyph} {label}{until}")
}
