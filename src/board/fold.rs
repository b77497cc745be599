//! Texts as people type them who do not have every letter on their keyboard: without accents, and with
//! other letters for those that have no simpler form by Unicode's own rules.

use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use nucleo_matcher::Utf32Str;
use unicode_segmentation::UnicodeSegmentation;

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
        let short = match letter {
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
            _ => "",
        };
        let long = match letter {
            _ if self == Spelling::Short => "",
            'ä' | 'Ä' => "ae",
            'ö' | 'Ö' | 'ø' | 'Ø' => "oe",
            'ü' | 'Ü' => "ue",
            'å' | 'Å' => "aa",
            'đ' | 'Đ' => "dj",
            _ => "",
        };
        [long, short].into_iter().find(|typed| !typed.is_empty())
    }
}

/// A text as people type it.
pub(super) enum Folded<'a> {
    /// It is typed as it stands.
    Same(&'a str),
    /// Its letters, and for each the place of what it stands for among the signs of the text.
    Other(Vec<char>, Vec<u32>),
}

impl<'a> Folded<'a> {
    /// The text in this spelling.
    pub fn of(text: &'a str, spelling: Spelling) -> Folded<'a> {
        if text.is_ascii() {
            return Folded::Same(text);
        }
        let (mut letters, mut places) = (Vec::new(), Vec::new());
        for (place, sign) in (0..).zip(text.graphemes(true)) {
            fold(sign, spelling, &mut letters);
            places.resize(letters.len(), place);
        }
        Folded::Other(letters, places)
    }

    /// Its letters, to be matched.
    pub fn letters(&self) -> Utf32Str<'_> {
        match self {
            Folded::Same(text) => Utf32Str::Ascii(text.as_bytes()),
            Folded::Other(letters, _) => Utf32Str::Unicode(letters),
        }
    }

    /// The place of what a letter stands for among the signs of the text.
    pub fn place(&self, letter: u32) -> Option<u32> {
        match self {
            Folded::Same(_) => Some(letter),
            Folded::Other(_, places) => places.get(letter as usize).copied(),
        }
    }
}

/// A text as people type it, in this spelling.
pub(super) fn typed(text: &str, spelling: Spelling) -> String {
    Folded::of(text, spelling).letters().to_string()
}

/// A sign, which may be several characters, as it is typed.
fn fold(sign: &str, spelling: Spelling, letters: &mut Vec<char>) {
    if sign.is_ascii() {
        return letters.extend(sign.chars());
    }
    // An accent may follow its letter as a character of its own, or be one with it.
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(sign);
    let decomposing = DecomposingNormalizerBorrowed::new_nfkd();
    let accents = CanonicalCombiningClassMapBorrowed::new();
    let mut plain = String::new();
    for letter in composed.chars() {
        match spelling.of(letter) {
            Some(typed) => plain.push_str(typed),
            None => {
                let letter = letter.encode_utf8(&mut [0; 4]).to_string();
                let parts = decomposing.normalize(&letter);
                plain.extend(parts.chars().filter(|part| accents.get_u8(*part) == 0));
            }
        }
    }
    // Korean syllables are taken apart, too.
    letters.extend(
        ComposingNormalizerBorrowed::new_nfc()
            .normalize(&plain)
            .chars(),
    );
}
