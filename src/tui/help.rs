//! All keys, as they are bound, the connection and the signs, narrowed by what is typed.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use tui_input::Input;

use super::fit::{cells, fit};
use super::keys::{BINDINGS, Binding};
use super::look::{Look, Scene};
use super::page::Page;
use super::pane;
use crate::board::{Account, Action};
use crate::link::{Link, Mode};
use crate::presence::{Availability, Kind};

/// Draws the help.
pub fn draw(
    screen: &mut Frame<'_>,
    area: Rect,
    query: &Input,
    Scene { board, look, .. }: Scene<'_>,
    scroll: usize,
) -> usize {
    let inside = pane::frame(screen.buffer_mut(), area, "Help", look);
    if inside.height < 2 {
        return 0;
    }
    let prompt = "Search: ";
    let at = inside.x + cells(prompt) as u16;
    let room = usize::from(inside.right().saturating_sub(at)).max(1);
    let buffer = screen.buffer_mut();
    buffer.set_stringn(
        inside.x,
        inside.y,
        prompt,
        usize::from(inside.width),
        look.theme.dim(),
    );
    buffer.set_stringn(
        at,
        inside.y,
        fit(query.value(), room),
        room,
        look.theme.name(),
    );
    let below = Rect {
        y: inside.y + 1,
        height: inside.height - 1,
        ..inside
    };
    let page = page(query.value(), board.accounts(), inside.width, look);
    let last = page.draw(buffer, below, scroll);
    let cursor = query.visual_cursor().min(room - 1) as u16;
    screen.set_cursor_position(Position::new(at + cursor, inside.y));
    last
}

/// The details of the connections: what is out of the ordinary, and the rest.
fn connections(accounts: &[Account]) -> (Vec<String>, Vec<String>) {
    let all = accounts.iter().map(|account| {
        let of_profile = |words: String| match account.profile() {
            Some(profile) => format!("{profile}: {words}"),
            None => words,
        };
        let (pressing, usual) = connection(account.link());
        let named = |words: Vec<String>| words.into_iter().map(of_profile).collect::<Vec<_>>();
        (named(pressing), named(usual))
    });
    let (pressing, usual): (Vec<_>, Vec<_>) = all.unzip();
    (pressing.concat(), usual.concat())
}

/// The same of one connection.
fn connection(link: &Link) -> (Vec<String>, Vec<String>) {
    let how = match link.mode {
        Mode::Live => "live: the server notifies of changes as they happen".into(),
        Mode::Every(round) => format!(
            "the server is asked for everybody every {} s",
            round.as_secs_f32().round()
        ),
    };
    let who = format!("signed in at {} as {}", link.server, link.user);
    let pressing = link.warning.iter().chain(&link.remark);
    (pressing.cloned().collect(), vec![who, how])
}

fn page<'a>(query: &str, accounts: &[Account], width: u16, look: &'a Look) -> Page<'a> {
    const KEYS: usize = 14;
    let query = query.trim().to_lowercase();
    let fits = |text: &str| {
        query
            .split_whitespace()
            .all(|word| text.to_lowercase().contains(word))
    };
    let mut page = Page::new(width, look);
    let mut row = |left: &str, style, words: &str| page.labelled(left, KEYS, style, words);
    // What is out of the ordinary stands first.
    let (pressing, usual) = connections(accounts);
    for words in &pressing {
        if fits(&format!("link connection {words}")) {
            row("link", look.theme.trouble(), words);
        }
    }
    let elsewhere = |action: Action| matches!(action, Action::Demo | Action::Trust);
    for Binding {
        action, name, help, ..
    } in BINDINGS
    {
        if elsewhere(*action) {
            continue;
        }
        let keys: Vec<String> = look
            .keys
            .of(*action)
            .iter()
            .map(ToString::to_string)
            .collect();
        let keys = keys.join(" ");
        if !keys.is_empty() && fits(&format!("{keys} {name} {help}")) {
            row(&keys, look.theme.key(), help);
        }
    }
    let others = "other keys: [keys] in config.toml, as 'whosin config example' lists them";
    if fits(others) {
        row("", look.theme.dim(), others);
    }
    for words in &usual {
        if fits(&format!("link connection {words}")) {
            row("link", look.theme.dim(), words);
        }
    }
    for kind in Kind::all() {
        let Some(availability) = kind.availability() else {
            continue;
        };
        if fits(&format!("{} {}", kind.details(), kind.name())) {
            row(
                kind.glyph(look.icons),
                look.theme.state(availability),
                kind.details(),
            );
        }
    }
    let unsure = "after a state: not confirmed any more; the state is the last that was heard";
    if fits(unsure) {
        let glyph = Availability::Unknown.glyph(look.icons);
        row(glyph, look.theme.dim(), unsure);
    }
    if page.is_empty() {
        page.line(Line::styled("Nothing fits.", look.theme.dim()));
    }
    page
}
