//! The task behind a feed: signs in, asks as plan and pace allow, and lives through what goes wrong.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::contest::Contest;
use super::nodes::Nodes;
use super::pace::Pace;
use super::plan::{Plan, Rhythm, Step};
use super::poll::{self, Verdict};
use super::session::{Failure, Session};
use super::shared::Sharing;
use super::wake::{self, Surroundings};
use super::{Command, Config, FAREWELL, Update};
use crate::presence::{Address, Link, LinkState, Mode, Problem, SignIn};
use crate::pws::{Class, Client, Contact, Error};

/// The first pause after a failure, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// A server that only ever says that it has too much to do is trouble after this time.
const ONLY_REFUSALS: Duration = Duration::from_secs(30);

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
    Returned(Session),
}

/// The session before the one that is to be opened.
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

/// What came of something that was under way.
enum Done {
    Polled(Vec<Address>, Result<Vec<Contact>, Error>),
    Probed(Result<Session, Box<Failure>>),
}

type UnderWay = FuturesUnordered<BoxFuture<'static, Done>>;

pub(super) struct Worker {
    config: Config,
    client: Client,
    link: Link,
    told: Option<Link>,
    plan: Plan,
    pace: Pace,
    nodes: Nodes,
    memory: poll::Memory,
    commands: mpsc::UnboundedReceiver<Command>,
    updates: mpsc::Sender<Update>,
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
    probing: bool,
    /// What is under way goes over connections that are dead.
    start_over: bool,
    around: Surroundings,
    server: Option<SocketAddr>,
}

impl Worker {
    pub fn new(
        config: Config,
        client: Client,
        commands: mpsc::UnboundedReceiver<Command>,
        updates: mpsc::Sender<Update>,
    ) -> Worker {
        let primary = config.endpoint.clone();
        Worker {
            link: config.link(),
            told: None,
            client,
            plan: Plan::new(Rhythm::Round(config.interval), Instant::now()),
            pace: Pace::new(),
            nodes: Nodes::new(primary, &config.others, config.primary_again),
            memory: poll::Memory::default(),
            commands,
            updates,
            failures: 0,
            trouble_since: None,
            refused_since: None,
            hold: None,
            sharing: Arc::new(Sharing::none()),
            contest: Contest::new(),
            begun: Instant::now(),
            answered: false,
            probing: false,
            start_over: false,
            around: Surroundings::look(None),
            server: None,
            config,
        }
    }

