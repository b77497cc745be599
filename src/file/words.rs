//! What is wrong with a TOML file, in the words of whoever writes one.

/// What parsers say of a mistake in the syntax, as it begins, and what helps.
const SYNTAX: &[(&str, &str)] = &[
    (
        "string values must be quoted",
        "a text stands in straight quotes, a number has digits alone",
    ),
    ("key with no value", "write NAME = VALUE"),
    ("unquoted keys cannot be empty", "write NAME = VALUE"),
    (
        "invalid unquoted key",
        "a name has letters, digits, - and _ alone; another sign, maybe an invisible one, stands there",
    ),
    ("duplicate key", "this name stands in the file twice"),
    ("invalid boolean", "write true or false, in small letters"),
    (
        "unexpected leading zero",
        "a number begins with no 0; a telephone number stands in quotes",
    ),
    (
        "unexpected key or value",
        "more stands on the line than one value",
    ),
    (
        "extra `=`",
        "there is an = too many; a text stands in quotes",
    ),
    (
        "missing comma",
        "a comma is missing between two of the list",
    ),
    ("invalid basic string", "the quote at the end is missing"),
    ("invalid literal string", "the quote at the end is missing"),
    ("missing escaped value", BACKSLASH),
    ("too few unicode value digits", BACKSLASH),
    ("unclosed", "a bracket at the end is missing"),
];

const BACKSLASH: &str = "in double quotes \\ begins an escape: write \\\\, or take single quotes";

/// What serde calls the kinds of values, and what people write.
const KINDS: &[(&str, &str)] = &[
    ("a string", "a text in quotes"),
    ("a borrowed string", "a text in quotes"),
    ("a boolean", "true or false"),
    (
        "a sequence",
        "a list: [[NAME]] above each, or values in [ ]",
    ),
    ("a map", "a table: names and values"),
];

/// The message of a TOML parser, or of serde, without the insides of either. It may repeat the file, and
/// has to be cleaned for a terminal.
pub fn toml_words(message: &str) -> String {
    let (what, wanted) = match message.split_once(", expected ") {
        Some((what, wanted)) => (what, Some(wanted)),
        None => (message, None),
    };
    let syntax = SYNTAX.iter().find(|(begin, _)| what.starts_with(begin));
    if let Some((_, words)) = syntax {
        return (*words).into();
    }
    if let Some(field) = what.strip_prefix("missing field ") {
        return format!("{} is missing", field.trim_matches('`'));
    }
    match wanted {
        Some(wanted) if what.starts_with("invalid ") || what.starts_with("unknown ") => {
            let kind = KINDS.iter().find(|(kind, _)| *kind == wanted);
            let wanted = kind.map_or(wanted, |(_, words)| words);
            // Which one it is that nobody knows says more than those that there are.
            let unknown = ["unknown field ", "unknown variant "];
            let unknown = unknown.iter().find_map(|kind| what.strip_prefix(kind));
            let name = unknown.map_or(String::new(), |name| format!("{name} means nothing: "));
            format!("{name}write {wanted}")
        }
        _ => what.into(),
    }
}
