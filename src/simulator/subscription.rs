//! Who watches whom, and where changes are notified: endpoints and subscriptions.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use super::fault::Fault;
use super::session::{ApplicationKey, EndUserKey, Sessions};
use crate::presence::Address;

/// The most contacts that one subscription may have.
const CONTACTS_A_SUBSCRIPTION: usize = 5000;

/// A listener of a client's.
#[derive(Debug)]
struct EndPoint {
    url: String,
    owner: ApplicationKey,
    expires: Instant,
}

/// The contacts whose changes an end user wants to be notified of.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) contacts: BTreeSet<Address>,
    pub(super) owner: EndUserKey,
    /// Who changed since the last fetch.
    changed: BTreeSet<Address>,
    /// Whether the client was called and has not fetched yet: it is not called twice.
    called: bool,
    end_point: i32,
    made: Instant,
    expires: Instant,
}

/// A call that is to be made to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CallBack {
    pub(super) url: String,
    pub(super) subscription: i32,
}

/// All end points and subscriptions.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    end_points: HashMap<i32, EndPoint>,
    subscriptions: HashMap<i32, Subscription>,
    /// The last number given; a number is never given twice.
    last: i32,
}

impl Subscriptions {
    fn new_id(&mut self) -> i32 {
        self.last += 1;
        self.last
    }

    /// Forgets what has expired, and what hangs on sessions that have ended.
    pub(super) fn tidy(&mut self, sessions: &Sessions, now: Instant) {
        self.end_points
            .retain(|_, e| now < e.expires && sessions.has_application(&e.owner));
        self.subscriptions
            .retain(|_, s| now < s.expires && sessions.has_end_user(&s.owner));
    }

    /// Takes a new end point.
    pub(super) fn register(&mut self, owner: ApplicationKey, url: &str, expires: Instant) -> i32 {
        let id = self.new_id();
        let end_point = EndPoint {
            url: url.to_owned(),
            owner,
            expires,
        };
        self.end_points.insert(id, end_point);
        id
    }

    fn end_point(&mut self, id: i32, owner: &ApplicationKey) -> Result<&mut EndPoint, Fault> {
        match self.end_points.get_mut(&id) {
            Some(end_point) if end_point.owner == *owner => Ok(end_point),
            Some(_) => Err(Fault::END_POINT_OF_ANOTHER),
            None => Err(Fault::END_POINT_UNKNOWN),
        }
    }

    /// Gives an end point a new expiry.
    pub(super) fn renew_end_point(
        &mut self,
        id: i32,
        owner: &ApplicationKey,
        expires: Instant,
    ) -> Result<(), Fault> {
        self.end_point(id, owner)?.expires = expires;
        Ok(())
    }

    /// Forgets an endpoint; its subscriptions stay, and nobody is called for them.
    pub(super) fn unregister(&mut self, id: i32, owner: &ApplicationKey) -> Result<(), Fault> {
        self.end_point(id, owner)?;
        self.end_points.remove(&id);
        Ok(())
    }

    /// Begins a subscription. The client is called for it at once, and has to fetch before it is
    /// called again.
    pub(super) fn subscribe(
        &mut self,
        owner: EndUserKey,
        application: &ApplicationKey,
        end_point: i32,
        contacts: Vec<Address>,
        expires: Instant,
    ) -> Result<i32, Fault> {
        self.end_point(end_point, application)?;
        let id = self.new_id();
        let contacts: BTreeSet<Address> = contacts.into_iter().collect();
        let subscription = Subscription {
            changed: contacts.clone(),
            contacts,
            owner,
            called: false,
            end_point,
            made: Instant::now(),
            expires,
        };
        self.subscriptions.insert(id, subscription);
        Ok(id)
    }

    fn subscription(&mut self, id: i32, owner: &EndUserKey) -> Result<&mut Subscription, Fault> {
        match self.subscriptions.get_mut(&id) {
            Some(subscription) if subscription.owner == *owner => Ok(subscription),
            Some(_) => Err(Fault::SUBSCRIPTION_OF_ANOTHER),
            None => Err(Fault::SUBSCRIPTION_UNKNOWN),
        }
    }

