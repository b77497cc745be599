//! Endpoints, subscriptions, and their expirations.

use std::fmt;
use std::time::Duration;

/// The most contacts of one subscription.
pub const SUBSCRIBED: usize = 5000;

/// The number of a registered endpoint, which belongs to the application user's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EndPointId(pub(super) i32);

impl From<i32> for EndPointId {
    fn from(number: i32) -> EndPointId {
        EndPointId(number)
    }
}

/// The number of a subscription, which belongs to the end user's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubscriptionId(pub(super) i32);

impl From<i32> for SubscriptionId {
    fn from(number: i32) -> SubscriptionId {
        SubscriptionId(number)
    }
}

/// How long the service keeps an endpoint, a subscription or a presence that was set: an hour to a
/// day, in whole seconds (`expiration` of the WSDL).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiration(u32);

impl Expiration {
    /// The shortest.
    pub const SHORTEST: Expiration = Expiration(3600);
    /// The longest: a second less than a day, for some releases refuse a whole day at endpoints.
    pub const LONGEST: Expiration = Expiration(86_399);

    /// The one that is nearest to a time.
    pub fn nearest(time: Duration) -> Expiration {
        let seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        Expiration(seconds.clamp(Expiration::SHORTEST.0, Expiration::LONGEST.0))
    }

    /// How long it is.
    pub fn time(self) -> Duration {
        Duration::from_secs(u64::from(self.0))
    }
}

impl fmt::Display for Expiration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
