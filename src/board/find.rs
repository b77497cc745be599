use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::entry::{Entry, Standing};
use super::fold::{Spelling, is_typed_in_two_ways, letters, places, typed};
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
    /// In each spelling, as the others.
    in_name: [Atom; 2],
    elsewhere: [Atom; 2],
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
        let atoms = |word: &str, kind| {
            Spelling::ALL.map(|spelling| {
                let (case, accents) = (CaseMatching::Ignore, Normalization::Smart);
                Atom::new(&typed(word, spelling), case, accents, kind, false)
            })
        };
        for word in query.split_whitespace() {
            match state_named(word) {
                Some(state) => find.states.push(state),
                None => find.words.push(Word {
                    in_name: atoms(word, AtomKind::Fuzzy),
                    elsewhere: atoms(word, AtomKind::Substring),
                    typed: typed(word, Spelling::Short),
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
        let Find { words, matcher, .. } = self;
        let mut buffer = Vec::new();
        words.iter().all(|word| {
            let mut found = |[short, long]: &[Atom; 2], text: &str| {
                let mut found = |atom: &Atom, spelling| {
                    let letters = letters(text, spelling, &mut buffer);
                    atom.score(letters, matcher).is_some()
                };
                let in_two_ways = || short != long || is_typed_in_two_ways(text);
                found(short, Spelling::Short) || in_two_ways() && found(long, Spelling::Long)
            };
            found(&word.in_name, entry.name())
                || elsewhere.iter().any(|text| found(&word.elsewhere, text))
                || numbers
                    .iter()
                    .flatten()
                    .any(|number| is_found(number, &word.typed))
        })
    }

    /// Which signs of `text` the words match, by their place among its graphemes.
    pub fn marks(&mut self, text: &str) -> Vec<u32> {
        let mut marks = Vec::new();
        for word in &self.words {
            for (spelling, atom) in Spelling::ALL.into_iter().zip(&word.in_name) {
                let (letters, places) = places(text, spelling);
                let letters = Utf32Str::Unicode(&letters);
                let mut found = Vec::new();
                if atom
                    .indices(letters, &mut self.matcher, &mut found)
                    .is_some()
                {
                    let place = |letter: u32| places.get(letter as usize).copied();
                    marks.extend(found.into_iter().filter_map(place));
                    break;
                }
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
