//! The tokens of XML, read once from the left to the right: no byte is looked at more than a
//! constant number of times, whatever the text is.
//!
//! What roxmltree and quick-xml offer is not linear for every input: both compare each attribute
//! of a tag with all others of it, and look prefixes up one by one.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memchr2};
use thiserror::Error;

/// No reference to a character or an entity is longer, in bytes.
const LONGEST_REFERENCE: usize = 16;

/// What makes a text no XML. It is small, for nearly every step could return one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Flaw {
    #[error("it ends in the middle")]
    CutShort,
    #[error("it declares types, which is not accepted")]
    Types,
    #[error("a '<' begins no tag")]
    Tag,
    #[error("an attribute is not written as name=\"value\"")]
    Attribute,
    #[error("the attribute '{0}' is there twice")]
    AttributeTwice(Box<str>),
    #[error("'</{}>' ends '<{}>'", .0.found, .0.open)]
    Mismatch(Box<Mismatch>),
    #[error("'</{0}>' ends nothing")]
    EndsNothing(Box<str>),
    #[error("there is something beside its root element")]
    BesideRoot,
    #[error("a '&' begins no reference")]
    Ampersand,
    #[error("the entity '{0}' is not known")]
    Entity(Box<str>),
    #[error("an element has more than {0} attributes")]
    ManyAttributes(usize),
    #[error("it declares more than {0} prefixes")]
    ManyPrefixes(usize),
    #[error("it has more than {0} elements")]
    ManyElements(usize),
    #[error("more than {0} elements are open at once")]
    ManyOpen(usize),
}

/// An end tag, and the element that is open where it stands; by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    pub open: String,
    pub found: String,
}

/// What makes a text no XML, and where: line and column, from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{flaw}, at {line}:{column}")]
pub(crate) struct Malformed {
    pub flaw: Flaw,
    line: usize,
    column: usize,
}

