//! Letters that have no simpler form by Unicode's own rules, as people type them who do not have them
//! on their keyboard. Accents are left to the matcher.

use std::borrow::Cow;

/// What is typed for a letter; `None` for one that is typed as it is.
fn typed_for(letter: char) -> Option<&'static str> {
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
        'ı' | 'İ' => "i",
        _ => return None,
    })
}

/// The text as people type it.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|letter| typed_for(letter).is_some()) {
        return text.into();
    }
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        match typed_for(letter) {
            Some(typed) => folded.push_str(typed),
            None => folded.push(letter),
        }
    }
    folded.into()
}

/// For each letter of the folded text the place of the letter that it stands for.
pub(super) fn places(text: &str) -> impl Iterator<Item = u32> + '_ {
    (0..).zip(text.chars()).flat_map(|(place, letter)| {
        let count = typed_for(letter).map_or(1, |typed| typed.chars().count());
        std::iter::repeat_n(place, count)
    })
}
