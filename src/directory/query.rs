//! What is asked of the directory.

use reqwest::Url;

use super::service::Endpoint;
use crate::presence::clean;

/// The words of somebody who looks for people, as the directory takes them.
///
/// A name is looked for by the beginnings of its parts, in either order: with one word they are
/// those of the first name, the last name and the e-mail address, with two those of first and last
/// name either way round. More than three words the directory does not look at. Digits are looked
/// for in the numbers (UDS API reference, `users`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    attempts: Vec<Parameter>,
}

/// One parameter that selects users.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parameter {
    name: &'static str,
    value: String,
}

/// Which of the users that match are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many are skipped.
    pub start: u32,
    /// How many at most. It has to be below the directory's own limit, which is usually 64.
    pub most: u32,
}

impl Window {
    /// As many as one request asks for.
    pub const PAGE: u32 = 50;
}

impl Query {
    /// Fewer letters find half the company: whoever searches as somebody types waits for so many.
    pub const LEAST: usize = 2;

    /// So many words the directory looks at.
    const WORDS: usize = 3;
    /// The most letters that are sent, of all words together.
    const LONGEST: usize = 128;
    /// With fewer of its last digits too many numbers are found.
    const LAST_DIGITS: usize = 4;

    /// Reads words as people type them, also the last name first with a comma; `None` where there
    /// is nothing to look for in them.
    pub fn of(words: &str) -> Option<Query> {
        // The directory documents no wildcards; what a database may take for one is no letter of a
        // name.
        let is_gap = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '*' | '%' | '"');
        let words = clean(words);
        let words = words.split(is_gap).filter(|word| !word.is_empty());
        let words: Vec<&str> = words.collect();
        if let Some(digits) = digits(&words) {
            let mut attempts = vec![Parameter {
                name: "number",
                value: digits.clone(),
            }];
            // Many know of a number no more than its extension.
            if digits.len() >= Query::LAST_DIGITS {
                attempts.push(Parameter {
                    name: "numberlast",
                    value: digits,
                });
            }
            return Some(Query { attempts });
        }
        let parameter = |name, words: &[&str]| {
            let mut value = words.join(" ");
            value.truncate(value.floor_char_boundary(Query::LONGEST));
            let value = value.trim_end().to_string();
            Parameter { name, value }
        };
        let looked_at = &words[..words.len().min(Query::WORDS)];
        let mut attempts = vec![parameter("name", looked_at)];
        if !attempts[0].value.contains(char::is_alphanumeric) {
            return None;
        }
        // Of three words the directory takes at least one for the other name.
        if words.len() >= Query::WORDS {
            attempts.push(parameter("last", &words));
        }
        Some(Query { attempts })
    }

    /// How many ways there are to ask, each to be tried only where the one before finds nobody.
    pub fn attempts(&self) -> usize {
        self.attempts.len()
    }

    /// What one of these ways asks of a node, from 0 on.
    pub fn url(&self, attempt: usize, node: &Endpoint, window: Window) -> Url {
        let Parameter { name, value } = &self.attempts[attempt];
        let Window { start, most } = window;
        let mut url = node.below("users");
        url.query_pairs_mut()
            .append_pair(name, value)
            .append_pair("start", &start.to_string())
            .append_pair("max", &most.to_string());
        // In a form a space is a plus; in the query of a URL it is not (RFC 3986, section 3.4).
        let query = url.query().unwrap_or_default().replace('+', "%20");
        url.set_query(Some(&query));
        url
    }
}

/// The digits of a number that is written in some words; `None` where they are no number.
fn digits(words: &[&str]) -> Option<String> {
    let letters = || words.iter().flat_map(|word| word.chars());
    let is_number = letters().all(|c| c.is_ascii_digit() || "+-()./".contains(c));
    let digits: String = letters().filter(char::is_ascii_digit).collect();
    let fits = (1..=32).contains(&digits.len());
    (is_number && fits).then_some(digits)
}
