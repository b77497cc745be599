//! The steps at the broker of the shared feed.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::time::timeout;

use super::printed::{Outcome, Printed};
use super::way::{Plain, way};
use crate::broker::{
    Config, Connection, Failure, Heartbeat, Incoming, Ledger, PATIENCE, State, Topic, Topics,
};
use crate::cli::Exit;
use crate::contacts::counted;
use crate::link::{LinkState, Problem};
use crate::presence::{Address, clean};
use crate::settings::Settings;

/// The steps, in their order.
pub const STEPS: [&str; 9] = [
    "settings",
    "name",
    "port",
    "TLS",
    "sign-in",
    "subscription",
    "publisher",
    "contacts",
    "directory",
];

/// When nothing has come for so long, the broker has sent all that it keeps.
const QUIET: Duration = Duration::from_secs(1);
/// What changes all the time would keep it coming: what it keeps has come by then.
const GATHERING: Duration = Duration::from_secs(5);

/// What the settings say, in words.
pub fn described(settings: &Settings, config: &Config) -> String {
    let password = match config.password {
        Some(_) => "with a password",
        None => "without a password",
    };
    format!(
        "{}: presence comes from {}, {password}; the server is not asked",
        settings.places.config.value.display(),
        config.place,
    )
}

/// All steps at the broker, where these contacts are looked for.
pub async fn check(config: &Config, contacts: Vec<Address>, printed: &mut Printed) {
    let began = Instant::now();
    let node = match config.place.endpoint() {
        Ok(node) => node,
        Err(error) => {
            printed.step(began, Outcome::failed(&error, Exit::Usage));
            return;
        }
    };
    let plain = Plain {
        address: "--from mqtt://…",
        words: "no TLS: whoever is on the way can read the password and everybody's presence"
            .into(),
    };
    if !way(&node, &config.trust, &plain, printed).await {
        return;
    }
    let began = Instant::now();
    let mut connection = match signed_in(config).await {
        Ok(connection) => connection,
        Err(outcome) => {
            printed.step(began, outcome);
            return;
        }
    };
    let words = match config.place.user() {
        Some(user) => format!("'{user}' is signed in at {node}"),
        None => format!("signed in at {node} without a user"),
    };
    printed.step(began, Outcome::Passed(words));
    let began = Instant::now();
    let mut heard = Heard::new(config, contacts);
    if printed.step(began, heard.subscribe(&mut connection).await) {
        let began = Instant::now();
        let outcome = heard.gather(&mut connection).await;
        if printed.step(began, outcome) {
            printed.step(Instant::now(), heard.contacts());
        }
    }
    connection.leave().await;
}

fn not_reached(problem: Problem) -> Outcome {
    Outcome::Failed(problem, Exit::NotReached)
}

fn over(failure: Failure) -> Outcome {
    match failure {
        Failure::Lost(problem) => not_reached(problem),
        Failure::Refused(problem) => Outcome::Failed(problem, Exit::Refused),
    }
}

async fn signed_in(config: &Config) -> Result<Connection, Outcome> {
    let opened = Connection::open(config).await;
    opened
        .map_err(|error| Outcome::failed(&error, Exit::Usage))?
        .map_err(over)
}

/// What is heard at the broker.
struct Heard<'a> {
    config: &'a Config,
    topics: &'a Topics,
    /// Who is looked for, by the topic.
    wanted: HashMap<String, Address>,
    /// Decides whether a board could believe what comes.
    ledger: Ledger,
    /// The publishers that run, each in words.
    publishers: Vec<(String, String)>,
    published: HashSet<Address>,
    /// The filters that are refused, and why.
    refused: Vec<(String, String)>,
}

