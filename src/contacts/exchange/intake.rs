//! What all formats share: an entry goes in as a contact, or is refused with line and reason.

use std::collections::HashMap;

use thiserror::Error;

use super::encoding::Encoding;
use crate::contacts::{Contact, Fact, joined, written_addresses};
use crate::presence::{Address, AddressError, clean};

/// The longest fact that is taken, in characters: far more than any screen shows.
const LONGEST: usize = 500;

/// The longest note that is taken, in characters.
const LONGEST_NOTE: usize = 5000;

/// How much of a refused entry is shown, in characters.
const SHOWN: usize = 80;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Who goes in, in the order of the text; each address once.
    pub contacts: Vec<Contact>,
    /// What does not, by line.
    pub refused: Vec<Refused>,
    /// The columns of a spreadsheet that hold nothing that is kept, by their names.
    pub unused: Vec<String>,
    /// How the letters of the file were written.
    pub encoding: Encoding,
}

/// An entry that does not go in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its line, from 1.
    pub line: usize,
    /// How it begins, fit for a terminal, at most 80 characters.
    pub text: String,
    /// What is wrong with it.
    pub reason: Reason,
}

impl Refused {
    fn new(line: usize, text: &str, reason: Reason) -> Refused {
        Refused {
            line,
            text: beginning(text),
            reason,
        }
    }
}

/// Why an entry is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Reason {
    /// The address cannot be one.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// There is none.
    #[error("no address is there: SIP, instant messaging or e-mail")]
    NoAddress,
    /// The address was there before.
    #[error("'{address}' is there twice: first on line {line}")]
    Twice {
        /// Which.
        address: Address,
        /// Where it was first, from 1.
        line: usize,
    },
    /// A name or another fact that no screen shows.
    #[error("the {0} is longer than {1} characters")]
    TooLong(&'static str, usize),
    /// A quote or bracket without its partner.
    #[error("a {0} is opened and not closed")]
    Unclosed(char),
    /// Quotes are so broken that reading on is no use.
    #[error("quotes are opened and not closed again and again: nothing is read from here on")]
    Quotes,
    /// A line that is no property.
    #[error("this is not a line of a vCard: a colon is missing")]
    NotProperty,
    /// A card without its last line.
    #[error("the card is not ended: END:VCARD is missing")]
    Unended,
    /// Something between cards.
    #[error("this is outside of a card: BEGIN:VCARD is missing")]
    OutsideCard,
    /// A version of vCard that is not read.
    #[error("this is vCard {0}: export it as 3.0 or 4.0")]
    Version(String),
    /// A character set that no browser knows either.
    #[error("the character set {0} is unknown: export it as vCard 4.0")]
    Charset(String),
    /// The address of a mailbox within Exchange, which no presence server knows.
    #[error("this is an address within Exchange (X.500): export the e-mail address, too")]
    Exchange,
    /// An XML document that cannot be read.
    #[error("this is not well-formed XML: {0}")]
    Xml(String),
    /// An XML document of something else.
    #[error("this XML is neither Jabber's nor Pidgin's list of contacts")]
    OtherXml,
    /// A buddy in a network that a presence server knows nothing of.
    #[error("this is somebody in another network ({0})")]
    Network(String),
    /// A line that is no `key=value`.
    #[error("this is not a line of an address book of abook: an equals sign is missing")]
    NotField,
    /// A line of mutt's settings that is no alias.
    #[error("this is not an alias of mutt: a line is 'alias NICK Name <user@domain>'")]
    NotAlias,
    /// An alias that stands for other aliases.
    #[error("'{0}' is another alias, not an address")]
    Nickname(String),
    /// A bulk export holds the lists of several users.
    #[error("these are the contact lists of {0}: import one alone by --owner USER")]
    Owners(String),
    /// A bulk export does not hold the list of this user.
    #[error("no contact list of {owner} is there, but of {others}")]
    NoOwner {
        /// Who was asked for.
        owner: String,
        /// Whose lists there are.
        others: String,
    },
    /// A line of LDIF that is no attribute.
    #[error("this is not a line of LDIF: a colon is missing")]
    NotAttribute,
    /// An entry of LDIF does not say whose it is.
    #[error("the entry does not begin with dn:")]
    NoName,
    /// An LDIF record that changes a directory instead of listing its content.
    #[error("this changes a directory (changetype): export its entries instead")]
    Change,
    /// The value of an attribute cannot be decoded.
    #[error("the value of {0} is not text in base64")]
    Base64(String),
    /// The value of an attribute is elsewhere.
    #[error("the value of {0} is in another file, which is not read")]
    Elsewhere(String),
}

/// Where an address stands; what is worth more comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Said to be the address of a presentity.
    Sip,
    /// For instant messages.
    Im,
    /// Only for mail: at many sites it is the same.
    Mail,
}

/// An entry as a format has it.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// Where it begins, from 1.
    pub line: usize,
    /// How it begins.
    pub text: String,
    /// Its addresses, the most wanted first, each with its line.
    pub addresses: Vec<(usize, String)>,
    /// Empty where there is none, as the facts below.
    pub name: String,
    pub group: String,
    pub number: String,
    pub mobile: String,
    pub department: String,
    pub title: String,
    pub also: String,
    pub note: String,
    pub ring: String,
    pub pinned: bool,
}

