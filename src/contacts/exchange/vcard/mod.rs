//! vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), several cards in a file.

mod property;

use super::fold::{Line, fold};
use super::intake::{Entry, Intake, Kind, Reason, first_group};
use crate::contacts::Contact;
use property::{Property, decoded, scheme, split, unescape};

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
    for line in unfold(text) {
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

/// Puts folded lines together. A line of quoted-printable goes on where it ends with `=`, any other
/// where the next begins with white space.
fn unfold(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    // Whether the last of them is quoted-printable and goes on.
    let mut goes_on = false;
    for (index, physical) in text.lines().enumerate() {
        match lines.last_mut() {
            Some(line) if goes_on => line.text.push_str(physical),
            Some(line) if physical.starts_with([' ', '\t']) => line.text.push_str(&physical[1..]),
            _ => lines.push(Line {
                number: index + 1,
                text: physical.into(),
            }),
        }
        goes_on = physical.ends_with('=')
            && lines.last().is_some_and(|line| {
                Property::parse(&line.text).is_some_and(|property| property.is_quoted_printable())
            });
        if goes_on && let Some(line) = lines.last_mut() {
            line.text.pop();
        }
    }
    lines
}

/// A card that is being read.
struct Card {
    begin: Line,
    formatted_name: String,
    name: String,
    /// With preference: 1 is the most wanted (RFC 6350 section 5.3).
    addresses: Vec<(Kind, u8, usize, String)>,
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
                    "2.1" | "3.0" | "4.0" => Ok(()),
                    other => {
                        let other: String = other.chars().take(20).collect();
                        Err(Reason::Version(crate::presence::clean(&other)))
                    }
                };
            }
            "IMPP" => match scheme(&unescape(property.value)).as_str() {
                "sip" | "sips" => Some(Kind::Sip),
                "im" | "pres" | "xmpp" => Some(Kind::Im),
                // A network that a presence server knows nothing of.
                _ => return Ok(()),
            },
            "X-SIP" => Some(Kind::Sip),
            "X-JABBER" | "X-MS-IMADDRESS" => Some(Kind::Im),
            "EMAIL" => Some(Kind::Mail),
            "FN" | "N" | "CATEGORIES" | "ORG" => None,
            _ => return Ok(()),
        };
        let whole = property.decoded_base64()?;
        let value = whole.as_deref().unwrap_or(property.value);
        // Quoted-printable may hold signs that separate parts, so the parts are decoded.
        let encoded = property.encoded_in()?;
        let decode = |part: String| match encoded {
            Some(charset) => decoded(&part, charset),
            None => part,
        };
        match (source, property.name.as_str()) {
            (Some(source), _) => {
                let (preference, value) = (property.preference(), decode(unescape(value)));
                self.addresses
                    .push((source, preference, line.number, value));
            }
            (None, "FN") => {
                let name = decode(unescape(value));
                empty_fill(&mut self.formatted_name, &name);
            }
            (None, "N") => {
                // Family name, given name, and others.
                let parts = split(value, ';').into_iter().map(decode);
                let parts: Vec<String> = parts.collect();
                let part = |place: usize| parts.get(place).map_or("", String::as_str);
                empty_fill(&mut self.name, &format!("{} {}", part(1), part(0)));
            }
            (None, "CATEGORIES") => {
                let categories = split(value, ',').into_iter().map(decode);
                let categories: Vec<String> = categories.collect();
                let first = first_group(categories.iter().map(String::as_str));
                empty_fill(&mut self.categories, first);
            }
            // The organization, then its parts: the last is the nearest to the person.
            (None, _) => {
                let parts = split(value, ';').into_iter().map(decode);
                let parts: Vec<String> = parts.collect();
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
