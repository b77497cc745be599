//! The time in a sentence, as people at a front desk write it: `until 14:00`, `back at 2pm`, `+30m`,
//! `until 14`, `tomorrow 9`, `bis Montag`.

use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Span, Timestamp, ToSpan, ZonedDateTime};

/// Words before a time that something lasts to, in English and German.
const BEFORE_A_TIME: [&str; 13] = [
    "until", "till", "til", "to", "by", "at", "back", "bis", "ab", "um", "gegen", "wieder",
    "zurück",
];
/// Words before a time that something lasts for.
const BEFORE_A_LENGTH: [&str; 3] = ["for", "in", "für"];
/// Words for the day after this one.
const TOMORROW: [&str; 2] = ["tomorrow", "morgen"];
/// Words for this day.
const TODAY: [&str; 2] = ["today", "heute"];
const WEEKDAYS: [(Weekday, [&str; 4]); 7] = [
    (Weekday::Monday, ["monday", "mon", "montag", "mo"]),
    (Weekday::Tuesday, ["tuesday", "tue", "dienstag", "di"]),
    (Weekday::Wednesday, ["wednesday", "wed", "mittwoch", "mi"]),
    (Weekday::Thursday, ["thursday", "thu", "donnerstag", "do"]),
    (Weekday::Friday, ["friday", "fri", "freitag", "fr"]),
    (Weekday::Saturday, ["saturday", "sat", "samstag", "sa"]),
    (Weekday::Sunday, ["sunday", "sun", "sonntag", "so"]),
];
/// An hour up to this one that has passed may be meant in the afternoon.
const LATEST_AFTERNOON: i8 = 6;

/// The time that a sentence names, where it names one: always after `now`, and in the zone of `now`. A
/// time that follows a word such as 'until' counts before one that stands alone. A bare number is an
/// hour only behind such a word or between commas.
pub fn end_in(sentence: &str, now: &ZonedDateTime) -> Option<Timestamp> {
    let words = words(sentence);
    let places = || 0..words.len();
    let introduced =
        places().find_map(|at| words[at].is_introduced.then(|| read(&words[at..], now))?);
    let any = || places().find_map(|at| read(&words[at..], now));
    introduced.or_else(any).filter(|end| *end > now.timestamp())
}

/// A word of the sentence and where it stands.
struct Word {
    /// In small letters, without the punctuation around it.
    text: String,
    /// Whether a word before it introduces a time.
    is_introduced: bool,
    /// Whether it introduces one that lasts so long.
    is_length: bool,
    /// Whether it stands alone between commas, or between one and an end.
    is_alone: bool,
}

fn words(sentence: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for piece in sentence.split([',', ';']) {
        let count = piece.split_whitespace().count();
        let mut before = "";
        for word in piece.split_whitespace() {
            // '-14:00' is a time that something lasts to.
            let bare = word.trim_matches(['.', '!', '?', '(', ')', '"', '–', '-']);
            let lower = bare.to_lowercase();
            let before_it = before.to_lowercase();
            words.push(Word {
                is_introduced: BEFORE_A_TIME.contains(&&*before_it) || word.starts_with(['-', '–']),
                is_length: BEFORE_A_LENGTH.contains(&&*before_it),
                is_alone: count == 1,
                text: lower,
            });
            before = bare;
        }
    }
    words
}

/// The time at the beginning of these words.
fn read(words: &[Word], now: &ZonedDateTime) -> Option<Timestamp> {
    let first = words.first()?;
    let next = words.get(1).map_or("", |word| &word.text);
    if let Some(length) = first.text.strip_prefix('+') {
        return after(length, now).or_else(|| after(&format!("{length} {next}"), now));
    }
    if first.is_length && first.text.starts_with(|first: char| first.is_ascii_digit()) {
        let has_unit = first.text.ends_with(char::is_alphabetic);
        let length = if has_unit {
            &*first.text
        } else {
            &format!("{} {next}", first.text)
        };
        return after(length, now);
    }
    if let Some(date) = date(first, now) {
        let rest = &words[1..];
        let rest = match rest.first().map(|word| &*word.text) {
            Some("at" | "um" | "ab") => &rest[1..],
            _ => rest,
        };
        let time = rest
            .first()
            .and_then(|word| Clock::read(word, rest.get(1), true));
        return match time {
            Some(clock) => at(date, clock.time, now),
            None if first.is_introduced || first.is_alone => at(date, Time::midnight(), now),
            None => None,
        };
    }
    let clock = Clock::read(first, words.get(1), first.is_introduced || first.is_alone)?;
    clock.next(now)
}

