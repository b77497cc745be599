//! A Presence Web Service in the binary: over real HTTP or HTTPS, with believable people who change as
//! time goes by, and with the troubles that a service makes in life.
//!
//! [`Simulator::start`] runs it on the current tokio runtime. It does nothing while nobody asks:
//! what a person does is worked out when it is asked for, from the seed and the time.

mod clock;
mod day;
mod directory;
mod documents;
mod envelope;
mod events;
mod fate;
mod fault;
mod http;
mod login;
mod node;
mod notify;
mod odd;
mod own_presence;
mod people;
mod polling;
mod publication;
mod scenario;
mod schema;
mod service;
mod session;
mod state;
mod subscription;
mod tally;
mod tls;
mod trouble;
mod world;
mod wsdl;
mod xml;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use secrecy::SecretString;
use tokio::task::JoinSet;
use tokio::time::Instant;

pub use envelope::{Operation, Version};
pub use fault::{Fault, Shape};
pub use people::Person;
pub use scenario::{Scenario, ScenarioError};
pub use session::Node;
pub use state::{ByHand, Doing, State};
pub use tally::{Recorded, Tally};
pub use tls::{Certificate, CertificateError};
pub use trouble::{Listed, Number, Trouble};

use crate::presence::{Address, clean};
use node::{Member, Ports, Power, Service};
use world::{World, lock};

/// How a simulator is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many people there are.
    pub contacts: usize,
    /// How many people there are beside the contacts: the directory and the service know them, but
    /// [`Simulator::people`] does not name them.
    pub others: usize,
    /// Where the first node of the directory listens (port 0: any free one); none without. The
    /// second is at any free port.
    pub directory: Option<SocketAddr>,
    /// The same seed gives the same people, habits and troubles again.
    pub seed: u64,
    /// The troubles to make.
    pub scenario: Scenario,
    /// How many times faster than life people change; at 0 nobody ever does.
    pub pace: f64,
    /// The name of the application user.
    pub application_user: String,
    /// The password of the application user.
    pub application_password: SecretString,
    /// The end users who may sign in; empty for anybody.
    pub end_users: Vec<String>,
    /// The domain of everybody's address.
    pub domain: String,
    /// The shape that faults come in; `None` for each in turn.
    pub fault_shape: Option<Shape>,
    /// The certificate of both nodes, which then speak HTTPS; plain HTTP without.
    pub certificate: Option<Certificate>,
}

impl Options {
    /// A pace at which one of some dozen people changes every second or two.
    pub const LIVELY: f64 = 20.0;
}

impl Default for Options {
    fn default() -> Options {
        Options {
            contacts: 40,
            others: 0,
            directory: None,
            seed: 1,
            scenario: Scenario::quiet(),
            pace: 1.0,
            application_user: "whosin".into(),
            application_password: SecretString::from("simulated"),
            end_users: vec![],
            domain: "example.com".into(),
            fault_shape: None,
            certificate: None,
        }
    }
}

/// A running Presence Web Service of two nodes that share people and application users. Dropping
/// it frees the ports and ends everything that it runs.
pub struct Simulator {
    world: Arc<Mutex<World>>,
    address: SocketAddr,
    second_address: SocketAddr,
    directory: Option<[SocketAddr; 2]>,
    /// The tasks of the nodes and of the calls to clients, which end when this is dropped.
    tasks: JoinSet<()>,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Simulator({})", self.address)
    }
}

impl Simulator {
    /// Starts the service at an address (port 0: any free one). The second node, which only
    /// the scenarios `redirect`, `redirect-loop` and `backup` name, listens at any free port.
    ///
    /// # Errors
    /// The address can't be listened at.
    pub async fn start(listen: SocketAddr, options: Options) -> io::Result<Simulator> {
        let (first, address) = node::bind(listen).await?;
        let (second, second_address) = node::bind(SocketAddr::new(listen.ip(), 0)).await?;
        let ports = Ports {
            first: address.port(),
            second: second_address.port(),
        };
        let directory = match options.directory {
            Some(listen) => {
                let first = node::bind(listen).await?;
                let second = node::bind(SocketAddr::new(listen.ip(), 0)).await?;
                Some((first, second))
            }
            None => None,
        };
        let world = Arc::new(Mutex::new(World::new(options)));
        let mut tasks = JoinSet::new();
        let directory = directory.map(|((first, at), (second, second_at))| {
            let ports = Ports {
                first: at.port(),
                second: second_at.port(),
            };
            for (node, listener) in [(Node::First, first), (Node::Second, second)] {
                let world = world.clone();
                let service = Service::Directory;
                let member = Member {
                    world,
                    node,
                    ports,
                    service,
                };
                tasks.spawn(node::run_always(member, listener));
            }
            [at, second_at]
        });
        for (node, listener) in [(Node::First, first), (Node::Second, second)] {
            let switch = lock(&world).switch(node).clone();
            let world = world.clone();
            let service = Service::Presence;
            let member = Member {
                world,
                node,
                ports,
                service,
            };
            tasks.spawn(node::run(member, listener, switch));
        }
        let news = lock(&world).news.clone();
        tasks.spawn(notify::run(world.clone(), news));
        Ok(Simulator {
            world,
            address,
            second_address,
            directory,
            tasks,
        })
    }

    /// Ends the service. Its ports are free when this returns; after a mere drop they are so a
    /// moment later.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }

