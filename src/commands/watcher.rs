//! A watcher without a board: a feed and a roster for commands that run until they are done or
//! interrupted.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::{mpsc, oneshot};

use super::CommandError;
use super::source::Source;
use crate::board::Roster;
use crate::cli::Exit;
use crate::contacts::Contact;
use crate::feed::{Command, Update};
use crate::link::OwnSet;
use crate::settings::Settings;
use crate::sys::signals::Signals;

/// Keeps contacts fresh, and knows their states.
pub struct Watcher {
    /// What is known. Whoever reads the events feeds it.
    pub roster: Roster,
    commands: mpsc::UnboundedSender<Command>,
    updates: mpsc::Receiver<Update>,
    ended: oneshot::Receiver<()>,
    signals: Signals,
}

/// What happens to a watcher.
#[allow(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it is matched at once"
)]
pub enum Event {
    /// An update of the feed.
    Update(Update),
    /// The process has to end with this exit code.
    End(Exit),
}

impl Watcher {
    /// Signs in and keeps these contacts fresh by the settings.
    ///
    /// # Errors
    /// [`CommandError`] for settings that are missing or cannot be followed.
    pub async fn start(
        settings: &Settings,
        contacts: Vec<Contact>,
    ) -> Result<Watcher, CommandError> {
        let source = Source::with_warning(settings).await?;
        Watcher::of(source, contacts)
    }

    /// The same from a source.
    ///
    /// # Errors
    /// [`CommandError`] where the source cannot be started.
    pub fn of(source: Source, contacts: Vec<Contact>) -> Result<Watcher, CommandError> {
        let signals = Signals::new()
            .map_err(|error| CommandError::Io("signals cannot be received", error))?;
        let mut roster = Roster::new(source.link());
        roster.set_contacts(contacts);
        let addresses = roster.addresses();
        let (found, updates) = mpsc::channel(64);
        let feed = source.start(found)?;
        // A feed that is gone shows in its updates.
        let _ = feed.commands.send(Command::Contacts(addresses));
        Ok(Watcher {
            roster,
            commands: feed.commands,
            updates,
            ended: feed.ended,
            signals,
        })
    }

    /// The next thing that happens. Nothing is lost where this is dropped before it does.
    pub async fn next(&mut self) -> Event {
        tokio::select! {
            update = self.updates.recv() => match update {
                Some(update) => Event::Update(update),
                None => Event::End(Exit::Failed),
            },
            end = self.signals.next() => Event::End(end.into()),
        }
    }

    /// Keeps these contacts fresh instead of those before.
    pub fn set_contacts(&mut self, contacts: Vec<Contact>) {
        self.roster.set_contacts(contacts);
        // A feed that is gone shows in its updates.
        let _ = self
            .commands
            .send(Command::Contacts(self.roster.addresses()));
    }

    /// Sets the user's own presence, and again in each new session.
    pub fn set_own(&self, set: OwnSet) {
        // A feed that is gone shows in its updates.
        let _ = self.commands.send(Command::SetOwn(set));
    }

    /// Signs out.
    pub async fn leave(self) {
        // Updates that nobody reads must not keep it.
        drop(self.updates);
        let _ = self.commands.send(Command::Leave);
        let _ = self.ended.await;
    }
}

/// The moment of a line, to the second.
pub fn clock(at: Timestamp) -> String {
    let at = at.to_zoned_datetime(TimeZone::system());
    at.strftime("%H:%M:%S").to_string()
}
