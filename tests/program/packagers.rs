//! Completions and the manual, from the parser's own definition; help and suggestions.

use crate::support::pty;
use std::path::Path;
use std::process::{Command, Output};

const BOOK: &str = "[[contact]]\naddress = \"ben@example.com\"\nname = \"Ben Two\"\ngroup = \"Front desk\"\n\n\
    [[contact]]\naddress = \"bea@example.com\"\nname = \"Beatrix O'Neil $HOME\"\n\n\
    [[contact]]\naddress = \"twin@one.example\"\nname = \"Twin One\"\n\n\
    [[contact]]\naddress = \"twin@two.example\"\nname = \"Twin Two\"\n";

fn home(book: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("config/whosin");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("contacts.toml"), book).unwrap();
    home
}

fn whosin(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_whosin"))
        .env_clear()
        .envs(pty::environment(home))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What bash makes of these words; `None` where there is no bash that is new enough.
fn completed(home: &Path, words: &[&str]) -> Option<Vec<String>> {
    let program = Path::new(env!("CARGO_BIN_EXE_whosin"));
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let script = "[[ ${BASH_VERSINFO[0]} -ge 4 ]] || exit 77\n\
        source <(whosin completions bash)\n\
        COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_TYPE=9\n\
        _clap_complete_whosin whosin \"${COMP_WORDS[$COMP_CWORD]}\" \"\" 2>/dev/null\n\
        printf '%s\\n' \"${COMPREPLY[@]}\"";
    let done = Command::new("bash")
        .args(["--norc", "-c", script, "bash"])
        .args(words)
        .env_clear()
        .envs(pty::environment(home))
        .env("PATH", path)
        .output()
        .ok()?;
    if done.status.code() == Some(77) {
        return None;
    }
    Some(text(&done.stdout).lines().map(String::from).collect())
}

#[test]
fn bash_completes_commands_options_and_contacts() {
    let home = home(BOOK);
    let complete = |words: &[&str]| completed(home.path(), words);
    let Some(commands) = complete(&["whosin", "st"]) else {
        eprintln!("there is no bash 4 here");
        return;
    };
    assert_eq!(commands, ["status"]);
    assert_eq!(complete(&["whosin", "status", "--js"]).unwrap(), ["--json"]);
    // By user and by any part of the name; the user alone where that is enough.
    let users = |words: &[&str]| {
        let mut users = complete(words).unwrap();
        users.sort();
        users
    };
    assert_eq!(users(&["whosin", "status", "be"]), ["bea", "ben"]);
    assert_eq!(
        users(&["whosin", "wait", "two"]),
        ["ben", "twin@two.example"]
    );
    assert_eq!(users(&["whosin", "contacts", "remove", "o'n"]), ["bea"]);
    assert_eq!(
        users(&["whosin", "tmux", "twin"]),
        ["twin@one.example", "twin@two.example"]
    );
    // What is no word of the book has its values, too.
    for (words, values) in [
        (
            &["whosin", "status", "--group", "fr"][..],
            &["Front\\ desk"][..],
        ),
        (
            &["whosin", "contacts", "move", "ben", "Fr"],
            &["Front\\ desk"],
        ),
        (&["whosin", "set", "d"], &["dnd"]),
        (&["whosin", "set", "cl"], &["clear"]),
        (&["whosin", "status", "--theme", "hi"], &["high-contrast"]),
        (&["whosin", "tmux", "--format", "w"], &["waybar"]),
        (
            &["whosin", "contacts", "export", "--format", "ld"],
            &["ldif"],
        ),
        (
            &["whosin", "simulate", "--scenario", "quiet,thr"],
            &["quiet,throttle"],
        ),
    ] {
        assert_eq!(complete(words).unwrap(), values, "{words:?}");
    }
    // Bash takes the @ for the end of a word: half an address is not completed to nonsense.
    assert_eq!(users(&["whosin", "status", "ben", "@", "b"]), [""]);
}

#[test]
fn a_book_that_cannot_be_read_completes_nothing_and_says_nothing() {
    let home = home("[[contact]\n");
    if let Some(words) = completed(home.path(), &["whosin", "status", "b"]) {
        assert_eq!(words, [""]);
    }
}

#[test]
fn every_shell_has_a_script() {
    let home = home(BOOK);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let done = whosin(home.path(), &["completions", shell]);
        assert!(done.status.success(), "{shell}");
        let script = text(&done.stdout);
        assert!(
            script.contains("WHOSIN_COMPLETE") && script.contains("whosin"),
            "{script}"
        );
    }
    let done = whosin(home.path(), &["completions", "dos"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(text(&done.stderr).contains("zsh"));
}

/// All commands with those below them, and the help of each.
fn helps(home: &Path, command: &[&str]) -> Vec<(Vec<String>, String)> {
    let arguments = [command, &["--help"]].concat();
    let help = text(&whosin(home, &arguments).stdout);
    let listed = help.split("Commands:\n").nth(1).unwrap_or_default();
    let listed = listed.lines().take_while(|line| !line.is_empty());
    let names = listed
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help");
    let mut all = Vec::new();
    for name in names {
        all.extend(helps(home, &[command, &[name]].concat()));
    }
    let path = command.iter().map(|word| word.to_string()).collect();
    all.push((path, help));
    all
}

#[test]
fn the_help_of_every_command_shows_an_example_and_the_manual_has_a_page_for_it() {
    let home = home(BOOK);
    let folder = home.path().join("man");
    let done = whosin(
        home.path(),
        &["man", "--dir", &folder.display().to_string()],
    );
    assert!(done.status.success(), "{}", text(&done.stderr));
    let all = helps(home.path(), &[]);
    assert!(all.len() > 15, "{}", all.len());
    for (path, help) in all {
        assert!(help.contains("Example"), "{path:?}: {help}");
        let page = [vec!["whosin".to_string()], path].concat().join("-") + ".1";
        let page = std::fs::read_to_string(folder.join(&page)).expect(&page);
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
    }
}

#[test]
fn the_pages_of_the_manual_are_written_as_checkers_want_them() {
    let home = home(BOOK);
    let folder = home.path().join("man");
    whosin(
        home.path(),
        &["man", "--dir", &folder.display().to_string()],
    );
    let mut pages = 0;
    for page in std::fs::read_dir(&folder).unwrap() {
        let path = page.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().to_uppercase();
        let page = std::fs::read_to_string(&path).unwrap();
        let heading = page.lines().find(|line| line.starts_with(".TH ")).unwrap();
        assert!(heading.starts_with(&format!(".TH {name} 1 2")), "{heading}");
        for line in page.lines() {
            assert_eq!(line, line.trim_end(), "{path:?}");
            // A request is one line, and so are an example and a single word.
            let breaks = !line.starts_with(['.', ' ']) && line.contains(' ');
            assert!(!breaks || line.len() <= 80, "{path:?}: {line}");
        }
        pages += 1;
    }
    assert!(pages > 25, "{pages}");
}

#[test]
fn the_help_of_a_command_shows_its_own_options_and_where_the_others_are() {
    let home = home(BOOK);
    let help = |arguments: &[&str]| text(&whosin(home.path(), arguments).stdout);
    for arguments in [
        &["contacts", "list", "--help"][..],
        &["help", "wait"],
        &["tmux", "-h"],
        &["config", "--help"],
    ] {
        let words = help(arguments);
        for global in ["--app-user <", "--verbose", "--config <"] {
            assert!(!words.contains(global), "{arguments:?}: {words}");
        }
        assert!(
            words.contains("Global options") && words.contains("whosin --help"),
            "{words}"
        );
    }
    assert!(help(&["contacts", "list", "--help"]).contains("--group <GROUP>"));
    for own in ["--app-user <", "--verbose", "--config <"] {
        assert!(help(&["--help"]).contains(own), "{own}");
    }
    // They are options of a command all the same.
    let listed = whosin(home.path(), &["contacts", "list", "--no-such"]);
    assert_eq!(listed.status.code(), Some(2));
    let listed = whosin(home.path(), &["contacts", "list", "--domain", "sie.at"]);
    assert!(listed.status.success(), "{}", text(&listed.stderr));
}

#[test]
fn the_manual_tells_exit_codes_files_and_variables() {
    let home = home(BOOK);
    let page = text(&whosin(home.path(), &["man"]).stdout);
    for wanted in [
        ".SH \"EXIT STATUS\"",
        "a sign\\-in was refused",
        "contacts.toml",
        "WHOSIN_APP_PASSWORD",
        ".SH KEYS",
        "fold\\-all",
        "\\-\\-server",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
}

#[test]
fn a_misspelt_command_option_or_contact_is_answered_with_what_may_be_meant() {
    let home = home(BOOK);
    for (arguments, wanted) in [
        (&["staus"][..], "'status'"),
        (&["status", "--jsno"], "'--json'"),
        (&["contacts", "exprot"], "'export'"),
        (&["contacts", "remove", "bne"], "ben@example.com"),
        (&["contacts", "remove", "twin"], "twin@two.example"),
    ] {
        let done = whosin(home.path(), arguments);
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        let words = text(&done.stderr);
        assert!(words.contains(wanted), "{arguments:?}: {words}");
    }
}
