//! The publisher of the shared feed: keeps the contact book fresh, and publishes each change.

mod people;
mod publisher;
mod purge;
mod standby;
mod whom;

use super::{CommandError, load};
use crate::broker::{Config, Discovery};
use crate::cli::{self, Exit, Options, Publish};
use publisher::{Ended, Publisher};

/// Publishes until it is ended; or empties what was published.
pub async fn publish(options: &Options, publish: &Publish) -> Result<Exit, CommandError> {
    let settings = load(options)?;
    let place = publish.to.clone().or(settings.from.value.clone());
    let missing = CommandError::Missing("the broker", "to", "from");
    let place = place.ok_or(missing)?;
    let broker = Config {
        password: settings.broker_password().await?,
        trust: settings.trust(),
        place,
    };
    refuse_open(&broker)?;
    if publish.purge {
        return purge::purge(&broker, &publish.id, discovery(publish)).await;
    }
    loop {
        if publish.standby
            && let Some(exit) = standby::wait(&broker, &publish.id).await?
        {
            return Ok(exit);
        }
        let mut publisher = Publisher::start(&settings, &broker, publish).await?;
        let ended = publisher.run().await;
        if matches!(ended, Ok(Ended::Second)) {
            // What is kept at the topics is the other one's.
            publisher.sign_out().await;
        } else {
            publisher.leave().await;
        }
        match ended {
            Ok(Ended::Yields) => tracing::info!("another publisher is there: standing by"),
            Ok(Ended::Second) => return Err(CommandError::SecondPublisher(publish.id.clone())),
            Ok(Ended::Exit(exit)) | Err(CommandError::Ended(exit)) => return Ok(exit),
            Err(error) => return Err(error),
        }
    }
}

fn discovery(publish: &Publish) -> Option<Discovery> {
    publish.discovery.map(|discovery| match discovery {
        cli::Discovery::Homeassistant => Discovery::HomeAssistant,
    })
}

/// Refuses a broker to which presence would go in the clear or without a sign-in, unless it is on this
/// machine.
fn refuse_open(broker: &Config) -> Result<(), CommandError> {
    let place = &broker.place;
    let open = |what| Err(CommandError::OpenBroker(place.to_string(), what));
    if place.is_loopback() {
        return Ok(());
    }
    if !place.is_tls() {
        return open("no TLS");
    }
    if place.user().is_none() || broker.password.is_none() {
        return open("no sign-in");
    }
    Ok(())
}
