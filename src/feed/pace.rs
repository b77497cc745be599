//! How fast requests may go, learned from the server's refusals: pure, with time and luck passed in.
//!
//! A server that has too much to do says so with fault 210 or 212 or a plain HTTP 503. The pace is
//! then halved at once and recovers by small equal steps, up to a little less than what the server
//! took before it refused. Whoever tries to get above that again right away is refused again right
//! away, so the ceiling is remembered for a while, and for longer each time it proves true. Who sends
//! less than a request a second learns no ceiling from a refusal: others have kept the server busy.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What the server took is measured over this time: limits are counted by the second.
const WINDOW: Duration = Duration::from_secs(1);
/// Of what the server took before it refused, so much is used.
const SHARE: f64 = 0.85;
/// The pace recovers from half of the ceiling to the whole in so many answers.
const STEPS: f64 = 25.0;
/// The ceiling is lifted by this share with each answer, once it is not believed any more.
const LIFT: f64 = 0.01;
/// How long a ceiling is believed: at first, and at most.
const BELIEVED: (Duration, Duration) =
    (Duration::from_secs(30 * 60), Duration::from_secs(8 * 3600));
/// The slowest and the fastest limit, in requests a second. What is faster limits nobody.
const SLOWEST: f64 = 1.0 / 60.0;
const FASTEST: f64 = 100.0;
/// A server that wants us to wait for longer than this is asked again after it all the same.
const LONGEST_HOLD: Duration = Duration::from_secs(600);

/// How fast requests may go.
#[derive(Debug)]
pub struct Pace {
    answered: VecDeque<Instant>,
    last_sent: Option<Instant>,
    limit: Option<Limit>,
    /// No request goes before this moment.
    next: Option<Instant>,
}

#[derive(Debug)]
struct Limit {
    /// Requests a second, now and at most.
    rate: f64,
    ceiling: f64,
    since: Instant,
    believed_for: Duration,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace::new()
    }
}

impl Pace {
    /// Without a limit.
    pub fn new() -> Pace {
        Pace {
            answered: VecDeque::new(),
            last_sent: None,
            limit: None,
            next: None,
        }
    }

    /// Requests a second that the server takes, where it has refused more.
    pub fn limit(&self) -> Option<f64> {
        self.limit.as_ref().map(|limit| limit.rate)
    }

    /// When the next request may go; `None` at once.
    pub fn next(&self) -> Option<Instant> {
        self.next
    }

    /// A request goes now. `luck` (0 to 1) shifts the next one by up to a tenth, so that several
    /// clients do not stay in step.
    pub fn sent(&mut self, now: Instant, luck: f64) {
        self.last_sent = Some(now);
        self.next = self
            .limit
            .as_ref()
            .map(|limit| now + Duration::from_secs_f64((0.9 + luck * 0.2) / limit.rate));
    }

    /// A request was taken by the server.
    pub fn answered(&mut self, now: Instant) {
        self.answered.push_back(now);
        while let Some(first) = self.answered.front() {
            if now.duration_since(*first) < WINDOW {
                break;
            }
            self.answered.pop_front();
        }
        let Some(limit) = &mut self.limit else { return };
        if now.duration_since(limit.since) > limit.believed_for {
            limit.ceiling *= 1.0 + LIFT;
        }
        limit.rate = (limit.rate + limit.ceiling / (2.0 * STEPS)).min(limit.ceiling);
        if limit.rate > FASTEST {
            self.limit = None;
            self.next = None;
        }
    }

    /// The server refused a request for want of time, and says for how long, or not. `usual` is the
    /// pace without a limit, in requests a second.
    pub fn refused(&mut self, now: Instant, retry_after: Option<Duration>, usual: f64, luck: f64) {
        let taken = self
            .answered
            .iter()
            .filter(|&&at| now.duration_since(at) < WINDOW)
            .count();
        let rate = self.limit.as_ref().map_or(usual, |limit| limit.rate);
        // Several requests are under way at once: their refusals count as one.
        let again = self
            .limit
            .as_ref()
            .is_some_and(|limit| now.duration_since(limit.since) < WINDOW);
        if !again {
            let (rate, ceiling) = match (taken, &self.limit) {
                (0, Some(limit)) if rate < 1.0 => (rate, limit.ceiling),
                (0, None) if rate < 1.0 => (rate, rate),
                (0, _) => (rate * SHARE, rate * SHARE),
                (taken, _) => {
                    let ceiling = rate.min(taken as f64) * SHARE;
                    (ceiling, ceiling)
                }
            };
            let proved = self.limit.as_ref().map(|limit| {
                let old = now.duration_since(limit.since) > limit.believed_for;
                if old {
                    limit.believed_for * 2
                } else {
                    limit.believed_for
                }
            });
            self.limit = Some(Limit {
                rate: (rate / 2.0).clamp(SLOWEST, FASTEST),
                ceiling: ceiling.clamp(SLOWEST, FASTEST),
                since: now,
                believed_for: proved.unwrap_or(BELIEVED.0).min(BELIEVED.1),
            });
        }
        let rate = self.limit.as_ref().map_or(rate, |limit| limit.rate);
        let pause = Duration::from_secs_f64((1.0 + luck * 0.5) / rate).min(Duration::from_secs(60));
        let hold = retry_after.unwrap_or_default().min(LONGEST_HOLD).max(pause);
        let until = now + hold;
        self.next = Some(self.next.map_or(until, |next| next.max(until)));
    }
}
