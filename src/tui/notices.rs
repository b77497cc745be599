//! The lines under the header: problems and notices, the most pressing first.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::fit::{fit, wrap};
use super::look::Look;
use crate::board::{Account, Board, age};
use crate::link::LinkState;

/// A problem or a notice, or one line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The words.
    pub words: String,
    /// Whether it is a problem.
    pub pressing: bool,
}

/// All problems and notices, the most pressing first.
pub fn all(board: &Board, now: Timestamp) -> Vec<Notice> {
    let problem = |words| Notice {
        words,
        pressing: true,
    };
    let notice = board.notice().map(|words| Notice {
        words: words.to_string(),
        pressing: false,
    });
    // The most pressing of each account, then what is wrong with its files.
    let accounts = || board.accounts().iter();
    let links = accounts().filter_map(|account| of_account(account, of_link(account, now)));
    let books = accounts().filter_map(|one| of_account(one, one.book_trouble().map(String::from)));
    let notes = accounts().filter_map(|one| of_account(one, one.notes_trouble().map(String::from)));
    let watches =
        accounts().filter_map(|one| of_account(one, one.watches_trouble().map(String::from)));
    let settings = board.settings_trouble().map(String::from);
    let files = books.chain(notes).chain(watches);
    let problems = links.chain(files).chain(settings);
    problems.map(problem).chain(notice).collect()
}

/// What is wrong with an account, behind the profile that it is of.
fn of_account(account: &Account, words: Option<String>) -> Option<String> {
    let words = words?;
    Some(match account.profile() {
        Some(profile) => format!("{profile}: {words}"),
        None => words,
    })
}

/// What is wrong with the link of an account.
fn of_link(account: &Account, now: Timestamp) -> Option<String> {
    match &account.link().state {
        LinkState::Trouble {
            problem,
            since,
            next_try,
        } => {
            let left = |next_try: Timestamp| next_try.duration_since(now).as_secs().max(0);
            let next = match next_try.map(left) {
                None => String::new(),
                Some(0) => ", trying again now".into(),
                Some(seconds) => format!(", next try in {seconds} s"),
            };
            let lasting = age::seconds(*since, now);
            let (what, advice) = (&problem.what, &problem.advice);
            Some(format!("{what} for {lasting}{next}. {advice}"))
        }
        LinkState::Refused { problem, .. } => {
            let (what, advice) = (&problem.what, &problem.advice);
            let again = match account.profile() {
                Some(profile) => {
                    format!("'whosin --profile {profile}' signs in, then r here.")
                }
                None => "r signs in again.".into(),
            };
            let parts = [format!("{what}."), advice.clone(), again];
            let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            Some(parts.join(" "))
        }
        LinkState::SigningIn | LinkState::Up => None,
    }
}

/// Problems and notices in at most `room` lines (at least one) of this width: the first in whole as
/// far as it goes, for half of a fingerprint or an address is of no use; the rest in one line each.
pub fn lines(board: &Board, now: Timestamp, width: usize, room: usize) -> Vec<Notice> {
    let all = all(board, now);
    let for_first = room.saturating_sub(all.len().saturating_sub(1)).max(1);
    let mut lines = Vec::new();
    for (at, Notice { words, pressing }) in all.into_iter().enumerate() {
        let sign = if pressing { "!" } else { " " };
        let most = if at == 0 { for_first } else { 1 };
        let mut broken = wrap(&words, width.saturating_sub(1).max(1));
        let rest = broken.split_off(most.min(broken.len()) - 1).join(" ");
        broken.push(rest);
        for (at, line) in broken.into_iter().enumerate() {
            let sign = if at == 0 { sign } else { " " };
            let words = fit(&format!("{sign}{line}"), width);
            lines.push(Notice { words, pressing });
        }
    }
    lines.truncate(room);
    lines
}

/// Draws the lines.
pub fn draw(buffer: &mut Buffer, area: Rect, lines: &[Notice], look: &Look) {
    for (y, Notice { words, pressing }) in (area.y..area.bottom()).zip(lines) {
        let style = if *pressing {
            look.theme.trouble()
        } else {
            look.theme.notice()
        };
        buffer.set_stringn(area.x, y, words, area.width.into(), style);
    }
}
