//! The publisher of the shared feed: keeps the contact book fresh, and publishes each change.

mod purge;
mod standby;

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::output::complain;
use super::source::Source;
use super::watcher::{Event, Watcher};
use super::{CommandError, feed_config_with_warning, load};
use crate::broker::{
    Config, Connection, Disclosure, Discovery, Failure, Heartbeat, Incoming, Message, Outbox,
    Place, Rivals, Topic,
};
use crate::cli::{self, Exit, Options, Publish};
use crate::contacts::{self, Changes, counted};
use crate::feed::Update;
use crate::file::Stamp;
use crate::link::LinkState;
use crate::memory::snapshot::Person;
use crate::presence::Address;
use crate::settings::Settings;
use crate::sys::ready;

/// The first pause before another connection; it doubles with each that fails.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Publishes until it is ended; or empties what was published.
pub async fn publish(options: &Options, publish: &Publish) -> Result<Exit, CommandError> {
    let settings = load(options)?;
    let place = publish.to.clone().or(settings.from.value.clone());
    let missing = CommandError::Missing("the broker", "to", "from");
    let place = place.ok_or(missing)?;
    let broker = Config {
        password: settings.broker_password().await?,
        trust: settings.trust(),
        place,
    };
    refuse_open(&broker)?;
    if publish.purge {
        return purge::purge(&broker, &publish.id, discovery(publish)).await;
    }
    loop {
        if publish.standby
            && let Some(exit) = standby::wait(&broker, &publish.id).await?
        {
            return Ok(exit);
        }
        let mut publisher = Publisher::start(&settings, &broker, publish).await?;
        let ended = publisher.run().await;
        publisher.leave().await;
        match ended {
            Ok(Ended::Yields) => tracing::info!("another publisher is there: standing by"),
            Ok(Ended::Exit(exit)) | Err(CommandError::Ended(exit)) => return Ok(exit),
            Err(error) => return Err(error),
        }
    }
}

fn discovery(publish: &Publish) -> Option<Discovery> {
    publish.discovery.map(|discovery| match discovery {
        cli::Discovery::Homeassistant => Discovery::HomeAssistant,
    })
}

/// Why a publisher does not go on.
enum Ended {
    /// The process has to end.
    Exit(Exit),
    /// A standby leaves the publishing to another one.
    Yields,
}

/// Refuses a broker to which presence would go in the clear or without a sign-in, unless it is on this
/// machine.
fn refuse_open(broker: &Config) -> Result<(), CommandError> {
    let place = &broker.place;
    let open = |what| Err(CommandError::OpenBroker(place.to_string(), what));
    if place.is_loopback() {
        return Ok(());
    }
    if !place.is_tls() {
        return open("no TLS");
    }
    if place.user().is_none() || broker.password.is_none() {
        return open("no sign-in");
    }
    Ok(())
}

/// What the broker says of a publisher that is gone.
fn will(place: &Place, id: &str, beat: &Heartbeat) -> Message {
    let gone = Heartbeat {
        online: false,
        ..beat.clone()
    };
    Message::of(place.topics().publisher(id), &gone)
}

/// A heartbeat, where that is what came, and whose.
fn heard<'a>(broker: &Config, topic: &'a str, payload: &[u8]) -> Option<(&'a str, Heartbeat)> {
    match broker.place.topics().read(topic) {
        Topic::Publisher(id) => Some((id, serde_json::from_slice(payload).ok()?)),
        Topic::Presence | Topic::Other => None,
    }
}

struct Publisher {
    id: String,
    rivals: Rivals,
    settings: Settings,
    book: Changes,
    /// The contact book as it was when it was read last.
    stamp: Option<Stamp>,
    broker: Config,
    connection: Connection,
    is_connected: bool,
    /// The pause before the next connection.
    pause: Duration,
    outbox: Outbox,
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
    async fn start(
        settings: &Settings,
        broker: &Config,
        publish: &Publish,
    ) -> Result<Publisher, CommandError> {
        let config = feed_config_with_warning(settings).await?;
        let stamp = Stamp::of(&settings.places.contacts);
        let book = contacts::load(&settings.places.contacts)?;
        super::answers::hint_where_empty(&book);
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
        let will = will(&broker.place, &publish.id, &beat);
        Ok(Publisher {
            id: publish.id.clone(),
            rivals: Rivals::new(&publish.id),
            book: Changes::of(&settings.places.contacts),
            stamp,
            next_beat: Instant::now() + beat.interval(),
            connection: Connection::begin(broker, Some(will))?,
            is_connected: false,
            pause: PAUSE,
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
            watcher: Watcher::of(Source::Service(Box::new(config)), book)?,
            beat,
        })
    }

