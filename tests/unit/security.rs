//! The page about security promises nothing that no test holds, or no command measures.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// The text of all files of Rust in a folder and below.
fn texts(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap();
    let texts = entries.map(|entry| match entry.unwrap().path() {
        path if path.is_dir() => texts(&path),
        path if path.extension().is_some_and(|ending| ending == "rs") => {
            fs::read_to_string(path).unwrap()
        }
        _ => String::new(),
    });
    texts.collect()
}

/// The names of the tests in a text that run with all others: an ignored one holds nothing.
fn tests_in(text: &str) -> HashSet<&str> {
    let mut names = HashSet::new();
    let (mut is_test, mut is_ignored) = (false, false);
    for line in text.lines().map(str::trim) {
        let is_attribute = |name: &str| line.starts_with(&format!("#[{name}"));
        is_test |= is_attribute("test]") || is_attribute("tokio::test");
        is_ignored |= is_attribute("ignore");
        let Some((_, rest)) = line.split_once("fn ") else {
            continue;
        };
        if std::mem::take(&mut is_test) && !std::mem::take(&mut is_ignored) {
            names.extend(rest.split_once('(').map(|(name, _)| name));
        }
    }
    names
}

/// What stands as code in a text of Markdown.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether it is the name of a test: none of a file, an option or a variable looks like that.
fn is_test(word: &&str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    word.matches('_').count() >= 3 && word.bytes().all(is_part)
}

fn page() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(root.join("SECURITY.md")).unwrap()
}

#[test]
fn every_test_that_the_page_names_exists_and_runs() {
    let page = page();
    let named: HashSet<&str> = code(&page).filter(is_test).collect();
    assert!(named.len() > 50, "{named:?}");
    let texts = texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"));
    let tests = tests_in(&texts);
    let missing: Vec<_> = named.difference(&tests).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_section_of_the_page_names_what_holds_it() {
    let page = page();
    // What stands before the first section tells how to report, the first one what is trusted.
    for section in page.split("\n## ").skip(2) {
        let is_command = |word: &&str| word.starts_with("cargo ") || word.starts_with(".ci/");
        let holds = code(section).any(|word| is_test(&word) || is_command(&word));
        assert!(holds, "{section}");
    }
}

#[test]
fn every_script_and_variable_that_the_page_names_is_there() {
    let (page, root) = (page(), Path::new(env!("CARGO_MANIFEST_DIR")));
    let texts = texts(&root.join("tests"));
    for words in code(&page) {
        for word in words.split_whitespace() {
            // The scripts are not in the package.
            if word.starts_with(".ci/") && root.join(".ci").is_dir() {
                assert!(root.join(word).is_file(), "{word}");
            }
            if let Some((name, _)) = word.split_once('=')
                && name.starts_with("WHOSIN_")
            {
                assert!(texts.contains(name), "{name}");
            }
        }
    }
}
