//! Whom a word on the command line means.

use std::collections::HashMap;
use std::ffi::OsStr;

use clap::Args;
use clap::builder::StyledStr;
use clap_complete::{ArgValueCompleter, CompletionCandidate};
use thiserror::Error;

use crate::board::{Entry, Find, Standing};
use crate::contacts::{self, Contact};
use crate::presence::{Address, clean};
use crate::settings::nearest::did_you_mean;
use crate::settings::{Layer, SetUp, Settings};

/// Whom a command is about.
#[derive(Clone, Debug, Default, Args)]
pub struct Whom {
    /// Whom: names or addresses of the contact book, or any address; everybody in the book when none
    // The id must not be that of the global option of the same name.
    #[arg(id = "who", value_name = "CONTACT", add = ArgValueCompleter::new(complete_contact))]
    pub contacts: Vec<String>,
    /// Everybody in this group of the contact book; may be given several times
    #[arg(
        id = "whose",
        long = "group",
        value_name = "GROUP",
        add = ArgValueCompleter::new(complete_group)
    )]
    pub groups: Vec<String>,
}

impl Whom {
    /// Whether nobody is named: then everybody is meant.
    pub fn is_everybody(&self) -> bool {
        self.contacts.is_empty() && self.groups.is_empty()
    }
}

/// Why a word on the command line means no one contact.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ContactError {
    /// Several fit.
    #[error("'{word}' fits several: {fitting}")]
    Several {
        /// What was given.
        word: String,
        /// Their addresses.
        fitting: String,
    },
    /// Nobody fits.
    #[error("nobody in the contact book fits '{word}'")]
    Nobody {
        /// What was given.
        word: String,
    },
    /// Nobody fits, but somebody of almost that name is there.
    #[error(
        "nobody in the contact book fits '{word}': is {near} meant?{}",
        address.as_ref().map_or(String::new(), |address| format!(" Write {address} for that address"))
    )]
    Misspelt {
        /// What was given.
        word: String,
        /// The addresses of up to three who may be meant.
        near: String,
        /// What the domain makes of the word.
        address: Option<Address>,
    },
    /// No contact stands in a group of that name.
    #[error("there is no group '{word}' in the contact book{hint}")]
    NoGroup {
        /// What was given.
        word: String,
        /// The nearest name, as a question.
        hint: String,
    },
}

/// Finds the one contact that a word means: an address, or else a user, a name, or a part of these,
/// in this order; or the address that the domain makes of it, unless somebody of almost that name is
/// in the book.
///
/// # Errors
/// [`ContactError`] where nobody fits, or several do.
pub fn find_contact(
    word: &str,
    contacts: &[Contact],
    domain: Option<&str>,
) -> Result<Address, ContactError> {
    named(word, contacts).unwrap_or_else(|| outside(word, contacts, domain))
}

/// The same for those who only look on: where nobody is meant so and no domain is set, whom the
/// board's find would show.
///
/// # Errors
/// [`ContactError`] where nobody fits, or several do.
pub fn find_contact_loosely(
    word: &str,
    contacts: &[Contact],
    domain: Option<&str>,
) -> Result<Address, ContactError> {
    let shown = || {
        let mut find = Find::new(word);
        let shown = contacts.iter().filter(move |contact| {
            let entry = Entry::new(Contact::clone(contact));
            find.fits(&entry, None, Standing::Awaited)
        });
        only_one(word, shown)
    };
    let is_address = || Address::parse_in(word, domain).is_ok();
    named(word, contacts)
        .or_else(|| if is_address() { None } else { shown() })
        .unwrap_or_else(|| outside(word, contacts, domain))
}

/// The contacts of these groups, in the order of the book. Upper and lower case are the same.
///
/// # Errors
/// [`ContactError::NoGroup`] where a group is nobody's.
pub fn find_groups<'a>(
    words: &[String],
    contacts: &'a [Contact],
) -> Result<Vec<&'a Contact>, ContactError> {
    let is_in = |contact: &Contact, word: &String| {
        let group = contact.group.as_deref().unwrap_or_default();
        !group.is_empty() && group.to_lowercase() == clean(word).to_lowercase()
    };
    for word in words {
        if !contacts.iter().any(|contact| is_in(contact, word)) {
            let groups: Vec<&str> = contacts
                .iter()
                .filter_map(|one| one.group.as_deref())
                .collect();
            return Err(ContactError::NoGroup {
                word: clean(word),
                hint: did_you_mean(word, &groups),
            });
        }
    }
    let found = contacts.iter();
    Ok(found
        .filter(|contact| words.iter().any(|word| is_in(contact, word)))
        .collect())
}

fn named(word: &str, contacts: &[Contact]) -> Option<Result<Address, ContactError>> {
    if let Ok(address) = Address::parse(word) {
        return Some(Ok(address));
    }
    let word_lower = word.to_lowercase();
    let user = |contact: &Contact| contact.address.user().to_lowercase();
    let name = |contact: &Contact| contact.name.as_deref().unwrap_or_default().to_lowercase();
    let fits: [&dyn Fn(&Contact) -> bool; 3] = [
        &|contact| user(contact) == word_lower,
        &|contact| name(contact) == word_lower,
        &|contact| name(contact).contains(&word_lower) || user(contact).contains(&word_lower),
    ];
    let mut fits = fits.iter();
    fits.find_map(|fits| only_one(word, contacts.iter().filter(|contact| fits(contact))))
}

