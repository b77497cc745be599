use std::borrow::Cow;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::entry::{Entry, Standing};
use super::fold::{fold, places};
use crate::contacts::Fact;
use crate::contacts::number::is_found;
use crate::presence::Availability;

/// A search as the user types it: words that must all be found. A word that names an availability
/// (`free`, `away`, `busy`, `dnd`, `offline`) stands for it; any other is looked for, fuzzily in
/// the name, and as it stands in address, group, department, title, profile, notes and activities; a word
/// of digits also by the end of the numbers ([`is_found`]).
#[derive(Debug)]
pub struct Find {
    states: Vec<Availability>,
    words: Vec<Word>,
    matcher: Matcher,
}

#[derive(Debug)]
struct Word {
    in_name: Atom,
    elsewhere: Atom,
    typed: String,
}

impl Find {
    /// Reads what was typed.
    pub fn new(query: &str) -> Find {
        let mut find = Find {
            states: Vec::new(),
            words: Vec::new(),
            matcher: Matcher::new(Config::DEFAULT),
        };
        let atom = |word: &str, kind| {
            Atom::new(
                &fold(word),
                CaseMatching::Ignore,
                Normalization::Smart,
                kind,
                false,
            )
        };
        for word in query.split_whitespace() {
            match state_named(word) {
                Some(state) => find.states.push(state),
                None => find.words.push(Word {
                    in_name: atom(word, AtomKind::Fuzzy),
                    elsewhere: atom(word, AtomKind::Substring),
                    typed: word.into(),
                }),
            }
        }
        find
    }

    /// Whether the entry, of the joined `profile` where it is of one, fits. A state that is not fresh never counts as the state that was asked
    /// for.
    pub fn fits(&mut self, entry: &Entry, profile: Option<&str>, standing: Standing) -> bool {
        let state = entry.availability().filter(|_| standing == Standing::Fresh);
        if !self.states.is_empty() && !state.is_some_and(|state| self.states.contains(&state)) {
            return false;
        }
        let presence = entry.presence();
        let labels = presence.iter().flat_map(|presence| &presence.activities);
        let contact = &entry.contact;
        let facts = [Fact::Group, Fact::Department, Fact::Title, Fact::Note];
        let numbers = [Fact::Number, Fact::Mobile].map(|fact| contact.fact(fact));
        let elsewhere: Vec<&str> = [contact.address.as_str()]
            .into_iter()
            .chain(facts.into_iter().filter_map(|fact| contact.fact(fact)))
            .chain(profile)
            .chain(presence.and_then(|presence| presence.note.as_deref()))
            .chain(entry.operator_note.as_ref().map(|note| note.text.as_str()))
            .chain(labels.map(|activity| activity.details()))
            .collect();
        let mut buffer = Vec::new();
        let Find { words, matcher, .. } = self;
        words.iter().all(|word| {
            let mut found = |atom: &Atom, text: &str| {
                atom.score(Utf32Str::new(&fold(text), &mut buffer), matcher)
                    .is_some()
            };
            found(&word.in_name, entry.name())
                || elsewhere.iter().any(|text| found(&word.elsewhere, text))
                || numbers
                    .iter()
                    .flatten()
                    .any(|number| is_found(number, &word.typed))
        })
    }

    /// Which characters of `text` the words match, by their place among its characters.
    pub fn marks(&mut self, text: &str) -> Vec<u32> {
        let folded = fold(text);
        let mut marks = Vec::new();
        let mut buffer = Vec::new();
        for word in &self.words {
            let text = Utf32Str::new(&folded, &mut buffer);
            word.in_name.indices(text, &mut self.matcher, &mut marks);
        }
        if matches!(folded, Cow::Owned(_)) {
            let places: Vec<u32> = places(text).collect();
            let place = |mark: &u32| places.get(*mark as usize).copied();
            marks = marks.iter().filter_map(place).collect();
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
