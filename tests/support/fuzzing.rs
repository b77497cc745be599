//! What is done with hostile bytes, by target: the rounds of mutation in the tests and cargo-fuzz, in
//! `fuzz/`, share it. Only the public interface of the library is used.

use std::cell::RefCell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use whosin::broker::{Heartbeat, State, Topics};
use whosin::calling::{ContactAction, Subject};
use whosin::commands::{BarFormat, Dialect, Ink};
use whosin::contacts::exchange::{self, Format, Source};
use whosin::contacts::{Contact, Edit, Fact};
use whosin::directory::{Page, read_servers};
use whosin::feed;
use whosin::link::{Outcome, Problem};
use whosin::memory::snapshot::Snapshot;
use whosin::memory::{history, last_seen};
use whosin::presence::{Address, Document, IconSet, clean, decode, is_clean, read_document};
use whosin::pws::{Endpoint, Listener, Said, read_polled_presence};
use whosin::settings::Layer;

/// A target: its name, the folder below `tests/corpus` from which it begins, and what it does.
pub type Target = (&'static str, &'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 15] = [
    ("pidf", "pidf", pidf),
    ("soap", "soap", soap),
    ("faults", "faults", faults),
    ("callbacks", "callbacks", callbacks),
    ("directory", "directory", directory),
    ("broker", "broker", broker),
    ("contacts", "contacts", contacts),
    ("settings", "settings", settings),
    ("csv", "csv", |bytes| exchanged(bytes, Format::Csv)),
    ("vcard", "vcard", |bytes| exchanged(bytes, Format::Vcard4)),
    ("ldif", "ldif", |bytes| exchanged(bytes, Format::Ldif)),
    ("session", "session", session),
    ("last_seen", "last-seen", last_states),
    ("bar", "bar", bar),
    ("placeholders", "placeholders", placeholders),
];

/// Runs the target of this name.
///
/// # Panics
/// Where there is none, or where the bytes did harm.
#[allow(dead_code, reason = "only cargo-fuzz runs one by its name")]
pub fn run(name: &str, bytes: &[u8]) {
    let (.., target) = TARGETS.iter().find(|(known, ..)| *known == name).unwrap();
    target(bytes);
}

#[track_caller]
fn assert_clean(text: &str) {
    assert_eq!(clean(text), text, "not fit for a screen: {text:?}");
}

/// What is told must be fit for a screen and bounded, whatever came in.
fn check(document: Document) {
    let presence = document.presence(Timestamp::UNIX_EPOCH, &["de", "en"]);
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
        assert_clean(text);
        assert!(text.len() <= 16 << 10, "{} bytes of text", text.len());
    }
    assert!(presence.activities.len() <= 64 * 130 && presence.devices.len() <= 128);
}

fn pidf(bytes: &[u8]) {
    if let Ok(document) = read_document(&decode(bytes, None)) {
        check(document);
    }
}

fn soap(bytes: &[u8]) {
    for contact in read_polled_presence(bytes, None).unwrap_or_default() {
        if let Ok(Said::Rich(document)) = contact.said {
            check(*document);
        }
    }
}

fn faults(bytes: &[u8]) {
    if let Err(error) = read_polled_presence(bytes, None) {
        let Problem { what, advice } = error.problem("cup.example.com");
        for text in [error.to_string(), what, advice] {
            assert!(is_clean(&text), "not fit for a screen: {text:?}");
        }
    }
}

/// A folder in memory, where there is one, for readers of files.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Place {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        };
        Place {
            folder: folder.unwrap(),
        }
    }

    fn holding(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("file");
        fs::write(&path, bytes).unwrap();
        path
    }
}

thread_local! {
    static PLACE: Place = Place::new();
    static SESSION: (feed::Config, PathBuf, File) = shared_session();
    static CALLED: RefCell<Option<(Runtime, Listener)>> = const { RefCell::new(None) };
}