/// The one who was found, or the error that there are several; `None` where nobody was.
fn only_one<'a>(
    word: &str,
    mut found: impl Iterator<Item = &'a Contact>,
) -> Option<Result<Address, ContactError>> {
    let first = &found.next()?.address;
    let others: Vec<&str> = found.map(|contact| contact.address.as_str()).collect();
    if others.is_empty() {
        return Some(Ok(first.clone()));
    }
    Some(Err(ContactError::Several {
        word: word.into(),
        fitting: format!("{first}, {}", others.join(", ")),
    }))
}

/// Whom a word means that nobody in the book has: the user of the domain, unless somebody of almost
/// that name is there. A slip of the finger must not be waited for.
fn outside(
    word: &str,
    contacts: &[Contact],
    domain: Option<&str>,
) -> Result<Address, ContactError> {
    let word_lower = word.to_lowercase();
    // A slip of the finger in a short word, two in a longer one.
    let slips = if word_lower.chars().count() < 5 { 1 } else { 2 };
    let far = |contact: &Contact| {
        let name = contact.name.as_deref().unwrap_or_default();
        let words = name
            .split_whitespace()
            .chain([name, contact.address.user()]);
        let far = words.map(|known| strsim::osa_distance(&known.to_lowercase(), &word_lower));
        far.min().unwrap_or(usize::MAX)
    };
    let mut near: Vec<(usize, &str)> = contacts
        .iter()
        .map(|contact| (far(contact), contact.address.as_str()))
        .filter(|(far, _)| *far <= slips)
        .collect();
    near.sort_unstable();
    let near: Vec<&str> = near
        .into_iter()
        .map(|(_, address)| address)
        .take(3)
        .collect();
    let address = Address::parse_in(word, domain).ok();
    let word = word.into();
    match (near.as_slice(), address) {
        ([], Some(address)) => Ok(address),
        ([], None) => Err(ContactError::Nobody { word }),
        (near, address) => Err(ContactError::Misspelt {
            word,
            near: near.join(" or "),
            address,
        }),
    }
}

/// The contacts that a word may go on to, by user or by any part of the name: for shells. Completed
/// is the user alone, where that is one contact's: shells take an @ for the end of a word. Nothing
/// where the book cannot be read; the server is not asked.
pub(super) fn complete_contact(begun: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(begun), Some(contacts)) = (begun.to_str(), usual_book()) else {
        return Vec::new();
    };
    if is_after_at() {
        return Vec::new();
    }
    let begun = begun.to_lowercase();
    let starts = |text: &str| text.to_lowercase().starts_with(&begun);
    let mut users: HashMap<String, usize> = HashMap::new();
    for contact in &contacts {
        *users
            .entry(contact.address.user().to_lowercase())
            .or_default() += 1;
    }
    let fits = contacts.iter().filter(|contact| {
        let name = contact.name.as_deref().unwrap_or_default();
        starts(contact.address.as_str()) || starts(name) || name.split_whitespace().any(starts)
    });
    let candidate = |contact: &Contact| {
        let address = &contact.address;
        let alone = users.get(&address.user().to_lowercase()) == Some(&1);
        let text = if alone && !begun.contains('@') {
            address.user()
        } else {
            address.as_str()
        };
        let help = contact.name.clone().map(StyledStr::from);
        CompletionCandidate::new(text).help(help)
    };
    fits.map(candidate).collect()
}

/// The groups that a word may go on to.
pub(super) fn complete_group(begun: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(begun), Some(contacts)) = (begun.to_str(), usual_book()) else {
        return Vec::new();
    };
    let begun = begun.replace('\\', "").to_lowercase();
    let groups = contacts.into_iter().filter_map(|contact| contact.group);
    let mut groups: Vec<String> = groups
        .filter(|group| group.to_lowercase().starts_with(&begun))
        .collect();
    groups.sort_unstable();
    groups.dedup();
    let quoted = groups.into_iter().map(|group| quoted(&group));
    quoted.map(CompletionCandidate::new).collect()
}

/// A word as the shell that asks wants it: bash, other than the others, takes it as if it was typed.
fn quoted(word: &str) -> String {
    // Only its script says this.
    if std::env::var_os("_CLAP_COMPLETE_COMP_TYPE").is_none() {
        return word.into();
    }
    let plain = |letter: char| letter.is_alphanumeric() || "-_./+,".contains(letter);
    let letters = word.chars().map(|letter| {
        let backslash = if plain(letter) { "" } else { "\\" };
        format!("{backslash}{letter}")
    });
    letters.collect()
}

/// The contacts and groups that a word may go on to.
pub(super) fn complete_contact_or_group(begun: &OsStr) -> Vec<CompletionCandidate> {
    let mut candidates = complete_contact(begun);
    candidates.extend(complete_group(begun));
    candidates
}

/// The contact book where no option says another.
fn usual_book() -> Option<Vec<Contact>> {
    let set_up = SetUp::of_environment().ok()?;
    let settings = Settings::load(&Layer::default(), &set_up).ok()?;
    contacts::load(&settings.places.contacts).ok()
}

/// Whether the shell has split an address before the word that is completed. Its own script says
/// which word that is.
fn is_after_at() -> bool {
    let place = std::env::var("_CLAP_COMPLETE_INDEX").ok();
    let place: Option<usize> = place.and_then(|place| place.parse().ok());
    let mut words = std::env::args_os().skip_while(|word| word != "--").skip(1);
    let before = place.and_then(|place| words.nth(place.checked_sub(1)?));
    before.is_some_and(|word| word == "@")
}

/// The profiles that a word may go on to.
pub(super) fn complete_profile(begun: &OsStr) -> Vec<CompletionCandidate> {
    let profiles = Settings::profiles()
        .into_iter()
        .map(|profile| profile.to_string());
    let fitting =
        profiles.filter(|name| begun.to_str().is_some_and(|begun| name.starts_with(begun)));
    fitting.map(CompletionCandidate::new).collect()
}
