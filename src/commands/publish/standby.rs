//! A standby: it asks nobody for presence while another publisher is heard.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::broker::{Backoff, Config, Connection, Failure, Heartbeat, Incoming, Rivals, Topic};
use crate::cli::Exit;
use crate::commands::CommandError;
use crate::sys::ready;
use crate::sys::signals::Signals;

/// Within this time after the connection the heartbeats that the broker keeps have come.
const GATHERING: Duration = Duration::from_secs(2);
/// The first pause before the broker is tried again.
const PAUSE: Duration = Duration::from_secs(2);

/// Waits until no other publisher is heard, and a random moment more. Returns the exit code where the
/// process has to end meanwhile.
pub async fn wait(broker: &Config, id: &str) -> Result<Option<Exit>, CommandError> {
    let signals = Signals::new();
    let mut signals =
        signals.map_err(|error| CommandError::Io("signals cannot be received", error))?;
    tokio::select! {
        end = signals.next() => Ok(Some(end.into())),
        waited = until_silence(broker, id) => waited.map(|()| None),
    }
}

async fn until_silence(broker: &Config, id: &str) -> Result<(), CommandError> {
    let mut backoff = Backoff::new(PAUSE..=PAUSE);
    loop {
        let mut connection = Connection::begin(broker, None)?;
        match listen(broker, id, &mut connection).await {
            Ok(()) => {
                connection.leave().await;
                return Ok(());
            }
            Err(Failure::Refused(problem)) => {
                return Err(CommandError::Server(Box::new(problem), Exit::Refused));
            }
            Err(Failure::Lost(problem)) => {
                tracing::warn!(problem = problem.what, "the standby has lost the broker");
            }
        }
        tokio::time::sleep(backoff.take()).await;
    }
}

/// Listens over one connection until nobody publishes.
async fn listen(broker: &Config, id: &str, connection: &mut Connection) -> Result<(), Failure> {
    let mut rivals = Rivals::new(id);
    // From when on silence counts; `None` before the connection.
    let mut gathered: Option<Instant> = None;
    // When it is this standby's turn, if nobody is heard before.
    let mut turn: Option<Instant> = None;
    loop {
        let now = Instant::now();
        let silence = gathered.map(|gathered| match rivals.alive_until(now) {
            Some(end) => end.max(gathered),
            None => gathered,
        });
        if let Some(silence) = silence {
            if silence > now {
                turn = None;
            } else if turn.is_none() {
                turn = Some(now + rivals.longest_delay().mul_f64(fastrand::f64()));
            }
        }
        if turn.is_some_and(|turn| turn <= now) {
            return Ok(());
        }
        let next = turn.or(silence);
        let wake = async {
            match next {
                Some(next) => tokio::time::sleep_until(next.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = wake => {}
            incoming = connection.next() => match incoming? {
                Incoming::Connected => {
                    let publishers = broker.place.topics().publishers();
                    connection.subscribe(vec![publishers]).await;
                    gathered = Some(Instant::now() + GATHERING);
                    ready::notify("READY=1");
                }
                Incoming::Published { topic, payload, retained, rest } => {
                    if let Topic::Publisher(id) = broker.place.topics().read(&topic)
                        && let Some(beat) = Heartbeat::read(&payload)
                    {
                        let age = beat.age(rest, retained, Timestamp::now());
                        rivals.hear(id, &beat, age, Instant::now());
                    }
                }
                Incoming::Subscribed(_) | Incoming::Denied(..) => {}
            },
        }
    }
}
