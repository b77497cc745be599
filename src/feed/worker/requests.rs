//! Sends requests as plan and pace allow, and takes in their answers.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, OptionFuture};
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;

use super::subscriptions::{JobDone, notification};
use super::{End, Next, Worker};
use crate::feed::Sink;
use crate::feed::Update;
use crate::feed::plan::Step;
use crate::feed::poll::{self, Verdict};
use crate::feed::reach::{self, back_again};
use crate::feed::session::{Failure, Session};
use crate::feed::subscriptions::{Job, NextJob};
use crate::feed::wake::Surroundings;
use crate::feed::was_reached;
use crate::http;
use crate::link::{LinkState, Outcome, OwnPresence, Report};
use crate::presence::Address;
use crate::pws::{Class, Contact, Endpoint, Error, Expiration};
use crate::sys::signs::Signs;

/// A server that only ever says that it has too much to do is trouble after this time.
const ONLY_REFUSALS: Duration = Duration::from_secs(30);

/// The end of something that was under way.
enum Done {
    Polled(Vec<Address>, Result<Vec<Contact>, Error>),
    Job(Job, Result<JobDone, Error>),
    Set(OwnPresence, Expiration, Result<(), Error>),
    Probed(Result<Box<Session>, Box<Failure>>),
    Located(Option<SocketAddr>),
}

type UnderWay = FuturesUnordered<BoxFuture<'static, Done>>;

impl<S: Sink> Worker<S> {
    /// Polls and fetches until the session ends or another is better.
    pub(super) async fn ask_while_it_lasts(&mut self, session: &Session) -> End {
        let mut under_way = UnderWay::new();
        // Polls do not wait for it: the client finds its way by itself.
        under_way.push(Box::pin(locate(session.home.clone())));
        let mut signs = Signs::new();
        if self.plan.is_empty() {
            self.well().await;
        }
        let mut back: Option<BoxFuture<'static, ()>> = None;
        // A node may have no connection to spare. Where it seemed gone and answers all the same, none
        // is held any more until it really was gone.
        let mut may_hold = !self.client.is_proxied(&session.home);
        let mut gone: Option<BoxFuture<'static, Error>> = None;
        loop {
            if !self.is_unreached {
                back = None;
            } else if back.is_none() {
                let was_gone = self.takes_for_lost();
                back = Some(Box::pin(back_again(session.home.clone(), was_gone)));
            }
            // Polls find out by themselves.
            if !may_hold || self.is_unreached || !self.subscriptions.holds() {
                gone = None;
            } else if gone.is_none() {
                gone = Some(Box::pin(reach::gone(
                    session.home.clone(),
                    self.acknowledged_within(),
                )));
            }
            if std::mem::take(&mut self.start_over) {
                gone = None;
                under_way.clear();
                self.abandon();
                self.subscriptions.forget();
                self.listen().await;
            }
            let listener = self.listener.clone();
            let again = self.send(session, &mut under_way);
            let overdue = self.overdue_at();
            tokio::select! {
                Some(done) = under_way.next() => {
                    if let Some(end) = self.take_done(done, session).await {
                        return end;
                    }
                }
                () = until(again) => {}
                () = until(overdue) => self.overdue().await,
                Some(()) = OptionFuture::from(back.as_mut()) => {
                    back = None;
                    may_hold = !self.client.is_proxied(&session.home);
                    self.awake();
                }
                Some(error) = OptionFuture::from(gone.as_mut()) => {
                    gone = None;
                    may_hold = false;
                    // A request shows whether it is so.
                    self.subscriptions.expect_news();
                    if let Some(end) = self.poll_failed(error, session).await {
                        return end;
                    }
                }
                command = self.commands.recv() => {
                    if self.take(command) == Next::Leave {
                        return End::Leave;
                    }
                }
                () = notification(listener.as_deref()) => self.subscriptions.notified(),
                () = signs.next() => self.look_around().await,
            }
        }
    }

