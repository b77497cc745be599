//! Watches that several boards share: whom a board waits for, and what ends that.

use jiff::SignedDuration;
use whosin::board::{
    AccountEffect, AccountMessage, Action, Effect, Preferences, TerminalEffect, UserMessage,
    WorldEffect,
};
use whosin::board::{AccountId, ContactId};
use whosin::operator::{DeskWatch, DeskWatches, Repeat, Rung, WatchEdit, Watched};

use crate::support::desk::{Desk, address, contact, doing, own, report, start, wanted};

fn ben() -> Watched {
    Watched::Contact(address("ben@sie.at"))
}

fn watch(whom: Watched) -> DeskWatch {
    DeskWatch {
        whom,
        repeat: Repeat::Once,
        by: "eva".into(),
        at: start(),
        rung: None,
    }
}

fn watches(all: &[DeskWatch]) -> DeskWatches {
    let mut watches = DeskWatches::default();
    for watch in all {
        watches.apply(WatchEdit::Put(watch.clone()));
    }
    watches
}

/// What is on disk comes onto the board, with its changes up to that number.
fn read(desk: &mut Desk, watches: DeskWatches, number: u64) -> Vec<Effect> {
    desk.send(own(AccountMessage::Watches { watches, number }))
}

fn saved(effects: &[Effect]) -> Vec<(u64, WatchEdit)> {
    let edit = |effect: &Effect| match effect {
        Effect::World(WorldEffect::Account(
            AccountId::MAIN,
            AccountEffect::Watch { number, edit },
        )) => Some((*number, edit.clone())),
        _ => None,
    };
    effects.iter().filter_map(edit).collect()
}

fn rings(effects: &[Effect]) -> Vec<String> {
    let words = |effect: &Effect| match effect {
        Effect::Terminal(TerminalEffect::Ring { words, .. }) => Some(words.clone()),
        _ => None,
    };
    effects.iter().filter_map(words).collect()
}

fn is_watched(desk: &Desk, who: &str) -> bool {
    desk.board.find(&address(who)).unwrap().watch.is_some()
}

/// The same watch, which has rung for Ben at that time.
fn rung(watch: &DeskWatch, at: jiff::Timestamp) -> DeskWatch {
    let who = address("ben@sie.at");
    let rung = Some(Rung { at, who });
    DeskWatch {
        rung,
        ..watch.clone()
    }
}

fn select(desk: &mut Desk, who: &str) {
    let id = ContactId::main(address(who));
    desk.send(UserMessage::Select(id));
}

#[test]
fn each_step_of_a_watch_is_saved() {
    let mut desk = Desk::staffed(80, 24);
    select(&mut desk, "ben@sie.at");
    for (number, repeat) in [
        (1, Some(Repeat::Once)),
        (2, Some(Repeat::Always)),
        (3, None),
    ] {
        let edit = match repeat {
            Some(repeat) => WatchEdit::Put(DeskWatch {
                repeat,
                by: "klmt".into(),
                ..watch(ben())
            }),
            None => WatchEdit::Clear(ben()),
        };
        assert_eq!(saved(&desk.act(Action::Watch)), [(number, edit)]);
        assert_eq!(is_watched(&desk, "ben@sie.at"), repeat.is_some());
    }
}

#[test]
fn a_watch_of_another_board_shows_with_its_author_rings_and_is_over() {
    let mut desk = Desk::staffed(120, 32);
    read(&mut desk, watches(&[watch(ben())]), 0);
    assert!(is_watched(&desk, "ben@sie.at"));
    select(&mut desk, "ben@sie.at");
    desk.act(Action::Open);
    let screen = desk.screen();
    assert!(
        screen.contains("rings once; set by eva at 09:14"),
        "{screen}"
    );
    desk.send(report("ben@sie.at", desk.now, doing("<c:available/>")));
    let effects = desk.wait(3);
    assert_eq!(rings(&effects), ["Ben Two is free"]);
    let edit = WatchEdit::Ring {
        whom: ben(),
        set: start(),
        rung: Rung {
            at: desk.now,
            who: address("ben@sie.at"),
        },
    };
    assert_eq!(saved(&effects), [(1, edit)]);
    assert!(!is_watched(&desk, "ben@sie.at"));
    // What the board has rung for does not ring again when it is on disk.
    let on_disk = watches(&[rung(&watch(ben()), desk.now)]);
    assert!(rings(&read(&mut desk, on_disk, 1)).is_empty());
}

#[test]
fn what_has_just_rung_on_another_board_rings_here_and_is_asked_for() {
    let mut desk = Desk::staffed(80, 24);
    for whom in [ben(), Watched::Group(Some("Front desk".into()))] {
        let open = watch(whom);
        read(&mut desk, watches(std::slice::from_ref(&open)), 0);
        assert!(is_watched(&desk, "ben@sie.at"));
        desk.wait(2);
        let over = watches(&[rung(&open, desk.now)]);
        let effects = read(&mut desk, over, 0);
        assert_eq!(rings(&effects), ["Ben Two is free"]);
        let asked = wanted(AccountEffect::PollNow(vec![address("ben@sie.at")]));
        assert!(effects.contains(&asked));
        assert!(saved(&effects).is_empty());
        assert!(!is_watched(&desk, "ben@sie.at"));
    }
}

