//! What a text in TOML takes in memory while it is read and edited. A dot in a key makes a table, and
//! a table costs the libraries a thousand bytes: the size of the text alone says little.

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// What each part of the text takes, in bytes: its place in the list of parts, its value, or the words
/// for what is wrong with it.
const PART: usize = 110;
/// What a key with its value takes besides.
const KEY: usize = 600;
/// What a list or table takes besides, where it has brackets of its own.
const BRACKETS: usize = 750;
/// What a table takes besides that a dot in a key makes.
const DOTTED: usize = 1000;

/// The most memory, in bytes, that reading and editing this text takes, apart from a few copies of it.
/// It is measured, not proved: `tests/peaks.rs` holds it against what is really taken.
pub(super) fn weight(text: &str) -> usize {
    let weights = Source::new(text).lex().map(|token| match token.kind() {
        TokenKind::Equals => PART + KEY,
        TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => PART + BRACKETS,
        TokenKind::Dot => PART + DOTTED,
        _ => PART,
    });
    weights.sum()
}