    async fn run(&mut self) -> Result<Ended, CommandError> {
        loop {
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
                () = tokio::time::sleep_until(self.next_beat.into()) => {
                    // A server that leaves somebody out keeps nobody else waiting.
                    let has_begun = self.asked().any(|is_asked| is_asked);
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
                if !self.has_asked && self.asked().all(|is_asked| is_asked) {
                    self.has_asked = true;
                    self.beat().await;
                }
            }
            Update::Link(link) => {
                if let LinkState::Refused { problem, .. } = &link.state {
                    let problem = Box::new(problem.clone());
                    return Err(CommandError::Server(problem, Exit::Refused));
                }
                let before = problem_of(&self.watcher.roster.link().state);
                let now = problem_of(&link.state);
                self.watcher.roster.set_link(link, Timestamp::now());
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
                self.pause = PAUSE;
                let publishers = self.broker.place.topics().publishers();
                self.connection.subscribe(vec![publishers]).await;
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
            }) => {
                if let Some((id, beat)) = heard(&self.broker, &topic, &payload) {
                    let age = beat.age(rest, retained, Timestamp::now());
                    self.rivals.hear(id, &beat, age, Instant::now());
                    if id != self.id && !beat.online {
                        // What the other one sent last counts no longer, also where it was the same.
                        self.outbox.forget();
                        self.send_changes(None).await;
                    }
                }
            }
            Ok(Incoming::Subscribed(_)) => {}
            Err(Failure::Refused(problem)) => {
                return Err(CommandError::Server(Box::new(problem), Exit::Refused));
            }
            Err(Failure::Lost(problem)) => {
                if self.is_connected || self.pause == PAUSE {
                    complain(format_args!("whosin: {}. {}", problem.what, problem.advice));
                }
                tracing::warn!(problem = problem.what, "the broker is lost");
                self.is_connected = false;
                self.reconnect().await?;
            }
        }
        Ok(())
    }

    /// Of each contact, whether the server has said anything about it.
    fn asked(&self) -> impl Iterator<Item = bool> + '_ {
        let entries = self.watcher.roster.entries().iter();
        entries.map(|entry| entry.asked_at().is_some() || entry.trouble.is_some())
    }

    /// Makes another connection after a pause; what comes meanwhile waits.
    async fn reconnect(&mut self) -> Result<(), CommandError> {
        let pause = tokio::time::sleep(self.pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
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
        let will = will(&self.broker.place, &self.id, &self.beat);
        self.connection = Connection::begin(&self.broker, Some(will))?;
        Ok(())
    }

    /// Publishes those of these contacts who changed; of everybody where none are named.
    async fn send_changes(&mut self, of: Option<&[Address]>) {
        if !self.is_connected {
            return;
        }
        let now = Timestamp::now();
        let roster = &self.watcher.roster;
        let confirmed_after = roster.confirmed_after(now);
        let entries: Vec<_> = match of {
            Some(addresses) => addresses
                .iter()
                .filter_map(|one| roster.entry(one))
                .collect(),
            None => roster.entries().iter().collect(),
        };
        let people = entries
            .into_iter()
            .filter(|entry| entry.asked_at().is_some() || entry.trouble.is_some())
            .flat_map(|entry| {
                let person = Person::of(entry, confirmed_after, now);
                // Boards may know the person by any of the addresses.
                let by_address = move |address: Address| Person {
                    uri: address.to_string(),
                    ..person.clone()
                };
                entry.contact.addresses().map(by_address)
            });
        for message in self.outbox.changes(people) {
            self.connection.publish(message).await;
        }
    }

    async fn beat(&mut self) {
        self.next_beat = Instant::now() + self.beat.interval();
        if !self.is_connected || !self.has_asked {
            return;
        }
        // Time alone makes states stale: that is news, too.
        self.send_changes(None).await;
        let roster = &self.watcher.roster;
        self.beat.beat += 1;
        self.beat.at = Timestamp::now();
        self.beat.problem = problem_of(&roster.link().state);
        self.beat.asked_at = roster
            .entries()
            .iter()
            .filter_map(|one| one.asked_at())
            .min();
        let topic = self.broker.place.topics().publisher(&self.id);
        let heartbeat = Message {
            expiry: Some(self.beat.expiry()),
            ..Message::of(topic, &self.beat)
        };
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
        self.stamp = Stamp::of(&self.settings.places.contacts);
        match contacts::load(&self.settings.places.contacts) {
            Ok(book) => {
                self.watcher.set_contacts(book);
                self.send_gone().await;
            }
            Err(error) => complain(format_args!("whosin: {error}")),
        }
    }

    /// Empties the topics of those who are not in the contact book any more.
    async fn send_gone(&mut self) {
        if self.is_connected {
            for message in self.outbox.keep(&self.watcher.roster.addresses()) {
                self.connection.publish(message).await;
            }
        }
    }

    /// Says that it is gone, and signs out.
    async fn leave(self) {
        ready::notify("STOPPING=1");
        if self.is_connected {
            let gone = will(&self.broker.place, &self.id, &self.beat);
            self.connection.publish(gone).await;
            self.connection.leave().await;
        }
        self.watcher.leave().await;
    }
}

/// What is wrong with the link to the server.
fn problem_of(state: &LinkState) -> Option<String> {
    match state {
        LinkState::Trouble { problem, .. } | LinkState::Refused { problem, .. } => {
            Some(problem.what.clone())
        }
        LinkState::SigningIn | LinkState::Up => None,
    }
}
