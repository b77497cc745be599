//! Carries out the effects of the board in the world: what concerns one account, by whoever serves
//! that.

use std::path::PathBuf;

use tokio::sync::{mpsc, watch};

use super::following::Following;
use super::searches::Searches;
use crate::board::{AccountEffect, AccountId, Choice, WorldEffect, WorldMessage};
use crate::commands::files;
use crate::commands::hooks::HookRunner;
use crate::commands::launch::{PATIENCE, copy_through_tmux, launch};
use crate::settings::save_choice;

/// What effects are carried out with.
pub struct World {
    /// Where the effects of each account go.
    pub accounts: Vec<mpsc::UnboundedSender<AccountEffect>>,
    /// The contact books, over which nothing else is written.
    pub books: Vec<PathBuf>,
    /// The road by which results come back.
    pub board: mpsc::Sender<WorldMessage>,
    /// Changes with each poll of the board's own account.
    pub polled: watch::Receiver<()>,
    /// The searches of the directory.
    pub searches: Searches,
    /// The settings file.
    pub following: Following,
    /// The hooks.
    pub hooks: HookRunner,
}

impl World {
    /// Carries the effects out, in order, until the board is gone.
    pub async fn run(mut self, mut effects: mpsc::UnboundedReceiver<WorldEffect>) {
        loop {
            if let Some(words) = self.following.unwatched() {
                self.send(WorldMessage::Notice(words)).await;
            }
            tokio::select! {
                effect = effects.recv() => match effect {
                    Some(effect) => self.carry_out(effect).await,
                    None => break,
                },
                words = self.hooks.failure() => self.send(WorldMessage::Notice(words)).await,
                () = self.following.changed() => self = self.reconfigure().await,
                Ok(()) = self.polled.changed() => self.following.check(),
            }
        }
    }

    /// Brings a message to the board; one that is gone needs none.
    async fn send(&self, message: WorldMessage) {
        let _ = self.board.send(message).await;
    }

    async fn carry_out(&mut self, effect: WorldEffect) {
        match effect {
            WorldEffect::Account(account, effect) => {
                if account == AccountId::MAIN && is_refresh(&effect) {
                    self.following.check();
                }
                // An account that nobody serves any more is being taken down.
                if let Some(served) = self.accounts.get(account.place()) {
                    let _ = served.send(effect);
                }
            }
            WorldEffect::SaveChoice(choice) => self.save_choice(choice).await,
            WorldEffect::Import { path, group } => {
                let domain = self.following.settings().domain.value.clone();
                self.aside(move || Some(files::import(&path, group, domain.as_deref())));
            }
            WorldEffect::Export {
                path,
                contacts,
                replace,
            } => {
                let books = self.books.clone();
                self.aside(move || Some(files::export(&path, &contacts, replace, &books)));
            }
            WorldEffect::CompletePath(path) => {
                self.aside(move || files::complete(&path).map(WorldMessage::PathCompleted));
            }
            WorldEffect::Run(invocation) => self.notify(async move {
                let launched = launch(&invocation, PATIENCE).await;
                let advice = "y and Y copy address and number";
                launched.err().map(|error| format!("{error}; {advice}"))
            }),
            WorldEffect::Ring(invocation) => {
                let board = self.board.clone();
                tokio::spawn(async move {
                    if let Err(error) = launch(&invocation, PATIENCE).await {
                        let words = format!("{}. {error}", invocation.words);
                        // A board that is gone needs none.
                        let _ = board.send(WorldMessage::RingTrouble(words)).await;
                    }
                });
            }
            WorldEffect::RunHook(invocation) => {
                if let Err(words) = self.hooks.run(invocation) {
                    self.send(WorldMessage::Notice(words)).await;
                }
            }
            WorldEffect::CopyThroughTmux(text) => {
                self.notify(async move { Some(copy_through_tmux(&text).await) });
            }
            WorldEffect::Search { number, words } => {
                self.searches.search(number, words, self.board.clone());
            }
            WorldEffect::SignInAtDirectory(credentials) => self.searches.sign_in(credentials),
            // The sign-in form has closed.
            WorldEffect::SignIn(_) => {}
        }
    }

    /// Follows the settings file, which has changed. A slow disk holds up only this.
    async fn reconfigure(mut self) -> World {
        let reading = tokio::task::spawn_blocking(move || {
            let messages = self.following.read();
            self.searches.follow(self.following.settings());
            (self, messages)
        });
        let (world, messages) = done(reading).await;
        for message in messages {
            world.send(message).await;
        }
        world
    }

    /// Saves what was chosen; one after the other, or an older choice might win.
    async fn save_choice(&self, choice: Choice) {
        let path = self.following.settings().places.config.value.clone();
        let saving = tokio::task::spawn_blocking(move || save_choice(&path, &choice));
        if let Ok(Err(error)) = saving.await {
            let words = format!("Not saved: {error}");
            self.send(WorldMessage::Notice(words)).await;
        }
    }

    /// Lets another program do something beside everything else; what comes of it is a notice.
    fn notify(&self, what: impl Future<Output = Option<String>> + Send + 'static) {
        let board = self.board.clone();
        tokio::spawn(async move {
            if let Some(words) = what.await {
                let _ = board.send(WorldMessage::Notice(words)).await;
            }
        });
    }

    /// Lets something be done that a slow disk may hold up, beside everything else.
    fn aside(&self, what: impl FnOnce() -> Option<WorldMessage> + Send + 'static) {
        let board = self.board.clone();
        tokio::task::spawn_blocking(move || {
            if let Some(message) = what() {
                let _ = board.blocking_send(message);
            }
        });
    }
}

/// Whether the user asks for everything anew.
fn is_refresh(effect: &AccountEffect) -> bool {
    match effect {
        AccountEffect::PollNow(contacts) => contacts.is_empty(),
        effect => matches!(effect, AccountEffect::SignInAgain),
    }
}

/// What comes of some work on another thread, a panic, too.
pub async fn done<T>(work: tokio::task::JoinHandle<T>) -> T {
    match work.await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
