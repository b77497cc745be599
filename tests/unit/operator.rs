//! Operator's notes: the time that they name, the deputy, and what the board does with them.

use insta::assert_snapshot;
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};

use crate::support::desk::{Desk, SIZES, address, id, own, start};
use whosin::board::{
    AccountEffect, AccountId, AccountMessage, Action, Cursor, Effect, WorldEffect,
};
use whosin::operator::{NoteEdit, OperatorNote, OperatorNotes, deputy_in, end_in};

/// A Monday in Vienna.
fn at(hour: i8, minute: i8) -> ZonedDateTime {
    let zone = TimeZone::get("Europe/Vienna").unwrap();
    let at = date(2026, 11, 23).at(hour, minute, 0, 0);
    at.to_zoned_datetime(zone).unwrap()
}

fn end(sentence: &str, now: &ZonedDateTime) -> Option<String> {
    let end = end_in(sentence, now)?.to_zoned_datetime(now.time_zone().clone());
    Some(end.strftime("%a %H:%M").to_string())
}

#[test]
fn times_are_understood_as_people_write_them() {
    let now = at(9, 14);
    for (sentence, wanted) in [
        ("out until 14:00, deputy Eva", "Mon 14:00"),
        ("out until 2pm", "Mon 14:00"),
        ("out until 2 pm, deputy Eva", "Mon 14:00"),
        ("until 14", "Mon 14:00"),
        ("back at 14.", "Mon 14:00"),
        ("lunch, 14, deputy Eva", "Mon 14:00"),
        ("Lunch till 13.15", "Mon 13:15"),
        ("14:00", "Mon 14:00"),
        ("meeting -10:30", "Mon 10:30"),
        ("+30m", "Mon 09:44"),
        ("doctor +1h30m", "Mon 10:44"),
        ("+90", "Mon 10:44"),
        ("away for 2 hours", "Mon 11:14"),
        ("back in 45 min", "Mon 09:59"),
        ("back in 45min, deputy Eva", "Mon 09:59"),
        ("tomorrow 9", "Tue 09:00"),
        ("back tomorrow at 9:30", "Tue 09:30"),
        ("out until tomorrow", "Tue 00:00"),
        ("on leave until Thursday", "Thu 00:00"),
        ("until mon 8", "Mon 08:00"),
        ("until 2026-11-25", "Wed 00:00"),
        ("until noon", "Mon 12:00"),
        ("until midnight", "Tue 00:00"),
        ("weg bis 14 Uhr, Vertretung Eva", "Mon 14:00"),
        ("bis morgen", "Tue 00:00"),
        ("réunion 14h30", "Mon 14:30"),
        // The one that it lasts to, not the one that it is about.
        ("14:00 call, out until 15:00", "Mon 15:00"),
        // Said at a quarter past nine in the morning.
        ("back at 2", "Mon 14:00"),
        ("back at 8", "Tue 08:00"),
        ("until 02:00", "Tue 02:00"),
    ] {
        assert_eq!(end(sentence, &now).as_deref(), Some(wanted), "{sentence}");
    }
    assert_eq!(end("back at 5", &at(18, 0)).as_deref(), Some("Tue 05:00"));
}

#[test]
fn what_names_no_time_to_come_has_none() {
    for sentence in [
        "",
        "deputy Eva",
        "in room 14",
        "call 3216",
        "ask Mon or Do",
        "until we meet again",
        "until 25:00",
        "until 13pm",
        "until 2020-01-01",
        "+",
        "+9999999999999999999h",
        "for ever",
        "at 9:99",
    ] {
        assert_eq!(end(sentence, &at(9, 14)), None, "{sentence}");
    }
}

#[test]
fn an_hour_that_the_clock_leaves_out_is_the_next_that_there_is() {
    let zone = TimeZone::get("Europe/Vienna").unwrap();
    let before = date(2027, 3, 27).at(20, 0, 0, 0);
    let before = before.to_zoned_datetime(zone).unwrap();
    assert_eq!(end("until 02:30", &before).as_deref(), Some("Sun 03:30"));
}

#[test]
fn a_deputy_is_who_follows_the_word() {
    for (note, wanted) in [
        ("out until 14:00, deputy Eva", Some("Eva")),
        ("deputy: Eva Five, until 14:00", Some("Eva Five")),
        ("weg (Vertretung Eva)", Some("Eva")),
        ("please ask eva@sie.at.", Some("eva@sie.at")),
        ("deputy", None),
        ("out", None),
        ("", None),
    ] {
        assert_eq!(deputy_in(note), wanted, "{note}");
    }
}

/// Notes on the contact under the cursor.
fn annotate(desk: &mut Desk, text: &str) -> Vec<Effect> {
    desk.act(Action::Annotate);
    desk.type_text(text);
    desk.act(Action::Open)
}

fn find(desk: &mut Desk, who: &str) {
    desk.act(Action::Find);
    desk.type_text(who);
    desk.act(Action::Open);
    desk.act(Action::Back);
}

