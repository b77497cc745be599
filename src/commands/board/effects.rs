//! Carries out the effects of the board in the world.

use tokio::sync::mpsc;

use super::book::Book;
use super::following::Following;
use super::notes::NoteFile;
use super::searches::Searches;
use super::show::Road;
use crate::board::{Choice, WorldEffect, WorldMessage};
use crate::commands::files;
use crate::commands::hooks::HookRunner;
use crate::commands::launch::{PATIENCE, copy_through_tmux, launch};
use crate::contacts::BookError;
use crate::feed::Command;
use crate::settings::save_choice;

/// What effects are carried out with.
pub struct World {
    /// The feed. One that is gone has given its reason to the board.
    pub feed: mpsc::UnboundedSender<Command>,
    /// The road by which results come back.
    pub board: Road,
    /// The contact book.
    pub book: Book,
    /// The operator's notes.
    pub notes: NoteFile,
    /// The searches of the directory.
    pub searches: Searches,
    /// The settings file.
    pub following: Following,
    /// The hooks.
    pub hooks: HookRunner,
}

impl World {
    /// Carries the effects out, in order, until the board is gone.
    ///
    /// # Errors
    /// Why contacts that the user changed are not saved.
    pub async fn run(
        mut self,
        mut effects: mpsc::UnboundedReceiver<WorldEffect>,
    ) -> Result<(), BookError> {
        let polled = self.board.polled();
        self = self.with_notes(NoteFile::read).await;
        if let Some(words) = self.book.unwatched() {
            self.board.send(WorldMessage::Notice(words)).await;
        }
        loop {
            tokio::select! {
                effect = effects.recv() => match effect {
                    Some(effect) => self = self.carry_out(effect).await,
                    None => break,
                },
                words = self.hooks.failure() => {
                    self.board.send(WorldMessage::Notice(words)).await;
                }
                () = self.following.changed() => self = self.reconfigure().await,
                () = self.book.changed() => self = self.with_book(Book::look_again).await,
                () = self.notes.changed() => self = self.with_notes(NoteFile::read).await,
                () = polled.notified() => {
                    self.following.check();
                    self = self.with_book(Book::check).await;
                    self = self.with_notes(NoteFile::check).await;
                }
            }
        }
        let _ = self.feed.send(Command::Leave);
        self.notes.close();
        self.book.close()
    }

    async fn carry_out(mut self, effect: WorldEffect) -> World {
        let commands = self.feed.clone();
        let feed = |command| drop(commands.send(command));
        match effect {
            WorldEffect::Save(edits) => return self.with_book(|book| book.save(edits)).await,
            WorldEffect::Annotate { number, edit } => {
                return self.with_notes(move |notes| notes.save(number, edit)).await;
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
                let own = self.book.path().to_path_buf();
                self.aside(move || Some(files::export(&path, &contacts, replace, &own)));
            }
            WorldEffect::CompletePath(path) => {
                self.aside(move || files::complete(&path).map(WorldMessage::PathCompleted));
            }
            WorldEffect::Contacts(contacts) => feed(Command::Contacts(contacts)),
            WorldEffect::PollNow(contacts) => {
                let everybody = contacts.is_empty();
                feed(Command::AskNow(contacts));
                if everybody {
                    return self.with_book(Book::refresh).await;
                }
            }
            WorldEffect::Prefer(contacts) => feed(Command::Prefer(contacts)),
            WorldEffect::SignInAgain => feed(Command::SignInAgain),
            WorldEffect::SetOwn(set) => feed(Command::SetOwn(set)),
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
                        board.send(WorldMessage::RingTrouble(words)).await;
                    }
                });
            }
            WorldEffect::RunHook(invocation) => {
                if let Err(words) = self.hooks.run(invocation) {
                    self.board.send(WorldMessage::Notice(words)).await;
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
        self
    }

    /// Follows the settings file, which has changed.
    async fn reconfigure(self) -> World {
        let read = move || {
            let mut world = self;
            let messages = world.following.read();
            world.searches.follow(world.following.settings());
            (world, messages)
        };
        World::send_all(read).await
    }

    /// Saves what was chosen; one after the other, or an older choice might win.
    async fn save_choice(&self, choice: Choice) {
        let path = self.following.settings().places.config.value.clone();
        let saving = tokio::task::spawn_blocking(move || save_choice(&path, &choice));
        if let Ok(Err(error)) = saving.await {
            let words = format!("Not saved: {error}");
            self.board.send(WorldMessage::Notice(words)).await;
        }
    }

    /// Lets another program do something beside everything else; what comes of it is a notice.
    fn notify(&self, what: impl Future<Output = Option<String>> + Send + 'static) {
        let board = self.board.clone();
        tokio::spawn(async move {
            if let Some(words) = what.await {
                board.send(WorldMessage::Notice(words)).await;
            }
        });
    }

    /// Lets something be done that a slow disk may hold up, beside everything else.
    fn aside(&self, what: impl FnOnce() -> Option<WorldMessage> + Send + 'static) {
        let board = self.board.clone();
        tokio::task::spawn_blocking(move || {
            if let Some(message) = what() {
                board.blocking_send(message);
            }
        });
    }

    /// Does something with the book where a slow disk holds up only this.
    async fn with_book(
        mut self,
        what: impl FnOnce(&mut Book) -> Vec<WorldMessage> + Send + 'static,
    ) -> World {
        World::send_all(move || {
            let messages = what(&mut self.book);
            (self, messages)
        })
        .await
    }

    /// Does something with the operator's notes where a slow disk holds up only this.
    async fn with_notes(
        mut self,
        what: impl FnOnce(&mut NoteFile) -> Vec<WorldMessage> + Send + 'static,
    ) -> World {
        World::send_all(move || {
            let messages = what(&mut self.notes);
            (self, messages)
        })
        .await
    }

    /// Lets something be done where a slow disk holds up only this, and sends what comes of it.
    async fn send_all(work: impl FnOnce() -> (World, Vec<WorldMessage>) + Send + 'static) -> World {
        let (world, messages) = match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        for message in messages {
            world.board.send(message).await;
        }
        world
    }
}
