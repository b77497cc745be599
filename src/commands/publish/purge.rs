//! Empties what a publisher has published.

use std::time::Duration;

use crate::broker::{
    Config, Connection, Discovery, Failure, Incoming, Message, State, Topic, no_device,
};
use crate::cli::Exit;
use crate::commands::CommandError;
use crate::commands::output::print;
use crate::contacts::counted;
use crate::link::Problem;

/// When nothing has come for so long, the broker has sent all that it keeps.
const QUIET: Duration = Duration::from_secs(1);
/// A broker that takes longer is not reached.
const PATIENCE: Duration = Duration::from_secs(15);

/// Empties everything that the publisher of this ID has published.
pub async fn purge(
    broker: &Config,
    id: &str,
    discovery: Option<Discovery>,
) -> Result<Exit, CommandError> {
    let topics = broker.place.topics();
    let mut connection = Connection::begin(broker, None)?;
    let server = |problem: Problem, exit| CommandError::Server(Box::new(problem), exit);
    let mut contacts = 0;
    let mut patience = PATIENCE;
    loop {
        let incoming = match tokio::time::timeout(patience, connection.next()).await {
            Ok(Ok(incoming)) => incoming,
            Ok(Err(Failure::Lost(problem))) => return Err(server(problem, Exit::NotReached)),
            Ok(Err(Failure::Refused(problem))) => return Err(server(problem, Exit::Refused)),
            Err(_) => break,
        };
        match incoming {
            Incoming::Connected => {
                patience = QUIET;
                connection.subscribe(vec![topics.everybody()]).await;
            }
            Incoming::Published { topic, payload, .. } => {
                let ours = State::owner(&payload).filter(|(by, _)| by == id);
                if topics.read(&topic) == Topic::Presence
                    && let Some((_, contact)) = ours
                {
                    contacts += 1;
                    if discovery.is_some() {
                        connection.publish(no_device(topics, &contact)).await;
                    }
                    let word = format!("{topic}/availability");
                    for topic in [topic, word] {
                        connection
                            .publish(Message::retained(topic, Vec::new()))
                            .await;
                    }
                }
            }
            Incoming::Subscribed(refused) => {
                if let Some((filter, why)) = refused.into_iter().next() {
                    let what = format!("the broker refuses {filter}: {why}");
                    let advice = "Let this user read it in the broker's access list.".into();
                    return Err(server(Problem { what, advice }, Exit::Refused));
                }
            }
        }
    }
    if patience == PATIENCE {
        let what = format!("the broker {} does not answer", broker.place.host());
        let advice = "Is the address right, and is it reached from here?".into();
        return Err(server(Problem { what, advice }, Exit::NotReached));
    }
    let heartbeat = Message::retained(topics.publisher(id), Vec::new());
    connection.publish(heartbeat).await;
    connection.leave().await;
    print(&format!("{} emptied\n", counted(contacts)))?;
    Ok(Exit::Done)
}
