//! Reading a realistic answer of 100 contacts, beside an XML parser that merely parses its bytes:
//! `cargo bench --bench documents`. Documents a second are items, 100 a round.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use jiff::Timestamp;
use whosin::presence::read_document;
use whosin::pws::{Said, read_polled_presence};

fn main() {
    divan::main();
}

/// Everyday documents, in the styles of the corpus and in their usual proportions.
fn answer() -> String {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope \
        xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\" \
        xmlns:cup=\"urn:cisco:cup:presence:soap\"><SOAP-ENV:Header/><SOAP-ENV:Body>\
        <cup:getPolledPresenceResponse><cup:presenceResponse>\
        <cup:presenceType>RICH_PRESENCE</cup:presenceType>\
        <richPresenceList xmlns=\"urn:cisco:cup:presence:soap\">";
    let tail = "</richPresenceList></cup:presenceResponse></cup:getPolledPresenceResponse>\
        </SOAP-ENV:Body></SOAP-ENV:Envelope>";
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
    [head, &documents.collect::<String>(), tail].concat()
}

/// What the ratio is taken against.
#[divan::bench]
fn roxmltree_parses(bencher: Bencher<'_, '_>) {
    let text = answer();
    bencher
        .counter(BytesCount::of_str(&text))
        .counter(ItemsCount::new(100u32))
        .bench(|| roxmltree::Document::parse(divan::black_box(&text)).is_ok());
}

/// From the bytes of an answer to the states of its 100 contacts.
#[divan::bench]
fn whosin_reads_and_decides(bencher: Bencher<'_, '_>) {
    let text = answer();
    bencher
        .counter(BytesCount::of_str(&text))
        .counter(ItemsCount::new(100u32))
        .bench(|| {
            let contacts = read_polled_presence(divan::black_box(text.as_bytes()), None);
            let documents = contacts.unwrap_or_default().into_iter();
            let presences = documents.filter_map(|contact| match contact.said {
                Ok(Said::Rich(document)) => Some(document.presence(Timestamp::UNIX_EPOCH, &["en"])),
                _ => None,
            });
            assert_eq!(presences.count(), 100);
        });
}

/// One document by itself.
#[divan::bench]
fn whosin_reads_one(bencher: Bencher<'_, '_>) {
    let text = include_str!("../tests/corpus/pidf/cisco.xml");
    bencher
        .counter(BytesCount::of_str(text))
        .bench(|| read_document(divan::black_box(text)).is_ok());
}
