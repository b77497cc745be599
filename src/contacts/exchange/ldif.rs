//! Entries of a directory as `ldapsearch`, Active Directory and Thunderbird write them (RFC 2849).

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::fold::{Line, fold, unfold};
use super::intake::{Entry, Intake, Kind, Reason};
use crate::contacts::{Contact, Fact};

/// Padding is written, and need not be there when reading.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The longest line that is written; RFC 2849 leaves it open and everybody takes this.
const WIDTH: usize = 76;

/// The category of those who stand on top.
const STARRED: &str = "starred";

/// What an attribute is to a contact; of several names or groups the first of these counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Attribute {
    Address(Kind),
    /// Addresses of several kinds: those with `sip:` before them count.
    Proxies,
    DisplayName,
    CommonName,
    GivenName,
    Surname,
    Department,
    /// Of `inetOrgPerson`, where people write words, too; a group it is not.
    DepartmentNumber,
    Unit,
    Telephone,
    Mobile,
    Title,
    /// Of RFC 2079: `sip:` before an address that somebody has besides.
    Uri,
    Description,
    /// Of `inetOrgPerson`: `starred` stands for a pin.
    Category,
}

fn attribute(name: &str) -> Option<Attribute> {
    Some(match name {
        "msrtcsip-primaryuseraddress" | "sip-address" | "sipaddress" | "sip-uri" | "sipuri" => {
            Attribute::Address(Kind::Sip)
        }
        "imaddress" | "jabberid" => Attribute::Address(Kind::Im),
        "mail" | "rfc822mailbox" => Attribute::Address(Kind::Mail),
        "proxyaddresses" => Attribute::Proxies,
        "displayname" => Attribute::DisplayName,
        "cn" | "commonname" => Attribute::CommonName,
        "givenname" => Attribute::GivenName,
        "sn" | "surname" => Attribute::Surname,
        "department" => Attribute::Department,
        "departmentnumber" => Attribute::DepartmentNumber,
        "telephonenumber" => Attribute::Telephone,
        "mobile" | "mobiletelephonenumber" => Attribute::Mobile,
        "title" => Attribute::Title,
        "labeleduri" => Attribute::Uri,
        "description" => Attribute::Description,
        "businesscategory" => Attribute::Category,
        "ou" | "organizationalunitname" => Attribute::Unit,
        _ => return None,
    })
}

pub(super) fn read(text: &str, intake: &mut Intake<'_>) {
    let lines = unfold(text, &[' ']);
    let lines: Vec<Line> = lines
        .into_iter()
        .filter(|line| !line.text.starts_with('#'))
        .collect();
    for lines in lines.split(|line| line.text.trim().is_empty()) {
        let lines = match lines {
            [first, rest @ ..] if is(first, "version") => rest,
            lines => lines,
        };
        // ldapsearch's remarks on the search itself.
        if lines.is_empty() || is(&lines[0], "search") {
            continue;
        }
        match entry(lines) {
            Ok(entry) => intake.take(entry),
            Err((line, reason)) => intake.refuse(line.number, &line.text, reason),
        }
    }
}

fn is(line: &Line, name: &str) -> bool {
    let before_colon = line.text.split(':').next().unwrap_or_default();
    before_colon.eq_ignore_ascii_case(name) && before_colon.len() < line.text.len()
}