impl Entry {
    fn fact(&self, fact: Fact) -> &str {
        match fact {
            Fact::Name => &self.name,
            Fact::Group => &self.group,
            Fact::Number => &self.number,
            Fact::Mobile => &self.mobile,
            Fact::Department => &self.department,
            Fact::Title => &self.title,
            Fact::Also => &self.also,
            Fact::Note => &self.note,
            Fact::Ring => &self.ring,
        }
    }
}

/// Takes what a format finds.
pub(super) struct Intake<'a> {
    domain: Option<&'a str>,
    imported: Imported,
    first: HashMap<Address, usize>,
}

impl<'a> Intake<'a> {
    pub fn new(domain: Option<&'a str>) -> Intake<'a> {
        Intake {
            domain,
            imported: Imported::default(),
            first: HashMap::new(),
        }
    }

    /// Takes an entry, or refuses it.
    pub fn take(&mut self, entry: Entry) {
        let (line, address) = match self.address(&entry.addresses) {
            Ok(found) => found,
            Err(Some(refused)) => return self.imported.refused.push(refused),
            Err(None) => return self.refuse(entry.line, &entry.text, Reason::NoAddress),
        };
        if let Some(&first) = self.first.get(&address) {
            let reason = Reason::Twice {
                address,
                line: first,
            };
            return self.refuse(line, &entry.text, reason);
        }
        let mut contact = Contact::new(address);
        contact.pinned = entry.pinned;
        for fact in Fact::ALL {
            match word(entry.fact(fact), fact) {
                Ok(text) => contact.set(fact, text),
                Err(reason) => return self.refuse(entry.line, &entry.text, reason),
            };
        }
        // Programs that must have a name write the address for it.
        let name = contact.name.take();
        contact.name = name.filter(|name| !is_address(name, &contact.address));
        self.first.insert(contact.address.clone(), line);
        self.imported.contacts.push(contact);
    }

    /// Refuses something.
    pub fn refuse(&mut self, line: usize, text: &str, reason: Reason) {
        self.imported.refused.push(Refused::new(line, text, reason));
    }

    /// Leaves a column out that holds nothing to keep.
    pub fn leave_out(&mut self, column: &str) {
        let name = beginning(column);
        if !name.is_empty() {
            self.imported.unused.push(name);
        }
    }

    /// What was taken and refused.
    pub fn imported(mut self) -> Imported {
        self.imported.refused.sort_by_key(|refused| refused.line);
        self.imported
    }

    /// The first that can be read, of those with a domain and then of the others: else any word in
    /// a column of that name would become an address of the domain that is added.
    /// An error without anything refused: there is none at all.
    fn address(&self, texts: &[(usize, String)]) -> Result<(usize, Address), Option<Refused>> {
        let complete = texts.iter().filter(|(_, text)| text.contains('@'));
        let bare = texts.iter().filter(|(_, text)| !text.contains('@'));
        let mut wrong = None;
        for (line, text) in complete.chain(bare) {
            let reason = match Address::parse_in(text, self.domain) {
                Ok(_) if is_x500(text) => Reason::Exchange,
                Ok(address) => return Ok((*line, address)),
                Err(_) if is_x500(text) => Reason::Exchange,
                Err(error) => error.into(),
            };
            wrong = wrong.or(Some(Refused::new(*line, text, reason)));
        }
        Err(wrong)
    }
}

/// The first group of several that is the user's own, not one that Google puts everybody into.
pub(super) fn first_group<'t>(groups: impl IntoIterator<Item = &'t str>) -> &'t str {
    let mut groups = groups.into_iter().map(str::trim);
    let own = |group: &&str| !["", "myContacts", "starred"].contains(group);
    groups.find(own).unwrap_or_default()
}

/// Whether this is an address of Exchange's own, `/o=Acme/ou=Site/cn=Recipients/cn=ben`, with or
/// without its kind before it.
fn is_x500(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_prefix("ex:").unwrap_or(&text);
    let text = text.strip_prefix("x500:").unwrap_or(text);
    // Such a user of another domain is possible, if unlikely.
    text.starts_with("/o=") && (text.contains("/cn=") || !text.contains('@'))
}

/// A fact as the board shows it. A number without a digit is none: people write `n/a`.
fn word(text: &str, fact: Fact) -> Result<Option<String>, Reason> {
    let text = clean(text);
    let is_number = matches!(fact, Fact::Number | Fact::Mobile);
    if text.is_empty() || is_number && !text.contains(|c: char| c.is_ascii_digit()) {
        return Ok(None);
    }
    let longest = if fact == Fact::Note {
        LONGEST_NOTE
    } else {
        LONGEST
    };
    if fact == Fact::Also {
        let addresses = joined(written_addresses(&text).filter_map(Result::ok));
        return Ok((!addresses.is_empty()).then_some(addresses));
    }
    if text.chars().count() > longest {
        return Err(Reason::TooLong(fact.key(), longest));
    }
    Ok(Some(text))
}

fn is_address(name: &str, address: &Address) -> bool {
    Address::parse(name).is_ok_and(|name| name == *address)
}

fn beginning(text: &str) -> String {
    // Cleaning a line of a megabyte to show its beginning would be a waste.
    let some: String = text.chars().take(4 * SHOWN).collect();
    let some = clean(&some);
    match some.char_indices().nth(SHOWN) {
        None => some,
        Some(_) => some.chars().take(SHOWN - 1).chain(['…']).collect(),
    }
}
