//! Subscriptions to presence: which request comes next, pure, with the time passed in.
//!
//! One request at a time: register an endpoint, subscribe to everybody in requests of a hundred,
//! fetch, and from then on fetch at each notification. Endpoint and subscriptions expire at an
//! absolute time and are renewed when half of it has passed. A notification may get lost, and no
//! second one comes before the change is fetched, so now and then it is fetched without one.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::presence::Address;
use crate::pws::{BATCH, Class, EndPointId, Error, Expiration, SUBSCRIBED, SubscriptionId};

/// The expiration that is requested for endpoints and subscriptions.
const LASTING: Duration = Duration::from_secs(12 * 3600);
/// How long it is until the next fetch without a notification: it brings what was missed, and a
/// subscription that the service has lost without a word answers it with a fault.
const UNCALLED: Duration = Duration::from_secs(15);
/// What so many do is fetched before more are subscribed to: one answer about thousands is large,
/// and beyond a size it is refused.
const AT_ONCE: usize = 1000;
/// Right after a subscription the service calls by itself. Where it does not within this time, the way
/// back is closed.
const PROOF: Duration = Duration::from_secs(10);
/// The pauses between fetches: after one that brought news, and after many that brought none.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1));
/// What is gone on the server is made anew at most once in this time.
const ANEW: Duration = Duration::from_secs(60);
/// A server that sends no notifications is tried again after this time; each time twice as long, up
/// to the second.
const AGAIN: (Duration, Duration) = (Duration::from_secs(300), Duration::from_secs(3600));
/// The notification of a change that a poll showed should come within this time.
const LATE: Duration = Duration::from_secs(5);
/// After so many missed notifications they are not relied on any more.
const MISSED: u32 = 2;

/// The endpoint and the subscriptions, as far as the server is known to have them.
#[derive(Debug)]
pub struct Subscriptions {
    state: State,
    wanted: Vec<Address>,
    /// Refused by the server; they are only polled.
    refused: HashSet<Address>,
    end_point: Option<(EndPointId, Instant)>,
    subscriptions: Vec<Subscription>,
    /// Subscribed is exactly who is wanted.
    settled: bool,
    /// How many were subscribed to since the last fetch.
    unfetched: usize,
    /// Parts of a batch in which somebody is refused.
    suspects: Vec<Vec<Address>>,
    made: Option<Instant>,
    /// What was gone is not made anew before this moment.
    anew: Option<Instant>,
    failures: u32,
    pause: Duration,
    fetched: Option<Instant>,
    /// Since when a change that a poll showed is without its notification.
    unnotified_since: Option<Instant>,
    /// Since when the first notification is awaited.
    awaited_since: Option<Instant>,
    /// A notification has come: the service reaches us.
    is_proven: bool,
    missed: u32,
    most_missed: u32,
}

#[derive(Debug)]
enum State {
    /// Not before this moment, for this reason.
    Off(Option<Instant>, Option<String>),
    /// On, or on the way there.
    On,
}

#[derive(Debug)]
struct Subscription {
    id: SubscriptionId,
    contacts: HashSet<Address>,
    renew: Instant,
    /// Something may be there to be fetched.
    news: bool,
    /// A fetch is under way. A notification that comes meanwhile may be of what it does not bring.
    fetching: bool,
}

/// Something to be done at the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// Register our address.
    Register(Expiration),
    /// Keep the end point.
    RenewEndPoint(EndPointId, Expiration),
    /// Subscribe to these, in a new subscription.
    Subscribe(Vec<Address>, EndPointId, Expiration),
    /// Subscribe to these, too.
    Extend(SubscriptionId, Vec<Address>, EndPointId),
    /// Keep a subscription.
    RenewSubscription(SubscriptionId, EndPointId, Expiration),
    /// These are not wanted any more.
    Unsubscribe(SubscriptionId, Vec<Address>),
    /// Fetch what has changed.
    Fetch(SubscriptionId),
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextJob {
    /// Run this job now, then report with [`Subscriptions::registered`],
    /// [`Subscriptions::subscribed`], [`Subscriptions::fetched`], [`Subscriptions::unsubscribed`] or
    /// [`Subscriptions::failed`].
    Do(Job),
    /// Nothing before this moment.
    Wait(Instant),
    /// Nothing until something happens.
    Idle,
}

