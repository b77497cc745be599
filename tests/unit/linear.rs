//! Reading is linear in the bytes of an answer, whatever is in it: counted in steps, which are the
//! same on every machine.

use whosin::pws::{Contact, Reader};

const HEAD: &str = "<?xml version='1.0'?>\
    <E:Envelope xmlns:E='http://schemas.xmlsoap.org/soap/envelope/'><E:Body>\
    <getPolledPresenceResponse xmlns='urn:cisco:cup:presence:soap'><presenceResponse>\
    <richPresenceList>";
const TAIL: &str =
    "</richPresenceList></presenceResponse></getPolledPresenceResponse></E:Body></E:Envelope>";
const SOUND: &str = "<presence entity='sip:sound@example.com' xmlns='urn:ietf:params:xml:ns:pidf'>\
    <tuple id='a'><status><basic>open</basic></status></tuple></presence>";

/// More steps than this a byte are too many. A prefix is looked for among 32 at most, and an
/// attribute among as many.
const MOST: u64 = 8;
/// Two dozen prefixes, the last of which is `z`.
const PREFIXES: &str = "<a xmlns:b='b' xmlns:c='c' xmlns:d='d' xmlns:e='e' xmlns:f='f' xmlns:g='g' \
    xmlns:h='h' xmlns:i='i' xmlns:j='j' xmlns:k='k' xmlns:l='l' xmlns:m='m' xmlns:n='n' \
    xmlns:o='o' xmlns:p='p' xmlns:q='q' xmlns:r='r' xmlns:s='s' xmlns:t='t' xmlns:u='u' \
    xmlns:v='v' xmlns:w='w' xmlns:x='x' xmlns:y='y' xmlns:z='z'>";

/// A piece, and what stands before and after many of them.
const HOSTILE: [(&str, &str, &str, &str); 26] = [
    ("forbidden references", "<note>", "&#1;", "</note>"),
    ("references", "<note>", "&#65;", "</note>"),
    ("entities", "<note>", "&amp;", "</note>"),
    ("unknown entities", "<note>", "&nbsp;", "</note>"),
    ("bare ampersands", "<note>", "&", "</note>"),
    ("open elements", "", "<a>", ""),
    ("ends of nothing", "<a>", "</b>", "</a>"),
    ("crossed elements", "", "<a><b></a></b>", ""),
    ("unknown names that end", "<x></y>", "<a></b>", ""),
    ("empty elements", "<person>", "<a/>", "</person>"),
    (
        "activities",
        "<person><activities>",
        "<busy/>",
        "</activities></person>",
    ),
    (
        "persons",
        "",
        "<person><activities><away/></activities></person>",
        "",
    ),
    (
        "tuples",
        "",
        "<tuple id='a'><status><basic>open</basic></status></tuple>",
        "",
    ),
    ("notes", "", "<note>a</note>", ""),
    ("statuses in statuses", "<tuple>", "<status>", ""),
    ("undeclared prefixes", "", "<x:a/>", ""),
    ("the last of many prefixes", PREFIXES, "<z:a/>", "</a>"),
    (
        "tags of many attributes",
        "",
        "<a a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' k='' l='' m='' n='' o='' p=''/>",
        "",
    ),
    ("comments", "<note>", "a<!---->", "</note>"),
    ("open comments", "", "<!--", ""),
    ("CDATA", "<note>", "<![CDATA[]]>", "</note>"),
    ("open CDATA", "", "<![CDATA[", ""),
    ("instructions", "", "<?xml ?>", ""),
    ("open tags", "", "<a b='", ""),
    ("less-than signs", "<note>", "<", "</note>"),
    ("declarations of types", "", "<!DOCTYPE a>", ""),
];

/// The same, with each piece different.
const NUMBERED: [(&str, &str, &str, &str); 6] = [
    ("attributes", "<a ", "b@='' ", "/>"),
    ("declarations in one tag", "<a ", "xmlns:b@='c' ", "/>"),
    ("declarations", "", "<a xmlns:b@='c'>", ""),
    ("namespaces", "", "<a xmlns='b@'>", ""),
    ("names", "", "<a@>", ""),
    ("undeclared prefixes, each its own", "", "<p@:a/>", ""),
];

fn hostile(kind: (&str, &str, &str, &str), size: usize) -> String {
    let (_, before, piece, after) = kind;
    let mut inside = String::from(before);
    let mut number = 0;
    while inside.len() + after.len() < size {
        inside.push_str(&piece.replace('@', &number.to_string()));
        number += 1;
    }
    inside + after
}

fn document(inside: &str) -> String {
    format!(
        "<presence entity='sip:odd@example.com' xmlns='urn:ietf:params:xml:ns:pidf'>{inside}</presence>"
    )
}

/// The steps a byte that reading takes, and what was read.
fn read(answer: &str) -> (u64, Vec<Contact>) {
    let mut reader = Reader::default();
    let contacts = reader.read(answer).unwrap_or_default();
    assert!(reader.steps() > 0, "nothing was counted");
    (reader.steps() / answer.len() as u64, contacts)
}

#[test]
fn steps_grow_no_faster_than_a_document() {
    for kind in HOSTILE.into_iter().chain(NUMBERED) {
        for size in [20_000, 80_000, 250_000] {
            let odd = document(&hostile(kind, size));
            let (steps, _) = read(&[HEAD, SOUND, &odd, SOUND, TAIL].concat());
            assert!(steps <= MOST, "{}: {steps} steps a byte of {size}", kind.0);
        }
    }
}

#[test]
fn steps_grow_no_faster_than_an_answer_of_hostile_documents() {
    for kind in HOSTILE.into_iter().chain(NUMBERED) {
        for (size, count) in [(2_000, 50), (60_000, 4), (600_000, 1)] {
            let odd = document(&hostile(kind, size)).repeat(count);
            let (steps, _) = read(&[HEAD, &odd, TAIL].concat());
            assert!(steps <= MOST, "{}: {steps} steps a byte", kind.0);
        }
    }
}

#[test]
fn steps_grow_no_faster_than_what_is_around_the_documents() {
    for kind in HOSTILE.into_iter().chain(NUMBERED) {
        for around in ["", HEAD] {
            let (steps, _) = read(&[around, &hostile(kind, 300_000), TAIL].concat());
            assert!(steps <= MOST, "{}: {steps} steps a byte", kind.0);
        }
    }
}

#[test]
fn a_document_beyond_256_kb_is_set_aside_alone() {
    let note = |size: usize| format!("<note>{}</note>", "a".repeat(size));
    for (size, is_read) in [(200 << 10, true), (257 << 10, false), (2 << 20, false)] {
        let odd = document(&note(size));
        let (_, contacts) = read(&[HEAD, SOUND, &odd, SOUND, TAIL].concat());
        let [first, odd, last] = contacts.as_slice() else {
            panic!("{} contacts", contacts.len());
        };
        assert!(first.said.is_ok() && last.said.is_ok());
        assert_eq!(odd.address, "odd@example.com".parse().ok());
        match &odd.said {
            Ok(_) => assert!(is_read, "{size}"),
            Err(reason) => assert!(!is_read && reason.contains("too large"), "{reason}"),
        }
    }
}
