//! What a tile says beside a name: what matters to whoever has a call in hand.

use insta::assert_snapshot;

use crate::support::desk::{Desk, contact, document, own, report};
use whosin::board::AccountMessage;
use whosin::tui::fit_name;

/// Who is on the board: name, what they do, until when, and their note.
const PEOPLE: [[&str; 5]; 6] = [
    [
        "anna@sie.at",
        "Anna One",
        "<r:meeting/>",
        "2026-11-23T10:30:00Z",
        "",
    ],
    [
        "ben@sie.at",
        "Ben Two",
        "<r:lunch/>",
        "2026-11-23T13:15:00Z",
        "",
    ],
    [
        "carla@sie.at",
        "Carla Three",
        "<r:vacation/>",
        "2026-12-07T00:00:00Z",
        "",
    ],
    [
        "dan@sie.at",
        "Dan Four",
        "<r:travel/>",
        "2026-11-25T08:00:00Z",
        "",
    ],
    [
        "eve@sie.at",
        "Eve Five",
        "<r:on-the-phone/>",
        "2026-11-23T09:20:00Z",
        "",
    ],
    [
        "fay@sie.at",
        "Fay Six",
        "<r:away/>",
        "",
        "Server room, call Eva",
    ],
];

/// The server answers for everybody.
fn answer(desk: &mut Desk) {
    for [who, _, activity, until, note] in PEOPLE {
        let until = match until {
            "" => String::new(),
            until => format!("until='{until}'"),
        };
        let presence = document(&format!(
            "<dm:person><r:activities {until}>{activity}</r:activities></dm:person>\
             <tuple id='phone'><status><basic>open</basic></status></tuple><note>{note}</note>"
        ));
        desk.send(report(who, desk.now, presence));
    }
}

/// A board with people whose states have ends and notes.
fn desk(width: u16, height: u16) -> Desk {
    let mut desk = Desk::empty(width, height);
    let contacts = PEOPLE.map(|[address, name, ..]| contact(address, name, ""));
    desk.send(own(AccountMessage::Contacts(contacts.to_vec())));
    answer(&mut desk);
    desk
}

#[test]
fn a_tile_says_until_when_and_what_the_note_begins_with() {
    for (width, height) in [(120, 32), (80, 24), (40, 20), (30, 12)] {
        assert_snapshot!(
            format!("tiles-{width}x{height}"),
            desk(width, height).screen()
        );
    }
}

#[test]
fn an_age_stands_only_where_it_tells_something() {
    let mut desk = desk(120, 32);
    // The board has just begun to look on: nobody knows how long the call has lasted.
    assert!(!desk.screen().contains("now"), "{}", desk.screen());
    desk.wait(180);
    answer(&mut desk);
    let drawn = desk.screen();
    let ages = |drawn: &str| drawn.matches(" 3m").count();
    // Of who is away. A vacation counts in days, and the end of a meeting says more.
    assert_eq!(ages(&drawn), 1, "{drawn}");
}

#[test]
fn an_end_that_has_passed_is_no_end() {
    let mut desk = desk(120, 32);
    assert!(desk.screen().contains("On the phone –09:20"));
    // The last word on Eve is a moment old.
    desk.now = "2026-11-23T09:19:59.5Z".parse().unwrap();
    answer(&mut desk);
    let turn = desk.board.next_change(desk.now).unwrap();
    assert!(turn <= "2026-11-23T09:20:00Z".parse().unwrap(), "{turn}");
    desk.wait(1);
    assert!(!desk.screen().contains("09:20"), "{}", desk.screen());
}

#[test]
fn a_name_that_is_cut_keeps_its_end() {
    for (name, width, wanted) in [
        ("José María de la Cruz y Quesada", 19, "José María… Quesada"),
        ("Hotline Vienna North", 14, "Hotline… North"),
        ("Hotline Vienna South", 14, "Hotline… South"),
        ("Anna One", 8, "Anna One"),
        ("Anna Featherstonehaugh", 12, "Anna Feathe…"),
        ("Featherstonehaugh", 8, "Feather…"),
        ("林美玲 田中太郎", 12, "林… 田中太郎"),
        ("", 4, ""),
        ("Anna One", 0, ""),
    ] {
        assert_eq!(fit_name(name, width), wanted, "{name}");
    }
}
