use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The coarse answer to "can I reach this person": colour, sorting, counting.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Availability {
    /// Free.
    Available,
    /// Not at the desk.
    Away,
    /// Engaged: on the phone, in a meeting.
    Busy,
    /// Does not want to be disturbed.
    Dnd,
    /// Signed out.
    Unavailable,
    /// The server cannot say.
    #[default]
    Unknown,
}

impl Availability {
    /// Every availability, the most reachable first.
    pub const ALL: [Availability; 6] = [
        Availability::Available,
        Availability::Away,
        Availability::Busy,
        Availability::Dnd,
        Availability::Unavailable,
        Availability::Unknown,
    ];

    /// The name in JSON and in the catalogue.
    pub fn name(self) -> &'static str {
        match self {
            Availability::Available => "available",
            Availability::Away => "away",
            Availability::Busy => "busy",
            Availability::Dnd => "dnd",
            Availability::Unavailable => "unavailable",
            Availability::Unknown => "unknown",
        }
    }

    /// The words that people read.
    pub fn label(self) -> &'static str {
        let label = Kind::of(self).label();
        label.expect("each availability has words in the catalogue")
    }

    /// The glyph in an icon set: one cell wide.
    pub fn glyph(self, icons: IconSet) -> &'static str {
        Kind::of(self).glyph(icons)
    }
}

impl fmt::Display for Availability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which glyphs are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IconSet {
    /// Glyphs that every terminal font has, one cell wide everywhere.
    #[default]
    Unicode,
    /// Glyphs of the patched "Nerd Fonts".
    Nerd,
    /// Letters and punctuation only.
    Ascii,
}

impl IconSet {
    /// Every set.
    pub const ALL: [IconSet; 3] = [IconSet::Unicode, IconSet::Nerd, IconSet::Ascii];

    /// The name in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            IconSet::Unicode => "unicode",
            IconSet::Nerd => "nerd",
            IconSet::Ascii => "ascii",
        }
    }
}

/// One row of the catalogue of activities (`assets/activities.toml`).
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Kind {
    name: String,
    #[serde(default)]
    also: Vec<String>,
    label: Option<String>,
    details: Option<String>,
    #[serde(default)]
    days: bool,
    availability: Option<Availability>,
    rank: u8,
    unicode: Option<String>,
    nerd: Option<String>,
    ascii: Option<String>,
}

#[derive(Deserialize)]
struct Catalogue {
    activity: Vec<Kind>,
}

static CATALOGUE: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let text = include_str!("../../assets/activities.toml");
    let catalogue: Catalogue = toml::from_str(text).expect("the catalogue is checked by a test");
    catalogue.activity
});

/// The catalogue by every name in it, each as [`key`] writes it.
static BY_WORD: LazyLock<HashMap<String, &'static Kind>> = LazyLock::new(|| {
    let names = |kind: &'static Kind| {
        let names = [&kind.name].into_iter().chain(&kind.also);
        names.map(move |name| (key(name), kind))
    };
    CATALOGUE.iter().flat_map(names).collect()
});

/// Longer than this, in bytes, no name of the catalogue is, however it is written.
const LONGEST_WORD: usize = 64;

/// A name as it is compared: its letters, in small.
fn key(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphabetic);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

