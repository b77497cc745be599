//! Who has changed lately, and what happened while nobody was at the desk.

use insta::assert_snapshot;
use jiff::SignedDuration;
use whosin::board::{AccountMessage, Action};

use crate::support::desk::{Desk, contact, doing, own, report, themes};
use whosin::tui::Depth;

/// Three people, of whom everybody is asked each minute for five minutes.
fn desk(width: u16, height: u16) -> Desk {
    let mut desk = Desk::empty(width, height);
    let people = [
        ("ann", "Ann Lee"),
        ("ben", "Ben Two"),
        ("cleo", "Cleo Park"),
    ];
    let people = people.map(|(user, name)| contact(&format!("{user}@sie.at"), name, "Sales"));
    desk.send(own(AccountMessage::Contacts(people.to_vec())));
    for user in ["ann", "ben", "cleo"] {
        answer(&mut desk, user, "<c:available/>");
    }
    desk
}

fn answer(desk: &mut Desk, user: &str, activities: &str) {
    let who = format!("{user}@sie.at");
    desk.send(report(&who, desk.now, doing(activities)));
}

fn selected(desk: &Desk) -> &str {
    desk.board.selected().map_or("", |entry| entry.name())
}

#[test]
fn a_key_goes_to_whoever_changed_last_and_from_there_to_the_one_before() {
    let mut desk = desk(80, 24);
    desk.wait(20);
    answer(&mut desk, "ann", "<r:lunch/>");
    desk.wait(20);
    answer(&mut desk, "cleo", "<r:meeting/>");
    desk.wait(3);
    for wanted in ["Cleo Park", "Ann Lee", "Cleo Park"] {
        desk.act(Action::Changed);
        assert_eq!(selected(&desk), wanted);
    }
    // Ann's change is older than a minute now.
    desk.wait(38);
    desk.act(Action::Changed);
    assert_eq!(selected(&desk), "Cleo Park");
    desk.act(Action::Changed);
    assert_eq!(selected(&desk), "Cleo Park");
    desk.wait(60);
    desk.act(Action::Changed);
    assert_eq!(
        desk.board.notice(),
        Some("Nobody has changed in the last minute")
    );
}

#[test]
fn a_key_goes_to_somebody_in_a_folded_group_or_outside_of_the_search() {
    let mut desk = desk(80, 24);
    desk.act(Action::FoldAll);
    desk.wait(5);
    answer(&mut desk, "ben", "<r:lunch/>");
    desk.act(Action::Changed);
    assert_eq!(selected(&desk), "Ben Two");
    desk.act(Action::Find);
    desk.type_text("ann");
    desk.act(Action::Open);
    desk.act(Action::Changed);
    assert_eq!(selected(&desk), "Ben Two");
    assert!(desk.board.search().is_none());
}

#[test]
fn whoever_comes_back_to_the_desk_hears_how_many_changed_and_can_read_who() {
    let mut desk = desk(120, 20);
    desk.wait(10);
    answer(&mut desk, "ann", "<r:lunch/>");
    desk.act(Action::Down);
    desk.pass(SignedDuration::from_mins(20));
    for (user, state) in [
        ("ben", "<r:meeting/>"),
        ("cleo", "<c:unavailable/>"),
        ("ann", "<r:lunch/>"),
    ] {
        answer(&mut desk, user, state);
        desk.wait(60);
    }
    desk.pass(SignedDuration::from_mins(2));
    answer(&mut desk, "ben", "<c:available/>");
    desk.act(Action::Down);
    assert_eq!(
        desk.board.notice(),
        Some("2 people changed while you were away: L lists them")
    );
    desk.act(Action::Lately);
    assert_snapshot!("lately-120x20", desk.screen());
    for (width, height) in [(80, 24), (40, 20), (20, 6)] {
        (desk.width, desk.height) = (width, height);
        assert_snapshot!(format!("lately-{width}x{height}"), desk.screen());
    }
}

#[test]
fn a_short_rest_of_the_hand_is_no_absence_and_nothing_is_said_of_nothing() {
    let mut desk = desk(80, 24);
    desk.act(Action::Down);
    desk.pass(SignedDuration::from_mins(4));
    answer(&mut desk, "ben", "<r:meeting/>");
    desk.act(Action::Down);
    assert_eq!(
        (desk.board.notice(), desk.board.absent_since()),
        (None, None)
    );
    desk.pass(SignedDuration::from_mins(6));
    desk.act(Action::Down);
    assert_eq!(desk.board.notice(), None);
    assert!(desk.board.absent_since().is_some());
}

#[test]
fn a_first_state_and_a_time_without_answers_are_nothing_that_happened() {
    let mut desk = desk(80, 24);
    desk.wait(30);
    assert_eq!(desk.board.what_happened(desk.now).len(), 0);
    let nobody_answers = whosin::link::Outcome::NotAnswered;
    desk.send(crate::support::desk::outcome(
        "ann@sie.at",
        desk.now,
        nobody_answers,
    ));
    desk.wait(30);
    answer(&mut desk, "ann", "<c:available/>");
    assert_eq!(desk.board.what_happened(desk.now).len(), 0);
}

#[test]
fn what_was_so_in_between_is_not_drawn_as_if_it_were_so_still() {
    let mut desk = desk(80, 24);
    desk.look.theme = themes("dark", Depth::True).theme();
    for state in ["<r:lunch/>", "<r:meeting/>"] {
        desk.wait(10);
        answer(&mut desk, "ann", state);
    }
    let happened = desk.board.what_happened(desk.now);
    let still: Vec<bool> = happened.iter().map(|one| one.is_still_so).collect();
    assert_eq!(still, [true, false]);
}
