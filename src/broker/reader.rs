//! Reads the shared feed for a board or a command, which gets the same updates as from a feed of its
//! own and does not know which of the two it is.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::connection::{Connection, Incoming};
use super::failure::Failure;
use super::heartbeat::Heartbeat;
use super::ledger::Ledger;
use super::place::Mqtt;
use super::state::State;
use super::topics::Topic;
use super::wanted::wish;
use super::{Backoff, Config};
use crate::feed::{self, Change, Command, Feed, Gone, Sink, StartError, Surroundings, Update};
use crate::http::Service;
use crate::link::Problem;
use crate::presence::Address;

/// When nothing has come for so long after the broker's answers, it has sent all that it keeps.
const QUIET: Duration = Duration::from_millis(200);
/// The same while no publisher is heard: before somebody is called missing, there is more patience.
const UNHEARD: Duration = Duration::from_secs(2);
/// The first pause before another connection. Those of all boards are spread over this range: after a
/// restart of the broker each asks for everything that is retained.
const PAUSE: RangeInclusive<Duration> = Duration::from_millis(500)..=Duration::from_secs(3);
/// So many events are taken before their sum is sent on.
const BATCH: usize = 256;

/// Starts to read, on a thread of its own.
///
/// # Errors
/// [`StartError`] where the certificates cannot be read, or the system gives no thread.
pub fn start(config: Config, sink: impl Sink) -> Result<Feed, StartError> {
    config.trust.config(Mqtt::PROTOCOL)?;
    let (commands, to_do) = mpsc::unbounded_channel();
    let reader = Reader {
        ledger: Ledger::new(config.link(), config.place.topics().prefix()),
        config,
        topics: HashMap::new(),
        to_do,
        sink,
        backoff: Backoff::new(PAUSE),
    };
    let ended = feed::on_own_thread(async move {
        // A board that is gone ends it, too.
        let _ = reader.run().await;
    })?;
    Ok(Feed { commands, ended })
}

struct Reader<S> {
    config: Config,
    ledger: Ledger,
    /// Whose state is published where.
    topics: HashMap<String, Address>,
    to_do: mpsc::UnboundedReceiver<Command>,
    sink: S,
    backoff: Backoff,
}

/// Whether the board goes on.
enum Flow {
    On,
    Leave,
}

impl<S: Sink> Reader<S> {
    async fn run(mut self) -> Result<(), Gone> {
        loop {
            let flow = match Connection::begin(&self.config, None) {
                Ok(connection) => self.read(connection).await?,
                Err(error) => {
                    self.lost(Problem {
                        what: error.to_string(),
                        advice: "It is tried again.".into(),
                    });
                    Flow::On
                }
            };
            if matches!(flow, Flow::Leave) {
                return Ok(());
            }
            self.settle().await?;
            if matches!(self.wait().await?, Flow::Leave) {
                return Ok(());
            }
        }
    }

    /// Reads over a connection until it is over.
    async fn read(&mut self, mut connection: Connection) -> Result<Flow, Gone> {
        // When everything that the broker keeps will have come; `None` where it has.
        let mut quiet: Option<Instant> = None;
        let mut before = Surroundings::look(None);
        loop {
            let now = Instant::now();
            let next = [quiet, self.ledger.next_change(now)];
            let next = next.into_iter().flatten().min();
            tokio::select! {
                incoming = connection.next() => {
                    match incoming {
                        Ok(Incoming::Connected) => {
                            self.backoff.reset();
                            self.ledger.connected();
                            let place = &self.config.place;
                            let heartbeats = [place.topics().publishers()];
                            let filters = heartbeats.into_iter().chain(self.topics.keys().cloned());
                            connection.subscribe(filters.collect()).await;
                            quiet = Some(now + UNHEARD);
                        }
                        Ok(incoming) => {
                            self.take(incoming);
                            for _ in 0..BATCH {
                                let Some(incoming) = connection.ready() else { break };
                                self.take(incoming);
                            }
                            if quiet.is_some() {
                                quiet = Some(self.quiet_after(&connection));
                            }
                        }
                        Err(Failure::Lost(problem)) => {
                            self.lost(problem);
                            return Ok(Flow::On);
                        }
                        Err(Failure::Refused(problem)) => {
                            self.ledger.refused(problem);
                            return Ok(Flow::On);
                        }
                    }
                }
                command = self.to_do.recv() => match command {
                    None | Some(Command::Leave) => {
                        connection.leave().await;
                        return Ok(Flow::Leave);
                    }
                    Some(Command::Contacts(contacts)) => {
                        let (new, gone) = self.set_contacts(contacts);
                        connection.unsubscribe(gone).await;
                        if !new.is_empty() {
                            connection.subscribe(new).await;
                            quiet = Some(self.quiet_after(&connection));
                        }
                    }
                    Some(Command::Awake) => return Ok(self.anew()),
                    Some(command) => self.command(command).await?,
                },
                () = until(next) => {}
            }
            // Over a sleep the clock of the heartbeats stands still, and the connection is dead.
            let around = Surroundings::look(None);
            if around.since(&before) == Some(Change::Slept) {
                return Ok(self.anew());
            }
            before = around;
            if quiet.is_some_and(|quiet| quiet <= Instant::now()) {
                quiet = None;
                self.ledger.gathered();
            }
            for contact in self.ledger.wishes(Instant::now()) {
                let wish = wish(self.config.place.topics(), &contact);
                connection.publish(wish).await;
            }
            self.settle().await?;
        }
    }

