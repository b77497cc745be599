//! How a working day goes: a pure function of the seed, the person and the day.

use fastrand::Rng;

use super::clock::{CLOSES, OPENS};
use super::state::Doing;

const MINUTE: u32 = 60;
const HOUR: u32 = 3600;

/// How likely each thing is for a free stretch of time, against 10 for simply being available;
/// and how many meetings a day has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    pub(super) calls: u32,
    pub(super) away: u32,
    pub(super) busy: u32,
    pub(super) dnd: u32,
    pub(super) meetings: u32,
}

/// A stretch of a day in which one thing is done.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stretch {
    /// From this second after midnight.
    pub(super) from: u32,
    /// To this second, where the next stretch begins.
    pub(super) to: u32,
    pub(super) doing: Doing,
    pub(super) beside: Option<Doing>,
    pub(super) note: Option<&'static str>,
}

/// The stretches of a day, in order, without gaps, from opening to closing.
pub(super) fn plan(habits: Habits, mut person: Rng, day: u64) -> Vec<Stretch> {
    // The person's own generator gives what stays the same each day; the day's gives the rest.
    let arrives = person.u32(7 * HOUR + 20 * MINUTE..9 * HOUR + 10 * MINUTE);
    let stays = person.u32(8 * HOUR..9 * HOUR + 20 * MINUTE);
    let eats_at = person.u32(11 * HOUR + 30 * MINUTE..13 * HOUR);
    let commutes = person.u8(..4);
    let secret = person.u64(..);
    let mut week = Rng::with_seed(secret ^ (day / 5).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut today = Rng::with_seed(secret ^ (day + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93));
    if week.u8(..100) < 6 {
        let note = "Back on Monday";
        return vec![all_day(Doing::Vacation, Some(note))];
    }
    match today.u8(..100) {
        0..2 => return vec![all_day(Doing::Unavailable, None)],
        2..4 => {
            return vec![all_day(
                Doing::Travel,
                Some("At the customer's, call my mobile"),
            )];
        }
        _ => {}
    }
    let arrives = arrives + today.u32(..15 * MINUTE);
    let leaves = (arrives + stays + today.u32(..40 * MINUTE)).min(CLOSES - 15 * MINUTE);
    let lunch = eats_at + today.u32(..20 * MINUTE);
    let lunch_ends = lunch + today.u32(25 * MINUTE..55 * MINUTE);

    let mut day = Day::default();
    day.until(arrives, Doing::Unavailable);
    if today.u8(..10) == 0 {
        day.during(today.u32(8 * MINUTE..15 * MINUTE), Doing::Breakfast);
    }
    let meetings = meetings(habits, &mut today, lunch, lunch_ends, leaves);
    let mut fixed = meetings;
    fixed.push((lunch, lunch_ends, Doing::Lunch));
    fixed.sort_unstable_by_key(|&(from, ..)| from);
    for (from, to, doing) in fixed {
        day.work_until(from, habits, &mut today);
        day.hold(to, doing, &mut today);
    }
    day.work_until(leaves, habits, &mut today);
    match commutes {
        0 => day.during(20 * MINUTE, Doing::Steering),
        1 => day.during(25 * MINUTE, Doing::InTransit),
        _ => {}
    }
    day.until(CLOSES, Doing::Unavailable);
    day.stretches
}

fn all_day(doing: Doing, note: Option<&'static str>) -> Stretch {
    Stretch {
        from: OPENS,
        to: CLOSES,
        doing,
        beside: None,
        note,
    }
}

/// Meetings at whole half hours, which neither overlap nor cost anybody the lunch.
fn meetings(
    habits: Habits,
    today: &mut Rng,
    lunch: u32,
    lunch_ends: u32,
    leaves: u32,
) -> Vec<(u32, u32, Doing)> {
    let mut meetings: Vec<(u32, u32, Doing)> = vec![];
    for _ in 0..habits.meetings {
        let from = 8 * HOUR + 30 * MINUTE + today.u32(..18) * 30 * MINUTE;
        let to = from + [30, 45, 60, 60, 90][today.usize(..5)] * MINUTE;
        let free =
            |&(other_from, other_to, _): &(u32, u32, Doing)| to <= other_from || other_to <= from;
        let doing = match today.u8(..10) {
            0 => Doing::Presentation,
            1 | 2 => Doing::Appointment,
            _ => Doing::Meeting,
        };
        if to <= leaves && free(&(lunch, lunch_ends, doing)) && meetings.iter().all(free) {
            meetings.push((from, to, doing));
        }
    }
    meetings
}

#[derive(Default)]
struct Day {
    stretches: Vec<Stretch>,
}

impl Day {
    fn now(&self) -> u32 {
        self.stretches.last().map_or(OPENS, |last| last.to)
    }

    fn until(&mut self, to: u32, doing: Doing) {
        self.push(to, doing, None, None);
    }

    fn during(&mut self, length: u32, doing: Doing) {
        self.push(self.now() + length, doing, None, None);
    }

    fn push(&mut self, to: u32, doing: Doing, beside: Option<Doing>, note: Option<&'static str>) {
        let (from, to) = (self.now(), to.min(CLOSES));
        if from < to {
            self.stretches.push(Stretch {
                from,
                to,
                doing,
                beside,
                note,
            });
        }
    }

    /// A meeting or lunch up to `to`; now and then there is a call in the middle of it.
    fn hold(&mut self, to: u32, doing: Doing, today: &mut Rng) {
        let note = match doing {
            Doing::Lunch if today.u8(..4) == 0 => Some("At the canteen"),
            Doing::Meeting if today.u8(..5) == 0 => Some("Quarterly planning"),
            Doing::Presentation => Some("Showing the new release"),
            _ => None,
        };
        let length = to.saturating_sub(self.now());
        if doing == Doing::Meeting && length > 20 * MINUTE && today.u8(..4) == 0 {
            let call_from = self.now() + today.u32(5 * MINUTE..length / 2);
            self.push(call_from, doing, None, note);
            let call_to = call_from + today.u32(MINUTE..5 * MINUTE);
            self.push(call_to.min(to), doing, Some(Doing::OnThePhone), note);
        }
        self.push(to, doing, None, note);
    }

    /// Ordinary work up to `to`: free for a while, then called, away, engaged, and so on.
    fn work_until(&mut self, to: u32, habits: Habits, today: &mut Rng) {
        while self.now() < to {
            let free = self.now() + today.u32(2 * MINUTE..24 * MINUTE);
            self.push(free.min(to), Doing::Available, None, None);
            let left = to.saturating_sub(self.now());
            if left == 0 {
                break;
            }
            let total = habits.calls + habits.away + habits.busy + habits.dnd + 2;
            let mut pick = today.u32(..total);
            let mut chosen = |weight: u32| {
                let chosen = pick < weight;
                pick = pick.wrapping_sub(if chosen { 0 } else { weight });
                chosen
            };
            let mut lasts = |range: std::ops::Range<u32>| today.u32(range).min(left);
            if chosen(habits.calls) {
                let rings = lasts(6..25);
                let talks = lasts(MINUTE..14 * MINUTE);
                self.during(rings, Doing::Alerting);
                self.push((self.now() + talks).min(to), Doing::OnThePhone, None, None);
            } else if chosen(habits.away) {
                let length = lasts(3 * MINUTE..16 * MINUTE);
                self.during(length, Doing::Away);
            } else if chosen(habits.busy) {
                let length = lasts(10 * MINUTE..35 * MINUTE);
                self.during(length, Doing::Busy);
            } else if chosen(habits.dnd) {
                let length = lasts(20 * MINUTE..70 * MINUTE);
                let note = (length > 45 * MINUTE).then_some("Please write instead of calling");
                self.push(self.now() + length, Doing::Dnd, None, note);
            } else {
                let length = lasts(4 * MINUTE..12 * MINUTE);
                self.during(length, Doing::Idle);
            }
        }
    }
}

/// The stretch that holds at a second after midnight.
pub(super) fn at(stretches: &[Stretch], second: u32) -> Option<&Stretch> {
    let after = stretches.partition_point(|stretch| stretch.from <= second);
    stretches.get(after.checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn habits(meetings: u32) -> Habits {
        Habits {
            calls: 5,
            away: 3,
            busy: 2,
            dnd: 2,
            meetings,
        }
    }

    #[test]
    fn a_day_has_no_gaps_and_no_overlaps() {
        for seed in 0..300 {
            for day in 0..7 {
                let plan = plan(habits((seed % 6) as u32), Rng::with_seed(seed), day);
                assert_eq!(plan.first().map(|s| s.from), Some(OPENS));
                assert_eq!(plan.last().map(|s| s.to), Some(CLOSES));
                for pair in plan.windows(2) {
                    assert_eq!(pair[0].to, pair[1].from);
                }
                assert!(plan.iter().all(|s| s.from < s.to));
            }
        }
    }

    #[test]
    fn a_day_is_the_same_each_time_it_is_asked_for_and_differs_from_the_next() {
        let day = |n| plan(habits(2), Rng::with_seed(7), n);
        assert_eq!(day(3), day(3));
        assert_ne!(day(3), day(4));
    }

    #[test]
    fn most_people_have_lunch() {
        let eating = (0..200)
            .filter(|&seed| {
                plan(habits(1), Rng::with_seed(seed), 1)
                    .iter()
                    .any(|s| s.doing == Doing::Lunch)
            })
            .count();
        assert!((160..200).contains(&eating), "{eating}");
    }
}
