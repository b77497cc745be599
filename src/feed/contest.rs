//! Notices somebody elsewhere who signs in as the same user and ends our session each time: pure,
//! with the time passed in.

use std::time::Duration;

use super::session::Origin;

/// The first pause before a session is taken over again, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));
/// Who leaves a session alone for so long does not contest it any more.
const PEACE: Duration = Duration::from_secs(600);

/// How often the session was lost to somebody else lately.
#[derive(Debug, Default)]
pub struct Contest {
    lost: u32,
}

impl Contest {
    /// Nobody contests anything yet.
    pub fn new() -> Contest {
        Contest::default()
    }

    /// A session was got in place of one that had ended. Where another one had to be ended for it,
    /// somebody had signed in meanwhile. All processes of the user count that, whoever of them
    /// signed in: else each would go on fighting where another gives way.
    pub fn renewed(&mut self, origin: Origin) {
        if matches!(origin, Origin::TakenOver | Origin::FoundTakenOver) {
            self.lost += 1;
        }
    }

    /// A session ended that had lasted for so long, and had `answered` a request or not. How long
    /// to wait before the next sign-in, where somebody else is noticed: signing in at once would
    /// end the other's session, who would do the same, for ever.
    pub fn ended(&mut self, origin: Origin, lasted: Duration, answered: bool) -> Option<Duration> {
        if lasted > PEACE {
            self.lost = 0;
        }
        let (first, longest) = PAUSES;
        let pause = (self.lost > 0).then(|| {
            first
                .saturating_mul(1 << (self.lost - 1).min(10))
                .min(longest)
        });
        // A key that is not valid right after a fresh sign-in means the same as one taken over;
        // one that was found may merely be old.
        if !answered && !origin.is_found() {
            self.lost += 1;
        }
        pause
    }
}
