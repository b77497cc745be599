//! Keeps the board fresh: a task with a command channel in and an update channel out.

mod plan;
mod poll;
mod session;

pub use plan::{Plan, Step};
pub use session::{Credentials, Failure, Session};

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use crate::presence::{Address, Link, LinkState, Mode, Outcome, Problem, Report, SignIn};
use crate::pws::{
    BATCH, Class, Client, Endpoint, Error, Limits, PresenceType, Route, SoapVersion, Trust,
    TrustError,
};

/// The first pause after a failure, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// A session that ends sooner than this was ended by somebody else who signs in as the same user.
const TOO_SOON: Duration = Duration::from_secs(30);
/// The sign-out gets no longer than this: nobody waits for it.
const FAREWELL: Duration = Duration::from_secs(2);

/// What the board tells the feed.
#[derive(Debug)]
pub enum Command {
    /// The whole list of contacts to keep fresh; replaces the earlier list. New ones are asked
    /// for at once.
    Contacts(Vec<Address>),
    /// Those whose state matters most now (on screen, watched): they are asked for first.
    Prefer(Vec<Address>),
    /// Ask for these now; an empty list means everyone.
    AskNow(Vec<Address>),
    /// Sign in again after a refusal, as the user asked.
    SignInAgain,
    /// Sign out and end.
    Leave,
}

/// What the feed tells the board.
#[derive(Debug)]
pub enum Update {
    /// What was learned of some contacts.
    Reports(Vec<Report>),
    /// The link changed.
    Link(Link),
}

/// What the feed goes by.
#[derive(Clone, Debug)]
pub struct Config {
    /// The node to sign in at.
    pub endpoint: Endpoint,
    /// Who signs in.
    pub credentials: Credentials,
    /// How often each contact is asked for.
    pub interval: Duration,
    /// In which version of SOAP.
    pub soap: SoapVersion,
    /// Whose certificate is accepted.
    pub trust: Trust,
    /// How the way to the server is found.
    pub route: Route,
    /// How long and large things may be.
    pub limits: Limits,
    /// How much is asked of each contact.
    pub kind: PresenceType,
    /// The languages that notes are wanted in, the most wanted first.
    pub languages: Vec<String>,
}

impl Config {
    /// The link as it is before the first sign-in.
    pub fn link(&self) -> Link {
        let warning = match (&self.trust, self.endpoint.is_tls()) {
            (Trust::Anyone, true) => Some("certificate not checked".into()),
            _ => None,
        };
        Link {
            server: self.endpoint.to_string(),
            user: self.credentials.user.clone(),
            mode: Mode::Every(self.interval),
            warning,
            state: LinkState::SigningIn,
        }
    }

    /// The client for it.
    ///
    /// # Errors
    /// [`TrustError`] where the certificates cannot be read.
    pub fn client(&self) -> Result<Client, TrustError> {
        Client::by(self.route, &self.trust, self.soap, self.limits)
    }
}

/// A running feed.
#[derive(Debug)]
pub struct Feed {
    /// What it is to do.
    pub commands: mpsc::UnboundedSender<Command>,
    /// What it found out. Where it is not read, the feed waits.
    pub updates: mpsc::Receiver<Update>,
    /// Ends after [`Command::Leave`].
    pub task: tokio::task::JoinHandle<()>,
}

/// Starts a feed.
///
/// # Errors
/// [`TrustError`] where the certificates cannot be read.
pub fn spawn(config: Config) -> Result<Feed, TrustError> {
    let client = config.client()?;
    let (commands, to_do) = mpsc::unbounded_channel();
    let (found, updates) = mpsc::channel(64);
    let plan = Plan::new(config.interval, Instant::now());
    let worker = Worker {
        link: config.link(),
        config,
        client,
        plan,
        memory: poll::Memory::default(),
        commands: to_do,
        updates: found,
        failures: 0,
        trouble_since: None,
        short_sessions: 0,
    };
    Ok(Feed {
        commands,
        updates,
        task: tokio::spawn(worker.run()),
    })
}

