//! Empties what a publisher has published.

use std::time::Duration;

use jiff::Timestamp;

use crate::broker::{
    Config, Connection, Discovery, Failure, Heartbeat, Incoming, Message, Owner, Topic, beats_for,
    no_device,
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
///
/// # Errors
/// [`CommandError::PublisherRuns`] where it publishes still; [`CommandError::Server`] where the broker
/// is not reached or refuses.
pub async fn purge(
    broker: &Config,
    id: &str,
    discovery: Option<Discovery>,
) -> Result<Exit, CommandError> {
    let topics = broker.place.topics();
    let mut connection = Connection::begin(broker, None)?;
    let server = |problem: Problem, exit| CommandError::Server(Box::new(problem), exit);
    let mut contacts = Vec::new();
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
                let filters = vec![topics.publisher(id), topics.everybody()];
                connection.subscribe(filters).await;
            }
            Incoming::Published {
                topic,
                payload,
                retained,
                rest,
            } => match topics.read(&topic) {
                Topic::Publisher(_) => {
                    let beat = Heartbeat::read(&payload).filter(|beat| beat.online);
                    let is_alive = beat.is_some_and(|beat| {
                        beat.age(rest, retained, Timestamp::now()) < beats_for(beat.interval())
                    });
                    if is_alive {
                        connection.leave().await;
                        return Err(CommandError::PublisherRuns(id.into()));
                    }
                }
                Topic::Presence => {
                    let owner = Owner::read(&payload).filter(|owner| owner.publisher == id);
                    contacts.extend(owner.map(|owner| (topic, owner.contact)));
                }
                Topic::Word(_) | Topic::Wanted | Topic::Other => {}
            },
            Incoming::Denied(..) => {}
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
    for (topic, contact) in &contacts {
        if discovery.is_some() {
            connection.publish(no_device(topics, contact)).await;
        }
        for topic in [topic.clone(), format!("{topic}/availability")] {
            connection
                .publish(Message::retained(topic, Vec::new()))
                .await;
        }
    }
    let heartbeat = Message::retained(topics.publisher(id), Vec::new());
    connection.publish(heartbeat).await;
    connection.leave().await;
    print(&format!("{} emptied\n", counted(contacts.len())))?;
    Ok(Exit::Done)
}