#[test]
fn what_rang_before_the_board_was_opened_or_long_ago_is_silent() {
    let mut opened_later = Desk::staffed(80, 24);
    let now = opened_later.now;
    let over = watches(&[rung(&watch(ben()), now)]);
    assert!(rings(&read(&mut opened_later, over, 0)).is_empty());
    assert!(!is_watched(&opened_later, "ben@sie.at"));

    let mut slept = Desk::staffed(80, 24);
    read(&mut slept, watches(&[watch(ben())]), 0);
    let rang = slept.now;
    slept.now += SignedDuration::from_mins(5);
    let over = watches(&[rung(&watch(ben()), rang)]);
    assert!(rings(&read(&mut slept, over, 0)).is_empty());
    assert!(!is_watched(&slept, "ben@sie.at"));

    // One that is cleared is no reason to ring either.
    let mut cleared = Desk::staffed(80, 24);
    read(&mut cleared, watches(&[watch(ben())]), 0);
    assert!(rings(&read(&mut cleared, DeskWatches::default(), 0)).is_empty());
    assert!(!is_watched(&cleared, "ben@sie.at"));
}

#[test]
fn whoever_is_free_already_when_the_next_shift_opens_its_board_rings() {
    let mut desk = Desk::empty(80, 24);
    let people = vec![contact("ben@sie.at", "Ben Two", "Front desk")];
    desk.send(own(AccountMessage::Contacts(people)));
    read(&mut desk, watches(&[watch(ben())]), 0);
    desk.send(report("ben@sie.at", desk.now, doing("<c:available/>")));
    assert_eq!(rings(&desk.wait(3)), ["Ben Two is free"]);
}

#[test]
fn what_is_read_before_the_boards_own_change_is_on_disk_takes_nothing_back() {
    let mut desk = Desk::staffed(80, 24);
    select(&mut desk, "ben@sie.at");
    desk.act(Action::Watch);
    read(&mut desk, DeskWatches::default(), 0);
    assert!(is_watched(&desk, "ben@sie.at"));
    read(&mut desk, DeskWatches::default(), 1);
    assert!(!is_watched(&desk, "ben@sie.at"));
}

#[test]
fn the_watch_on_a_group_leaves_the_watches_on_its_members_alone() {
    let mut desk = Desk::staffed(80, 24);
    select(&mut desk, "carla@sie.at");
    desk.act(Action::Watch);
    let group = desk.act(Action::WatchGroup);
    assert_eq!(saved(&group).len(), 1);
    for who in ["ben@sie.at", "carla@sie.at", "dan@sie.at"] {
        assert!(is_watched(&desk, who), "{who}");
    }
    assert!(!is_watched(&desk, "zoe@sie.at"));
    desk.send(report("ben@sie.at", desk.now, doing("<c:available/>")));
    assert_eq!(rings(&desk.wait(3)), ["Ben Two is free"]);
    assert!(is_watched(&desk, "carla@sie.at"));
    assert!(!is_watched(&desk, "dan@sie.at"));
    // Whoever comes into a watched group is watched, too.
    desk.act(Action::WatchGroup);
    let new = contact("new@sie.at", "New", "Front desk");
    let mut people: Vec<_> = desk
        .board
        .entries()
        .map(|entry| entry.contact.clone())
        .collect();
    people.push(new);
    desk.send(own(AccountMessage::Contacts(people)));
    assert!(is_watched(&desk, "new@sie.at"));
    let ends = desk.act(Action::WatchGroup);
    let group = Watched::Group(Some("Front desk".into()));
    assert_eq!(saved(&ends)[0].1, WatchEdit::Clear(group));
    assert!(!is_watched(&desk, "new@sie.at") && is_watched(&desk, "carla@sie.at"));
}

#[test]
fn a_wall_waits_for_nobody() {
    let preferences = Preferences {
        wall: true,
        ..Desk::preferences()
    };
    let mut desk = Desk::with(preferences, 80, 24);
    desk.staff();
    read(&mut desk, watches(&[watch(ben())]), 0);
    desk.send(report("ben@sie.at", desk.now, doing("<c:available/>")));
    let effects = desk.wait(5);
    assert!(rings(&effects).is_empty() && saved(&effects).is_empty());
}

#[test]
fn a_file_of_watches_that_cannot_be_read_is_said_until_it_is_mended() {
    let mut desk = Desk::staffed(80, 24);
    let words = "watches.toml, line 1: no".to_string();
    desk.send(own(AccountMessage::WatchesTrouble(Some(words.clone()))));
    assert!(desk.screen().contains(&words));
    desk.send(own(AccountMessage::WatchesTrouble(None)));
    assert!(!desk.screen().contains(&words));
}
