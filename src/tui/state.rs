//! What is shown of one contact's state: glyphs, words, age, colour.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;

use super::fit::{cells, fit};
use super::look::{Look, Scene};
use crate::board::{Entry, Knowledge, Since, Standing, Trouble, age};
use crate::operator::Repeat;
use crate::presence::{Availability, IconSet, Presence};

/// One contact's state as it is shown.
pub struct Shown<'a> {
    /// The glyph of the state.
    pub glyph: &'a str,
    /// The second glyph: a call beside a meeting, or the question mark of a state that is not
    /// sure.
    pub second_glyph: &'a str,
    /// The state in words.
    pub label: Cow<'a, str>,
    /// Until when it lasts, or when it was so, to be shown behind it where there is room: the words
    /// that say the most first.
    pub endings: Vec<String>,
    /// What somebody who is away says of it, which may say more than the state.
    away_note: Option<&'a str>,
    /// The joined profile that the contact is of, where the heading does not say it.
    profile: Option<&'a str>,
    /// What operators note on the contact.
    pub note: Option<&'a str>,
    /// How long it has been so, or, where it is not sure, how long ago it was heard; where it is
    /// remembered from today, at what time.
    pub age: String,
    /// Whether the age tells anything beside the state.
    pub age_tells: bool,
    /// The colour of the state.
    pub style: Style,
    /// The colour of the second glyph.
    pub second_style: Style,
    /// The number to call, of somebody who stands in for who was searched for.
    pub number: Option<&'a str>,
    /// How the name is drawn.
    pub name_style: Style,
    /// Whether the state is known to be true now.
    pub sure: bool,
    /// Whether it changed a moment ago.
    pub changed: bool,
    marked: bool,
    watch: Option<Repeat>,
}

impl<'a> Shown<'a> {
    /// How the entry is shown in the scene.
    pub fn of(entry: &'a Entry, Scene { board, look, now }: Scene<'a>) -> Shown<'a> {
        let standing = board.standing(entry, now);
        let mut shown = Shown {
            glyph: Availability::Unknown.glyph(look.icons),
            second_glyph: " ",
            label: Cow::Borrowed(""),
            endings: Vec::new(),
            away_note: None,
            profile: board.profile_beside(entry),
            note: entry.operator_note.as_ref().map(|note| note.text.as_str()),
            number: None,
            age: String::new(),
            age_tells: true,
            style: look.theme.dim(),
            second_style: look.theme.dim(),
            name_style: look.theme.dim(),
            sure: standing == Standing::Fresh,
            changed: standing == Standing::Fresh && board.just_changed(entry, now),
            marked: entry.marked,
            watch: entry.watch.map(|watch| watch.repeat),
        };
        let refused = match &entry.trouble {
            Some(Trouble::Refused(_)) => Some("refused by server"),
            Some(Trouble::Unreadable(_)) => Some("not readable"),
            Some(Trouble::NotAnswered) => Some("not answered"),
            None => None,
        };
        let Some(presence) = entry.presence() else {
            // Nobody is asked for over a link whose sign-in is refused.
            let is_asked = !board.account_of(entry).is_refused();
            let awaited = if is_asked {
                "asking…"
            } else {
                "not signed in"
            };
            shown.label = Cow::Borrowed(refused.unwrap_or(awaited));
            if refused.is_none() {
                shown.glyph = sign::awaited(look.icons);
            }
            return shown;
        };
        shown.glyph = presence.glyph(look.icons);
        let number = entry
            .contact
            .number
            .as_deref()
            .filter(|_| board.stands_in(entry));
        let label = presence.label();
        match &entry.knowledge {
            Knowledge::Known(known) if shown.sure => {
                shown.style = look.theme.state(presence.availability);
                shown.name_style = look.theme.who(presence.availability);
                if let Some(kind) = presence.phone() {
                    shown.second_glyph = kind.glyph(look.icons);
                    shown.second_style = look.theme.state(Availability::Busy);
                }
                // That somebody who stands in is free says the heading.
                shown.label = number.unwrap_or(label).into();
                shown.number = number;
                if let Some(until) = presence.until.filter(|until| *until > now) {
                    shown.endings = endings(presence.availability, until, now, look);
                }
                shown.age = age::short(known.since.at(), now);
                if presence.availability == Availability::Away {
                    shown.away_note = presence.note.as_deref();
                }
                shown.age_tells = age_tells(presence, known.since, now);
            }
            knowledge => {
                shown.second_glyph = Availability::Unknown.glyph(look.icons);
                shown.label = match &entry.trouble {
                    Some(Trouble::Refused(_)) => "refused by server".into(),
                    Some(Trouble::Unreadable(_)) => "not readable".into(),
                    Some(Trouble::NotAnswered) | None => {
                        format!("was {}", lower_first(label)).into()
                    }
                };
                if let Some(asked_at) = entry.asked_at() {
                    shown.age = age::short(asked_at, now);
                }
                if let Knowledge::Remembered(remembered) = knowledge {
                    let at = remembered.asked_at;
                    if is_same_day(at, now, &look.zone) {
                        shown.age = clock(at, &look.zone);
                    } else {
                        shown.endings = vec![format!(" {}", moment(at, now, &look.zone))];
                    }
                }
            }
        }
        shown
    }

    /// The state in words in at most `width` cells: with its end where that fits too.
    pub fn words(&self, width: usize) -> String {
        let with_end = self.with_end(width);
        with_end.unwrap_or_else(|| fit(&self.label, width))
    }

    /// The state with its end, where both fit into `width` cells.
    fn with_end(&self, width: usize) -> Option<String> {
        let ends = self.endings.iter();
        let mut whole = ends.map(|ending| format!("{}{ending}", self.label));
        whole.find(|whole| cells(whole) <= width)
    }

    /// The state in words, and its age, which together take at most `width` cells with one between
    /// them. An age that tells nothing is empty: so is that of a state whose end is shown, or for which
    /// the note stands because there is no room for both.
    pub fn words_and_age(&self, width: usize) -> (String, &str) {
        let note = self.away_note.filter(|note| {
            let both = cells(&self.label) + 1 + cells(note);
            cells(note) <= width && both > width
        });
        match (
            self.with_end(width).or(note.map(String::from)),
            self.telling_age(),
        ) {
            (Some(whole), _) => (whole, ""),
            (None, "") => (self.label_at(width), ""),
            (None, age) => (self.label_at(width.saturating_sub(cells(age) + 1)), age),
        }
    }

    /// The state, with the profile behind it where that fits.
    fn label_at(&self, width: usize) -> String {
        let whole = self
            .profile
            .map(|profile| format!("{} @ {profile}", self.label));
        let whole = whole.filter(|whole| cells(whole) <= width);
        whole.unwrap_or_else(|| fit(&self.label, width))
    }

    /// How the words of the state are drawn: what has just changed stands out.
    pub fn state_style(&self, look: &Look) -> Style {
        if self.changed {
            self.style.patch(look.theme.changed())
        } else {
            self.style
        }
    }

    /// The age, where it tells anything beside the state.
    pub fn telling_age(&self) -> &str {
        if self.age_tells { &self.age } else { "" }
    }

    /// The sign before the state: the cursor, else the mark.
    pub fn sign(&self, here: bool, icons: IconSet) -> &'static str {
        match (here, self.marked) {
            (_, true) => sign::marked(icons),
            (true, false) => sign::cursor(icons),
            (false, false) => " ",
        }
    }

    /// The sign of a watch.
    pub fn watch_sign(&self, icons: IconSet) -> &'static str {
        match self.watch {
            Some(Repeat::Once) => sign::watched(icons),
            Some(Repeat::Always) => sign::watched_always(icons),
            None => "",
        }
    }
}

