//! Who takes the calls of somebody meanwhile, as a note names them.

/// Words before the name of a deputy, in English and German.
const BEFORE_A_DEPUTY: [&str; 8] = [
    "deputy",
    "deputy:",
    "ask",
    "call",
    "vertretung",
    "vertretung:",
    "stv.",
    "vertreter",
];

/// The words of a note that name a deputy: those behind 'deputy' or the like, up to a comma or the end.
pub fn deputy_in(note: &str) -> Option<&str> {
    for piece in note.split([',', ';', '(', ')']) {
        let mut rest = piece.trim();
        while let Some((word, behind)) = rest.split_once(char::is_whitespace) {
            let behind = behind.trim_start();
            if BEFORE_A_DEPUTY.contains(&&*word.to_lowercase()) && !behind.is_empty() {
                let name = behind.trim_end_matches(['.', '!', '?']);
                return (!name.is_empty()).then_some(name);
            }
            rest = behind;
        }
    }
    None
}
