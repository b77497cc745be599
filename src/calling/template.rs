//! One argument of a command, with placeholders.

use std::fmt;

use thiserror::Error;

use crate::contacts::number;

/// What stands for something of the contact, in braces: `{number}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Placeholder {
    Address,
    User,
    Name,
    Number,
    Mobile,
    Group,
    State,
    Activity,
}

impl Placeholder {
    const ALL: [Placeholder; 8] = [
        Placeholder::Address,
        Placeholder::User,
        Placeholder::Name,
        Placeholder::Number,
        Placeholder::Mobile,
        Placeholder::Group,
        Placeholder::State,
        Placeholder::Activity,
    ];

    const fn name(self) -> &'static str {
        match self {
            Placeholder::Address => "address",
            Placeholder::User => "user",
            Placeholder::Name => "name",
            Placeholder::Number => "number",
            Placeholder::Mobile => "mobile",
            Placeholder::Group => "group",
            Placeholder::State => "state",
            Placeholder::Activity => "activity",
        }
    }

    /// What a command gets of a text: of a number no more than can be dialled.
    fn passed(self, text: String) -> Option<String> {
        match self {
            Placeholder::Number | Placeholder::Mobile => number::dialled(&text),
            _ => (!text.is_empty()).then_some(text),
        }
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Placeholder::Mobile => "mobile number",
            other => other.name(),
        })
    }
}

/// Why a text is no argument.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// A name in braces that is none.
    #[error(
        "there is no {{{0}}}: {{address}}, {{user}}, {{name}}, {{number}}, {{mobile}}, {{group}}, \
         {{state}} and {{activity}} are known"
    )]
    Placeholder(String),
    /// A brace without its partner.
    #[error("a brace stands alone in '{0}': {{{{ and }}}} are braces")]
    Brace(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Placeholder(Placeholder),
}

/// An argument: texts and placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
    /// What stands in a URI is escaped in it.
    is_uri: bool,
}

impl Template {
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let (brace, after) = rest[at..].split_at(1);
            if let Some(after) = after.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let alone = || TemplateError::Brace(text.into());
            let (name, after) = after
                .split_once('}')
                .filter(|_| brace == "{")
                .ok_or_else(alone)?;
            let mut all = Placeholder::ALL.into_iter();
            let placeholder = all.find(|placeholder| placeholder.name() == name);
            let placeholder = placeholder.ok_or_else(|| TemplateError::Placeholder(name.into()))?;
            parts.push(Part::Text(std::mem::take(&mut plain)));
            parts.push(Part::Placeholder(placeholder));
            rest = after;
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        Ok(Template {
            is_uri: begins_like_uri(text),
            parts,
        })
    }

    /// The text, where it is the same for every contact.
    pub fn text(&self) -> Option<String> {
        let text = |part: &Part| match part {
            Part::Text(text) => Some(text.clone()),
            Part::Placeholder(_) => None,
        };
        self.parts.iter().map(text).collect()
    }

    /// This text, with braces and all, for every contact.
    pub fn of_text(text: String) -> Template {
        Template {
            is_uri: false,
            parts: vec![Part::Text(text)],
        }
    }

    /// The argument with what `value` says in place of each placeholder.
    ///
    /// # Errors
    /// The first placeholder for which there is nothing.
    pub fn fill(
        &self,
        value: impl Fn(Placeholder) -> Option<String>,
    ) -> Result<String, Placeholder> {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Placeholder(placeholder) => {
                    let text = value(*placeholder).and_then(|text| placeholder.passed(text));
                    let text = text.ok_or(*placeholder)?;
                    if self.is_uri {
                        filled.push_str(&escaped(&text));
                    } else {
                        filled.push_str(&text);
                    }
                }
            }
        }
        Ok(filled)
    }

    /// Whether it begins with a dash as it is written, not as it is filled.
    pub fn is_option(&self) -> bool {
        matches!(self.parts.first(), Some(Part::Text(text)) if text.starts_with('-'))
    }
}

/// Whether a scheme stands before anything else (RFC 3986 section 3.1), of two letters at least: one
/// is a drive of Windows.
fn begins_like_uri(text: &str) -> bool {
    let may_stand =
        |character: char| character.is_ascii_alphanumeric() || "+-.".contains(character);
    text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(may_stand)
    })
}

/// Escapes what would mean something in a URI, or could not stand there (RFC 3986 section 2).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => escaped.push(char::from(byte)),
            byte if b"-._~@+*".contains(&byte) => escaped.push(char::from(byte)),
            byte => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
