//! Text that may hold anything, and what of it nobody may ever be shown.

/// All characters of Unicode, in their order, in texts of so many. Surrogates are none.
pub fn everything(length: usize) -> impl Iterator<Item = String> {
    texts('\0'..=char::MAX, length)
}

/// All hidden characters and one in a hundred of the others, for paths that are long: that the
/// others are treated alike is seen where [`everything`] is cleaned.
pub fn samples(length: usize) -> impl Iterator<Item = String> {
    let is_sample = |character: &char| is_hidden(*character) || u32::from(*character) % 101 == 0;
    texts(('\0'..=char::MAX).filter(is_sample), length)
}

fn texts(mut all: impl Iterator<Item = char>, length: usize) -> impl Iterator<Item = String> {
    std::iter::from_fn(move || {
        let text: String = all.by_ref().take(length).collect();
        (!text.is_empty()).then_some(text)
    })
}

/// Characters that control a terminal, turn the direction of writing, or are there without a picture.
/// By the standards, not by what whosin removes: ISO 6429; Unicode chapter 23, UAX #9, and
/// `Default_Ignorable_Code_Point` of DerivedCoreProperties.txt but for the variation selectors.
pub fn is_hidden(character: char) -> bool {
    matches!(character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' // C0 and C1
        | '\u{ad}' // soft hyphen
        | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{3164}' | '\u{ffa0}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{13430}'..='\u{1343f}' // how hieroglyphs are laid out
        | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' // direction, zero width
        | '\u{2028}' | '\u{2029}' // lines and paragraphs
        | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' // annotations
        | '\u{e0000}'..='\u{e0fff}') // tags, and more selectors
}

/// All of [`is_hidden`], each between two letters.
pub fn all_hidden() -> String {
    let hidden = ('\0'..=char::MAX).filter(|&character| is_hidden(character));
    let between = hidden.flat_map(|character| [character, 'x']);
    std::iter::once('x').chain(between).collect()
}

/// As a text of TOML or JSON.
pub fn quoted(text: &str) -> String {
    let units = |c: char| match c {
        '"' | '\\' | '\0'..='\u{1f}' | '\u{7f}' => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(units).collect::<String>())
}

/// Nothing is hidden in what this path leads to people, but for the ends of lines.
#[track_caller]
pub fn assert_shown(path: &str, text: &str) {
    let hidden = text
        .char_indices()
        .find(|&(_, character)| is_hidden(character) && character != '\n');
    if let Some((at, character)) = hidden {
        let from = text.floor_char_boundary(at.saturating_sub(40));
        let to = text.ceil_char_boundary((at + 40).min(text.len()));
        panic!("{path} shows {character:?} in {:?}", &text[from..to]);
    }
}
