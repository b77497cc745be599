//! Hostile bytes for everything that reads what others wrote: the corpus, damaged in every way.
//!
//! A short round runs with all other tests. A long one: `WHOSIN_FUZZ=600 cargo test --test unit fuzz`,
//! in seconds for each target. A failure prints the seed; `WHOSIN_FUZZ_SEED=…` begins with it. What
//! grows the corpus by what it covers is in `fuzz/`, with the same targets.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::support::fuzzing::TARGETS;

/// Pieces that have a meaning to some reader.
const PIECES: [&str; 56] = [
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
    "\"",
    "\"\"\"",
    "\n",
    "\r\n ",
    "\r\n\r\n",
    ",",
    ";",
    ":",
    "::",
    "=",
    "=\r\n",
    "{",
    "}",
    "{name}",
    "{number}",
    "{{",
    "[",
    "]",
    "[[contact]]",
    "#",
    "%{",
    "\\",
    "\\ud800",
    "null",
    "18446744073709551616",
    "1e999",
    "-999999-01-01T00:00:00Z",
    "BEGIN:VCARD",
];

/// So many damaged texts are read in the short round, by each target.
const ROUNDS: u64 = 2_000;

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

fn fuzz(name: &str) {
    let (_, folder, read) = TARGETS.iter().find(|(known, ..)| *known == name).unwrap();
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
    while seed < first.unwrap_or(0) + ROUNDS || Instant::now() < end {
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

/// A test for each target, so that they run beside each other; the last makes sure that none is missing.
macro_rules! rounds {
    ($($name:ident)*) => {
        mod rounds {
            $(
                #[test]
                fn $name() {
                    super::fuzz(stringify!($name));
                }
            )*
        }

        #[test]
        fn every_target_has_a_round_and_a_program() {
            let rounds = [$(stringify!($name)),*];
            let folder = format!("{}/fuzz/fuzz_targets", env!("CARGO_MANIFEST_DIR"));
            for (name, ..) in TARGETS {
                assert!(rounds.contains(&name), "{name}");
                // The folder is not in the package.
                if Path::new(&folder).is_dir() {
                    let text = fs::read_to_string(format!("{folder}/{name}.rs")).unwrap();
                    assert!(text.contains(&format!("run(\"{name}\", bytes)")), "{text}");
                }
            }
            assert_eq!(rounds.len(), TARGETS.len());
        }
    };
}

rounds! {
    pidf soap faults callbacks directory broker contacts settings csv vcard ldif session last_seen bar
    placeholders
}
