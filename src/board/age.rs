use jiff::{SignedDuration, Timestamp};

/// Seconds between two texts of [`live`].
const LIVE_STEP: i64 = 5;

/// An age in at most four cells: `5s`, `12m`, `2h`, `3d`, `14w`. Ages below a minute are `now`
/// unless seconds are asked for with [`seconds`].
pub fn short(since: Timestamp, now: Timestamp) -> String {
    let seconds = elapsed(since, now);
    match seconds {
        0..60 => "now".into(),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        86_400..6_048_000 => format!("{}d", seconds / 86_400),
        _ => format!("{}w", seconds / 604_800),
    }
}

/// An age with seconds, for the header: `2 s`, `4 min`, `3 h`, `2 d`.
pub fn seconds(since: Timestamp, now: Timestamp) -> String {
    let seconds = elapsed(since, now);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// The age of the last word on a live link, in steps of five seconds: nothing below five seconds,
/// then as [`seconds`]. A header that changed each second would wake the board for nothing.
pub fn live(since: Timestamp, now: Timestamp) -> Option<String> {
    let elapsed = elapsed(since, now);
    let shown = SignedDuration::from_secs(elapsed / LIVE_STEP * LIVE_STEP);
    (elapsed >= LIVE_STEP).then(|| seconds(now - shown, now))
}

/// When the text of [`live`] becomes another.
pub fn live_turn(since: Timestamp, now: Timestamp) -> Timestamp {
    match elapsed(since, now) {
        seconds @ 0..60 => turn(since, seconds, LIVE_STEP),
        _ => seconds_turn(since, now),
    }
}

/// When the text of [`short`] becomes another.
pub fn short_turns(since: Timestamp, now: Timestamp) -> Timestamp {
    let seconds = elapsed(since, now);
    let step = match seconds {
        0..3_600 => 60,
        3_600..86_400 => 3_600,
        _ => 86_400,
    };
    turn(since, seconds, step)
}

/// When the text of [`seconds`] becomes another.
pub fn seconds_turn(since: Timestamp, now: Timestamp) -> Timestamp {
    let seconds = elapsed(since, now);
    let step = match seconds {
        0..60 => 1,
        60..3_600 => 60,
        3_600..86_400 => 3_600,
        _ => 86_400,
    };
    turn(since, seconds, step)
}

/// Whole seconds from `since` to `now`; none where the clock went backwards.
fn elapsed(since: Timestamp, now: Timestamp) -> i64 {
    now.duration_since(since).as_secs().max(0)
}

fn turn(since: Timestamp, elapsed: i64, step: i64) -> Timestamp {
    since
        .saturating_add(SignedDuration::from_secs((elapsed / step + 1) * step))
        .unwrap_or(Timestamp::MAX)
}