    /// When the broker will have sent all that it keeps, if nothing more comes.
    fn quiet_after(&self, connection: &Connection) -> Instant {
        let now = Instant::now();
        let is_complete = self.ledger.has_publisher(now) && !connection.is_subscribing();
        now + if is_complete { QUIET } else { UNHEARD }
    }

    fn take(&mut self, incoming: Incoming) {
        let now = Instant::now();
        match incoming {
            Incoming::Connected => {}
            Incoming::Subscribed(refused) => {
                for (filter, why) in refused {
                    let words = format!("the broker refuses {filter}: {why}");
                    match self.topics.get(&filter) {
                        Some(contact) => self.ledger.not_allowed(contact, words),
                        None => self.ledger.deaf(Problem {
                            what: words,
                            advice: "Let this user read it in the broker's access list.".into(),
                        }),
                    }
                }
            }
            Incoming::Denied(topic, why) => {
                let topics = self.config.place.topics();
                let state = topics.state_of_wish(&topic);
                if let Some(contact) = state.and_then(|state| self.topics.get(&state)) {
                    self.ledger.denied(contact, why);
                }
            }
            Incoming::Published {
                topic,
                payload,
                retained,
                rest,
            } => match self.config.place.topics().read(&topic) {
                Topic::Publisher(id) => {
                    let id = crate::presence::clean(id);
                    let Some(mut beat) = Heartbeat::read(&payload) else {
                        tracing::warn!(%id, "a heartbeat cannot be read");
                        return;
                    };
                    beat.problem = beat.problem.as_deref().map(crate::presence::clean);
                    let age = beat.age(rest, retained, Timestamp::now());
                    self.ledger.hear(&id, beat, age, now);
                }
                Topic::Presence => {
                    let Some(contact) = self.topics.get(&topic) else {
                        return;
                    };
                    if payload.is_empty() {
                        self.ledger.dropped(contact);
                        return;
                    }
                    match State::read(&payload, contact) {
                        Ok(state) => self.ledger.learn(contact, state, now),
                        Err(error) => self.ledger.unreadable(contact, error.to_string()),
                    }
                }
                Topic::Word(_) | Topic::Wanted | Topic::Other => {}
            },
        }
    }

    /// Takes the list of contacts; returns the topics that are new and those that are gone.
    fn set_contacts(&mut self, contacts: Vec<Address>) -> (Vec<String>, Vec<String>) {
        let (new, gone) = self.ledger.set_contacts(contacts);
        let topics = self.config.place.topics();
        let topic = |contact: &Address| topics.presence(contact);
        let gone: Vec<String> = gone.iter().map(topic).collect();
        for topic in &gone {
            self.topics.remove(topic);
        }
        let new: Vec<(String, Address)> = new
            .into_iter()
            .map(|contact| (topic(&contact), contact))
            .collect();
        self.topics.extend(new.iter().cloned());
        (new.into_iter().map(|(topic, _)| topic).collect(), gone)
    }

    async fn command(&mut self, command: Command) -> Result<(), Gone> {
        if let Command::SetOwn(_) = command {
            let words = "Your own presence is set at the server, not by way of a broker";
            self.sink.send(Update::Notice(words.into())).await?;
        }
        // What is published comes by itself: there is nobody to ask, and nothing to prefer.
        Ok(())
    }

    /// Waits until another connection is due, or the user wants one.
    async fn wait(&mut self) -> Result<Flow, Gone> {
        let refused = self.ledger.is_refused();
        let pause = self.backoff.take();
        let due = (!refused).then(|| Instant::now() + pause);
        loop {
            tokio::select! {
                () = until(due) => {
                    if due.is_some() {
                        return Ok(Flow::On);
                    }
                }
                command = self.to_do.recv() => match command {
                    None | Some(Command::Leave) => return Ok(Flow::Leave),
                    Some(Command::SignInAgain | Command::AskNow(_) | Command::Awake) => {
                        return Ok(Flow::On);
                    }
                    Some(Command::Contacts(contacts)) => drop(self.set_contacts(contacts)),
                    Some(command) => self.command(command).await?,
                },
            }
        }
    }

    /// Another connection is made, for the machine was asleep.
    fn anew(&mut self) -> Flow {
        self.lost(Problem {
            what: "the machine was asleep".into(),
            advice: "The broker is asked anew.".into(),
        });
        Flow::On
    }

    fn lost(&mut self, problem: Problem) {
        let pause = SignedDuration::try_from(self.backoff.pause()).unwrap_or(SignedDuration::ZERO);
        let now = Timestamp::now();
        let next_try = now.saturating_add(pause).unwrap_or(now);
        self.ledger.lost(problem, next_try);
    }

    async fn settle(&mut self) -> Result<(), Gone> {
        for update in self.ledger.settle(Instant::now(), Timestamp::now()) {
            self.sink.send(update).await?;
        }
        Ok(())
    }
}

/// Waits until then; for ever where there is no such time.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
