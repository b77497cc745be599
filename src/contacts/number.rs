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

/// What of a number is dialled: `+`, digits, `*` and `#`. A `(0)` behind the country is not dialled
/// with it, and an extension in words (`ext. 16`) is dialled when somebody answers. `None` where
/// there is no digit.
pub fn dialled(number: &str) -> Option<String> {
    let lower = number.to_ascii_lowercase();
    let end = ["ext", "x", ";"]
        .iter()
        .filter_map(|word| lower.find(word))
        .min();
    let number = &number[..end.unwrap_or(number.len())];
    let number = match number.trim_start().strip_prefix('+') {
        Some(_) => number.replacen("(0)", "", 1),
        None => number.to_string(),
    };
    let mut dialled = String::new();
    for character in number.chars() {
        match character {
            '+' if dialled.is_empty() => dialled.push('+'),
            '0'..='9' | '*' | '#' => dialled.push(character),
            _ => {}
        }
    }
    dialled
        .contains(|c: char| c.is_ascii_digit())
        .then_some(dialled)
}
