//! One connection to a broker, from the first packet to the last. Whoever wants another makes one:
//! nothing that waited in an old connection is sent late.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use rumqttc::mqttbytes::QoS;
use rumqttc::{
    AsyncClient, Event, EventLoop, LastWill, MqttOptions, Outgoing, Packet, PubAckReason,
    PublishOptions, PublishProperties, SubscribeFilter, TlsConfiguration, Transport,
};
use secrecy::ExposeSecret;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::Config;
use super::failure::{Failure, NOT_ALLOWED, failure, refusal};
use super::place::Mqtt;
use crate::http::{Service, TrustError};
use crate::link::Problem;
use crate::presence::clean_json;

/// A broker that says nothing for so long is gone; in seconds.
const KEEP_ALIVE: u16 = 10;
/// The largest packet that is taken. A contact object with many devices has a few thousand bytes.
const LARGEST: u32 = 256 * 1024;
/// So many filters go into one SUBSCRIBE: some brokers take no more than a hundred.
const FILTERS: usize = 50;
/// So many messages wait for the broker's word that it has them. The library keeps a place for each from
/// the start: for as many as the protocol allows that would be 16 MB and more.
const IN_FLIGHT: u16 = 100;
/// A broker that takes longer for an answer does not answer.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// A leave is taken within this time or not at all.
const FAREWELL: Duration = Duration::from_secs(2);

/// What is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where.
    pub topic: String,
    /// What; where it is empty, the broker keeps nothing there any more.
    pub payload: Vec<u8>,
    /// After so many seconds the broker keeps it no longer.
    pub expiry: Option<u32>,
}

impl Message {
    /// One that the broker keeps for so long at most; of the time only whole seconds count.
    pub fn retained_for(topic: String, payload: Vec<u8>, time: Duration) -> Message {
        Message {
            expiry: Some(u32::try_from(time.as_secs()).unwrap_or(u32::MAX)),
            ..Message::retained(topic, payload)
        }
    }

    /// One that the broker keeps.
    pub fn retained(topic: String, payload: Vec<u8>) -> Message {
        Message {
            topic,
            payload,
            expiry: None,
        }
    }

    /// One that the broker keeps, of a value in JSON, with what no terminal may get escaped.
    pub fn of(topic: String, value: &impl Serialize) -> Message {
        Message::retained(topic, payload(value))
    }
}

/// A value in JSON that a terminal of whoever subscribes to it may get.
pub(super) fn payload(value: &impl Serialize) -> Vec<u8> {
    let text = serde_json::to_string(value).expect("it has no keys but texts");
    clean_json(&text).into_owned().into_bytes()
}

/// What comes over a connection.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// The broker has accepted the sign-in.
    Connected,
    /// Something is published.
    Published {
        /// Where.
        topic: String,
        /// What.
        payload: Vec<u8>,
        /// Whether the broker had kept it.
        retained: bool,
        /// How long it counts from now on, where that is limited.
        rest: Option<Duration>,
    },
    /// The broker has answered filters: these it refuses, for these reasons.
    Subscribed(Vec<(String, String)>),
    /// The broker does not take what was published here, for this reason.
    Denied(String, String),
}

/// A connection that is being made or is there.
#[derive(Debug)]
pub struct Connection {
    client: AsyncClient,
    events: mpsc::Receiver<Result<Event, Failure>>,
    pump: JoinHandle<()>,
    /// Filters that wait to be sent, and those that wait for an answer, by the packet's number.
    unsent: VecDeque<Vec<String>>,
    unanswered: HashMap<u16, Vec<String>>,
    /// Topics of what waits to be sent, and of what waits for an answer.
    unsent_topics: VecDeque<String>,
    unconfirmed: HashMap<u16, String>,
    /// Why it is over, where [`Connection::ready`] has found that.
    failed: Option<Failure>,
}

