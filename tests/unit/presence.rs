//! What documents mean.

use crate::support::desk::{document, doing, start};
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
        ("<c:unknown/>", Availability::Available, "Available"),
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
fn rule_1_of_several_activities_the_most_restrictive_decides_and_the_most_telling_leads() {
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
fn rule_1_dnd_stands_even_during_a_call_which_is_still_shown() {
    let presence = doing("<r:on-the-phone/><c:dnd/>");
    assert_eq!(presence.availability, Availability::Dnd);
    assert_eq!(presence.glyph(IconSet::Ascii), "-");
    assert_eq!(presence.phone().map(Kind::name), Some("on-the-phone"));
}

#[test]
fn rule_3_without_an_activity_the_tuples_decide() {
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
fn rule_1_the_person_decides_over_the_devices() {
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
fn rule_4_an_activity_counts_only_between_from_and_until() {
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
fn rule_5_the_note_is_in_the_users_language_else_english_else_the_first() {
    let notes = "<dm:person><dm:note xml:lang='fr'>Absent</dm:note><dm:note xml:lang='en'>Out</dm:note>\
                 <dm:note xml:lang='de-AT'>Weg</dm:note></dm:person>";
    let xml = format!(
        "<presence xmlns='urn:ietf:params:xml:ns:pidf' xmlns:dm='urn:ietf:params:xml:ns:pidf:data-model' \
         entity='sip:a@b'>{notes}</presence>"
    );
    let document = read_document(&xml).unwrap();
    let note = |languages: &[&str]| document.clone().presence(start(), languages).note.unwrap();
    assert_eq!(
        (note(&["de"]), note(&["it"]), note(&[])),
        ("Weg".into(), "Out".into(), "Out".into())
    );
}

#[test]
fn rule_1_of_several_persons_the_most_restrictive_wins() {
    let person =
        |activity: &str| format!("<dm:person><r:activities>{activity}</r:activities></dm:person>");
    for (first, second, expected) in [
        ("<c:available/>", "<r:busy/>", Availability::Busy),
        ("<r:away/>", "<c:available/>", Availability::Away),
        ("<r:busy/>", "<c:dnd/>", Availability::Dnd),
        (
            "<c:unavailable/>",
            "<c:available/>",
            Availability::Available,
        ),
        (
            "<c:unknown/>",
            "<c:unavailable/>",
            Availability::Unavailable,
        ),
        ("", "<r:away/>", Availability::Away),
    ] {
        for inside in [
            person(first) + &person(second),
            person(second) + &person(first),
        ] {
            assert_eq!(document(&inside).availability, expected, "{inside}");
        }
    }
}

#[test]
fn rule_1_every_kind_comes_in_its_place() {
    let everything: String = Kind::all()
        .iter()
        .rev()
        .map(|kind| format!("<c:{}/>", kind.name()))
        .collect();
    let presence = doing(&everything);
    let place = |name: &str| {
        let mut activities = presence.activities.iter();
        activities
            .position(|activity| activity.name() == name)
            .expect(name)
    };
    for pair in [
        "dnd",
        "presentation",
        "meeting",
        "appointment",
        "alerting",
        "on-the-phone",
        "steering",
        "busy",
        "travel",
        "lunch",
        "away",
        "idle",
        "available",
    ]
    .windows(2)
    {
        assert!(place(pair[0]) < place(pair[1]), "{pair:?}");
    }
    for kind in Kind::all() {
        let plain = match kind.availability() {
            Some(Availability::Busy) => "busy",
            Some(Availability::Away) => "away",
            _ => continue,
        };
        assert!(
            place(kind.name()) <= place(plain),
            "{} after {plain}",
            kind.name()
        );
    }
}

#[test]
fn rule_2_the_states_of_two_channels_are_no_activities() {
    let presence =
        doing("<c:available/><c:phone-status>busy</c:phone-status><c:im-status status='away'/>");
    assert_eq!(presence.activities.len(), 1);
    let extras = presence.extras.unwrap();
    assert_eq!(
        (extras.phone_status.as_deref(), extras.im_status.as_deref()),
        (Some("busy"), Some("away"))
    );
}

#[test]
fn rule_3_unknown_stands_only_when_nothing_else_is_said() {
    let unknown = "<dm:person><r:activities><c:unknown/></r:activities></dm:person>";
    let tuple = |inside: &str| format!("{unknown}<tuple id='a'><status>{inside}</status></tuple>");
    for (inside, expected) in [
        ("<basic>closed</basic>", Availability::Unknown),
        ("<basic>open</basic>", Availability::Available),
        (
            "<basic>closed</basic><r:activities><r:busy/></r:activities>",
            Availability::Busy,
        ),
    ] {
        assert_eq!(document(&tuple(inside)).availability, expected, "{inside}");
    }
}

#[test]
fn rule_3_activities_without_influence_leave_the_decision_to_the_tuples() {
    let presence = doing("<r:working/>");
    assert_eq!(
        (
            presence.availability,
            presence.label(),
            presence.glyph(IconSet::Ascii)
        ),
        (Availability::Available, "Working", "+")
    );
    let presence = doing("<r:looking-for-work/>");
    assert_eq!(
        (presence.label(), presence.activities[0].details()),
        ("Available", "Looking for work")
    );
    let presence = doing("<r:other>On the \u{1b}[1mroof</r:other>");
    assert_eq!(
        (presence.label(), presence.glyph(IconSet::Unicode)),
        ("On the [1mroof", "*")
    );
    let presence = doing("<c:gone-fishing/>");
    assert_eq!(
        (presence.label(), presence.availability),
        ("gone fishing", Availability::Available)
    );
}

#[test]
fn what_someone_does_while_away_is_told_in_the_details_only() {
    for (element, details) in [("sleeping", "Sleeping"), ("tv", "Watching television")] {
        let presence = doing(&format!("<r:{element}/>"));
        assert_eq!(
            (presence.label(), presence.activities[0].details()),
            ("Away", details)
        );
    }
}

#[test]
fn rule_5_the_note_is_the_persons_else_the_first_tuples_else_the_documents() {
    let person = "<dm:person><dm:note>person</dm:note></dm:person>";
    let tuples = "<tuple id='a'/><tuple id='b'><note> of \n the  tuple </note></tuple><tuple id='c'><note>no</note></tuple>";
    let root = "<note>document</note>";
    let note = |inside: String| document(&inside).note;
    assert_eq!(
        note(format!("{root}{tuples}{person}")).as_deref(),
        Some("person")
    );
    assert_eq!(
        note(format!("{root}{tuples}")).as_deref(),
        Some("of the tuple")
    );
    assert_eq!(note(root.into()).as_deref(), Some("document"));
    assert_eq!(
        note("<dm:person><dm:note> </dm:note></dm:person>".into()),
        None
    );
}

#[test]
fn rule_7_the_time_offset_is_minutes_and_nonsense_is_passed_over() {
    let offset = |text: &str| {
        let inside = format!("<dm:person><r:time-offset>{text}</r:time-offset></dm:person>");
        document(&inside)
            .extras
            .and_then(|extras| extras.time_offset_minutes)
    };
    assert_eq!(
        (offset("-240"), offset("+60"), offset(" 330 ")),
        (Some(-240), Some(60), Some(330))
    );
    assert_eq!(
        (offset("soon"), offset("99999999"), offset("")),
        (None, None, None)
    );
}

#[test]
fn rule_9_since_is_what_the_document_states_of_the_state_shown() {
    let since = |inside: &str| document(inside).since.map(|at| at.to_string());
    let person = "<dm:person><r:activities><r:busy/></r:activities><dm:timestamp>2026-11-23T08:00:00Z</dm:timestamp></dm:person>";
    assert_eq!(since(person).as_deref(), Some("2026-11-23T08:00:00Z"));
    let bounded = person.replace(
        "<r:activities>",
        "<r:activities from='2026-11-23T09:00:00Z'>",
    );
    assert_eq!(since(&bounded).as_deref(), Some("2026-11-23T09:00:00Z"));
    assert_eq!(
        since(&person.replace("08:00", "23:00")),
        None,
        "the future says nothing"
    );
    let tuple = "<tuple id='a'><status><basic>open</basic></status><timestamp>2026-11-23T08:00:00Z</timestamp></tuple>";
    assert_eq!(since(tuple), None, "that is the time of a report");
}

#[test]
fn the_catalogue_has_every_activity_of_rfc_4480() {
    // Section 3.2, in its order.
    let listed = "appointment away breakfast busy dinner holiday in-transit looking-for-work lunch \
                  meal meeting on-the-phone other performance permanent-absence playing presentation \
                  shopping sleeping spectator steering travel tv unknown vacation working worship";
    let ciscos =
        "available away busy dnd unavailable unknown vacation meeting on-the-phone alerting";
    for name in listed.split_whitespace().chain(ciscos.split_whitespace()) {
        let kind = Kind::named(name).unwrap_or_else(|| panic!("{name} is missing"));
        assert!(!kind.details().is_empty(), "{name}");
    }
    let mut names: Vec<&str> = Kind::all().iter().map(Kind::name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Kind::all().len(), "each is listed once");
}

#[test]
fn every_glyph_is_one_cell_wide_and_tells_the_availability() {
    use unicode_width::UnicodeWidthStr;
    for icons in [IconSet::Unicode, IconSet::Nerd, IconSet::Ascii] {
        let mut seen: std::collections::HashMap<&str, Availability> = Default::default();
        for kind in Kind::all() {
            let glyph = kind.glyph(icons);
            let Some(availability) = kind.availability() else {
                continue;
            };
            assert_eq!(
                (glyph.width(), glyph.chars().count()),
                (1, 1),
                "{} in {icons:?}",
                kind.name()
            );
            if icons != IconSet::Nerd {
                // Where a terminal draws ambiguous characters wide, these are narrow still. The
                // private characters of patched fonts have no such promise.
                assert_eq!(glyph.width_cjk(), 1, "{} in {icons:?}", kind.name());
            }
            let before = *seen.entry(glyph).or_insert(availability);
            assert_eq!(
                before,
                availability,
                "{glyph} of {} in {icons:?}",
                kind.name()
            );
        }
    }
}

#[test]
fn rule_6_a_state_set_by_hand_is_no_device() {
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
        "be\u{200b}n@sie.at\u{feff}",
        "<sip:ben@sie.at;transport=tls>",
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
        "a@@c",
        "@b@c",
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

/// Parts of a document whose order says nothing.
fn tuples() -> impl Strategy<Value = Vec<String>> {
    let activity = prop::sample::select(vec![
        "c:dnd",
        "r:busy",
        "c:meeting",
        "r:lunch",
        "c:available",
        "c:unknown",
        "r:other",
        "c:odd",
    ]);
    let basic = prop::sample::select(vec!["open", "closed"]);
    let part =
        (activity, basic, any::<bool>(), 0..9u32).prop_map(|(activity, basic, person, id)| {
            let activities = format!("<r:activities><{activity}/></r:activities>");
            if person {
                format!("<dm:person id='p{id}'>{activities}</dm:person>")
            } else {
                format!(
                    "<tuple id='t{id}'><status><basic>{basic}</basic></status>{activities}</tuple>"
                )
            }
        });
    prop::collection::vec(part, 0..6)
}

proptest! {
    #[test]
    fn an_address_is_read_again_as_it_was_read(
        text in "[abA%4035C.,;:?/<>@ \\\\\u{200b}é-]{1,24}|sip:[a-b%40;@.]{1,16}|a{310,322}",
        domain in prop::option::of("[a-c.:<]{1,8}"),
    ) {
        if let Ok(address) = Address::parse_in(&text, domain.as_deref()) {
            let again = Address::parse(address.as_str());
            prop_assert_eq!(again.as_ref().map(Address::as_str), Ok(address.as_str()));
        }
    }

    #[test]
    fn text_that_is_clean_stays_as_it_is(text in "[ \\na\u{301}\u{200b}\u{200d}\u{fe0f}☎👩\u{a0}\u{202e}]{0,12}|.{0,40}") {
        let cleaned = clean(&text);
        prop_assert_eq!(cleaned.trim(), &cleaned);
        prop_assert!(!cleaned.contains("  "), "{:?}", cleaned);
        prop_assert_eq!(clean(&cleaned), cleaned);
    }

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
    fn the_order_of_tuples_and_persons_never_changes_a_state(parts in tuples(), turn in 0..6usize) {
        let mut turned = parts.clone();
        turned.rotate_left(turn.min(parts.len()));
        turned.reverse();
        let (one, other) = (document(&parts.concat()), document(&turned.concat()));
        prop_assert_eq!(one.availability, other.availability);
        prop_assert_eq!(one.why, other.why);
        prop_assert_eq!(one.activities, other.activities);
    }

    #[test]
    fn the_order_of_attributes_never_changes_a_state(order in Just(vec![
        "from='2026-11-23T09:00:00Z'", "until='2026-11-23T10:00:00Z'", "id='a'", "x:y='z'", "r:from='2027-01-01T00:00:00Z'",
    ]).prop_shuffle()) {
        let with = |attributes: &str| document(&format!(
            "<dm:person xmlns:x='urn:example:x'><r:activities {attributes}><r:busy/></r:activities></dm:person>"
        ));
        prop_assert_eq!(with(&order.join(" ")), with("until='2026-11-23T10:00:00Z' from='2026-11-23T09:00:00Z'"));
    }

    #[test]
    fn cleaned_text_has_no_control_characters(text in any::<String>()) {
        prop_assert!(!clean(&text).chars().any(char::is_control));
    }
}
