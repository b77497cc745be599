//! Texts as people type them who do not have every letter on their keyboard: without accents, and with
//! other letters for those that have no simpler form by Unicode's own rules.

use icu_normalizer::properties::{
    CanonicalCombiningClassMapBorrowed, CanonicalDecompositionBorrowed, Decomposed,
};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use nucleo_matcher::Utf32Str;
use unicode_segmentation::UnicodeSegmentation;

const COMPOSING: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();
const COMPATIBLE: DecomposingNormalizerBorrowed<'static> =
    DecomposingNormalizerBorrowed::new_nfkd();
const PARTS: CanonicalDecompositionBorrowed<'static> = CanonicalDecompositionBorrowed::new();
const ACCENTS: CanonicalCombiningClassMapBorrowed<'static> =
    CanonicalCombiningClassMapBorrowed::new();

/// How letters are written that are typed in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// By one letter: `Müller` is `muller`, `Søren` is `soren`.
    Short,
    /// By two: `Müller` is `mueller`, `Søren` is `soeren`.
    Long,
}

impl Spelling {
    /// Both of them.
    pub const ALL: [Spelling; 2] = [Spelling::Short, Spelling::Long];

    /// What is typed for a letter; `None` for one that is typed as it is, or without its accents.
    fn of(self, letter: char) -> Option<&'static str> {
        let long = match self {
            Spelling::Short => None,
            Spelling::Long => long(letter),
        };
        long.or_else(|| short(letter))
    }
}

/// What is typed in the place of a letter that has no simpler form.
fn short(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'þ' | 'Þ' => "th",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ħ' | 'Ħ' => "h",
        'ŧ' | 'Ŧ' => "t",
        'ŋ' | 'Ŋ' => "n",
        'ı' => "i",
        _ => return None,
    })
}

/// The two letters that are typed in the place of one.
fn long(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ä' | 'Ä' => "ae",
        'ö' | 'Ö' | 'ø' | 'Ø' => "oe",
        'ü' | 'Ü' => "ue",
        'å' | 'Å' => "aa",
        'đ' | 'Đ' => "dj",
        _ => return None,
    })
}

/// A text as people type it, in this spelling.
pub(super) fn typed(text: &str, spelling: Spelling) -> String {
    letters(text, spelling, &mut Vec::new()).to_string()
}

/// The letters of a text as people type it, to be matched.
pub(super) fn letters<'a>(
    text: &'a str,
    spelling: Spelling,
    buffer: &'a mut Vec<char>,
) -> Utf32Str<'a> {
    if text.is_ascii() {
        return Utf32Str::Ascii(text.as_bytes());
    }
    buffer.clear();
    fold(text, spelling, buffer);
    Utf32Str::Unicode(buffer)
}

/// Whether a text has letters that are typed in two ways.
pub(super) fn is_typed_in_two_ways(text: &str) -> bool {
    // The accent may be a character of its own.
    let is_long = |letter| long(letter).is_some() || matches!(letter, '\u{308}' | '\u{30a}');
    !text.is_ascii() && text.chars().any(is_long)
}

/// The same letters, and for each the place of what it stands for among the graphemes of the text.
pub(super) fn places(text: &str, spelling: Spelling) -> (Vec<char>, Vec<u32>) {
    let (mut letters, mut places) = (Vec::new(), Vec::new());
    for (place, sign) in (0..).zip(text.graphemes(true)) {
        fold(sign, spelling, &mut letters);
        places.resize(letters.len(), place);
    }
    (letters, places)
}

/// Each of thousands of names is folded at each key.
fn fold(text: &str, spelling: Spelling, letters: &mut Vec<char>) {
    for letter in COMPOSING.normalize(text).chars() {
        if letter.is_ascii() {
            letters.push(letter);
        } else if let Some(typed) = spelling.of(letter) {
            letters.extend(typed.chars());
        } else if is_variant(letter) {
            let parts = COMPATIBLE
                .normalize(letter.encode_utf8(&mut [0; 4]))
                .into_owned();
            letters.extend(parts.chars().filter(|part| ACCENTS.get_u8(*part) == 0));
        } else if ACCENTS.get_u8(letter) == 0 {
            letters.push(without_accents(letter));
        }
    }
}

/// Whether a letter is another one in another width or bound together, such as `ﬁ` and `Ａ`. Among
/// these are also others.
fn is_variant(letter: char) -> bool {
    matches!(
        letter,
        '\u{132}'..='\u{149}'
            | '\u{17f}'
            | '\u{1c4}'..='\u{1f3}'
            | '\u{2070}'..='\u{33ff}'
            | '\u{fb00}'..='\u{fdff}'
            | '\u{fe30}'..='\u{ffef}'
    )
}

fn without_accents(letter: char) -> char {
    match PARTS.decompose(letter) {
        Decomposed::Singleton(same) => without_accents(same),
        Decomposed::Expansion(base, accent) if ACCENTS.get_u8(accent) != 0 => without_accents(base),
        // A Korean syllable is one letter.
        Decomposed::Expansion(..) | Decomposed::Default => letter,
    }
}
