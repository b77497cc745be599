//! Addresses as people send them: one a line, or many with something between.

use super::intake::{Entry, Intake, Reason};
use crate::contacts::Contact;
use crate::presence::clean;

pub(super) fn read(text: &str, intake: &mut Intake<'_>) {
    for (index, line) in text.lines().enumerate() {
        read_line(index + 1, line, intake);
    }
}

/// One line. What is collected before a `<` is the name of the address in it; what is collected
/// before a separator is one or more addresses.
pub(super) fn read_line(number: usize, line: &str, intake: &mut Intake<'_>) {
    let mut collected = String::new();
    // "Two, Ben <ben@example.com>": words before a comma may turn out to be part of a name.
    let mut before_comma = String::new();
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        let after = &rest[next.len_utf8()..];
        match next {
            // `ann@example.com (Ann One)`, as old mail programs write it.
            '(' if is_address_and_gap(&collected)
                && let Some((name, behind)) = after.split_once(')') =>
            {
                bare(number, &std::mem::take(&mut before_comma), intake);
                intake.take(named(number, line, &collected, name));
                collected.clear();
                rest = behind;
                continue;
            }
            ';' if collected.contains('@')
                && let Some(behind) = after_parameter(after) =>
            {
                rest = behind;
                continue;
            }
            '#' if collected.is_empty() || collected.ends_with(char::is_whitespace) => break,
            '"' => match quoted(after) {
                Some((text, behind)) => {
                    collected.push_str(&text);
                    rest = behind;
                    continue;
                }
                None => {
                    let text = before_comma + &collected + rest;
                    return intake.refuse(number, &text, Reason::Unclosed('"'));
                }
            },
            '<' => {
                let Some((address, behind)) = after.split_once('>') else {
                    let text = before_comma + &collected + rest;
                    return intake.refuse(number, &text, Reason::Unclosed('<'));
                };
                let name = std::mem::take(&mut before_comma) + &std::mem::take(&mut collected);
                let text = &rest[..rest.len() - behind.len()];
                intake.take(named(number, text, address, &name));
                rest = behind;
                continue;
            }
            // `Five, Eve [mailto:eve@example.com]`, as Outlook shows who wrote a mail.
            '[' if let Some((address, behind)) = after.split_once(']')
                && address.contains('@') =>
            {
                let name = std::mem::take(&mut before_comma) + &std::mem::take(&mut collected);
                let text = &rest[..rest.len() - behind.len()];
                intake.take(named(number, text, address, &name));
                rest = behind;
                continue;
            }
            ',' if !collected.contains('@') && !collected.trim().is_empty() => {
                before_comma.push_str(&std::mem::take(&mut collected));
                before_comma.push(',');
            }
            ',' | ';' => {
                before_comma.push_str(&std::mem::take(&mut collected));
                bare(number, &std::mem::take(&mut before_comma), intake);
            }
            other => collected.push(other),
        }
        rest = after;
    }
    bare(number, &(before_comma + &collected), intake);
}

/// An address with its name, without the single quotes that Outlook puts around either.
fn named(line: usize, text: &str, address: &str, name: &str) -> Entry {
    Entry {
        line,
        text: text.into(),
        addresses: vec![(line, without_quotes(address).into())],
        name: without_quotes(name).into(),
        ..Entry::default()
    }
}

fn without_quotes(text: &str) -> &str {
    let text = text.trim();
    let inside = text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''));
    inside.unwrap_or(text)
}

/// Whether an address alone stands here, and white space after it.
fn is_address_and_gap(text: &str) -> bool {
    text.contains('@')
        && text.ends_with(char::is_whitespace)
        && !text.trim().contains(char::is_whitespace)
}

/// What is behind a parameter of a SIP address (RFC 3261 section 19.1.1), such as `transport=tls`;
/// `None` where none stands here.
fn after_parameter(text: &str) -> Option<&str> {
    let end = text.find(|c: char| ",;>".contains(c) || c.is_whitespace());
    let (parameter, behind) = text.split_at(end.unwrap_or(text.len()));
    let (name, _) = parameter.split_once('=')?;
    let name = name.to_ascii_lowercase();
    ["transport", "user", "method", "ttl", "maddr", "gr"]
        .contains(&name.as_str())
        .then_some(behind)
}

/// The text up to the closing quote, with escapes undone, and what is behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut plain = String::new();
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return Some((plain, &text[at + 1..])),
            other => {
                plain.push(other);
                escaped = false;
            }
        }
    }
    None
}

/// Addresses without brackets: words before a single one, as in `Ann One ann@example.com`, are its
/// name where they are written like one, else the address is wrong.
fn bare(line: usize, text: &str, intake: &mut Intake<'_>) {
    let words = text.split(|c: char| c == ',' || c.is_whitespace());
    let words: Vec<&str> = words.filter(|word| !clean(word).is_empty()).collect();
    match words.as_slice() {
        [name @ .., address]
            if address.contains('@')
                && !name.is_empty()
                && !text.contains(',')
                && !name.iter().any(|word| word.contains('@')) =>
        {
            let like_name = |word: &&str| !word.starts_with(char::is_lowercase);
            intake.take(if name.iter().any(like_name) {
                named(line, address, address, &name.join(" "))
            } else {
                named(line, text, text, "")
            });
        }
        words => {
            let entries = words.iter().map(|word| named(line, word, word, ""));
            entries.for_each(|entry| intake.take(entry));
        }
    }
}

pub(super) fn write(contacts: &[Contact]) -> String {
    let mut out = String::new();
    for contact in contacts {
        let address = contact.address.as_str();
        match &contact.name {
            Some(name) => {
                // A line end would end the entry; on reading any white space is one space.
                let mut name = name.replace(['\n', '\r'], " ");
                if without_quotes(&name) != name {
                    // On reading one pair goes.
                    name = format!("'{name}'");
                }
                let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
                let plain = name
                    .chars()
                    .all(|c| c.is_alphanumeric() || " .-'".contains(c));
                if plain {
                    out.push_str(&format!("{name} <{address}>\n"))
                } else {
                    out.push_str(&format!("\"{escaped}\" <{address}>\n"))
                }
            }
            // Signs that separate addresses may stand in one.
            None if address.contains([',', ';', '#']) => {
                out.push_str(&format!("<{address}>\n"));
            }
            None => out.push_str(&format!("{address}\n")),
        }
    }
    out
}
