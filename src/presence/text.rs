use unicode_segmentation::UnicodeSegmentation;

/// Makes text from elsewhere fit for a terminal: white space is folded to single spaces and
/// trimmed; control, bidirectional and zero-width formatting characters are removed. Joiners and
/// variation selectors inside an emoji stay.
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
        let joined = cluster.chars().any(is_pictographic);
        for character in cluster.chars() {
            // A space before a joiner or an accent is one cluster with it.
            if character.is_whitespace() {
                gap = !cleaned.is_empty();
                continue;
            }
            let harmless = !character.is_control() && !is_formatting(character);
            if harmless || (joined && character == '\u{200d}') {
                if gap {
                    cleaned.push(' ');
                    gap = false;
                }
                cleaned.push(character);
            }
        }
    }
    cleaned
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

/// Whether a character only formats others and has no width itself.
pub(super) fn is_formatting(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_pictographic(character: char) -> bool {
    matches!(character, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}')
}
