//! The words of others in an error: without our secrets, and as short as people read them.

use crate::presence::clean;

/// Takes a secret out of words that may repeat it.
pub fn redact(words: &mut String, secret: &str) {
    // Words are cleaned, and so may be what they repeat.
    for secret in [secret, &clean(secret)] {
        if !secret.is_empty() {
            *words = words.replace(secret, "…");
        }
    }
}

/// Cuts words that are longer than people read. Secrets have to be out of them before: a part of one
/// would not be found.
pub fn shorten(words: &mut String) {
    const LONGEST: usize = 300;
    if words.len() > LONGEST {
        words.truncate(words.floor_char_boundary(LONGEST));
        words.push('…');
    }
}
