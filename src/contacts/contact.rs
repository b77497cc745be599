//! Somebody who is on the board, and what the book keeps of them.

use crate::presence::{Address, AddressError};

/// Somebody who is on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Who it is.
    pub address: Address,
    /// The name to show, where it should not be the presentity's own.
    pub name: Option<String>,
    /// The group it stands in.
    pub group: Option<String>,
    /// The number to call, as people write it: `3216`, `+43 1 234-56`.
    pub number: Option<String>,
    /// The number of the mobile phone.
    pub mobile: Option<String>,
    /// The department of the company.
    pub department: Option<String>,
    /// The title of the job.
    pub title: Option<String>,
    /// Addresses that they have besides, such as one at another cluster: `ben@two.example.com`,
    /// several with commas between.
    pub also: Option<String>,
    /// The user's own note on the contact; the presentity's note is part of its presence.
    pub note: Option<String>,
    /// How the board rings when the contact is watched and becomes free: `bell`, `none`, `3`, or what
    /// `[[ring]]` in the settings names.
    pub ring: Option<String>,
    /// Whether it stands on top, above all groups.
    pub pinned: bool,
    /// The lines of comment that stand right above it in the book, without a line end at the end:
    /// they go with it, and come back with it.
    pub comment: Option<Box<str>>,
}

/// A fact that the book keeps of a contact in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "as Contact says, which has a field for each")]
pub enum Fact {
    Name,
    Group,
    Number,
    Mobile,
    Department,
    Title,
    Also,
    Note,
    Ring,
}

impl Fact {
    /// All of them, in the order in which the book lists them.
    pub const ALL: [Fact; 9] = [
        Fact::Name,
        Fact::Group,
        Fact::Number,
        Fact::Mobile,
        Fact::Department,
        Fact::Title,
        Fact::Also,
        Fact::Note,
        Fact::Ring,
    ];

    /// Its key in `contacts.toml`, and its column in a spreadsheet.
    pub const fn key(self) -> &'static str {
        match self {
            Fact::Name => "name",
            Fact::Group => "group",
            Fact::Number => "number",
            Fact::Mobile => "mobile",
            Fact::Department => "department",
            Fact::Title => "title",
            Fact::Also => "also",
            Fact::Note => "note",
            Fact::Ring => "ring",
        }
    }
}

/// The addresses in a text with commas between them, each as far as it is one.
pub fn written_addresses(text: &str) -> impl Iterator<Item = Result<Address, AddressError>> + '_ {
    let words = text.split([',', ';', ' ']).filter(|word| !word.is_empty());
    words.map(Address::parse)
}

/// Addresses as the book keeps several in one text.
pub fn joined(addresses: impl IntoIterator<Item = Address>) -> String {
    let addresses = addresses.into_iter().map(|address| address.to_string());
    addresses.collect::<Vec<_>>().join(", ")
}

impl Contact {
    /// A contact of whom only the address is known.
    pub fn new(address: Address) -> Contact {
        Contact {
            address,
            name: None,
            group: None,
            number: None,
            mobile: None,
            department: None,
            title: None,
            also: None,
            note: None,
            ring: None,
            pinned: false,
            comment: None,
        }
    }

    /// The addresses that they have besides. What is no address is none: see [`written_addresses`].
    pub fn others(&self) -> impl Iterator<Item = Address> + '_ {
        let written = self.also.iter().flat_map(|also| written_addresses(also));
        let others = written.filter_map(Result::ok);
        others.filter(|other| *other != self.address)
    }

    /// All addresses, the first being the one by which they are known.
    pub fn addresses(&self) -> impl Iterator<Item = Address> + '_ {
        [self.address.clone()].into_iter().chain(self.others())
    }

    /// A fact in words; `None` where it is not known.
    pub fn fact(&self, fact: Fact) -> Option<&str> {
        match fact {
            Fact::Name => self.name.as_deref(),
            Fact::Group => self.group.as_deref(),
            Fact::Number => self.number.as_deref(),
            Fact::Mobile => self.mobile.as_deref(),
            Fact::Department => self.department.as_deref(),
            Fact::Title => self.title.as_deref(),
            Fact::Also => self.also.as_deref(),
            Fact::Note => self.note.as_deref(),
            Fact::Ring => self.ring.as_deref(),
        }
    }

    /// Sets a fact, or takes it away; returns what it was before.
    pub fn set(&mut self, fact: Fact, text: Option<String>) -> Option<String> {
        let place = match fact {
            Fact::Name => &mut self.name,
            Fact::Group => &mut self.group,
            Fact::Number => &mut self.number,
            Fact::Mobile => &mut self.mobile,
            Fact::Department => &mut self.department,
            Fact::Title => &mut self.title,
            Fact::Also => &mut self.also,
            Fact::Note => &mut self.note,
            Fact::Ring => &mut self.ring,
        };
        std::mem::replace(place, text)
    }
}
