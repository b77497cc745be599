//! Scenarios: sets of troubles, as they are written on the command line.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::trouble::{self, Listed, Trouble};

/// A set of troubles; none of them is `quiet`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scenario {
    troubles: BTreeMap<Trouble, u32>,
}

/// Why a text is not a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScenarioError {
    /// No such name.
    #[error("there is no scenario '{0}': give one or more of {names}, with commas between", names = names())]
    Name(String),
    /// A number where none belongs, or one out of range.
    #[error("'{text}' is not a number for the scenario '{name}': {expected}")]
    Number {
        /// The scenario.
        name: &'static str,
        /// What was given.
        text: String,
        /// What may be given.
        expected: String,
    },
}

fn names() -> String {
    let names = Scenario::ALL.iter().map(|listed| listed.name);
    let names: Vec<&str> = std::iter::once("quiet").chain(names).collect();
    names.join(", ")
}

/// The troubles that a storm brings, with their numbers: those that pass without anybody's help.
const PASSING: [(Trouble, u32); 16] = [
    (Trouble::Throttle, 3),
    (Trouble::Expire, 3),
    (Trouble::ExpireApp, 3),
    (Trouble::Restart, 15),
    (Trouble::Steal, 4),
    (Trouble::Slow, 1),
    (Trouble::Hang, 7),
    (Trouble::Cut, 4),
    (Trouble::Html, 3),
    (Trouble::Empty, 4),
    (Trouble::Reset, 3),
    (Trouble::ServerError, 3),
    (Trouble::Missing, 6),
    (Trouble::Odd, 10),
    (Trouble::LostCallbacks, 2),
    (Trouble::NoEndpoints, 138),
];

impl Scenario {
    /// Every scenario but `quiet`, which is the absence of all.
    pub const ALL: &[Listed] = trouble::LIST;

    /// No trouble at all.
    pub fn quiet() -> Scenario {
        Scenario::default()
    }

    /// One trouble, with its default number.
    pub fn of(trouble: Trouble) -> Scenario {
        Scenario::quiet().with(trouble)
    }

    /// Adds a trouble, with its default number.
    pub fn with(self, trouble: Trouble) -> Scenario {
        let number = trouble.listed().number.map_or(0, |number| number.default);
        self.with_number(trouble, number)
    }

    /// Adds a trouble with a number, which is moved into the range that the trouble has.
    pub fn with_number(mut self, trouble: Trouble, number: u32) -> Scenario {
        let number = match trouble.listed().number {
            Some(range) => number.clamp(range.least, range.most),
            None => 0,
        };
        self.troubles.insert(trouble, number);
        self
    }

    /// Whether there is no trouble at all.
    pub fn is_quiet(&self) -> bool {
        self.troubles.is_empty()
    }

    /// Whether a trouble is part of it.
    pub fn has(&self, trouble: Trouble) -> bool {
        self.troubles.contains_key(&trouble)
    }

    /// The number of a trouble, where it is part of it.
    pub fn number(&self, trouble: Trouble) -> Option<u32> {
        self.troubles.get(&trouble).copied()
    }

    /// The troubles of a moment of a storm, chosen by seed; the other troubles stay.
    pub(super) fn in_weather(&self, seed: u64, seconds: u64) -> Scenario {
        let Some(period) = self.number(Trouble::Storm) else {
            return self.clone();
        };
        let spell = seconds / u64::from(period);
        let mut rng = fastrand::Rng::with_seed(seed ^ spell.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut weather = self.clone();
        for _ in 0..rng.usize(..4) {
            let (trouble, number) = PASSING[rng.usize(..PASSING.len())];
            weather.troubles.entry(trouble).or_insert(number);
        }
        weather
    }
}

impl FromStr for Scenario {
    type Err = ScenarioError;

    fn from_str(text: &str) -> Result<Scenario, ScenarioError> {
        let mut scenario = Scenario::quiet();
        for part in text.split(',').map(str::trim) {
            if part.is_empty() || part == "quiet" {
                continue;
            }
            let (name, number) = match part.split_once('=') {
                Some((name, number)) => (name.trim(), Some(number.trim())),
                None => (part, None),
            };
            let listed = Scenario::ALL
                .iter()
                .find(|listed| listed.name.eq_ignore_ascii_case(name))
                .ok_or_else(|| ScenarioError::Name(super::printable(name)))?;
            let wrong = |text: &str, expected: String| ScenarioError::Number {
                name: listed.name,
                text: super::printable(text),
                expected,
            };
            scenario = match (number, listed.number) {
                (None, _) => scenario.with(listed.trouble),
                (Some(text), None) => return Err(wrong(text, "it takes none".into())),
                (Some(text), Some(range)) => match text.parse() {
                    Ok(number) if (range.least..=range.most).contains(&number) => {
                        scenario.with_number(listed.trouble, number)
                    }
                    _ => {
                        let expected = format!("give {} to {}", range.least, range.most);
                        return Err(wrong(text, expected));
                    }
                },
            };
        }
        Ok(scenario)
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_quiet() {
            return f.write_str("quiet");
        }
        for (index, (trouble, number)) in self.troubles.iter().enumerate() {
            let listed = trouble.listed();
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{}", listed.name)?;
            if listed.number.is_some() {
                write!(f, "={number}")?;
            }
        }
        Ok(())
    }
}

impl From<Trouble> for Scenario {
    fn from(trouble: Trouble) -> Scenario {
        Scenario::of(trouble)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_is_the_same_for_the_same_seed_and_holds_for_its_period() {
        let storm = Scenario::quiet().with_number(Trouble::Storm, 10);
        let weather = |seed, second| storm.in_weather(seed, second);
        for second in 0..300 {
            assert_eq!(weather(5, second), weather(5, second / 10 * 10));
        }
        assert!((0..30).any(|spell| weather(5, spell * 10) != weather(6, spell * 10)));
    }

    #[test]
    fn a_storm_brings_every_trouble_that_passes_and_lets_the_sun_through() {
        let storm = Scenario::of(Trouble::Storm);
        let spells: Vec<Scenario> = (0..500)
            .map(|spell| storm.in_weather(1, spell * 10))
            .collect();
        for (trouble, _) in PASSING {
            assert!(spells.iter().any(|spell| spell.has(trouble)), "{trouble:?}");
        }
        assert!(spells.contains(&storm));
    }

    #[test]
    fn a_storm_leaves_the_numbers_of_other_troubles_alone() {
        let storm = Scenario::of(Trouble::Storm).with_number(Trouble::Slow, 9);
        assert!(
            (0..500).all(|spell| storm.in_weather(1, spell * 10).number(Trouble::Slow) == Some(9))
        );
    }

    #[test]
    fn without_a_storm_the_weather_does_not_change() {
        let calm = Scenario::of(Trouble::Html);
        assert!((0..100).all(|second| calm.in_weather(3, second) == calm));
    }
}
