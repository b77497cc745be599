//! vCard 3.0 (RFC 2426) and 4.0 (RFC 6350), several cards in a file.

use super::fold::{Line, fold, unfold};
use super::intake::{Entry, Intake, Reason, Source, first_group};
use crate::contacts::Contact;

/// Lines are at most so long, in bytes (RFC 6350 section 3.2).
const WIDTH: usize = 75;

/// Which vCard is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Three,
    Four,
}

pub(super) fn read(text: &str, intake: &mut Intake<'_>) {
    let mut open: Option<Card> = None;
    // Of what stands between cards only the first line is refused.
    let mut outside = false;
    for line in unfold(text, &[' ', '\t']) {
        let word = line.text.trim();
        if word.is_empty() {
            continue;
        }
        if word.eq_ignore_ascii_case("BEGIN:VCARD") {
            outside = false;
            if let Some(card) = open.replace(Card::begin(line)) {
                card.refuse(intake, Reason::Unended);
            }
        } else if let Some(card) = &mut open {
            if word.eq_ignore_ascii_case("END:VCARD") {
                open.take().into_iter().for_each(|card| card.end(intake));
            } else {
                card.read(&line);
            }
        } else if !std::mem::replace(&mut outside, true) {
            intake.refuse(line.number, &line.text, Reason::OutsideCard);
        }
    }
    if let Some(card) = open {
        card.refuse(intake, Reason::Unended);
    }
}

/// A card that is being read.
struct Card {
    begin: Line,
    formatted_name: String,
    name: String,
    /// With preference: 1 is the most wanted (RFC 6350 section 5.3).
    addresses: Vec<(Source, u8, usize, String)>,
    categories: String,
    organization: String,
    /// The first thing that is wrong with it.
    broken: Option<(usize, String, Reason)>,
}

impl Card {
    fn begin(begin: Line) -> Card {
        Card {
            begin,
            formatted_name: String::new(),
            name: String::new(),
            addresses: Vec::new(),
            categories: String::new(),
            organization: String::new(),
            broken: None,
        }
    }

    fn read(&mut self, line: &Line) {
        if self.broken.is_some() {
            return;
        }
        if let Err(reason) = self.property(line) {
            self.broken = Some((line.number, line.text.clone(), reason));
        }
    }

    fn property(&mut self, line: &Line) -> Result<(), Reason> {
        let property = Property::parse(&line.text).ok_or(Reason::NotProperty)?;
        let empty_fill = |place: &mut String, text: &str| {
            if place.trim().is_empty() {
                *place = text.into();
            }
        };
        let source = match property.name.as_str() {
            "VERSION" => {
                let version = property.value.trim();
                return match version {
                    "3.0" | "4.0" => Ok(()),
                    other => {
                        let other: String = other.chars().take(20).collect();
                        Err(Reason::Version(crate::presence::clean(&other)))
                    }
                };
            }
            "IMPP" => match scheme(&unescape(property.value)).as_str() {
                "sip" | "sips" => Some(Source::Sip),
                "im" | "pres" | "xmpp" => Some(Source::Im),
                // A network that a presence server knows nothing of.
                _ => return Ok(()),
            },
            "X-SIP" => Some(Source::Sip),
            "X-JABBER" | "X-MS-IMADDRESS" => Some(Source::Im),
            "EMAIL" => Some(Source::Mail),
            "FN" | "N" | "CATEGORIES" | "ORG" => None,
            _ => return Ok(()),
        };
        if property.is_quoted_printable() {
            return Err(Reason::QuotedPrintable);
        }
        match (source, property.name.as_str()) {
            (Some(source), _) => {
                let (preference, value) = (property.preference(), unescape(property.value));
                self.addresses
                    .push((source, preference, line.number, value));
            }
            (None, "FN") => empty_fill(&mut self.formatted_name, &unescape(property.value)),
            (None, "N") => {
                // Family name, given name, and others.
                let parts = split(property.value, ';');
                let part = |place: usize| parts.get(place).map_or("", String::as_str);
                empty_fill(&mut self.name, &format!("{} {}", part(1), part(0)));
            }
            (None, "CATEGORIES") => {
                let categories = split(property.value, ',');
                let first = first_group(categories.iter().map(String::as_str));
                empty_fill(&mut self.categories, first);
            }
            // The organization, then its parts: the last is the nearest to the person.
            (None, _) => {
                let parts = split(property.value, ';');
                let last = parts.iter().rfind(|part| !part.trim().is_empty());
                empty_fill(&mut self.organization, last.map_or("", String::as_str));
            }
        }
        Ok(())
    }