/// Bytes at the listener: it answers the next caller as ever, and they did not count as a call unless
/// they knew its path.
fn callbacks(bytes: &[u8]) {
    CALLED.with_borrow_mut(|called| {
        let (runtime, listener) = called.get_or_insert_with(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let bound = Listener::bind("127.0.0.1:0".parse().unwrap());
            let listener = runtime.block_on(bound).unwrap();
            (runtime, listener)
        });
        runtime.block_on(async {
            let mut stream = TcpStream::connect(listener.address()).await.unwrap();
            // It may have closed before all is written.
            let _ = stream.write_all(bytes).await;
            let _ = stream.shutdown().await;
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
            assert!(answer.len() < 4096, "{} bytes of answer", answer.len());
            let mut proper = TcpStream::connect(listener.address()).await.unwrap();
            let call = format!(
                "POST {} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                listener.path()
            );
            proper.write_all(call.as_bytes()).await.unwrap();
            let mut answer = String::new();
            proper.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            listener.called().await;
        });
    });
}

fn directory(bytes: &[u8]) {
    let text = decode(bytes, None);
    match Page::read(&text) {
        Ok(page) => {
            for entry in page.entries {
                let texts = [&entry.user_name, &entry.name].into_iter();
                for text in texts.chain(&entry.number).chain(&entry.department) {
                    assert_clean(text);
                }
            }
        }
        Err(error) => assert!(is_clean(&error.to_string())),
    }
    for name in read_servers(&text).unwrap_or_default() {
        assert_clean(&name);
    }
}

fn broker(bytes: &[u8]) {
    let contact: Address = "a@b.at".parse().unwrap();
    if let Ok(state) = State::read(bytes, &contact) {
        assert_clean(&state.publisher);
        match state.outcome {
            Outcome::Answered(presence) => assert!(is_clean(presence.label())),
            Outcome::Refused(words) | Outcome::Unreadable(words) => assert_clean(&words),
            Outcome::NotAnswered => {}
        }
    }
    if let Some(beat) = Heartbeat::read(bytes) {
        let now = Timestamp::UNIX_EPOCH;
        let _ = (beat.interval(), beat.age(None, true, now));
    }
    let text = String::from_utf8_lossy(bytes);
    if let Some(topics) = Topics::new(&text) {
        assert!(topics.publisher(&text).starts_with(&*text));
        let _ = topics.read(&text);
    }
}

/// The book is read, and a change that is accepted is in it afterwards.
fn contacts(bytes: &[u8]) {
    PLACE.with(|place| {
        let path = place.holding(bytes);
        let Ok(before) = whosin::contacts::load(&path) else {
            return;
        };
        let new: Address = "new-one@b.at".parse().unwrap();
        let mut contact = Contact::new(new.clone());
        contact.set(Fact::Name, Some("New".into()));
        let Ok(after) = whosin::contacts::save(&path, place.folder.path(), &[Edit::add(contact)])
        else {
            return;
        };
        assert!(after.iter().any(|one| one.address == new));
        assert!(after.len() >= before.len());
        assert_eq!(whosin::contacts::load(&path).unwrap(), after);
        let gone = whosin::contacts::save(&path, place.folder.path(), &[Edit::Remove(new.clone())]);
        assert!(!gone.unwrap().iter().any(|one| one.address == new));
    });
}

fn settings(bytes: &[u8]) {
    PLACE.with(|place| {
        if let Err(error) = Layer::of_file(&place.holding(bytes)) {
            let words = error.to_string();
            assert!(is_clean(&words), "not fit for a screen: {words:?}");
        }
    });
}

/// What comes in is clean, and what whosin writes of it whosin reads.
fn exchanged(bytes: &[u8], format: Format) {
    let text = String::from_utf8_lossy(bytes);
    let read = |text: &str| exchange::read(text, Source::Exchanged(format), Some("b.at"), None);
    let imported = read(&text);
    for contact in &imported.contacts {
        for text in Fact::ALL.into_iter().filter_map(|fact| contact.fact(fact)) {
            assert_clean(text);
        }
    }
    for refused in &imported.refused {
        assert_clean(&refused.text);
        assert!(is_clean(&refused.reason.to_string()));
    }
    let written = exchange::write(&imported.contacts, format);
    let addresses = |contacts: &[Contact]| -> Vec<Address> {
        contacts.iter().map(|one| one.address.clone()).collect()
    };
    let again = read(&written);
    assert_eq!(
        addresses(&again.contacts),
        addresses(&imported.contacts),
        "{written:?}"
    );
    let _ = Source::guess(None, &text);
}

