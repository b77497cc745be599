//! What a text in TOML takes in memory while it is read and edited. The size of the text says little:
//! each part of it has a place in lists, each key and each bracket makes a value of some hundred bytes.

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// So often the text itself is in memory at once while it is edited.
const COPIES: usize = 10;
/// What a line end, a space or a comment takes, in bytes: its place in the list of parts.
const GAP: usize = 55;
/// What any other part takes: its place, its value, or the words for what is wrong with it.
const PART: usize = 125;
/// What a key with its value takes besides.
const KEY: usize = 300;
/// What a list or a table takes besides, where it has brackets of its own.
const SQUARE_BRACKET: usize = 275;
/// What an inline table takes besides.
const CURLY_BRACKET: usize = 500;

/// The most memory, in bytes, that reading and editing this text takes. It is measured, not proved:
/// `tests/peaks.rs` holds it against what is really taken.
pub fn weight_of_toml(text: &str) -> usize {
    let weights = Source::new(text).lex().map(|token| match token.kind() {
        TokenKind::Equals => PART + KEY,
        TokenKind::LeftSquareBracket => PART + SQUARE_BRACKET,
        TokenKind::LeftCurlyBracket => PART + CURLY_BRACKET,
        TokenKind::Whitespace | TokenKind::Newline | TokenKind::Comment => GAP,
        _ => PART,
    });
    weights.sum::<usize>() + COPIES * text.len()
}