#[test]
fn a_note_is_shown_with_who_wrote_it_and_its_deputy() {
    for (width, height) in SIZES {
        let mut desk = Desk::staffed(width, height);
        find(&mut desk, "ben");
        annotate(&mut desk, "out until 14:00, deputy Ursula");
        assert_snapshot!(format!("note-{width}x{height}"), desk.screen());
        desk.act(Action::Open);
        assert_snapshot!(format!("note-details-{width}x{height}"), desk.screen());
    }
}

#[test]
fn the_line_for_a_note_says_when_it_goes() {
    for (width, height) in SIZES {
        let mut desk = Desk::staffed(width, height);
        find(&mut desk, "ben");
        desk.act(Action::Annotate);
        desk.type_text("back tomorrow 9");
        assert_snapshot!(format!("note-form-{width}x{height}"), desk.screen());
    }
    let mut desk = Desk::staffed(80, 24);
    desk.act(Action::Annotate);
    assert!(desk.screen().contains("empty clears it"));
    desk.type_text("in room 14");
    assert!(desk.screen().contains("stays until it is cleared"));
}

#[test]
fn a_note_goes_by_itself_at_its_time() {
    let mut desk = Desk::staffed(120, 32);
    find(&mut desk, "ben");
    let effects = annotate(&mut desk, "out until 14:00");
    let until: Timestamp = "2026-11-23T14:00:00Z".parse().unwrap();
    let note = OperatorNote {
        address: address("ben@sie.at"),
        text: "out until 14:00".into(),
        by: "klmt".into(),
        at: start(),
        until: Some(until),
    };
    let edit = NoteEdit::Put(note);
    let number = 1;
    let wanted = Effect::World(WorldEffect::Account(
        AccountId::MAIN,
        AccountEffect::Annotate { number, edit },
    ));
    assert!(effects.contains(&wanted), "{effects:?}");
    assert!(desk.screen().contains("✎ out until 14:00"));
    desk.now = until - SignedDuration::from_secs(1);
    desk.wait(0);
    assert!(desk.board.next_change(desk.now).unwrap() <= until);
    assert!(desk.screen().contains("out until"));
    desk.wait(1);
    assert!(!desk.screen().contains("out until"));
}

#[test]
fn a_note_can_be_changed_cleared_and_brought_back() {
    let mut desk = Desk::staffed(120, 32);
    find(&mut desk, "ben");
    annotate(&mut desk, "out");
    annotate(&mut desk, " of office");
    assert!(desk.screen().contains("✎ out of office"));
    // The same again is no change.
    assert_eq!(annotate(&mut desk, ""), []);
    desk.act(Action::Annotate);
    for _ in 0.."out of office".len() {
        let back = tui_input::InputRequest::DeletePrevChar;
        desk.send(whosin::board::UserMessage::Type(back));
    }
    desk.act(Action::Open);
    assert!(!desk.screen().contains("✎"));
    desk.act(Action::Undo);
    assert!(desk.screen().contains("✎ out of office"));
    desk.act(Action::Undo);
    assert!(desk.screen().contains("✎ out") && !desk.screen().contains("of office "));
    desk.act(Action::Undo);
    assert!(!desk.screen().contains("✎"));
    desk.act(Action::Redo);
    assert!(desk.screen().contains("✎ out"));
}

#[test]
fn what_the_file_says_does_not_overtake_what_is_being_saved() {
    let mut desk = Desk::staffed(120, 32);
    find(&mut desk, "ben");
    annotate(&mut desk, "mine");
    let notes = |text: &str| {
        let note = OperatorNote {
            address: address("dan@sie.at"),
            text: text.into(),
            by: "eva".into(),
            at: start(),
            until: None,
        };
        OperatorNotes::from_iter([note])
    };
    let number = 0;
    let notes = notes("theirs");
    desk.send(own(AccountMessage::OperatorNotes {
        notes: notes.clone(),
        number,
    }));
    assert!(desk.screen().contains("✎ mine") && !desk.screen().contains("theirs"));
    desk.send(own(AccountMessage::OperatorNotes { notes, number: 1 }));
    assert!(desk.screen().contains("✎ theirs") && !desk.screen().contains("mine"));
    // It is found, and stays with whom it is about when the book is read again.
    find(&mut desk, "theirs");
    assert_eq!(
        desk.board.cursor(),
        Some(&Cursor::Contact(id("dan@sie.at")))
    );
    let contacts = desk.board.entries();
    let contacts = contacts.map(|entry| entry.contact.clone()).collect();
    desk.send(own(AccountMessage::Contacts(contacts)));
    assert!(desk.screen().contains("✎ theirs"));
}

#[test]
fn a_key_goes_to_the_deputy_also_where_that_one_is_out_of_sight() {
    let mut desk = Desk::staffed(120, 32);
    find(&mut desk, "ben");
    annotate(&mut desk, "out, deputy José");
    desk.act(Action::HideOffline);
    desk.act(Action::Find);
    desk.type_text("ben");
    desk.act(Action::Open);
    desk.act(Action::Deputy);
    assert_eq!(
        desk.board.cursor(),
        Some(&Cursor::Contact(id("jose@sie.at")))
    );
    assert!(desk.screen().contains("Ursula"));
    desk.act(Action::Deputy);
    assert!(desk.screen().contains("No note names a deputy"));
}
