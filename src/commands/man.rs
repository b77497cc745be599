//! The manual, from the parser's own definition.

use std::io;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::{CommandError, output};
use crate::cli::{Cli, Exit, parser};
use crate::tui::{BINDINGS, Keys};

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

/// When the manual was last changed. The day of the build would make each build another one.
const DATE: &str = "2026-11-27";
/// No line of the source is longer, in bytes.
const WIDTH: usize = 79;

fn write_pages(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for command in parser().get_subcommands() {
        write_pages_of(command, folder)?;
    }
    std::fs::write(folder.join("whosin.1"), main_page()?)
}

/// Writes the pages of a command and of those below it.
fn write_pages_of(command: &Command, folder: &Path) -> io::Result<()> {
    if command.get_name() == "help" || command.is_hide_set() {
        return Ok(());
    }
    for below in command.get_subcommands() {
        write_pages_of(below, folder)?;
    }
    let mut text = Vec::new();
    let page = page(command.clone());
    page.render(&mut text)?;
    std::fs::write(folder.join(page.get_filename()), tidied(&text))
}

fn page(command: Command) -> Man {
    let name = command
        .get_display_name()
        .unwrap_or("whosin")
        .to_uppercase();
    Man::new(command)
        .title(name)
        .date(DATE)
        .source(concat!("whosin ", env!("CARGO_PKG_VERSION")))
        .manual("Manual of whosin")
}

fn main_page() -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    page(Cli::command()).render(&mut text)?;
    let mut more = Roff::new();
    more.control("SH", ["EXIT STATUS"]);
    for (exit, meaning) in Exit::MEANINGS {
        term(&mut more, &(exit as u8).to_string(), meaning);
    }
    more.control("SH", ["KEYS"]);
    more.text([roman(
        "The keys of the board, by their names in the table keys of config.toml, with the default keys.",
    )]);
    let keys = Keys::default();
    for binding in BINDINGS {
        let bound = keys.of(binding.action).iter().map(ToString::to_string);
        let bound: Vec<String> = bound.collect();
        let meaning = format!("{} ({})", binding.help, bound.join(", "));
        term(&mut more, binding.name, &meaning);
    }
    more.control("SH", ["FILES"]);
    for (file, meaning) in FILES {
        term(&mut more, file, meaning);
    }
    more.control("SH", ["ENVIRONMENT"]);
    for (variable, meaning) in VARIABLES {
        term(&mut more, variable, meaning);
    }
    more.to_writer(&mut text)?;
    Ok(tidied(&text))
}

/// The page as those who check manuals want it: no spaces at the end of a line, no line that is too
/// long, one empty line as a request and not as nothing.
fn tidied(page: &[u8]) -> Vec<u8> {
    let page = String::from_utf8_lossy(page).replace("\n.br\n\n.br\n", "\n.sp\n");
    let mut tidied = String::with_capacity(page.len());
    for line in page.lines() {
        let mut rest = line.trim_end();
        // A request is one line, and so is what is indented: an example.
        let is_text = !rest.starts_with(['.', '\'', ' ']);
        while let Some(at) = break_in(rest).filter(|_| is_text) {
            let (begun, more) = rest.split_at(at);
            tidied.push_str(begun);
            tidied.push('\n');
            rest = &more[1..];
        }
        tidied.push_str(rest);
        tidied.push('\n');
    }
    tidied.into_bytes()
}

/// Where a line that is too long breaks: at the last space that fits. No line may begin with what
/// would make a request of it.
fn break_in(line: &str) -> Option<usize> {
    if line.len() <= WIDTH {
        return None;
    }
    let spaces = line.match_indices(' ').map(|(at, _)| at);
    let mut breaks = spaces.filter(|at| !line[at + 1..].starts_with(['.', '\'', ' ']));
    let first = breaks.next()?;
    Some(breaks.take_while(|at| *at <= WIDTH).last().unwrap_or(first))
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

const VARIABLES: [(&str, &str); 8] = [
    (
        "WHOSIN_SERVER, WHOSIN_INTERVAL and so on",
        "Each setting, as its key in config.toml; an empty one counts as unset.",
    ),
    (
        "WHOSIN_CONFIG, WHOSIN_PROFILE",
        "The settings file, or the profile: as the options of these names.",
    ),
    (
        "WHOSIN_APP_PASSWORD",
        "The application user's password. It is never an option.",
    ),
    (
        "WHOSIN_BROKER_PASSWORD",
        "The password for the broker of the shared feed. It is never an option.",
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
