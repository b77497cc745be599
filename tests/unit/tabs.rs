//! Several boards in one: saved searches with a digit each.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;
use whosin::board::{Action, Preferences, Tab, UserMessage};
use whosin::tui::Target;

use crate::support::desk::{Desk, SIZES, address, doing, report};

fn tab(name: &str, find: &str) -> Tab {
    Tab {
        name: name.into(),
        find: find.into(),
    }
}

/// Ten people and two saved searches.
fn desk(width: u16, height: u16) -> Desk {
    let preferences = Preferences {
        tabs: vec![tab("Sales", "sales"), tab("Free at the desk", "front free")],
        ..Desk::preferences()
    };
    let mut desk = Desk::with(preferences, width, height);
    desk.staff();
    desk
}

fn press(desk: &mut Desk, character: char) {
    let key = KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE);
    if let Some(message) = desk.look.keys.message(key, &desk.board) {
        desk.send(message);
    }
}

fn shown(desk: &Desk) -> Vec<&str> {
    let places = desk
        .board
        .sections()
        .iter()
        .flat_map(|section| &section.members);
    places
        .map(|&place| desk.board.entry_at(place).name())
        .collect()
}

#[test]
fn the_tabs_stand_below_the_header() {
    for (width, height) in SIZES {
        let mut desk = desk(width, height);
        press(&mut desk, '1');
        assert_snapshot!(format!("tabs_{width}x{height}"), desk.screen());
    }
}

#[test]
fn a_digit_shows_whom_a_saved_search_finds_and_zero_shows_everybody() {
    let mut desk = desk(80, 24);
    press(&mut desk, '2');
    assert_eq!(shown(&desk), ["Ursula One"]);
    press(&mut desk, '0');
    assert_eq!(shown(&desk).len(), 10);
    press(&mut desk, '1');
    assert_eq!(shown(&desk).len(), 3);
    // There is no third.
    press(&mut desk, '3');
    assert_eq!(shown(&desk).len(), 3);
}

#[test]
fn a_search_searches_within_the_tab_and_esc_leaves_the_search_alone() {
    let mut desk = desk(80, 24);
    press(&mut desk, '1');
    desk.act(Action::Find);
    desk.type_text("free");
    assert_eq!(shown(&desk), ["林美玲"]);
    // Digits are text while something is typed.
    press(&mut desk, '0');
    assert_eq!(desk.board.search().unwrap().input.value(), "free0");
    desk.act(Action::Back);
    assert_eq!(shown(&desk).len(), 3);
}

#[test]
fn whoever_becomes_free_comes_onto_a_tab_of_the_free() {
    let mut desk = desk(80, 24);
    press(&mut desk, '2');
    desk.send(report("ben@sie.at", desk.now, doing("<c:available/>")));
    desk.wait(3);
    assert_eq!(shown(&desk), ["Ben Two", "Ursula One"]);
}

#[test]
fn tabs_can_be_clicked() {
    let mut desk = desk(80, 24);
    desk.draw();
    let second = (0..80).find(|&x| desk.targets.at(x, 1) == Some(&Target::Tab(Some(1))));
    assert!(second.is_some());
    assert_eq!(desk.targets.at(1, 1), Some(&Target::Tab(None)));
    desk.send(UserMessage::Tab(Some(1)));
    assert_eq!(shown(&desk), ["Ursula One"]);
}

#[test]
fn a_jump_to_somebody_outside_of_the_tab_leaves_it() {
    let mut desk = desk(80, 24);
    press(&mut desk, '1');
    desk.send(report("ben@sie.at", desk.now, doing("<c:available/>")));
    desk.act(Action::Changed);
    let ben = desk.board.find(&address("ben@sie.at")).unwrap();
    assert!(desk.board.is_selected(ben));
    assert_eq!(desk.board.open_tab(), None);
}

#[test]
fn a_board_without_saved_searches_has_no_line_for_them() {
    let mut desk = Desk::staffed(80, 24);
    let before = desk.screen();
    press(&mut desk, '1');
    assert_eq!(desk.screen(), before);
}
