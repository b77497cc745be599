//! Where a document ends that is not well-formed, so that the others of an answer can be read.
//!
//! Contacts write into their own documents, so a document can only ever speak for the entity that
//! its own, outermost tag names: whatever is inside it, in a comment or in CDATA, is passed.

use std::collections::HashMap;

use crate::presence::Address;
use crate::presence::markup::{Flaw, Token, Tokens, unescape};

/// Where the element ends that begins at a place, by tags alone, in bytes from the beginning of
/// the text; and how many steps were taken to find it. An end tag of one of the elements `around`
/// ends it too, and so does what cannot be told apart from the rest.
pub(super) fn end(text: &str, start: usize, around: &[&str]) -> (usize, u64) {
    let mut tokens = Tokens::between(text, start, text.len());
    let mut open = Open::default();
    let mut steps = 0;
    loop {
        let before = tokens.at();
        let token = tokens.next();
        let ended = match token {
            Ok(Some(Token::Start(name))) => {
                if tokens.skip_attributes().is_err() {
                    tokens.go_to(text.len());
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
    let mut tokens = Tokens::between(document, 0, document.len());
    tokens.next().ok()?;
    loop {
        let (name, value) = tokens.attribute().ok()??;
        if name == "entity" {
            return Address::parse(&unescape(value).ok()?).ok();
        }
    }
}

/// The elements that are open.
#[derive(Default)]
struct Open<'t> {
    names: Vec<&'t str>,
    /// How often each name is among them, for looking for one that is not would take long. Only
    /// counted from the first end tag on that does not end the innermost.
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
    fn close(&mut self, name: &'t str) -> bool {
        if self.names.last() == Some(&name) {
            self.pop();
            return true;
        }
        let counts = self.counts.get_or_insert_with(|| {
            let mut counts = HashMap::new();
            for name in &self.names {
                self.steps += 1;
                *counts.entry(*name).or_default() += 1;
            }
            counts
        });
        if counts.get(name).is_none_or(|&count| count == 0) {
            return false;
        }
        while self.pop().is_some_and(|inner| inner != name) {}
        true
    }

    fn pop(&mut self) -> Option<&'t str> {
        self.steps += 1;
        let name = self.names.pop()?;
        if let Some(count) = self.counts.as_mut().and_then(|counts| counts.get_mut(name)) {
            *count -= 1;
        }
        Some(name)
    }
}
