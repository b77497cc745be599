//! The running board: the screen, the feed, the keeper of the files and the contact book, each at
//! work by itself, and the roads between them.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::{Notify, mpsc, watch};

use super::book::Book;
use super::effects::World;
use super::following::{Following, Reload};
use super::notes::NoteFile;
use super::searches::Searches;
use crate::board::{Board, Effect, Preferences, SignInMessage, WorldEffect, WorldMessage};
use crate::commands::hooks::HookRunner;
use crate::commands::source::Source;
use crate::commands::{CommandError, look};
use crate::contacts::Contact;
use crate::directory::Scheme;
use crate::feed::{Gone, Sink, Update};
use crate::link::Link;
use crate::memory::keeper::{Files, Inbox, Keeper, Left, News};
use crate::memory::last_seen;
use crate::settings::Settings;
use crate::tui::{self, Keys, Look};

/// Whoever leaves the board does not wait longer than this for a disk.
const PATIENCE: Duration = Duration::from_secs(2);

/// The road to the board. What is kept for the next run goes to the keeper, too.
#[derive(Clone, Debug)]
pub struct Road {
    board: mpsc::Sender<WorldMessage>,
    keeper: Option<Inbox>,
    polled: Arc<Notify>,
}

impl Road {
    /// Notifies of each poll whose states went to the board: the moment to look at files, too.
    pub fn polled(&self) -> Arc<Notify> {
        self.polled.clone()
    }

    /// Brings a message to the board; one that is gone needs none.
    pub async fn send(&self, message: WorldMessage) {
        self.keep(&message);
        let _ = self.board.send(message).await;
    }

    /// The same, for a thread that may wait.
    pub fn blocking_send(&self, message: WorldMessage) {
        self.keep(&message);
        let _ = self.board.blocking_send(message);
    }

    fn keep(&self, message: &WorldMessage) {
        let Some(keeper) = &self.keeper else { return };
        match message {
            WorldMessage::Contacts(contacts) => keeper.put(News::Contacts(contacts.clone())),
            WorldMessage::Reports(reports) => keeper.put(News::Reports(reports.clone())),
            WorldMessage::Link(link) => {
                keeper.put(News::Link(link.clone().into(), Timestamp::now()))
            }
            _ => {}
        }
    }
}

impl Sink for Road {
    async fn send(&self, update: Update) -> Result<(), Gone> {
        let message = match update {
            Update::Reports(reports) => {
                self.polled.notify_one();
                WorldMessage::Reports(reports)
            }
            Update::Link(link) => WorldMessage::Link(link),
            Update::Notice(words) => WorldMessage::Notice(words),
            Update::ClockSet(by) => WorldMessage::ClockSet(by),
            Update::NewHost(host) => WorldMessage::Notice(format!(
                "The service also names {host}, which you have not set: sign-ins may go there"
            )),
        };
        self.keep(&message);
        self.board.send(message).await.map_err(|_| Gone)
    }
}

/// Shows the board of this feed until the user leaves it.
///
/// `trouble` is shown at once, where there is one.
pub async fn show(
    source: Source,
    settings: &Settings,
    reload: Option<Reload>,
    trouble: Option<String>,
) -> Result<(), CommandError> {
    let (mut board, look) = prepare(settings, source.link(), trouble)?;
    let themes = look.themes.names();
    // The first picture has the contacts already.
    let mut book = book_of(settings);
    let contacts = book.read();
    let (effects, to_do) = mpsc::unbounded_channel();
    let wanted = contacts.iter().cloned();
    for effect in wanted.flat_map(|contacts| board.update(contacts, Timestamp::now())) {
        if let Effect::World(effect) = effect {
            // The receiver is right here.
            let _ = effects.send(effect);
        }
    }
    let world = async |effects, (to_board, keys)| {
        let following = Following::new(settings, &themes, keys, reload);
        attend(source, following, (book, contacts), effects, to_board).await
    };
    together(board, look, (effects, to_do), world).await
}

fn book_of(settings: &Settings) -> Book {
    let places = &settings.places;
    Book::new(places.contacts.clone(), places.locks.clone())
}

/// A board without contacts, and how it is drawn.
pub(super) fn prepare(
    settings: &Settings,
    link: Link,
    trouble: Option<String>,
) -> Result<(Board, Look), CommandError> {
    let now = Timestamp::now();
    let mut board = Board::new(preferences(settings), link, now);
    let look = look(settings)?;
    board.update(
        WorldMessage::Settings(settings.shown(&look.themes.names())),
        now,
    );
    if let Some(words) = look.themes.trouble().or(trouble) {
        board.update(WorldMessage::Notice(words), now);
    }
    Ok((board, look))
}

