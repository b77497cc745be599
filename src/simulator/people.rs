//! The population: people by seed, with names, groups, addresses and habits.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use fastrand::Rng;
use serde::Deserialize;

use super::clock::{Clock, Moment};
use super::day::{self, Habits};
use super::state::{Doing, State};
use crate::presence::Address;

/// One of the simulated people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The address to ask for.
    pub address: Address,
    /// The full name.
    pub name: String,
    /// The group in the company's telephone list.
    pub group: String,
    /// The first name.
    pub first: String,
    /// The last name.
    pub last: String,
    /// The telephone number.
    pub number: String,
    /// The number of the mobile phone, for those who have one.
    pub mobile: Option<String>,
    /// The title, for those who have one.
    pub title: Option<String>,
}

/// Everybody, and how each day goes for them.
#[derive(Debug)]
pub(super) struct Population {
    people: Vec<Person>,
    habits: Vec<Habits>,
    seeds: Vec<u64>,
    by_address: HashMap<Address, usize>,
    /// How many of them are in the telephone list: the others stand in the directory alone.
    contacts: usize,
}

#[derive(Deserialize)]
struct Names {
    culture: Vec<Culture>,
    group: Vec<Group>,
}

#[derive(Deserialize)]
struct Culture {
    weight: u32,
    #[serde(default)]
    family_first: bool,
    given: Vec<String>,
    family: Vec<String>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    weight: usize,
    calls: u32,
    away: u32,
    busy: u32,
    dnd: u32,
    meetings: u32,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let text = include_str!("../../assets/people.toml");
    toml::from_str(text).expect("the list of names is checked by a test")
});

/// One person in so many is not known to the server: somebody mistyped the address.
const UNKNOWN_ONE_IN: usize = 45;

impl Population {
    /// A population of `contacts` people, and `others` after them, with addresses in `domain`: the
    /// same for the same seed.
    pub(super) fn by_seed(seed: u64, contacts: usize, others: usize, domain: &str) -> Population {
        let count = contacts + others;
        let mut rng = Rng::with_seed(seed ^ 0x5EED_0F0F);
        let mut population = Population {
            people: Vec::with_capacity(count),
            habits: Vec::with_capacity(count),
            seeds: Vec::with_capacity(count),
            by_address: HashMap::with_capacity(count),
            contacts,
        };
        let mut names = HashSet::new();
        for index in 0..count {
            let group = match index.checked_sub(contacts) {
                None => group_of(index, contacts),
                Some(index) => group_of(index, others),
            };
            let (name, user) = unused_name(&mut rng, &mut names);
            // An odd domain is the caller's; the address is then refused as it would be in life.
            let Ok(address) = Address::parse(&format!("{user}@{domain}")) else {
                continue;
            };
            population
                .by_address
                .insert(address.clone(), population.people.len());
            population.people.push(Person {
                address,
                first: name.given.0.to_string(),
                last: name.family.0.to_string(),
                name: name.full(),
                group: group.name.clone(),
                number: format!("+43 1 5550 {}", 1000 + index),
                mobile: (index % 3 == 0).then(|| format!("+43 660 555 {:04}", index)),
                title: (index % 5 == 0).then(|| format!("Head of {}", group.name)),
            });
            population.habits.push(Habits {
                calls: group.calls,
                away: group.away,
                busy: group.busy,
                dnd: group.dnd,
                meetings: group.meetings,
            });
            population.seeds.push(rng.u64(..));
        }
        population
    }

    /// Those in the telephone list, by group.
    pub(super) fn people(&self) -> &[Person] {
        &self.people[..self.contacts.min(self.people.len())]
    }

    /// Everybody: the others after those in the telephone list.
    pub(super) fn everybody(&self) -> &[Person] {
        &self.people
    }

    /// The number of a person, stable for a seed; `None` for strangers.
    pub(super) fn index(&self, address: &Address) -> Option<usize> {
        self.by_address.get(address).copied()
    }

    /// What a person does by habit.
    pub(super) fn state(&self, index: usize, clock: &Clock, now: Moment) -> State {
        if self.is_unknown(index) {
            return State::of(Doing::Unknown);
        }
        let plan = day::plan(
            self.habits[index],
            Rng::with_seed(self.seeds[index]),
            now.day,
        );
        let Some(stretch) = day::at(&plan, now.second) else {
            return State::of(Doing::Unavailable);
        };
        State {
            doing: stretch.doing,
            beside: stretch.beside,
            note: stretch.note.map(str::to_owned),
            since: clock.timestamp(now.day, stretch.from),
            until: clock.timestamp(now.day, stretch.to),
            by_hand: None,
        }
    }

    /// When a person does something else by habit; `None` for those who never do anything.
    pub(super) fn next_change(&self, index: usize, now: Moment) -> Option<Moment> {
        if self.is_unknown(index) {
            return None;
        }
        let plan = day::plan(
            self.habits[index],
            Rng::with_seed(self.seeds[index]),
            now.day,
        );
        Some(Moment {
            day: now.day,
            second: day::at(&plan, now.second).map_or(super::clock::CLOSES, |stretch| stretch.to),
        })
    }