impl Subscriptions {
    /// None yet; the first job registers an endpoint. Where notifications get lost, they are given
    /// up.
    pub fn new() -> Subscriptions {
        Subscriptions::missing_at_most(MISSED)
    }

    /// The same, but however many notifications get lost, what changed is fetched all the same.
    pub fn insisting() -> Subscriptions {
        Subscriptions::missing_at_most(u32::MAX)
    }

    fn missing_at_most(most_missed: u32) -> Subscriptions {
        Subscriptions {
            most_missed,
            state: State::On,
            wanted: Vec::new(),
            refused: HashSet::new(),
            end_point: None,
            subscriptions: Vec::new(),
            settled: false,
            unfetched: 0,
            suspects: Vec::new(),
            made: None,
            anew: None,
            failures: 0,
            pause: PAUSES.0,
            fetched: None,
            unnotified_since: None,
            awaited_since: None,
            is_proven: false,
            missed: 0,
        }
    }

    /// Whose changes are wanted.
    pub fn set_contacts(&mut self, contacts: &[Address]) {
        self.wanted = contacts.to_vec();
        self.settled = false;
        let wanted: HashSet<&Address> = contacts.iter().collect();
        self.refused.retain(|address| wanted.contains(address));
        self.suspects.clear();
    }

    /// The session or the node is another: what was made is gone.
    pub fn forget(&mut self) {
        self.settled = false;
        self.unfetched = 0;
        self.end_point = None;
        self.subscriptions.clear();
        self.suspects.clear();
        self.anew = None;
        self.fetched = None;
        self.unnotified_since = None;
        self.awaited_since = None;
        self.is_proven = false;
        self.missed = 0;
    }

    /// Whether notifications of everybody's changes come: one has, and nobody is missing.
    pub fn holds(&self) -> bool {
        matches!(self.state, State::On)
            && !self.subscriptions.is_empty()
            && self.suspects.is_empty()
            && self.fetched.is_some()
            && self.is_proven
            && (self.settled || self.missing().next().is_none())
    }

    /// Why not, where there is a reason.
    pub fn reason(&self) -> Option<&str> {
        match &self.state {
            State::Off(_, reason) => reason.as_deref(),
            State::On => None,
        }
    }

    /// What has to be undone at the server before leaving.
    pub fn made(&self) -> (Option<EndPointId>, Vec<SubscriptionId>) {
        let ids = self
            .subscriptions
            .iter()
            .map(|subscription| subscription.id);
        (self.end_point.map(|(id, _)| id), ids.collect())
    }

    fn missing(&self) -> impl Iterator<Item = &Address> {
        let is_subscribed = |address: &&Address| {
            self.subscriptions
                .iter()
                .any(|subscription| subscription.contacts.contains(*address))
        };
        self.wanted
            .iter()
            .filter(move |address| !self.refused.contains(*address) && !is_subscribed(address))
    }

    /// What to do at `now`.
    pub fn next(&mut self, now: Instant) -> NextJob {
        if let State::Off(again, _) = self.state {
            match again {
                Some(again) if again > now => return NextJob::Wait(again),
                Some(_) => self.state = State::On,
                None => return NextJob::Idle,
            }
        }
        if self.wanted.is_empty() && self.subscriptions.is_empty() {
            return NextJob::Idle;
        }
        let lasting = Expiration::nearest(LASTING);
        let Some((end_point, renew)) = self.end_point else {
            if let Some(anew) = self.anew.filter(|anew| *anew > now) {
                return NextJob::Wait(anew);
            }
            return NextJob::Do(Job::Register(lasting));
        };
        if renew <= now {
            return NextJob::Do(Job::RenewEndPoint(end_point, lasting));
        }
        let due = |subscription: &&Subscription| subscription.renew <= now;
        if let Some(old) = self.subscriptions.iter().find(due) {
            return NextJob::Do(Job::RenewSubscription(old.id, end_point, lasting));
        }
        if self.unfetched >= AT_ONCE
            && let Some(new) = self.subscriptions.iter().find(|one| one.news)
        {
            return NextJob::Do(Job::Fetch(new.id));
        }
        if !self.settled {
            if let Some(job) = self.fill(end_point, lasting).or_else(|| self.thin_out()) {
                return NextJob::Do(job);
            }
            self.settled = true;
        }
        self.next_fetch(now)
    }

