//! All of Unicode through what cleans the text of others, and everything hidden through every path by
//! which such text reaches people: nothing comes out that controls a terminal, turns the direction of
//! writing, or that nobody sees.

use std::io::Write;

use jiff::Timestamp;
use rcgen::{CertificateParams, DnType, KeyPair};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use whosin::board::{
    AccountMessage, Action, Choice, Origin, Pane, Setting, UserMessage, WorldMessage,
};
use whosin::broker::{Disclosure, Discovery, Outbox, State, Topics, device, published};
use whosin::calling::{ContactAction, Hook, Subject};
use whosin::contacts::exchange::{self, Source};
use whosin::contacts::{Contact, Fact};
use whosin::directory::{Page, read_servers};
use whosin::http::Described;
use whosin::link::{Link, LinkState, Outcome, Problem};
use whosin::log::CleanLines;
use whosin::memory::snapshot::{Person, PersonsDevice};
use whosin::operator::OperatorNote;
use whosin::presence::{
    Activity, Address, Presence, Why, clean, clean_json, clean_lines, is_clean, read_document,
};
use whosin::pws::{Endpoint, read_polled_presence};

use crate::support::desk::{Desk, contact, document, link, outcome, own, report};
use crate::support::hidden::{all_hidden, assert_shown, everything, quoted, samples};

/// So many characters are in a text: no reader cuts so few off.
const LENGTH: usize = 60;

/// The text in XML, once as it stands and once with a reference for each of its characters.
fn in_xml(text: &str) -> [String; 2] {
    let plain = text.replace('&', "&amp;").replace('<', "&lt;");
    let references = text.chars().map(|c| format!("&#{};", u32::from(c)));
    [plain.replace('\'', "&#39;"), references.collect()]
}

#[test]
fn text_is_cleaned_of_everything_hidden() {
    for text in everything(LENGTH) {
        assert_shown("clean", &clean(&text));
        let lines = clean_lines(&text);
        assert_shown("clean_lines", &lines);
        assert!(is_clean(&lines), "{lines:?}");
        assert_eq!(is_clean(&text), lines == text, "{text:?}");
        let json = serde_json::to_string(&text).unwrap();
        let cleaned = clean_json(&json);
        assert_shown("clean_json", &cleaned);
        assert_eq!(serde_json::from_str::<String>(&cleaned).unwrap(), text);
    }
}

#[test]
fn every_character_that_has_a_picture_stays() {
    let is_kept = |c: char| clean(&format!("a{c}b")).contains(c);
    for range in [
        '!'..='~',
        '¡'..='¬',
        'À'..='ʯ',
        'Α'..='Ω',
        'א'..='ת',
        '一'..='鿿',
        '😀'..='🙏',
    ] {
        for character in range {
            assert!(is_kept(character), "{character:?}");
        }
    }
    for emoji in [
        "👩\u{200d}💻",
        "❤\u{fe0f}\u{200d}🔥",
        "🙂\u{200d}\u{2194}\u{fe0f}",
        "🐦\u{200d}⬛",
        "1\u{fe0f}\u{20e3}",
    ] {
        assert_eq!(clean(emoji), emoji);
        assert_eq!(clean_lines(emoji), emoji);
    }
    // A joiner that joins nothing, and selectors that select nothing.
    assert_eq!(
        clean("a\u{200d}b 👩\u{200d} \u{fe0f}c d\u{fe0f}\u{fe0e}"),
        "ab 👩 c d\u{fe0f}"
    );
    assert_eq!(clean_lines("  a   b\t c\r\nd\n"), "  a   b  c\nd\n");
}