/// One round for somebody who does not stay: signs in, asks for everybody, signs out.
///
/// # Errors
/// [`Failure`] of a sign-in, or of a poll (then its `sign_in` is the end user's).
pub async fn ask_once(
    client: &Client,
    config: &Config,
    contacts: &[Address],
) -> Result<Vec<Report>, Box<Failure>> {
    let session = Session::open(client, &config.endpoint, &config.credentials).await?;
    let mut memory = poll::Memory::default();
    let mut reports = Vec::with_capacity(contacts.len());
    let mut failed = None;
    for batch in contacts.chunks(BATCH) {
        match poll::poll(
            client,
            &session,
            batch,
            config.kind,
            &config.languages,
            &mut memory,
        )
        .await
        {
            Ok(answered) => reports.extend(answered),
            Err(error) => {
                failed = Some(Box::new(Failure {
                    sign_in: SignIn::EndUser,
                    node: session.home.clone(),
                    error,
                }));
                break;
            }
        }
    }
    let _ = tokio::time::timeout(FAREWELL, session.close(client)).await;
    failed.map_or(Ok(reports), Err)
}

/// Whether the worker goes on.
#[derive(PartialEq, Eq)]
enum Next {
    Stay,
    Leave,
}

struct Worker {
    config: Config,
    client: Client,
    link: Link,
    plan: Plan,
    memory: poll::Memory,
    commands: mpsc::UnboundedReceiver<Command>,
    updates: mpsc::Sender<Update>,
    failures: u32,
    trouble_since: Option<Timestamp>,
    short_sessions: u32,
}

