//! `history.jsonl`: the states of the day, for a board that is started again. It is only kept where
//! the user wants that; one line a change, no older than a day, and bounded.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::board::{Change, DAY, KEPT};
use crate::file::{self, Kind};
use crate::presence::{Address, Availability};

/// A file that has grown larger is thinned out, in bytes.
const LARGEST: u64 = 8 << 20;
/// So many changes are left then: about half of that.
const LEFT: usize = 50_000;

/// One line of the file.
#[derive(Serialize, Deserialize)]
struct Line {
    uri: Address,
    at: Timestamp,
    /// `null`: from then on nothing was known.
    availability: Option<Availability>,
}

/// Adds changes at the end, and thins the file out where it has grown too large. Readable by its
/// owner alone.
///
/// # Errors
/// Why it cannot be written.
pub fn append(path: &Path, changes: &[(Address, Change)], now: Timestamp) -> io::Result<()> {
    let _lock = lock(path)?;
    let new = changes.iter().map(|(address, (at, availability))| Line {
        uri: address.clone(),
        at: *at,
        availability: *availability,
    });
    let text = text_of(new)?;
    let mut file = file::open_private(OpenOptions::new().append(true), path)?;
    file.write_all(&text)?;
    if file.metadata()?.len() > LARGEST {
        let lines = lines(path)?;
        rewrite(path, recent(lines, now))?;
    }
    Ok(())
}

/// What was seen of each contact over the last day, in order of time. Nothing where there is no
/// file; lines that are not understood are passed over.
///
/// # Errors
/// Why it cannot be read.
pub fn read(path: &Path, now: Timestamp) -> io::Result<HashMap<Address, Vec<Change>>> {
    let mut seen: HashMap<Address, Vec<Change>> = HashMap::new();
    for line in recent(lines(path)?, now) {
        let changes = seen.entry(line.uri).or_default();
        // Several boards see the same.
        if changes
            .last()
            .is_none_or(|last| last.1 != line.availability)
        {
            changes.push((line.at, line.availability));
        }
    }
    for changes in seen.values_mut() {
        changes.drain(..changes.len().saturating_sub(KEPT));
    }
    Ok(seen)
}

/// Removes what is kept of these contacts; of everybody, where none is named. How many lines went.
///
/// # Errors
/// Why it cannot be written.
pub fn forget(path: &Path, who: &[Address]) -> io::Result<usize> {
    if !path.exists() {
        return Ok(0);
    }
    let _lock = lock(path)?;
    let lines = lines(path)?;
    let before = lines.len();
    if who.is_empty() {
        fs::remove_file(path)?;
        return Ok(before);
    }
    let who: HashSet<&Address> = who.iter().collect();
    let left: Vec<Line> = lines
        .into_iter()
        .filter(|line| !who.contains(&line.uri))
        .collect();
    let gone = before - left.len();
    rewrite(path, left)?;
    Ok(gone)
}

/// Several boards write, and one may be thinning the file out meanwhile.
fn lock(path: &Path) -> io::Result<File> {
    file::folder_of(path)?;
    let mut options = OpenOptions::new();
    let lock = file::open_private(options.write(true), &path.with_extension("lock"))?;
    lock.lock()?;
    Ok(lock)
}

fn lines(path: &Path) -> io::Result<Vec<Line>> {
    let text = file::read_if_there(path, Kind::History)?.unwrap_or_default();
    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    Ok(lines.collect())
}

/// What is not too old and not too much, in order of time.
fn recent(mut lines: Vec<Line>, now: Timestamp) -> Vec<Line> {
    lines.retain(|line| line.at >= now - DAY && line.at <= now);
    lines.sort_by_key(|line| line.at);
    lines.drain(..lines.len().saturating_sub(LEFT));
    lines
}

fn rewrite(path: &Path, lines: Vec<Line>) -> io::Result<()> {
    file::replace_private(path, &text_of(lines)?)
}

fn text_of(lines: impl IntoIterator<Item = Line>) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, &line)?;
        text.push(b'\n');
    }
    Ok(text)
}