    /// Subscribes to those who are missing.
    fn fill(&mut self, end_point: EndPointId, lasting: Expiration) -> Option<Job> {
        let batch = match self.suspects.last() {
            Some(part) => part.clone(),
            None => self.missing().take(BATCH).cloned().collect(),
        };
        if batch.is_empty() {
            return None;
        }
        let has_room =
            |subscription: &&Subscription| subscription.contacts.len() + batch.len() <= SUBSCRIBED;
        Some(match self.subscriptions.iter().find(has_room) {
            Some(subscription) => Job::Extend(subscription.id, batch, end_point),
            None => Job::Subscribe(batch, end_point, lasting),
        })
    }

    /// Ends what is not wanted any more.
    fn thin_out(&self) -> Option<Job> {
        let wanted: HashSet<&Address> = self.wanted.iter().collect();
        self.subscriptions.iter().find_map(|subscription| {
            let contacts = subscription.contacts.iter();
            let gone: Vec<Address> = contacts
                .filter(|address| !wanted.contains(address))
                .take(BATCH)
                .cloned()
                .collect();
            (!gone.is_empty()).then_some(Job::Unsubscribe(subscription.id, gone))
        })
    }

    fn next_fetch(&mut self, now: Instant) -> NextJob {
        if let Some(since) = self.unnotified_since
            && now >= since + LATE
        {
            self.unnotified_since = None;
            self.missed += 1;
            if self.missed >= self.most_missed {
                self.give_up(
                    now,
                    "the server does not call: is our port reachable from it?",
                );
                return self.next(now);
            }
            self.expect_news();
        }
        let proof = self.awaited_since.map(|since| since + PROOF);
        if proof.is_some_and(|proof| proof <= now) {
            self.awaited_since = None;
            if self.most_missed < u32::MAX {
                self.give_up(
                    now,
                    "the server does not call: is our port reachable from it?",
                );
                return self.next(now);
            }
        }
        let rested = self.fetched.map_or(now, |fetched| fetched + self.pause);
        let uncalled = self.fetched.map_or(now, |fetched| fetched + UNCALLED);
        let news = self.subscriptions.iter().find(|one| one.news);
        let late = self.unnotified_since.map(|since| since + LATE);
        let (first, at) = match (news, self.subscriptions.first()) {
            (Some(news), _) => (news.id, rested),
            (None, Some(first)) => (first.id, uncalled),
            (None, None) => return NextJob::Idle,
        };
        if at <= now {
            if news.is_none() {
                // All of them, one after the other.
                self.expect_news();
            }
            self.set_fetching(first, true);
            return NextJob::Do(Job::Fetch(first));
        }
        let renew = self.end_point.map(|(_, renew)| renew);
        let renewals = self.subscriptions.iter().map(|one| one.renew).chain(renew);
        let soonest = renewals.chain(late).chain(proof).fold(at, Instant::min);
        NextJob::Wait(soonest)
    }

    /// A fetch begins, or has ended.
    fn set_fetching(&mut self, id: SubscriptionId, fetching: bool) {
        for subscription in self.subscriptions.iter_mut().filter(|one| one.id == id) {
            subscription.fetching = fetching;
            subscription.news &= !fetching;
        }
    }

    /// A notification came, or may have got lost: there may be something to be fetched.
    pub fn expect_news(&mut self) {
        for subscription in &mut self.subscriptions {
            subscription.news = true;
        }
    }

    /// A notification came.
    pub fn notified(&mut self) {
        self.unnotified_since = None;
        self.awaited_since = None;
        self.is_proven = true;
        self.missed = 0;
        self.expect_news();
    }

    /// A poll showed a change of somebody who is subscribed to. A notification should come, too.
    pub fn poll_showed_change(&mut self, now: Instant) {
        // What is about to be fetched may be what the poll showed.
        let about_to_fetch = self
            .subscriptions
            .iter()
            .any(|one| one.news || one.fetching);
        if self.holds() && !about_to_fetch {
            self.unnotified_since.get_or_insert(now);
        }
    }

    /// The end point was registered or renewed.
    pub fn registered(&mut self, end_point: EndPointId, expiration: Expiration, now: Instant) {
        if self.end_point.is_none() {
            self.made = Some(now);
        }
        self.end_point = Some((end_point, now + expiration.time() / 2));
    }

