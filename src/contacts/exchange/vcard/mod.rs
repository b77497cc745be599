//! vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), several cards in a file.

mod property;

use super::fold::{Line, fold};
use super::intake::{Entry, Intake, Kind, Reason, first_group};
use crate::contacts::{Contact, Fact};
use property::{Property, decoded, scheme, split, unescape};

/// Lines are at most so long, in bytes (RFC 6350 section 3.2).
const WIDTH: usize = 75;

/// The category of those who stand on top, as in Google's contacts.
const STARRED: &str = "starred";
/// A property of our own: addresses that somebody has besides. Of other programs' cards only one
/// address is taken, for the others may be private.
const ALSO: &str = "X-WHOSIN-ALSO";

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
    /// Where the card names any, or says that there are none.
    categories: Option<Vec<String>>,
    /// The name of the company, then its parts.
    organization: Vec<String>,
    /// With preference, as the addresses.
    numbers: Vec<(u8, String)>,
    mobiles: Vec<(u8, String)>,
    title: String,
    also: String,
    note: String,
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
            categories: None,
            organization: Vec::new(),
            numbers: Vec::new(),
            mobiles: Vec::new(),
            title: String::new(),
            also: String::new(),
            note: String::new(),
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
            "FN" | "N" | "CATEGORIES" | "ORG" | "TEL" | "TITLE" | "NOTE" | ALSO => None,
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
                self.categories.get_or_insert_default().extend(categories);
            }
            (None, "TEL") if property.is_of("FAX") || property.is_of("PAGER") => {}
            (None, "TEL") => {
                let numbers = if property.is_of("CELL") {
                    &mut self.mobiles
                } else {
                    &mut self.numbers
                };
                let number = number(&decode(unescape(value)));
                numbers.push((property.preference(), number));
            }
            (None, "TITLE") => empty_fill(&mut self.title, &decode(unescape(value))),
            (None, ALSO) => empty_fill(&mut self.also, &decode(unescape(value))),
            (None, "NOTE") => empty_fill(&mut self.note, &decode(unescape(value))),
            (None, _) => {
                let parts = split(value, ';').into_iter().map(decode);
                let parts: Vec<String> = parts.map(|part| part.trim().into()).collect();
                if self.organization.is_empty() {
                    self.organization = parts;
                }
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
        // The part of a company that is named last is the nearest to the person.
        let nearest = self.organization.iter().rfind(|part| !part.is_empty());
        let units = self.organization.iter().skip(1);
        let department = units.rev().find(|part| !part.is_empty());
        let group = match &self.categories {
            Some(categories) => first_group(categories.iter().map(String::as_str)).into(),
            None => nearest.cloned().unwrap_or_default(),
        };
        let categories = self.categories.iter().flatten();
        let most_wanted = |mut numbers: Vec<(u8, String)>| {
            numbers.sort_by_key(|(preference, _)| *preference);
            let mut numbers = numbers.into_iter().map(|(_, number)| number);
            numbers.next().unwrap_or_default()
        };
        let addresses = self.addresses.into_iter();
        intake.take(Entry {
            line: self.begin.number,
            text: self.formatted_name.clone(),
            addresses: addresses.map(|(.., line, text)| (line, text)).collect(),
            name: one_of(self.formatted_name, self.name),
            group,
            department: department.cloned().unwrap_or_default(),
            pinned: categories.into_iter().any(|name| name.trim() == STARRED),
            number: most_wanted(self.numbers),
            mobile: most_wanted(self.mobiles),
            title: self.title,
            also: self.also,
            note: self.note,
            ..Entry::default()
        });
    }

    fn refuse(self, intake: &mut Intake<'_>, reason: Reason) {
        match self.broken {
            Some((line, text, reason)) => intake.refuse(line, &text, reason),
            None => intake.refuse(self.begin.number, &self.begin.text, reason),
        }
    }
}

/// The number of a `TEL`: a text, or a URI (RFC 3966) of which the extension is kept.
fn number(value: &str) -> String {
    let value = value.trim();
    let uri = value
        .get(..4)
        .filter(|scheme| scheme.eq_ignore_ascii_case("tel:"));
    if uri.is_none() {
        return value.into();
    }
    let mut parts = value[4..].split(';');
    let number = parts.next().unwrap_or_default();
    match parts.find_map(|part| part.strip_prefix("ext=")) {
        Some(extension) => format!("{number} ext. {extension}"),
        None => number.into(),
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
        for (property, fact) in [
            // An empty name of the company before its part.
            ("ORG:;", Fact::Department),
            ("TEL;TYPE=work:", Fact::Number),
            ("TEL;TYPE=cell:", Fact::Mobile),
            ("TITLE:", Fact::Title),
            ("NOTE:", Fact::Note),
        ] {
            if let Some(text) = contact.fact(fact) {
                line(&format!("{property}{}", escape(text)));
            }
        }
        if let Some(also) = &contact.also {
            line(&format!("{ALSO}:{}", escape(also)));
        }
        let group = contact.group.as_deref().map(escape);
        let categories: Vec<String> = group
            .into_iter()
            .chain(contact.pinned.then(|| STARRED.into()))
            .collect();
        // Without any the department would be taken for the group.
        if !categories.is_empty() || contact.department.is_some() {
            line(&format!("CATEGORIES:{}", categories.join(",")));
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
