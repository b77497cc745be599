//! One property of a card: its name, its parameters, and its value in whatever it is encoded.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use encoding_rs::{Encoding, WINDOWS_1252};

use crate::contacts::exchange::Reason;

/// A line such as `item1.EMAIL;TYPE=work:ben@example.com`.
pub(super) struct Property<'t> {
    /// In upper case, without its group.
    pub name: String,
    /// As they stand, in upper case.
    parameters: Vec<String>,
    pub value: &'t str,
}

impl Property<'_> {
    pub fn parse(line: &str) -> Option<Property<'_>> {
        let mut quoted = false;
        let mut outside = |character: char| {
            quoted ^= character == '"';
            !quoted
        };
        let at = line.find(|character| outside(character) && character == ':')?;
        let mut parts = line[..at].split(';').map(str::to_uppercase);
        let name = parts.next()?;
        let name = name.rsplit('.').next()?.trim().to_string();
        Some(Property {
            name,
            parameters: parts.collect(),
            value: &line[at + 1..],
        })
    }

    /// Whether its type is this, in upper case.
    pub fn is_of(&self, kind: &str) -> bool {
        self.parameters.iter().any(|parameter| {
            let (key, value) = parameter.split_once('=').unwrap_or(("TYPE", parameter));
            key.trim() == "TYPE" && value.split([',', '"']).any(|word| word.trim() == kind)
        })
    }

    /// From 1; 101 where the card states no preference.
    pub fn preference(&self) -> u8 {
        let preferences = self.parameters.iter().filter_map(|parameter| {
            let (key, value) = parameter.split_once('=').unwrap_or(("TYPE", parameter));
            match key.trim() {
                "PREF" => value.trim().trim_matches('"').parse().ok(),
                "TYPE" => self.is_of("PREF").then_some(1),
                _ => None,
            }
        });
        preferences.min().unwrap_or(101)
    }

    pub fn is_quoted_printable(&self) -> bool {
        let encoding = |parameter: &String| parameter.trim().ends_with("QUOTED-PRINTABLE");
        self.parameters.iter().any(encoding)
    }

    /// The value where it is written in base64, as some phones write names that are not ASCII.
    pub fn decoded_base64(&self) -> Result<Option<String>, Reason> {
        let encoding = |parameter: &String| {
            let (key, value) = parameter.split_once('=').unwrap_or(("", parameter));
            match key.trim() {
                "ENCODING" => matches!(value.trim(), "B" | "BASE64"),
                "" => value.trim() == "BASE64",
                _ => false,
            }
        };
        if !self.parameters.iter().any(encoding) {
            return Ok(None);
        }
        let bytes = BASE64_STANDARD.decode(self.value.trim());
        let bytes = bytes.map_err(|_| Reason::Base64(self.name.clone()))?;
        Ok(Some(self.charset()?.decode(&bytes)))
    }

    /// The character set of the bytes that quoted-printable stands for; `None` where the value is
    /// not quoted-printable.
    pub fn encoded_in(&self) -> Result<Option<Charset>, Reason> {
        if self.is_quoted_printable() {
            self.charset().map(Some)
        } else {
            Ok(None)
        }
    }

    /// The character set of encoded bytes.
    fn charset(&self) -> Result<Charset, Reason> {
        let mut named = self.parameters.iter().filter_map(|parameter| {
            let (key, label) = parameter.split_once('=')?;
            (key.trim() == "CHARSET").then(|| label.trim().trim_matches('"'))
        });
        let Some(label) = named.next() else {
            return Ok(Charset::Unnamed);
        };
        match Encoding::for_label(label.as_bytes()) {
            Some(encoding) => Ok(Charset::Named(encoding)),
            None => Err(Reason::Charset(crate::presence::clean(label))),
        }
    }
}

/// What the bytes of an encoded value are written in.
#[derive(Clone, Copy)]
pub(super) enum Charset {
    Named(&'static Encoding),
    /// ASCII by the letter of vCard 2.1; programs write UTF-8 or the system's own all the same.
    Unnamed,
}

impl Charset {
    fn decode(self, bytes: &[u8]) -> String {
        let text: Cow<'_, str> = match self {
            Charset::Named(encoding) => encoding.decode_without_bom_handling(bytes).0,
            Charset::Unnamed => match std::str::from_utf8(bytes) {
                Ok(text) => text.into(),
                Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
            },
        };
        text.into_owned()
    }
}

/// Undoes quoted-printable (RFC 2045 section 6.7). What is no escape stands for itself.
pub(super) fn decoded(value: &str, charset: Charset) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'=').then(|| after.split_at_checked(2)).flatten();
        let byte = escaped.and_then(|(hex, behind)| {
            let digit = |digit: u8| char::from(digit).to_digit(16);
            let byte = digit(hex[0])? * 16 + digit(hex[1])?;
            Some((u8::try_from(byte).ok()?, behind))
        });
        let (byte, behind) = byte.unwrap_or((first, after));
        bytes.push(byte);
        rest = behind;
    }
    charset.decode(&bytes)
}

/// In lower case; empty where there is none.
pub(super) fn scheme(value: &str) -> String {
    let scheme = value.trim().split_once(':').map(|(scheme, _)| scheme);
    scheme.unwrap_or_default().to_ascii_lowercase()
}

/// Splits a value at signs that are not escaped, and undoes the escapes of the parts.
pub(super) fn split(value: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        let last = parts.last_mut().expect("there is one from the start");
        match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => last.push('\n'),
                Some(other) => last.push(other),
                None => last.push('\\'),
            },
            sign if sign == at => parts.push(String::new()),
            other => last.push(other),
        }
    }
    parts
}

pub(super) fn unescape(value: &str) -> String {
    // No line holds this sign, so there is one part.
    split(value, '\n').concat()
}
