//! Keeps presence fresh: commands come in by a channel, updates go out to a sink.

mod contest;
mod nodes;
mod own;
mod pace;
mod plan;
mod poll;
mod session;
mod shared;
mod subscriptions;
mod wake;
mod worker;

pub use contest::Contest;
pub use nodes::{Nodes, Return};
pub use own::Own;
pub use pace::Pace;
pub use plan::{Plan, Rhythm, Step};
pub use session::{Application, Credentials, Failure, Origin, Session};
pub use shared::in_use;
pub use subscriptions::{Job, Live, Next};
pub use wake::{Change, Surroundings};

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use crate::link::{Link, LinkState, Mode, OwnPresence, OwnSet, Problem, Report, SignIn};
use crate::presence::Address;
use crate::pws::{
    Class, Client, Endpoint, Error, Expiration, Limits, PresenceType, Route, SoapVersion, Trust,
    TrustError,
};
use shared::Sharing;
use worker::Worker;

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
    /// The machine was asleep or came into another network: connections that were kept alive are
    /// not to be believed, and everybody is asked for at once. The feed notices by itself, mostly.
    Awake,
    /// Set the user's own presence until then.
    SetOwn(OwnSet),
    /// Sign out and end.
    Leave,
}

/// What the feed has found out.
#[derive(Clone, Debug)]
pub enum Update {
    /// What was learned of some contacts.
    Reports(Vec<Report>),
    /// The link changed.
    Link(Link),
    /// One line for the user.
    Notice(String),
}

/// Where a feed's updates go. While it takes one, the feed waits.
pub trait Sink: Send + Sync + 'static {
    /// Takes an update.
    ///
    /// # Errors
    /// [`Gone`] where nobody reads any more.
    fn send(&self, update: Update) -> impl Future<Output = Result<(), Gone>> + Send;
}

/// Nobody reads a feed's updates any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

impl Sink for mpsc::Sender<Update> {
    async fn send(&self, update: Update) -> Result<(), Gone> {
        mpsc::Sender::send(self, update).await.map_err(|_| Gone)
    }
}

/// How presence comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// The server tells of changes; where that does not work, it is asked.
    #[default]
    Auto,
    /// The server is asked.
    Poll,
    /// The server tells of changes, also when some of its calls get lost.
    Notify,
}

impl Delivery {
    /// Every way.
    pub const ALL: [Delivery; 3] = [Delivery::Auto, Delivery::Poll, Delivery::Notify];

    /// The name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Delivery::Auto => "auto",
            Delivery::Poll => "poll",
            Delivery::Notify => "notify",
        }
    }
}

/// What the feed goes by.
#[derive(Clone, Debug)]
pub struct Config {
    /// The node to sign in at: the primary.
    pub endpoint: Endpoint,
    /// Nodes to sign in at while the primary is gone, in this order.
    pub others: Vec<Endpoint>,
    /// When a primary that was gone is tried again.
    pub primary_again: Return,
    /// Who signs in.
    pub credentials: Credentials,
    /// The folder in which all processes of the user's on this machine share the session; without
    /// it is this feed's own.
    pub session_folder: Option<PathBuf>,
    /// How often each contact is asked for.
    pub interval: Duration,
    /// Whether the server is asked or tells.
    pub delivery: Delivery,
    /// Where to listen for its calls; else at the address that the way to the server begins at,
    /// at any free port.
    pub listen: Option<SocketAddr>,
    /// How the server reaches that address, as `http://host:port`, where it is by another one.
    pub callback: Option<String>,
    /// How many requests may be under way at once, at least 1.
    pub in_flight: usize,
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
    /// How many requests may be under way at once where nothing else is said.
    pub const IN_FLIGHT: usize = 2;

    /// Everything as usual: every 5 s, rich presence, certificates as the platform trusts them.
    pub fn new(endpoint: Endpoint, credentials: Credentials) -> Config {
        Config {
            endpoint,
            others: Vec::new(),
            primary_again: Return::default(),
            credentials,
            session_folder: None,
            interval: Duration::from_secs(5),
            delivery: Delivery::Auto,
            listen: None,
            callback: None,
            in_flight: Config::IN_FLIGHT,
            soap: SoapVersion::default(),
            trust: Trust::Platform,
            route: Route::default(),
            limits: Limits::default(),
            kind: PresenceType::Rich,
            languages: Vec::new(),
        }
    }

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
            remark: None,
            own: None,
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
    /// Is ready once the feed has ended, after [`Command::Leave`].
    pub ended: oneshot::Receiver<()>,
}

/// Starts a feed on a thread of its own: a document of whatever size is read there, and delays
/// nobody else.
///
/// # Errors
/// [`StartError`] where the certificates cannot be read, or the system gives no thread.
pub fn start(config: Config, sink: impl Sink) -> Result<Feed, StartError> {
    let (commands, work) = prepare(config, sink)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (end, ended) = oneshot::channel();
    std::thread::Builder::new()
        .name("feed".into())
        .spawn(move || {
            runtime.block_on(work);
            // A look-up of a name that nobody waits for any more must not hold the end up.
            runtime.shutdown_background();
            // Who does not wait for the end needs no word of it.
            let _ = end.send(());
        })?;
    Ok(Feed { commands, ended })
}

/// Why a feed cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The client cannot be set up.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The system gives no thread, or no means to wait.
    #[error("the feed cannot start: {0}")]
    System(#[from] std::io::Error),
}

