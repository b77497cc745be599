//! What a scenario does to a request before it is served.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::fault::Fault;
use super::node::Power;
use super::scenario::Scenario;
use super::session::Node;
use super::trouble::Trouble;
use super::world::World;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fate {
    /// It is served.
    Served,
    /// It is served after a while.
    Late(Duration),
    /// It fails.
    Failed(Fault),
    /// It is refused, for there were too many.
    Throttled(Throttled),
    /// It is served, but the answer breaks off.
    Cut,
    /// A proxy answers.
    Html,
    /// The answer is empty.
    Empty,
    /// It is never answered.
    Hung,
    /// The connection is reset.
    Reset,
    /// The node dies.
    Death,
}

/// How a request is refused when there were too many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Throttled {
    /// The fault in the body, or none for a plain 503.
    pub(super) fault: Option<Fault>,
    /// The seconds in `Retry-After`, where it is sent.
    pub(super) retry_after: Option<u32>,
}

/// The ways in which servers and proxies say that there were too many requests.
const REFUSALS: [Throttled; 4] = [
    Throttled {
        fault: Some(Fault(212)),
        retry_after: None,
    },
    Throttled {
        fault: None,
        retry_after: Some(1),
    },
    Throttled {
        fault: Some(Fault(210)),
        retry_after: Some(1),
    },
    Throttled {
        fault: None,
        retry_after: None,
    },
];

/// How long a node stays dead that has a backup.
const DEAD: Duration = Duration::from_secs(20);

/// How long a node takes to restart.
const RESTARTING: Duration = Duration::from_secs(3);

/// The server's own errors.
const SERVER_ERRORS: [u16; 8] = [200, 201, 202, 203, 205, 206, 207, 209];

/// The requests of the last second.
#[derive(Debug, Default)]
pub(super) struct Rate {
    recent: VecDeque<Instant>,
    refused: usize,
}

impl Rate {
    /// Whether a request at `now` is one more than `limit` in a second. Refused ones don't count.
    fn exceeds(&mut self, limit: u32, now: Instant) -> bool {
        while let Some(first) = self.recent.front() {
            if now.saturating_duration_since(*first) < Duration::from_secs(1) {
                break;
            }
            self.recent.pop_front();
        }
        if self.recent.len() < limit as usize {
            self.recent.push_back(now);
            return false;
        }
        true
    }
}

impl World {
    /// What becomes of the request that has just come.
    pub(super) fn fate(&mut self, scenario: &Scenario, node: Node, now: Instant) -> Fate {
        if let Some(limit) = scenario.number(Trouble::Throttle)
            && self.rate.exceeds(limit, now)
        {
            self.rate.refused += 1;
            return Fate::Throttled(REFUSALS[self.rate.refused % REFUSALS.len()]);
        }
        if node == Node::First
            && let Some(time) = self.first_goes_down(scenario)
        {
            self.switch(node).turn(Power::DownFor(time));
            return Fate::Death;
        }
        if self.swallows(scenario) {
            return Fate::Hung;
        }
        self.turn += 1;
        let turn = self.turn;
        // Each trouble has turns of its own, or the first of several would hide the others.
        let due = |trouble: Trouble| {
            scenario
                .number(trouble)
                .is_some_and(|every| (turn + trouble as u64).is_multiple_of(u64::from(every)))
        };
        let sudden = [
            (Trouble::Hang, Fate::Hung),
            (Trouble::Reset, Fate::Reset),
            (Trouble::Cut, Fate::Cut),
            (Trouble::Html, Fate::Html),
            (Trouble::Empty, Fate::Empty),
        ];
        if let Some((_, fate)) = sudden.into_iter().find(|(trouble, _)| due(*trouble)) {
            return fate;
        }
        if due(Trouble::ServerError) {
            let code = SERVER_ERRORS[self.rng.usize(..SERVER_ERRORS.len())];
            return Fate::Failed(Fault(code));
        }
        match scenario.number(Trouble::Slow) {
            Some(seconds) => {
                let most = Duration::from_secs(u64::from(seconds));
                Fate::Late(most.mul_f64(0.3 + 0.7 * self.rng.f64()))
            }
            None => Fate::Served,
        }
    }

    /// Whether the network swallows everything at this moment: it does so in the last seconds of
    /// each minute, so that clients are signed in before.
    pub(super) fn swallows(&self, scenario: &Scenario) -> bool {
        let Some(seconds) = scenario.number(Trouble::Swallow) else {
            return false;
        };
        self.scenario_age().as_secs() % 60 >= 60 - u64::from(seconds)
    }

    /// Counts a request to the first node; for how long the node goes down, where that was one too
    /// many.
    fn first_goes_down(&mut self, scenario: &Scenario) -> Option<Duration> {
        let (most, time) = match scenario.number(Trouble::Backup) {
            Some(most) => (most, DEAD),
            None => (scenario.number(Trouble::Restart)?, RESTARTING),
        };
        self.requests_at_first += 1;
        if self.requests_at_first <= most {
            return None;
        }
        self.requests_at_first = 0;
        Some(time)
    }
}
