//! Keeps `last-seen.json` and, where the user wants that, `history.jsonl` in step with what a board
//! learns, and reads what an earlier run left.
//!
//! It has a thread and a queue of its own: a disk that is slow, or hangs, delays nothing but the
//! files. What waits in the queue is bounded by the number of contacts.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::snapshot::{Head, Process};
use super::{history, last_seen};
use crate::board::{Change, Entry, Remembered, Roster};
use crate::contacts::Contact;
use crate::link::{Link, Report};
use crate::presence::Address;

/// Two writings are at least this far apart.
const PAUSE: Duration = Duration::from_secs(5);
/// Writing takes at most this part of the time, however many contacts there are.
const SHARE: u32 = 100;
/// More reports than this do not wait in the queue: then only the last of each contact does.
const MOST_WAITING: usize = 20_000;

/// What a board learns, as far as it is kept.
#[derive(Clone, Debug)]
pub enum News {
    /// The whole contact book.
    Contacts(Vec<Contact>),
    /// What was learned of some contacts.
    Reports(Vec<Report>),
    /// The link changed, at this moment.
    Link(Box<Link>, Timestamp),
}

/// What an earlier run left.
#[derive(Clone, Debug, Default)]
pub struct Left {
    /// The last known state of each contact, where there is a file that can be read.
    pub remembered: Option<Vec<(Address, Remembered)>>,
    /// The changes of the day, where they are kept.
    pub history: Option<Vec<(Address, Vec<Change>)>>,
}

/// Which files are kept, and whose they are.
#[derive(Clone, Debug)]
pub struct Files {
    /// Where `last-seen.json` is.
    pub last_seen: PathBuf,
    /// Where `history.jsonl` is; `None` where the user does not want it.
    pub history: Option<PathBuf>,
    /// The origin of the server: `https://host:port`.
    pub server: String,
    /// The end user whose view of presence it is.
    pub user: String,
}

/// How `last-seen.json` is written: as [`last_seen::write_entries`] does it.
pub type Write = Box<dyn Fn(&Path, &Head, &[Entry], Timestamp) -> io::Result<()> + Send>;

/// A thread that keeps the files.
#[derive(Debug)]
pub struct Keeper {
    inbox: Inbox,
    ended: oneshot::Receiver<()>,
}

/// Where news for a keeper go. Putting them there never waits for a file.
#[derive(Clone, Debug)]
pub struct Inbox(Arc<Queue>);

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    news: Vec<News>,
    reports: usize,
    is_closed: bool,
}

impl Keeper {
    /// Begins to keep the files of a board with these contacts. What an earlier run left is given to
    /// `found` as soon as it is read, on the keeper's thread.
    ///
    /// # Errors
    /// Why the system gives no thread.
    pub fn start(
        files: Files,
        link: Link,
        contacts: Vec<Contact>,
        write: Write,
        found: impl FnOnce(Left) + Send + 'static,
    ) -> io::Result<Keeper> {
        let inbox = Inbox(Arc::default());
        let (end, ended) = oneshot::channel();
        let mut roster = Roster::new(link);
        roster.set_contacts(contacts);
        let work = Work {
            queue: inbox.0.clone(),
            write,
            files,
            roster,
            written: HashMap::new(),
            described: None,
            is_dirty: false,
            rest: Instant::now(),
        };
        std::thread::Builder::new()
            .name("keeper".into())
            .spawn(move || {
                work.run(found);
                // Who does not wait for the end needs no word of it.
                let _ = end.send(());
            })?;
        Ok(Keeper { inbox, ended })
    }

    /// Where its news go.
    pub fn inbox(&self) -> Inbox {
        self.inbox.clone()
    }

    /// Ends: what is not in the files yet is written, but a disk that takes longer than `patience`
    /// is not waited for.
    pub async fn close(self, patience: Duration) {
        self.inbox.0.put(|waiting| waiting.is_closed = true);
        if tokio::time::timeout(patience, self.ended).await.is_err() {
            tracing::warn!(?patience, "last-seen.json was not written in time");
        }
    }
}

impl Inbox {
    /// Puts news into the queue.
    pub fn put(&self, news: News) {
        self.0.put(|waiting| {
            if let News::Reports(reports) = &news {
                waiting.reports += reports.len();
            }
            waiting.news.push(news);
            if waiting.reports > MOST_WAITING {
                waiting.coalesce();
            }
        });
    }

    /// How many reports wait to be taken in: never many more than the book has contacts.
    pub fn waiting(&self) -> usize {
        let waiting = self.0.waiting.lock();
        waiting.unwrap_or_else(PoisonError::into_inner).reports
    }
}

