//! What documents mean.

mod common;

use common::{document, doing, start};
use proptest::prelude::*;
use whosin::presence::{Address, Availability, IconSet, Kind, Presence, Why, clean, read_document};

#[test]
fn everyday_states_are_read_from_either_namespace() {
    for (activities, availability, label) in [
        ("<c:available/>", Availability::Available, "Available"),
        ("<c:away/>", Availability::Away, "Away"),
        ("<r:away/>", Availability::Away, "Away"),
        ("<r:busy/>", Availability::Busy, "Busy"),
        ("<c:dnd/>", Availability::Dnd, "Do not disturb"),
        ("<r:on-the-phone/>", Availability::Busy, "On the phone"),
        ("<c:on-the-phone/>", Availability::Busy, "On the phone"),
        ("<c:meeting/>", Availability::Busy, "In a meeting"),
        ("<r:vacation/>", Availability::Away, "On vacation"),
        ("<c:unavailable/>", Availability::Unavailable, "Offline"),
        ("<c:unknown/>", Availability::Unknown, "Unknown"),
    ] {
        let presence = doing(activities);
        assert_eq!(
            (presence.availability, presence.label()),
            (availability, label),
            "{activities}"
        );
    }
}

#[test]
fn of_several_activities_the_most_restrictive_decides_and_the_most_telling_leads() {
    let presence = doing("<r:busy/><c:meeting/><c:available/>");
    assert_eq!(presence.availability, Availability::Busy);
    let names: Vec<&str> = presence
        .activities
        .iter()
        .map(|activity| activity.name())
        .collect();
    assert_eq!(names, ["meeting", "busy", "available"]);
}

#[test]
fn dnd_stands_even_during_a_call_which_is_still_shown() {
    let presence = doing("<r:on-the-phone/><c:dnd/>");
    assert_eq!(presence.availability, Availability::Dnd);
    assert_eq!(presence.glyph(IconSet::Ascii), "-");
    assert_eq!(presence.phone().map(Kind::name), Some("on-the-phone"));
}

#[test]
fn without_an_activity_the_tuples_decide() {
    let tuple = |basic: &str| {
        format!("<tuple id='{basic}'><status><basic>{basic}</basic></status></tuple>")
    };
    for (inside, availability, why) in [
        (
            tuple("open") + &tuple("closed"),
            Availability::Available,
            Why::OpenDevice,
        ),
        (
            tuple("closed"),
            Availability::Unavailable,
            Why::ClosedDevices,
        ),
        (String::new(), Availability::Unknown, Why::Nothing),
    ] {
        let presence = document(&inside);
        assert_eq!(
            (presence.availability, presence.why),
            (availability, why),
            "{inside}"
        );
    }
}

#[test]
fn the_person_decides_over_the_devices() {
    let presence = document(
        "<tuple id='a'><status><basic>open</basic><r:activities><r:busy/></r:activities></status></tuple>\
         <dm:person><r:activities><c:available/></r:activities></dm:person>",
    );
    assert_eq!(
        (presence.availability, presence.why),
        (Availability::Available, Why::Person)
    );
    assert_eq!(presence.label(), "Available");
}

#[test]
fn an_activity_counts_only_between_from_and_until() {
    let bound = |from: &str, until: &str| {
        document(&format!(
            "<dm:person><r:activities from='{from}' until='{until}'><r:meeting/></r:activities>\
             <r:activities><c:available/></r:activities></dm:person>"
        ))
    };
    let now = bound("2026-11-23T09:00:00Z", "2026-11-23T10:30:00Z");
    assert_eq!(now.availability, Availability::Busy);
    assert_eq!(now.until, Some("2026-11-23T10:30:00Z".parse().unwrap()));
    let later = bound("2026-11-23T10:00:00Z", "2026-11-23T10:30:00Z");
    assert_eq!(
        (later.availability, later.until),
        (Availability::Available, None)
    );
}

