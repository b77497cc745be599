//! What serves one account of the board: its feed, its contact book, the notes and watches of the desk, and
//! what keeps of them for the next run.

use std::path::Path;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::book::Book;
use super::effects::done;
use super::joined::{Joined, Sources, problem, refused};
use super::road::Road;
use super::shared_file::{OnBoard, SharedFile};
use crate::board::{AccountEffect, AccountId, AccountMessage, WorldMessage};
use crate::commands::CommandError;
use crate::commands::source::Source;
use crate::contacts::{BookError, Contact};
use crate::feed::{Command, Feed, StartError};
use crate::http::Route;
use crate::link::Problem;
use crate::memory::keeper::{Files, Keeper, Left};
use crate::memory::last_seen;
use crate::operator::{DeskWatches, OperatorNotes};
use crate::presence::Address;
use crate::settings::{Places, Profile, Settings};

/// Whoever leaves the board does not wait longer than this for a disk.
const PATIENCE: Duration = Duration::from_secs(2);

/// An account whose contact book is open, before its feed runs.
pub struct Opened {
    account: AccountId,
    /// The profile that is joined; `None` for the board's own.
    profile: Option<Profile>,
    source: Result<Source, Problem>,
    settings: Settings,
    book: Book,
    /// What the book says.
    read: Option<AccountMessage>,
}

impl Opened {
    /// Opens the contact books of all accounts, the board's own first.
    pub fn all(sources: Sources, settings: &Settings) -> (Opened, Vec<Opened>) {
        let main = Opened::of(AccountId::MAIN, None, settings.clone(), Ok(sources.main));
        let joined = sources.joined.into_iter().enumerate();
        let joined = joined.map(|(place, one)| {
            let id = AccountId::joined(place);
            Opened::of(id, Some(one.profile), one.settings, one.source)
        });
        (main, joined.collect())
    }

