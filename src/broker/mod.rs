//! The shared feed: presence by an MQTT 5 broker, where one publisher polls for many boards.
//!
//! [`Topics`] names what is published, [`published`] and [`Heartbeat`] are its payloads. [`Outbox`]
//! decides what a publisher sends, [`Ledger`] what a reader may believe: both are pure. [`start`]
//! gives a reader the same commands and updates as a feed, and [`Connection`] is the link to the broker.

mod backoff;
mod connection;
mod discovery;
mod entry;
mod failure;
mod heartbeat;
mod ledger;
mod outbox;
mod place;
mod publishers;
mod reader;
mod rivals;
mod state;
mod topics;
mod wanted;

pub use backoff::Backoff;
pub use connection::{Connection, Incoming, Message, PATIENCE};
pub use discovery::{Discovery, device, no_device};
pub use failure::Failure;
pub use heartbeat::{Heartbeat, beats_for};
pub use ledger::Ledger;
pub use outbox::{Heard, Outbox};
pub use place::{Mqtt, Place, PlaceError};
pub use reader::start;
pub use rivals::{Echo, Rivals};
pub use state::{Disclosure, Owner, State, Unreadable, published};
pub use topics::{Topic, Topics};
pub use wanted::{Wanted, wish};

use secrecy::SecretString;

use crate::http::Trust;
use crate::link::{Link, LinkState, Mode};

/// What a link to a broker goes by.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which broker, as whom, below which prefix.
    pub place: Place,
    /// The password of the user there.
    pub password: Option<SecretString>,
    /// Whose certificate is accepted.
    pub trust: Trust,
}

impl Config {
    /// The link as it is before the first connection.
    pub fn link(&self) -> Link {
        let unchecked = self.place.is_tls() && self.trust == Trust::Anyone;
        Link {
            server: self.place.host().to_string(),
            user: self.place.user().unwrap_or_default().to_string(),
            mode: Mode::Live,
            warning: unchecked.then(|| "certificate not checked".into()),
            own: None,
            shown: None,
            remark: None,
            state: LinkState::SigningIn,
        }
    }
}
