//! The loop behind a feed: signs in, polls as plan and pace allow, and recovers from what goes wrong.

mod link;
mod requests;
mod subscriptions;

use std::collections::HashSet;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::contest::Contest;
use super::failure::{refusal_in_words, was_reached};
use super::nodes::Nodes;
use super::own::Own;
use super::pace::Pace;
use super::plan::{Plan, Rhythm};
use super::poll;
use super::reach::back_again;
use super::session::{Failure, Session};
use super::shared::Sharing;
use super::subscriptions::Subscriptions;
use super::wake::Surroundings;
use super::{Command, Config, Delivery, Sink, Update, farewell};
use crate::link::{Link, LinkState, Problem};
use crate::pws::{Class, Client, Listener};
use requests::until;

/// Whether the worker goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Stay,
    Leave,
}

/// Why a session is not used any longer.
enum End {
    /// The user leaves.
    Leave,
    /// The service does not know its key any more.
    Session,
    /// The node does not answer; another is to be signed in at.
    Node,
    /// The primary is back: this is the session there.
    Returned(Box<Session>),
}

/// The session before the one that is to be opened.
#[derive(Clone)]
enum Last {
    /// There was none.
    None,
    /// Its key is not known any more.
    Ended(Session),
    /// Its node does not answer.
    Gone(Session),
    /// Nothing is wrong with it; no other is wanted.
    Left(Session),
}

impl Last {
    /// The session, where it can still be signed out.
    fn session(self) -> Option<Session> {
        match self {
            Last::Left(session) => Some(session),
            Last::None | Last::Ended(_) | Last::Gone(_) => None,
        }
    }
}

pub(super) struct Worker<S> {
    config: Config,
    client: Client,
    link: Link,
    /// The link as the board knows it.
    sent: Option<Link>,
    plan: Plan,
    pace: Pace,
    nodes: Nodes,
    /// The hosts that the settings name, and those that the service has named since.
    hosts: HashSet<String>,
    memory: poll::Memory,
    commands: mpsc::UnboundedReceiver<Command>,
    sink: S,
    failures: u32,
    trouble_since: Option<Timestamp>,
    /// Since when the server only says that it has too much to do.
    refused_since: Option<Instant>,
    /// Nothing is asked before this moment.
    hold: Option<Instant>,
    sharing: Arc<Sharing>,
    contest: Contest,
    /// When the session began, and whether it has answered.
    begun: Instant,
    answered: bool,
    /// Requests for presence that are under way, and whether one of the others is.
    polls: usize,
    probing: bool,
    job_under_way: bool,
    subscriptions: Subscriptions,
    own: Own,
    own_under_way: bool,
    /// The end user is one of the contacts, too.
    own_is_wanted: bool,
    /// Where notifications come in, once they are wanted.
    listener: Option<Arc<Listener>>,
    /// Since when a request is without an answer, where one is.
    unanswered_since: Option<Instant>,
    /// The node does not answer, or cannot be reached: it is watched whether it comes back.
    is_unreached: bool,
    /// What is under way goes over connections that are dead.
    start_over: bool,
    /// When a request was last taken for lost though the node answered.
    lost: Option<Instant>,
    around: Surroundings,
    server: Option<SocketAddr>,
}

impl<S: Sink> Worker<S> {
    pub fn new(
        config: Config,
        client: Client,
        commands: mpsc::UnboundedReceiver<Command>,
        sink: S,
    ) -> Worker<S> {
        let primary = config.endpoint.clone();
        Worker {
            link: config.link(),
            sent: None,
            client,
            plan: Plan::new(Rhythm::Round(config.interval), Instant::now()),
            pace: Pace::new(),
            nodes: Nodes::new(primary, &config.others, config.primary_again),
            hosts: std::iter::once(&config.endpoint)
                .chain(&config.others)
                .map(|node| node.host().to_string())
                .collect(),
            memory: poll::Memory::default(),
            commands,
            sink,
            failures: 0,
            trouble_since: None,
            refused_since: None,
            hold: None,
            sharing: Arc::new(Sharing::none()),
            contest: Contest::new(),
            begun: Instant::now(),
            answered: false,
            polls: 0,
            probing: false,
            job_under_way: false,
            subscriptions: match config.delivery {
                Delivery::Notify => Subscriptions::insisting(),
                Delivery::Auto | Delivery::Poll => Subscriptions::new(),
            },
            own: Own::new(),
            own_under_way: false,
            own_is_wanted: false,
            listener: None,
            unanswered_since: None,
            is_unreached: false,
            start_over: false,
            lost: None,
            around: Surroundings::look(None),
            server: None,
            config,
        }
    }

