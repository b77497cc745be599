//! What text from elsewhere may hold where it is shown: on a terminal, in a log, on a status bar, in
//! a notification, on the clipboard, in the arguments of a command. [`is_shown`] decides about each
//! character, and nothing else in whosin does.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

/// Joins emoji into one, such as a woman and a laptop.
const JOINER: char = '\u{200d}';

/// Makes text from elsewhere fit for a terminal, on one line: white space is folded to single spaces
/// and trimmed; control characters, bidirectional controls, soft hyphens, tag characters and all
/// others that have no picture are removed. A joiner stays between two emoji, and one variation
/// selector behind the character that it varies.
pub fn clean(text: &str) -> String {
    if text.is_ascii() {
        return clean_ascii(text);
    }
    let trimmed = text.trim();
    if is_plain(trimmed) {
        return trimmed.into();
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut gap = false;
    for cluster in text.graphemes(true) {
        if cluster.chars().all(char::is_whitespace) {
            gap = !cleaned.is_empty();
            continue;
        }
        for character in shown(cluster) {
            // A space before a joiner or an accent is one cluster with it.
            if character.is_whitespace() {
                gap = !cleaned.is_empty();
                continue;
            }
            if gap {
                cleaned.push(' ');
                gap = false;
            }
            cleaned.push(character);
        }
    }
    cleaned
}

/// Makes lines that are laid out already fit for a terminal: what [`clean`] removes is removed, but
/// spaces and the ends of lines stay. Any other white space becomes a space.
pub fn clean_lines(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return text.into();
    }
    let mut cleaned = String::with_capacity(text.len());
    for cluster in text.graphemes(true) {
        match cluster {
            "\n" | "\r\n" => cleaned.push('\n'),
            _ => cleaned.extend(shown(cluster).map(|character| {
                if character.is_whitespace() {
                    ' '
                } else {
                    character
                }
            })),
        }
    }
    cleaned.into()
}

/// Whether [`clean_lines`] leaves a text as it is.
pub fn is_clean(text: &str) -> bool {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
    if text.as_bytes().iter().all(is_plain) {
        return true;
    }
    let same = |cluster: &str| {
        let same = |character: char| !character.is_whitespace() || character == ' ';
        cluster == "\n" || (cluster.chars().all(same) && shown(cluster).eq(cluster.chars()))
    };
    text.graphemes(true).all(same)
}

/// A text of JSON in which everything that [`clean`] may remove is escaped: it means the same, and
/// is fit for a terminal.
pub fn clean_json(text: &str) -> Cow<'_, str> {
    let is_hidden = |character: char| character.is_control() || is_formatting(character);
    if !text.contains(is_hidden) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) && character != '\n' {
            for unit in character.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(character);
        }
    }
    escaped.into()
}

/// The characters of a grapheme cluster that are shown, white space among them.
fn shown(cluster: &str) -> impl Iterator<Item = char> {
    let mut before = None;
    let mut characters = cluster.chars().peekable();
    std::iter::from_fn(move || {
        loop {
            let character = characters.next()?;
            if is_shown(before, character, characters.peek().copied()) {
                before = Some(character);
                return before;
            }
        }
    })
}

/// Whether a character is shown behind and before these of its cluster.
fn is_shown(before: Option<char>, character: char, after: Option<char>) -> bool {
    let is_visible = |character: &char| !character.is_whitespace() && !is_selector(*character);
    match character {
        JOINER => {
            before.is_some_and(|character| is_pictographic(character) || is_selector(character))
                && after.is_some_and(is_pictographic)
        }
        _ if is_selector(character) => before.as_ref().is_some_and(is_visible),
        _ if character.is_whitespace() => true,
        _ => !character.is_control() && !is_formatting(character),
    }
}

/// Whether there is nothing but letters and signs of European languages, none of which joins with
/// another, and single spaces.
fn is_plain(text: &str) -> bool {
    let mut before = '\0';
    text.chars().all(|character| {
        let folded = character != ' ' || before != ' ';
        before = character;
        folded
            && matches!(character,
                ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{370}'..='\u{373}'
                | '\u{388}'..='\u{3ff}' | '\u{400}'..='\u{482}' | '\u{2013}' | '\u{2014}'
                | '\u{2018}'..='\u{201e}' | '\u{2026}' | '€')
    })
}

/// Most text is ASCII, and there nothing has to be looked up.
fn clean_ascii(text: &str) -> String {
    let text = text.trim_ascii();
    // Most is one word. Without a way out in the middle, many bytes are looked at together.
    let bytes = text.as_bytes();
    let one_word = bytes
        .iter()
        .fold(true, |all, byte| all & byte.is_ascii_graphic());
    let is_clean = one_word || {
        let mut before = 0;
        bytes.iter().all(|&byte| {
            let folded = byte != b' ' || before != b' ';
            before = byte;
            folded && !byte.is_ascii_control()
        })
    };
    if is_clean {
        return text.into();
    }
    let is_space = |byte: &u8| matches!(byte, b'\t'..=b'\r' | b' ');
    let words = text.as_bytes().split(is_space);
    let mut cleaned = String::with_capacity(text.len());
    for word in words {
        let mut letters = word.iter().filter(|byte| !byte.is_ascii_control());
        let Some(&first) = letters.next() else {
            continue;
        };
        if !cleaned.is_empty() {
            cleaned.push(' ');
        }
        cleaned.push(char::from(first));
        cleaned.extend(letters.map(|&byte| char::from(byte)));
    }
    cleaned
}

/// Whether a character only formats others and has no picture itself.
pub(super) fn is_formatting(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character chooses how the one before it looks, as emoji or as text.
fn is_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}')
}

/// Whether a character may be part of an emoji: arrows are, in the newer ones.
fn is_pictographic(character: char) -> bool {
    matches!(character,
        '\u{2190}'..='\u{21ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}'
        | '\u{1f000}'..='\u{1faff}')
}
