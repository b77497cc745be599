//! How much memory an answer of the service, and each kind of file, takes at its peak, whatever is in
//! it. A program of its own with one test, for the peak is the whole process's.

use std::path::Path;

use jiff::Timestamp;
use peak_alloc::PeakAlloc;
use whosin::contacts::exchange::{self, Source};
use whosin::contacts::{self, BookError, Contact, Edit};
use whosin::file::Kind;
use whosin::memory::{history, last_seen};
use whosin::operator;
use whosin::presence::Address;
use whosin::pws::read_polled_presence;
use whosin::settings::Layer;

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

/// So often the text of a file is in memory at once while it is read or edited.
const COPIES: usize = 8;

/// As much of a text as is read as a contact book; it is written there.
fn as_much_as_is_read(path: &Path, mut text: String) -> String {
    loop {
        std::fs::write(path, &text).unwrap();
        if !matches!(contacts::load(path), Err(BookError::Unreadable { .. })) {
            return text;
        }
        let shorter = text.len() * 7 / 8;
        text.truncate(text[..shorter].rfind('\n').map_or(shorter, |at| at + 1));
    }
}

fn books(judge: &mut impl FnMut(&str, usize, usize)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.toml");
    for (what, head, piece) in [
        (
            "a usual book",
            "",
            "[[contact]]\naddress = \"p.@.at\"\nname = \"Person @\"\ngroup = \"Front desk\"\n\
             number = \"+43 1 @\"\n\n",
        ),
        ("a book of addresses", "", "[[contact]]\naddress=\"@\"\n"),
        ("a book of keys", "", "[[contact]]\nkey@=1\n"),
        ("a book of tables", "", "[a@]\n"),
        ("a book of lists of tables", "", "[[a]]\na=1\n"),
        ("a book of dots", "", "a@.b.c.d.e.f=1\n"),
        ("a book of numbers", "a=[", "1,"),
        ("a book of inline tables", "a=[", "{a=1},"),
        ("a book of comments", "", "#\n"),
        ("a book of mistakes", "", "="),
    ] {
        let text = format!("{head}{}", many(piece, Kind::Contacts.most() as usize / 2));
        let text = as_much_as_is_read(&path, text);
        let edit = Edit::add(Contact::new(Address::parse("new@b.c").unwrap()));
        let taken = peak(|| drop(contacts::save(&path, folder.path(), &[edit])));
        judge(
            what,
            taken,
            Kind::Contacts.most_memory() + COPIES * text.len(),
        );
    }
}

fn imports(judge: &mut impl FnMut(&str, usize, usize)) {
    for (what, head, piece) in [
        ("addresses", "", "a@\n"),
        ("empty lines", "", "\n"),
        ("commas", "", ","),
        ("cells", "", "a,"),
        ("quotes", "", "\""),
        ("entries", "", "dn:\n\n"),
        ("cards", "", "BEGIN:VCARD\nEND:VCARD\n"),
        ("properties", "BEGIN:VCARD\n", "a;a;a:\n"),
        ("values", "BEGIN:VCARD\nCATEGORIES:", "a,"),
        ("elements", "<blist>", "<a/>"),
        ("words", "", "a "),
        ("brackets", "", "<"),
    ] {
        let text = format!("{head}{}", many(piece, 256 << 10));
        for source in Source::ALL {
            let taken = peak(|| drop(exchange::read(&text, source, None, None)));
            let what = format!("{what} as {}", source.name());
            let most = exchange::weight(&text, source) + COPIES * text.len();
            judge(&what, taken, most);
        }
    }
}

fn small_files(judge: &mut impl FnMut(&str, usize, usize)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for (what, piece) in [
        ("dots", "a@.b.c.d.e.f=1\n"),
        ("tables", "[a@]\n"),
        ("mistakes", "="),
    ] {
        std::fs::write(&path, many(piece, Kind::Settings.most() as usize)).unwrap();
        let taken = peak(|| drop(Layer::of_file(&path)));
        judge(&format!("settings of {what}"), taken, 64 << 20);
        let text = many(piece, Kind::Notes.most() as usize);
        std::fs::write(&path, &text).unwrap();
        let taken = peak(|| drop(operator::load(&path)));
        judge(
            &format!("notes of {what}"),
            taken,
            Kind::Notes.most_memory() + COPIES * text.len(),
        );
    }
}

fn kept_files(judge: &mut impl FnMut(&str, usize, usize)) {
    /// So many people and devices are read.
    const MOST_BRACES: usize = 60_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let now = Timestamp::now();
    for (what, piece) in [
        (
            "states",
            format!("{{\"uri\":\"@\",\"at\":\"{now}\",\"availability\":null}}\n"),
        ),
        ("nothing", "\n".into()),
        ("lists", "[]".into()),
    ] {
        let text = many(&piece, Kind::History.most() as usize);
        std::fs::write(&path, &text).unwrap();
        let taken = peak(|| drop(history::read(&path, now)));
        judge(&format!("a history of {what}"), taken, 4 * text.len());
    }
    let head =
        format!("{{\"schema\":1,\"server\":\"\",\"user\":\"\",\"at\":\"{now}\",\"contacts\":[");
    for (what, piece) in [
        ("people", "{\"uri\":\"@\"},"),
        ("small people", "{},"),
        ("lists", "[[],"),
        ("devices", "{\"uri\":\"@\",\"devices\":[{},{},{}]},"),
    ] {
        let braces = piece.matches('{').count().max(1);
        let text = format!("{head}{}", many(piece, MOST_BRACES / braces * piece.len()));
        std::fs::write(&path, &text).unwrap();
        let taken = peak(|| drop(last_seen::read(&path, "", "")));
        let most = Kind::LastSeen.most_memory() + COPIES * text.len();
        judge(&format!("last seen, of {what}"), taken, most);
    }
}

#[test]
fn no_answer_and_no_file_takes_more_than_is_promised() {
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
    books(&mut judge);
    imports(&mut judge);
    small_files(&mut judge);
    kept_files(&mut judge);
    assert!(over.is_empty(), "these take too much: {over:?}");
}
