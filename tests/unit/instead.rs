//! 'Schmidt in Sales?': who is searched for, and who can take the call instead.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;
use jiff::SignedDuration;
use whosin::board::{AccountMessage, Action, Preferences, UserMessage};
use whosin::contacts::Contact;

use crate::support::desk::{Desk, contact, doing, own, report};

const PEOPLE: [(&str, &str, &str, &str); 7] = [
    ("schmidt", "Sara Schmidt", "Sales", "<r:meeting/>"),
    ("ann", "Ann Lee", "Sales", "<c:available/>"),
    ("ben", "Ben Two", "Sales", "<c:available/>"),
    ("cleo", "Cleo Park", "Sales", "<r:lunch/>"),
    ("dan", "Dan Roth", "Support", "<c:available/>"),
    ("schmid", "Max Schmid", "Support", "<c:available/>"),
    ("eve", "Eve Five", "", "<c:away/>"),
];

fn desk(preferences: Preferences, width: u16, height: u16) -> Desk {
    let mut desk = Desk::with(preferences, width, height);
    let people = PEOPLE.map(|(user, name, group, _)| Contact {
        number: Some(format!("+43 1 555 {:04}", user.len())),
        group: Some(group.to_string()).filter(|group| !group.is_empty()),
        ..contact(&format!("{user}@sie.at"), name, "")
    });
    desk.send(own(AccountMessage::Contacts(people.to_vec())));
    // Ben has been free for longer than Ann.
    let early = desk.now - SignedDuration::from_mins(30);
    desk.board
        .update(report("ann@sie.at", early, doing("<r:lunch/>")), early);
    desk.board
        .update(report("ben@sie.at", early, doing("<c:available/>")), early);
    for (user, .., state) in PEOPLE {
        desk.send(report(&format!("{user}@sie.at"), desk.now, doing(state)));
    }
    desk
}

fn find(desk: &mut Desk, words: &str) {
    desk.act(Action::Find);
    desk.type_text(words);
}

fn headings(desk: &Desk) -> Vec<String> {
    let sections = desk.board.sections().iter();
    sections
        .map(|section| section.heading.words().into())
        .collect()
}

fn press(desk: &mut Desk, code: KeyCode, modifiers: KeyModifiers) {
    let key = KeyEvent::new(code, modifiers);
    if let Some(message) = desk.look.keys.message(key, &desk.board) {
        desk.draw();
        desk.send(message);
    }
}

#[test]
fn below_who_is_not_free_stand_those_of_the_group_who_are() {
    for (width, height) in [(120, 20), (80, 20), (40, 14), (30, 10), (20, 8)] {
        let mut desk = desk(Desk::preferences(), width, height);
        find(&mut desk, "schmidt");
        assert_snapshot!(format!("instead-{width}x{height}"), desk.screen());
    }
}

#[test]
fn in_the_narrowest_pane_an_extension_stands_behind_the_name_and_a_long_number_does_not() {
    let mut desk = desk(Desk::preferences(), 20, 12);
    let extension = |mut contact: Contact| {
        contact.number = Some("3216".into()).filter(|_| contact.address.user() == "ann");
        contact
    };
    let people: Vec<Contact> = desk
        .board
        .entries()
        .map(|entry| extension(entry.contact.clone()))
        .collect();
    desk.send(own(AccountMessage::Contacts(people)));
    find(&mut desk, "schmidt");
    let screen = desk.screen();
    assert!(screen.contains("Ann Lee    3216"), "{screen}");
    // The flag of a watch has its place, too.
    desk.act(Action::Open);
    desk.act(Action::Down);
    desk.act(Action::Down);
    desk.act(Action::Watch);
    desk.pass(SignedDuration::from_secs(11));
    let screen = desk.screen();
    assert!(screen.contains("Ann Lee  ⚑ 3216"), "{screen}");
}

