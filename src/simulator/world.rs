//! Everything that the nodes of the service share: people, sessions, troubles, counters.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use secrecy::SecretString;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::clock::Clock;
use super::envelope::Operation;
use super::fate::Rate;
use super::fault::{Fault, Shape};
use super::node::Switch;
use super::notify::Watched;
use super::people::Population;
use super::scenario::Scenario;
use super::session::{EndUserKey, Node, Sessions};
use super::state::{ByHand, Doing, State};
use super::subscription::Subscriptions;
use super::tally::{Recorded, Tally};
use super::tls::Certificate;
use super::trouble::Trouble;
use crate::presence::Address;

/// How many requests are kept for [`super::Simulator::requests`].
const RECORDED: usize = 64;

/// What the nodes share; behind one lock, which is never held across an await.
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) domain: String,
    pub(super) application: (String, SecretString),
    pub(super) end_users: Vec<String>,
    /// With which the nodes speak HTTPS.
    pub(super) certificate: Option<Certificate>,
    pub(super) population: Population,
    pub(super) clock: Clock,
    pub(super) sessions: Sessions,
    pub(super) rng: Rng,
    pub(super) tally: Tally,
    pub(super) rate: Rate,
    /// Requests that were not refused for their number.
    pub(super) turn: u64,
    pub(super) shape: Option<Shape>,
    pub(super) refused: HashMap<Address, Fault>,
    pub(super) documents: HashMap<Address, String>,
    failing: VecDeque<Failing>,
    pub(super) subscriptions: Subscriptions,
    pub(super) watched: Watched,
    /// Wakes the task that notifies clients of changes.
    pub(super) news: Arc<Notify>,
    /// Calls to clients that were due, made or lost.
    pub(super) calls: u64,
    switches: [Switch; 2],
    /// Ends all open connections.
    pub(super) hang_up: watch::Sender<()>,
    /// Requests that came to the first node since it came up.
    pub(super) requests_at_first: u32,
    scenario: Scenario,
    scenario_since: Instant,
    set: HashMap<Address, Set>,
    recorded: VecDeque<Recorded>,
}

/// Requests that are to fail, by [`super::Simulator::fail_next`].
struct Failing {
    operation: Option<Operation>,
    fault: Fault,
    left: u32,
}

/// A state that was set, and for how long it holds.
#[derive(Clone, Debug)]
pub(super) struct Set {
    pub(super) state: State,
    /// The document that was set, where it was one.
    pub(super) document: Option<String>,
    /// The instant at which it ends; for good without.
    pub(super) until: Option<Instant>,
    /// The session with which it ends; `None` where a test set it.
    pub(super) by: Option<EndUserKey>,
}

impl From<State> for Set {
    fn from(state: State) -> Set {
        Set {
            state,
            document: None,
            until: None,
            by: None,
        }
    }
}

