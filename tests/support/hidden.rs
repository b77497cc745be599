//! Text that may hold anything, and what of it nobody may ever be shown.

/// All characters of Unicode, in their order, in texts of so many. Surrogates are none.
pub fn everything(length: usize) -> impl Iterator<Item = String> {
    texts('\0'..=char::MAX, length)
}

/// The variable by which [`samples`] are everything. The tests take minutes then.
const ALL: &str = "WHOSIN_TEST_UNICODE";

/// [`SEQUENCES`], all hidden characters, and one in a hundred of the others, for paths that are long:
/// that the others are treated alike is seen where [`everything`] is cleaned.
pub fn samples(length: usize) -> impl Iterator<Item = String> {
    let every = std::env::var_os(ALL).map_or(101, |_| 1);
    let is_sample = move |character: &char| {
        is_hidden(*character) || u32::from(*character).is_multiple_of(every)
    };
    let whole = SEQUENCES.concat();
    let sequences = if whole.len() <= length {
        vec![whole]
    } else {
        SEQUENCES.map(String::from).to_vec()
    };
    sequences
        .into_iter()
        .chain(texts(('\0'..=char::MAX).filter(is_sample), length))
}

/// What terminals obey: titles and icon names, links, notifications, the clipboard, colours, reports,
/// passing through tmux, in their long and short forms (ECMA-48, xterm's ctlseqs).
pub const SEQUENCES: [&str; 20] = [
    "\u{1b}]0;title\u{7}",
    "\u{1b}]1;icon\u{1b}\\",
    "\u{1b}]2;title\u{1b}\\",
    "\u{1b}]7;file://host/tmp\u{7}",
    "\u{1b}]8;;https://evil.example/\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{1b}]9;notice\u{7}",
    "\u{1b}]11;?\u{7}",
    "\u{1b}]52;c;cm0gLXJmIH4K\u{7}",
    "\u{1b}]52;c;?\u{1b}\\",
    "\u{1b}]777;notify;a;b\u{7}",
    "\u{1b}]1337;File=inline=1:AA==\u{7}",
    "\u{1b}Ptmux;\u{1b}\u{1b}]2;title\u{7}\u{1b}\\",
    "\u{1b}P+q544e\u{1b}\\",
    "\u{1b}[2J\u{1b}[H\u{1b}[6n\u{1b}[21t\u{1b}c",
    "\u{1b}kname\u{1b}\\",
    "\u{1b}_a\u{1b}\\\u{1b}^p\u{1b}\\\u{1b}Xs\u{1b}\\",
    "\u{9b}2J\u{9d}2;title\u{9c}",
    "\u{9d}52;c;cm0K\u{7}",
    "\u{90}q\u{9c}\u{9e}p\u{9c}\u{9f}a\u{9c}\u{98}s\u{9c}",
    "\u{202e}txt.exe\u{202c}\u{2066}a\u{2069}\u{200e}\u{e0041}",
];

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

/// All of [`SEQUENCES`] and of [`is_hidden`], each between two letters.
pub fn all_hidden() -> String {
    let hidden = ('\0'..=char::MAX).filter(|&character| is_hidden(character));
    let between = hidden.flat_map(|character| [character, 'x']);
    format!("x{}x", SEQUENCES.join("x"))
        .chars()
        .chain(between)
        .collect()
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
