//! Telephone numbers as people write them: `3216`, `+43 (0)1 234-56`, `234 / 3216`.

/// Whether a search for `typed` means this number: it is how the number ends, or how any part of it
/// begins (so that the number stays in sight while its extension is typed). Signs between digits
/// do not count; fewer than two digits find nothing.
pub fn is_found(number: &str, typed: &str) -> bool {
    let is_sign = |character: char| "+-/.()".contains(character);
    let other = |character: char| !character.is_ascii_digit() && !is_sign(character);
    let wanted = digits(typed);
    if wanted.len() < 2 || typed.contains(other) {
        return false;
    }
    if digits(number).ends_with(&wanted) {
        return true;
    }
    let mut before = None;
    let begins = number.char_indices().filter(|(_, character)| {
        let first = character.is_ascii_digit() && !before.is_some_and(|c: char| c.is_ascii_digit());
        before = Some(*character);
        first
    });
    let begins: Vec<usize> = begins.map(|(at, _)| at).collect();
    begins
        .into_iter()
        .any(|at| digits(&number[at..]).starts_with(&wanted))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
