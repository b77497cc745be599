//! The rooms of the crate, and which of them may know which: read from the imports themselves.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A room, and the only rooms it may know.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("presence", &[]),
    ("sys", &[]),
    ("link", &["presence"]),
    ("file", &["sys"]),
    ("log", &["file", "presence"]),
    ("contacts", &["file", "presence"]),
    ("calling", &["contacts", "presence", "sys"]),
    ("http", &["file", "presence", "sys"]),
    ("directory", &["http", "link", "presence"]),
    ("pws", &["http", "link", "presence", "sys"]),
    ("simulator", &["link", "presence"]),
    ("feed", &["file", "http", "link", "presence", "pws", "sys"]),
    (
        "board",
        &[
            "calling",
            "contacts",
            "directory",
            "link",
            "operator",
            "presence",
        ],
    ),
    ("operator", &["file", "presence"]),
    ("broker", &["feed", "http", "link", "memory", "presence"]),
    ("memory", &["board", "contacts", "file", "link", "presence"]),
    (
        "tui",
        &[
            "board", "calling", "contacts", "file", "link", "operator", "presence", "sys",
        ],
    ),
    (
        "settings",
        &[
            "board",
            "broker",
            "calling",
            "contacts",
            "directory",
            "feed",
            "file",
            "http",
            "link",
            "presence",
            "pws",
            "sys",
            "tui",
        ],
    ),
    (
        "cli",
        &[
            "board",
            "broker",
            "contacts",
            "feed",
            "http",
            "link",
            "presence",
            "pws",
            "settings",
            "simulator",
            "sys",
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

#[test]
fn the_systems_are_spelt_in_sys_alone() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let sys = source.join("sys");
    let mut wrong = Vec::new();
    for (file, text) in sources(&source) {
        if Path::new(&file).starts_with(&sys) {
            continue;
        }
        let lines = (1..).zip(text.lines());
        let spelt = lines.filter(|(_, line)| is_of_one_system(line));
        wrong.extend(spelt.map(|(number, line)| format!("{file}:{number}: {}", line.trim())));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn programs_are_started_by_sys_child_alone() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let door = source.join("sys/child.rs");
    let starts = |text: &str| text.contains("Command::new(");
    let all = sources(&source);
    let wrong: Vec<&String> = all
        .iter()
        .filter(|(file, text)| Path::new(file) != door && starts(text))
        .map(|(file, _)| file)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(starts(&fs::read_to_string(door).unwrap()));
}

#[test]
fn what_is_of_one_system_is_found() {
    for line in [
        "#[cfg(not(unix))]",
        "#[cfg_attr(windows, allow(dead_code))]",
        "if cfg!(target_os = \"macos\") {",
        "use std::os::fd::AsFd;",
        "rustix::process::geteuid()",
        "tokio::signal::windows::ctrl_c()",
    ] {
        assert!(is_of_one_system(line), "{line}");
    }
    assert!(!is_of_one_system("text.windows(2)"));
    assert!(!is_of_one_system("#[cfg(test)]"));
}

/// Whether a line of code compiles, or has an effect, on some systems alone.
fn is_of_one_system(line: &str) -> bool {
    let conditional = line.contains("cfg")
        && ["unix", "windows", "target_"]
            .iter()
            .any(|system| line.contains(system));
    let library = ["std::os::", "rustix::", "signal::unix", "signal::windows"];
    conditional || library.iter().any(|library| line.contains(library))
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

/// What writes to a terminal, and the only files that may: each cleans what it writes.
const WRITERS: &[(&str, &[&str])] = &[
    ("stdout()", &["commands/output.rs", "tui/terminal.rs"]),
    ("stderr()", &["commands/output.rs", "log.rs"]),
    ("println!", &[]),
    ("print!(", &[]),
    ("dbg!", &[]),
    // Sequences of its own: a colour of `check`, what the board asks of the terminal.
    (
        "\\x1b",
        &[
            "commands/check/printed.rs",
            "tui/terminal.rs",
            "tui/theme/background.rs",
        ],
    ),
];

#[test]
fn a_terminal_is_written_to_in_few_places() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, text) in sources(&source) {
        let file = Path::new(&file).strip_prefix(&source).unwrap();
        let file = file.to_str().unwrap().replace('\\', "/");
        for (written, may) in WRITERS {
            let is_written = |line: &&str| {
                // Whether it is a terminal, or where its settings are, is no writing.
                let asks = line.contains("is_terminal()") || line.contains(".as_fd()");
                !line.trim_start().starts_with("//") && line.contains(written) && !asks
            };
            let Some(line) = text.lines().find(is_written) else {
                continue;
            };
            if may.contains(&file.as_str()) {
                seen.insert((*written, file.clone()));
            } else {
                wrong.push(format!("{file}: {}", line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let allowed: usize = WRITERS.iter().map(|(_, may)| may.len()).sum();
    assert_eq!(seen.len(), allowed, "one of the list writes no more");
}