impl<'a> Heard<'a> {
    fn new(config: &'a Config, wanted: Vec<Address>) -> Heard<'a> {
        let topics = config.place.topics();
        let by_topic = |contact: Address| (topics.presence(&contact), contact);
        let wanted = wanted.into_iter().map(by_topic).collect();
        let mut ledger = Ledger::new(config.link(), topics.prefix());
        ledger.connected();
        Heard {
            config,
            topics,
            wanted,
            ledger,
            publishers: Vec::new(),
            published: HashSet::new(),
            refused: Vec::new(),
        }
    }

    /// Asks for the heartbeats and for the contacts, as a board does.
    async fn subscribe(&mut self, connection: &mut Connection) -> Outcome {
        let states = self.wanted.keys().cloned();
        let filters = std::iter::once(self.topics.publishers()).chain(states);
        connection.subscribe(filters.collect()).await;
        while connection.is_subscribing() {
            match timeout(PATIENCE, connection.next()).await {
                Ok(Ok(incoming)) => self.take(incoming),
                Ok(Err(failure)) => return over(failure),
                Err(_) => return over(Failure::silent(self.config.place.host())),
            }
        }
        if let Some((filter, why)) = self.refused.first() {
            let count = self.refused.len();
            let what = format!("the broker refuses {filter}: {why} ({count} refused)");
            let advice = "Let this user read it in the broker's access list.".into();
            return Outcome::Failed(Problem { what, advice }, Exit::Refused);
        }
        Outcome::Passed(format!(
            "{} and the topics of {} are asked for, nothing is refused",
            self.topics.publishers(),
            counted(self.wanted.len()),
        ))
    }

    /// Takes all that the broker keeps: a publisher has to be heard within its time.
    async fn gather(&mut self, connection: &mut Connection) -> Outcome {
        let end = Instant::now() + GATHERING;
        while Instant::now() < end {
            match timeout(QUIET, connection.next()).await {
                Ok(Ok(incoming)) => self.take(incoming),
                Ok(Err(failure)) => return over(failure),
                // Some brokers are slow at it: before somebody is called missing, there is patience.
                Err(_) if self.publishers.is_empty() => {}
                Err(_) => break,
            }
        }
        self.ledger.gathered();
        self.ledger.settle(Instant::now(), Timestamp::now());
        match self.ledger.link() {
            LinkState::Trouble { problem, .. } => not_reached(problem.clone()),
            _ => {
                let words = self.publishers.iter().map(|(_, words)| words.as_str());
                Outcome::Passed(words.collect::<Vec<_>>().join("; "))
            }
        }
    }

    /// How many of the contacts somebody publishes.
    fn contacts(&self) -> Outcome {
        if self.wanted.is_empty() {
            return Outcome::Skipped("the contact book is empty: nobody to look for".into());
        }
        let is_missing = |one: &&Address| !self.published.contains(*one);
        let missing: Vec<&Address> = self.wanted.values().filter(is_missing).collect();
        let mut words = format!(
            "{} looked for, {} published",
            self.wanted.len(),
            self.wanted.len() - missing.len()
        );
        // The same one each time.
        if let Some(first) = missing.iter().min_by_key(|one| one.as_str()) {
            words.push_str(&format!("; nobody publishes {first}"));
            if missing.len() > 1 {
                words.push_str(&format!(" and {} more", missing.len() - 1));
            }
        }
        Outcome::Passed(words)
    }

    fn take(&mut self, incoming: Incoming) {
        match incoming {
            Incoming::Connected | Incoming::Denied(..) => {}
            Incoming::Subscribed(refused) => self.refused.extend(refused),
            Incoming::Published {
                topic,
                payload,
                retained,
                rest,
            } => match self.topics.read(&topic) {
                Topic::Publisher(id) => {
                    let Some(beat) = Heartbeat::read(&payload) else {
                        return;
                    };
                    let id = clean(id);
                    let age = beat.age(rest, retained, Timestamp::now());
                    self.publishers.retain(|(known, _)| *known != id);
                    if beat.online {
                        let words = format!(
                            "{id} asks {} for {}, heard {} s ago, each {} s",
                            beat.server,
                            beat.user,
                            age.as_secs(),
                            beat.interval
                        );
                        self.publishers.push((id.clone(), words));
                    }
                    self.ledger.hear(&id, beat, age, Instant::now());
                }
                Topic::Presence => {
                    if let Some(contact) = self.wanted.get(&topic)
                        && State::read(&payload, contact).is_ok()
                    {
                        self.published.insert(contact.clone());
                    }
                }
                Topic::Word(_) | Topic::Wanted | Topic::Other => {}
            },
        }
    }
}
