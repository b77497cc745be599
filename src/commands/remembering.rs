//! Leaves what the board knows in `last-seen.json` and, where the user wants that, in
//! `history.jsonl`, and brings what an earlier run left.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::board::{Change, Message, Roster};
use crate::feed::Config;
use crate::memory::snapshot::{Keeper, Snapshot};
use crate::memory::{history, last_seen};
use crate::presence::Address;

/// Two writings are at least this far apart.
const PAUSE: Duration = Duration::from_secs(5);
/// Writing takes at most this part of the time, however many contacts there are.
const SHARE: u32 = 100;

/// What goes into the file, and when.
pub struct Remembering {
    path: PathBuf,
    server: String,
    user: String,
    roster: Roster,
    chronicle: Option<Chronicle>,
    /// How the file describes this board; `None` before the first writing.
    told: Option<Keeper>,
    /// Something is known that the file does not say.
    news: bool,
    /// Not written again before this moment.
    rest: Instant,
}

impl Remembering {
    /// For a board that goes by this.
    pub fn new(path: PathBuf, history: Option<PathBuf>, config: &Config) -> Remembering {
        Remembering {
            path,
            server: config.endpoint.origin(),
            user: config.credentials.user.clone(),
            roster: Roster::new(config.link()),
            chronicle: history.map(Chronicle::new),
            told: None,
            news: false,
            rest: Instant::now(),
        }
    }

    /// Takes in what the board is told, too.
    pub fn see(&mut self, message: &Message) {
        match message {
            Message::Contacts(contacts) => {
                self.roster.set_contacts(contacts.clone());
                // A book alone says nothing of presence.
                self.news |= self.told.is_some();
            }
            Message::Remembered(remembered) => self.roster.remember(remembered),
            Message::History(history) => {
                self.roster.recall(history);
                if let Some(chronicle) = &mut self.chronicle {
                    chronicle.take_for_written(&self.roster, history);
                }
            }
            Message::Reports(reports) => {
                for report in reports {
                    self.roster.learn(report);
                }
                self.news |= !reports.is_empty();
            }
            Message::Link(link) => {
                self.roster.set_link(link.clone(), Timestamp::now());
                self.news |= self.told.is_some() && self.told.as_ref() != Some(&self.keeper());
            }
            _ => {}
        }
    }

    fn keeper(&self) -> Keeper {
        Keeper::this_process(&self.roster, PAUSE.as_secs())
    }

    /// When it is to be written; `None` while it says all there is.
    fn due(&self) -> Option<Instant> {
        self.news.then_some(self.rest)
    }

    /// Writes what is known now, as kept by `keeper`.
    async fn write(&mut self, keeper: Option<Keeper>) {
        self.news = false;
        self.told.clone_from(&keeper);
        let now = Timestamp::now();
        let (path, server, user) = (self.path.clone(), self.server.clone(), self.user.clone());
        let (entries, after) = (
            self.roster.entries().to_vec(),
            self.roster.confirmed_after(now),
        );
        let day = self.chronicle.as_mut().map(|day| day.news(&self.roster));
        let begun = Instant::now();
        let writing = tokio::task::spawn_blocking(move || {
            let mut snapshot = Snapshot::of(server, user, &entries, after, now);
            snapshot.board = keeper;
            // The board is no worse where it cannot be done.
            if let Err(error) = last_seen::write(&path, &snapshot) {
                tracing::warn!(%error, "last-seen.json cannot be written");
            }
            // Most writings bring no change of anybody's state.
            if let Some((path, changes)) = day.filter(|(_, changes)| !changes.is_empty())
                && let Err(error) = history::append(&path, &changes, now)
            {
                tracing::warn!(%error, "history.jsonl cannot be written");
            }
        });
        let _ = writing.await;
        self.rest = begun + PAUSE.max(begun.elapsed() * SHARE);
    }

    /// Whether there is anything worth leaving.
    fn knows_anything(&self) -> bool {
        let mut entries = self.roster.entries().iter();
        entries.any(|entry| entry.asked_at().is_some())
    }
}

/// Which changes of the day are in the file already.
struct Chronicle {
    path: PathBuf,
    /// How many of each contact's were ever noted when it was written last.
    written: HashMap<Address, u64>,
}

impl Chronicle {
    fn new(path: PathBuf) -> Chronicle {
        Chronicle {
            path,
            written: HashMap::new(),
        }
    }

    /// What was read from the file is not written there again.
    fn take_for_written(&mut self, roster: &Roster, history: &[(Address, Vec<Change>)]) {
        for (address, earlier) in history {
            if let Some(entry) = roster.entry(address) {
                // What this run saw, and when the earlier one ended, comes after that.
                let noted = entry.timeline.noted().min(earlier.len() as u64);
                self.written.insert(address.clone(), noted);
            }
        }
    }

    /// What is to be added to which file.
    fn news(&mut self, roster: &Roster) -> (PathBuf, Vec<(Address, Change)>) {
        let mut news = Vec::new();
        for entry in roster.entries() {
            let (address, timeline) = (&entry.contact.address, &entry.timeline);
            let written = self.written.get(address).copied().unwrap_or(0);
            if timeline.noted() == written {
                continue;
            }
            let new = timeline.after(written).iter();
            news.extend(new.map(|&change| (address.clone(), change)));
            self.written.insert(address.clone(), timeline.noted());
        }
        (self.path.clone(), news)
    }
}

/// Passes messages on to the board and keeps what they tell, until nobody sends any more. What an
/// earlier run left goes to the board first, as soon as it is read.
pub async fn relay(
    mut from: mpsc::Receiver<Message>,
    to: mpsc::Sender<Message>,
    mut remembering: Remembering,
) {
    let (path, server, user) = (
        remembering.path.clone(),
        remembering.server.clone(),
        remembering.user.clone(),
    );
    let day = remembering.chronicle.as_ref().map(|day| day.path.clone());
    let mut reading = tokio::task::spawn_blocking(move || {
        let left = last_seen::read(&path, &server, &user);
        let day = day.and_then(|path| {
            history::read(&path, Timestamp::now())
                .inspect_err(|error| tracing::warn!(%error, "history.jsonl cannot be read"))
                .ok()
        });
        // Until when the last state of the day was true is what is remembered.
        let remembered = left.map(|left| Message::Remembered(left.remembered()));
        let day = day.map(|day| Message::History(day.into_iter().collect()));
        [remembered, day]
    });
    let mut has_read = false;
    loop {
        let due = remembering.due().filter(|_| has_read);
        let wake = async {
            match due {
                Some(due) => tokio::time::sleep_until(due.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            left = &mut reading, if !has_read => {
                has_read = true;
                for message in left.into_iter().flatten().flatten() {
                    remembering.see(&message);
                    // A board that is gone needs nothing.
                    let _ = to.send(message).await;
                }
            }
            message = from.recv() => match message {
                Some(message) => {
                    remembering.see(&message);
                    let _ = to.send(message).await;
                }
                None => break,
            },
            () = wake => {
                let keeper = remembering.keeper();
                remembering.write(Some(keeper)).await;
            }
        }
    }
    if has_read && remembering.knows_anything() {
        remembering.write(None).await;
    }
}
