//! Looking people up in the directory, in the form that adds contacts.

use insta::assert_snapshot;
use jiff::SignedDuration;
use whosin::board::{
    AccountEffect, AccountId, Action, ContactId, Cursor, Effect, Pane, SearchError, UserMessage,
    WorldEffect, WorldMessage,
};
use whosin::contacts::Edit;
use whosin::directory::{Found, Page};
use whosin::link::{Outcome, Problem};
use whosin::presence::{Availability, Presence};

use crate::support::desk::{Desk, SIZES, address, doing, id, outcome, report, wanted};

/// What the directory answers where these users match: user id, name, number, department, URI.
fn found(users: &[[&str; 5]]) -> Found {
    let users: String = users
        .iter()
        .map(|[id, name, number, department, uri]| {
            format!(
                "<user><userName>{id}</userName><displayName>{name}</displayName>\
                 <phoneNumber>{number}</phoneNumber><department>{department}</department>\
                 <directoryUri>{uri}</directoryUri></user>"
            )
        })
        .collect();
    let page = Page::read(&format!("<users>{users}</users>")).unwrap();
    Found::from(page)
}

const BERGS: [[&str; 5]; 3] = [
    ["aberg", "Anna Berg", "3201", "Sales", "anna.berg@sie.at"],
    ["abergh", "Anna Bergh", "+43 1 234 3202", "Support", ""],
    ["ben", "Ben Berg", "3203", "Accounting", "ben.berg@sie.at"],
];

/// The form with a name typed, and the number of the search that was made for it.
fn searched(desk: &mut Desk, words: &str) -> u64 {
    desk.act(Action::Add);
    desk.type_text(words);
    let effects = desk.pass(SignedDuration::from_millis(250));
    match searches(&effects).as_slice() {
        [(number, asked)] => {
            assert_eq!(asked, words);
            *number
        }
        other => panic!("{other:?}"),
    }
}

fn searches(effects: &[Effect]) -> Vec<(u64, String)> {
    let searches = effects.iter().filter_map(|effect| match effect {
        Effect::World(WorldEffect::Search { number, words }) => Some((*number, words.clone())),
        _ => None,
    });
    searches.collect()
}

fn added(effects: &[Effect]) -> Vec<whosin::contacts::Contact> {
    let edits = effects.iter().filter_map(|effect| match effect {
        Effect::World(WorldEffect::Account(AccountId::MAIN, AccountEffect::Save(edits))) => {
            Some(edits)
        }
        _ => None,
    });
    let adds = edits.flatten().filter_map(|edit| match edit {
        Edit::Add(contact) => Some(contact.as_ref().clone()),
        _ => None,
    });
    adds.collect()
}

fn bergs_at(width: u16, height: u16) -> Desk {
    let mut desk = Desk::staffed(width, height);
    let number = searched(&mut desk, "berg");
    desk.send(WorldMessage::Searched(number, Ok(found(&BERGS))));
    desk
}

fn unknown() -> Presence {
    let mut presence = doing("");
    presence.availability = Availability::Unknown;
    presence
}

#[test]
fn the_directory_is_asked_once_the_hand_rests() {
    let mut desk = Desk::staffed(80, 24);
    desk.act(Action::Add);
    for letter in ["a", "n", "n"] {
        desk.type_text(letter);
        assert_eq!(searches(&desk.pass(SignedDuration::from_millis(249))), []);
    }
    let effects = desk.pass(SignedDuration::from_millis(1));
    assert_eq!(searches(&effects).len(), 1);
    assert_eq!(searches(&desk.pass(SignedDuration::from_secs(60))), []);
}

#[test]
fn a_letter_and_an_address_are_not_looked_for() {
    for typed in ["a", "b@", "ann@sie.at", "ann@sie.at, ben", "--"] {
        let mut desk = Desk::staffed(80, 24);
        desk.act(Action::Add);
        desk.type_text(typed);
        let effects = desk.pass(SignedDuration::from_secs(1));
        assert_eq!(searches(&effects), [], "{typed}");
    }
}

