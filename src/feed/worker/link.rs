//! The link as the board sees it, and the pauses after failures.

use std::pin::pin;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::requests::until;
use super::{Next, Worker};
use crate::feed::plan::Rhythm;
use crate::feed::{Session, Sink, Update};
use crate::link::{LinkState, Mode, Problem};
use crate::sys::signs::Signs;

/// The first pause after a failure, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// The soonest and the latest that an answer is overdue after its request, and a connection without
/// a sign of life is taken for dead.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(10));
/// A request is taken for lost at most once in this time.
const LOST: Duration = Duration::from_secs(600);
/// While notifications come, one poll in this time checks that none got lost.
const NET: Duration = Duration::from_secs(60);

impl<S: Sink> Worker<S> {
    /// The next pause: longer each time, never in step with other clients.
    pub(super) fn grown_pause(&mut self) -> Duration {
        let (first, longest) = PAUSES;
        let grown = first.saturating_mul(1 << self.failures.min(6)).min(longest);
        self.failures += 1;
        grown.mul_f64(0.75 + fastrand::f64() / 2.0)
    }

    /// Sends the problem to the board and waits, until the node is back or the user or the surroundings
    /// give reason to try again.
    pub(super) async fn pause(
        &mut self,
        problem: Problem,
        pause: Duration,
        back: impl Future<Output = ()>,
    ) -> Next {
        let end = Instant::now() + pause;
        self.hold = Some(end);
        self.send_trouble(problem, pause).await;
        let mut signs = Signs::new();
        let mut back = pin!(back);
        while self.hold.is_some() {
            tokio::select! {
                () = until(Some(end)) => break,
                () = &mut back => break,
                command = self.commands.recv() => {
                    if self.take(command) == Next::Leave { return Next::Leave }
                }
                () = signs.next() => self.look_around().await,
            }
        }
        self.hold = None;
        Next::Stay
    }

    /// When the answer to the oldest request under way is overdue.
    pub(super) fn overdue_at(&self) -> Option<Instant> {
        let since = self.unanswered_since.filter(|_| !self.is_unreached)?;
        Some(since + self.answered_within())
    }

    /// Whether a request that is overdue is taken for lost, where the node answers: it was gone for
    /// so short that nobody saw it. A node that is merely slow is not asked twice each time.
    pub(super) fn takes_for_lost(&mut self) -> bool {
        let now = Instant::now();
        let may = self.unanswered_since.is_some() && self.lost.is_none_or(|at| now >= at + LOST);
        if may {
            self.lost = Some(now);
        }
        may
    }

    /// How long an answer may take before the states are doubted: one interval. As the request went
    /// one interval after the last answer, no state is shown as sure for more than two.
    fn answered_within(&self) -> Duration {
        let (soonest, latest) = PATIENCE;
        self.config.interval.clamp(soonest, latest)
    }

    /// How long an idle connection may go without acknowledging a probe: two intervals.
    pub(super) fn acknowledged_within(&self) -> Duration {
        let (soonest, latest) = PATIENCE;
        (self.config.interval * 2).clamp(soonest, latest)
    }

    /// An answer is overdue. It is waited for still, but until it comes nothing is sure.
    pub(super) async fn overdue(&mut self) {
        self.is_unreached = true;
        let problem = Problem {
            what: format!("{} does not answer", self.link.server),
            advice: "Is the network there? It is tried again by itself.".into(),
        };
        self.send_trouble(problem, Duration::ZERO).await;
    }

    pub(super) async fn send_trouble(&mut self, problem: Problem, pause: Duration) {
        let now = Timestamp::now();
        let since = *self.trouble_since.get_or_insert(now);
        let next_try = now + SignedDuration::try_from(pause).unwrap_or(SignedDuration::ZERO);
        self.send_link(LinkState::Trouble {
            problem,
            since,
            next_try: Some(next_try),
        })
        .await;
    }

    pub(super) async fn well(&mut self) {
        self.failures = 0;
        self.trouble_since = None;
        self.refused_since = None;
        self.is_unreached = false;
        self.hold = None;
        self.nodes.well();
        self.send_link(LinkState::Up).await;
    }

    /// The time in which everybody is asked for, as the server allows it.
    fn real_round(&self) -> Duration {
        let wanted = self.plan.round();
        match self.pace.limit() {
            Some(limit) => {
                let requests = f64::from(self.plan.requests());
                let needed = Duration::from_secs_f64((requests / limit).ceil());
                wanted.max(needed)
            }
            None => wanted,
        }
    }

    /// What else is worth knowing of the link.
    fn remark(&self) -> Option<String> {
        let slowed = self.pace.limit().map(|limit| {
            format!("the server takes {limit:.1} requests a second: asking more slowly")
        });
        let asking = self
            .subscriptions
            .reason()
            .map(|reason| format!("polling, for no notifications come: {reason}"));
        let away = self.nodes.is_away().then(|| {
            format!(
                "{} is gone; it is tried again from time to time",
                self.nodes.primary()
            )
        });
        let remarks: Vec<String> = [away, slowed, asking].into_iter().flatten().collect();
        (!remarks.is_empty()).then(|| remarks.join("; "))
    }

    /// Names each host that the settings do not name and that sign-ins may go to, once.
    pub(super) async fn name_new_hosts(&mut self, session: &Session) {
        let nodes = [
            Some(&session.app_node),
            Some(&session.home),
            session.backup.as_ref(),
        ];
        for node in nodes.into_iter().flatten() {
            if self.hosts.insert(node.host().to_string()) {
                tracing::info!(host = %node.host(), "the service named another host");
                // A board that is gone is noticed by its command channel.
                let _ = self.sink.send(Update::NewHost(node.host().into())).await;
            }
        }
    }

    pub(super) async fn send_link(&mut self, state: LinkState) {
        self.link.state = state;
        let holds = self.subscriptions.holds();
        let rhythm = if holds {
            Rhythm::Request(NET)
        } else {
            Rhythm::Round(self.config.interval)
        };
        self.plan.set_rhythm(rhythm, Instant::now());
        self.link.mode = if holds {
            Mode::Live
        } else {
            Mode::Every(self.real_round())
        };
        self.link.remark = self.remark();
        self.link.own = self.own.holds(Timestamp::now());
        if self.sent.as_ref() != Some(&self.link) {
            self.sent = Some(self.link.clone());
            // A board that is gone is noticed by its command channel.
            let _ = self.sink.send(Update::Link(self.link.clone())).await;
        }
    }
}