/// A folder of a shared session that somebody holds: whose it is, and where its keys are.
fn shared_session() -> (feed::Config, PathBuf, File) {
    let folder = Place::new().folder.keep();
    let credentials = feed::Credentials {
        app_user: "whosin".into(),
        password: SecretString::from("simulated"),
        user: "klmt".into(),
    };
    let config = feed::Config {
        session_folder: Some(folder.join("run")),
        ..feed::Config::new(Endpoint::parse("cup.example.com").unwrap(), credentials)
    };
    assert!(feed::in_use(&config).is_none());
    let lock = fs::read_dir(folder.join("run")).unwrap();
    let lock = lock.map(|entry| entry.unwrap().path()).next().unwrap();
    let held = File::open(&lock).unwrap();
    held.lock_shared().unwrap();
    (config, lock.with_extension("json"), held)
}

fn session(bytes: &[u8]) {
    SESSION.with(|(config, keys, _held)| {
        fs::write(keys, bytes).unwrap();
        let _ = feed::in_use(config);
    });
}

fn last_states(bytes: &[u8]) {
    PLACE.with(|place| {
        let path = place.holding(bytes);
        let (server, user) = ("https://cup.example.com:8083", "klmt");
        if let (_, Some(snapshot)) = last_seen::find(&path, server, user) {
            let _ = last_seen::is_fresh(&snapshot, None, Timestamp::UNIX_EPOCH);
            for person in &snapshot.contacts {
                let _ = person.presence();
            }
        }
        let _ = history::read(&path, Timestamp::UNIX_EPOCH);
        let _ = whosin::operator::load::<whosin::operator::OperatorNotes>(&path);
        let _ = whosin::operator::load::<whosin::operator::DeskWatches>(&path);
    });
}

/// The first line is a format, the rest is what a board has left.
fn bar(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (format, left) = text.split_once('\n').unwrap_or((&text, LEFT));
    let left = serde_json::from_str(left).or_else(|_| serde_json::from_str(LEFT));
    let left: Snapshot = left.unwrap();
    for named in [false, true] {
        if let Ok(format) = BarFormat::read(Some(format), named) {
            let ink = Ink::new(Dialect::of(&format), None, IconSet::Unicode);
            let line = format.line(&left, &ink, Timestamp::UNIX_EPOCH);
            // What the user wrote into the format is the user's; a line for waybar has none of it.
            if matches!(format, BarFormat::Waybar(_)) {
                assert!(is_clean(&line), "{line:?}");
            }
        }
    }
}

/// What a board left of one who is free.
const LEFT: &str = r##"{"schema":1,"server":"s","user":"u","at":"2026-11-23T09:14:05Z","contacts":[
    {"uri":"a@b.at","name":"A #[x] %{F} <b>","label":"Available","availability":"available",
     "activities":["available"],"note":"#(x)","why":"person","fresh":true}]}"##;

/// An argument of an action, filled for somebody whose facts are the same bytes.
fn placeholders(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(action) = ContactAction::new("Do it", None, &["program", &text]) else {
        return;
    };
    let mut contact = Contact::new("a@b.at".parse().unwrap());
    contact.number = Some(text.clone().into());
    contact.group = Some(text.clone().into());
    let subject = Subject {
        contact: &contact,
        name: &text,
        state: Some("available"),
        activity: Some(&text),
    };
    if let Ok(invocation) = action.fill(subject) {
        assert_eq!(invocation.arguments.len(), 2);
        for argument in &invocation.arguments {
            assert!(
                is_clean(argument) && !argument.contains('\n'),
                "{argument:?}"
            );
        }
    }
}