    fn is_unknown(&self, index: usize) -> bool {
        index % UNKNOWN_ONE_IN == UNKNOWN_ONE_IN / 2 + 1
    }
}

/// People of a group stand together, in the order of the groups, each group with its share.
fn group_of(index: usize, count: usize) -> &'static Group {
    let groups = &NAMES.group;
    let total: usize = groups.iter().map(|group| group.weight).sum();
    let position = index * total / count.max(1);
    let mut passed = 0;
    groups
        .iter()
        .find(|group| {
            passed += group.weight;
            position < passed
        })
        .unwrap_or(&groups[groups.len() - 1])
}

/// A full name and the user part of its address. Namesakes differ as in life: by a middle
/// initial, and when those run out by a number.
fn unused_name(rng: &mut Rng, used: &mut HashSet<String>) -> (Name, String) {
    const TRIES: usize = 3;
    for _ in 0..TRIES {
        let name = Name::pick(rng);
        let user = name.user();
        if used.insert(user.clone()) {
            return (name, user);
        }
    }
    let mut name = Name::pick(rng);
    name.initial = Some(rng.uppercase());
    let plain = name.user();
    let user = std::iter::once(plain.clone())
        .chain((2..).map(|number| format!("{plain}{number}")))
        .find(|user| used.insert(user.clone()))
        .expect("numbers do not run out");
    (name, user)
}

/// A name, in its own script and as it stands in an address.
struct Name {
    given: (&'static str, String),
    family: (&'static str, String),
    initial: Option<char>,
    family_first: bool,
}

impl Name {
    fn pick(rng: &mut Rng) -> Name {
        let culture = culture(rng);
        let mut part = |names: &'static [String]| {
            let entry = &names[rng.usize(..names.len())];
            match entry.split_once('=') {
                Some((name, written)) => (name, written.to_owned()),
                None => (entry.as_str(), entry.to_lowercase()),
            }
        };
        Name {
            given: part(&culture.given),
            family: part(&culture.family),
            initial: None,
            family_first: culture.family_first,
        }
    }

    fn full(&self) -> String {
        let (given, family) = (self.given.0, self.family.0);
        match self.initial {
            _ if self.family_first => format!("{family} {given}"),
            Some(initial) => format!("{given} {initial}. {family}"),
            None => format!("{given} {family}"),
        }
    }

    fn user(&self) -> String {
        let (given, family) = (&self.given.1, &self.family.1);
        match self.initial {
            Some(initial) => format!("{given}.{}.{family}", initial.to_ascii_lowercase()),
            None => format!("{given}.{family}"),
        }
    }
}

fn culture(rng: &mut Rng) -> &'static Culture {
    let cultures = &NAMES.culture;
    let total: u32 = cultures.iter().map(|culture| culture.weight).sum();
    let mut pick = rng.u32(..total);
    cultures
        .iter()
        .find(|culture| {
            let found = pick < culture.weight;
            pick = pick.saturating_sub(culture.weight);
            found
        })
        .unwrap_or(&cultures[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_an_address_of_plain_letters_and_a_group() {
        let population = Population::by_seed(3, 5000, 0, "example.com");
        assert_eq!(population.people().len(), 5000);
        let addresses: HashSet<_> = population.people().iter().map(|p| &p.address).collect();
        assert_eq!(addresses.len(), 5000);
        for person in population.people() {
            assert!(person.address.as_str().is_ascii(), "{}", person.address);
            assert!(!person.name.contains('='), "{}", person.name);
        }
        let numbered =
            |person: &&Person| person.address.user().contains(|c: char| c.is_ascii_digit());
        let numbered = population.people().iter().filter(numbered).count();
        assert!(numbered < 100, "{numbered} people have a number");
    }

    #[test]
    fn a_seed_gives_the_same_people_again_and_another_seed_gives_others() {
        let names =
            |seed| -> Vec<Person> { Population::by_seed(seed, 40, 0, "example.com").people };
        assert_eq!(names(1), names(1));
        assert_ne!(names(1), names(2));
    }

    #[test]
    fn others_come_after_the_contacts_and_change_none_of_them() {
        let alone = Population::by_seed(2, 30, 0, "example.com");
        let together = Population::by_seed(2, 30, 50, "example.com");
        assert_eq!(together.people(), alone.people());
        assert_eq!(together.everybody().len(), 80);
        let addresses: HashSet<_> = together.everybody().iter().map(|p| &p.address).collect();
        assert_eq!(addresses.len(), 80);
    }

    #[test]
    fn a_small_office_has_every_group() {
        let population = Population::by_seed(1, 40, 0, "example.com");
        let groups: HashSet<_> = population.people().iter().map(|p| &p.group).collect();
        assert_eq!(groups.len(), NAMES.group.len());
    }
}
