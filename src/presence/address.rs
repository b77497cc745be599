use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::text::is_formatting;

/// The longest address accepted, in bytes.
const LONGEST: usize = 320;

/// The address of a presentity, `user@domain`: parsed once, then only compared.
///
/// Two addresses are equal when they differ in nothing but letter case, for the service does not
/// promise to answer in the case it was asked in. The text keeps the case that was typed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(Arc<str>);

/// Why a text is not an address. Each message ends a sentence that begins with the text itself.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Nothing was given.
    #[error("an address is missing: type it as user@domain")]
    Empty,
    /// A bare name, and no domain is configured to add.
    #[error("'{0}' has no domain: type it as user@domain")]
    NoDomain(String),
    /// Nothing stands before the `@`.
    #[error("'{0}' has no user before the @: type it as user@domain")]
    NoUser(String),
    /// A character that no address has.
    #[error("'{0}' is not an address: it contains {1}")]
    Character(String, String),
    /// The part after the `@` is no domain name.
    #[error("'{0}' is not an address: '{1}' is not a domain name")]
    Domain(String, String),
    /// Longer than any address is.
    #[error("the address is longer than {LONGEST} characters")]
    TooLong,
}

impl Address {
    /// Reads an address as people and servers write it: `user@domain`, with or without a scheme
    /// (`sip:`, `sips:`, `pres:`, `im:`, `xmpp:`, `mailto:`, `smtp:`, in any case), angle brackets, a port,
    /// URI parameters and headers, which are dropped, as are characters without a width, which come
    /// along when an address is copied. Escapes of unreserved characters and of `@` are undone. The
    /// last `@` separates the domain: where user ids are e-mail addresses themselves, an address
    /// has two.
    ///
    /// # Errors
    /// An [`AddressError`] that names the text and what is wrong with it.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        Address::parse_in(text, None)
    }

    /// As [`Address::parse`], but a bare name gets `domain` added.
    ///
    /// # Errors
    /// As [`Address::parse`]; a bare name without a `domain` is [`AddressError::NoDomain`].
    pub fn parse_in(text: &str, domain: Option<&str>) -> Result<Address, AddressError> {
        if let Some(address) = Address::everyday(text) {
            return Ok(address);
        }
        let visible = without_invisible(text);
        let bare = without_decoration(&visible);
        let shown = || super::clean(bare);
        if bare.is_empty() {
            return Err(AddressError::Empty);
        }
        if bare.len() > LONGEST {
            return Err(AddressError::TooLong);
        }
        let (user, host) = match bare.rsplit_once('@') {
            Some((user, host)) => (user, host),
            None => match domain.map(|domain| domain.trim().trim_start_matches('@')) {
                Some(domain) if !domain.is_empty() => (bare, domain),
                _ => return Err(AddressError::NoDomain(shown())),
            },
        };
        let user = unescape(user);
        if user.split('@').any(str::is_empty) {
            return Err(AddressError::NoUser(shown()));
        }
        if let Some(bad) = user.chars().find(|&c| !may_stand_in_user(c)) {
            return Err(AddressError::Character(shown(), describe(bad)));
        }
        let host = without_port(host);
        if !is_domain(host) {
            return Err(AddressError::Domain(shown(), super::clean(host)));
        }
        let address = format!("{user}@{host}");
        // A domain that is added makes it longer than what was written.
        if address.len() > LONGEST {
            return Err(AddressError::TooLong);
        }
        Ok(Address(address.into()))
    }

    /// Reads the form in which servers write nearly all addresses: nothing in it has to be dropped,
    /// undone or folded. `None` for any other form, which may be an address all the same.
    fn everyday(text: &str) -> Option<Address> {
        let bare = text.strip_prefix("sip:").unwrap_or(text);
        let (user, host) = bare.split_once('@')?;
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_');
        let plain = !user.is_empty()
            && bare.len() <= LONGEST
            && user.bytes().all(plain)
            && host.bytes().all(plain)
            && is_domain(host);
        plain.then(|| Address(bare.into()))
    }

    /// `user@domain`, in the case that it was written in.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the last `@`.
    pub fn user(&self) -> &str {
        self.0.rsplit_once('@').map_or(&*self.0, |(user, _)| user)
    }

    /// The part after the last `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

fn without_invisible(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_formatting) {
        return text.into();
    }
    text.replace(is_formatting, "").into()
}

fn without_decoration(text: &str) -> &str {
    let text = text.trim();
    let text = match (text.rfind('<'), text.rfind('>')) {
        (Some(open), Some(close)) if open < close => &text[open + 1..close],
        _ => text,
    };
    let text = match text.split_once(':') {
        Some((scheme, rest))
            if ["sip", "sips", "pres", "im", "xmpp", "mailto", "smtp"]
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known)) =>
        {
            rest
        }
        _ => text,
    };
    // Parameters and headers follow the host; a ';' before the '@' belongs to the user part.
    let host_at = text.rfind('@').map_or(0, |at| at + 1);
    let end = text[host_at..]
        .find([';', '?', '/'])
        .map_or(text.len(), |at| host_at + at);
    text[..end].trim()
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Undoes `%41` and the like where the character is unreserved (RFC 3986 section 2.3) or an `@`,
/// which stands in some user ids; other escapes mean something as they stand.
fn unescape(user: &str) -> String {
    let mut plain = String::with_capacity(user.len());
    let mut rest = user;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        let byte = rest
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) => {
                plain.push(char::from(byte));
                rest = &rest[at + 3..];
            }
            _ => {
                plain.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn may_stand_in_user(character: char) -> bool {
    character.is_alphanumeric() || "-_.!~*'()&=+$,;?/%#^{}|`@".contains(character)
}

fn is_domain(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        })
}

fn describe(character: char) -> String {
    match character {
        c if c.is_whitespace() => "a space".into(),
        c if c.is_control() => "a control character".into(),
        c => format!("'{}'", c.escape_debug()),
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Address, AddressError> {
        Address::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.0.to_string()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Address, AddressError> {
        Address::parse(text)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.0)
    }
}

/// The letters of an address as they are compared, whatever their case.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

impl PartialEq for Address {
    fn eq(&self, other: &Address) -> bool {
        let (one, other) = (&*self.0, &*other.0);
        // Most are the same by their bytes, or of ASCII alone.
        one == other
            || if one.is_ascii() && other.is_ascii() {
                one.eq_ignore_ascii_case(other)
            } else {
                folded(one).eq(folded(other))
            }
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let is_folded = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
        if self.0.bytes().all(is_folded) {
            self.0.hash(state);
        } else {
            folded(&self.0).collect::<String>().hash(state);
        }
    }
}

impl Ord for Address {
    fn cmp(&self, other: &Address) -> Ordering {
        folded(&self.0).cmp(folded(&other.0))
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Address) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