impl Queue {
    fn put(&self, change: impl FnOnce(&mut Waiting)) {
        // A list stays whole, whoever panicked while it was locked.
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut waiting);
        self.changed.notify_one();
    }

    /// Waits for news, until `due` where there is such a moment. Returns what has come, and whether
    /// more will.
    fn take(&self, due: Option<Instant>) -> (Vec<News>, bool) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while waiting.news.is_empty() && !waiting.is_closed {
            let Some(due) = due else {
                waiting = self
                    .changed
                    .wait(waiting)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            waiting = self
                .changed
                .wait_timeout(waiting, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        waiting.reports = 0;
        (std::mem::take(&mut waiting.news), !waiting.is_closed)
    }
}

impl Waiting {
    /// Leaves the last news of each kind, and of reports the last of each contact.
    fn coalesce(&mut self) {
        let (mut contacts, mut link) = (None, None);
        let mut reports: Vec<Report> = Vec::new();
        for news in std::mem::take(&mut self.news) {
            match news {
                News::Contacts(_) => contacts = Some(news),
                News::Link(..) => link = Some(news),
                News::Reports(more) => reports.extend(more),
            }
        }
        let mut seen = HashSet::new();
        let mut last: Vec<Report> = reports
            .into_iter()
            .rev()
            .filter(|report| seen.insert(report.address.clone()))
            .collect();
        last.reverse();
        self.reports = last.len();
        let reports = Some(News::Reports(last));
        self.news = [contacts, reports, link].into_iter().flatten().collect();
    }
}

/// What the thread works with.
struct Work {
    queue: Arc<Queue>,
    write: Write,
    files: Files,
    roster: Roster,
    /// How many changes of each contact were ever noted when the history was written last.
    written: HashMap<Address, u64>,
    /// How the file describes this board; `None` before the first writing.
    described: Option<Process>,
    /// Something is known that the file does not have.
    is_dirty: bool,
    /// Not written again before this moment.
    rest: Instant,
}

impl Work {
    fn run(mut self, found: impl FnOnce(Left)) {
        let left = self.read();
        if let Some(remembered) = &left.remembered {
            self.roster.remember(remembered);
        }
        if let Some(history) = &left.history {
            self.roster.recall(history);
            self.take_for_written(history);
        }
        found(left);
        let mut is_open = true;
        while is_open {
            let news;
            (news, is_open) = self.queue.take(self.due());
            news.into_iter().for_each(|news| self.learn(news));
            if is_open && self.due().is_some_and(|due| due <= Instant::now()) {
                let process = self.process();
                self.write(Some(process));
            }
        }
        if self.knows_anything() {
            self.write(None);
        }
    }

    fn read(&mut self) -> Left {
        let Files {
            last_seen,
            history,
            server,
            user,
        } = &mut self.files;
        // Until when the last state of the day was true is what is remembered.
        let (own, remembered) = last_seen::find(last_seen, server, user);
        *last_seen = own;
        let history = history.as_deref().and_then(|path| {
            history::read(path, Timestamp::now())
                .inspect_err(|error| tracing::warn!(%error, "history.jsonl cannot be read"))
                .ok()
        });
        Left {
            remembered: remembered.map(|snapshot| snapshot.remembered()),
            history: history.map(|days| days.into_iter().collect()),
        }
    }

    fn learn(&mut self, news: News) {
        match news {
            News::Contacts(contacts) => {
                self.roster.set_contacts(contacts);
                // A book alone says nothing of presence.
                self.is_dirty |= self.described.is_some();
            }
            News::Reports(reports) => {
                for report in &reports {
                    self.roster.learn(report);
                }
                self.is_dirty |= !reports.is_empty();
            }
            News::Link(link, at) => {
                self.roster.set_link(*link, at);
                let is_described = self.described.as_ref() == Some(&self.process());
                self.is_dirty |= self.described.is_some() && !is_described;
            }
        }
    }

    fn process(&self) -> Process {
        Process::this(&self.roster, PAUSE.as_secs())
    }

    /// When the file is to be written; `None` while it has everything.
    fn due(&self) -> Option<Instant> {
        self.is_dirty.then_some(self.rest)
    }

    /// Writes what is known now, as kept by `board`.
    fn write(&mut self, board: Option<Process>) {
        self.is_dirty = false;
        self.described.clone_from(&board);
        let (begun, now) = (Instant::now(), Timestamp::now());
        let head = Head::new(&self.files.server, &self.files.user, board, now);
        let after = self.roster.confirmed_after(now);
        let path = &self.files.last_seen;
        // The board is no worse where it cannot be done.
        if let Err(error) = (self.write)(path, &head, self.roster.entries(), after) {
            tracing::warn!(%error, "last-seen.json cannot be written");
        }
        if let Some(path) = self.files.history.clone() {
            let changes = self.changes();
            // Most writings bring no change of anybody's state.
            if !changes.is_empty()
                && let Err(error) = history::append(&path, &changes, now)
            {
                tracing::warn!(%error, "history.jsonl cannot be written");
            }
        }
        self.rest = begun + PAUSE.max(begun.elapsed() * SHARE);
    }

    /// Whether there is anything worth leaving.
    fn knows_anything(&self) -> bool {
        let mut entries = self.roster.entries().iter();
        entries.any(|entry| entry.asked_at().is_some())
    }

    /// What was read from the history is not written there again.
    fn take_for_written(&mut self, history: &[(Address, Vec<Change>)]) {
        for (address, earlier) in history {
            if let Some(entry) = self.roster.entry(address) {
                // What this run saw, and when the earlier one ended, comes after that.
                let noted = entry.timeline.noted().min(earlier.len() as u64);
                self.written.insert(address.clone(), noted);
            }
        }
    }

    /// The changes that the history does not have yet; from now on it has them.
    fn changes(&mut self) -> Vec<(Address, Change)> {
        let mut changes = Vec::new();
        for entry in self.roster.entries() {
            let (address, timeline) = (&entry.contact.address, &entry.timeline);
            let written = self.written.get(address).copied().unwrap_or(0);
            if timeline.noted() == written {
                continue;
            }
            let new = timeline.after(written).iter();
            changes.extend(new.map(|&change| (address.clone(), change)));
            self.written.insert(address.clone(), timeline.noted());
        }
        changes
    }
}