/// Every text of a presence that came from elsewhere.
fn texts_of(presence: &Presence) -> Vec<&str> {
    let mut texts = vec![presence.label()];
    texts.extend(presence.activities.iter().map(Activity::details));
    texts.extend(presence.remarks().iter().map(String::as_str));
    texts.extend(
        [&presence.note, &presence.display_name]
            .into_iter()
            .flatten()
            .map(String::as_str),
    );
    for device in &presence.devices {
        texts.push(&device.id);
        texts.extend(device.activities.iter().filter_map(Activity::label));
        texts.extend(
            device
                .capabilities
                .iter()
                .chain(&device.media_types)
                .map(String::as_str),
        );
        let some = [
            &device.contact,
            &device.note,
            &device.relationship,
            &device.service_class,
            &device.source,
        ];
        texts.extend(some.into_iter().flatten().map(String::as_str));
    }
    if let Some(extras) = &presence.extras {
        let lists = [
            &extras.moods,
            &extras.place_types,
            &extras.place_is,
            &extras.privacy,
        ];
        texts.extend(lists.into_iter().flatten().map(String::as_str));
        let some = [
            &extras.relationship,
            &extras.sphere,
            &extras.service_class,
            &extras.status_icon,
            &extras.phone_status,
            &extras.im_status,
        ];
        texts.extend(some.into_iter().flatten().map(String::as_str));
    }
    texts
}

#[test]
fn documents_and_answers_show_nothing_hidden() {
    for text in samples(LENGTH).flat_map(|text| in_xml(&text)) {
        let pidf = format!(
            "<presence xmlns='urn:ietf:params:xml:ns:pidf' \
             xmlns:r='urn:ietf:params:xml:ns:pidf:rpid' \
             xmlns:p='urn:ietf:params:xml:ns:pidf:data-model' entity='sip:a@b'>\
             <tuple id='{text}'><status><basic>open</basic></status>\
             <contact>sip:{text}</contact><note>{text}</note></tuple>\
             <p:person id='p'><r:activities><r:other>{text}</r:other></r:activities>\
             <p:note>{text}</p:note></p:person></presence>"
        );
        match read_document(&pidf) {
            Ok(document) => {
                let presence = document.presence(Timestamp::UNIX_EPOCH, &[]);
                for text in texts_of(&presence) {
                    assert_shown("a document", text);
                }
            }
            Err(error) => assert_shown("a document's error", &error.to_string()),
        }
        for answer in [
            format!("<html><title>{text}</title><body></html>"),
            format!("<!DOCTYPE html><html><title>{text}</title><p></html>"),
            format!(
                "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault>\
                 <faultcode>s:{text}</faultcode><faultstring>{text}</faultstring>\
                 <detail>{text}</detail></s:Fault></s:Body></s:Envelope>"
            ),
            format!("<a{text}></b{text}>"),
            text.clone(),
        ] {
            let Err(error) = read_polled_presence(answer.as_bytes(), None) else {
                panic!("{answer:?} is an answer");
            };
            let Problem { what, advice } = error.problem("cup.example.com");
            for text in [error.to_string(), what, advice] {
                assert_shown("an answer's error", &text);
            }
        }
        let users = format!(
            "<users><user><userName>{text}</userName><displayName>{text}</displayName>\
             <department>{text}</department><phoneNumber>{text}</phoneNumber>\
             <directoryUri>{text}</directoryUri></user></users>"
        );
        match Page::read(&users) {
            Ok(page) => {
                for one in page.entries {
                    let texts = [one.user_name.clone(), one.name.clone()];
                    for text in texts.iter().chain(&one.department).chain(&one.number) {
                        assert_shown("the directory", text);
                    }
                }
            }
            Err(error) => assert_shown("the directory's error", &error.to_string()),
        }
        match read_servers(&format!("<servers><server>{text}</server></servers>")) {
            Ok(names) => assert_shown("the directory's nodes", &names.concat()),
            Err(error) => assert_shown("the directory's error", &error.to_string()),
        }
    }
}

