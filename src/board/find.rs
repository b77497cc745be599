use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::entry::{Entry, Standing};
use crate::presence::Availability;

/// A search as the user types it: words that must all be found. A word that names an availability
/// (`free`, `away`, `busy`, `dnd`, `offline`) stands for it; any other is looked for, fuzzily, in
/// name, address, group, activities and note.
#[derive(Debug)]
pub struct Find {
    states: Vec<Availability>,
    words: Option<Pattern>,
    matcher: Matcher,
}

impl Find {
    /// Reads what was typed.
    pub fn new(query: &str) -> Find {
        let mut states = Vec::new();
        let mut rest = Vec::new();
        for word in query.split_whitespace() {
            match state_named(word) {
                Some(state) => states.push(state),
                None => rest.push(word),
            }
        }
        let words = (!rest.is_empty())
            .then(|| Pattern::parse(&rest.join(" "), CaseMatching::Ignore, Normalization::Smart));
        Find {
            states,
            words,
            matcher: Matcher::new(Config::DEFAULT),
        }
    }

    /// How well the entry fits: the higher, the better; `None` where it does not. A state that is
    /// not fresh never counts as the state that was asked for.
    pub fn fit(&mut self, entry: &Entry, standing: Standing) -> Option<u32> {
        let state = entry.availability().filter(|_| standing == Standing::Fresh);
        if !self.states.is_empty() && !state.is_some_and(|state| self.states.contains(&state)) {
            return None;
        }
        let Some(words) = &self.words else {
            return Some(0);
        };
        let mut text = String::from(entry.name());
        let mut also = |more: &str| {
            text.push(' ');
            text.push_str(more);
        };
        also(entry.contact.address.as_str());
        also(entry.contact.group.as_deref().unwrap_or_default());
        if let Some(known) = &entry.known {
            known
                .presence
                .activities
                .iter()
                .for_each(|activity| also(activity.label()));
            also(known.presence.note.as_deref().unwrap_or_default());
        }
        let mut buffer = Vec::new();
        words.score(Utf32Str::new(&text, &mut buffer), &mut self.matcher)
    }

    /// Which characters of `text` the words match, by their place among its characters.
    pub fn marks(&mut self, text: &str) -> Vec<u32> {
        let mut marks = Vec::new();
        if let Some(words) = &self.words {
            let mut buffer = Vec::new();
            for word in &words.atoms {
                word.indices(
                    Utf32Str::new(text, &mut buffer),
                    &mut self.matcher,
                    &mut marks,
                );
            }
        }
        marks.sort_unstable();
        marks.dedup();
        marks
    }
}

fn state_named(word: &str) -> Option<Availability> {
    match word.to_lowercase().as_str() {
        "free" | "available" => Some(Availability::Available),
        "away" => Some(Availability::Away),
        "busy" => Some(Availability::Busy),
        "dnd" => Some(Availability::Dnd),
        "offline" | "unavailable" => Some(Availability::Unavailable),
        _ => None,
    }
}