/// A part of XML.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Token<'t> {
    /// The qualified name of a start tag; [`Tokens::attribute`] reads what follows.
    Start(&'t str),
    /// The qualified name of an end tag.
    End(&'t str),
    /// Text with references in it.
    Text(&'t str),
    /// Text as it stands: CDATA.
    Characters(&'t str),
    /// A comment, or a processing instruction: it says nothing here.
    Aside,
}

/// An attribute as it is written: its qualified name, and its value with references in it.
pub(crate) type Written<'t> = (&'t str, &'t str);

/// Reads the tokens of a text.
#[derive(Clone, Debug)]
pub(crate) struct Tokens<'t> {
    text: &'t str,
    start: usize,
    at: usize,
    /// Whether the last start tag ended itself.
    ended_itself: bool,
}

impl<'t> Tokens<'t> {
    /// The tokens from a place on, up to another.
    pub fn between(text: &'t str, start: usize, end: usize) -> Tokens<'t> {
        Tokens {
            text: &text[..end],
            start,
            at: start,
            ended_itself: false,
        }
    }

    /// How far it has been read, in bytes from the beginning of the text.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Where the text ends, in bytes from its beginning.
    pub fn end(&self) -> usize {
        self.text.len()
    }

    /// Goes on at another place.
    pub fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Whether the last start tag ended itself (`<a/>`), once its attributes are read.
    pub fn ended_itself(&self) -> bool {
        self.ended_itself
    }

    /// Whether a start tag comes next.
    pub fn is_at_start_tag(&self) -> bool {
        matches!(self.rest(), [b'<', second, ..] if !matches!(second, b'/' | b'!' | b'?'))
    }

    #[inline]
    fn rest(&self) -> &'t [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// The next so many bytes, which are passed.
    fn take(&mut self, length: usize) -> &'t str {
        let from = self.at;
        self.at += length;
        &self.text[from..self.at]
    }

    /// A flaw at this place.
    pub fn flawed(&self, flaw: Flaw) -> Malformed {
        let before = &self.text.as_bytes()[self.start..self.at];
        let line = memchr_iter(b'\n', before).count() + 1;
        let begun = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        Malformed {
            flaw,
            line,
            column: before.len() - begun + 1,
        }
    }

    /// The next token; `None` at the end of the text.
    #[inline]
    pub fn next(&mut self) -> Result<Option<Token<'t>>, Flaw> {
        let token = match self.rest() {
            [] => return Ok(None),
            [b'<', b'/', ..] => self.end_tag()?,
            [b'<', b'?', ..] => {
                self.up_to(2, b"?")?;
                Token::Aside
            }
            [b'<', b'!', b'-', b'-', ..] => {
                self.up_to(4, b"--")?;
                Token::Aside
            }
            [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => {
                Token::Characters(self.up_to(9, b"]]")?)
            }
            [b'<', b'!', ..] => return Err(Flaw::Types),
            [b'<', ..] => {
                self.at += 1;
                Token::Start(self.name()?)
            }
            rest => {
                let length = memchr(b'<', rest).unwrap_or(rest.len());
                Token::Text(self.take(length))
            }
        };
        Ok(Some(token))
    }

    /// What stands between a beginning of so many bytes and an end, of which `>` is the last sign.
    fn up_to(&mut self, begin: usize, end: &[u8]) -> Result<&'t str, Flaw> {
        let inside = &self.rest()[begin..];
        let mut ends = memchr_iter(b'>', inside).map(|at| &inside[..at]);
        let Some(inside) = ends.find(|inside| inside.ends_with(end)) else {
            return Err(Flaw::CutShort);
        };
        self.at += begin;
        let inside = self.take(inside.len() - end.len());
        self.at += end.len() + 1;
        Ok(inside)
    }

    fn end_tag(&mut self) -> Result<Token<'t>, Flaw> {
        self.at += 2;
        let name = self.name()?;
        self.skip_space();
        match self.rest().first() {
            Some(b'>') => self.at += 1,
            Some(_) => return Err(Flaw::Tag),
            None => return Err(Flaw::CutShort),
        }
        Ok(Token::End(name))
    }

    #[inline]
    fn skip_space(&mut self) {
        let space = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\t' | b'\r');
        let rest = self.rest();
        if rest.first().is_some_and(space) {
            let length = rest.iter().position(|byte| !space(byte));
            self.at += length.unwrap_or(rest.len());
        }
    }

    /// A qualified name.
    #[inline]
    fn name(&mut self) -> Result<&'t str, Flaw> {
        let rest = self.rest();
        let mut kinds = 0;
        let mut length = 0;
        for &byte in rest {
            let kind = KINDS[byte as usize];
            if kind == 0 {
                break;
            }
            kinds |= kind;
            length += 1;
        }
        if length == rest.len() {
            return Err(Flaw::CutShort);
        }
        let begins_well = KINDS[rest[0] as usize] & (LETTER | BEYOND) != 0;
        let name = &self.text[self.at..self.at + length];
        if !begins_well || (kinds & BEYOND != 0 && !name.chars().all(is_of_name)) {
            return Err(Flaw::Tag);
        }
        self.at += length;
        Ok(name)
    }

    /// The next attribute of a start tag; `None` where the tag ends, which is passed then.
    #[inline]
    pub fn attribute(&mut self) -> Result<Option<Written<'t>>, Flaw> {
        self.skip_space();
        match self.rest() {
            [b'>', ..] => {
                self.at += 1;
                self.ended_itself = false;
                Ok(None)
            }
            [b'/', b'>', ..] => {
                self.at += 2;
                self.ended_itself = true;
                Ok(None)
            }
            [] | [b'/'] => Err(Flaw::CutShort),
            _ => self.written().map(Some),
        }
    }

    fn written(&mut self) -> Result<Written<'t>, Flaw> {
        let name = match self.name() {
            Err(Flaw::Tag) => return Err(Flaw::Attribute),
            name => name?,
        };
        self.skip_space();
        if self.rest().first() != Some(&b'=') {
            let is_over = self.rest().is_empty();
            let flaw = if is_over {
                Flaw::CutShort
            } else {
                Flaw::Attribute
            };
            return Err(flaw);
        }
        self.at += 1;
        self.skip_space();
        let quote = match self.rest().first() {
            Some(&quote @ (b'"' | b'\'')) => quote,
            Some(_) => return Err(Flaw::Attribute),
            None => return Err(Flaw::CutShort),
        };
        self.at += 1;
        match memchr2(quote, b'<', self.rest()) {
            None => Err(Flaw::CutShort),
            Some(length) if self.rest()[length] == quote => {
                let value = self.take(length);
                self.at += 1;
                Ok((name, value))
            }
            Some(_) => Err(Flaw::Attribute),
        }
    }

    /// Passes the rest of a start tag, whatever its attributes are.
    pub fn skip_attributes(&mut self) -> Result<(), Flaw> {
        let mut rest = self.rest().iter();
        let mut before = b' ';
        while let Some(&byte) = rest.next() {
            match byte {
                b'>' => {
                    self.at = self.text.len() - rest.len();
                    self.ended_itself = before == b'/';
                    return Ok(());
                }
                b'"' | b'\'' => {
                    rest.find(|&&other| other == byte);
                }
                _ => {}
            }
            before = byte;
        }
        Err(Flaw::CutShort)
    }
}