fn entry(lines: &[Line]) -> Result<Entry, (&Line, Reason)> {
    let first = &lines[0];
    if let Some(change) = lines.iter().find(|line| is(line, "changetype")) {
        return Err((change, Reason::Change));
    }
    if !is(first, "dn") {
        return Err((first, Reason::NoName));
    }
    let mut addresses = Vec::new();
    let mut words = Vec::new();
    for line in lines {
        let Some((name, value)) = line.text.split_once(':') else {
            return Err((line, Reason::NotAttribute));
        };
        // Options, such as a language, stand behind a semicolon.
        let name = name.split(';').next().unwrap_or_default().trim();
        let Some(attribute) = attribute(&name.to_ascii_lowercase()) else {
            continue;
        };
        let value = decoded(name, value).map_err(|reason| (line, reason))?;
        match attribute {
            Attribute::Address(source) => addresses.push((source, line.number, value)),
            Attribute::Proxies if value.to_ascii_lowercase().starts_with("sip:") => {
                addresses.push((Kind::Sip, line.number, value));
            }
            Attribute::Proxies => {}
            word => words.push((word, value)),
        }
    }
    addresses.sort_by_key(|(source, ..)| *source);
    let word = |wanted: Attribute| {
        let mut found = words.iter().filter(|(attribute, _)| *attribute == wanted);
        found.next().map(|(_, value)| value.clone())
    };
    let full = word(Attribute::DisplayName).or_else(|| word(Attribute::CommonName));
    let parts = || {
        let part = |attribute| word(attribute).unwrap_or_default();
        format!(
            "{} {}",
            part(Attribute::GivenName),
            part(Attribute::Surname)
        )
    };
    let department = word(Attribute::Department);
    let group = department.clone().or_else(|| word(Attribute::Unit));
    let department = department.or_else(|| word(Attribute::DepartmentNumber));
    let fact = |attribute| word(attribute).unwrap_or_default();
    let uris = words
        .iter()
        .filter(|(attribute, _)| *attribute == Attribute::Uri);
    let also = uris.filter_map(|(_, value)| value.strip_prefix("sip:"));
    Ok(Entry {
        line: first.number,
        text: first.text.clone(),
        addresses: addresses
            .into_iter()
            .map(|(_, line, value)| (line, value))
            .collect(),
        name: full.unwrap_or_else(parts),
        group: group.unwrap_or_default(),
        number: fact(Attribute::Telephone),
        mobile: fact(Attribute::Mobile),
        department: department.unwrap_or_default(),
        title: fact(Attribute::Title),
        also: also.collect::<Vec<_>>().join(", "),
        note: fact(Attribute::Description),
        pinned: word(Attribute::Category).is_some_and(|word| word == STARRED),
        ..Entry::default()
    })
}

/// The value behind the first colon: another colon means base64, `<` that it is elsewhere.
fn decoded(name: &str, value: &str) -> Result<String, Reason> {
    let name = || crate::presence::clean(name);
    if value.starts_with('<') {
        return Err(Reason::Elsewhere(name()));
    }
    let Some(encoded) = value.strip_prefix(':') else {
        return Ok(value.trim_start_matches(' ').into());
    };
    let bytes = BASE64.decode(encoded.trim()).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| Reason::Base64(name()))
}

pub(super) fn write(contacts: &[Contact]) -> String {
    let mut out = String::from("version: 1\n");
    for contact in contacts {
        let address = contact.address.as_str();
        let name = contact.name.as_deref().unwrap_or(address);
        out.push('\n');
        let mut line = |attribute: &str, value: &str| {
            let line = if is_safe(value) {
                format!("{attribute}: {value}")
            } else {
                format!("{attribute}:: {}", BASE64.encode(value))
            };
            fold(&mut out, &line, WIDTH, "\n");
        };
        line("dn", &format!("mail={}", in_name(address)));
        line("objectClass", "inetOrgPerson");
        line("cn", name);
        // The class demands it.
        line("sn", name);
        line("mail", address);
        for (attribute, fact) in [
            ("ou", Fact::Group),
            ("telephoneNumber", Fact::Number),
            ("mobile", Fact::Mobile),
            ("departmentNumber", Fact::Department),
            ("title", Fact::Title),
            ("description", Fact::Note),
        ] {
            if let Some(text) = contact.fact(fact) {
                line(attribute, text);
            }
        }
        for other in contact.others() {
            line("labeledURI", &format!("sip:{other}"));
        }
        if contact.pinned {
            line("businessCategory", STARRED);
        }
    }
    out
}

/// Whether a value may stand as it is (SAFE-STRING of RFC 2849, and no space at its end).
fn is_safe(value: &str) -> bool {
    value.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && !value.starts_with([' ', ':', '<'])
        && !value.ends_with(' ')
}

/// A value within a distinguished name (RFC 4514 section 2.4).
fn in_name(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for (at, character) in value.char_indices() {
        let special = ",+\"\\<>;=".contains(character) || (at == 0 && "# ".contains(character));
        if special {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
