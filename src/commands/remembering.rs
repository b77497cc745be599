//! Leaves what the board knows in `last-seen.json`, and brings what an earlier run left.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::board::{Message, Roster};
use crate::feed::Config;
use crate::last_seen;
use crate::snapshot::{Keeper, Snapshot};

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
    /// How the file describes this board; `None` before the first writing.
    told: Option<Keeper>,
    /// Something is known that the file does not say.
    news: bool,
    /// Not written again before this moment.
    rest: Instant,
}

impl Remembering {
    /// For a board that goes by this.
    pub fn new(path: PathBuf, config: &Config) -> Remembering {
        Remembering {
            path,
            server: config.endpoint.origin(),
            user: config.credentials.user.clone(),
            roster: Roster::new(config.link()),
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
            Message::Reports(reports) => {
                for report in reports {
                    self.roster.learn(report);
                }
                self.news |= !reports.is_empty();
            }
            Message::Link(link) => {
                self.roster.set_link(link.clone());
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
        let begun = Instant::now();
        let writing = tokio::task::spawn_blocking(move || {
            let mut snapshot = Snapshot::of(server, user, &entries, after, now);
            snapshot.board = keeper;
            last_seen::write(&path, &snapshot)
        });
        if let Ok(Err(error)) = writing.await {
            // The board is no worse for it.
            tracing::warn!(%error, "last-seen.json cannot be written");
        }
        self.rest = begun + PAUSE.max(begun.elapsed() * SHARE);
    }

    /// Whether there is anything worth leaving.
    fn knows_anything(&self) -> bool {
        let mut entries = self.roster.entries().iter();
        entries.any(|entry| entry.asked_at().is_some())
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
    let mut reading = tokio::task::spawn_blocking(move || {
        let left = last_seen::read(&path, &server, &user)?;
        Some(left.remembered())
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
                if let Ok(Some(left)) = left {
                    let message = Message::Remembered(left);
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