/// The world, for one moment.
pub(super) fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    // A test that panicked while it held the lock has left nothing half done that matters here.
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(super) fn new(options: super::Options) -> World {
        World {
            seed: options.seed,
            population: Population::by_seed(
                options.seed,
                options.contacts,
                options.others,
                &options.domain,
            ),
            domain: options.domain,
            application: (options.application_user, options.application_password),
            end_users: options.end_users,
            certificate: options.certificate,
            clock: Clock::start(options.pace),
            sessions: Sessions::default(),
            rng: Rng::with_seed(options.seed ^ 0x0053_E551),
            tally: Tally::default(),
            rate: Rate::default(),
            turn: 0,
            shape: options.fault_shape,
            refused: HashMap::new(),
            documents: HashMap::new(),
            failing: VecDeque::new(),
            subscriptions: Subscriptions::default(),
            watched: Watched::default(),
            news: Arc::new(Notify::new()),
            calls: 0,
            switches: [Switch::on(), Switch::on()],
            hang_up: watch::Sender::new(()),
            requests_at_first: 0,
            scenario: options.scenario,
            scenario_since: Instant::now(),
            set: HashMap::new(),
            recorded: VecDeque::new(),
        }
    }

    pub(super) fn set_scenario(&mut self, scenario: Scenario) {
        self.scenario = scenario;
        self.scenario_since = Instant::now();
    }

    /// The troubles of this moment.
    pub(super) fn scenario(&self) -> Scenario {
        let elapsed = self.scenario_age().as_secs();
        self.scenario.in_weather(self.seed, elapsed)
    }

    /// For how long the scenario has been played.
    pub(super) fn scenario_age(&self) -> Duration {
        self.scenario_since.elapsed()
    }

    /// What a person, or a stranger, does now.
    pub(super) fn state_of(&self, address: &Address) -> State {
        let now = Instant::now();
        let by_habit = match self.population.index(address) {
            Some(index) => {
                let moment = self.clock.at(now);
                self.population.state(index, &self.clock, moment)
            }
            None => State::of(Doing::Unknown),
        };
        match self.held(address, now) {
            // What is set without override gives way to what the devices say.
            Some(set) if set.state.by_hand == Some(ByHand::Persistent) && by_habit.is_telling() => {
                by_habit
            }
            Some(set) => set.state.clone(),
            None => by_habit,
        }
    }

    /// The document that a person has set, where that is what the person's state is.
    pub(super) fn published(&self, address: &Address) -> Option<&str> {
        let set = self.held(address, Instant::now())?;
        let document = set.document.as_deref()?;
        (self.state_of(address) == set.state).then_some(document)
    }

    /// What was set for a person, while it holds.
    fn held(&self, address: &Address, now: Instant) -> Option<&Set> {
        let set = self.set.get(address)?;
        set.until.is_none_or(|until| now < until).then_some(set)
    }

    /// Sets what a person does.
    pub(super) fn set(&mut self, address: &Address, set: impl Into<Set>) {
        self.set.insert(address.clone(), set.into());
        self.changed(address);
    }

    /// Forgets what has expired, and what hangs on sessions that have ended: endpoints,
    /// subscriptions, and the presence that their users set.
    pub(super) fn tidy(&mut self, now: Instant) {
        let scenario = self.scenario();
        self.subscriptions.tidy(&self.sessions, now);
        if let Some(seconds) = scenario.number(Trouble::LoseSubscriptions) {
            let age = Duration::from_secs(u64::from(seconds));
            self.subscriptions.lose_older_than(age, now);
        }
        if scenario.has(Trouble::KeepPresence) {
            return;
        }
        let sessions = &self.sessions;
        let ended = |set: &Set| {
            set.by
                .as_ref()
                .is_some_and(|key| !sessions.has_end_user(key))
        };
        let ended: Vec<Address> = self
            .set
            .extract_if(|_, set| ended(set))
            .map(|(address, _)| address)
            .collect();
        for address in ended {
            self.changed(&address);
        }
    }

    /// Lets a person go on by habit.
    pub(super) fn release(&mut self, address: &Address) {
        self.set.remove(address);
        self.documents.remove(address);
        self.changed(address);
    }

    /// Sets the document that is answered for somebody.
    pub(super) fn set_document(&mut self, address: &Address, xml: String) {
        // A document of its own may begin with a declaration, a part of another may not.
        let xml = match xml.trim_start().strip_prefix("<?xml") {
            Some(rest) => rest.split_once("?>").map_or("", |(_, rest)| rest).into(),
            None => xml,
        };
        self.documents.insert(address.clone(), xml);
        self.changed(address);
    }

    /// When somebody does something else than now, as far as it is known.
    pub(super) fn next_change(&self, address: &Address) -> Option<Instant> {
        // A little late rather than early, when nothing would have changed yet.
        const LATE: Duration = Duration::from_millis(1);
        let now = Instant::now();
        let by_habit = || {
            let index = self.population.index(address)?;
            let next = self.population.next_change(index, self.clock.at(now))?;
            self.clock.instant(next)
        };
        let next = match self.held(address, now) {
            None => by_habit(),
            Some(set) if set.state.by_hand == Some(ByHand::Persistent) => {
                set.until.into_iter().chain(by_habit()).min()
            }
            Some(set) => set.until,
        };
        Some(next? + LATE)
    }

    pub(super) fn fail_next(&mut self, operation: Option<Operation>, fault: Fault, count: u32) {
        self.failing.push_back(Failing {
            operation,
            fault,
            left: count,
        });
    }

    /// How many end points, subscriptions, and contacts in them there are.
    pub(super) fn subscribed(&mut self) -> (usize, usize, usize) {
        self.tidy(Instant::now());
        self.subscriptions.counts()
    }

    /// The switch of a node.
    pub(super) fn switch(&self, node: Node) -> &Switch {
        match node {
            Node::First => &self.switches[0],
            Node::Second => &self.switches[1],
        }
    }

    /// The fault that a request has been doomed to.
    pub(super) fn doomed(&mut self, operation: Operation) -> Option<Fault> {
        let applies = |failing: &Failing| failing.operation.is_none_or(|only| only == operation);
        let index = self.failing.iter().position(applies)?;
        let failing = &mut self.failing[index];
        failing.left = failing.left.saturating_sub(1);
        let fault = failing.fault;
        if failing.left == 0 {
            self.failing.remove(index);
        }
        Some(fault)
    }

    pub(super) fn record(&mut self, request: Recorded) {
        *self.tally.requests.entry(request.operation).or_default() += 1;
        if self.recorded.len() == RECORDED {
            self.recorded.pop_front();
        }
        self.recorded.push_back(request);
    }

    pub(super) fn recorded(&self) -> Vec<Recorded> {
        self.recorded.iter().cloned().collect()
    }
}
