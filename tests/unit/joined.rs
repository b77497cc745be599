//! A board with the contacts of a joined profile: two links side by side.

use std::time::Duration;

use insta::assert_snapshot;
use jiff::SignedDuration;
use whosin::board::{
    AccountEffect, AccountId, AccountMessage, Action, ContactId, Cursor, Effect, Standing,
    UserMessage, View, WorldEffect, WorldMessage,
};
use whosin::contacts::{Contact, Edit};
use whosin::link::{Link, LinkState, Mode, Outcome, Problem, Report, SignIn};
use whosin::operator::{NoteEdit, OperatorNotes};
use whosin::presence::Availability;

use crate::support::desk::{Desk, address, contact, doing, id, link, own, report, start};

const MUNICH: AccountId = AccountId::joined(0);

/// A message for the joined profile.
fn of_munich(message: AccountMessage) -> WorldMessage {
    WorldMessage::Account(MUNICH, message)
}

/// Who has this address in the book of the joined profile.
fn in_munich(text: &str) -> ContactId {
    ContactId {
        account: MUNICH,
        address: address(text),
    }
}

fn munich(state: LinkState) -> Link {
    Link {
        server: "cup.munich.example".into(),
        user: "hofer".into(),
        mode: Mode::Every(Duration::from_secs(30)),
        ..link(state)
    }
}

fn trouble() -> LinkState {
    LinkState::Trouble {
        problem: Problem {
            what: "The server does not answer".into(),
            advice: "Is the VPN up?".into(),
        },
        since: start(),
        next_try: Some(start() + SignedDuration::from_secs(4)),
    }
}

/// The ten people of the board's own book, and three of munich, where Ben is, too.
fn desk(width: u16, height: u16) -> Desk {
    let mut desk = Desk::staffed(width, height);
    join(&mut desk);
    desk
}

fn join(desk: &mut Desk) {
    let link = munich(LinkState::SigningIn);
    desk.send(WorldMessage::Joined(vec![("munich".into(), link)]));
    let people = [
        contact("ben@sie.at", "Ben Two", "Munich hall"),
        contact("fritz@m.example", "Fritz Huber", "Munich hall"),
        contact("anna@m.example", "Anna Bauer", "Sales"),
    ];
    desk.send(of_munich(AccountMessage::Contacts(people.to_vec())));
    desk.send(of_munich(AccountMessage::Link(munich(LinkState::Up))));
    for (who, activities) in [
        ("ben@sie.at", "<c:available/>"),
        ("fritz@m.example", "<c:available/>"),
        ("anna@m.example", "<c:dnd/>"),
    ] {
        desk.send(from_munich(who, activities));
    }
}

fn from_munich(who: &str, activities: &str) -> WorldMessage {
    match report(who, start(), doing(activities)) {
        WorldMessage::Account(_, message) => of_munich(message),
        other => other,
    }
}

fn standing(desk: &Desk, id: &ContactId) -> Standing {
    let entry = desk.board.entry(id).unwrap();
    desk.board.standing(entry, desk.now)
}

fn availability(desk: &Desk, id: &ContactId) -> Option<Availability> {
    desk.board.entry(id).unwrap().availability()
}

/// What is saved, and in whose book.
fn saved(effects: &[Effect]) -> Vec<(AccountId, Vec<Edit>)> {
    let saves = effects.iter().filter_map(|effect| match effect {
        Effect::World(WorldEffect::Account(account, AccountEffect::Save(edits))) => {
            Some((*account, edits.clone()))
        }
        _ => None,
    });
    saves.collect()
}

