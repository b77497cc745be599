//! Where presence comes from: from the service, by a feed of one's own, or from a broker, where
//! somebody else's feed is shared. Whoever takes the updates does not know which.

use super::{CommandError, feed_config, feed_config_with_warning};
use crate::broker;
use crate::feed::{self, Feed, Sink, StartError};
use crate::http::Route;
use crate::link::Link;
use crate::presence::Address;
use crate::settings::Settings;

/// A source of presence, complete with who signs in there.
#[derive(Clone, Debug)]
pub enum Source {
    /// The Presence Web Service.
    Service(Box<feed::Config>),
    /// A broker.
    Broker(Box<broker::Config>),
}

impl Source {
    /// The source that is set.
    ///
    /// # Errors
    /// [`CommandError`] where something is missing.
    pub async fn of(settings: &Settings) -> Result<Source, CommandError> {
        Ok(match Source::broker(settings).await? {
            Some(broker) => broker,
            None => Source::Service(Box::new(feed_config(settings).await?)),
        })
    }

    /// The same for a command without a header: what would stand there goes to standard error.
    ///
    /// # Errors
    /// [`CommandError`] where something is missing.
    pub async fn with_warning(settings: &Settings) -> Result<Source, CommandError> {
        Ok(match Source::broker(settings).await? {
            Some(broker) => broker,
            None => Source::Service(Box::new(feed_config_with_warning(settings).await?)),
        })
    }

    async fn broker(settings: &Settings) -> Result<Option<Source>, CommandError> {
        let Some(place) = settings.from.value.clone() else {
            return Ok(None);
        };
        Ok(Some(Source::Broker(Box::new(broker::Config {
            place,
            password: settings.broker_password().await?,
            trust: settings.trust(),
        }))))
    }

    /// The link as it is before the first sign-in.
    pub fn link(&self) -> Link {
        match self {
            Source::Service(config) => config.link(),
            Source::Broker(config) => config.link(),
        }
    }

    /// What files and scripts call it: `https://host:port`, `mqtts://host:port/prefix`.
    pub fn origin(&self) -> String {
        match self {
            Source::Service(config) => config.endpoint.origin(),
            Source::Broker(config) => config.place.origin(),
        }
    }

    /// Who signs in there.
    pub fn user(&self) -> &str {
        match self {
            Source::Service(config) => &config.credentials.user,
            Source::Broker(config) => config.place.user().unwrap_or_default(),
        }
    }

    /// The way to servers.
    pub fn route(&self) -> Route {
        match self {
            Source::Service(config) => config.route,
            Source::Broker(_) => Route::default(),
        }
    }

    /// The same, where what the source shows of the user is wanted, too. A broker's user is nobody's
    /// presentity.
    pub fn with_own(self, domain: Option<&str>) -> Source {
        match self {
            Source::Service(config) => Source::Service(Box::new(feed::Config {
                own: Address::parse_in(&config.credentials.user, domain).ok(),
                ..*config
            })),
            broker => broker,
        }
    }

    /// Starts to bring its updates to a sink.
    ///
    /// # Errors
    /// [`StartError`] where certificates cannot be read, or the system gives no thread.
    pub fn start(self, sink: impl Sink) -> Result<Feed, StartError> {
        match self {
            Source::Service(config) => feed::start(*config, sink),
            Source::Broker(config) => broker::start(*config, sink),
        }
    }
}
