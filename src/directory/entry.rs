//! Somebody whom the directory knows.

use crate::link::{Outcome, Report};
use crate::presence::tree::Node;
use crate::presence::{Address, Availability, clean};

/// One user of the directory. All text is clean; what the directory leaves empty is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The user id at the call manager, usually that of LDAP (`userName`).
    pub user_name: String,
    /// The name to show: the display name, else first and last name, else the user id.
    pub name: String,
    /// The telephone number (`phoneNumber`).
    pub number: Option<String>,
    /// The number of the mobile phone (`mobileNumber`).
    pub mobile: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The directory URI (`directoryUri`, else `msUri`): in one of the two schemes the address.
    pub uri: Option<Address>,
}

/// What the address of a presentity is made of: one rule for a whole cluster, which the directory
/// does not reveal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// The user id, and the domain of the presence server.
    User,
    /// The directory URI.
    Uri,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Scheme; 2] = [Scheme::User, Scheme::Uri];

    /// Its name in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            Scheme::User => "user",
            Scheme::Uri => "uri",
        }
    }

    /// The other one.
    pub fn other(self) -> Scheme {
        match self {
            Scheme::User => Scheme::Uri,
            Scheme::Uri => Scheme::User,
        }
    }
}

impl Entry {
    /// No text in the directory is so long, in bytes; a longer one is cut.
    const LONGEST: usize = 256;

    /// Reads an element `user`; `None` where it has no user id, as with people whom the call manager
    /// has from elsewhere: they have no presence.
    pub(super) fn read(user: Node<'_, '_>) -> Option<Entry> {
        let mut first = None;
        let mut last = None;
        let mut display = None;
        let mut ms_uri = None;
        let mut entry = Entry::default();
        for field in user.children() {
            let text = || text_of(field);
            match field.tag_name().name() {
                "userName" => entry.user_name = text().unwrap_or_default(),
                "firstName" => first = text(),
                "lastName" => last = text(),
                "displayName" => display = text(),
                "phoneNumber" => entry.number = text(),
                "mobileNumber" => entry.mobile = text(),
                "department" => entry.department = text(),
                "title" => entry.title = text(),
                "email" => entry.email = text(),
                "directoryUri" => entry.uri = text().and_then(|uri| Address::parse(&uri).ok()),
                "msUri" => ms_uri = text().and_then(|uri| Address::parse(&uri).ok()),
                _ => {}
            }
        }
        if entry.user_name.is_empty() {
            return None;
        }
        let both: Vec<String> = [first, last].into_iter().flatten().collect();
        let of_parts = (!both.is_empty()).then(|| both.join(" "));
        entry.name = display
            .or(of_parts)
            .unwrap_or_else(|| entry.user_name.clone());
        entry.uri = entry.uri.or(ms_uri);
        Some(entry)
    }

    /// The addresses under which the presence server may know this user, the likeliest first: that
    /// of the scheme, then that of the other one. Without a domain there is none of [`Scheme::User`].
    pub fn addresses(&self, scheme: Scheme, domain: Option<&str>) -> Vec<Address> {
        let by_user = domain.and_then(|domain| {
            // An id may itself be an e-mail address; the domain is added all the same.
            Address::parse(&format!("{}@{domain}", self.user_name)).ok()
        });
        let by_uri = self.uri.clone();
        let both = match scheme {
            Scheme::User => [by_user, by_uri],
            Scheme::Uri => [by_uri, by_user],
        };
        let mut addresses: Vec<Address> = both.into_iter().flatten().collect();
        addresses.dedup();
        addresses
    }
}

/// The first of some addresses that the presence server knows: of one that it does not know it
/// answers nothing but `unknown`.
pub fn confirmed(addresses: &[Address], reports: &[Report]) -> Option<Address> {
    let is_known = |address: &&Address| {
        reports.iter().any(|report| {
            report.address == **address
                && match &report.outcome {
                    Outcome::Answered(presence) => presence.availability != Availability::Unknown,
                    Outcome::NotAnswered | Outcome::Refused(_) => false,
                    // Somebody has written it.
                    Outcome::Unreadable(_) => true,
                }
        })
    };
    addresses.iter().find(is_known).cloned()
}

/// The clean text of an element; `None` where there is nothing to read.
fn text_of(element: Node<'_, '_>) -> Option<String> {
    let mut text = String::new();
    for part in element.descendants().filter(Node::is_text) {
        text.push_str(part.text().unwrap_or_default());
        if text.len() > Entry::LONGEST {
            text.truncate(text.floor_char_boundary(Entry::LONGEST));
            break;
        }
    }
    let text = clean(&text);
    (!text.is_empty()).then_some(text)
}