/// The kinds of bytes that may be part of a name; 0 is any other.
const LETTER: u8 = 1;
/// Digits and `-.:`, which begin no name.
const INNER: u8 = 2;
/// Bytes of characters beyond ASCII.
const BEYOND: u8 = 4;

/// The kind of each byte.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => LETTER,
            b'0'..=b'9' | b'-' | b'.' | b':' => INNER,
            0x80.. => BEYOND,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

/// Whether a character may be part of a name (XML 1.0, section 2.3).
fn is_of_name(character: char) -> bool {
    character.is_ascii()
        || matches!(character,
            '\u{b7}' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{37d}'
            | '\u{37f}'..='\u{1fff}' | '\u{200c}' | '\u{200d}' | '\u{203f}' | '\u{2040}'
            | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
            | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

/// A text with its references replaced. References to characters that XML forbids, such as
/// `&#27;`, are left out: servers copy them from where a document came from.
pub(crate) fn unescape(text: &str) -> Result<Cow<'_, str>, Flaw> {
    let Some(first) = memchr(b'&', text.as_bytes()) else {
        return Ok(text.into());
    };
    let (before, mut rest) = text.split_at(first);
    let mut whole = String::with_capacity(text.len());
    whole.push_str(before);
    while let Some(reference) = rest.strip_prefix('&') {
        let bytes = reference.as_bytes();
        let near = &bytes[..bytes.len().min(LONGEST_REFERENCE)];
        let end = memchr(b';', near).ok_or(Flaw::Ampersand)?;
        whole.extend(character(&reference[..end])?);
        rest = &reference[end + 1..];
        let plain = memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        whole.push_str(&rest[..plain]);
        rest = &rest[plain..];
    }
    Ok(whole.into())
}

/// The character that a reference stands for; `None` for one that XML forbids.
fn character(reference: &str) -> Result<Option<char>, Flaw> {
    let Some(number) = reference.strip_prefix('#') else {
        return match reference {
            "amp" => Ok(Some('&')),
            "lt" => Ok(Some('<')),
            "gt" => Ok(Some('>')),
            "quot" => Ok(Some('"')),
            "apos" => Ok(Some('\'')),
            name if !name.is_empty() && name.chars().all(char::is_alphanumeric) => {
                Err(Flaw::Entity(name.into()))
            }
            _ => Err(Flaw::Ampersand),
        };
    };
    let code = match number.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => number.parse().ok(),
    };
    let character = code.and_then(char::from_u32);
    Ok(character.filter(|&character| super::encoding::is_allowed(character)))
}
