//! Boards without a screen, and what each of them knows when.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use whosin::feed::{Command, Feed, Gone, Sink, StartError, Update};
use whosin::link::{LinkState, Outcome};
use whosin::presence::{Address, Availability};

/// A change at the service that boards are to hear of.
#[derive(Clone, Copy)]
struct Change {
    made: Instant,
    wanted: Availability,
}

/// Every change of the moment, and how long each took to each board.
#[derive(Default)]
pub struct Changes {
    open: HashMap<Address, Change>,
    took: Vec<Duration>,
}

impl Changes {
    /// Somebody is about to become busy, or free again.
    pub fn make(&mut self, who: &Address, is_busy: bool) {
        let wanted = if is_busy {
            Availability::Dnd
        } else {
            Availability::Available
        };
        let made = Instant::now();
        self.open.insert(who.clone(), Change { made, wanted });
    }

    /// How long the changes so far took, the shortest first; the next ones begin anew.
    pub fn take(&mut self) -> Vec<Duration> {
        let mut took = std::mem::take(&mut self.took);
        took.sort_unstable();
        took
    }
}

/// What a board knows of somebody.
struct Known {
    availability: Availability,
    at: Instant,
}

/// What a board knows.
#[derive(Default)]
struct Knowledge {
    people: HashMap<Address, Known>,
    is_up: bool,
}

/// Where a board's updates go.
pub struct Screen {
    known: Arc<Mutex<Knowledge>>,
    changes: Arc<Mutex<Changes>>,
}

impl Sink for Screen {
    async fn send(&self, update: Update) -> Result<(), Gone> {
        let now = Instant::now();
        let mut known = lock(&self.known);
        match update {
            Update::Reports(reports) => {
                for report in reports {
                    let Outcome::Answered(presence) = report.outcome else {
                        continue;
                    };
                    let availability = presence.availability;
                    let new = Known {
                        availability,
                        at: now,
                    };
                    let old = known.people.insert(report.address.clone(), new);
                    if old.is_some_and(|old| old.availability == availability) {
                        continue;
                    }
                    let mut changes = lock(&self.changes);
                    let change = changes.open.get(&report.address).copied();
                    if let Some(change) = change.filter(|one| one.wanted == availability) {
                        changes.took.push(now - change.made);
                    }
                }
            }
            Update::Link(link) => {
                known.is_up = link.state == LinkState::Up;
                if !known.is_up && !matches!(link.state, LinkState::SigningIn) {
                    // All of it is doubted: it counts once it has come again.
                    known.people.clear();
                }
            }
            Update::Notice(_) | Update::ClockSet(_) | Update::NewHost(_) => {}
        }
        Ok(())
    }
}

/// Locks; a board that has panicked has been heard of already.
pub fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Board {
    known: Arc<Mutex<Knowledge>>,
    watches: usize,
    // Kept so that it goes on.
    feed: Feed,
}

/// All boards.
pub struct Boards {
    boards: Vec<Board>,
    pub changes: Arc<Mutex<Changes>>,
}

impl Boards {
    pub fn none() -> Boards {
        Boards {
            boards: Vec::new(),
            changes: Arc::default(),
        }
    }

    /// One more board, for these people.
    pub fn open(
        &mut self,
        people: &[Address],
        start: impl FnOnce(Screen) -> Result<Feed, StartError>,
    ) {
        let known = Arc::<Mutex<Knowledge>>::default();
        let screen = Screen {
            known: known.clone(),
            changes: self.changes.clone(),
        };
        let feed = start(screen).expect("a board starts");
        let _ = feed.commands.send(Command::Contacts(people.to_vec()));
        self.boards.push(Board {
            known,
            watches: people.len(),
            feed,
        });
    }

    /// How many know everybody whom they watch, by a link that is up.
    pub fn complete(&self) -> usize {
        let boards = self.boards.iter();
        let is_complete = |board: &&Board| {
            let known = lock(&board.known);
            known.is_up && known.people.len() == board.watches
        };
        boards.filter(is_complete).count()
    }

    /// How many have no link.
    pub fn doubting(&self) -> usize {
        self.boards
            .iter()
            .filter(|board| !lock(&board.known).is_up)
            .count()
    }

    /// How long ago the oldest state on any board was confirmed; `None` before there is one.
    pub fn oldest(&self) -> Option<Duration> {
        let of_board = |board: &Board| {
            let known = lock(&board.known);
            known.people.values().map(|one| one.at).min()
        };
        let oldest = self.boards.iter().filter_map(of_board).min()?;
        Some(oldest.elapsed())
    }

    pub fn leave(self) {
        for board in &self.boards {
            let _ = board.feed.commands.send(Command::Leave);
        }
        for board in self.boards {
            let _ = board.feed.ended.blocking_recv();
        }
    }
}