#[test]
fn contacts_of_other_programs_hold_nothing_hidden() {
    for text in samples(LENGTH) {
        let line = text.replace('"', "\"\"");
        let encoded = base64(&text);
        for (source, text) in [
            (
                "csv",
                format!(
                    "name,address,group,number\n\"{line}\",a@b.at,\"{line}\",\"{line}\"\n\"{line}\",\"{line}@b.at\",x,y\n"
                ),
            ),
            (
                "vcard3",
                format!(
                    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{text}\r\nEMAIL:a@b.at\r\nCATEGORIES:{text}\r\nTITLE:{text}\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:{text}\r\nEND:VCARD\r\n"
                ),
            ),
            (
                "ldif",
                format!(
                    "dn: cn=a\ncn:: {encoded}\nou:: {encoded}\ntitle: {text}\nmail: a@b.at\n\ndn: cn=b\ncn: b\nmail:: {encoded}\n"
                ),
            ),
            ("list", format!("{text} <a@b.at>\n{text}\n{text}@b.at")),
            (
                "buddies",
                format!(
                    "<purple><blist><group name='{0}'><contact><buddy proto='prpl-jabber'><name>a@b.at</name><alias>{0}</alias></buddy></contact></group></blist></purple>",
                    in_xml(&text)[1]
                ),
            ),
            ("buddies", text.clone()),
            (
                "abook",
                format!("[0]\nname={text}\nemail=a@b.at\n[1]\nname=b\nemail={text}\n"),
            ),
            ("mutt", format!("alias {text} {text} <a@b.at>\n")),
        ] {
            let source = Source::ALL
                .into_iter()
                .find(|one| one.name() == source)
                .unwrap();
            let imported = exchange::read(&text, source, Some("b.at"), None);
            for contact in &imported.contacts {
                assert_shown(source.name(), contact.address.as_str());
                for text in Fact::ALL.into_iter().filter_map(|fact| contact.fact(fact)) {
                    assert_shown(source.name(), text);
                }
            }
            for refused in &imported.refused {
                assert_shown(source.name(), &refused.text);
                assert_shown(source.name(), &refused.reason.to_string());
            }
        }
    }
}

fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[test]
fn names_of_hosts_and_addresses_hold_nothing_hidden() {
    let node = Endpoint::parse("cup.example.com").unwrap();
    for text in samples(LENGTH) {
        for named in [
            text.clone(),
            format!("https://a{text}/"),
            format!("a.b:{text}"),
        ] {
            for endpoint in [Endpoint::parse(&named), node.sibling(&named)] {
                match endpoint {
                    Ok(endpoint) => {
                        assert_shown("a server", &endpoint.to_string());
                        assert_shown("a server", &endpoint.origin());
                    }
                    Err(error) => assert_shown("no server", &error.to_string()),
                }
            }
        }
        // One by one, for an address is refused for any of many characters.
        for character in text.chars() {
            match Address::parse(&format!("sip:a{character}b@sie{character}.at")) {
                Ok(address) => assert_shown("an address", address.as_str()),
                Err(error) => assert_shown("no address", &error.to_string()),
            }
        }
    }
}

#[test]
fn certificates_are_described_with_nothing_hidden() {
    let key = KeyPair::generate().unwrap();
    for text in everything(4096) {
        let mut parameters = CertificateParams::new([]).unwrap();
        parameters
            .distinguished_name
            .push(DnType::CommonName, text.clone());
        parameters
            .distinguished_name
            .push(DnType::OrganizationName, text);
        let certificate = parameters.self_signed(&key).unwrap();
        let described = Described::read(certificate.der()).unwrap();
        assert_shown("a subject", &described.subject);
        assert_shown("an issuer", &described.issuer);
    }
}

#[test]
fn the_log_has_one_line_an_event_with_nothing_hidden() {
    let mut log = CleanLines(Vec::new());
    let mut events = 0;
    for text in everything(LENGTH) {
        log.write_all(format!("2026-11-26  INFO whosin: {text} error={text}\n").as_bytes())
            .unwrap();
        events += 1;
    }
    let log = String::from_utf8(log.0).unwrap();
    assert_shown("the log", &log);
    assert_eq!(log.lines().count(), events);
    assert!(
        log.lines()
            .all(|line| line.starts_with("2026-11-26  INFO whosin: "))
    );
}

#[test]
fn no_argument_of_a_command_holds_anything_hidden() {
    let command = [
        "phone",
        "{name}",
        "tel:{number}",
        "x:{group}",
        "--as={name}",
        "{activity}",
    ];
    let action = ContactAction::new("Do it", None, &command).unwrap();
    for text in samples(1) {
        let mut contact = Contact::new("a@b.at".parse().unwrap());
        contact.number = Some(format!("12{text}34"));
        contact.group = Some(format!("a{text}"));
        let name = format!("a{text}b");
        let subject = Subject {
            contact: &contact,
            name: &name,
            state: None,
            activity: Some(&text),
        };
        if let Ok(invocation) = action.fill(subject) {
            for argument in &invocation.arguments {
                assert_shown("an argument", argument);
                assert!(!argument.contains('\n'), "{argument:?}");
            }
        }
    }
}

