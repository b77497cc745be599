//! A publisher while it runs: it asks the server, and sends each change to the broker.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::whom::Whom;
use super::{discovery, people};
use crate::broker::{
    Backoff, Config, Connection, Disclosure, Echo, Failure, Heard, Heartbeat, Incoming, Outbox,
    Rivals, Topic,
};
use crate::cli::{Exit, Publish};
use crate::commands::answers::hint_where_empty;
use crate::commands::output::complain;
use crate::commands::source::Source;
use crate::commands::watcher::{Event, Watcher};
use crate::commands::{CommandError, feed_config_with_warning};
use crate::contacts::{self, Changes, counted};
use crate::feed::Update;
use crate::file::Stamp;
use crate::link::LinkState;
use crate::presence::Address;
use crate::settings::Settings;
use crate::sys::ready;

/// The first pause before another connection.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a publisher does not go on.
pub enum Ended {
    /// The process has to end.
    Exit(Exit),
    /// A standby leaves the publishing to another one.
    Yields,
    /// Another publisher of the same ID ran before this one.
    Second,
}

/// A publisher that runs.
pub struct Publisher {
    id: String,
    rivals: Rivals,
    settings: Settings,
    book: Changes,
    /// The contact book as it was when it was read last.
    stamp: Option<Stamp>,
    broker: Config,
    connection: Connection,
    is_connected: bool,
    /// Whether another publisher of the same ID ran before this one.
    is_second: bool,
    backoff: Backoff,
    outbox: Outbox,
    whom: Whom,
    watcher: Watcher,
    /// The heartbeat as it was sent last.
    beat: Heartbeat,
    next_beat: Instant,
    /// Whether the server has answered for everybody, or cannot. Before that a heartbeat would make
    /// readers take those who are missing for people whom nobody publishes.
    has_asked: bool,
    /// Whether the service manager knows that all is up.
    is_ready: bool,
}

impl Publisher {
    /// Begins to keep the contact book fresh, and to connect.
    ///
    /// # Errors
    /// [`CommandError`] for settings that are missing or cannot be followed.
    pub async fn start(
        settings: &Settings,
        broker: &Config,
        publish: &Publish,
    ) -> Result<Publisher, CommandError> {
        let config = feed_config_with_warning(settings).await?;
        let stamp = Stamp::of(&settings.places.contacts);
        let book = contacts::load(&settings.places.contacts)?;
        hint_where_empty(&book);
        let since = Timestamp::now();
        let beat = Heartbeat {
            schema: 1,
            online: true,
            standby: publish.standby,
            interval: config.interval.as_secs().max(1),
            since,
            server: config.endpoint.origin(),
            user: config.credentials.user.clone(),
            ..Heartbeat::default()
        };
        let disclosure = Disclosure {
            notes: publish.publish_notes,
            devices: publish.publish_devices,
        };
        let topics = broker.place.topics().clone();
        let will = beat.will(&topics, &publish.id);
        Ok(Publisher {
            id: publish.id.clone(),
            rivals: Rivals::new(&publish.id),
            book: Changes::of(&settings.places.contacts),
            stamp,
            next_beat: Instant::now() + beat.interval(),
            connection: Connection::begin(broker, Some(will))?,
            is_connected: false,
            is_second: false,
            backoff: Backoff::new(PAUSE..=PAUSE),
            has_asked: false,
            is_ready: false,
            settings: settings.clone(),
            broker: broker.clone(),
            outbox: Outbox::new(
                topics,
                publish.id.clone(),
                since,
                disclosure,
                discovery(publish),
            ),
            watcher: Watcher::of(Source::Service(Box::new(config)), book.clone())?,
            whom: Whom::new(book, publish.serve_wanted.map(NonZeroUsize::get)),
            beat,
        })
    }

    /// Publishes until there is a reason not to go on.
    ///
    /// # Errors
    /// [`CommandError`] where the server or the broker refuses, or the process has to end while there
    /// is no broker.
    pub async fn run(&mut self) -> Result<Ended, CommandError> {
        loop {
            if self.is_second {
                return Ok(Ended::Second);
            }
            if self.beat.standby && self.rivals.outrank_a_standby(Instant::now()) {
                return Ok(Ended::Yields);
            }
            tokio::select! {
                event = self.watcher.next() => match event {
                    Event::End(exit) => return Ok(Ended::Exit(exit)),
                    Event::Update(update) => self.update(update).await?,
                },
                incoming = self.connection.next() => self.incoming(incoming).await?,
                () = self.book.next() => self.read_book().await,
                () = self.whom.next_end() => {
                    if self.whom.expire() {
                        self.set_people().await;
                    }
                }
                () = tokio::time::sleep_until(self.next_beat.into()) => {
                    // A server that leaves somebody out keeps nobody else waiting.
                    let has_begun = people::asked(&self.watcher.roster).any(|is_asked| is_asked);
                    self.has_asked |= has_begun;
                    self.book.check(self.stamp);
                    self.beat().await;
                }
            }
        }
    }

