//! How much memory an answer of the service, and each kind of file, takes at its peak, whatever is in
//! it. A program of its own with one test, for the peak is the whole process's.

use jiff::Timestamp;
use peak_alloc::PeakAlloc;
use whosin::contacts::exchange::{self, Source};
use whosin::contacts::{self, Contact, Edit};
use whosin::file::{Kind, MOST_MEMORY, weight_of_toml};
use whosin::http::Trust;
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

/// So much of a piece, in bytes, of which `part` weigh this, is just read.
fn as_much_as_is_read(part: usize, weight: usize, kind: Kind) -> usize {
    let size = (MOST_MEMORY / 64 * 63) as f64 * part as f64 / weight as f64;
    (size as usize).min(kind.most() as usize)
}

/// As much of a piece, in bytes, as shows what it takes.
const PART: usize = 256 << 10;

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
        ("a book of lists", "a=[", "[],"),
        ("a book of inline tables", "a=[", "{a=1},"),
        ("a book of empty tables", "a=[", "{},"),
        ("a book of comments", "", "#\n"),
        ("a book of line ends", "", "\r\n"),
        ("a book of mistakes", "", "="),
        (
            "a book of long notes",
            "",
            &format!(
                "[[contact]]\naddress = \"p@&.at\"\nnote = \"{}\"\r\n",
                "é".repeat(2000)
            ),
        ),
    ] {
        let part = many(piece, PART);
        let size = as_much_as_is_read(part.len(), weight_of_toml(&part), Kind::Contacts);
        let text = format!("{head}{}", many(piece, size - head.len()));
        std::fs::write(&path, &text).unwrap();
        let edit = Edit::add(Contact::new(Address::parse("new@b.c").unwrap()));
        let taken = peak(|| drop(contacts::save(&path, folder.path(), &[edit])));
        judge(what, taken, weight_of_toml(&text));
    }
}

fn imports(judge: &mut impl FnMut(&str, usize, usize)) {
    let photo = format!(
        "BEGIN:VCARD\nPHOTO:\n{}\nEND:VCARD\n",
        format!(" {}\n", "A".repeat(75)).repeat(200)
    );
    let pieces = [
        ("addresses", "", "a@\n"),
        (
            "spreadsheets",
            "name,address,group\n",
            "Person @,p@@sie.at,Front desk\r\n",
        ),
        ("empty lines", "", "\n"),
        ("commas", "", ","),
        ("cells", "", "a,"),
        ("quotes", "", "\""),
        ("entries", "", "dn:\n\n"),
        ("cards", "", "BEGIN:VCARD\nEND:VCARD\n"),
        ("photos", "", photo.as_str()),
        ("properties", "BEGIN:VCARD\n", "a;a;a:\n"),
        ("values", "BEGIN:VCARD\nCATEGORIES:", "a,"),
        ("elements", "<blist>", "<a/>"),
        ("words", "", "a "),
        ("brackets", "", "<"),
        ("letters", "", "é"),
    ];
    for source in Source::ALL {
        let mut fullest = (0, "", 0);
        for (index, (what, head, piece)) in pieces.iter().enumerate() {
            let text = format!("{head}{}", many(piece, PART));
            let taken = peak(|| drop(exchange::read(&text, source, None, None))) + text.len();
            let most = exchange::weight(&text, source);
            judge(&format!("{what} as {}", source.name()), taken, most);
            fullest = fullest.max((taken * 1000 / most, what, index));
        }
        // As much as is read of what comes nearest to its limit.
        let (_, what, index) = fullest;
        let (_, head, piece) = pieces[index];
        let part = format!("{head}{}", many(piece, PART));
        let size = as_much_as_is_read(part.len(), exchange::weight(&part, source), Kind::Import);
        let text = format!("{head}{}", many(piece, size - head.len()));
        let taken = peak(|| drop(exchange::read(&text, source, None, None))) + text.len();
        judge(
            &format!("all {what} as {}", source.name()),
            taken,
            MOST_MEMORY,
        );
    }
    let decoded = |what: &str, bytes: Vec<u8>, judge: &mut dyn FnMut(&str, usize, usize)| {
        let taken = peak(|| drop(exchange::decode(&bytes))) + bytes.len();
        judge(what, taken, MOST_MEMORY);
    };
    let most = Kind::Import.most() as usize;
    decoded("an import in Windows-1252", vec![0x80; most], judge);
    let wide = [&[0xff, 0xfe][..], &[0xac, 0x20].repeat(most / 2 - 1)].concat();
    decoded("an import in UTF-16", wide, judge);
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
        judge(&format!("settings of {what}"), taken, MOST_MEMORY);
        let text = many(piece, Kind::Notes.most() as usize);
        std::fs::write(&path, &text).unwrap();
        let taken = peak(|| drop(operator::load::<operator::OperatorNotes>(&path)));
        judge(&format!("notes of {what}"), taken, MOST_MEMORY);
        let taken = peak(|| drop(operator::load::<operator::DeskWatches>(&path)));
        judge(&format!("watches of {what}"), taken, MOST_MEMORY);
    }
}

fn certificates(judge: &mut impl FnMut(&str, usize, usize)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new([]).unwrap();
    let certificate = certificate.self_signed(&key).unwrap().pem();
    for (what, piece) in [
        ("usual ones", certificate.as_str()),
        (
            "empty ones",
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        ),
        ("words", "a\n"),
    ] {
        std::fs::write(&path, many(piece, Kind::Certificates.most() as usize)).unwrap();
        let trust = Trust::CaFile(path.clone());
        let taken = peak(|| drop(trust.config("http/1.1")));
        judge(&format!("certificates: {what}"), taken, MOST_MEMORY);
    }
}

fn kept_files(judge: &mut impl FnMut(&str, usize, usize)) {
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
        judge(&format!("a history of {what}"), taken, MOST_MEMORY);
    }
    let head =
        format!("{{\"schema\":1,\"server\":\"\",\"user\":\"\",\"at\":\"{now}\",\"contacts\":[");
    for (what, piece) in [
        ("people", "{\"uri\":\"@\"},"),
        ("small people", "{},"),
        ("lists", "[[],"),
        ("devices", "{\"uri\":\"@\",\"devices\":[{},{},{}]},"),
        (
            "notes",
            "{\"uri\":\"@\",\"note\":\"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\"},",
        ),
    ] {
        // As many people and devices as are read, with a little less than the limit.
        let braces = piece.matches('{').count().max(1);
        let size = (MOST_MEMORY * 31 / 32 * piece.len() / (braces * 2100 + 3 * piece.len()))
            .min(Kind::LastSeen.most() as usize - head.len());
        let text = format!("{head}{}", many(piece, size));
        std::fs::write(&path, &text).unwrap();
        let taken = peak(|| drop(last_seen::read(&path, "", "")));
        judge(&format!("last seen, of {what}"), taken, MOST_MEMORY);
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
    certificates(&mut judge);
    kept_files(&mut judge);
    assert!(over.is_empty(), "these take too much: {over:?}");
}