    fn of(
        account: AccountId,
        profile: Option<Profile>,
        settings: Settings,
        source: Result<Source, Problem>,
    ) -> Opened {
        let places = &settings.places;
        let mut book = Book::new(places.contacts.clone(), places.locks.clone());
        Opened {
            account,
            profile,
            source,
            settings,
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
        let source = self.source.as_ref();
        source.map_or_else(|_| Route::default(), Source::route)
    }

    /// Starts the feed, and whatever else the account needs.
    ///
    /// # Errors
    /// [`CommandError`] where the feed cannot be started. That of a joined profile shows on the board
    /// instead.
    pub async fn attend(
        self,
        board: mpsc::Sender<WorldMessage>,
    ) -> Result<Attendant, CommandError> {
        let places = &self.settings.places;
        let road = Road {
            account: self.account,
            profile: self.profile,
            board,
            keeper: None,
            polled: watch::Sender::new(()),
        };
        let mut attendant = Attendant {
            notes: shared_file(places, &places.notes),
            watches: shared_file(places, &places.watches),
            settings: self.settings,
            feed: None,
            wanted: Vec::new(),
            board: road,
            book: self.book,
            keeper: None,
            kept: None,
        };
        let Ok(source) = self.source else {
            return Ok(attendant);
        };
        match attendant.start(source).await {
            Err(error) if attendant.board.profile.is_some() => {
                attendant.refuse(problem(&error.into())).await;
            }
            started => started?,
        }
        Ok(attendant)
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

fn shared_file<T: OnBoard>(places: &Places, path: &Path) -> SharedFile<T> {
    SharedFile::new(path.into(), &places.contacts, places.locks.clone())
}

/// What the effects of one account are carried out with.
pub struct Attendant {
    settings: Settings,
    /// The feed. One that has ended has given its reason to the board; there is none where a joined
    /// profile cannot sign in.
    feed: Option<Feed>,
    /// Who is to be kept fresh.
    wanted: Vec<Address>,
    /// The road by which results come back.
    board: Road,
    book: Book,
    notes: SharedFile<OperatorNotes>,
    watches: SharedFile<DeskWatches>,
    /// What is kept for the next run, and of which server and user.
    keeper: Option<Keeper>,
    kept: Option<(String, String)>,
}

impl Attendant {
    /// Changes with each poll.
    pub fn polled(&self) -> watch::Receiver<()> {
        self.board.polled()
    }

    /// Starts the feed of a source, and to keep what it brings for the next run.
    async fn start(&mut self, source: Source) -> Result<(), StartError> {
        let whose = (source.origin(), source.user().to_string());
        // Only the board's own user stands in its header.
        let source = match self.board.profile {
            None => source.with_own(self.settings.domain.value.as_deref()),
            Some(_) => source,
        };
        if self.kept.as_ref().is_none_or(|kept| *kept != whose) {
            if let Some(keeper) = self.keeper.take() {
                keeper.close(PATIENCE).await;
            }
            let contacts = self.book.known().to_vec();
            self.keeper = keeper(&self.settings, &source, contacts, self.board.clone());
            self.board.keeper = self.keeper.as_ref().map(Keeper::inbox);
            self.kept = Some(whose);
        }
        self.feed = Some(source.start(self.board.clone())?);
        if !self.wanted.is_empty() {
            self.command(Command::Contacts(self.wanted.clone()));
        }
        Ok(())
    }

    /// The feed ends, and signs out.
    async fn leave(&mut self) {
        if let Some(feed) = self.feed.take() {
            let _ = feed.commands.send(Command::Leave);
            let _ = feed.ended.await;
        }
    }

    /// Says on the board why the account cannot sign in.
    async fn refuse(&self, problem: Problem) {
        let link = refused(&self.settings, problem);
        self.board.send(AccountMessage::Link(link)).await;
    }

    /// Has the user's refused sign-in tried again: that of a joined profile by what it says now, for
    /// somebody may have mended it.
    async fn sign_in_again(mut self) -> Attendant {
        let Some(profile) = self.board.profile.clone() else {
            self.command(Command::SignInAgain);
            return self;
        };
        let joined = match Joined::again(profile).await {
            Ok(joined) => joined,
            Err(error) => {
                self.refuse(problem(&error.into())).await;
                return self;
            }
        };
        self.leave().await;
        self.board.send(AccountMessage::Link(joined.link())).await;
        self.settings = joined.settings;
        if let Ok(source) = joined.source
            && let Err(error) = self.start(source).await
        {
            self.refuse(problem(&error.into())).await;
        }
        self
    }

    fn command(&self, command: Command) {
        if let Some(feed) = &self.feed {
            let _ = feed.commands.send(command);
        }
    }

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
        self = self.with_files(|one| one.notes.read()).await;
        self = self.with_files(|one| one.watches.read()).await;
        loop {
            tokio::select! {
                effect = effects.recv() => match effect {
                    Some(effect) => self = self.carry_out(effect).await,
                    None => break,
                },
                () = self.book.changed() => {
                    self = self.with_files(|one| one.book.look_again()).await;
                }
                () = self.notes.changed() => {
                    self = self.with_files(|one| one.notes.read()).await;
                }
                () = self.watches.changed() => {
                    self = self.with_files(|one| one.watches.read()).await;
                }
                Ok(()) = polled.changed() => {
                    self = self.with_files(|one| one.book.check()).await;
                    self = self.with_files(|one| one.notes.check()).await;
                    self = self.with_files(|one| one.watches.check()).await;
                }
            }
        }
        self.command(Command::Leave);
        self.notes.close();
        self.watches.close();
        let saved = self.book.close();
        if let Some(feed) = self.feed {
            let _ = feed.ended.await;
        }
        if let Some(keeper) = self.keeper {
            keeper.close(PATIENCE).await;
        }
        saved
    }

    async fn carry_out(mut self, effect: AccountEffect) -> Attendant {
        match effect {
            AccountEffect::Save(edits) => {
                return self.with_files(|one| one.book.save(edits)).await;
            }
            AccountEffect::Annotate { number, edit } => {
                return self
                    .with_files(move |one| one.notes.save(number, edit))
                    .await;
            }
            AccountEffect::Watch { number, edit } => {
                return self
                    .with_files(move |one| one.watches.save(number, edit))
                    .await;
            }
            AccountEffect::Contacts(contacts) => {
                self.wanted.clone_from(&contacts);
                self.command(Command::Contacts(contacts));
            }
            AccountEffect::PollNow(contacts) => {
                let everybody = contacts.is_empty();
                self.command(Command::AskNow(contacts));
                if everybody {
                    return self.refresh().await;
                }
            }
            AccountEffect::Prefer(contacts) => self.command(Command::Prefer(contacts)),
            AccountEffect::SignInAgain => return self.sign_in_again().await.refresh().await,
            AccountEffect::SetOwn(set) => self.command(Command::SetOwn(set)),
        }
        self
    }

    /// Looks at the files because the user asks for it: first at the contact book, which the others are
    /// beside.
    async fn refresh(self) -> Attendant {
        let is_missed = self.book.is_missed();
        let work = move |one: &mut Attendant| {
            let book = one.book.refresh().into_iter();
            let notes = one.notes.refresh(is_missed);
            let watches = one.watches.refresh(is_missed);
            book.chain(notes).chain(watches).collect()
        };
        self.with_files(work).await
    }

    /// Lets something be done with the account's files where a slow disk holds up only this, and sends
    /// what comes of it.
    async fn with_files(
        mut self,
        what: impl FnOnce(&mut Attendant) -> Vec<AccountMessage> + Send + 'static,
    ) -> Attendant {
        let work = move || {
            let messages = what(&mut self);
            (self, messages)
        };
        let (mut attendant, messages) = done(tokio::task::spawn_blocking(work)).await;
        for message in messages {
            attendant.board.send(message).await;
        }
        let unwatched = [
            attendant.book.unwatched(),
            attendant.notes.unwatched(),
            attendant.watches.unwatched(),
        ];
        // They say the same.
        if let Some(words) = unwatched.into_iter().flatten().next() {
            attendant.board.notify(words).await;
        }
        attendant
    }
}