    /// Contacts were subscribed to: first of all, what they do now is fetched.
    pub fn subscribed(&mut self, id: SubscriptionId, job: &Job, now: Instant) {
        let (contacts, renewed) = match job {
            Job::Subscribe(contacts, _, lasting) => (contacts.as_slice(), Some(*lasting)),
            Job::Extend(_, contacts, _) => (contacts.as_slice(), None),
            Job::RenewSubscription(_, _, lasting) => (&[][..], Some(*lasting)),
            _ => return,
        };
        self.settled = false;
        let at = self.subscriptions.iter().position(|one| one.id == id);
        let at = at.unwrap_or_else(|| {
            self.subscriptions.push(Subscription {
                id,
                contacts: HashSet::new(),
                renew: now,
                news: true,
                fetching: false,
            });
            self.subscriptions.len() - 1
        });
        let subscription = &mut self.subscriptions[at];
        if let Some(lasting) = renewed {
            subscription.renew = now + lasting.time() / 2;
        }
        if !contacts.is_empty() {
            self.suspects.pop();
            subscription.contacts.extend(contacts.iter().cloned());
            subscription.news = true;
            self.unfetched += contacts.len();
            self.pause = PAUSES.0;
            if !self.is_proven {
                self.awaited_since = Some(now);
            }
        }
    }

    /// Something was fetched, with news or without.
    pub fn fetched(&mut self, id: SubscriptionId, news: bool, now: Instant) {
        let (shortest, longest) = PAUSES;
        self.pause = if news {
            shortest
        } else {
            (self.pause * 4).min(longest)
        };
        self.fetched = Some(now);
        self.unfetched = 0;
        self.failures = 0;
        self.set_fetching(id, false);
    }

    /// Contacts were unsubscribed from.
    pub fn unsubscribed(&mut self, id: SubscriptionId, contacts: &[Address]) {
        self.settled = false;
        for subscription in self.subscriptions.iter_mut().filter(|one| one.id == id) {
            for contact in contacts {
                subscription.contacts.remove(contact);
            }
        }
    }

    /// A job failed. Returns whether the failure is dealt with; if not, it is trouble with the link,
    /// and the same job comes again when that is over.
    pub fn failed(&mut self, job: &Job, error: &Error, now: Instant) -> bool {
        self.settled = false;
        if let Job::Fetch(id) = job {
            self.set_fetching(*id, false);
            self.expect_news();
        }
        match (error.class(), job) {
            (Some(Class::BadContact), Job::Subscribe(batch, ..) | Job::Extend(_, batch, _)) => {
                self.suspects.pop();
                match batch.as_slice() {
                    [bad] => drop(self.refused.insert(bad.clone())),
                    several => {
                        let (one, other) = several.split_at(several.len() / 2);
                        self.suspects.extend([other.to_vec(), one.to_vec()]);
                    }
                }
            }
            // Whoever is not subscribed to needs not be unsubscribed from.
            (
                Some(Class::SubscriptionGone | Class::SubscriptionDiffers),
                Job::Unsubscribe(id, contacts),
            ) => {
                self.unsubscribed(*id, contacts);
            }
            (Some(Class::SubscriptionGone | Class::SubscriptionDiffers), _) => {
                self.forget();
                self.anew = self.made.map(|made| made + ANEW);
            }
            (Some(Class::CannotNotify | Class::ClientDefect | Class::BadContact), _) => {
                self.give_up(now, &error.to_string());
            }
            _ => return false,
        }
        true
    }

    /// Leaves presence to polling for this reason; subscribes again later.
    pub fn give_up(&mut self, now: Instant, reason: &str) {
        let (first, longest) = AGAIN;
        let pause = first.saturating_mul(1 << self.failures.min(8)).min(longest);
        self.failures += 1;
        self.forget();
        self.state = State::Off(Some(now + pause), Some(reason.to_string()));
    }

    /// Leaves presence to polling for good.
    pub fn turn_off(&mut self, reason: Option<String>) {
        self.forget();
        self.state = State::Off(None, reason);
    }
}

impl Default for Subscriptions {
    fn default() -> Subscriptions {
        Subscriptions::new()
    }
}