/// When a state ends, in words behind it: of who is away, when they are back.
fn endings(state: Availability, until: Timestamp, now: Timestamp, look: &Look) -> Vec<String> {
    let end = end(until, now, &look.zone);
    let short = format!(" {}{end}", sign::to(look.icons));
    match state {
        Availability::Away | Availability::Unavailable => vec![format!(", back {end}"), short],
        _ => vec![format!(" until {end}"), short],
    }
}

/// A moment to come: the time of day, or the day where that is not today.
fn end(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    /// From so many days on a weekday may be taken for one that is nearer.
    const WEEK: SignedDuration = SignedDuration::from_hours(6 * 24);
    if is_same_day(at, now, zone) {
        return clock(at, zone);
    }
    let form = if at.duration_since(now) < WEEK {
        "%a"
    } else {
        "%-d %b"
    };
    let at = at.to_zoned_datetime(zone.clone());
    at.strftime(form).to_string()
}

/// Whether the age of a state tells anything. That of a vacation counts in days; and that the board
/// has looked on for less than a minute says nothing of the state.
fn age_tells(presence: &Presence, since: Since, now: Timestamp) -> bool {
    let age = now.duration_since(since.at());
    if presence.lasts_days() {
        return age >= SignedDuration::from_hours(24);
    }
    !matches!(since, Since::AtLeast(_)) || age >= SignedDuration::from_mins(1)
}

/// The time of day.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone())
        .strftime("%H:%M")
        .to_string()
}

/// A moment that may be long ago: `at 17:02`, or the day where that is not today.
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    if is_same_day(at, now, zone) {
        return format!("at {}", clock(at, zone));
    }
    let at = at.to_zoned_datetime(zone.clone());
    let form = if at.year() == now.to_zoned_datetime(zone.clone()).year() {
        "on %-d %b"
    } else {
        "on %-d %b %Y"
    };
    at.strftime(form).to_string()
}

/// A moment to come, with its time of day: `at 14:00`, `on Tue at 09:00`.
pub fn at_or_on(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let time = clock(at, zone);
    if is_same_day(at, now, zone) {
        format!("at {time}")
    } else {
        format!("on {} at {time}", end(at, now, zone))
    }
}

fn is_same_day(one: Timestamp, other: Timestamp, zone: &TimeZone) -> bool {
    let day = |at: Timestamp| at.to_zoned_datetime(zone.clone()).date();
    day(one) == day(other)
}

/// A label in the middle of a sentence.
pub fn lower_first(label: &str) -> String {
    let mut characters = label.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// Signs that are no states: each one cell wide, in letters where the icons are.
pub mod sign {
    use crate::presence::IconSet;

    macro_rules! signs {
        ($($(#[$doc:meta])* $name:ident: $glyph:literal, $ascii:literal;)*) => {$(
            $(#[$doc])*
            pub fn $name(icons: IconSet) -> &'static str {
                if icons == IconSet::Ascii { $ascii } else { $glyph }
            }
        )*};
    }

    signs! {
        /// Before the contact under the cursor.
        cursor: "▸", ">";
        /// Before somebody of the directory who is on the board, in the place of a mark.
        there: " ✓  ", " =  ";
        /// Before a marked contact.
        marked: "⁕", "#";
        /// A contact that rings once.
        watched: "⚑", "@";
        /// A contact that rings each time.
        watched_always: "⚐", "&";
        /// Nothing is known yet.
        awaited: "·", "~";
        /// Before a folded group.
        folded: "▸", ">";
        /// Before an operator's note.
        noted: "✎", "\"";
        /// Before the end of a time.
        to: "–", "-";
        /// What a line is made of.
        rule: "─", "-";
    }
}