#[test]
fn the_note_is_in_the_users_language_else_english_else_the_first() {
    let notes = "<dm:person><dm:note xml:lang='fr'>Absent</dm:note><dm:note xml:lang='en'>Out</dm:note>\
                 <dm:note xml:lang='de-AT'>Weg</dm:note></dm:person>";
    let xml = format!(
        "<presence xmlns='urn:ietf:params:xml:ns:pidf' xmlns:dm='urn:ietf:params:xml:ns:pidf:data-model' \
         entity='sip:a@b'>{notes}</presence>"
    );
    let document = read_document(&xml).unwrap();
    let note = |languages: &[&str]| document.presence(start(), languages).note.unwrap();
    assert_eq!(
        (note(&["de"]), note(&["it"]), note(&[])),
        ("Weg".into(), "Out".into(), "Out".into())
    );
}

#[test]
fn a_state_set_by_hand_is_no_device() {
    let presence =
        document("<tuple id='pws-override'><status><basic>open</basic></status></tuple>");
    assert!(presence.set_by_hand && presence.devices.is_empty());
}

#[test]
fn idle_is_available_and_shown_as_idle() {
    let presence = document(
        "<dm:person><r:activities><c:available/></r:activities>\
         <r:user-input last-input='2026-11-23T09:00:00Z'>idle</r:user-input></dm:person>",
    );
    assert_eq!(
        (presence.availability, presence.label()),
        (Availability::Available, "Idle")
    );
    assert!(presence.idle_since.is_some());
}

#[test]
fn basic_words_are_read() {
    for (word, availability) in [
        ("AVAILABLE", Availability::Available),
        ("VACATION", Availability::Away),
        ("DND", Availability::Dnd),
        ("something new", Availability::Unknown),
    ] {
        assert_eq!(Presence::basic(word).availability, availability);
    }
}

#[test]
fn what_could_harm_a_terminal_is_taken_out_of_text() {
    assert_eq!(
        clean("a\u{1b}[31mb\r\n\tc\u{202e}d\u{200b}e\u{7}"),
        "a[31mb cde"
    );
    assert_eq!(clean("  many   spaces "), "many spaces");
    assert_eq!(clean("👩\u{200d}💻"), "👩\u{200d}💻");
}

#[test]
fn addresses_are_read_as_servers_and_people_write_them() {
    for text in [
        "ben@sie.at",
        " SIP:Ben@SIE.at ",
        "sips:ben@sie.at:5061;transport=tls",
        "pres:ben@sie.at?subject=x",
        "Ben Two <sip:ben@sie.at>",
        "sip:%62en@sie.at",
    ] {
        assert_eq!(
            text.parse(),
            Ok::<Address, _>("ben@sie.at".parse().unwrap()),
            "{text}"
        );
    }
    for text in [
        "",
        "ben",
        "@sie.at",
        "ben@",
        "be n@sie.at",
        "ben@si e.at",
        "a@b@c",
        "ben@-x",
        "b\u{0}@x",
    ] {
        assert!(text.parse::<Address>().is_err(), "{text:?}");
    }
}

#[test]
fn declarations_and_depth_are_harmless() {
    let bomb = "<!DOCTYPE p [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><presence>&b;</presence>";
    assert!(read_document(bomb).is_err());
    let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
    let in_time = std::thread::Builder::new().stack_size(1 << 20);
    let reader = in_time
        .spawn(move || read_document(&deep).is_err())
        .unwrap();
    assert!(reader.join().expect("the stack holds"));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,400}") {
        let _ = read_document(&text);
    }

    #[test]
    fn elements_that_nobody_knows_never_change_a_state(name in "[a-z]{1,12}", text in "[a-z ]{0,20}") {
        let known = "<dm:person><r:activities><c:meeting/></r:activities></dm:person>";
        let odd = format!("<x:{name} xmlns:x='urn:example:x'><c:dnd/>{text}</x:{name}>");
        let both = document(&format!("{odd}{known}{odd}"));
        prop_assert_eq!(both, document(known));
    }

    #[test]
    fn cleaned_text_has_no_control_characters(text in any::<String>()) {
        prop_assert!(!clean(&text).chars().any(char::is_control));
    }
}
