//! The page about security promises nothing that no test holds.

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

#[test]
fn every_test_that_the_page_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    // No name of a file, an option or a variable looks like that.
    let is_test = |word: &&str| {
        let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        word.matches('_').count() >= 3 && word.bytes().all(is_part)
    };
    let named: HashSet<&str> = page.split('`').skip(1).step_by(2).filter(is_test).collect();
    assert!(named.len() > 30, "{named:?}");
    let tests = texts(&root.join("tests"));
    let missing: Vec<&&str> = named
        .iter()
        .filter(|name| !tests.contains(&format!("fn {name}(")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