#[test]
fn the_answer_to_an_older_search_is_dropped() {
    let mut desk = Desk::staffed(80, 24);
    let first = searched(&mut desk, "be");
    desk.type_text("rg");
    let second = searches(&desk.pass(SignedDuration::from_millis(250)))[0].0;
    desk.send(WorldMessage::Searched(second, Ok(found(&BERGS[..1]))));
    desk.send(WorldMessage::Searched(first, Ok(found(&BERGS[1..]))));
    assert!(desk.screen().contains("Anna Berg "), "{}", desk.screen());
    assert!(!desk.screen().contains("Ben Berg"), "{}", desk.screen());
}

#[test]
fn the_only_one_is_added_once_the_server_knows_an_address() {
    let mut desk = Desk::staffed(80, 24);
    let number = searched(&mut desk, "anna berg");
    desk.send(WorldMessage::Searched(number, Ok(found(&BERGS[..1]))));
    let effects = desk.act(Action::Open);
    // Both addresses are asked for along with everybody else, and nobody is added yet.
    let (user, uri) = (address("aberg@sie.at"), address("anna.berg@sie.at"));
    let guests = vec![user.clone(), uri.clone()];
    assert!(effects.contains(&wanted(AccountEffect::PollNow(guests))));
    assert_eq!(added(&effects), []);
    desk.send(report("aberg@sie.at", desk.now, unknown()));
    let effects = desk.send(report("anna.berg@sie.at", desk.now, doing("")));
    let [contact] = &added(&effects)[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(contact.address, uri);
    assert_eq!(contact.name.as_deref(), Some("Anna Berg"));
    assert_eq!(contact.number.as_deref(), Some("3201"));
    assert_eq!(contact.department.as_deref(), Some("Sales"));
    assert!(matches!(desk.board.pane(), Pane::Contacts));
    assert_eq!(
        desk.board.cursor(),
        Some(&Cursor::Contact(ContactId::main(uri.clone())))
    );
    // The state that was reported shows at once.
    let entry = desk.board.find(&uri).unwrap();
    assert_eq!(entry.availability(), Some(Availability::Available));
    // The others' addresses are made in the same way.
    let number = searched(&mut desk, "ben");
    desk.send(WorldMessage::Searched(number, Ok(found(&BERGS[2..]))));
    assert!(desk.board.find(&address("ben@sie.at")).is_some());
    assert!(desk.screen().contains("on the board"), "{}", desk.screen());
}

#[test]
fn whom_the_server_does_not_know_is_added_if_the_user_insists() {
    let mut desk = Desk::staffed(80, 24);
    let number = searched(&mut desk, "bergh");
    desk.send(WorldMessage::Searched(number, Ok(found(&BERGS[1..2]))));
    desk.act(Action::Open);
    let effects = desk.send(report("abergh@sie.at", desk.now, unknown()));
    assert_eq!(added(&effects), []);
    let screen = desk.screen();
    assert!(screen.contains("does not know Anna Bergh"), "{screen}");
    let effects = desk.act(Action::Open);
    assert_eq!(added(&effects)[0].address, address("abergh@sie.at"));
}

#[test]
fn several_are_marked_and_added_at_once() {
    let mut desk = bergs_at(120, 32);
    desk.act(Action::Down);
    desk.type_text(" ");
    desk.act(Action::Down);
    desk.type_text(" ");
    // The name that is typed is still the same.
    assert!(desk.screen().contains("berg"));
    desk.act(Action::Open);
    for who in ["aberg@sie.at", "anna.berg@sie.at"] {
        desk.send(report(who, desk.now, doing("")));
    }
    let effects = desk.send(report("abergh@sie.at", desk.now, doing("")));
    let added = added(&effects);
    let addresses: Vec<&str> = added
        .iter()
        .map(|contact| contact.address.as_str())
        .collect();
    assert_eq!(addresses, ["aberg@sie.at", "abergh@sie.at"]);
    desk.act(Action::Undo);
    assert!(desk.board.find(&address("aberg@sie.at")).is_none());
}

#[test]
fn who_is_on_the_board_is_selected_and_not_added() {
    let mut desk = bergs_at(80, 24);
    for _ in 0..3 {
        desk.act(Action::Down);
    }
    let effects = desk.act(Action::Open);
    assert_eq!(added(&effects), []);
    assert_eq!(
        desk.board.cursor(),
        Some(&Cursor::Contact(id("ben@sie.at")))
    );
}

#[test]
fn guests_are_let_go_when_the_form_closes() {
    let mut desk = bergs_at(80, 24);
    let before = desk.board.entries().count();
    desk.act(Action::Down);
    let effects = desk.act(Action::Open);
    let kept = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::World(WorldEffect::Account(
                AccountId::MAIN,
                AccountEffect::Contacts(contacts),
            )) => Some(contacts.len()),
            _ => None,
        })
    };
    assert_eq!(kept(&effects), Some(before + 2));
    assert_eq!(kept(&desk.act(Action::Back)), Some(before));
    let late = outcome("aberg@sie.at", desk.now, Outcome::NotAnswered);
    assert_eq!(added(&desk.send(late)), []);
}