#[test]
fn whoever_has_been_free_longest_comes_first_and_enter_down_call_reaches_them() {
    let mut desk = desk(Desk::preferences(), 80, 20);
    find(&mut desk, "schmidt");
    desk.act(Action::Open);
    desk.act(Action::Down);
    assert_eq!(desk.board.selected().unwrap().name(), "Ben Two");
    let effects = desk.act(Action::Call);
    assert!(format!("{effects:?}").contains("0003"), "{effects:?}");
    // The search counts those who were found.
    assert_eq!(desk.board.found(), 1);
}

#[test]
fn whoever_is_free_needs_nobody_instead_and_a_search_by_state_asks_for_nobody() {
    let mut desk = desk(Desk::preferences(), 80, 20);
    for (words, wanted) in [
        ("ann", vec!["Sales"]),
        ("busy", vec!["Sales"]),
        ("eve", vec!["No group"]),
        ("nobody", vec![]),
        // All of Sales is found: nobody is left who could stand in.
        ("sales", vec!["Sales"]),
    ] {
        find(&mut desk, words);
        assert_eq!(headings(&desk), wanted, "{words}");
        desk.act(Action::Back);
    }
}

#[test]
fn a_group_mate_who_is_not_free_any_more_leaves_the_list() {
    let mut desk = desk(Desk::preferences(), 80, 20);
    find(&mut desk, "schmidt");
    for user in ["ann", "ben"] {
        desk.send(report(
            &format!("{user}@sie.at"),
            desk.now,
            doing("<r:meeting/>"),
        ));
    }
    desk.wait(3);
    assert_eq!(headings(&desk), ["Sales"]);
}

fn typing_finds() -> Preferences {
    Preferences {
        type_to_find: true,
        ..Desk::preferences()
    }
}

#[test]
fn a_letter_starts_the_search_where_that_is_set_and_alt_gives_the_command() {
    let mut desk = desk(typing_finds(), 80, 20);
    for letter in "schmidt".chars() {
        press(&mut desk, KeyCode::Char(letter), KeyModifiers::NONE);
    }
    assert_eq!(desk.board.search().unwrap().input.value(), "schmidt");
    press(&mut desk, KeyCode::Enter, KeyModifiers::NONE);
    assert_eq!(desk.board.selected().unwrap().name(), "Sara Schmidt");
    // With somebody in hand letters are commands: this one opens the menu of actions.
    press(&mut desk, KeyCode::Char('x'), KeyModifiers::NONE);
    assert!(desk.screen().contains("Call by SIP"), "{}", desk.screen());
    press(&mut desk, KeyCode::Esc, KeyModifiers::NONE);
    press(&mut desk, KeyCode::Esc, KeyModifiers::NONE);
    press(&mut desk, KeyCode::Char('o'), KeyModifiers::ALT);
    assert!(desk.board.hides_offline());
    assert!(desk.board.search().is_none());
    assert!(desk.screen().contains("alt-a add"), "{}", desk.screen());
}

#[test]
fn signs_and_control_keys_keep_their_meaning_while_letters_find() {
    let desk = desk(typing_finds(), 80, 20);
    for (code, modifiers, action) in [
        (KeyCode::Char('/'), KeyModifiers::NONE, Action::Find),
        (KeyCode::Char('?'), KeyModifiers::NONE, Action::Help),
        (KeyCode::Char(' '), KeyModifiers::NONE, Action::Mark),
        (KeyCode::Char('c'), KeyModifiers::CONTROL, Action::Quit),
        (KeyCode::Down, KeyModifiers::NONE, Action::Down),
        (KeyCode::Char('q'), KeyModifiers::ALT, Action::Quit),
    ] {
        let message = desk
            .look
            .keys
            .message(KeyEvent::new(code, modifiers), &desk.board);
        assert!(
            matches!(message, Some(UserMessage::Act(one)) if one == action),
            "{code:?}: {message:?}"
        );
    }
}