/// What the board goes by.
pub(super) fn preferences(settings: &Settings) -> Preferences {
    let mouse_by_itself = std::env::var_os("TMUX").is_none();
    Preferences {
        domain: settings.domain.value.clone(),
        free_for: settings.free_for.value.into(),
        mouse: settings.mouse.value.unwrap_or(mouse_by_itself),
        mouse_by_itself,
        view: settings.view.value,
        order: settings.sort.value,
        hide_offline: settings.hide_offline.value,
        tabs: settings.board.value.clone(),
        type_to_find: settings.type_to_find.value,
        wall: settings.wall.value,
        actions: settings.contact_actions(),
        hooks: settings.hooks(),
        rings: settings.rings(),
        directory: settings.directory.value.is_some(),
        scheme: settings.directory_address.value.unwrap_or(Scheme::User),
        zone: TimeZone::system(),
    }
}

type Effects = (
    mpsc::UnboundedSender<WorldEffect>,
    mpsc::UnboundedReceiver<WorldEffect>,
);

/// Runs the terminal and the world beside each other, until the user leaves the board and the world
/// has tidied up, or the world fails.
pub(super) async fn together(
    board: Board,
    look: Look,
    (effects, to_do): Effects,
    world: impl AsyncFnOnce(
        mpsc::UnboundedReceiver<WorldEffect>,
        (mpsc::Sender<WorldMessage>, watch::Sender<Keys>),
    ) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let (to_board, messages) = mpsc::channel(64);
    let (keys, set_anew) = watch::channel(look.keys.clone());
    let mut world = pin!(world(to_do, (to_board, keys)));
    tokio::select! {
        shown = tui::run(board, look, messages, set_anew, effects) => {
            let served = world.await;
            shown?;
            served
        }
        served = &mut world => served,
    }
}

/// Brings the board from the sign-in form to its contacts, and attends it.
pub(super) async fn enter(
    source: Source,
    (settings, reload): (&Settings, Option<Reload>),
    themes: &[String],
    effects: mpsc::UnboundedReceiver<WorldEffect>,
    (to_board, keys): (mpsc::Sender<WorldMessage>, watch::Sender<Keys>),
) -> Result<(), CommandError> {
    let mut book = book_of(settings);
    let contacts = book.read();
    let domain = settings.domain.value.clone();
    let first = [
        WorldMessage::Link(source.link()),
        WorldMessage::Settings(settings.shown(themes)),
        WorldMessage::SignIn(SignInMessage::Accepted { domain }),
    ];
    for message in contacts.iter().cloned().chain(first) {
        // A board that is gone needs nothing.
        let _ = to_board.send(message).await;
    }
    let following = Following::new(settings, themes, keys, reload);
    attend(source, following, (book, contacts), effects, to_board).await
}

/// Runs the feed and carries out the board's effects until the board is gone; then saves what is to be
/// saved and signs out.
async fn attend(
    source: Source,
    following: Following,
    (book, contacts): (Book, Option<WorldMessage>),
    effects: mpsc::UnboundedReceiver<WorldEffect>,
    to_board: mpsc::Sender<WorldMessage>,
) -> Result<(), CommandError> {
    let settings = following.settings();
    let source = source.with_own(settings.domain.value.as_deref());
    let known = match contacts {
        Some(WorldMessage::Contacts(contacts)) => contacts,
        _ => Vec::new(),
    };
    let keeper = keeper(settings, &source, known, to_board.clone());
    let road = Road {
        board: to_board,
        keeper: keeper.as_ref().map(Keeper::inbox),
        polled: Arc::default(),
    };
    let places = &settings.places;
    let notes = NoteFile::new(places.notes.clone(), places.locks.clone());
    let searches = Searches::new(settings, source.route());
    let feed = source.start(road.clone())?;
    let world = World {
        hooks: HookRunner::start(),
        feed: feed.commands,
        board: road,
        book,
        notes,
        searches,
        following,
    };
    let saved = world.run(effects).await;
    let _ = feed.ended.await;
    if let Some(keeper) = keeper {
        keeper.close(PATIENCE).await;
    }
    Ok(saved?)
}

/// Begins to keep what the board learns, where there is a place for it. The board shows at once what
/// an earlier run left.
fn keeper(
    settings: &Settings,
    source: &Source,
    contacts: Vec<Contact>,
    board: mpsc::Sender<WorldMessage>,
) -> Option<Keeper> {
    let history = settings.places.history.clone();
    let files = Files {
        last_seen: settings.places.last_seen.clone()?,
        history: history.filter(|_| settings.history.value),
        server: source.origin(),
        user: source.user().into(),
    };
    let found = move |left: Left| {
        let remembered = left.remembered.map(WorldMessage::Remembered);
        let history = left.history.map(WorldMessage::History);
        for message in remembered.into_iter().chain(history) {
            // A board that is gone needs nothing.
            let _ = board.blocking_send(message);
        }
    };
    let write = Box::new(last_seen::write_entries);
    Keeper::start(files, source.link(), contacts, write, found)
        .inspect_err(|error| tracing::warn!(%error, "nothing is kept for the next run"))
        .ok()
}