#[test]
fn the_trouble_of_one_link_doubts_only_its_people() {
    let mut desk = desk(120, 32);
    let (fritz, ursula) = (in_munich("fritz@m.example"), id("ursula@sie.at"));
    let before = desk.board.counts(desk.now);
    desk.send(of_munich(AccountMessage::Link(munich(trouble()))));
    assert_eq!(standing(&desk, &fritz), Standing::Stale);
    assert_eq!(standing(&desk, &ursula), Standing::Fresh);
    let doubted = desk.board.counts(desk.now);
    assert_eq!(doubted.stale, before.stale + 3);

    desk.send(of_munich(AccountMessage::Link(munich(LinkState::Up))));
    assert_eq!(desk.board.counts(desk.now), before);
    desk.send(own(AccountMessage::Link(link(trouble()))));
    assert_eq!(standing(&desk, &fritz), Standing::Fresh);
    assert_eq!(standing(&desk, &ursula), Standing::Stale);
}

#[test]
fn what_one_link_reports_never_touches_a_contact_of_another() {
    let mut desk = desk(120, 32);
    let (here, there) = (id("ben@sie.at"), in_munich("ben@sie.at"));
    assert_eq!(availability(&desk, &here), Some(Availability::Busy));
    assert_eq!(availability(&desk, &there), Some(Availability::Available));
    desk.send(from_munich("ben@sie.at", "<c:dnd/>"));
    assert_eq!(availability(&desk, &here), Some(Availability::Busy));
    assert_eq!(availability(&desk, &there), Some(Availability::Dnd));
    // Munich has no Ursula, and the board's own server no Fritz.
    desk.send(from_munich("ursula@sie.at", "<c:dnd/>"));
    desk.send(report("fritz@m.example", desk.now, doing("<c:dnd/>")));
    let ursula = availability(&desk, &id("ursula@sie.at"));
    assert_eq!(ursula, Some(Availability::Available));
    let fritz = availability(&desk, &in_munich("fritz@m.example"));
    assert_eq!(fritz, Some(Availability::Available));

    // What comes while the board is held still waits for its own contact, too.
    desk.act(Action::Freeze);
    desk.send(from_munich("ben@sie.at", "<c:available/>"));
    desk.send(report("ben@sie.at", desk.now, doing("<c:dnd/>")));
    desk.act(Action::Freeze);
    assert_eq!(availability(&desk, &here), Some(Availability::Dnd));
    assert_eq!(availability(&desk, &there), Some(Availability::Available));
}

#[test]
fn a_state_is_as_fresh_as_its_own_server_is_asked_for_it() {
    let mut desk = desk(120, 32);
    let (fritz, ursula) = (in_munich("fritz@m.example"), id("ursula@sie.at"));
    // Asked every 5 s, and every 30 s: three rounds, at least a minute.
    desk.wait(70);
    assert_eq!(standing(&desk, &ursula), Standing::Stale);
    assert_eq!(standing(&desk, &fritz), Standing::Fresh);
    desk.wait(30);
    assert_eq!(standing(&desk, &fritz), Standing::Stale);
}

#[test]
fn the_board_wakes_for_the_ages_of_every_link() {
    let live = Link {
        mode: Mode::Live,
        ..link(LinkState::Up)
    };
    let wakes = |desk: &mut Desk| {
        desk.send(own(AccountMessage::Link(live.clone())));
        desk.draw();
        let next = desk.board.next_change(desk.now).unwrap();
        next.duration_since(desk.now)
    };
    // The age of munich turns each second; that of a live link does not.
    let second = SignedDuration::from_secs(1);
    assert!(wakes(&mut Desk::staffed(120, 32)) > second);
    assert!(wakes(&mut desk(120, 32)) <= second);
}

