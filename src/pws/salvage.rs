//! Where a document ends that is not well-formed, so that the others of an answer can be read.
//!
//! Contacts write into their own documents, so a document can only ever speak for the entity that
//! its own, outermost tag names: whatever is inside it, in a comment or in CDATA, is passed.

use std::collections::HashMap;

use crate::presence::Address;
use crate::presence::markup::{Flaw, Token, Tokens, unescape};
use crate::presence::tree::{Builder, MOST_OPEN};

/// Where a document ends that could be read only in part, by tags alone, in bytes from the
/// beginning of the text; and how many steps were taken to find it. An end tag of one of the
/// elements `around` ends it too, and so does what cannot be told apart from the rest, or has more
/// elements open at once than any answer.
pub(super) fn end(document: &Builder<'_>, around: &[&str]) -> (usize, u64) {
    let text = document.tree().text();
    let mut tokens = Tokens::between(text, document.last_token(), text.len());
    let mut open = Open {
        names: document.open_names(),
        ..Open::default()
    };
    let mut steps = open.names.len() as u64;
    loop {
        let before = tokens.at();
        let token = tokens.next();
        let ended = match token {
            Ok(Some(Token::Start(name))) => {
                if tokens.skip_attributes().is_err() {
                    tokens.go_to(text.len());
                } else if open.names.len() >= MOST_OPEN {
                    tokens.go_to(text.len());
                    break;
                } else if !tokens.ended_itself() {
                    open.push(name);
                }
                open.is_empty()
            }
            Ok(Some(Token::End(name))) => {
                let closed = open.close(name);
                if !closed && around.contains(&name) {
                    tokens.go_to(before);
                    break;
                }
                open.is_empty()
            }
            Ok(Some(Token::Text(_) | Token::Characters(_) | Token::Aside)) => false,
            Ok(None) => true,
            Err(Flaw::CutShort) => {
                tokens.go_to(text.len());
                true
            }
            // A '<' that begins nothing is text.
            Err(_) => {
                tokens.go_to(before + 1);
                false
            }
        };
        steps += 1 + (tokens.at() - before) as u64;
        if ended {
            break;
        }
    }
    (tokens.at(), steps + open.steps)
}

/// The address in a document's first tag.
pub(super) fn entity(document: &str) -> Option<Address> {
    let entity = unescape(written_entity(document)?).ok()?;
    Address::parse(&entity).ok()
}

/// The `entity` in a document's first tag, as it is written.
pub(super) fn written_entity(document: &str) -> Option<&str> {
    let mut tokens = Tokens::between(document, 0, document.len());
    tokens.next().ok()?;
    loop {
        let (name, value) = tokens.attribute().ok()??;
        if name == "entity" {
            return Some(value);
        }
    }
}

/// Among so many names one is looked for without counting them.
const FEW: usize = 8;

/// The elements that are open.
#[derive(Default)]
struct Open<'t> {
    names: Vec<&'t str>,
    /// How often each name is among them, once one was looked for that is not, for that takes as
    /// long as there are names.
    counts: Option<HashMap<&'t str, usize>>,
    steps: u64,
}

impl<'t> Open<'t> {
    fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    fn push(&mut self, name: &'t str) {
        if let Some(counts) = &mut self.counts {
            *counts.entry(name).or_default() += 1;
        }
        self.names.push(name);
    }

    /// Closes the innermost element of that name, and with it all that was left open inside.
    /// Returns whether there is one.
    fn close(&mut self, name: &str) -> bool {
        if let Some(counts) = &self.counts
            && counts.get(name).is_none_or(|&count| count == 0)
        {
            return false;
        }
        let place = self.names.iter().rposition(|open| *open == name);
        let Some(place) = place else {
            self.steps += self.names.len() as u64;
            if self.names.len() <= FEW {
                return false;
            }
            let mut counts = HashMap::new();
            for &name in &self.names {
                *counts.entry(name).or_default() += 1;
            }
            self.counts = Some(counts);
            return false;
        };
        self.steps += (self.names.len() - place) as u64;
        // To count the few that remain again, when that is needed, is less than to take off many.
        if self.names.len() - place > place {
            self.counts = None;
        }
        for name in self.names.drain(place..) {
            if let Some(count) = self.counts.as_mut().and_then(|counts| counts.get_mut(name)) {
                *count -= 1;
            }
        }
        true
    }
}
