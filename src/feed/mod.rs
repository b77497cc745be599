//! Keeps presence fresh: commands come in by a channel, updates go out to a sink.

mod application;
mod config;
mod contest;
mod failure;
mod nodes;
mod once;
mod own;
mod pace;
mod plan;
mod poll;
mod reach;
mod session;
mod shared;
mod subscriptions;
mod wake;
mod worker;

pub use application::{Application, Applications};
pub use config::{Config, Delivery};
pub use contest::Contest;
pub use failure::{failure_in_words, was_reached};
pub use nodes::{Nodes, Return};
pub use once::{ask_once, set_once, sign_in_once};
pub use own::Own;
pub use pace::Pace;
pub use plan::{Plan, Rhythm, Step};
pub use session::{Credentials, Failure, Origin, Session, SignOut};
pub use shared::in_use;
pub use subscriptions::{Job, NextJob, Subscriptions};
pub use wake::{Change, Surroundings};

use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{mpsc, oneshot};

use crate::http::TrustError;
use crate::link::{Link, OwnSet, Report};
use crate::presence::Address;
use worker::Worker;

/// The sign-out gets no longer than this: nobody waits for it.
const FAREWELL: Duration = Duration::from_secs(2);

/// What the board wants of the feed.
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
#[allow(clippy::large_enum_variant, reason = "few are on the way at a time")]
pub enum Update {
    /// What was learned of some contacts.
    Reports(Vec<Report>),
    /// The link changed.
    Link(Link),
    /// One line for the user.
    Notice(String),
    /// Somebody has set the clock of the machine, forward by so much or back.
    ClockSet(SignedDuration),
    /// The service named a server on a host that the settings do not name, and to which the sign-ins
    /// may go now. Each host comes once.
    NewHost(String),
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
    let ended = on_own_thread(work)?;
    Ok(Feed { commands, ended })
}

/// Does some work on a thread with a runtime of its own. What is returned is ready once it has ended.
///
/// # Errors
/// [`StartError::System`] where the system gives no thread.
pub fn on_own_thread(
    work: impl Future<Output = ()> + Send + 'static,
) -> Result<oneshot::Receiver<()>, StartError> {
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
    Ok(ended)
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

/// Takes leave of a server, whatever comes of it. One that is gone is not waited for.
async fn farewell<T>(leaving: impl Future<Output = T>) {
    let _ = tokio::time::timeout(FAREWELL, leaving).await;
}