/// The time after so long: `30m`, `1h30m`, `2 hours`; of a bare number, minutes.
fn after(length: &str, now: &ZonedDateTime) -> Option<Timestamp> {
    let length = length.trim();
    let minutes = length.parse::<u32>().ok();
    let minutes = minutes.map(|minutes| SignedDuration::from_mins(minutes.into()));
    match minutes {
        Some(minutes) => now.checked_add(minutes).ok(),
        None => now.checked_add(length.parse::<Span>().ok()?).ok(),
    }
    .map(|end| end.timestamp())
}

/// The day that a word names: the next of its name, a date, today or tomorrow.
fn date(word: &Word, now: &ZonedDateTime) -> Option<Date> {
    let text = &*word.text;
    if TOMORROW.contains(&text) {
        return now.date().tomorrow().ok();
    }
    if TODAY.contains(&text) {
        return Some(now.date());
    }
    let weekday = WEEKDAYS.iter().find(|(_, names)| names.contains(&text));
    if let Some((weekday, _)) = weekday {
        return now.date().nth_weekday(1, *weekday).ok();
    }
    text.parse().ok()
}

fn at(date: Date, time: Time, now: &ZonedDateTime) -> Option<Timestamp> {
    let at = date
        .to_datetime(time)
        .to_zoned_datetime(now.time_zone().clone());
    at.ok().map(|at| at.timestamp())
}

/// A time of day.
struct Clock {
    time: Time,
    /// Whether it may also be meant twelve hours later.
    is_vague: bool,
}

impl Clock {
    /// The time of day at a word and the one behind it: `14:00`, `2pm`, `2 pm`, `14 Uhr`, `14h30`,
    /// `noon`; a bare number only where `may_be_bare`.
    fn read(word: &Word, next: Option<&Word>, may_be_bare: bool) -> Option<Clock> {
        let text = &*word.text;
        let clear = |hour, minute| {
            let time = Time::new(hour, minute, 0, 0).ok()?;
            Some(Clock {
                time,
                is_vague: false,
            })
        };
        match text {
            "noon" | "midday" | "mittag" | "mittags" => return clear(12, 0),
            "midnight" | "mitternacht" | "24:00" | "24" if may_be_bare => return clear(0, 0),
            _ => {}
        }
        let next = next.map_or("", |next| &next.text);
        let half = ["am", "pm"].into_iter().find(|half| text.ends_with(half));
        let (digits, half) = match half {
            Some(half) => (text.trim_end_matches(half), Some(half)),
            None if next == "am" || next == "pm" => (text, Some(next)),
            None => (text, None),
        };
        let mut parts = digits.splitn(2, [':', 'h', '.']);
        let (hour, minute) = (parts.next()?, parts.next());
        let is_number = |part: &str| (1..=2).contains(&part.len());
        let whole = minute.is_none_or(|minute| minute.is_empty() && digits.ends_with('h'));
        if !is_number(hour) || !(whole || minute.is_some_and(|minute| minute.len() == 2)) {
            return None;
        }
        let is_bare = half.is_none() && next != "uhr" && (minute.is_none() || digits.contains('.'));
        if is_bare && !may_be_bare {
            return None;
        }
        let is_vague = half.is_none() && next != "uhr" && !hour.starts_with('0');
        let hour: i8 = hour.parse().ok()?;
        let minute: i8 = if whole { 0 } else { minute?.parse().ok()? };
        let hour = match half {
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some("pm") => hour % 12 + 12,
            Some(_) => hour % 12,
            None => hour,
        };
        let time = Time::new(hour, minute, 0, 0).ok()?;
        let is_vague = is_vague && hour <= LATEST_AFTERNOON;
        Some(Clock { time, is_vague })
    }

    /// When it is this time next: of one that has passed in the afternoon, where that may be meant, else
    /// tomorrow.
    fn next(self, now: &ZonedDateTime) -> Option<Timestamp> {
        let later = self
            .is_vague
            .then(|| self.time.checked_add(12.hours()).ok());
        let today = [Some(self.time), later.flatten()].into_iter().flatten();
        let today = today.filter_map(|time| at(now.date(), time, now));
        let tomorrow = now
            .date()
            .tomorrow()
            .ok()
            .and_then(|date| at(date, self.time, now));
        today.chain(tomorrow).find(|at| *at > now.timestamp())
    }
}