    async fn update(&mut self, update: Update) -> Result<(), CommandError> {
        match update {
            Update::Reports(reports) => {
                let mut addresses = Vec::with_capacity(reports.len());
                for report in &reports {
                    self.watcher.roster.learn(report);
                    addresses.push(report.address.clone());
                }
                self.send_changes(Some(&addresses)).await;
                if !self.has_asked && people::asked(&self.watcher.roster).all(|is_asked| is_asked) {
                    self.has_asked = true;
                    self.beat().await;
                }
            }
            Update::Link(link) => {
                if let LinkState::Refused { problem, .. } = &link.state {
                    let problem = Box::new(problem.clone());
                    return Err(CommandError::Server(problem, Exit::Refused));
                }
                let before = people::problem_of(&self.watcher.roster);
                self.watcher.roster.set_link(link, Timestamp::now());
                let now = people::problem_of(&self.watcher.roster);
                // Trouble is something to say, and nobody to watch needs no answer.
                let nobody = self.watcher.roster.entries().is_empty();
                self.has_asked |= now.is_some() || nobody;
                if before != now {
                    if let Some(words) = &now {
                        complain(format_args!("whosin: {words}"));
                    }
                    self.beat().await;
                }
            }
            Update::ClockSet(by) => self.watcher.roster.shift(by),
            Update::Notice(words) | Update::NewHost(words) => tracing::info!("{words}"),
        }
        Ok(())
    }

    async fn incoming(&mut self, incoming: Result<Incoming, Failure>) -> Result<(), CommandError> {
        match incoming {
            Ok(Incoming::Connected) => {
                tracing::info!(broker = %self.broker.place, "connected");
                self.is_connected = true;
                self.backoff.reset();
                let topics = self.broker.place.topics();
                let mut filters = vec![topics.publishers(), topics.everybody()];
                filters.extend(self.whom.serves_wishes().then(|| topics.wishes()));
                self.connection.subscribe_to_others(filters).await;
                self.outbox.forget();
                self.send_gone().await;
                self.send_changes(None).await;
                if self.has_asked {
                    self.beat().await;
                }
            }
            Ok(Incoming::Published {
                topic,
                payload,
                retained,
                rest,
            }) => match self.broker.place.topics().read(&topic) {
                Topic::Publisher(id) => self.hear_beat(id, &payload, retained, rest).await,
                Topic::Wanted => {
                    let topics = self.broker.place.topics();
                    if self.whom.hear(topics, &topic, &payload, rest) {
                        self.set_people().await;
                    }
                }
                _ => self.hear_state(&topic, &payload, retained).await,
            },
            Ok(Incoming::Denied(topic, why)) => {
                tracing::warn!(topic, why, "the broker does not take what is published");
            }
            Ok(Incoming::Subscribed(refused)) => {
                for (filter, why) in refused {
                    tracing::warn!(
                        filter,
                        why,
                        "the broker refuses to tell of other publishers"
                    );
                }
            }
            Err(Failure::Refused(problem)) => {
                return Err(CommandError::Server(Box::new(problem), Exit::Refused));
            }
            Err(Failure::Lost(problem)) => {
                if self.is_connected || self.backoff.is_first() {
                    complain(format_args!("whosin: {}. {}", problem.what, problem.advice));
                }
                tracing::warn!(problem = problem.what, "the broker is lost");
                self.is_connected = false;
                self.reconnect().await?;
            }
        }
        Ok(())
    }

    /// Another client has said how a publisher is: another one, or this one.
    async fn hear_beat(
        &mut self,
        id: &str,
        payload: &[u8],
        retained: bool,
        rest: Option<Duration>,
    ) {
        let beat = Heartbeat::read(payload);
        if id == self.id {
            match Echo::of(&self.beat, beat.as_ref(), retained) {
                Echo::Nothing => {}
                Echo::BeatNow => self.beat().await,
                Echo::Second => self.is_second = true,
            }
        } else if let Some(beat) = beat {
            let age = beat.age(rest, retained, Timestamp::now());
            self.rivals.hear(id, &beat, age, Instant::now());
            // What the broker had kept was followed by all that this one has sent since.
            if !beat.online && !retained {
                self.send_all_again().await;
            }
        }
    }

