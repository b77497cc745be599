//! A feed against the embedded service, for tests.

use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::{mpsc, oneshot};
use whosin::feed::{
    self, Application, Command, Config, Credentials, Delivery, Failure, Session, StartError, Update,
};
use whosin::http::Route;
use whosin::link::{Link, LinkState, Report};
use whosin::presence::Address;
use whosin::pws::{Client, Endpoint};
use whosin::simulator::{Options, Simulator};

pub async fn service(options: Options) -> Simulator {
    Simulator::start("127.0.0.1:0".parse().unwrap(), options)
        .await
        .unwrap()
}

/// People who stay as they are, at a service that gives each end user's key to one client alone: there
/// whoever leaves signs the end user out.
pub fn still(contacts: usize) -> Options {
    Options {
        contacts,
        pace: 0.0,
        scenario: "already-in".parse().unwrap(),
        ..Options::default()
    }
}

pub fn config(service: &Simulator, password: &str) -> Config {
    let credentials = Credentials {
        app_user: "whosin".into(),
        password: SecretString::from(password),
        user: "klmt".into(),
    };
    Config {
        interval: Duration::from_millis(200),
        delivery: Delivery::Poll,
        route: Route::Direct,
        ..Config::new(Endpoint::parse(&service.url()).unwrap(), credentials)
    }
}

/// A feed whose updates are read one by one.
pub struct Feed {
    pub commands: mpsc::UnboundedSender<Command>,
    pub updates: mpsc::Receiver<Update>,
    pub ended: oneshot::Receiver<()>,
}

pub fn spawn(config: Config) -> Result<Feed, StartError> {
    let (found, updates) = mpsc::channel(64);
    let feed::Feed { commands, ended } = feed::start(config, found)?;
    Ok(Feed {
        commands,
        updates,
        ended,
    })
}

pub fn everybody(service: &Simulator) -> Vec<Address> {
    service
        .people()
        .into_iter()
        .map(|person| person.address)
        .collect()
}

pub async fn next(feed: &mut Feed) -> Update {
    tokio::time::timeout(Duration::from_secs(30), feed.updates.recv())
        .await
        .expect("the feed tells nothing for 30 s")
        .expect("the feed has ended")
}

pub async fn reports(feed: &mut Feed) -> Vec<Report> {
    loop {
        if let Update::Reports(reports) = next(feed).await {
            return reports;
        }
    }
}

pub async fn link_where(feed: &mut Feed, wanted: impl Fn(&Link) -> bool) -> Link {
    loop {
        if let Update::Link(link) = next(feed).await
            && wanted(&link)
        {
            return link;
        }
    }
}

pub async fn link(feed: &mut Feed, wanted: impl Fn(&LinkState) -> bool) -> LinkState {
    link_where(feed, |link| wanted(&link.state)).await.state
}

/// The words of the next trouble.
pub async fn trouble(feed: &mut Feed) -> String {
    let is_trouble = |state: &LinkState| matches!(state, LinkState::Trouble { .. });
    match link(feed, is_trouble).await {
        LinkState::Trouble { problem, .. } => problem.what,
        _ => unreachable!("is_trouble says so"),
    }
}

/// Reads what the feed tells for a while, which must not be trouble; how many reports came.
pub async fn untroubled(feed: &mut Feed, rounds: usize) {
    let mut seen = 0;
    while seen < rounds {
        match next(feed).await {
            Update::Reports(_) => seen += 1,
            Update::Notice(_) | Update::NewHost(_) | Update::ClockSet(_) => {}
            Update::Link(link) => assert!(
                matches!(link.state, LinkState::Up | LinkState::SigningIn),
                "{link:?}"
            ),
        }
    }
}

pub async fn leave(feed: Feed) {
    // A full channel of updates must not keep it from leaving.
    drop(feed.updates);
    let _ = feed.commands.send(Command::Leave);
    feed.ended.await.unwrap();
}

/// Signs both users in, beside everybody else.
pub async fn open_session(
    client: &Client,
    at: &Endpoint,
    who: &Credentials,
) -> Result<Session, Box<Failure>> {
    let application = Application::sign_in(client, at, who).await?;
    application.sign_in_user(client, who).await
}
