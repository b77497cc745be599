//! Documents as standards, servers and vandals write them: each read as a person would read it.

use crate::support::desk::{document, start};
use whosin::http;
use whosin::presence::{Availability, Document, Presence, UserInput, Why, decode, read_document};
use whosin::pws::{Contact, Error, Said, read_polled_presence};

fn corpus(name: &str) -> Document {
    let path = format!(
        "{}/tests/corpus/pidf/{name}.xml",
        env!("CARGO_MANIFEST_DIR")
    );
    read_document(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn presence(name: &str) -> Presence {
    corpus(name).presence(start(), &["en"])
}

fn names(presence: &Presence) -> Vec<&str> {
    let activities = presence.activities.iter();
    activities.map(|activity| activity.name()).collect()
}

#[test]
fn a_document_full_of_rich_presence_is_read_whole() {
    let read = presence("rich");
    assert_eq!(
        (read.availability, read.label(), read.why),
        (Availability::Away, "Away", Why::Person)
    );
    assert_eq!(corpus("rich").entity, "mira@example.com".parse().ok());
    assert_eq!(read.note.as_deref(), Some("Counting chairs"));
    assert_eq!(read.since, "2026-11-23T09:00:00Z".parse().ok());
    assert_eq!(read.until, "2026-11-23T12:00:00Z".parse().ok());
    let extras = read.extras.as_deref().unwrap();
    assert_eq!(extras.moods, ["happy", "brooding"]);
    assert_eq!(extras.place_is, ["audio: noisy", "video: too bright"]);
    assert_eq!(extras.place_types, ["residence"]);
    assert_eq!(extras.privacy, ["audio", "text"]);
    assert_eq!(extras.sphere.as_deref(), Some("choir"));
    assert_eq!(extras.time_offset_minutes, Some(-240));
    assert_eq!(
        extras.status_icon.as_deref(),
        Some("http://example.com/far.gif")
    );
    let [mobile, office, desk, tablet] = read.devices.as_slice() else {
        panic!("{:#?}", read.devices)
    };
    assert_eq!((mobile.open, mobile.priority), (Some(true), Some(800)));
    assert_eq!(
        mobile.note.as_deref(),
        Some("Please write rather than ring")
    );
    assert_eq!(mobile.service_class.as_deref(), Some("electronic"));
    assert_eq!(mobile.reported, "2026-11-23T08:49:29Z".parse().ok());
    assert_eq!(office.relationship.as_deref(), Some("assistant"));
    assert_eq!(desk.capabilities, ["audio", "duplex full"]);
    assert_eq!(desk.media_types, ["text/plain"]);
    let idle = UserInput::Idle("2026-11-23T08:20:00Z".parse().ok());
    assert_eq!(
        desk.user_input,
        Some(idle),
        "of the device of the same deviceID"
    );
    assert_eq!(desk.note.as_deref(), Some("The machine under the window"));
    assert_eq!((tablet.id.as_str(), tablet.open), ("tablet", None));
}

#[test]
fn what_bounds_an_activity_bounds_its_note() {
    let later = "2026-11-23T18:00:00Z".parse().unwrap();
    let xml = "<dm:person><r:activities until='2026-11-23T17:00:00Z'><r:away/><r:note>Until five</r:note>\
               </r:activities></dm:person>";
    assert_eq!(document(xml).note.as_deref(), Some("Until five"));
    let read = corpus("rich").presence(later, &["en"]);
    assert_eq!(
        (read.availability, read.why),
        (Availability::Available, Why::OpenDevice)
    );
}

#[test]
fn ciscos_own_style_is_read_whole() {
    let read = presence("cisco");
    assert_eq!(corpus("cisco").entity, "rosa@example.com".parse().ok());
    assert_eq!(
        (read.availability, read.label()),
        (Availability::Available, "Idle")
    );
    assert_eq!(names(&read), ["idle", "available"]);
    assert_eq!(read.display_name.as_deref(), Some("Rosa Seven"));
    let extras = read.extras.as_deref().unwrap();
    assert_eq!(extras.phone_status.as_deref(), Some("unavailable"));
    assert_eq!(extras.im_status.as_deref(), Some("available"));
    assert_eq!(read.devices.len(), 2);
    let upc = &read.devices[0];
    assert_eq!(
        (upc.open, upc.priority, &upc.note),
        (Some(true), Some(600), &None)
    );
    assert_eq!(upc.capabilities, ["text"]);
    assert_eq!(upc.media_types.len(), 2);
    assert_eq!(upc.user_input, Some(UserInput::Idle(None)));
    assert_eq!(
        read.devices[1].source.as_deref(),
        Some("Presence Web Service")
    );
}

#[test]
fn call_managers_style_is_read_whole() {
    let read = presence("call-manager");
    assert_eq!(names(&read), ["dnd", "on-the-phone"]);
    assert_eq!(read.availability, Availability::Dnd);
    assert_eq!(read.devices[0].capabilities, ["audio"]);
    assert_eq!(read.devices[0].activities[0].name(), "on-the-phone");
}

#[test]
fn an_early_drafts_style_is_read_whole() {
    let read = presence("draft");
    assert_eq!(
        corpus("draft").entity,
        "otto.eight@example.com".parse().ok()
    );
    assert_eq!((read.label(), read.why), ("On the phone", Why::Device));
    assert_eq!(read.note.as_deref(), Some("café & cake"));
    assert!(read.devices[0].user_input.unwrap().is_idle());
}

#[test]
fn a_state_set_by_hand_is_read_beside_an_empty_person() {
    let read = presence("by-hand");
    assert!(read.set_by_hand);
    assert_eq!(names(&read), ["meeting", "busy"]);
    assert_eq!(read.note.as_deref(), Some("Back at ten"));
    assert_eq!(read.devices.len(), 1);
}

#[test]
fn the_language_of_a_note_is_inherited() {
    let xml = "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:a@b' xml:lang='de'>\
               <tuple id='a' xml:lang='en'><note>Out</note></tuple>\
               <tuple id='b'><note>Weg</note></tuple><note>Daheim</note></presence>";
    let document = read_document(xml).unwrap();
    assert_eq!(
        document.clone().presence(start(), &["de"]).note.as_deref(),
        Some("Out"),
        "the first tuple's"
    );
    assert_eq!(
        document.clone().presence(start(), &["de"]).devices[1]
            .note
            .as_deref(),
        Some("Weg")
    );
}

#[test]
fn whatever_the_encoding_the_words_are_the_same() {
    let text = |declared: &str| {
        format!(
            "<?xml version='1.0' encoding='{declared}'?><presence xmlns='urn:ietf:params:xml:ns:pidf' \
             entity='sip:a@b'><tuple id='a'><note>Grüße, Zoë</note></tuple></presence>"
        )
    };
    let latin = |text: String| text.chars().map(|c| c as u8).collect::<Vec<u8>>();
    let wide = |text: String| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let marked = |bytes: Vec<u8>| [vec![0xff, 0xfe], bytes].concat();
    for (what, bytes) in [
        ("as declared", text("UTF-8").into_bytes()),
        ("declared as another", text("ISO-8859-1").into_bytes()),
        ("declared as wide", text("UTF-16").into_bytes()),
        ("declared as nonsense", text("klingon").into_bytes()),
        (
            "with a mark",
            [b"\xef\xbb\xbf".to_vec(), text("UTF-8").into_bytes()].concat(),
        ),
        ("Latin-1", latin(text("ISO-8859-1"))),
        ("Latin-1, declared as UTF-8", latin(text("UTF-8"))),
        ("UTF-16", marked(wide(text("UTF-16")))),
        ("UTF-16 without a mark", wide(text("UTF-16"))),
    ] {
        let document = read_document(&decode(&bytes, None)).expect(what);
        let note = document.presence(start(), &[]).note;
        assert_eq!(note.as_deref(), Some("Grüße, Zoë"), "{what}");
    }
    let cyrillic = b"<a>\xcf\xf0\xe8\xe2\xe5\xf2</a>";
    assert_eq!(decode(cyrillic, Some("windows-1251")), "<a>Привет</a>");
}

/// An answer for three contacts, the second with this document.
fn answer(odd: &str) -> Vec<u8> {
    let sound = |who: &str| {
        format!(
            "<presence entity='sip:{who}@example.com' xmlns='urn:ietf:params:xml:ns:pidf'>\
             <tuple id='a'><status><basic>open</basic></status></tuple></presence>"
        )
    };
    format!(
        "<?xml version='1.0'?><E:Envelope xmlns:E='http://schemas.xmlsoap.org/soap/envelope/'><E:Body>\
         <getPolledPresenceResponse xmlns='urn:cisco:cup:presence:soap'><presenceResponse>\
         <richPresenceList>{}\n{odd}\n{}</richPresenceList></presenceResponse>\
         </getPolledPresenceResponse></E:Body></E:Envelope>",
        sound("first"),
        sound("last")
    )
    .into_bytes()
}

fn told(contact: &Contact) -> Option<Availability> {
    match &contact.said {
        Ok(Said::Rich(document)) => Some(document.clone().presence(start(), &[]).availability),
        Ok(Said::Unchanged(presence)) => Some(presence.availability),
        Ok(Said::Basic(presence)) => Some(presence.availability),
        Err(_) => None,
    }
}

fn odd(inside: &str) -> String {
    format!(
        "<presence entity='sip:odd@example.com' xmlns='urn:ietf:params:xml:ns:pidf'>{inside}\
         <tuple id='a'><status><basic>open</basic></status></tuple></presence>"
    )
}

#[test]
fn one_odd_document_spoils_no_other() {
    let deep = "<a>".repeat(100_000);
    for (what, document, expected) in [
        ("unclosed tags", odd("<tuple><status>"), None),
        ("crossed tags", odd("<a><b></a></b>"), None),
        ("an unknown entity", odd("<note>&nbsp;</note>"), None),
        ("a bare ampersand", odd("<note>R&D</note>"), None),
        ("100,000 open elements", odd(&deep), None),
        (
            "35,000 elements",
            odd(&format!(
                "{}{}",
                "<a>".repeat(35_000),
                "</a>".repeat(35_000)
            )),
            Some(Availability::Available),
        ),
        (
            "more than 256 KB of elements",
            odd(&format!("{deep}{}", "</a>".repeat(100_000))),
            None,
        ),
        (
            "a declaration of types",
            odd("<!DOCTYPE x [<!ENTITY a 'b'>]>"),
            None,
        ),
        (
            "another root",
            "<html entity='sip:odd@example.com'/>".into(),
            None,
        ),
        (
            "200 KB of note",
            odd(&format!("<note>{}</note>", "x".repeat(200 << 10))),
            Some(Availability::Available),
        ),
        (
            "a megabyte of note",
            odd(&format!("<note>{}</note>", "x".repeat(1 << 20))),
            None,
        ),
        (
            "a declaration inside",
            format!("<?xml version='1.0'?>{}", odd("")),
            Some(Availability::Available),
        ),
        (
            "a declaration further inside",
            odd("<?xml version='1.0'?>"),
            Some(Availability::Available),
        ),
        (
            "a control code",
            odd("<note>a\u{1b}[2Jb</note>"),
            Some(Availability::Available),
        ),
        (
            "a control code by number",
            odd("<note>a&#27;[2J&#x1b;b</note>"),
            Some(Availability::Available),
        ),
        (
            "an undeclared prefix",
            odd("<e:activities><e:dnd/></e:activities>"),
            Some(Availability::Available),
        ),
    ] {
        let contacts = read_polled_presence(&answer(&document), None).expect(what);
        let [first, odd, last] = contacts.as_slice() else {
            panic!("{what}: {} contacts", contacts.len())
        };
        assert_eq!(told(first), Some(Availability::Available), "{what}");
        assert_eq!(told(last), Some(Availability::Available), "{what}");
        assert_eq!(odd.address, "odd@example.com".parse().ok(), "{what}");
        assert_eq!(told(odd), expected, "{what}");
    }
}

#[test]
fn a_broken_document_cannot_speak_for_another_person() {
    let forged = "<presence entity='sip:boss@example.com' xmlns='urn:ietf:params:xml:ns:pidf'/>";
    for document in [
        odd(&format!("<x>{forged}</x>&bad;")),
        odd(&format!("<![CDATA[</presence>{forged}]]>&bad;")),
        odd(&format!("<!--</presence>{forged}-->&bad;")),
        odd(&format!("</tuple>{forged}&bad;")),
    ] {
        let contacts = read_polled_presence(&answer(&document), None).unwrap();
        let boss = "boss@example.com".parse().ok();
        assert!(
            contacts.iter().all(|contact| contact.address != boss),
            "{document}"
        );
        assert_eq!(contacts.len(), 3, "{document}");
    }
}

#[test]
fn an_answer_that_is_cut_short_is_not_patched_up() {
    let whole = answer(&odd(""));
    let cut = read_polled_presence(&whole[..whole.len() / 2], None);
    assert_eq!(cut.unwrap_err(), Error::Transport(http::Error::CutShort));
}

#[test]
fn a_bomb_around_the_documents_is_refused() {
    let body = String::from_utf8(answer(&odd(""))).unwrap();
    let bomb = body.replace(
        "<?xml version='1.0'?>",
        "<!DOCTYPE b [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>",
    );
    let read = read_polled_presence(bomb.as_bytes(), None);
    assert!(matches!(read, Err(Error::NotSoap(_))), "{read:?}");
}

#[test]
fn what_a_document_leaves_open_spoils_none_before_it_and_forges_none_after_it() {
    let forged = "<presence entity='sip:boss@example.com' xmlns='urn:ietf:params:xml:ns:pidf'/>";
    for open in ["<!--", "<![CDATA[", "<a b='", "<?a "] {
        let document = odd(&format!("{open}</presence>{forged}"));
        let contacts = read_polled_presence(&answer(&document), None).expect(open);
        assert_eq!(told(&contacts[0]), Some(Availability::Available), "{open}");
        let boss = "boss@example.com".parse().ok();
        assert!(contacts.iter().all(|one| one.address != boss), "{open}");
    }
}