    /// Adds contacts, and gives a subscription a new expiry where one is asked for.
    pub(super) fn extend(
        &mut self,
        id: i32,
        owner: &EndUserKey,
        (end_point, application): (i32, &ApplicationKey),
        contacts: Vec<Address>,
        expires: Option<Instant>,
    ) -> Result<(), Fault> {
        self.end_point(end_point, application)?;
        let subscription = self.subscription(id, owner)?;
        let added: Vec<Address> = contacts
            .into_iter()
            .filter(|contact| !subscription.contacts.contains(contact))
            .collect();
        if subscription.contacts.len() + added.len() > CONTACTS_A_SUBSCRIPTION {
            return Err(Fault::NUMBER_OF_CONTACTS);
        }
        subscription.end_point = end_point;
        subscription.changed.extend(added.iter().cloned());
        subscription.contacts.extend(added);
        if let Some(expires) = expires {
            subscription.expires = expires;
        }
        Ok(())
    }

    /// Takes contacts out of a subscription; the last one ends it.
    pub(super) fn remove(
        &mut self,
        id: i32,
        owner: &EndUserKey,
        contacts: &[Address],
    ) -> Result<(), Fault> {
        let subscription = self.subscription(id, owner)?;
        if contacts.iter().any(|c| !subscription.contacts.contains(c)) {
            return Err(Fault::NOT_SUBSCRIBED);
        }
        for contact in contacts {
            subscription.contacts.remove(contact);
            subscription.changed.remove(contact);
        }
        if subscription.contacts.is_empty() {
            self.subscriptions.remove(&id);
        }
        Ok(())
    }

    /// Ends a subscription.
    pub(super) fn unsubscribe(&mut self, id: i32, owner: &EndUserKey) -> Result<(), Fault> {
        self.subscription(id, owner)?;
        self.subscriptions.remove(&id);
        Ok(())
    }

    /// Who changed since the last fetch, and who is subscribed to at all; from now on the client
    /// is called again.
    pub(super) fn fetch(
        &mut self,
        id: i32,
        owner: &EndUserKey,
    ) -> Result<(BTreeSet<Address>, &BTreeSet<Address>), Fault> {
        let subscription = self.subscription(id, owner)?;
        subscription.called = false;
        let changed = std::mem::take(&mut subscription.changed);
        Ok((changed, &subscription.contacts))
    }

    /// Notes that somebody changed.
    pub(super) fn changed(&mut self, who: &Address) {
        for subscription in self.subscriptions.values_mut() {
            if subscription.contacts.contains(who) {
                subscription.changed.insert(who.clone());
            }
        }
    }

    /// Whether anybody watches somebody.
    pub(super) fn watches(&self, who: &Address) -> bool {
        self.subscriptions
            .values()
            .any(|subscription| subscription.contacts.contains(who))
    }

    /// The calls that are to be made now; each is returned once.
    pub(super) fn calls(&mut self) -> Vec<CallBack> {
        let end_points = &self.end_points;
        self.subscriptions
            .iter_mut()
            .filter(|(_, subscription)| !subscription.called && !subscription.changed.is_empty())
            .filter_map(|(&id, subscription)| {
                let end_point = end_points.get(&subscription.end_point)?;
                subscription.called = true;
                Some(CallBack {
                    url: end_point.url.clone(),
                    subscription: id,
                })
            })
            .collect()
    }

    /// Forgets the subscriptions that were made so long ago, without a word to anybody.
    pub(super) fn lose_older_than(&mut self, age: Duration, now: Instant) {
        self.subscriptions
            .retain(|_, s| now.saturating_duration_since(s.made) < age);
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.end_points.clear();
        self.subscriptions.clear();
    }

    /// How many end points, subscriptions, and contacts in them there are.
    pub(super) fn counts(&self) -> (usize, usize, usize) {
        let contacts = self.subscriptions.values().map(|s| s.contacts.len()).sum();
        (self.end_points.len(), self.subscriptions.len(), contacts)
    }
}
