//! At which node to sign in: pure, with the time passed in.
//!
//! The first of the configured servers is the primary. Two failed polls (or one failed sign-in) lead
//! on to the next, at the end to the backup that the service itself named; from time to time the
//! primary is tried again.

use std::time::{Duration, Instant};

use crate::pws::Endpoint;

/// So many polls in a row may fail before another node is tried.
const FAILED_POLLS: u32 = 2;

/// How long after leaving the primary it is tried again: the first time, and after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Return {
    /// The first time.
    pub first: Duration,
    /// Each time after that.
    pub then: Duration,
}

impl Default for Return {
    fn default() -> Return {
        Return {
            first: Duration::from_secs(60),
            then: Duration::from_secs(300),
        }
    }
}

/// The nodes that can be signed in at.
#[derive(Debug)]
pub struct Nodes {
    listed: Vec<Endpoint>,
    /// As the service named it at the last sign-in; tried after those that are listed.
    backup: Option<Endpoint>,
    at: usize,
    failed_polls: u32,
    /// Nodes tried in a row without success.
    tried: usize,
    pauses: Return,
    probe: Option<Instant>,
}

impl Nodes {
    /// The configured servers, the primary first.
    pub fn new(primary: Endpoint, others: &[Endpoint], pauses: Return) -> Nodes {
        let mut listed = vec![primary];
        for other in others {
            if !listed.contains(other) {
                listed.push(other.clone());
            }
        }
        Nodes {
            listed,
            backup: None,
            at: 0,
            failed_polls: 0,
            tried: 0,
            pauses,
            probe: None,
        }
    }

    fn all(&self) -> impl Iterator<Item = &Endpoint> {
        self.listed.iter().chain(&self.backup)
    }

    /// The configured primary.
    pub fn primary(&self) -> &Endpoint {
        &self.listed[0]
    }

    /// The node to sign in at.
    pub fn current(&self) -> &Endpoint {
        self.all().nth(self.at).unwrap_or(&self.listed[0])
    }

    /// Whether it is another than the primary.
    pub fn is_away(&self) -> bool {
        self.at != 0
    }

    /// The service named a backup at the sign-in. It is kept until another is named: a backup
    /// itself names none.
    pub fn learn_backup(&mut self, backup: Option<Endpoint>) {
        let Some(backup) = backup else { return };
        let is_current = self.at >= self.listed.len();
        if !is_current {
            self.backup = Some(backup).filter(|backup| !self.listed.contains(backup));
        }
    }

    /// A poll was answered.
    pub fn well(&mut self) {
        self.failed_polls = 0;
        self.tried = 0;
    }

    /// A poll failed. Whether another node is to be signed in at.
    pub fn poll_failed(&mut self, now: Instant) -> bool {
        self.failed_polls += 1;
        self.failed_polls >= FAILED_POLLS && self.go_on(now)
    }

    /// The current node could not be signed in at. Whether another one is to be tried at once;
    /// not, where all of them were.
    pub fn sign_in_failed(&mut self, now: Instant) -> bool {
        self.go_on(now)
    }

    fn go_on(&mut self, now: Instant) -> bool {
        let nodes = self.all().count();
        self.failed_polls = 0;
        if nodes < 2 {
            return false;
        }
        self.tried += 1;
        self.at = (self.at + 1) % nodes;
        match self.at {
            0 => self.probe = None,
            _ => {
                self.probe.get_or_insert(now + self.pauses.first);
            }
        }
        if self.tried >= nodes {
            self.tried = 0;
            return false;
        }
        true
    }

    /// When the primary is to be tried again; `None` where it is the current node.
    pub fn probe_at(&self) -> Option<Instant> {
        self.probe
    }

    /// The primary was tried: it is not back yet.
    pub fn primary_failed(&mut self, now: Instant) {
        self.probe = Some(now + self.pauses.then);
    }

    /// The primary was tried: it is back.
    pub fn returned(&mut self) {
        self.at = 0;
        self.probe = None;
        self.well();
    }
}