    pub async fn run(mut self) {
        self.tell_link(LinkState::SigningIn).await;
        let (folder, who) = (&self.config.session_folder, &self.config.credentials);
        let sharing = Sharing::begin(folder.as_deref(), self.nodes.primary(), who).await;
        self.sharing = Arc::new(sharing);
        let mut last = Last::None;
        loop {
            let opening = open(&self, &last);
            let Some(opened) = self.meanwhile(opening).await else {
                return self.leave(None).await;
            };
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
        let leaving = self.sharing.leave(session, &self.client);
        let _ = tokio::time::timeout(FAREWELL, leaving).await;
    }

    /// Uses a session, and the next ones where the primary comes back, until another has to be
    /// opened or it is time to leave.
    async fn live_through(&mut self, mut session: Session) -> Last {
        loop {
            self.signed_in(&session).await;
            self.begun = Instant::now();
            self.answered = false;
            let end = self.ask_while_it_lasts(&session).await;
            self.plan.abandon(Instant::now());
            self.probing = false;
            match end {
                End::Leave => return Last::Left(session),
                End::Session => return Last::Ended(session),
                End::Node => return Last::Gone(session),
                End::Returned(primary) => {
                    let (old, client) = (std::mem::replace(&mut session, primary), &self.client);
                    // Nobody waits for it: the sign-out of a session that is not needed any more.
                    let client = client.clone();
                    tokio::spawn(async move {
                        let _ = tokio::time::timeout(FAREWELL, old.close(&client)).await;
                    });
                }
            }
        }
    }

    /// What comes before the next sign-in.
    async fn after(&mut self, last: &Last) -> Next {
        let Last::Ended(session) = last else {
            return match last {
                Last::Left(_) => Next::Leave,
                _ => Next::Stay,
            };
        };
        let lasted = self.begun.elapsed();
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
        self.pause(problem, pause).await
    }

    async fn signed_in(&mut self, session: &Session) {
        let now = Instant::now();
        // The two sign-ins were requests, too.
        self.pace.answered(now);
        self.pace.answered(now);
        self.nodes.learn_backup(session.backup.clone());
        self.link.server = session.home.to_string();
        let (host, port) = (session.home.host().to_string(), session.home.port());
        // Where it stands is wanted only for noticing another network: without, less is noticed.
        let found = tokio::time::timeout(FAREWELL, tokio::net::lookup_host((host, port))).await;
        self.server = found
            .ok()
            .and_then(Result::ok)
            .and_then(|mut all| all.next());
        self.around = Surroundings::look(self.server);
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
            Some(Command::Contacts(contacts)) => {
                self.memory.keep(&contacts);
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
            Some(Command::Awake) => self.awake(),
            Some(Command::SignInAgain) => {}
            // Without anyone to tell there is nothing to do.
            Some(Command::Leave) | None => return Next::Leave,
        }
        Next::Stay
    }

    /// Connections that were kept alive may be dead without saying so, and nobody knows what has
    /// happened meanwhile: everybody is asked for at once, over new ones.
    fn awake(&mut self) {
        match self.config.client() {
            Ok(client) => self.client = client,
            Err(error) => tracing::warn!(%error, "the old connections stay in use"),
        }
        self.hold = None;
        self.start_over = true;
        self.plan.ask_now(&[], Instant::now());
    }

    fn look_around(&mut self) {
        let around = Surroundings::look(self.server);
        if let Some(change) = around.since(&self.around) {
            tracing::info!(?change, "asking for everybody over new connections");
            self.awake();
        }
        self.around = around;
    }

    /// Asks until the session ends or another is better.
    async fn ask_while_it_lasts(&mut self, session: &Session) -> End {
        let mut under_way = UnderWay::new();
        let mut look = tokio::time::interval(wake::LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        if self.plan.is_empty() {
            self.well().await;
        }
        loop {
            if std::mem::take(&mut self.start_over) {
                under_way.clear();
                self.probing = false;
                self.plan.abandon(Instant::now());
            }
            let again = self.send(session, &mut under_way);
            tokio::select! {
                Some(done) = under_way.next() => {
                    if let Some(end) = self.take_done(done, session).await {
                        return end;
                    }
                }
                () = until(again) => {}
                command = self.commands.recv() => {
                    if self.take(command) == Next::Leave {
                        return End::Leave;
                    }
                }
                _ = look.tick() => self.look_around(),
            }
        }
    }

    /// Sends what may be sent now; when to look again, where that is known.
    fn send(&mut self, session: &Session, under_way: &mut UnderWay) -> Option<Instant> {
        let now = Instant::now();
        if let Some(probe) = self.nodes.probe_at().filter(|_| !self.probing)
            && probe <= now
        {
            self.probing = true;
            let (client, primary) = (self.client.clone(), self.nodes.primary().clone());
            let (sharing, old) = (self.sharing.clone(), session.clone());
            let who = self.config.credentials.clone();
            under_way.push(Box::pin(async move {
                Done::Probed(sharing.replace(&old, &client, &primary, &who).await)
            }));
        }
        let probe = self.nodes.probe_at().filter(|_| !self.probing);
        let soonest = |at: Option<Instant>| at.into_iter().chain(probe).min();
        let polls = |under_way: &UnderWay| under_way.len() - usize::from(self.probing);
        loop {
            if polls(under_way) >= self.config.in_flight.max(1) {
                return soonest(None);
            }
            let held = self.hold.into_iter().chain(self.pace.next()).max();
            if let Some(held) = held.filter(|held| *held > now) {
                return soonest(Some(held));
            }
            let batch = match self.plan.next(now) {
                Step::Ask(batch) => batch,
                Step::Wait(until) => return soonest(Some(until)),
                Step::Idle => return soonest(None),
            };
            self.pace.sent(now, fastrand::f64());
            let (client, kind) = (self.client.clone(), self.config.kind);
            let (home, key) = (session.home.clone(), session.user.clone());
            under_way.push(Box::pin(async move {
                let answer = client.poll(&home, &key, &batch, kind).await;
                Done::Polled(batch, answer)
            }));
        }
    }

    async fn take_done(&mut self, done: Done, session: &Session) -> Option<End> {
        match done {
            Done::Polled(batch, answer) => self.polled(batch, answer, session).await,
            Done::Probed(Ok(primary)) => {
                self.nodes.returned();
                Some(End::Returned(primary))
            }
            Done::Probed(Err(failure)) => {
                tracing::info!(error = %failure.error, "the primary is not back");
                self.probing = false;
                self.nodes.primary_failed(Instant::now());
                None
            }
        }
    }

    async fn polled(
        &mut self,
        batch: Vec<Address>,
        answer: Result<Vec<Contact>, Error>,
        session: &Session,
    ) -> Option<End> {
        let now = Instant::now();
        let reports = match poll::judge(&batch, answer) {
            Verdict::Answered(contacts) => {
                self.plan.answered(&batch);
                self.memory.report(&batch, contacts, &self.config.languages)
            }
            Verdict::Refused(report) => {
                self.plan.refused(&report.address, now);
                vec![report]
            }
            Verdict::Divide => {
                self.plan.divide(&batch);
                Vec::new()
            }
            Verdict::Failed(error) => {
                self.plan.not_answered(&batch, now);
                return self.poll_failed(error, session).await;
            }
        };
        self.pace.answered(now);
        self.answered = true;
        // First the reports: a link that is well again must not make old states fresh.
        if !reports.is_empty() && self.updates.send(Update::Reports(reports)).await.is_err() {
            return Some(End::Leave);
        }
        self.well().await;
        None
    }

    async fn poll_failed(&mut self, error: Error, session: &Session) -> Option<End> {
        let now = Instant::now();
        let problem = error.problem(&session.home.to_string());
        match error.class() {
            Some(Class::SessionEnded) => return Some(End::Session),
            Some(Class::Throttled) => {
                let usual = 1.0 / self.plan.gap().as_secs_f64().max(0.01);
                let retry_after = error.retry_after();
                self.pace.refused(now, retry_after, usual, fastrand::f64());
                let since = *self.refused_since.get_or_insert(now);
                // Being slowed down is no trouble, being shut out is.
                if now.duration_since(since) > ONLY_REFUSALS {
                    let next = self.pace.next().unwrap_or(now);
                    self.tell_trouble(problem, next.saturating_duration_since(now))
                        .await;
                }
                return None;
            }
            // What the client does wrong is not the node's fault.
            Some(Class::ClientDefect) => {}
            _ => {
                if self.nodes.poll_failed(now) {
                    tracing::warn!(%error, from = %session.home, "going to another node");
                    self.tell_trouble(problem, Duration::ZERO).await;
                    return Some(End::Node);
                }
            }
        }
        let pause = self.grown_pause();
        self.hold = Some(now + pause);
        self.tell_trouble(problem, pause).await;
        None
    }

    async fn sign_in_failed(&mut self, failure: &Failure) -> Next {
        let mut problem = failure.error.problem(&failure.node.to_string());
        let refused = matches!(
            failure.error.class(),
            Some(Class::SignInRefused | Class::AlreadySignedIn | Class::ClientDefect)
        );
        // What a backup refuses, the primary may not.
        if !refused || self.nodes.is_away() {
            let at_once = self.nodes.sign_in_failed(Instant::now());
            if at_once {
                self.tell_trouble(problem, Duration::ZERO).await;
                return Next::Stay;
            }
            let pause = self.grown_pause();
            return self.pause(problem, pause).await;
        }
        let who = match failure.sign_in {
            SignIn::Application => {
                format!("application user '{}'", self.config.credentials.app_user)
            }
            SignIn::EndUser => format!("end user '{}'", self.config.credentials.user),
        };
        problem.what = format!("Sign-in of the {who} refused: {}", failure.error);
        self.tell_link(LinkState::Refused {
            sign_in: failure.sign_in,
            problem,
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
                self.tell_link(LinkState::SigningIn).await;
                return Next::Stay;
            }
        }
    }

    /// The next pause: longer each time, never in step with other clients.
    fn grown_pause(&mut self) -> Duration {
        let (first, longest) = PAUSES;
        let grown = first.saturating_mul(1 << self.failures.min(6)).min(longest);
        self.failures += 1;
        grown.mul_f64(0.75 + fastrand::f64() / 2.0)
    }

    /// Tells of the problem and waits, until the user or the surroundings give reason to try again.
    async fn pause(&mut self, problem: Problem, pause: Duration) -> Next {
        let end = Instant::now() + pause;
        self.hold = Some(end);
        self.tell_trouble(problem, pause).await;
        let mut look = tokio::time::interval(wake::LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while self.hold.is_some() {
            tokio::select! {
                () = until(Some(end)) => break,
                command = self.commands.recv() => {
                    if self.take(command) == Next::Leave { return Next::Leave }
                }
                _ = look.tick() => self.look_around(),
            }
        }
        self.hold = None;
        Next::Stay
    }

    async fn tell_trouble(&mut self, problem: Problem, pause: Duration) {
        let now = Timestamp::now();
        let since = *self.trouble_since.get_or_insert(now);
        let next_try = now + SignedDuration::try_from(pause).unwrap_or(SignedDuration::ZERO);
        self.tell_link(LinkState::Trouble {
            problem,
            since,
            next_try,
        })
        .await;
    }

    async fn well(&mut self) {
        self.failures = 0;
        self.trouble_since = None;
        self.refused_since = None;
        self.hold = None;
        self.nodes.well();
        self.tell_link(LinkState::Up).await;
    }

    /// The time in which everybody is asked for, as the server allows it.
    fn real_round(&self) -> Duration {
        let wanted = self.plan.round();
        match self.pace.limit() {
            Some(limit) => {
                let requests = self.plan.len().div_ceil(crate::pws::BATCH) as f64;
                let needed = Duration::from_secs_f64((requests / limit).ceil());
                wanted.max(needed)
            }
            None => wanted,
        }
    }

    async fn tell_link(&mut self, state: LinkState) {
        self.link.state = state;
        self.link.mode = Mode::Every(self.real_round());
        if self.told.as_ref() != Some(&self.link) {
            self.told = Some(self.link.clone());
            // A board that is gone is noticed by its command channel.
            let _ = self.updates.send(Update::Link(self.link.clone())).await;
        }
    }
}

/// Opens the next session, at the node that is the worker's present one.
fn open(
    worker: &Worker,
    last: &Last,
) -> impl Future<Output = Result<Session, Box<Failure>>> + use<> {
    let (client, sharing) = (worker.client.clone(), worker.sharing.clone());
    let (at, who) = (
        worker.nodes.current().clone(),
        worker.config.credentials.clone(),
    );
    let (ended, gone) = match last {
        Last::Ended(session) => (Some(session.clone()), None),
        Last::Gone(session) => (None, Some(session.clone())),
        Last::None | Last::Left(_) => (None, None),
    };
    async move {
        match (ended, gone) {
            (Some(ended), _) => sharing.renew(&ended, &client, &at, &who).await,
            (None, Some(gone)) => sharing.replace(&gone, &client, &at, &who).await,
            (None, None) => sharing.open(&client, &at, &who).await,
        }
    }
}

/// Waits until a moment; without one, for ever.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}