/// A feed that somebody else runs: it works while the future is polled, and ends with it.
///
/// # Errors
/// [`TrustError`] where the certificates cannot be read.
pub fn prepare(
    config: Config,
    sink: impl Sink,
) -> Result<
    (
        mpsc::UnboundedSender<Command>,
        impl Future<Output = ()> + Send,
    ),
    TrustError,
> {
    let client = config.client()?;
    let (commands, to_do) = mpsc::unbounded_channel();
    Ok((commands, Worker::new(config, client, to_do, sink).run()))
}

/// One round for somebody who does not stay: signs in, asks for everybody, signs out. Where the
/// session is shared and somebody else uses it, that one serves and stays.
///
/// # Errors
/// [`Failure`] of a sign-in, or of a poll (then its `sign_in` is the end user's).
pub async fn ask_once(
    client: &Client,
    config: &Config,
    contacts: &[Address],
) -> Result<Vec<Report>, Box<Failure>> {
    in_one_session(client, config, async |session: &Session| {
        ask_everybody(client, session, config, contacts).await
    })
    .await
}

/// Takes leave of a server, whatever comes of it. One that is gone is not waited for.
async fn farewell<T>(leaving: impl Future<Output = T>) {
    let _ = tokio::time::timeout(FAREWELL, leaving).await;
}

/// Does something in a session that lasts no longer, or in the one that others use.
async fn in_one_session<T>(
    client: &Client,
    config: &Config,
    work: impl AsyncFn(&Session) -> Result<T, Error>,
) -> Result<T, Box<Failure>> {
    let (at, who) = (&config.endpoint, &config.credentials);
    let sharing = Sharing::begin(config.session_folder.as_deref(), at, who).await;
    let mut session = sharing.open(client, at, who).await?;
    let mut done = work(&session).await;
    // What others left behind may have ended since.
    if done
        .as_ref()
        .is_err_and(|error| error.class() == Some(Class::SessionEnded))
    {
        session = match sharing.renew(&session, client, at, who).await {
            Ok(renewed) => renewed,
            Err(failure) => {
                farewell(sharing.leave(None, client)).await;
                return Err(failure);
            }
        };
        done = work(&session).await;
    }
    let node = session.home.clone();
    farewell(sharing.leave(Some(session), client)).await;
    done.map_err(|error| {
        Box::new(Failure {
            sign_in: SignIn::EndUser,
            node,
            error,
        })
    })
}

/// Sets the user's own presence for somebody who does not stay.
///
/// # Errors
/// [`Failure`] of a sign-in, or of the setting (then its `sign_in` is the end user's).
pub async fn set_once(
    client: &Client,
    config: &Config,
    own: OwnPresence,
    expiration: Expiration,
) -> Result<(), Box<Failure>> {
    in_one_session(client, config, async |session: &Session| {
        client
            .set_presence(&session.home, &session.user, own, expiration)
            .await
    })
    .await
}

async fn ask_everybody(
    client: &Client,
    session: &Session,
    config: &Config,
    contacts: &[Address],
) -> Result<Vec<Report>, Error> {
    let mut memory = poll::Memory::default();
    let mut plan = Plan::new(Rhythm::Round(Duration::ZERO), Instant::now());
    plan.set_contacts(contacts.to_vec(), Instant::now());
    let mut reports = Vec::with_capacity(plan.len());
    let mut left = plan.len();
    while left > 0 {
        let Step::Ask(batch) = plan.next(Instant::now()) else {
            break;
        };
        let answer = client
            .poll(&session.home, &session.user, &batch, config.kind)
            .await;
        match poll::judge(&batch, answer) {
            poll::Verdict::Answered(contacts) => {
                left -= batch.len();
                reports.extend(memory.learn(&batch, contacts, &config.languages).reports);
            }
            poll::Verdict::Refused(report) => {
                left -= 1;
                reports.push(report);
            }
            poll::Verdict::Divide => plan.divide(&batch),
            poll::Verdict::Failed(error) => return Err(error),
        }
    }
    Ok(reports)
}

/// What a failed round means to somebody who does not stay.
pub fn failure_in_words(failure: &Failure, credentials: &Credentials) -> Problem {
    match failure.error.class() {
        Some(Class::SignInRefused) => refusal_in_words(failure, credentials),
        _ => failure.error.problem(&failure.node.to_string()),
    }
}

/// The same for a sign-in that is not to be tried again as it is: whose it was is what counts.
fn refusal_in_words(failure: &Failure, credentials: &Credentials) -> Problem {
    let who = match failure.sign_in {
        SignIn::Application => format!("application user '{}'", credentials.app_user),
        SignIn::EndUser => format!("end user '{}'", credentials.user),
    };
    Problem {
        what: format!("Sign-in of the {who} refused: {}", failure.error),
        advice: match &failure.error {
            Error::Fault(fault) => fault.sign_in_advice(failure.sign_in),
            other => other.problem(&failure.node.to_string()).advice,
        },
    }
}

/// Whether the server was reached at all.
pub fn was_reached(error: &Error) -> bool {
    !matches!(
        error,
        Error::NameNotFound
            | Error::ConnectionRefused
            | Error::NotConnected(_)
            | Error::Proxy(_)
            | Error::ProxySignIn
            | Error::TimedOut(_)
            | Error::Certificate { .. }
            | Error::CertificateChanged { .. }
            | Error::NoTls
            | Error::NoHttp
            | Error::Tls(_)
            | Error::Broken
    )
}
