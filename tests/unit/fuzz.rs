//! Hostile bytes for the readers of documents and of answers: the corpus, damaged in every way.
//!
//! A short round runs with all other tests. A long one: `WHOSIN_FUZZ=600 cargo test --test unit fuzz`,
//! in seconds. A failure prints the seed; `WHOSIN_FUZZ_SEED=…` begins with it.

use std::fs;
use std::time::{Duration, Instant};

use fastrand::Rng;
use jiff::Timestamp;
use whosin::presence::{clean, decode, read_document};
use whosin::pws::{Said, read_polled_presence};

/// Pieces that have a meaning to a reader of XML.
const PIECES: [&str; 28] = [
    "<",
    ">",
    "</",
    "/>",
    "&",
    "&amp;",
    "&#27;",
    "&#x110000;",
    "&#0;",
    "&undefined;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml version='1.0'?>",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    "xmlns='urn:cisco:params:xml:ns:pidf:rpid'",
    "xmlns:e=''",
    "\u{1b}[2J",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "</presence>",
    "<presence entity='sip:x@y'>",
    "from='9999-12-31T23:59:59Z'",
    "<person xmlns='urn:cisco:params:xml:ns:pidf:rpid'><activities><dnd/></activities></person>",
    "\0",
    "'",
];

fn corpus(folder: &str) -> Vec<Vec<u8>> {
    let path = format!("{}/tests/corpus/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

fn damage(bytes: &mut Vec<u8>, other: &[u8], rng: &mut Rng) {
    let at = rng.usize(..=bytes.len());
    let end = (at + rng.usize(..40)).min(bytes.len());
    match rng.u8(..8) {
        0 => drop(bytes.drain(at..end)),
        1 => drop(bytes.splice(at..at, PIECES[rng.usize(..PIECES.len())].bytes())),
        2 => drop(bytes.splice(at..end, PIECES[rng.usize(..PIECES.len())].bytes())),
        3 => bytes.truncate(at),
        4 => {
            let copy = bytes[at..end].to_vec();
            let times = 1 + rng.usize(..50);
            bytes.splice(at..at, copy.repeat(times));
        }
        5 => {
            let from = rng.usize(..=other.len());
            let to = (from + rng.usize(..400)).min(other.len());
            bytes.splice(at..end, other[from..to].iter().copied());
        }
        6 if at < bytes.len() => bytes[at] ^= 1 << rng.u8(..8),
        _ => bytes
            .splice(
                at..at,
                (0..rng.usize(..8)).map(|_| rng.u8(..)).collect::<Vec<_>>(),
            )
            .for_each(drop),
    }
}

/// What is told must be fit for a screen and bounded, whatever came in.
fn check(document: whosin::presence::Document, now: Timestamp) {
    let presence = document.presence(now, &["de", "en"]);
    let label = presence.label();
    let texts = presence
        .note
        .iter()
        .chain(&presence.display_name)
        .map(String::as_str);
    let devices = presence.devices.iter().flat_map(|device| {
        [device.id.as_str()]
            .into_iter()
            .chain(device.contact.as_deref())
            .chain(device.note.as_deref())
    });
    for text in texts.chain(devices).chain([label]) {
        assert_eq!(clean(text), text, "not fit for a screen: {text:?}");
        assert!(text.len() <= 16 << 10, "{} bytes of text", text.len());
    }
    assert!(presence.activities.len() <= 64 * 130 && presence.devices.len() <= 128);
}

fn fuzz(folder: &str, read: impl Fn(&[u8])) {
    let seconds = std::env::var("WHOSIN_FUZZ")
        .ok()
        .and_then(|text| text.parse().ok());
    let first = std::env::var("WHOSIN_FUZZ_SEED")
        .ok()
        .and_then(|text| text.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(0));
    let corpus = corpus(folder);
    let mut seed: u64 = first.unwrap_or(0);
    // The short round is counted, not timed: it is the same on every machine.
    while seed < first.unwrap_or(0) + 3_000 || Instant::now() < end {
        let mut rng = Rng::with_seed(seed);
        let mut bytes = corpus[rng.usize(..corpus.len())].clone();
        for _ in 0..=rng.usize(..6) {
            let other = &corpus[rng.usize(..corpus.len())];
            damage(&mut bytes, other, &mut rng);
        }
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read(&bytes)));
        assert!(
            outcome.is_ok(),
            "seed {seed}: {}",
            String::from_utf8_lossy(&bytes)
        );
        seed += 1;
    }
}

#[test]
fn no_document_harms_its_reader() {
    let now = Timestamp::UNIX_EPOCH;
    fuzz("pidf", |bytes| {
        if let Ok(document) = read_document(&decode(bytes, None)) {
            check(document, now);
        }
    });
}

#[test]
fn no_answer_harms_its_reader() {
    let now = Timestamp::UNIX_EPOCH;
    fuzz("soap", |bytes| {
        for contact in read_polled_presence(bytes, None).unwrap_or_default() {
            if let Ok(Said::Rich(document)) = contact.said {
                check(*document, now);
            }
        }
    });
}
