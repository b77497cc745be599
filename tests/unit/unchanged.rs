//! A document that comes again unchanged is not read again, unless it says something of times to come.

use std::sync::Arc;

use jiff::Timestamp;
use whosin::presence::{Availability, Presence};
use whosin::pws::{Reader, Said};

fn now() -> Timestamp {
    "2026-03-02T10:00:00Z".parse().unwrap()
}

fn document(who: &str, inside: &str) -> String {
    format!(
        "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:{who}@example.com'>\
         <person xmlns='urn:cisco:params:xml:ns:pidf:rpid'>{inside}</person></presence>"
    )
}

fn answer(declared: &str, documents: &[String]) -> String {
    format!(
        "<E:Envelope xmlns:E='http://schemas.xmlsoap.org/soap/envelope/' {declared}><E:Body>\
         <getPolledPresenceResponse xmlns='urn:cisco:cup:presence:soap'><presenceResponse>\
         <richPresenceList>{}</richPresenceList></presenceResponse>\
         </getPolledPresenceResponse></E:Body></E:Envelope>",
        documents.concat()
    )
}

/// Reads an answer and keeps what is settled. For each document: whether it was read, and what it
/// says.
fn read(reader: &mut Reader, answer: &str) -> Vec<(bool, Arc<Presence>)> {
    let contacts = reader.read(answer).unwrap().into_iter();
    let read = contacts.map(|contact| match contact.said.unwrap() {
        Said::Rich(document) => {
            let is_settled = document.is_settled(now());
            let presence = Arc::new(document.presence(now(), &[]));
            let receipt = contact.receipt.filter(|_| is_settled);
            if let Some(receipt) = receipt {
                receipt.keep(&contact.address.unwrap(), &presence);
            }
            (true, presence)
        }
        Said::Unchanged(presence) => (false, presence),
        Said::Basic(_) => panic!("not basic"),
    });
    read.collect()
}

const BUSY: &str = "<activities><busy/></activities>";
const AWAY: &str = "<activities><away/></activities>";

#[test]
fn only_what_changed_is_read() {
    let mut reader = Reader::default();
    let ann = document("ann", BUSY);
    let first = read(
        &mut reader,
        &answer("", &[ann.clone(), document("ben", BUSY)]),
    );
    assert!(first.iter().all(|(is_read, _)| *is_read));
    let second = read(&mut reader, &answer("", &[document("ben", AWAY), ann]));
    assert!(second[0].0 && !second[1].0);
    assert_eq!(second[0].1.availability, Availability::Away);
    assert!(Arc::ptr_eq(&second[1].1, &first[0].1));
}

#[test]
fn what_is_kept_of_one_is_never_said_of_another() {
    let mut reader = Reader::default();
    read(&mut reader, &answer("", &[document("ann", BUSY)]));
    let other = read(&mut reader, &answer("", &[document("ben", BUSY)]));
    assert!(other[0].0);
    // The same bytes, and more behind them.
    let longer = document("ann", BUSY).replace("</presence>", "<note>more</note></presence>");
    assert!(read(&mut reader, &answer("", &[longer]))[0].0);
}

#[test]
fn a_time_to_come_is_waited_for() {
    for (inside, is_read) in [
        (
            "<activities until='2026-03-02T11:00:00Z'><busy/></activities>",
            true,
        ),
        (
            "<activities from='2026-03-02T11:00:00Z'><busy/></activities>",
            true,
        ),
        ("<mood until='2026-03-02T11:00:00Z'><happy/></mood>", true),
        ("<timestamp>2026-03-02T11:00:00Z</timestamp>", true),
        (
            "<activities until='2026-03-02T09:00:00Z'><busy/></activities>",
            false,
        ),
        ("<timestamp>2026-03-02T09:00:00Z</timestamp>", false),
    ] {
        let mut reader = Reader::default();
        let answer = answer("", &[document("ann", inside)]);
        read(&mut reader, &answer);
        assert_eq!(read(&mut reader, &answer)[0].0, is_read, "{inside}");
    }
}

#[test]
fn other_declarations_around_mean_another_document() {
    let mut reader = Reader::default();
    let documents = [document("ann", "<x:activities><x:busy/></x:activities>")];
    let cisco = "xmlns:x='urn:cisco:params:xml:ns:pidf:rpid'";
    let known = read(&mut reader, &answer(cisco, &documents));
    assert_eq!(known[0].1.availability, Availability::Busy);
    assert!(!read(&mut reader, &answer(cisco, &documents))[0].0);
    assert!(read(&mut reader, &answer("xmlns:x='urn:other'", &documents))[0].0);
}
