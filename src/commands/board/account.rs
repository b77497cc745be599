//! What serves one account of the board: its feed, its contact book, its operator's notes, and what keeps
//! of them for the next run.

use std::path::Path;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use super::book::Book;
use super::effects::done;
use super::notes::NoteFile;
use super::road::Road;
use crate::board::{AccountEffect, AccountId, AccountMessage, WorldMessage};
use crate::commands::CommandError;
use crate::commands::source::Source;
use crate::contacts::{BookError, Contact};
use crate::feed::Command;
use crate::http::Route;
use crate::memory::keeper::{Files, Keeper, Left};
use crate::memory::last_seen;
use crate::settings::Settings;

/// Whoever leaves the board does not wait longer than this for a disk.
const PATIENCE: Duration = Duration::from_secs(2);

/// An account whose contact book is open, before its feed runs.
pub struct Opened {
    account: AccountId,
    source: Source,
    settings: Settings,
    book: Book,
    /// What the book says.
    read: Option<AccountMessage>,
}

impl Opened {
    /// Opens the contact book of an account.
    pub fn of(account: AccountId, source: Source, settings: &Settings) -> Opened {
        let places = &settings.places;
        let mut book = Book::new(places.contacts.clone(), places.locks.clone());
        Opened {
            account,
            source,
            settings: settings.clone(),
            read: book.read(),
            book,
        }
    }

    /// What the board is sent of the contact book, if it says anything.
    pub fn contacts(&self) -> Option<WorldMessage> {
        let message = self.read.clone()?;
        Some(WorldMessage::Account(self.account, message))
    }

    /// Where the contact book is.
    pub fn book_path(&self) -> &Path {
        self.book.path()
    }

    /// The way to servers.
    pub fn route(&self) -> Route {
        self.source.route()
    }

    /// Starts the feed, and whatever else the account needs.
    ///
    /// # Errors
    /// [`CommandError`] where the feed cannot be started.
    pub fn attend(self, board: mpsc::Sender<WorldMessage>) -> Result<Attendant, CommandError> {
        let Opened {
            account,
            source,
            settings,
            book,
            read,
        } = self;
        let source = source.with_own(settings.domain.value.as_deref());
        let known = match read {
            Some(AccountMessage::Contacts(contacts)) => contacts,
            _ => Vec::new(),
        };
        let mut road = Road {
            account,
            board,
            keeper: None,
            polled: watch::Sender::new(()),
        };
        let keeper = keeper(&settings, &source, known, road.clone());
        road.keeper = keeper.as_ref().map(Keeper::inbox);
        let places = &settings.places;
        let notes = NoteFile::new(places.notes.clone(), places.locks.clone());
        let feed = source.start(road.clone())?;
        Ok(Attendant {
            feed: feed.commands,
            ended: feed.ended,
            board: road,
            book,
            notes,
            keeper,
        })
    }
}

/// Begins to keep what the board learns of an account, where there is a place for it. The board shows at
/// once what an earlier run left, which comes by this road.
fn keeper(
    settings: &Settings,
    source: &Source,
    contacts: Vec<Contact>,
    road: Road,
) -> Option<Keeper> {
    let history = settings.places.history.clone();
    let files = Files {
        last_seen: settings.places.last_seen.clone()?,
        history: history.filter(|_| settings.history.value),
        server: source.origin(),
        user: source.user().into(),
    };
    let found = move |left: Left| {
        let remembered = left.remembered.map(AccountMessage::Remembered);
        let history = left.history.map(AccountMessage::History);
        for message in remembered.into_iter().chain(history) {
            road.blocking_send(message);
        }
    };
    let write = Box::new(last_seen::write_entries);
    Keeper::start(files, source.link(), contacts, write, found)
        .inspect_err(|error| tracing::warn!(%error, "nothing is kept for the next run"))
        .ok()
}

/// What the effects of one account are carried out with.
pub struct Attendant {
    /// The feed. One that is gone has given its reason to the board.
    pub feed: mpsc::UnboundedSender<Command>,
    /// Is ready once the feed has ended.
    pub ended: oneshot::Receiver<()>,
    /// The road by which results come back.
    pub board: Road,
    /// The contact book.
    pub book: Book,
    /// The operator's notes.
    pub notes: NoteFile,
    /// What is kept for the next run.
    pub keeper: Option<Keeper>,
}

impl Attendant {
    /// Carries the effects out, in order, until the board is gone; then saves what is to be saved and
    /// signs out.
    ///
    /// # Errors
    /// Why contacts that the user changed are not saved.
    pub async fn run(
        mut self,
        mut effects: mpsc::UnboundedReceiver<AccountEffect>,
    ) -> Result<(), BookError> {
        let mut polled = self.board.polled();
        self = self.with_notes(NoteFile::read).await;
        if let Some(words) = self.book.unwatched() {
            self.board.notify(words).await;
        }
        loop {
            tokio::select! {
                effect = effects.recv() => match effect {
                    Some(effect) => self = self.carry_out(effect).await,
                    None => break,
                },
                () = self.book.changed() => self = self.with_book(Book::look_again).await,
                () = self.notes.changed() => self = self.with_notes(NoteFile::read).await,
                Ok(()) = polled.changed() => {
                    self = self.with_book(Book::check).await;
                    self = self.with_notes(NoteFile::check).await;
                }
            }
        }
        let _ = self.feed.send(Command::Leave);
        self.notes.close();
        let saved = self.book.close();
        let _ = self.ended.await;
        if let Some(keeper) = self.keeper {
            keeper.close(PATIENCE).await;
        }
        saved
    }

    async fn carry_out(self, effect: AccountEffect) -> Attendant {
        let feed = |command| drop(self.feed.send(command));
        match effect {
            AccountEffect::Save(edits) => return self.with_book(|book| book.save(edits)).await,
            AccountEffect::Annotate { number, edit } => {
                return self.with_notes(move |notes| notes.save(number, edit)).await;
            }
            AccountEffect::Contacts(contacts) => feed(Command::Contacts(contacts)),
            AccountEffect::PollNow(contacts) => {
                let everybody = contacts.is_empty();
                feed(Command::AskNow(contacts));
                if everybody {
                    return self.with_book(Book::refresh).await;
                }
            }
            AccountEffect::Prefer(contacts) => feed(Command::Prefer(contacts)),
            AccountEffect::SignInAgain => feed(Command::SignInAgain),
            AccountEffect::SetOwn(set) => feed(Command::SetOwn(set)),
        }
        self
    }

    /// Does something with the book where a slow disk holds up only this.
    async fn with_book(
        mut self,
        what: impl FnOnce(&mut Book) -> Vec<AccountMessage> + Send + 'static,
    ) -> Attendant {
        Attendant::send_all(move || {
            let messages = what(&mut self.book);
            (self, messages)
        })
        .await
    }

    /// Does something with the operator's notes where a slow disk holds up only this.
    async fn with_notes(
        mut self,
        what: impl FnOnce(&mut NoteFile) -> Vec<AccountMessage> + Send + 'static,
    ) -> Attendant {
        Attendant::send_all(move || {
            let messages = what(&mut self.notes);
            (self, messages)
        })
        .await
    }

    /// Lets something be done where a slow disk holds up only this, and sends what comes of it.
    async fn send_all(
        work: impl FnOnce() -> (Attendant, Vec<AccountMessage>) + Send + 'static,
    ) -> Attendant {
        let (attendant, messages) = done(tokio::task::spawn_blocking(work)).await;
        for message in messages {
            attendant.board.send(message).await;
        }
        attendant
    }
}