#[test]
fn no_hook_passes_anything_hidden() {
    let hook = Hook::new(&["tell", "{name}", "{group}", "{state}", "{activity}"]).unwrap();
    for text in samples(1) {
        let contact = Contact {
            group: Some(format!("a{text}")),
            ..Contact::new("a@b.at".parse().unwrap())
        };
        let subject = Subject {
            contact: &contact,
            name: &format!("a{text}b"),
            state: Some("available"),
            activity: Some(&text),
        };
        if let Ok(invocation) = hook.fill(subject) {
            for argument in &invocation.arguments {
                assert_shown("a hook's argument", argument);
                assert!(!argument.contains('\n'), "{argument:?}");
            }
        }
    }
}

/// An object in which every field that takes a text, or a list of texts, holds this one.
fn filled<T: DeserializeOwned + Serialize>(object: &T, text: &str) -> T {
    let mut object = serde_json::to_value(object).unwrap();
    let fields: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
    for field in fields {
        for value in [json!(text), json!([text])] {
            let before = std::mem::replace(&mut object[&field], value);
            if T::deserialize(&object).is_ok() {
                break;
            }
            object[&field] = before;
        }
    }
    serde_json::from_value(object).unwrap()
}

/// Somebody of whom every text is this one.
fn person_of(text: &str) -> Person {
    Person {
        uri: "a@b.at".into(),
        devices: vec![filled(&PersonsDevice::default(), text)],
        error: None,
        asked_at: Some(Timestamp::UNIX_EPOCH),
        why: Some(Why::Person),
        fresh: true,
        ..filled(&Person::default(), text)
    }
}