    fn end(mut self, intake: &mut Intake<'_>) {
        if let Some((line, text, reason)) = self.broken {
            return intake.refuse(line, &text, reason);
        }
        self.addresses
            .sort_by_key(|(source, preference, ..)| (*source, *preference));
        let one_of = |first: String, second: String| match first.trim() {
            "" => second,
            _ => first,
        };
        let addresses = self.addresses.into_iter();
        intake.take(Entry {
            line: self.begin.number,
            text: self.formatted_name.clone(),
            addresses: addresses.map(|(.., line, text)| (line, text)).collect(),
            name: one_of(self.formatted_name, self.name),
            group: one_of(self.categories, self.organization),
        });
    }

    fn refuse(self, intake: &mut Intake<'_>, reason: Reason) {
        match self.broken {
            Some((line, text, reason)) => intake.refuse(line, &text, reason),
            None => intake.refuse(self.begin.number, &self.begin.text, reason),
        }
    }
}

/// A line such as `item1.EMAIL;TYPE=work:ben@example.com`.
struct Property<'t> {
    /// In upper case, without its group.
    name: String,
    /// As they stand, in upper case.
    parameters: Vec<String>,
    value: &'t str,
}

impl Property<'_> {
    fn parse(line: &str) -> Option<Property<'_>> {
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

    /// From 1; 101 where the card states no preference.
    fn preference(&self) -> u8 {
        let preferences = self.parameters.iter().filter_map(|parameter| {
            let (key, value) = parameter.split_once('=').unwrap_or(("TYPE", parameter));
            match key.trim() {
                "PREF" => value.trim().trim_matches('"').parse().ok(),
                "TYPE" => value
                    .split([',', '"'])
                    .any(|kind| kind.trim() == "PREF")
                    .then_some(1),
                _ => None,
            }
        });
        preferences.min().unwrap_or(101)
    }

    fn is_quoted_printable(&self) -> bool {
        let encoding = |parameter: &String| parameter.ends_with("QUOTED-PRINTABLE");
        self.parameters.iter().any(encoding)
    }
}

/// In lower case; empty where there is none.
fn scheme(value: &str) -> String {
    let scheme = value.trim().split_once(':').map(|(scheme, _)| scheme);
    scheme.unwrap_or_default().to_ascii_lowercase()
}

/// Splits a value at signs that are not escaped, and undoes the escapes of the parts.
fn split(value: &str, at: char) -> Vec<String> {
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

fn unescape(value: &str) -> String {
    // No line holds this sign, so there is one part.
    split(value, '\n').concat()
}

pub(super) fn write(contacts: &[Contact], version: Version) -> String {
    let mut out = String::new();
    for contact in contacts {
        let address = contact.address.as_str();
        let name = escape(contact.name.as_deref().unwrap_or(address));
        let mut line = |line: &str| fold(&mut out, line, WIDTH, "\r\n");
        line("BEGIN:VCARD");
        match version {
            Version::Three => line("VERSION:3.0"),
            Version::Four => line("VERSION:4.0"),
        }
        line(&format!("FN:{name}"));
        if version == Version::Three {
            // It demands the parts of the name, too.
            line(&format!("N:{name};;;;"));
        }
        line(&format!("IMPP:sip:{address}"));
        if let Some(group) = &contact.group {
            line(&format!("CATEGORIES:{}", escape(group)));
        }
        line("END:VCARD");
    }
    out
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => escaped.push_str("\\n"),
            '\\' | ',' | ';' => escaped.extend(['\\', character]),
            other => escaped.push(other),
        }
    }
    escaped
}