    /// Another client has said something of a contact, or emptied the topic.
    async fn hear_state(&mut self, topic: &str, payload: &[u8], retained: bool) {
        let roster = &self.watcher.roster;
        let is_wanted = |contact: &Address| roster.entry(contact).is_some();
        match self.outbox.hear(topic, payload, retained, is_wanted) {
            Heard::Nothing => {}
            Heard::Lost(contact) => self.send_changes(Some(&[contact])).await,
            Heard::Left(messages) => self.connection.publish_all(messages).await,
        }
    }

    /// What another publisher sent last counts no longer, also where it was the same.
    async fn send_all_again(&mut self) {
        self.outbox.forget();
        self.send_changes(None).await;
    }

    /// Makes another connection after a pause; what comes meanwhile waits.
    async fn reconnect(&mut self) -> Result<(), CommandError> {
        let pause = tokio::time::sleep(self.backoff.take());
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => break,
                event = self.watcher.next() => match event {
                    Event::End(exit) => return Err(CommandError::Ended(exit)),
                    Event::Update(update) => Box::pin(self.update(update)).await?,
                },
            }
        }
        let will = self.beat.will(self.broker.place.topics(), &self.id);
        self.connection = Connection::begin(&self.broker, Some(will))?;
        Ok(())
    }

    /// Publishes those of these contacts who changed; of everybody where none are named.
    async fn send_changes(&mut self, of: Option<&[Address]>) {
        if !self.is_connected {
            return;
        }
        let people = people::known(&self.watcher.roster, of, Timestamp::now());
        let changes = self.outbox.changes(people, Instant::now());
        self.connection.publish_all(changes).await;
    }

    async fn beat(&mut self) {
        self.next_beat = Instant::now() + self.beat.interval();
        if !self.is_connected || !self.has_asked {
            return;
        }
        if self.rivals.forget_silent(Instant::now()) {
            self.outbox.forget();
        }
        // Time alone makes states stale: that is news, too.
        self.send_changes(None).await;
        let roster = &self.watcher.roster;
        self.beat.beat += 1;
        self.beat.at = Timestamp::now();
        self.beat.problem = people::problem_of(roster);
        self.beat.asked_at = people::oldest(roster);
        self.beat.room = self.whom.room();
        let heartbeat = self.beat.message(self.broker.place.topics(), &self.id);
        self.connection.publish(heartbeat).await;
        if !self.is_ready {
            self.is_ready = true;
            ready::notify("READY=1");
            let who = counted(roster.entries().len());
            tracing::info!(broker = %self.broker.place, "{who} published");
        }
    }

    /// Follows the contact book; one that cannot be read leaves everything as it was.
    async fn read_book(&mut self) {
        let path = &self.settings.places.contacts;
        self.stamp = Stamp::of(path);
        self.book.check(self.stamp);
        match contacts::load_if_there(path) {
            // A checkout may have it away for a moment: nobody is dropped for that.
            Ok(None) if self.whom.has_book() => complain(format_args!(
                "whosin: {} is gone; who was in it is published until it is back",
                path.display()
            )),
            Ok(book) => {
                self.whom.set_book(book.unwrap_or_default());
                self.set_people().await;
            }
            Err(error) => complain(format_args!("whosin: {error}")),
        }
    }

    /// Others are published from now on.
    async fn set_people(&mut self) {
        self.outbox.want(self.whom.by_wish());
        self.watcher.set_contacts(self.whom.contacts());
        self.send_gone().await;
        // Who was published already may be so for another reason now.
        self.send_changes(None).await;
    }

    /// Empties the topics of those who are published no longer.
    async fn send_gone(&mut self) {
        if self.is_connected {
            let gone = self.outbox.keep(&self.watcher.roster.addresses());
            self.connection.publish_all(gone).await;
        }
    }

    /// Says that it is gone, and signs out.
    pub async fn leave(mut self) {
        if self.is_connected {
            let gone = self.beat.will(self.broker.place.topics(), &self.id);
            self.connection.publish(gone).await;
        }
        self.sign_out().await;
    }

    /// Signs out at the broker and at the server.
    pub async fn sign_out(self) {
        ready::notify("STOPPING=1");
        if self.is_connected {
            self.connection.leave().await;
        }
        self.watcher.leave().await;
    }
}