    pub async fn run(mut self) {
        self.send_link(LinkState::SigningIn).await;
        let beginning = begin(self.config.clone());
        let Some(sharing) = self.meanwhile(beginning).await else {
            return;
        };
        self.sharing = Arc::new(sharing);
        let mut last = Last::None;
        loop {
            let opening = open(&self, &last);
            let Some(opened) = self.open_in_time(opening).await else {
                return self.leave(None).await;
            };
            let Some(opened) = opened else { continue };
            let next = match opened {
                Ok(session) => {
                    if matches!(last, Last::Ended(_)) {
                        self.contest.renewed(session.origin);
                    }
                    last = self.live_through(session).await;
                    self.after(&last).await
                }
                Err(failure) => self.sign_in_failed(&failure).await,
            };
            if next == Next::Leave {
                return self.leave(last.session()).await;
            }
        }
    }

    async fn leave(&self, session: Option<Session>) {
        farewell(self.sharing.leave(session, &self.client)).await;
    }

    /// Uses a session, and the next ones where the primary comes back, until another has to be
    /// opened or it is time to leave.
    async fn live_through(&mut self, mut session: Session) -> Last {
        loop {
            self.signed_in(&session);
            self.name_new_hosts(&session).await;
            self.begun = Instant::now();
            self.answered = false;
            let end = self.ask_while_it_lasts(&session).await;
            self.abandon();
            if matches!(end, End::Leave | End::Returned(_)) {
                self.undo(&session).await;
            }
            self.subscriptions.forget();
            self.own.forget();
            match end {
                End::Leave => return Last::Left(session),
                End::Session => return Last::Ended(session),
                End::Node => return Last::Gone(session),
                End::Returned(primary) => {
                    let (old, client) = (std::mem::replace(&mut session, *primary), &self.client);
                    // Who got the new one for all of us signs the old one out.
                    if session.origin.is_found() {
                        continue;
                    }
                    // Nobody waits for it: the sign-out of a session that is not needed any more.
                    let client = client.clone();
                    tokio::spawn(async move { farewell(old.close(&client)).await });
                }
            }
        }
    }

    /// What comes before the next sign-in.
    async fn after(&mut self, last: &Last) -> Next {
        let session = match last {
            Last::Left(_) => return Next::Leave,
            Last::None | Last::Gone(_) => return Next::Stay,
            Last::Ended(session) => session,
        };
        let lasted = self.begun.elapsed();
        tracing::info!(?lasted, "the session has ended");
        let Some(pause) = self.contest.ended(session.origin, lasted, self.answered) else {
            return Next::Stay;
        };
        let user = &self.config.credentials.user;
        let problem = Problem {
            what: format!(
                "{}: someone else signs in as {user} and ends our session",
                self.link.server
            ),
            advice: "Is another client open as the same user? whosin gives way.".into(),
        };
        self.pause(problem, pause, pending()).await
    }

    fn signed_in(&mut self, session: &Session) {
        tracing::info!(node = %session.home, origin = ?session.origin, "signed in");
        let now = Instant::now();
        // The two sign-ins were requests, too.
        self.pace.answered(now);
        self.pace.answered(now);
        self.nodes.learn_backup(session.backup.clone());
        // Another process may have found the way back.
        if session.origin.is_found() && session.home == *self.nodes.primary() {
            self.nodes.returned();
        }
        self.link.server = session.home.to_string();
    }

    /// Runs a sign-in while commands are taken in. States that are shown are doubted while it is
    /// overdue. `None` when it is time to leave; nothing inside where it is to begin again, for the
    /// node was gone and is back.
    async fn open_in_time<T>(&mut self, opening: impl Future<Output = T>) -> Option<Option<T>> {
        let is_shown = self.link.state == LinkState::Up;
        self.unanswered_since = is_shown.then(Instant::now);
        let mut opening = std::pin::pin!(opening);
        let mut back = std::pin::pin!(back_again(self.nodes.current().clone(), false));
        let opened = loop {
            let overdue = self.overdue_at();
            tokio::select! {
                opened = &mut opening => break Some(Some(opened)),
                () = until(overdue) => self.overdue().await,
                () = &mut back, if self.is_unreached => {
                    self.awake();
                    break Some(None);
                }
                command = self.commands.recv() => {
                    if self.take(command) == Next::Leave {
                        break None;
                    }
                }
            }
        };
        self.unanswered_since = None;
        opened
    }

