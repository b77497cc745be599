//! How much memory an answer of the service takes at its peak, whatever is in it. A program of its own
//! with one test, for the peak is the whole process's.

use peak_alloc::PeakAlloc;
use whosin::pws::read_polled_presence;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// As large as an answer may be, in bytes.
const ANSWER: usize = 16 << 20;
/// No answer takes more, its own bytes among them; a page for what is around it.
const MOST: usize = 4 * ANSWER + (64 << 10);

/// The most that was taken at once while it was done, beyond what was taken before.
fn peak(doing: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    doing();
    MEMORY.peak_usage().saturating_sub(before)
}

/// So much of a piece, in which `@` is another number for a thousand times.
fn many(piece: &str, size: usize) -> String {
    let thousand: String = (0..1000)
        .map(|number| piece.replace('@', &number.to_string()))
        .collect();
    let mut whole = thousand.repeat(size / thousand.len());
    whole.push_str(
        &piece
            .replace('@', "0")
            .repeat((size - whole.len()) / piece.len()),
    );
    whole
}

const HEAD: &str = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>\
    <p:getPolledPresenceResponse xmlns:p='urn:cisco:cup:presence:soap'><p:presenceResponse>";
const LIST: &str = "<p:richPresenceList>";
const BASIC: &str = "<p:basicPresenceList>";

#[test]
fn no_answer_takes_more_than_four_times_its_bytes() {
    let mut over = Vec::new();
    let mut judge = |what: &str, taken: usize, most: usize| {
        let megabytes = |bytes: usize| bytes as f64 / f64::from(1 << 20);
        println!(
            "{what}: {:.1} MB of {:.1}",
            megabytes(taken),
            megabytes(most)
        );
        if taken > most {
            over.push(what.to_string());
        }
    };
    let document = "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:p@&#64;b.c'>";
    for (what, head, piece) in [
        ("open elements", "", "<a>"),
        ("empty elements", "", "<a/>"),
        ("attributes", "", "<a b='' c='' d='' e='' f='' g=''/>"),
        ("prefixes", "", "<a xmlns:b='c'/>"),
        ("prefixes in the body", HEAD, "<a xmlns:b='c'>"),
        ("open elements in a list", &[HEAD, LIST].concat(), "<a>"),
        ("empty documents", &[HEAD, LIST].concat(), "<a/>"),
        (
            "small documents",
            &[HEAD, LIST].concat(),
            "<presence entity='sip:p@&#64;b.c'/>",
        ),
        (
            "forbidden references",
            &[HEAD, LIST].concat(),
            "<presence>&#1;</presence>",
        ),
        (
            "basic contacts",
            &[HEAD, BASIC].concat(),
            "<p:contact contactURI='p@&#64;b.c' presenceStatus='AVAILABLE'/>",
        ),
        ("a text with references", HEAD, "&amp;"),
        (
            "tuples",
            &[HEAD, LIST, document].concat(),
            "<tuple><status><basic>open</basic></status></tuple>",
        ),
        ("notes", &[HEAD, LIST, document].concat(), "<note>a</note>"),
    ] {
        let body = [head, &many(piece, ANSWER - head.len() - 100)].concat();
        let taken = peak(|| drop(read_polled_presence(body.as_bytes(), None)));
        judge(what, taken + body.len(), MOST);
    }
    // One byte there, two or three in memory.
    let body = [HEAD.as_bytes(), &b"a\x80\x80\x80".repeat(ANSWER / 4)].concat();
    let taken = peak(|| drop(read_polled_presence(&body, Some("koi8-r"))));
    judge("KOI8-R", taken + body.len(), MOST);
    let body = [HEAD.as_bytes(), &b"aaaaaaaaaaaaaaa\xe4".repeat(ANSWER / 16)].concat();
    let taken = peak(|| drop(read_polled_presence(&body, None)));
    judge("bytes that are not UTF-8", taken + body.len(), MOST);
    assert!(over.is_empty(), "these take too much: {over:?}");
}
