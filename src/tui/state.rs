//! What is shown of one contact's state: glyphs, words, age, colour.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::style::Style;

use super::fit::{cells, fit};
use super::screen::Look;
use crate::board::{Board, Entry, Repeat, Standing, Trouble, age};
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
    /// Until when it lasts, in words, to be shown behind it where there is room.
    pub until: String,
    /// How long it has been so, or, where it is not sure, how long ago it was heard.
    pub age: String,
    /// The colour of the state.
    pub style: Style,
    /// The colour of the second glyph.
    pub second_style: Style,
    /// Whether the state is known to be true now.
    pub sure: bool,
    /// Whether it changed a moment ago.
    pub changed: bool,
    marked: bool,
    watch: Option<Repeat>,
}

impl<'a> Shown<'a> {
    /// How the entry is shown at `now`.
    pub fn of(board: &Board, entry: &'a Entry, look: &Look, now: Timestamp) -> Shown<'a> {
        let standing = entry.standing(board.confirmed_after(now));
        let mut shown = Shown {
            glyph: Availability::Unknown.glyph(look.icons),
            second_glyph: " ",
            label: Cow::Borrowed(""),
            until: String::new(),
            age: String::new(),
            style: look.theme.dim(),
            second_style: look.theme.dim(),
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
        let Some(known) = &entry.known else {
            shown.label = Cow::Borrowed(refused.unwrap_or("asking…"));
            if refused.is_none() {
                shown.glyph = sign::awaited(look.icons);
            }
            return shown;
        };
        let presence = &known.presence;
        shown.glyph = presence.glyph(look.icons);
        let label = presence.label();
        match standing {
            Standing::Fresh | Standing::Awaited => {
                shown.style = look.theme.state(presence.availability);
                if let Some(kind) = presence.phone() {
                    shown.second_glyph = kind.glyph(look.icons);
                    shown.second_style = look.theme.state(Availability::Busy);
                }
                shown.label = label.into();
                if let Some(until) = presence.until {
                    shown.until = format!(" until {}", clock(until, &look.zone));
                }
                shown.age = age::short(known.since.at(), now);
            }
            Standing::Stale => {
                shown.second_glyph = Availability::Unknown.glyph(look.icons);
                shown.label = match &entry.trouble {
                    Some(Trouble::Refused(_)) => "refused by server".into(),
                    Some(Trouble::Unreadable(_)) => "not readable".into(),
                    _ => format!("was {}", lower_first(label)).into(),
                };
                shown.age = age::short(known.asked_at, now);
            }
            Standing::Remembered => {
                shown.second_glyph = Availability::Unknown.glyph(look.icons);
                shown.label = format!(
                    "at {} {}",
                    clock(known.asked_at, &look.zone),
                    lower_first(label)
                )
                .into();
            }
        }
        shown
    }

    /// The state in words in at most `width` cells: with its end where that fits too.
    pub fn words(&self, width: usize) -> String {
        let whole = format!("{}{}", self.label, self.until);
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
