//! Addresses as people send them: one a line, or many with something between.

use super::intake::{Entry, Intake, Reason};
use crate::contacts::Contact;

pub(super) fn read(text: &str, intake: &mut Intake<'_>) {
    for (index, line) in text.lines().enumerate() {
        read_line(index + 1, line, intake);
    }
}

/// One line. What is collected before a `<` is the name of the address in it; what is collected
/// before a separator is one or more addresses.
fn read_line(number: usize, line: &str, intake: &mut Intake<'_>) {
    let mut collected = String::new();
    // "Two, Ben <ben@example.com>": words before a comma may turn out to be part of a name.
    let mut before_comma = String::new();
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        let after = &rest[next.len_utf8()..];
        match next {
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
                intake.take(Entry {
                    line: number,
                    text: rest[..rest.len() - behind.len()].into(),
                    addresses: vec![(number, address.into())],
                    name: std::mem::take(&mut before_comma) + &std::mem::take(&mut collected),
                    ..Entry::default()
                });
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

/// Addresses without brackets.
fn bare(line: usize, text: &str, intake: &mut Intake<'_>) {
    let words = text.split(|c: char| c == ',' || c.is_whitespace());
    for word in words.filter(|word| !word.is_empty()) {
        intake.take(Entry {
            line,
            text: word.into(),
            addresses: vec![(line, word.into())],
            ..Entry::default()
        });
    }
}

pub(super) fn write(contacts: &[Contact]) -> String {
    let mut out = String::new();
    for contact in contacts {
        let address = contact.address.as_str();
        match &contact.name {
            Some(name) => {
                // A line end would end the entry; on reading any white space is one space.
                let name = name.replace(['\n', '\r'], " ");
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