    /// Runs something while commands are taken in. `None` when it is time to leave.
    async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Some(done),
                command = self.commands.recv() => {
                    if self.take(command) == Next::Leave {
                        return None;
                    }
                }
            }
        }
    }

    fn take(&mut self, command: Option<Command>) -> Next {
        let now = Instant::now();
        match command {
            Some(Command::Contacts(mut contacts)) => {
                let own = self.config.own.as_ref();
                self.own_is_wanted = own.is_some_and(|own| contacts.contains(own));
                if !self.own_is_wanted {
                    contacts.extend(own.cloned());
                }
                self.memory.keep(&contacts);
                self.subscriptions.set_contacts(&contacts);
                self.plan.set_contacts(contacts, now);
            }
            Some(Command::Prefer(addresses)) => self.plan.prefer(addresses),
            Some(Command::AskNow(addresses)) => {
                // Who asks for everybody wants to see whether the trouble is over.
                if addresses.is_empty() {
                    self.hold = None;
                }
                self.plan.ask_now(&addresses, now);
            }
            Some(Command::SetOwn(set)) => self.own.want(set),
            Some(Command::Awake) => self.awake(),
            Some(Command::SignInAgain) => {}
            // Nobody is left who could want anything.
            Some(Command::Leave) | None => return Next::Leave,
        }
        Next::Stay
    }

    /// Connections that were kept alive may be dead without saying so, and nobody knows what has
    /// happened meanwhile: everybody is asked for at once, over new ones.
    fn awake(&mut self) {
        match self.client.with_fresh_connections() {
            Ok(client) => self.client = client,
            Err(error) => tracing::warn!(%error, "the old connections stay in use"),
        }
        self.hold = None;
        self.start_over = true;
        // Where the service called us before, it may reach nobody now.
        self.listener = None;
        self.plan.ask_now(&[], Instant::now());
    }

    async fn look_around(&mut self) {
        let around = Surroundings::look(self.server);
        if let Some(by) = around.clock_set_since(&self.around) {
            tracing::info!(?by, "the clock was set");
            // Who is gone needs no clock.
            let _ = self.sink.send(Update::ClockSet(by)).await;
        }
        if let Some(change) = around.since(&self.around) {
            tracing::info!(?change, "asking for everybody over new connections");
            self.awake();
        }
        self.around = around;
    }

    async fn sign_in_failed(&mut self, failure: &Failure) -> Next {
        let refused = matches!(
            failure.error.class(),
            Some(Class::SignInRefused | Class::AlreadySignedIn | Class::ClientDefect)
        );
        // What a backup refuses, the primary may not.
        if !refused || self.nodes.is_away() {
            let problem = failure.error.problem(&failure.node.to_string());
            let at_once = self.nodes.sign_in_failed(Instant::now());
            if at_once {
                self.send_trouble(problem, Duration::ZERO).await;
                return Next::Stay;
            }
            let pause = self.grown_pause();
            let node = self.nodes.current().clone();
            let is_there = was_reached(&failure.error);
            let back = async move {
                // A node that answers and refuses may have too much to do: it is left alone.
                if is_there {
                    pending().await
                } else {
                    back_again(node, false).await
                }
            };
            return self.pause(problem, pause, back).await;
        }
        self.send_link(LinkState::Refused {
            sign_in: failure.sign_in,
            problem: refusal_in_words(failure, &self.config.credentials),
        })
        .await;
        // An account may be locked by retries: only the user decides on another.
        loop {
            let command = self.commands.recv().await;
            let again = matches!(command, Some(Command::SignInAgain));
            if self.take(command) == Next::Leave {
                return Next::Leave;
            }
            if again {
                self.send_link(LinkState::SigningIn).await;
                return Next::Stay;
            }
        }
    }
}

/// Joins those who share the session: it may take as long as somebody else signs out.
async fn begin(config: Config) -> Sharing {
    let folder = config.session_folder.as_deref();
    Sharing::begin(folder, &config.endpoint, &config.credentials).await
}

/// Opens the next session, at the node that is the worker's present one.
fn open<S: Sink>(
    worker: &Worker<S>,
    last: &Last,
) -> impl Future<Output = Result<Session, Box<Failure>>> + use<S> {
    let (client, sharing) = (worker.client.clone(), worker.sharing.clone());
    let (at, who) = (
        worker.nodes.current().clone(),
        worker.config.credentials.clone(),
    );
    let last = last.clone();
    async move {
        match last {
            Last::Ended(ended) => sharing.renew(&ended, &client, &at, &who).await,
            Last::Gone(gone) => sharing.replace(&gone, &client, &at, &who).await,
            Last::None | Last::Left(_) => sharing.open(&client, &at, &who).await,
        }
    }
}