impl Connection {
    /// Begins to connect, with a message that the broker publishes where this connection breaks.
    /// Needs a runtime.
    ///
    /// # Errors
    /// [`TrustError`] where the certificates cannot be read.
    pub fn begin(config: &Config, will: Option<Message>) -> Result<Connection, TrustError> {
        let place = &config.place;
        let id = format!("whosin-{:016x}", fastrand::u64(..));
        let mut options = MqttOptions::new(id, (place.host(), place.port()));
        options.set_keep_alive(KEEP_ALIVE);
        options.set_max_packet_size(Some(LARGEST));
        options.set_outgoing_inflight_upper_limit(IN_FLIGHT);
        if place.is_tls() {
            let tls = config.trust.config(Mqtt::PROTOCOL)?;
            let tls = TlsConfiguration::Rustls(Arc::new(tls));
            options.set_transport(Transport::tls_with_config(tls));
        }
        match (place.user(), &config.password) {
            (Some(user), Some(password)) => {
                let password = password.expose_secret().as_bytes().to_vec();
                options.set_credentials(user, password);
            }
            (Some(user), None) => {
                options.set_username(user);
            }
            (None, _) => {}
        }
        if let Some(will) = will {
            let quality = QoS::AtLeastOnce;
            let will = LastWill::new(will.topic, will.payload, quality, true, None);
            options.set_last_will(will);
        }
        let (client, events) = AsyncClient::builder(options).unbounded().build();
        let (sender, receiver) = mpsc::channel(256);
        let host = place.host().to_string();
        Ok(Connection {
            client,
            events: receiver,
            pump: tokio::spawn(pump(events, sender, host)),
            unsent: VecDeque::new(),
            unanswered: HashMap::new(),
            unsent_topics: VecDeque::new(),
            unconfirmed: HashMap::new(),
            failed: None,
        })
    }

    /// A connection whose sign-in the broker has accepted, or why there is none.
    ///
    /// # Errors
    /// [`TrustError`] where the certificates cannot be read.
    pub async fn open(config: &Config) -> Result<Result<Connection, Failure>, TrustError> {
        let mut connection = Connection::begin(config, None)?;
        Ok(match timeout(PATIENCE, connection.next()).await {
            Ok(Ok(_)) => Ok(connection),
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(Failure::silent(config.place.host())),
        })
    }

    /// The next thing that comes. Nothing is lost where this is dropped before it does.
    ///
    /// # Errors
    /// [`Failure`] where the connection is over.
    pub async fn next(&mut self) -> Result<Incoming, Failure> {
        if let Some(failure) = self.failed.take() {
            return Err(failure);
        }
        loop {
            let event = self.events.recv().await.unwrap_or_else(|| {
                Err(Failure::Lost(Problem {
                    what: "the link to the broker has ended".into(),
                    advice: String::new(),
                }))
            });
            if let Some(incoming) = self.take(event?) {
                return Ok(incoming);
            }
        }
    }

    /// What has come already, if anything has.
    pub fn ready(&mut self) -> Option<Incoming> {
        while self.failed.is_none() {
            match self.events.try_recv().ok()? {
                Ok(event) => match self.take(event) {
                    None => {}
                    incoming => return incoming,
                },
                Err(failure) => self.failed = Some(failure),
            }
        }
        None
    }

