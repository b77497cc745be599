//! What is shown of one contact's state: glyphs, words, age, colour.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::style::Style;

use super::fit::{cells, fit};
use super::look::Scene;
use crate::board::{Entry, Knowledge, Repeat, Standing, Trouble, age};
use crate::presence::{Availability, IconSet};

/// One contact's state as it is shown.
pub struct Shown<'a> {
    /// The glyph of the state.
    pub glyph: &'a str,
    /// The second glyph: a call beside a meeting, or the question mark of a state that is not
    /// sure.
    pub second_glyph: &'a str,
    /// The state in words.
    pub label: Cow<'a, str>,
    /// Until when it lasts, or when it was so, to be shown behind it where there is room.
    pub ending: String,
    /// How long it has been so, or, where it is not sure, how long ago it was heard; where it is
    /// remembered from today, at what time.
    pub age: String,
    /// The colour of the state.
    pub style: Style,
    /// The colour of the second glyph.
    pub second_style: Style,
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
    pub fn of(entry: &'a Entry, Scene { board, look, now }: Scene<'_>) -> Shown<'a> {
        let standing = entry.standing(board.confirmed_after(now));
        let mut shown = Shown {
            glyph: Availability::Unknown.glyph(look.icons),
            second_glyph: " ",
            label: Cow::Borrowed(""),
            ending: String::new(),
            age: String::new(),
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
            shown.label = Cow::Borrowed(refused.unwrap_or("asking…"));
            if refused.is_none() {
                shown.glyph = sign::awaited(look.icons);
            }
            return shown;
        };
        shown.glyph = presence.glyph(look.icons);
        let label = presence.label();
        match &entry.knowledge {
            Knowledge::Known(known) if shown.sure => {
                shown.style = look.theme.state(presence.availability);
                shown.name_style = look.theme.who(presence.availability);
                if let Some(kind) = presence.phone() {
                    shown.second_glyph = kind.glyph(look.icons);
                    shown.second_style = look.theme.state(Availability::Busy);
                }
                shown.label = label.into();
                if let Some(until) = presence.until {
                    shown.ending = format!(" until {}", clock(until, &look.zone));
                }
                shown.age = age::short(known.since.at(), now);
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
                        shown.ending = format!(" {}", moment(at, now, &look.zone));
                    }
                }
            }
        }
        shown
    }

    /// The state in words in at most `width` cells: with its end where that fits too.
    pub fn words(&self, width: usize) -> String {
        let whole = format!("{}{}", self.label, self.ending);
        if cells(&whole) <= width {
            whole
        } else {
            fit(&self.label, width)
        }
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
        /// What a line is made of.
        rule: "─", "-";
    }
}
