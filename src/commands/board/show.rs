//! The running board: the screen, the feed, the keeper of the files and the contact book, each at
//! work by itself, and the roads between them.

use std::pin::pin;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::{mpsc, watch};

use super::account::Opened;
use super::effects::{World, done};
use super::following::{Following, Reload};
use super::joined::Sources;
use super::searches::Searches;
use crate::board::{
    AccountId, AccountMessage, Board, Effect, Preferences, SignInMessage, WorldEffect, WorldMessage,
};
use crate::cli::Exit;
use crate::commands::hooks::HookRunner;
use crate::commands::{CommandError, look};
use crate::directory::Scheme;
use crate::link::Link;
use crate::settings::Settings;
use crate::sys::console;
use crate::tui::{self, Keys, Look};

/// Shows the board of this feed until the user leaves it, or a signal ends it.
///
/// `trouble` is shown at once, where there is one.
pub async fn show(
    sources: Sources,
    settings: &Settings,
    reload: Option<Reload>,
    trouble: Option<String>,
) -> Result<Exit, CommandError> {
    let (mut board, look) = prepare(settings, sources.main.link(), trouble)?;
    let themes = look.themes.names();
    // The first picture has the contacts already.
    board.update(sources.message(), Timestamp::now());
    let (main, joined) = Opened::all(sources, settings);
    let (effects, to_do) = mpsc::unbounded_channel();
    let read = [&main].into_iter().chain(&joined);
    let read = read.filter_map(Opened::contacts);
    for effect in read.flat_map(|contacts| board.update(contacts, Timestamp::now())) {
        if let Effect::World(effect) = effect {
            // The receiver is right here.
            let _ = effects.send(effect);
        }
    }
    let world = async |effects, (to_board, keys)| {
        let following = Following::new(settings, &themes, keys, reload);
        attend((main, joined), following, effects, to_board).await
    };
    together(board, look, (effects, to_do), world).await
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
    let mouse_by_itself = !console::is_in_tmux();
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
) -> Result<Exit, CommandError> {
    let (to_board, messages) = mpsc::channel(64);
    let (keys, set_anew) = watch::channel(look.keys.clone());
    let mut world = pin!(world(to_do, (to_board, keys)));
    tokio::select! {
        shown = tui::run(board, look, messages, set_anew, effects) => {
            let served = world.await;
            let ended = shown?;
            served?;
            Ok(ended.map_or(Exit::Done, Exit::from))
        }
        served = &mut world => served.map(|()| Exit::Done),
    }
}

/// Brings the board from the sign-in form to its contacts, and attends it.
pub(super) async fn enter(
    sources: Sources,
    (settings, reload): (&Settings, Option<Reload>),
    themes: &[String],
    effects: mpsc::UnboundedReceiver<WorldEffect>,
    (to_board, keys): (mpsc::Sender<WorldMessage>, watch::Sender<Keys>),
) -> Result<(), CommandError> {
    let domain = settings.domain.value.clone();
    let link = AccountMessage::Link(sources.main.link());
    let first = [
        WorldMessage::Account(AccountId::MAIN, link),
        WorldMessage::Settings(settings.shown(themes)),
        WorldMessage::SignIn(SignInMessage::Accepted { domain }),
    ];
    let joined = sources.message();
    let (main, others) = Opened::all(sources, settings);
    let books = [&main].into_iter().chain(&others);
    let books = books.filter_map(Opened::contacts);
    for message in [joined].into_iter().chain(books).chain(first) {
        // A board that is gone needs nothing.
        let _ = to_board.send(message).await;
    }
    let following = Following::new(settings, themes, keys, reload);
    attend((main, others), following, effects, to_board).await
}

/// Serves the accounts and carries out the board's effects until the board is gone; then saves what is to
/// be saved and signs out.
async fn attend(
    (main, joined): (Opened, Vec<Opened>),
    following: Following,
    effects: mpsc::UnboundedReceiver<WorldEffect>,
    to_board: mpsc::Sender<WorldMessage>,
) -> Result<(), CommandError> {
    let route = main.route();
    let all = [&main].into_iter().chain(&joined);
    let books = all.map(|opened| opened.book_path().to_path_buf()).collect();
    let main = main.attend(to_board.clone()).await?;
    let polled = main.polled();
    let mut attendants = vec![main];
    for opened in joined {
        attendants.push(opened.attend(to_board.clone()).await?);
    }
    let (accounts, served): (Vec<_>, Vec<_>) = attendants
        .into_iter()
        .map(|attendant| {
            let (effects, to_do) = mpsc::unbounded_channel();
            (effects, tokio::spawn(attendant.run(to_do)))
        })
        .unzip();
    let world = World {
        accounts,
        books,
        polled,
        searches: Searches::new(following.settings(), route),
        hooks: HookRunner::start(),
        board: to_board,
        following,
    };
    world.run(effects).await;
    let mut saved = Ok(());
    for served in served {
        saved = saved.and(done(served).await);
    }
    Ok(saved?)
}
