//! `last-seen.json`: what a board knows of each contact, for the next run of the board and for
//! commands that need not ask the server. Whoever writes last writes the whole file, in one step.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::snapshot::{Head, LinkWord, SCHEMA, Snapshot, Stream};
use crate::board::Entry;
use crate::file::{self, Kind};
use crate::presence::Address;

/// What a person or a device in the file takes in memory, at most, in bytes: a list that grows is there
/// twice for a moment. `tests/peaks.rs` holds it against what is really taken.
const PERSON: usize = 2100;
/// So often what the file holds is in memory at once.
const COPIES: usize = 3;

/// How old the file may be by default, where no board says that it writes more slowly.
pub const MAX_AGE: Duration = Duration::from_secs(30);

/// Writes the file: readable by its owner alone.
///
/// # Errors
/// Why it cannot be written; then the old file is as it was.
pub fn write(path: &Path, snapshot: &Snapshot) -> io::Result<()> {
    let text = serde_json::to_vec(snapshot)?;
    file::replace_private(path, &text)
}

/// The same of a board's own entries, contact by contact; states confirmed before
/// `confirmed_after` are stale.
///
/// # Errors
/// Why it cannot be written; then the old file is as it was.
pub fn write_entries(
    path: &Path,
    head: &Head,
    entries: &[Entry],
    confirmed_after: Timestamp,
) -> io::Result<()> {
    file::replace_private_by(path, |file| {
        serde_json::to_writer(file, &Stream::of(head, entries, confirmed_after))?;
        Ok(())
    })
}

/// Where the state of this server and user is kept, given where `last-seen.json` is: there, unless it
/// is another server's or user's; then beside it, by a name of its own.
pub fn place(path: &Path, server: &str, user: &str) -> PathBuf {
    place_beside(path, bytes(path).as_deref(), server, user)
}

/// The same, where `last-seen.json` holds this.
fn place_beside(path: &Path, holds: Option<&[u8]>, server: &str, user: &str) -> PathBuf {
    #[derive(Deserialize)]
    struct Owner {
        server: String,
        user: String,
    }
    let owner = holds.and_then(|text| serde_json::from_slice::<Owner>(text).ok());
    match owner {
        Some(owner) if owner.server != server || owner.user != user => {
            path.with_file_name(format!("last-seen-{}-{}.json", plain(server), plain(user)))
        }
        _ => path.to_path_buf(),
    }
}

/// Where the state of this server and user is kept, and the state itself, where it is there and can be
/// understood; given where `last-seen.json` is, which is read once.
pub fn find(path: &Path, server: &str, user: &str) -> (PathBuf, Option<Snapshot>) {
    let text = bytes(path);
    let ours = text
        .as_deref()
        .and_then(|text| understand(text, server, user));
    if ours.is_some() {
        return (path.to_path_buf(), ours);
    }
    let place = place_beside(path, text.as_deref(), server, user);
    let found = (place != path)
        .then(|| read(&place, server, user))
        .flatten();
    (place, found)
}

/// The text with what may not stand in the name of a file written as its bytes.
fn plain(text: &str) -> String {
    let text = text.split("://").last().unwrap_or(text);
    let plain = text.bytes().take(100).map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' => char::from(byte).to_string(),
        other => format!("_{other:02x}"),
    });
    plain.collect()
}

/// Every file beside `last-seen.json` that keeps the state of some server and user, and itself.
fn all(path: &Path) -> Vec<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let others = names.filter(|name| name.starts_with("last-seen-") && name.ends_with(".json"));
    let others = others.map(|name| folder.join(name));
    [path.to_path_buf()].into_iter().chain(others).collect()
}

/// Reads the file. `None` where there is none that can be understood, or where it is another
/// server's or user's.
pub fn read(path: &Path, server: &str, user: &str) -> Option<Snapshot> {
    understand(&bytes(path)?, server, user)
}

/// What the file holds; `None` where there is none that can be read.
fn bytes(path: &Path) -> Option<Vec<u8>> {
    let read = file::read(path, Kind::LastSeen).and_then(|text| {
        let braces = memchr::memchr_iter(b'{', &text).count();
        let memory = braces * PERSON + COPIES * text.len();
        file::check_memory(memory, Kind::LastSeen).map(|()| text)
    });
    let is_trouble = |error: &io::Error| error.kind() != io::ErrorKind::NotFound;
    read.inspect_err(|error| {
        if is_trouble(error) {
            tracing::warn!(%error, path = %path.display(), "what was last seen cannot be read");
        }
    })
    .ok()
}

fn understand(text: &[u8], server: &str, user: &str) -> Option<Snapshot> {
    let snapshot: Snapshot = serde_json::from_slice(text)
        .inspect_err(|error| tracing::info!(%error, "last-seen.json is not understood"))
        .ok()?;
    let ours = snapshot.schema == SCHEMA && snapshot.server == server && snapshot.user == user;
    ours.then_some(snapshot)
}

/// Removes what is kept of these contacts, for whichever server and user; all of it, where none is
/// named. How many states went. A file that is not understood is removed as a whole.
///
/// # Errors
/// Why a file cannot be written.
pub fn forget(path: &Path, who: &[Address]) -> io::Result<usize> {
    let files = all(path).into_iter();
    files.map(|file| forget_in(&file, who)).sum()
}

fn forget_in(path: &Path, who: &[Address]) -> io::Result<usize> {
    let Some(text) = file::read_if_there(path, Kind::LastSeen)? else {
        return Ok(0);
    };
    let snapshot: Result<Snapshot, _> = serde_json::from_str(&text);
    let mut snapshot = match snapshot {
        Ok(snapshot) if !who.is_empty() => snapshot,
        all => {
            fs::remove_file(path)?;
            return Ok(all.map_or(0, |all| all.contacts.len()));
        }
    };
    let before = snapshot.contacts.len();
    snapshot.contacts.retain(|person| {
        let address = Address::parse(&person.uri);
        address.is_ok_and(|address| !who.contains(&address))
    });
    let gone = before - snapshot.contacts.len();
    if gone > 0 {
        write(path, &snapshot)?;
    }
    Ok(gone)
}

/// Whether the snapshot speaks of now: it is no older than `max_age`, or than its board takes for
/// two rounds by default.
pub fn is_fresh(snapshot: &Snapshot, max_age: Option<Duration>, now: Timestamp) -> bool {
    let by_itself = || match &snapshot.board {
        Some(board) if board.link == LinkWord::Up => MAX_AGE.max(Duration::from_secs(
            board.interval.saturating_mul(2).min(86_400),
        )),
        _ => MAX_AGE,
    };
    let limit = SignedDuration::try_from(max_age.unwrap_or_else(by_itself));
    let age = now.duration_since(snapshot.at);
    // A file from the future is the work of a clock that was wrong.
    limit.is_ok_and(|limit| age <= limit && age >= -SignedDuration::from_secs(5))
}