#[test]
fn a_broker_neither_gets_nor_gives_anything_hidden() {
    let address: Address = "a@b.at".parse().unwrap();
    let topics = Topics::new("whosin").unwrap();
    let all = Disclosure {
        notes: true,
        devices: true,
    };
    for text in samples(LENGTH) {
        let person = person_of(&text);
        assert!(person.note.as_ref() == Some(&text) && person.devices[0].id == text);
        for person in [
            person.clone(),
            Person {
                error: Some(text.clone()),
                ..person
            },
        ] {
            let payload = published(&person, all, &text, Timestamp::UNIX_EPOCH);
            let payload = serde_json::to_string(&payload).unwrap();
            // Somebody else may publish what whosin never would.
            let state = State::read(payload.as_bytes(), &address).unwrap();
            assert_shown("a publisher's name", &state.publisher);
            match state.outcome {
                Outcome::Answered(presence) => {
                    for text in texts_of(&presence) {
                        assert_shown("what is published", text);
                    }
                }
                Outcome::Refused(words) | Outcome::Unreadable(words) => {
                    assert_shown("a published refusal", &words);
                }
                Outcome::NotAnswered => panic!("{text:?} is not read"),
            }
            let mut outbox = Outbox::new(
                topics.clone(),
                text.clone(),
                Timestamp::UNIX_EPOCH,
                all,
                Some(Discovery::HomeAssistant),
            );
            for message in outbox.changes([person], std::time::Instant::now()) {
                assert_shown("a topic", &message.topic);
                let payload = std::str::from_utf8(&message.payload).unwrap();
                assert_shown("a payload", payload);
            }
        }
        for character in text.chars() {
            let Ok(address) = Address::parse(&format!("a{character}b@c.at")) else {
                continue;
            };
            let device = device(&topics, &address, &text);
            assert_shown("a topic of Home Assistant", &device.topic);
            let config = std::str::from_utf8(&device.payload).unwrap();
            assert_shown("a device of Home Assistant", config);
            assert!(device.topic.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}

#[test]
fn the_desks_notes_hold_nothing_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.toml");
    // In TOML as it stands, where it may stand there.
    for text in everything(4096) {
        let quoted = quoted(&text);
        let note = format!(
            "[[note]]\naddress = \"a@b.at\"\ntext = {quoted}\nby = {quoted}\nat = 2026-11-23T09:14:00Z\n"
        );
        for text in [note, text] {
            std::fs::write(&path, text).unwrap();
            match whosin::operator::load::<whosin::operator::OperatorNotes>(&path) {
                Ok(notes) => {
                    for note in notes.all() {
                        assert_shown("a note of the desk", &note.text);
                        assert_shown("who wrote it", &note.by);
                    }
                }
                Err(error) => assert_shown("why there are no notes", &error.to_string()),
            }
        }
    }
}

/// A board on which this text stands in every place, however it got there.
fn written_everywhere(text: &str) -> Desk {
    let mut desk = Desk::empty(140, 40);
    let mut contact = contact("a@sie.at", text, text);
    for fact in Fact::ALL {
        contact.set(fact, Some(text.into()));
    }
    let mut presence = document("<note>n</note>");
    presence.note = Some(text.into());
    presence.display_name = Some(text.into());
    let problem = Problem {
        what: text.into(),
        advice: text.into(),
    };
    desk.send(own(AccountMessage::Contacts(vec![
        contact,
        Contact {
            name: Some(text.into()),
            ..Contact::new("b@sie.at".parse().unwrap())
        },
        Contact::new("c@sie.at".parse().unwrap()),
    ])));
    desk.send(report("a@sie.at", desk.now, presence));
    desk.send(outcome("b@sie.at", desk.now, Outcome::Refused(text.into())));
    desk.send(outcome(
        "c@sie.at",
        desk.now,
        Outcome::Unreadable(text.into()),
    ));
    let note = OperatorNote {
        address: "a@sie.at".parse().unwrap(),
        text: text.into(),
        by: text.into(),
        at: desk.now,
        until: None,
    };
    desk.send(own(AccountMessage::OperatorNotes {
        notes: [note].into_iter().collect(),
        number: 0,
    }));
    desk.send(WorldMessage::Settings(vec![Setting {
        name: "theme",
        value: text.into(),
        origin: Origin::File,
        about: "",
        choices: vec![Choice::Theme(text.into())],
    }]));
    desk.send(WorldMessage::Notice(text.into()));
    desk.send(own(AccountMessage::Link(Link {
        server: text.into(),
        user: text.into(),
        warning: Some(text.into()),
        remark: Some(text.into()),
        ..link(LinkState::Trouble {
            problem,
            since: desk.now,
            next_try: Some(desk.now),
        })
    })));
    desk
}

#[test]
fn no_cell_of_the_screen_holds_anything_hidden() {
    for text in samples(200).chain([all_hidden()]) {
        let mut desk = written_everywhere(&text);
        for _ in 0..3 {
            assert_screen_shown(&mut desk);
            desk.act(Action::View);
        }
    }
}

#[test]
fn no_pane_of_the_board_shows_anything_hidden() {
    // Not as many as the contacts, for each is drawn often.
    for text in samples(2000).chain([all_hidden()]) {
        let mut desk = written_everywhere(&text);
        desk.draw();
        // Without `Desk::act`, which draws before each key what was looked at already.
        let press = |desk: &mut Desk, action| desk.send(UserMessage::Act(action));
        for pane in PANES {
            press(&mut desk, pane);
            assert!(!matches!(desk.board.pane(), Pane::Contacts), "{pane:?}");
            assert_screen_shown(&mut desk);
            press(&mut desk, Action::Back);
        }
        press(&mut desk, Action::Add);
        desk.send(UserMessage::Paste(text.clone()));
        assert_screen_shown(&mut desk);
        press(&mut desk, Action::Back);
        for trouble in [
            own(AccountMessage::BookTrouble(Some(text.clone()))),
            own(AccountMessage::NotesTrouble(Some(text.clone()))),
            WorldMessage::SettingsTrouble(Some(text.clone())),
        ] {
            desk.send(trouble);
            assert_screen_shown(&mut desk);
        }
    }
}

/// What is opened upon the first contact.
const PANES: [Action; 8] = [
    Action::Open,
    Action::Lately,
    Action::Edit,
    Action::Annotate,
    Action::Actions,
    Action::Settings,
    Action::WhoIsFree,
    Action::OwnPresence,
];

#[track_caller]
fn assert_screen_shown(desk: &mut Desk) {
    let terminal = desk.draw();
    for cell in &terminal.backend().buffer().content {
        assert_shown("the screen", cell.symbol());
        assert!(!cell.symbol().contains('\n'));
    }
}
