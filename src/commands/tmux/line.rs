use jiff::Timestamp;
use serde_json::json;

use super::ink::Ink;
use super::template::Template;
use crate::commands::CommandError;
use crate::memory::snapshot::{Person, Snapshot};
use crate::presence::{Availability, IconSet, clean_json};
use crate::tui::{cells, fit, lower_first};

/// The usual line takes no more cells than this.
const WIDTH: usize = 40;
/// So many people are named where the pointer rests.
const TOOLTIP: usize = 30;
/// The line when nothing is known.
const NOTHING: &str = "whosin ?";

/// How the line is made.
#[derive(Clone, Debug)]
pub enum Format {
    /// In tmux's notation.
    Usual(Content),
    /// The same in polybar's.
    Polybar(Content),
    /// The same in JSON for waybar.
    Waybar(Content),
    /// By the user's template.
    Template(Template),
}

/// What the usual line counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// How many are free, away and so on.
    Counts,
    /// Icon and name of each.
    Names,
}

/// How many there are of each kind, by fresh states only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// One number an availability, in the order of [`Availability::ALL`].
    pub by_availability: [usize; Availability::ALL.len()],
    /// Those whose state is not known to be true now.
    pub stale: usize,
}

impl Tally {
    /// Counts these.
    pub fn of(people: &[Person]) -> Tally {
        let mut counts = Tally::default();
        for person in people {
            if person.fresh {
                counts.by_availability[person.availability as usize] += 1
            } else {
                counts.stale += 1
            }
        }
        counts
    }
}

impl Format {
    /// Reads `--format`; `named` where contacts are named.
    ///
    /// # Errors
    /// [`CommandError::Template`] with what is wrong with it.
    pub fn read(text: Option<&str>, named: bool) -> Result<Format, CommandError> {
        let content = if named {
            Content::Names
        } else {
            Content::Counts
        };
        Ok(match text {
            None => Format::Usual(content),
            Some("polybar") => Format::Polybar(content),
            Some("waybar") => Format::Waybar(content),
            Some(text) => {
                Format::Template(Template::read(text, named).map_err(CommandError::Template)?)
            }
        })
    }

    /// The line for a snapshot: for everybody in it.
    pub fn line(&self, snapshot: &Snapshot, ink: &Ink, now: Timestamp) -> String {
        match self {
            Format::Usual(content) | Format::Polybar(content) => usual(snapshot, *content, ink),
            Format::Template(template) => template.fill(snapshot, ink, now),
            Format::Waybar(content) => {
                let lines = snapshot.contacts.iter().take(TOOLTIP).map(|person| {
                    let words = format!("{}: {}", person.shown_name(), state(person));
                    ink.dialect.escape(&words)
                });
                let tooltip = lines.collect::<Vec<_>>().join("\n");
                let fresh = snapshot.contacts.iter().filter(|person| person.fresh);
                let best = fresh.map(|person| person.availability).min();
                let class = best.map_or("stale", Availability::name);
                let text = usual(snapshot, *content, ink);
                clean_json(&json!({"text": text, "tooltip": tooltip, "class": class}).to_string())
                    .into()
            }
        }
    }

    /// The line where nothing is known, for this reason.
    pub fn nothing_known(&self, reason: &str) -> String {
        match self {
            Format::Waybar(_) => {
                let reason = super::ink::Dialect::Pango.escape(reason);
                clean_json(
                    &json!({"text": NOTHING, "tooltip": reason, "class": "unknown"}).to_string(),
                )
                .into()
            }
            _ => NOTHING.into(),
        }
    }
}

/// At most [`WIDTH`] cells; names that have no room are cut.
fn usual(snapshot: &Snapshot, content: Content, ink: &Ink) -> String {
    let (pieces, gap) = match content {
        Content::Counts => (counted(&snapshot.contacts, ink.icons), " "),
        Content::Names => (named(&snapshot.contacts, ink.icons), "  "),
    };
    let mut line = String::new();
    let mut left = WIDTH;
    for (text, state) in pieces {
        let before = if line.is_empty() { 0 } else { gap.len() };
        // Shorter than a sign and a letter of a name it is of no use.
        if left < before + 3 && !line.is_empty() {
            break;
        }
        let text = fit(&text, left - before);
        left -= before + cells(&text);
        line.push_str(&gap[..before]);
        line.push_str(&ink.write(&text, state));
    }
    line
}

type Piece = (String, Option<Availability>);

fn counted(people: &[Person], icons: IconSet) -> Vec<Piece> {
    let counts = Tally::of(people);
    let counted = Availability::ALL.into_iter().map(|availability| {
        let unsure = match availability {
            Availability::Unknown => counts.stale,
            _ => 0,
        };
        let count = counts.by_availability[availability as usize] + unsure;
        (availability, count)
    });
    // That nobody is free is worth a sign; that nobody is away is not.
    counted
        .filter(|&(availability, count)| count > 0 || availability == Availability::Available)
        .map(|(availability, count)| {
            let text = format!("{}{count}", availability.glyph(icons));
            (text, Some(availability))
        })
        .collect()
}

fn named(people: &[Person], icons: IconSet) -> Vec<Piece> {
    let one = |person: &Person| {
        let text = format!("{} {}", icon(person, icons), person.shown_name());
        (text, person.fresh.then_some(person.availability))
    };
    people.iter().map(one).collect()
}

/// The glyph of a state; one that is not sure has a question mark behind it.
pub fn icon(person: &Person, icons: IconSet) -> String {
    let unknown = Availability::Unknown.glyph(icons);
    match (person.presence(), person.fresh) {
        (None, _) => unknown.into(),
        (Some(presence), true) => presence.glyph(icons).into(),
        (Some(presence), false) => format!("{}{unknown}", presence.glyph(icons)),
    }
}

/// The state in words.
pub fn state(person: &Person) -> String {
    match (person.fresh, person.why) {
        (true, _) => person.label.clone(),
        (false, Some(_)) => format!("was {}", lower_first(&person.label)),
        (false, None) => "not answered".into(),
    }
}