impl Worker {
    async fn run(mut self) {
        self.tell_link(LinkState::SigningIn).await;
        loop {
            let (client, config) = (self.client.clone(), self.config.clone());
            let opening = Session::open(&client, &config.endpoint, &config.credentials);
            let Some(opened) = self.meanwhile(opening).await else {
                return;
            };
            match opened {
                Ok(session) => {
                    let begun = Instant::now();
                    let next = self.poll_while_it_lasts(&session).await;
                    if next == Next::Leave {
                        let _ = tokio::time::timeout(FAREWELL, session.close(&client)).await;
                        return;
                    }
                    if self.session_ended(begun).await == Next::Leave {
                        return;
                    }
                }
                Err(failure) => {
                    if self.sign_in_failed(&failure).await == Next::Leave {
                        return;
                    }
                }
            }
        }
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
            Some(Command::AskNow(addresses)) => self.plan.ask_now(&addresses, now),
            Some(Command::SignInAgain) => {}
            // Without anyone to tell there is nothing to do.
            Some(Command::Leave) | None => return Next::Leave,
        }
        Next::Stay
    }

    /// Asks in turn until the session ends ([`Next::Stay`]) or it is time to leave.
    async fn poll_while_it_lasts(&mut self, session: &Session) -> Next {
        loop {
            let batch = match self.plan.next(Instant::now()) {
                Step::Ask(batch) => batch,
                Step::Wait(until) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(until.into()) => {}
                        command = self.commands.recv() => {
                            if self.take(command) == Next::Leave { return Next::Leave }
                        }
                    }
                    continue;
                }
                Step::Idle => {
                    self.well().await;
                    let command = self.commands.recv().await;
                    if self.take(command) == Next::Leave {
                        return Next::Leave;
                    }
                    continue;
                }
            };
            let (client, config) = (self.client.clone(), self.config.clone());
            let mut memory = std::mem::take(&mut self.memory);
            let asking = poll::poll(
                &client,
                session,
                &batch,
                config.kind,
                &config.languages,
                &mut memory,
            );
            let answered = self.meanwhile(asking).await;
            self.memory = memory;
            match answered {
                None => return Next::Leave,
                Some(Ok(reports)) => {
                    let now = Instant::now();
                    for report in &reports {
                        if matches!(report.outcome, Outcome::Refused(_)) {
                            self.plan.refused(&report.address, now);
                        }
                    }
                    // First the reports: a link that is well again must not make old states fresh.
                    if self.updates.send(Update::Reports(reports)).await.is_err() {
                        return Next::Leave;
                    }
                    self.short_sessions = 0;
                    self.well().await;
                }
                Some(Err(error)) => {
                    self.plan.not_answered(&batch, Instant::now());
                    if error.class() == Some(Class::SessionEnded) {
                        return Next::Stay;
                    }
                    let problem = error.problem(&session.home.to_string());
                    if self.pause(problem).await == Next::Leave {
                        return Next::Leave;
                    }
                }
            }
        }
    }

    async fn session_ended(&mut self, begun: Instant) -> Next {
        self.short_sessions = match begun.elapsed() < TOO_SOON {
            true => self.short_sessions + 1,
            false => 0,
        };
        if self.short_sessions < 2 {
            return Next::Stay;
        }
        // Signing in at once would throw the other out, who would do the same, for ever.
        self.failures = self.failures.max(self.short_sessions);
        let user = &self.config.credentials.user;
        self.pause(Problem {
            what: format!(
                "{}: someone else signs in as {user} and ends our session",
                self.link.server
            ),
            advice: "Is another whosin or client open as the same user?".into(),
        })
        .await
    }

    async fn sign_in_failed(&mut self, failure: &Failure) -> Next {
        let mut problem = failure.error.problem(&failure.node.to_string());
        let refused = matches!(
            failure.error.class(),
            Some(Class::SignInRefused | Class::AlreadySignedIn | Class::ClientDefect)
        );
        if !refused {
            return self.pause(problem).await;
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

    /// Tells of the problem and waits: longer each time, never in step with other clients.
    async fn pause(&mut self, problem: Problem) -> Next {
        let (first, longest) = PAUSES;
        let grown = first.saturating_mul(1 << self.failures.min(6)).min(longest);
        let pause = grown.mul_f64(0.75 + fastrand::f64() / 2.0);
        self.failures += 1;
        let now = Timestamp::now();
        let since = *self.trouble_since.get_or_insert(now);
        let next_try = now + SignedDuration::try_from(pause).unwrap_or(SignedDuration::ZERO);
        self.tell_link(LinkState::Trouble {
            problem,
            since,
            next_try,
        })
        .await;
        let until = tokio::time::Instant::now() + pause;
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(until) => return Next::Stay,
                command = self.commands.recv() => {
                    let now = matches!(&command, Some(Command::AskNow(all)) if all.is_empty());
                    if self.take(command) == Next::Leave { return Next::Leave }
                    if now { return Next::Stay }
                }
            }
        }
    }

    async fn well(&mut self) {
        self.failures = 0;
        self.trouble_since = None;
        self.tell_link(LinkState::Up).await;
    }

    async fn tell_link(&mut self, state: LinkState) {
        if self.link.state != state || state == LinkState::SigningIn {
            self.link.state = state;
            // A board that is gone is noticed by its command channel.
            let _ = self.updates.send(Update::Link(self.link.clone())).await;
        }
    }
}

/// What a failed round means to somebody who does not stay.
pub fn failure_in_words(failure: &Failure, credentials: &Credentials) -> Problem {
    let mut problem = failure.error.problem(&failure.node.to_string());
    if failure.error.class() == Some(Class::SignInRefused) {
        let who = match failure.sign_in {
            SignIn::Application => format!("application user '{}'", credentials.app_user),
            SignIn::EndUser => format!("end user '{}'", credentials.user),
        };
        problem.what = format!("Sign-in of the {who} refused: {}", failure.error);
    }
    problem
}

/// Whether the server was reached at all.
pub fn was_reached(error: &Error) -> bool {
    !matches!(
        error,
        Error::NameNotFound
            | Error::ConnectionRefused
            | Error::NotConnected(_)
            | Error::Proxy(_)
            | Error::TimedOut(_)
            | Error::Certificate { .. }
            | Error::CertificateChanged { .. }
            | Error::NoTls
            | Error::NoHttp
            | Error::Tls(_)
            | Error::Broken
    )
}