    /// Sends what may be sent now; when to look again, where that is known.
    fn send(&mut self, session: &Session, under_way: &mut UnderWay) -> Option<Instant> {
        let now = Instant::now();
        if let Some(probe) = self.nodes.probe_at().filter(|_| !self.probing)
            && probe <= now
        {
            self.probing = true;
            let (client, primary) = (self.client.clone(), self.nodes.primary().clone());
            let (sharing, old) = (self.sharing.clone(), session.clone());
            let who = self.config.credentials.clone();
            under_way.push(Box::pin(async move {
                let replaced = sharing.replace(&old, &client, &primary, &who).await;
                Done::Probed(replaced.map(Box::new))
            }));
        }
        let probe = self.nodes.probe_at().filter(|_| !self.probing);
        let soonest = |at: Option<Instant>| at.into_iter().chain(probe).min();
        let held = self.hold.into_iter().chain(self.pace.next()).max();
        if let Some(held) = held.filter(|held| *held > now) {
            return soonest(Some(held));
        }
        self.send_own(session, under_way, now);
        let own = self.own_due(now);
        let job = self.send_job(session, under_way, now);
        let soonest = |at: Option<Instant>| soonest([at, own, job].into_iter().flatten().min());
        while self.polls < self.config.in_flight.max(1) {
            if let Some(next) = self.pace.next().filter(|next| *next > now) {
                return soonest(Some(next));
            }
            let batch = match self.plan.next(now) {
                Step::Ask(batch) => batch,
                Step::Wait(until) => return soonest(Some(until)),
                Step::Idle => return soonest(None),
            };
            self.pace.sent(now, fastrand::f64());
            self.unanswered_since.get_or_insert(now);
            self.polls += 1;
            let (client, kind) = (self.client.clone(), self.config.kind);
            let (home, key) = (session.home.clone(), session.user.clone());
            under_way.push(Box::pin(async move {
                let answer = client.poll(&home, &key, &batch, kind).await;
                Done::Polled(batch, answer)
            }));
        }
        soonest(None)
    }

    /// When the own presence has to be looked at again.
    fn own_due(&self, now: Instant) -> Option<Instant> {
        let today = Timestamp::now();
        let due = self.own.next_at(today)?.duration_since(today);
        Some(now + Duration::try_from(due).unwrap_or_default())
    }

    /// Sends the own presence, where the server does not have it.
    fn send_own(&mut self, session: &Session, under_way: &mut UnderWay, now: Instant) {
        if self.own_under_way {
            return;
        }
        let Some((own, expiration)) = self.own.next(Timestamp::now()) else {
            return;
        };
        self.pace.sent(now, fastrand::f64());
        self.own_under_way = true;
        let client = self.client.clone();
        let (home, key) = (session.home.clone(), session.user.clone());
        under_way.push(Box::pin(async move {
            let result = client.set_presence(&home, &key, own, expiration).await;
            Done::Set(own, expiration, result)
        }));
    }

    /// Sends the next subscription request, once the first answers are on the screen; returns when to
    /// look again.
    fn send_job(
        &mut self,
        session: &Session,
        under_way: &mut UnderWay,
        now: Instant,
    ) -> Option<Instant> {
        if self.job_under_way || !self.answered || self.listener.is_none() {
            return None;
        }
        let job = match self.subscriptions.next(now) {
            NextJob::Do(job) => job,
            NextJob::Wait(until) => return Some(until),
            NextJob::Idle => return None,
        };
        self.pace.sent(now, fastrand::f64());
        self.unanswered_since.get_or_insert(now);
        self.job_under_way = true;
        let doing = self.run_job(job.clone(), session);
        under_way.push(Box::pin(async move { Done::Job(job, doing.await) }));
        None
    }

    /// Whatever is under way is not waited for any more.
    pub(super) fn abandon(&mut self) {
        self.unanswered_since = None;
        self.plan.abandon(Instant::now());
        self.polls = 0;
        self.probing = false;
        self.job_under_way = false;
        self.own_under_way = false;
    }

    async fn take_done(&mut self, done: Done, session: &Session) -> Option<End> {
        match done {
            Done::Polled(batch, answer) => {
                self.polls -= 1;
                self.answer_came();
                self.polled(batch, answer, session).await
            }
            Done::Job(job, result) => {
                self.job_under_way = false;
                self.answer_came();
                self.job_done(job, result, session).await
            }
            Done::Set(own, expiration, Ok(())) => {
                self.own_under_way = false;
                self.own.done(own, expiration, Timestamp::now());
                self.pace.answered(Instant::now());
                // It says nothing of the contacts: their states are no fresher for it.
                if self.link.state == LinkState::Up {
                    self.well().await;
                }
                None
            }
            Done::Set(own, _, Err(error)) => {
                self.own_under_way = false;
                self.own_refused(own, error, session).await
            }
            Done::Located(server) => {
                self.server = server;
                self.around = Surroundings::look(server);
                self.listen().await;
                None
            }
            Done::Probed(Ok(primary)) => {
                self.nodes.returned();
                Some(End::Returned(primary))
            }
            Done::Probed(Err(failure)) => {
                tracing::info!(error = %failure.error, "the primary is not back");
                self.probing = false;
                self.nodes.primary_failed(Instant::now());
                None
            }
        }
    }