    /// Where the first node listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of the SOAP service of the first node.
    pub fn url(&self) -> String {
        self.url_of(Node::First)
    }

    /// The address of the SOAP service of a node.
    pub fn url_of(&self, node: Node) -> String {
        let address = match node {
            Node::First => self.address,
            Node::Second => self.second_address,
        };
        format!("{}://{address}{}", self.scheme(), http::PATH)
    }

    /// The address of a node's directory, where there is one.
    pub fn directory_url(&self, node: Node) -> Option<String> {
        let [first, second] = self.directory?;
        let address = match node {
            Node::First => first,
            Node::Second => second,
        };
        Some(format!("{}://{address}{}", self.scheme(), directory::PATH))
    }

    fn scheme(&self) -> &'static str {
        match lock(&self.world).certificate {
            Some(_) => "https",
            None => "http",
        }
    }

    /// Shows another certificate on connections that are made from now on. Both nodes speak HTTPS
    /// then, also where they spoke plain HTTP before.
    pub fn set_certificate(&self, certificate: Certificate) {
        lock(&self.world).certificate = Some(certificate);
    }

    /// Everybody, in the order of their groups.
    pub fn people(&self) -> Vec<Person> {
        lock(&self.world).population.people().to_vec()
    }

    /// Everybody whom the directory knows: the others after the contacts.
    pub fn everybody(&self) -> Vec<Person> {
        lock(&self.world).population.everybody().to_vec()
    }

    /// What somebody does now; `unknown` for strangers.
    pub fn state_of(&self, address: &Address) -> State {
        let mut world = lock(&self.world);
        world.tidy(Instant::now());
        world.state_of(address)
    }

    /// Sets what somebody does, in place of the person's habits.
    pub fn set(&self, address: &Address, state: impl Into<State>) {
        lock(&self.world).set(address, state.into());
    }

    /// Sets the document that is answered for somebody: XML that is well-formed by itself.
    pub fn set_document(&self, address: &Address, xml: impl Into<String>) {
        lock(&self.world).set_document(address, xml.into());
    }

    /// Lets somebody go on by habit again.
    pub fn release(&self, address: &Address) {
        lock(&self.world).release(address);
    }

    /// Makes every request that names this contact fail.
    pub fn refuse(&self, address: &Address, fault: Fault) {
        lock(&self.world).refused.insert(address.clone(), fault);
    }

    /// Accepts a contact again after [`Simulator::refuse`].
    pub fn accept(&self, address: &Address) {
        lock(&self.world).refused.remove(address);
    }

    /// Ends the sessions of all end users.
    pub fn expire_end_users(&self) {
        lock(&self.world).sessions.end_all_end_users();
    }

    /// Ends the sessions of all application users, and with them all end users'.
    pub fn expire_applications(&self) {
        lock(&self.world).sessions.end_all_applications();
    }

    /// Somebody else signs in by force as each end user who is signed in.
    pub fn steal(&self) {
        let mut world = lock(&self.world);
        let World { sessions, rng, .. } = &mut *world;
        sessions.steal_all(rng);
    }

    /// Forgets all end points and subscriptions, as a server does that was restarted.
    pub fn forget_subscriptions(&self) {
        lock(&self.world).subscriptions.clear();
    }

    /// How many end points and subscriptions there are, and how many contacts in them.
    pub fn subscribed(&self) -> (usize, usize, usize) {
        lock(&self.world).subscribed()
    }

    /// Ends all open connections, kept alive or in the middle of a request; new ones are taken.
    pub fn hang_up(&self) {
        lock(&self.world).hang_up.send_replace(());
    }

    /// Takes a node down: its port is closed, its connections and end users' sessions end.
    /// Returns when it is so.
    pub async fn stop_node(&self, node: Node) {
        let switch = lock(&self.world).switch(node).clone();
        switch.turn(Power::Down);
        switch.reached(false).await;
    }

    /// Brings a node up again, at its old port. Returns when it listens.
    pub async fn start_node(&self, node: Node) {
        let switch = lock(&self.world).switch(node).clone();
        switch.turn(Power::Up);
        switch.reached(true).await;
    }

    /// How many application users and how many end users are signed in.
    pub fn signed_in(&self) -> (usize, usize) {
        lock(&self.world).sessions.counts()
    }

    /// Makes the next `count` requests fail, whatever they ask for.
    pub fn fail_next(&self, code: u16, count: u32) {
        lock(&self.world).fail_next(None, Fault(code), count);
    }

    /// Makes the next `count` requests of one operation fail.
    pub fn fail_next_of(&self, operation: Operation, code: u16, count: u32) {
        lock(&self.world).fail_next(Some(operation), Fault(code), count);
    }

    /// Makes other troubles from now on.
    pub fn set_scenario(&self, scenario: impl Into<Scenario>) {
        lock(&self.world).set_scenario(scenario.into());
    }

    /// The troubles that are made at this moment; of a storm, those that blow now.
    pub fn scenario(&self) -> Scenario {
        lock(&self.world).scenario()
    }

    /// What was counted so far.
    pub fn tally(&self) -> Tally {
        lock(&self.world).tally.clone()
    }

    /// The last requests that were understood (64 of them at most), the latest last.
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.world).recorded()
    }
}

/// Text from elsewhere, made fit for an error message.
fn printable(text: &str) -> String {
    clean(text)
}