#[test]
fn an_address_is_typed_as_before() {
    let mut desk = Desk::staffed(80, 24);
    desk.act(Action::Add);
    desk.type_text("new.person");
    let effects = desk.act(Action::Open);
    assert_eq!(added(&effects)[0].address, address("new.person@sie.at"));
}

#[test]
fn a_search_that_finds_nobody_on_the_board_goes_on_in_the_directory() {
    let mut desk = Desk::staffed(80, 24);
    desk.act(Action::Find);
    desk.type_text("anna berg");
    assert!(desk.screen().contains("Enter searches the directory"));
    let effects = desk.act(Action::Open);
    assert_eq!(searches(&effects)[0].1, "anna berg");
}

#[test]
fn the_directory_is_signed_in_at_where_it_wants_that() {
    let mut desk = Desk::staffed(80, 24);
    let number = searched(&mut desk, "berg");
    let problem = Problem {
        what: "cucm.sie.at:8443: the directory wants a sign-in".into(),
        advice: String::new(),
    };
    let wanted = Err(SearchError::SignInWanted(problem));
    desk.send(WorldMessage::Searched(number, wanted));
    assert!(
        desk.screen().contains("Enter signs in"),
        "{}",
        desk.screen()
    );
    desk.act(Action::Open);
    assert!(desk.screen().contains("Sign in at the directory"));
    desk.type_text("secret");
    assert!(!desk.screen().contains("secret"));
    let effects = desk.act(Action::Open);
    let signs_in = |effect: &Effect| match effect {
        Effect::World(WorldEffect::SignInAtDirectory(credentials)) => credentials.user == "klmt",
        _ => false,
    };
    assert!(effects.iter().any(signs_in), "{effects:?}");
    // The name is still there, and is looked for again.
    assert_eq!(searches(&effects)[0].1, "berg");
}

#[test]
fn without_a_directory_nothing_is_said_of_one() {
    let mut desk = Desk::staffed(80, 24);
    let number = searched(&mut desk, "berg");
    desk.send(WorldMessage::Searched(
        number,
        Err(SearchError::NoDirectory),
    ));
    assert!(!desk.screen().contains("directory"), "{}", desk.screen());
    desk.type_text("er");
    assert_eq!(searches(&desk.pass(SignedDuration::from_secs(1))), []);
}

#[test]
fn a_click_marks() {
    let mut desk = bergs_at(120, 32);
    desk.send(UserMessage::PointAtFound(1));
    assert!(
        desk.screen().contains("[x] Anna Bergh"),
        "{}",
        desk.screen()
    );
    desk.send(UserMessage::PointAtFound(1));
    assert!(
        desk.screen().contains("[ ] Anna Bergh"),
        "{}",
        desk.screen()
    );
}

#[test]
fn what_is_found_is_drawn_at_all_sizes() {
    for (width, height) in SIZES {
        let mut desk = bergs_at(width, height);
        desk.act(Action::Down);
        desk.type_text(" ");
        assert_snapshot!(format!("lookup-{width}x{height}"), desk.screen());
    }
}
