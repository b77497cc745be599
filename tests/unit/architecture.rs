//! The rooms of the crate, and which of them may know which: read from the imports themselves.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A room, and the only rooms it may know.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("presence", &[]),
    ("link", &["presence"]),
    ("file", &[]),
    ("log", &["file"]),
    ("contacts", &["file", "presence"]),
    ("pws", &["link", "presence"]),
    ("simulator", &["link", "presence"]),
    ("feed", &["file", "link", "presence", "pws"]),
    ("board", &["contacts", "link", "presence"]),
    ("memory", &["board", "contacts", "file", "link", "presence"]),
    ("tui", &["board", "contacts", "file", "link", "presence"]),
    (
        "settings",
        &[
            "board", "contacts", "feed", "file", "link", "presence", "pws", "tui",
        ],
    ),
    (
        "cli",
        &[
            "board",
            "contacts",
            "feed",
            "link",
            "presence",
            "pws",
            "settings",
            "simulator",
            "tui",
        ],
    ),
];

/// This room knows everybody, and nobody knows it.
const TOP: &str = "commands";

#[test]
fn no_room_knows_one_that_stands_above_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rooms = BTreeSet::new();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        let room = path.file_stem().unwrap().to_str().unwrap().to_string();
        if ["lib", "main"].contains(&room.as_str()) {
            continue;
        }
        if room != TOP {
            let (_, may) = MAY_KNOW
                .iter()
                .find(|(name, _)| *name == room)
                .unwrap_or_else(|| panic!("what may '{room}' know?"));
            for (file, text) in sources(&path) {
                let known = known_by(&text);
                let not = known
                    .iter()
                    .filter(|name| name.as_str() != room && !may.contains(&name.as_str()));
                wrong.extend(not.map(|name| format!("{file} knows {name}")));
            }
        }
        rooms.insert(room);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let missing = MAY_KNOW.iter().filter(|(name, _)| !rooms.contains(*name));
    assert_eq!(missing.count(), 0, "a room of the list is not there");
}

#[test]
fn imports_are_found_however_they_are_written() {
    let text = "use crate::feed;\nuse crate::{log, pws::Client, tui::{Keys, Look}};\n\
                fn f() { crate::memory::keep() }\n// crate::commands is only spoken of\n";
    let found: Vec<String> = known_by(text).into_iter().collect();
    assert_eq!(found, ["feed", "log", "memory", "pws", "tui"]);
}

/// All files of a room, with their text.
fn sources(path: &Path) -> Vec<(String, String)> {
    if path.is_dir() {
        let entries = fs::read_dir(path).unwrap();
        return entries
            .flat_map(|entry| sources(&entry.unwrap().path()))
            .collect();
    }
    let text = fs::read_to_string(path).unwrap();
    vec![(path.display().to_string(), text)]
}

/// The rooms that a file names by `crate::`, alone or in a list.
fn known_by(text: &str) -> BTreeSet<String> {
    let code: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    code.match_indices("crate::")
        .flat_map(|(at, found)| named_at(&code[at + found.len()..]))
        .collect()
}

/// The first name of each path at the start of a text: one path, or a list in braces.
fn named_at(text: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        let is_part = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
        text.trim_start().chars().take_while(is_part).collect()
    };
    let Some(list) = text.strip_prefix('{') else {
        return vec![name(text)];
    };
    let mut names = vec![name(list)];
    let mut depth = 0;
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&list[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}