impl Kind {
    /// The whole catalogue, in the order of the file.
    pub fn all() -> &'static [Kind] {
        &CATALOGUE
    }

    /// The row for an element's local name.
    pub fn named(name: &str) -> Option<&'static Kind> {
        CATALOGUE.iter().find(|kind| kind.name == name)
    }

    /// The row for a word as servers and clients write it: an element's local name or the text in
    /// its place, in any case, with spaces for hyphens, with or without a prefix (`ep:busy`), by
    /// the row's own name or by another that is sent for it.
    pub fn by_word(word: &str) -> Option<&'static Kind> {
        if let Some(kind) = Kind::named(word) {
            return Some(kind);
        }
        if word.len() > LONGEST_WORD {
            return None;
        }
        let local = word.rsplit(':').next().unwrap_or(word);
        BY_WORD.get(&key(local)).copied()
    }

    fn of(availability: Availability) -> &'static Kind {
        Kind::named(availability.name()).expect("the catalogue has a row for each availability")
    }

    /// The element's local name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The words that people read; `None` where the availability's are to be read.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The words for the details, where more may be told: what a colleague does while away is
    /// nobody's business on a board that hangs in the open.
    pub fn details(&self) -> &str {
        let words = self.details.as_deref().or(self.label.as_deref());
        words.unwrap_or(&self.name)
    }

    /// What the activity says of the availability; `None` where it says nothing.
    pub fn availability(&self) -> Option<Availability> {
        self.availability
    }

    /// Whether it usually lasts for days: how many minutes it has lasted means nothing.
    pub fn lasts_days(&self) -> bool {
        self.days
    }

    /// How telling it is: the lowest comes first.
    pub fn rank(&self) -> u8 {
        self.rank
    }

    /// The glyph in an icon set: one cell wide. Empty where the availability's is to be used.
    pub fn glyph(&self, icons: IconSet) -> &str {
        let glyph = match icons {
            IconSet::Unicode => &self.unicode,
            IconSet::Nerd => &self.nerd,
            IconSet::Ascii => &self.ascii,
        };
        glyph.as_deref().unwrap_or_default()
    }
}

/// One thing that a document says the person is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    what: What,
    /// From when it counts, where bounded.
    pub from: Option<Timestamp>,
    /// Until when it counts, where bounded.
    pub until: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Listed(&'static Kind),
    Other(Box<str>),
    Unlisted { name: Box<str>, words: Box<str> },
}

impl Activity {
    /// An activity by the local name of its element, whether the catalogue lists it or not (see
    /// [`Kind::by_word`]).
    pub fn named(name: &str) -> Activity {
        let what = match Kind::by_word(name) {
            Some(kind) => What::Listed(kind),
            None => What::Unlisted {
                name: name.into(),
                words: super::clean(&name.replace(['-', '_'], " ")).into(),
            },
        };
        Activity {
            what,
            from: None,
            until: None,
        }
    }

    /// An activity by a word of the catalogue (see [`Kind::by_word`]); `None` for any other.
    pub fn in_catalogue(word: &str) -> Option<Activity> {
        Kind::by_word(word).map(|kind| Activity {
            what: What::Listed(kind),
            from: None,
            until: None,
        })
    }

    /// RFC 4480 `other`, with its own text.
    pub fn other(text: &str) -> Activity {
        let text = super::clean(text);
        if text.is_empty() {
            return Activity::named("other");
        }
        Activity {
            what: What::Other(text.into()),
            from: None,
            until: None,
        }
    }

    /// Whether it counts at `now`: `from` and `until` bound it (RFC 4480 section 3.1).
    pub fn counts_at(&self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }

    /// Whether another says the same, whenever it does.
    pub fn what_is_the_same(&self, other: &Activity) -> bool {
        self.what == other.what
    }

    /// The local name of its element.
    pub fn name(&self) -> &str {
        match &self.what {
            What::Listed(kind) => kind.name(),
            What::Other(_) => "other",
            What::Unlisted { name, .. } => name,
        }
    }

    /// The words that people read; `None` where the availability's are to be read.
    pub fn label(&self) -> Option<&str> {
        match &self.what {
            What::Listed(kind) => kind.label(),
            What::Other(text) => Some(text),
            What::Unlisted { words, .. } => Some(words),
        }
    }

    /// The words for the details (see [`Kind::details`]).
    pub fn details(&self) -> &str {
        match &self.what {
            What::Listed(kind) => kind.details(),
            What::Other(text) => text,
            What::Unlisted { words, .. } => words,
        }
    }

    /// The catalogue's row, where it is listed.
    pub fn kind(&self) -> Option<&'static Kind> {
        match &self.what {
            What::Listed(kind) => Some(kind),
            What::Other(_) => Kind::named("other"),
            What::Unlisted { .. } => None,
        }
    }
}
