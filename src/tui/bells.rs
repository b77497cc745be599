//! Bells of the terminal that follow each other: at once they would sound as one.

use std::time::{Duration, Instant};

/// From one bell to the next.
const APART: Duration = Duration::from_millis(400);

/// The bells that are still to ring.
#[derive(Debug, Default)]
pub struct Bells {
    left: u8,
    next: Option<Instant>,
}

impl Bells {
    /// Rings so often from now on; what rings already goes on, and is not counted twice.
    pub fn ring(&mut self, bells: u8, now: Instant) {
        self.left = self.left.max(bells);
        if self.left > 0 {
            self.next.get_or_insert(now);
        }
    }

    /// When the next one rings.
    pub fn due(&self) -> Option<Instant> {
        self.next
    }

    /// Whether one rings now.
    pub fn take(&mut self, now: Instant) -> bool {
        if self.next.is_none_or(|next| next > now) {
            return false;
        }
        self.left -= 1;
        self.next = (self.left > 0).then(|| now + APART);
        true
    }
}