    fn take(&mut self, event: Event) -> Option<Incoming> {
        match event {
            Event::Incoming(Packet::ConnAck(_)) => Some(Incoming::Connected),
            Event::Incoming(Packet::Publish(publish)) => Some(Incoming::Published {
                topic: String::from_utf8(publish.topic.to_vec()).ok()?,
                payload: publish.payload.to_vec(),
                retained: publish.retain,
                rest: publish
                    .properties
                    .and_then(|properties| properties.message_expiry_interval)
                    .map(|seconds| Duration::from_secs(seconds.into())),
            }),
            Event::Outgoing(Outgoing::Subscribe(number)) => {
                let filters = self.unsent.pop_front()?;
                self.unanswered.insert(number, filters);
                None
            }
            Event::Outgoing(Outgoing::Publish(number)) => {
                let topic = self.unsent_topics.pop_front()?;
                self.unconfirmed.insert(number, topic);
                None
            }
            Event::Incoming(Packet::PubAck(answer)) => {
                let topic = self.unconfirmed.remove(&answer.pkid)?;
                let why = match answer.reason {
                    PubAckReason::Success | PubAckReason::NoMatchingSubscribers => return None,
                    PubAckReason::NotAuthorized => NOT_ALLOWED.into(),
                    other => format!("{other:?}"),
                };
                Some(Incoming::Denied(topic, why))
            }
            Event::Incoming(Packet::SubAck(answer)) => {
                let filters = self.unanswered.remove(&answer.pkid)?;
                let answers = filters.into_iter().zip(answer.return_codes);
                let refused = answers.filter_map(|(filter, code)| Some((filter, refusal(&code)?)));
                Some(Incoming::Subscribed(refused.collect()))
            }
            _ => None,
        }
    }

    /// Whether filters wait for the broker's answer.
    pub fn is_subscribing(&self) -> bool {
        !self.unsent.is_empty() || !self.unanswered.is_empty()
    }

    /// Begins to read what is published at these filters.
    pub async fn subscribe(&mut self, filters: Vec<String>) {
        self.subscribe_by(filters, |filter| {
            SubscribeFilter::new(filter, QoS::AtLeastOnce)
        })
        .await;
    }

    /// Begins to read what others publish at these filters: nothing that is published over this
    /// connection comes back.
    pub async fn subscribe_to_others(&mut self, filters: Vec<String>) {
        self.subscribe_by(filters, |filter| SubscribeFilter {
            nolocal: true,
            ..SubscribeFilter::new(filter, QoS::AtLeastOnce)
        })
        .await;
    }

    async fn subscribe_by(
        &mut self,
        filters: Vec<String>,
        request: impl Fn(String) -> SubscribeFilter,
    ) {
        for filters in filters.chunks(FILTERS) {
            let wanted = filters.iter().cloned().map(&request);
            // A connection that is over says so itself.
            if self.client.subscribe_many(wanted).await.is_ok() {
                self.unsent.push_back(filters.to_vec());
            }
        }
    }

    /// Reads these no longer.
    pub async fn unsubscribe(&self, filters: Vec<String>) {
        for filter in filters {
            let _ = self.client.unsubscribe(filter).await;
        }
    }

    /// Publishes something, which the broker keeps.
    pub async fn publish(&mut self, message: Message) {
        let properties = PublishProperties {
            message_expiry_interval: message.expiry,
            ..PublishProperties::default()
        };
        let options = PublishOptions::new(QoS::AtLeastOnce)
            .retained()
            .properties(properties);
        let sending = self
            .client
            .publish(message.topic.clone(), message.payload, options);
        // A connection that is over says so itself.
        if sending.await.is_ok() {
            self.unsent_topics.push_back(message.topic);
        }
    }

    /// Publishes several, one after the other.
    pub async fn publish_all(&mut self, messages: impl IntoIterator<Item = Message>) {
        for message in messages {
            self.publish(message).await;
        }
    }

    /// Takes leave once the broker has taken what was published: it publishes no will.
    pub async fn leave(mut self) {
        let leaving = async {
            let _ = self.client.disconnect_with_timeout(FAREWELL).await;
            while let Some(Ok(_)) = self.events.recv().await {}
        };
        let _ = timeout(FAREWELL, leaving).await;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.pump.abort();
    }
}

/// Runs the connection until it is over or nobody reads any more.
async fn pump(mut events: EventLoop, sender: mpsc::Sender<Result<Event, Failure>>, host: String) {
    loop {
        let event = events.poll().await;
        let event = event.map_err(|error| failure(&error, &host));
        let is_over = event.is_err();
        if sender.send(event).await.is_err() || is_over {
            return;
        }
    }
}
