//! The header, the heading of a group and the tile of a contact agree on who is free, by whatever way
//! a state becomes stale.

use jiff::SignedDuration;
use whosin::board::{
    AccountMessage, Action, Effect, Message, Order, TerminalEffect, UserMessage, View,
};
use whosin::link::{LinkState, Mode, Outcome, Problem};

use crate::support::desk::{Desk, contact, doing, id, link, outcome, own, report, start};

/// Two who are free, in one group, of a link that polls every 5 s: stale after 60 s.
fn two(view: View) -> Desk {
    let mut desk = Desk::empty(140, 16);
    let people = [
        contact("ann@sie.at", "Ann", "Desk"),
        contact("ben@sie.at", "Ben", "Desk"),
    ];
    desk.send(own(AccountMessage::Contacts(people.to_vec())));
    for who in ["ann@sie.at", "ben@sie.at"] {
        desk.send(report(who, desk.now, doing("<c:available/>")));
    }
    while desk.board.view() != Some(view) {
        desk.act(Action::View);
    }
    desk
}

/// What the screen says: free by the header, free by the heading, free by the contacts themselves.
fn free(desk: &mut Desk) -> [usize; 3] {
    let screen = desk.screen();
    let number = |end: &str| {
        let before = &screen[..screen.find(end).unwrap_or_else(|| panic!("{screen}"))];
        let digits = before.rsplit(|letter: char| !letter.is_ascii_digit());
        digits.into_iter().next().unwrap().parse().unwrap()
    };
    [
        number(" free"),
        number("/2 free"),
        screen.matches("Available").count(),
    ]
}

#[test]
fn they_agree_when_an_answer_leaves_someone_out() {
    for view in [View::Tiles, View::List] {
        let mut desk = two(view);
        assert_eq!(free(&mut desk), [2; 3]);
        desk.send(outcome("ann@sie.at", desk.now, Outcome::NotAnswered));
        assert_eq!(free(&mut desk), [1; 3]);
        desk.send(report("ann@sie.at", desk.now, doing("<c:available/>")));
        assert_eq!(free(&mut desk), [2; 3]);
    }
}

#[test]
fn they_agree_when_the_link_breaks() {
    let mut desk = two(View::Tiles);
    let problem = Problem {
        what: "cup.sie.at does not answer".into(),
        advice: String::new(),
    };
    desk.send(own(AccountMessage::Link(link(LinkState::Trouble {
        problem,
        since: desk.now,
        next_try: Some(desk.now + SignedDuration::from_secs(5)),
    }))));
    assert_eq!(free(&mut desk), [0; 3]);
}

#[test]
fn they_agree_when_a_state_turns_stale_by_time_alone() {
    for view in [View::Tiles, View::List] {
        let mut desk = two(view);
        desk.now += SignedDuration::from_secs(30);
        desk.send(report("ben@sie.at", desk.now, doing("<c:available/>")));
        // No message but the ticks that the board itself wants.
        let end = start() + SignedDuration::from_secs(61);
        while let Some(next) = desk.board.next_change(desk.now).filter(|next| *next < end) {
            desk.now = next;
            desk.send(Message::Tick);
        }
        assert_eq!(free(&mut desk), [1; 3]);
    }
}

#[test]
fn a_board_wakes_when_a_state_that_is_out_of_sight_turns_stale() {
    let mut desk = two(View::Tiles);
    desk.act(Action::FoldGroup);
    assert_eq!(free(&mut desk)[..2], [2, 2]);
    // No age is in sight, and the header counts minutes: only the counts can change.
    let slow = Mode::Every(std::time::Duration::from_secs(100));
    desk.send(own(AccountMessage::Link(whosin::link::Link {
        mode: slow,
        ..link(LinkState::Up)
    })));
    let mut wakes = Vec::new();
    while wakes.len() < 100 && free(&mut desk)[0] > 0 {
        desk.now = desk.board.next_change(desk.now).unwrap();
        desk.send(Message::Tick);
        wakes.push(desk.now);
    }
    let last = wakes.last().copied().unwrap();
    assert_eq!(last.duration_since(start()).as_secs(), 300);
    assert_eq!(free(&mut desk)[..2], [0, 0]);
}

#[test]
fn orders_and_filters_by_state_follow_what_turns_stale_by_time_alone() {
    // By state, who is fresh stands first.
    let mut desk = two(View::List);
    desk.act(Action::Sort);
    assert_eq!(desk.board.order(), Order::State);
    desk.now += SignedDuration::from_secs(30);
    desk.send(report("ben@sie.at", desk.now, doing("<c:available/>")));
    let places = |desk: &mut Desk| {
        let screen = desk.screen();
        (screen.find("Ann").unwrap(), screen.find("Ben").unwrap())
    };
    let (ann, ben) = places(&mut desk);
    assert!(ann < ben);
    desk.wait(31);
    let (ann, ben) = places(&mut desk);
    assert!(ben < ann);

    // An offline contact is hidden only as long as that is sure.
    let mut desk = two(View::List);
    desk.send(report("ann@sie.at", desk.now, doing("<c:unavailable/>")));
    desk.act(Action::HideOffline);
    assert!(!desk.screen().contains("Ann"));
    desk.wait(61);
    assert!(desk.screen().contains("was offline"), "{}", desk.screen());
    assert!(desk.screen().contains("Ann"));
}

#[test]
fn a_watch_does_not_ring_for_a_state_that_has_turned_stale_meanwhile() {
    let mut desk = two(View::Tiles);
    desk.send(report("ann@sie.at", desk.now, doing("<c:meeting/>")));
    desk.send(UserMessage::Select(id("ann@sie.at")));
    desk.act(Action::Watch);
    desk.send(report("ann@sie.at", desk.now, doing("<c:available/>")));
    // The machine slept: the next thing that happens is long after the bell was due.
    let rings = |effects: &[Effect]| {
        let ring =
            |effect: &Effect| matches!(effect, Effect::Terminal(TerminalEffect::Ring { .. }));
        effects.iter().any(ring)
    };
    assert!(!rings(&desk.wait(120)));
    desk.send(report("ann@sie.at", desk.now, doing("<c:available/>")));
    assert!(rings(&desk.wait(3)));
}