#[test]
fn an_edit_goes_into_the_book_that_the_contact_is_in() {
    let mut desk = desk(120, 32);
    desk.send(UserMessage::Select(in_munich("fritz@m.example")));
    let fritz = Edit::Remove(address("fritz@m.example"));
    let effects = desk.act(Action::Remove);
    assert_eq!(saved(&effects), [(MUNICH, vec![fritz])]);
    assert!(desk.board.find(&address("fritz@m.example")).is_none());
    // The feed of munich alone has others to ask for.
    let asked: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::World(WorldEffect::Account(account, AccountEffect::Contacts(all))) => {
                Some((*account, all.len()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(asked, [(MUNICH, 2)]);
    let effects = desk.act(Action::Undo);
    let back = saved(&effects);
    assert!(matches!(&back[..], [(MUNICH, edits)] if matches!(&edits[..], [Edit::Add(_)])));
    let cursor = Cursor::Contact(in_munich("fritz@m.example"));
    assert_eq!(desk.board.cursor(), Some(&cursor));

    // Of the same address only the one that was chosen goes.
    desk.send(UserMessage::Select(in_munich("ben@sie.at")));
    desk.act(Action::Remove);
    assert!(desk.board.entry(&in_munich("ben@sie.at")).is_none());
    assert!(desk.board.entry(&id("ben@sie.at")).is_some());
}

#[test]
fn one_step_changes_and_takes_back_what_is_in_two_books() {
    let mut desk = desk(120, 32);
    for who in [id("ursula@sie.at"), in_munich("anna@m.example")] {
        desk.send(UserMessage::Select(who));
        desk.act(Action::Mark);
    }
    let effects = desk.act(Action::Pin);
    let books: Vec<AccountId> = saved(&effects).into_iter().map(|(book, _)| book).collect();
    assert_eq!(books, [AccountId::MAIN, MUNICH]);
    let is_pinned = |desk: &Desk, id: &ContactId| desk.board.entry(id).unwrap().contact.pinned;
    let both = [id("ursula@sie.at"), in_munich("anna@m.example")];
    assert!(both.iter().all(|id| is_pinned(&desk, id)));
    let effects = desk.act(Action::Undo);
    assert_eq!(saved(&effects).len(), 2);
    assert!(!both.iter().any(|id| is_pinned(&desk, id)));
}

#[test]
fn what_others_write_into_a_joined_book_is_kept_beside_the_boards_own_edits() {
    let mut desk = desk(120, 32);
    desk.send(UserMessage::Select(in_munich("fritz@m.example")));
    desk.act(Action::Remove);
    // A reading from before that edit, with somebody new.
    let people: Vec<Contact> = [
        contact("fritz@m.example", "Fritz Huber", "Munich hall"),
        contact("new@m.example", "Neu", "Munich hall"),
    ]
    .to_vec();
    desk.send(of_munich(AccountMessage::Contacts(people.clone())));
    assert!(desk.board.entry(&in_munich("fritz@m.example")).is_none());
    assert!(desk.board.entry(&in_munich("new@m.example")).is_some());
    assert!(desk.board.entry(&id("ursula@sie.at")).is_some());
    // That the board's own book is saved says nothing of this one.
    desk.send(own(AccountMessage::Saved(1)));
    desk.send(of_munich(AccountMessage::Contacts(people.clone())));
    assert!(desk.board.entry(&in_munich("fritz@m.example")).is_none());
    desk.send(of_munich(AccountMessage::Saved(1)));
    desk.send(of_munich(AccountMessage::Contacts(people)));
    assert!(desk.board.entry(&in_munich("fritz@m.example")).is_some());
}

#[test]
fn whoever_is_added_comes_into_the_boards_own_book() {
    let mut desk = desk(120, 32);
    desk.send(UserMessage::Select(in_munich("fritz@m.example")));
    desk.act(Action::Add);
    desk.type_text("new@sie.at");
    let effects = desk.act(Action::Open);
    let books: Vec<AccountId> = saved(&effects).into_iter().map(|(book, _)| book).collect();
    assert_eq!(books, [AccountId::MAIN]);
    let new = desk.board.entry(&id("new@sie.at")).unwrap();
    assert_eq!(new.contact.group.as_deref(), Some("Munich hall"));
    // Somebody of munich is on the board already.
    desk.act(Action::Add);
    desk.type_text("anna@m.example");
    let effects = desk.act(Action::Open);
    assert!(saved(&effects).is_empty());
    let cursor = Cursor::Contact(in_munich("anna@m.example"));
    assert_eq!(desk.board.cursor(), Some(&cursor));
}

#[test]
fn a_note_for_the_desk_stands_beside_the_book_of_its_contact() {
    let mut desk = desk(120, 32);
    desk.send(UserMessage::Select(in_munich("ben@sie.at")));
    desk.act(Action::Annotate);
    desk.type_text("at the fair");
    let effects = desk.act(Action::Open);
    let noted = effects.iter().find_map(|effect| match effect {
        Effect::World(WorldEffect::Account(account, AccountEffect::Annotate { edit, .. })) => {
            Some((*account, edit))
        }
        _ => None,
    });
    let Some((MUNICH, NoteEdit::Put(note))) = noted else {
        panic!("{effects:?}");
    };
    assert_eq!(note.by, "hofer");
    let note = |desk: &Desk, id: &ContactId| {
        let entry = desk.board.entry(id).unwrap();
        entry.operator_note.as_ref().map(|note| note.text.clone())
    };
    assert_eq!(note(&desk, &id("ben@sie.at")), None);
    assert!(note(&desk, &in_munich("ben@sie.at")).is_some());
    // Nor do notes of the board's own book take it away.
    let (notes, number) = (OperatorNotes::default(), 0);
    desk.send(own(AccountMessage::OperatorNotes { notes, number }));
    assert!(note(&desk, &in_munich("ben@sie.at")).is_some());
    desk.act(Action::Undo);
    assert_eq!(note(&desk, &in_munich("ben@sie.at")), None);
}

#[test]
fn the_key_that_asks_anew_signs_in_again_only_where_that_was_refused() {
    let mut desk = desk(120, 32);
    desk.send(of_munich(AccountMessage::Link(munich(refused()))));
    let effects = desk.act(Action::Refresh);
    for (account, effect) in [
        (AccountId::MAIN, AccountEffect::PollNow(Vec::new())),
        (MUNICH, AccountEffect::SignInAgain),
    ] {
        let effect = Effect::World(WorldEffect::Account(account, effect));
        assert!(effects.contains(&effect), "{effects:?}");
    }
    assert!(desk.screen().contains("'whosin --profile munich' signs in"));
}

fn refused() -> LinkState {
    LinkState::Refused {
        sign_in: SignIn::Application,
        problem: Problem {
            what: "The application user's password is not saved".into(),
            advice: String::new(),
        },
    }
}

#[test]
fn a_search_finds_those_of_a_profile_by_its_name() {
    let mut desk = desk(120, 32);
    desk.act(Action::Find);
    desk.type_text("munich free");
    assert_eq!(desk.board.found(), 2);
}

#[test]
fn a_watch_rings_for_one_of_another_server_and_not_while_its_link_is_down() {
    let mut desk = desk(120, 32);
    let anna = in_munich("anna@m.example");
    desk.send(UserMessage::Select(anna.clone()));
    desk.act(Action::Watch);
    let ring = |effects: &[Effect]| {
        let mut effects = effects.iter();
        effects.any(|effect| matches!(effect, Effect::Terminal(_)))
    };
    desk.send(from_munich("anna@m.example", "<c:available/>"));
    desk.send(of_munich(AccountMessage::Link(munich(trouble()))));
    assert!(!ring(&desk.wait(4)));
    desk.send(of_munich(AccountMessage::Link(munich(LinkState::Up))));
    let report = Report {
        address: anna.address,
        at: desk.now,
        outcome: Outcome::Answered(doing("<c:available/>").into()),
    };
    desk.send(of_munich(AccountMessage::Reports(vec![report])));
    assert!(ring(&desk.wait(4)));
}

#[test]
fn a_clock_that_is_set_moves_the_times_of_each_link_once() {
    let mut desk = desk(120, 32);
    let before = desk.screen();
    let by = SignedDuration::from_hours(25);
    desk.now += by;
    // Each feed notices by itself.
    desk.send(own(AccountMessage::ClockSet(by)));
    desk.send(of_munich(AccountMessage::ClockSet(by)));
    assert_eq!(desk.screen(), before);
}

#[test]
fn what_comes_for_a_profile_that_is_not_joined_changes_nothing() {
    let mut desk = Desk::staffed(120, 32);
    let before = desk.screen();
    desk.send(from_munich("ben@sie.at", "<c:dnd/>"));
    desk.send(of_munich(AccountMessage::Link(munich(trouble()))));
    desk.send(of_munich(AccountMessage::Contacts(vec![contact(
        "fritz@m.example",
        "Fritz",
        "",
    )])));
    desk.send(UserMessage::Select(in_munich("fritz@m.example")));
    desk.act(Action::Remove);
    desk.act(Action::Undo);
    desk.wait(60);
    let mut same = Desk::staffed(120, 32);
    same.draw();
    assert_eq!(desk.board.entries().count(), 10);
    assert_eq!(same.screen(), before);
}

#[test]
fn each_joined_link_says_how_it_is() {
    for (width, height) in [(120, 32), (80, 24), (40, 20), (20, 12)] {
        let mut desk = desk(width, height);
        desk.wait(3);
        assert_snapshot!(format!("joined_{width}"), desk.screen());
        desk.send(of_munich(AccountMessage::Link(munich(trouble()))));
        desk.wait(2);
        assert_snapshot!(format!("joined_trouble_{width}"), desk.screen());
    }
}

#[test]
fn of_many_links_those_in_trouble_are_seen_where_there_is_little_room() {
    for width in [120, 80, 40, 20] {
        let mut desk = Desk::staffed(width, 16);
        let names = ["graz", "munich", "vienna", "zurich"];
        let joined = names.map(|name| (name.to_string(), munich(LinkState::SigningIn)));
        desk.send(WorldMessage::Joined(joined.to_vec()));
        let zurich = AccountId::joined(3);
        let message = AccountMessage::Link(munich(trouble()));
        desk.send(WorldMessage::Account(zurich, message));
        let screen = desk.screen();
        let line = screen.lines().nth(1).unwrap();
        assert!(line.contains("zurich"), "{width}: {line}");
        assert_snapshot!(format!("joined_many_{width}"), line);
    }
}

#[test]
fn the_list_says_of_which_profile_each_is() {
    let mut desk = desk(120, 32);
    desk.choose_view(View::List);
    assert_snapshot!(desk.screen());
}

#[test]
fn a_tile_says_the_profile_where_its_heading_does_not() {
    let mut desk = desk(120, 32);
    let screen = desk.screen();
    assert!(!screen.contains("Available @ munich"), "{screen}");
    let people = ["Front desk", "Hall"].map(|group| {
        let name = format!("someone.{}@m.example", group.len());
        contact(&name, group, group)
    });
    desk.send(of_munich(AccountMessage::Contacts(people.to_vec())));
    for contact in &people {
        desk.send(from_munich(contact.address.as_str(), "<c:available/>"));
    }
    let screen = desk.screen();
    assert_eq!(screen.matches("Available @ munich").count(), 1, "{screen}");
    assert!(screen.contains("Hall @ munich"), "{screen}");
    assert!(!screen.contains("Front desk @ munich"), "{screen}");
}

#[test]
fn nobody_is_asked_for_where_the_sign_in_is_refused() {
    let mut desk = Desk::empty(120, 12);
    let link = munich(refused());
    desk.send(WorldMessage::Joined(vec![("munich".into(), link)]));
    let fritz = contact("fritz@m.example", "Fritz Huber", "Munich hall");
    desk.send(of_munich(AccountMessage::Contacts(vec![fritz])));
    let screen = desk.screen();
    assert!(
        screen.contains("not signed in") && !screen.contains("asking"),
        "{screen}"
    );
}

#[test]
fn the_details_say_of_which_server_somebody_is() {
    let mut desk = desk(120, 32);
    desk.send(UserMessage::Select(in_munich("fritz@m.example")));
    desk.act(Action::Open);
    assert_snapshot!(desk.screen());
}
