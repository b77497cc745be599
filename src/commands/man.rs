//! The manual, from the parser's own definition.

use std::io;
use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::{CommandError, output};
use crate::cli::{Cli, Exit};

/// Prints the page of the program, or writes a page for each command into a folder.
pub fn man(folder: Option<&Path>) -> Result<Exit, CommandError> {
    let Some(folder) = folder else {
        let page = main_page().map_err(|error| CommandError::Io("cannot print", error))?;
        output::print_exactly(&String::from_utf8_lossy(&page))?;
        return Ok(Exit::Done);
    };
    write_pages(folder).map_err(|error| CommandError::unwritable(folder, error))?;
    Ok(Exit::Done)
}

fn write_pages(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::command(), folder)?;
    // The program's own page has more than its options.
    std::fs::write(folder.join("whosin.1"), main_page()?)
}

fn main_page() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(Cli::command()).render(&mut page)?;
    let mut more = Roff::new();
    more.control("SH", ["EXIT STATUS"]);
    for (exit, meaning) in Exit::MEANINGS {
        term(&mut more, &(exit as u8).to_string(), meaning);
    }
    more.control("SH", ["FILES"]);
    for (file, meaning) in FILES {
        term(&mut more, file, meaning);
    }
    more.control("SH", ["ENVIRONMENT"]);
    for (variable, meaning) in VARIABLES {
        term(&mut more, variable, meaning);
    }
    more.to_writer(&mut page)?;
    Ok(page)
}

fn term(page: &mut Roff, word: &str, meaning: &str) {
    page.control("TP", []);
    page.text([bold(word)]);
    page.text([roman(meaning)]);
}

const FILES: [(&str, &str); 8] = [
    (
        "~/.config/whosin/config.toml",
        "The settings: each global option is a key, with _ for -.",
    ),
    ("~/.config/whosin/contacts.toml", "The contact book."),
    (
        "~/.config/whosin/themes/NAME.toml",
        "A theme of the user's own.",
    ),
    (
        "~/.local/state/whosin/whosin.log",
        "The log, without secrets.",
    ),
    (
        "~/.local/state/whosin/history.jsonl",
        "The states of the day, where history = true.",
    ),
    (
        "~/.cache/whosin/last-seen.json",
        "What the last board knew, for status --cached and tmux.",
    ),
    (
        "$XDG_RUNTIME_DIR/whosin",
        "The session that the processes of a user share.",
    ),
    (
        "~/Library/Application Support/whosin, ~/Library/Caches/whosin",
        "On macOS: the settings, the contact book, the log; what the last board knew, the session.",
    ),
];

const VARIABLES: [(&str, &str); 6] = [
    (
        "WHOSIN_SERVER, WHOSIN_INTERVAL and so on",
        "Each setting, as its key in config.toml; an empty one counts as unset.",
    ),
    (
        "WHOSIN_APP_PASSWORD",
        "The application user's password. It is never an option.",
    ),
    (
        "NO_COLOR, COLORTERM, TERM, COLORFGBG",
        "How many colours there are, and on which ground.",
    ),
    (
        "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY",
        "The proxies.",
    ),
    (
        "LC_ALL, LC_MESSAGES, LANG",
        "The languages of notes, the most wanted first; without, the system's.",
    ),
    (
        "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME",
        "Where the folders above are.",
    ),
];
