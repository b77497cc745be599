//! Reading a realistic answer of 100 contacts, beside an XML parser that merely parses its bytes:
//! `cargo bench --bench documents`. Documents a second are items, 100 a round. Before that, the ratio
//! of the two, by rounds that alternate, and for hostile documents that grow, how long a byte takes:
//! where that is the same for all sizes, the time is linear.

use std::hint::black_box;
use std::time::Instant;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use jiff::Timestamp;
use whosin::presence::read_document;
use whosin::pws::{Reader, Said, read_polled_presence};

fn main() {
    ratio();
    unchanged();
    slopes();
    divan::main();
}

/// How often the two are timed in turn.
const ROUNDS: usize = 301;

fn seconds(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints what reading and deciding costs beside merely parsing: the median of pairs, so that what
/// the machine does meanwhile falls on both.
fn ratio() {
    let text = answer();
    let parse = || assert!(roxmltree::Document::parse(black_box(&text)).is_ok());
    let pairs = (0..ROUNDS).map(|_| (seconds(parse), seconds(|| decide(&text))));
    let pairs: Vec<(f64, f64)> = pairs.collect();
    let rate = |times: Vec<f64>| text.len() as f64 / median(times) / 1e6;
    println!(
        "reading and deciding takes {:.2} of what merely parsing does (median of {ROUNDS} pairs): \
         {:.0} MB/s of {:.0} MB/s",
        median(pairs.iter().map(|(parse, read)| read / parse).collect()),
        rate(pairs.iter().map(|pair| pair.1).collect()),
        rate(pairs.iter().map(|pair| pair.0).collect()),
    );
}

/// Prints how fast an answer is read that is the same as before.
fn unchanged() {
    let text = answer();
    let mut number = 0;
    // Each of the hundred is somebody else.
    let parts = text.split("entity=\"").map(|part| {
        number += 1;
        format!("{part}entity=\"sip:user{number}@example.com\" was=\"")
    });
    let text = parts.collect::<String>();
    let text = text.rsplit_once("entity=").map_or("", |(text, _)| text);
    let mut reader = Reader::default();
    for contact in reader.read(text).unwrap_or_default() {
        if let (Some(receipt), Ok(Said::Rich(document)), Some(address)) =
            (contact.receipt, contact.said, contact.address)
        {
            let presence = document.presence(Timestamp::UNIX_EPOCH, &["en"]);
            receipt.keep(&address, &presence.into());
        }
    }
    let times = (0..ROUNDS).map(|_| {
        seconds(|| {
            let contacts = reader.read(black_box(text)).unwrap_or_default();
            let mut contacts = contacts.iter();
            assert!(contacts.all(|one| matches!(one.said, Ok(Said::Unchanged(_)))));
        })
    });
    let rate = text.len() as f64 / median(times.collect()) / 1e6;
    println!("an answer that is unchanged: {rate:.0} MB/s");
}

/// A hostile document: many of a piece, `@` in it is another number each time.
const HOSTILE: [(&str, &str); 12] = [
    ("forbidden references", "&#1;"),
    ("entities", "&amp;"),
    ("unknown entities", "&a;"),
    ("open elements", "<a>"),
    ("empty elements", "<a/>"),
    ("ends of nothing", "</a>"),
    ("crossed elements", "<a><b></a></b>"),
    ("names", "<a@>"),
    ("declarations", "<a xmlns:a@='b'>"),
    ("undeclared prefixes", "<a:b/>"),
    ("comments", "a<!---->"),
    ("CDATA", "<![CDATA[]]>"),
];

/// Prints how long a byte of hostile documents takes, as they grow.
fn slopes() {
    println!("nanoseconds a byte of hostile documents, of 64, 128 and 250 KB, and ten of 250 KB:");
    for (what, piece) in HOSTILE {
        let times = [(64, 1), (128, 1), (250, 1), (250, 10)].map(|(size, count)| {
            let text = hostile(piece, size << 10, count);
            let times = (0..15)
                .map(|_| seconds(|| drop(read_polled_presence(black_box(text.as_bytes()), None))));
            format!("{:6.2}", median(times.collect()) / text.len() as f64 * 1e9)
        });
        println!("{what:>22} {}", times.join(" "));
    }
}

fn hostile(piece: &str, size: usize, count: usize) -> String {
    let mut inside = String::with_capacity(size);
    for number in 0.. {
        if inside.len() + 100 > size {
            break;
        }
        inside.push_str(&piece.replace('@', &number.to_string()));
    }
    let document = format!(
        "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:a@b.c\">{inside}</presence>"
    );
    [HEAD, &document.repeat(count), TAIL].concat()
}

/// From the bytes of an answer to the states of its 100 contacts.
fn decide(text: &str) {
    let contacts = read_polled_presence(black_box(text.as_bytes()), None);
    let documents = contacts.unwrap_or_default().into_iter();
    let presences = documents.filter_map(|contact| match contact.said {
        Ok(Said::Rich(document)) => Some(document.presence(Timestamp::UNIX_EPOCH, &["en"])),
        _ => None,
    });
    assert_eq!(presences.count(), 100);
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope \
    xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\" \
    xmlns:cup=\"urn:cisco:cup:presence:soap\"><SOAP-ENV:Header/><SOAP-ENV:Body>\
    <cup:getPolledPresenceResponse><cup:presenceResponse>\
    <cup:presenceType>RICH_PRESENCE</cup:presenceType>\
    <richPresenceList xmlns=\"urn:cisco:cup:presence:soap\">";
const TAIL: &str = "</richPresenceList></cup:presenceResponse></cup:getPolledPresenceResponse>\
    </SOAP-ENV:Body></SOAP-ENV:Envelope>";

/// Everyday documents, in the styles of the corpus and in their usual proportions.
fn answer() -> String {
    let cisco = include_str!("../tests/corpus/pidf/cisco.xml");
    let call_manager = include_str!("../tests/corpus/pidf/call-manager.xml");
    let by_hand = include_str!("../tests/corpus/pidf/by-hand.xml");
    let rich = include_str!("../tests/corpus/pidf/rich.xml");
    let styles = [
        cisco,
        call_manager,
        cisco,
        by_hand,
        cisco,
        call_manager,
        cisco,
        by_hand,
        cisco,
        rich,
    ];
    let documents = styles.iter().cycle().take(100).map(|document| {
        let start = document.find("<presence").expect("each is a presence");
        &document[start..]
    });
    [HEAD, &documents.collect::<String>(), TAIL].concat()
}

/// What the ratio is taken against.
#[divan::bench]
fn roxmltree_parses(bencher: Bencher<'_, '_>) {
    let text = answer();
    bencher
        .counter(BytesCount::of_str(&text))
        .counter(ItemsCount::new(100u32))
        .bench(|| roxmltree::Document::parse(black_box(&text)).is_ok());
}

/// From the bytes of an answer to the states of its 100 contacts.
#[divan::bench]
fn whosin_reads_and_decides(bencher: Bencher<'_, '_>) {
    let text = answer();
    bencher
        .counter(BytesCount::of_str(&text))
        .counter(ItemsCount::new(100u32))
        .bench(|| decide(&text));
}

/// One document by itself.
#[divan::bench]
fn whosin_reads_one(bencher: Bencher<'_, '_>) {
    let text = include_str!("../tests/corpus/pidf/cisco.xml");
    bencher
        .counter(BytesCount::of_str(text))
        .bench(|| read_document(black_box(text)).is_ok());
}