    /// From now on the answers to the other requests are waited for.
    fn answer_came(&mut self) {
        let is_waiting = self.polls > 0 || self.job_under_way;
        self.unanswered_since = is_waiting.then(Instant::now);
    }

    /// What the service itself refuses becomes a notice and is not tried again; what does not arrive is.
    async fn own_refused(
        &mut self,
        own: OwnPresence,
        error: Error,
        session: &Session,
    ) -> Option<End> {
        match error.class() {
            Some(Class::SettingRefused | Class::ClientDefect | Class::BadContact) => {
                self.own.refused(own, Timestamp::now());
                let words = format!("{} is not set: {error}", own.label());
                let sent = self.sink.send(Update::Notice(words)).await;
                sent.is_err().then_some(End::Leave)
            }
            _ => self.poll_failed(error, session).await,
        }
    }

    async fn polled(
        &mut self,
        batch: Vec<Address>,
        answer: Result<Vec<Contact>, Error>,
        session: &Session,
    ) -> Option<End> {
        let now = Instant::now();
        let reports = match poll::judge(&batch, answer) {
            Verdict::Answered(contacts) => {
                self.plan.answered(&batch);
                let learned = self.memory.learn(&batch, contacts, &self.config.languages);
                if learned.changed {
                    self.subscriptions.poll_showed_change(now);
                }
                learned.reports
            }
            Verdict::Refused(report) => {
                self.plan.refused(&report.address, now);
                vec![report]
            }
            Verdict::Divide => {
                self.plan.divide(&batch);
                Vec::new()
            }
            Verdict::Failed(error) => {
                self.plan.not_answered(&batch, now);
                return self.poll_failed(error, session).await;
            }
        };
        self.answered = true;
        self.send_reports(reports, now).await
    }

    /// Takes in what the server shows of the end user, who need not be one of the contacts.
    fn see_own(&mut self, reports: &mut Vec<Report>) {
        let Some(own) = &self.config.own else { return };
        let Some(at) = reports.iter().position(|report| report.address == *own) else {
            return;
        };
        self.link.shown = match &reports[at].outcome {
            Outcome::Answered(presence) => {
                self.own.see(presence);
                Some(presence.clone())
            }
            _ => None,
        };
        if !self.own_is_wanted {
            reports.remove(at);
        }
    }

    /// Sends what was learned to the board: the link is well.
    pub(super) async fn send_reports(
        &mut self,
        mut reports: Vec<Report>,
        now: Instant,
    ) -> Option<End> {
        self.pace.answered(now);
        self.see_own(&mut reports);
        // First the reports: a link that is well again must not make old states fresh.
        if !reports.is_empty() && self.sink.send(Update::Reports(reports)).await.is_err() {
            return Some(End::Leave);
        }
        self.well().await;
        None
    }

    pub(super) async fn poll_failed(&mut self, error: Error, session: &Session) -> Option<End> {
        let now = Instant::now();
        let problem = error.problem(&session.home.to_string());
        match error.class() {
            Some(Class::SessionEnded) => return Some(End::Session),
            Some(Class::Throttled) => {
                // In live mode, too: the few fetches are not to wait for the minute of the polls.
                let usual = f64::from(self.plan.requests()) / self.config.interval.as_secs_f64();
                let retry_after = error.retry_after();
                self.pace.refused(now, retry_after, usual, fastrand::f64());
                let since = *self.refused_since.get_or_insert(now);
                // Being slowed down is no trouble, being shut out is.
                if now.duration_since(since) > ONLY_REFUSALS {
                    let next = self.pace.next().unwrap_or(now);
                    self.send_trouble(problem, next.saturating_duration_since(now))
                        .await;
                }
                return None;
            }
            // What the client does wrong is not the node's fault.
            Some(Class::ClientDefect) => {}
            _ => {
                if self.nodes.poll_failed(now) {
                    tracing::warn!(%error, from = %session.home, "going to another node");
                    self.send_trouble(problem, Duration::ZERO).await;
                    return Some(End::Node);
                }
            }
        }
        self.is_unreached |= !was_reached(&error);
        let pause = self.grown_pause();
        self.hold = Some(now + pause);
        self.send_trouble(problem, pause).await;
        None
    }
}

/// Where a node stands: wanted only for noticing another network, and for the address at which the
/// node can call us. Without, less is noticed.
async fn locate(node: Endpoint) -> Done {
    let found = http::resolve(&node).await.ok();
    Done::Located(found.and_then(|all| all.first().copied()))
}

/// Waits until a moment; without one, for ever.
pub(super) async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}
