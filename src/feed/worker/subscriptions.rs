//! Runs the subscription requests that [`Subscriptions`](crate::feed::Subscriptions) plans and hands
//! it the results.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use super::{Delivery, End, Worker};
use crate::feed::Sink;
use crate::feed::farewell;
use crate::feed::session::Session;
use crate::feed::subscriptions::Job;
use crate::pws::{
    Class, Contact, EndPointId, Error, Listener, Request, SubscriptionId, own_address,
};

/// The answer to a job.
pub(super) enum JobDone {
    EndPoint(EndPointId),
    Subscription(SubscriptionId),
    News(Vec<Contact>),
    Done,
}

impl<S: Sink> Worker<S> {
    /// Listens for notifications, where they are wanted and nothing listens yet.
    pub(super) async fn listen(&mut self) {
        if self.config.delivery == Delivery::Poll {
            self.subscriptions.turn_off(None);
            return;
        }
        if self.listener.is_some() {
            return;
        }
        let own = own_address(self.server).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let at = self.config.listen.unwrap_or(SocketAddr::new(own, 0));
        match Listener::bind(at).await {
            Ok(listener) => self.listener = Some(Arc::new(listener)),
            Err(error) => self
                .subscriptions
                .turn_off(Some(format!("{at} cannot be listened at: {error}"))),
        }
    }

    /// The URL that the service is to call.
    fn callback(&self, listener: &Listener) -> String {
        let base = match &self.config.callback {
            Some(url) => url.trim_end_matches('/').to_string(),
            None => {
                let at = listener.address();
                let own = own_address(self.server).filter(|_| at.ip().is_unspecified());
                format!(
                    "http://{}",
                    SocketAddr::new(own.unwrap_or(at.ip()), at.port())
                )
            }
        };
        format!("{base}{}", listener.path())
    }

    pub(super) fn run_job(
        &self,
        job: Job,
        session: &Session,
    ) -> impl Future<Output = Result<JobDone, Error>> + Send + use<S> {
        let (client, session, kind) = (self.client.clone(), session.clone(), self.config.kind);
        let url = self
            .listener
            .as_deref()
            .map(|listener| self.callback(listener));
        async move {
            let (home, app, user) = (&session.home, session.application(), &session.user);
            let subscribe = async |request: Request<'_>| {
                client
                    .subscribe(home, user, &request)
                    .await
                    .map(JobDone::Subscription)
            };
            match job {
                Job::Register(expiration) => {
                    let url = url.unwrap_or_default();
                    client
                        .register(home, app, &url, expiration)
                        .await
                        .map(JobDone::EndPoint)
                }
                Job::RenewEndPoint(id, expiration) => client
                    .renew_end_point(home, app, id, expiration)
                    .await
                    .map(JobDone::EndPoint),
                Job::Subscribe(contacts, end_point, expiration) => {
                    subscribe(Request::Subscribe {
                        contacts: &contacts,
                        end_point,
                        expiration,
                    })
                    .await
                }
                Job::Extend(subscription, contacts, end_point) => {
                    subscribe(Request::Extend {
                        subscription,
                        contacts: &contacts,
                        end_point,
                    })
                    .await
                }
                Job::RenewSubscription(subscription, end_point, expiration) => {
                    subscribe(Request::RenewSubscription {
                        subscription,
                        end_point,
                        expiration,
                    })
                    .await
                }
                Job::Unsubscribe(subscription, contacts) => {
                    let request = Request::Unsubscribe {
                        subscription,
                        contacts: &contacts,
                    };
                    client
                        .unsubscribe(home, user, &request)
                        .await
                        .map(|()| JobDone::Done)
                }
                Job::Fetch(subscription) => client
                    .fetch(home, user, subscription, kind)
                    .await
                    .map(JobDone::News),
            }
        }
    }

    pub(super) async fn job_done(
        &mut self,
        job: Job,
        result: Result<JobDone, Error>,
        session: &Session,
    ) -> Option<End> {
        let now = Instant::now();
        let done = match result {
            Ok(done) => done,
            Err(error) => return self.job_failed(&job, error, session).await,
        };
        let mut reports = Vec::new();
        match (done, &job) {
            (
                JobDone::EndPoint(id),
                Job::Register(expiration) | Job::RenewEndPoint(_, expiration),
            ) => self.subscriptions.registered(id, *expiration, now),
            (JobDone::Subscription(id), job) => self.subscriptions.subscribed(id, job, now),
            (JobDone::News(contacts), Job::Fetch(id)) => {
                let who: Vec<_> = contacts
                    .iter()
                    .filter_map(|contact| contact.address.clone())
                    .collect();
                let learned = self.memory.learn(&who, contacts, &self.config.languages);
                self.subscriptions.fetched(*id, learned.changed, now);
                self.plan.confirmed(&who, now);
                reports = learned.reports;
            }
            (JobDone::Done, Job::Unsubscribe(id, contacts)) => {
                self.subscriptions.unsubscribed(*id, contacts);
            }
            // Each job has one kind of answer.
            _ => {}
        }
        self.send_reports(reports, now).await
    }

    async fn job_failed(&mut self, job: &Job, error: Error, session: &Session) -> Option<End> {
        if matches!(error.class(), Some(Class::SessionEnded | Class::Throttled)) {
            return self.poll_failed(error, session).await;
        }
        let made = self.subscriptions.made();
        if !self.subscriptions.failed(job, &error, Instant::now()) {
            return self.poll_failed(error, session).await;
        }
        tracing::info!(%error, "no notifications");
        if made.0.is_some() && self.subscriptions.made().0.is_none() {
            self.undo_made(made, session).await;
        }
        self.well().await;
        None
    }

    /// Tidies up at the server before leaving.
    pub(super) async fn undo(&self, session: &Session) {
        self.undo_made(self.subscriptions.made(), session).await;
    }

    async fn undo_made(
        &self,
        (end_point, subscriptions): (Option<EndPointId>, Vec<SubscriptionId>),
        session: &Session,
    ) {
        let undoing = async {
            for subscription in subscriptions {
                let all = Request::UnsubscribeAll { subscription };
                // What is left over ends by itself.
                let _ = self
                    .client
                    .unsubscribe(&session.home, &session.user, &all)
                    .await;
            }
            if let Some(id) = end_point {
                let (home, app) = (&session.home, session.application());
                let _ = self.client.unregister(home, app, id).await;
            }
        };
        farewell(undoing).await;
    }
}

/// Waits for a notification; without a listener, for ever.
pub(super) async fn notification(listener: Option<&Listener>) {
    match listener {
        Some(listener) => listener.called().await,
        None => std::future::pending().await,
    }
}
