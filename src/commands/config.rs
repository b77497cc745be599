//! The settings: where they are, what they are, and what is wrong with them.

use std::path::Path;

use serde::Serialize;

use super::output::{print_all, print_json};
use super::table::print_table;
use super::{CommandError, complain, load_unlogged, look};
use crate::cli::{Config, Exit, Options};
use crate::contacts;
use crate::file;
use crate::http::Trust;
use crate::presence::clean;
use crate::settings::nearest::nearest;
use crate::settings::{Layer, Settings, SettingsError, example};
use crate::sys::child;
use crate::sys::shell::EDITOR;

/// Does it, and prints what was done.
pub fn config(options: &Options, command: &Config) -> Result<Exit, CommandError> {
    match command {
        Config::Path => print_all(&format!("{}\n", path(options)?.display())),
        Config::Show { json } => show(options, *json),
        Config::Example => print_all(&example()),
        Config::Check => check(options),
        Config::Edit => edit(options),
        Config::Profiles => profiles(),
    }
}

fn path(options: &Options) -> Result<std::path::PathBuf, SettingsError> {
    Settings::file(&options.set_up()?)
}

/// Prints the profiles, one a line.
fn profiles() -> Result<Exit, CommandError> {
    let profiles = Settings::profiles();
    let lines: String = profiles
        .iter()
        .map(|profile| format!("{profile}\n"))
        .collect();
    if lines.is_empty() {
        complain(format_args!(
            "whosin: there are no profiles: 'whosin --profile NAME config edit' makes one"
        ));
    }
    print_all(&lines)
}

/// A setting in JSON.
#[derive(Serialize)]
struct Shown {
    name: &'static str,
    value: String,
    origin: String,
}

fn show(options: &Options, json: bool) -> Result<Exit, CommandError> {
    let settings = load_unlogged(options)?;
    let themes = look(&settings)?.themes.names();
    let mut all: Vec<Shown> = settings
        .shown(&themes)
        .into_iter()
        .map(|setting| Shown {
            name: setting.name,
            value: clean(&setting.value),
            origin: setting.origin.place(),
        })
        .collect();
    all.sort_by_key(|setting| setting.name);
    if json {
        return print_json(&all);
    }
    let rows = all.into_iter();
    let rows: Vec<[String; 3]> = rows
        .map(|setting| [setting.name.into(), setting.value, setting.origin])
        .collect();
    print_table(&rows)
}

/// Reads everything that people edit, and says all that is wrong with it.
fn check(options: &Options) -> Result<Exit, CommandError> {
    let mistakes = Layer::mistakes(&path(options)?);
    let mut mistakes: Vec<CommandError> = mistakes.into_iter().map(Into::into).collect();
    if mistakes.is_empty() {
        let settings = load_unlogged(options)?;
        mistakes = mistakes_beside(&settings);
        if mistakes.is_empty() {
            return print_state(&settings);
        }
    }
    // Each stands on a line of its own; the last one ends the command.
    let last = mistakes.pop();
    for mistake in mistakes {
        complain(format_args!("whosin: {mistake}"));
    }
    last.map_or(Ok(Exit::Done), Err)
}

/// What is wrong with the files that the settings name.
fn mistakes_beside(settings: &Settings) -> Vec<CommandError> {
    let trusted = [settings.trust(), settings.directory_trust()];
    let trusted = trusted
        .into_iter()
        .filter(|trust| matches!(trust, Trust::CaFile(_)))
        .filter_map(|trust| trust.config("http/1.1").err().map(CommandError::from));
    let mut mistakes: Vec<CommandError> = trusted.collect();
    mistakes.extend(mistakes_in_book(&settings.places.contacts));
    match settings.joined() {
        Ok(joined) => {
            let books = joined.iter().map(|(_, joined)| &joined.places.contacts);
            mistakes.extend(books.flat_map(|book| mistakes_in_book(book)));
        }
        Err(error) => mistakes.push(error.into()),
    }
    match look(settings) {
        Ok(look) => mistakes.extend(look.themes.trouble().map(CommandError::Theme)),
        Err(error) => mistakes.push(error),
    }
    mistakes
}

/// What is wrong with a contact book: it cannot be read, or has names that are almost known.
fn mistakes_in_book(book: &Path) -> Vec<CommandError> {
    let unknown = match contacts::unknown_names(book) {
        Ok(unknown) => unknown.into_iter(),
        Err(error) => return vec![error.into()],
    };
    let mistyped = unknown.filter_map(|unknown| {
        let near = || nearest(&unknown.name, unknown.known.iter().copied());
        let near = unknown.meant.or_else(near)?;
        Some(CommandError::Mistyped {
            file: clean(&book.display().to_string()),
            line: unknown.line,
            near,
            name: unknown.name,
        })
    });
    mistyped.collect()
}

/// Prints the files that were read, nothing being wrong with them.
fn print_state(settings: &Settings) -> Result<Exit, CommandError> {
    let [file, book] = [&settings.places.config.value, &settings.places.contacts];
    let file_state = if file.exists() {
        "fine"
    } else {
        "not there: defaults count"
    };
    let book_state = if book.exists() {
        contacts::counted(contacts::load(book)?.len())
    } else {
        "not there: no contacts".into()
    };
    print_all(&format!(
        "{}: {file_state}\n{}: {book_state}\n",
        file.display(),
        book.display()
    ))
}

/// Opens the file in the user's editor; one that is not there begins as the example.
fn edit(options: &Options) -> Result<Exit, CommandError> {
    let path = path(options)?;
    if !path.exists() {
        file::create(&path, example().as_bytes())
            .map_err(|error| CommandError::unwritable(&path, error))?;
    }
    let variables = ["VISUAL", "EDITOR"].map(|name| std::env::var(name).ok());
    let editor = variables
        .into_iter()
        .flatten()
        .find(|editor| !editor.trim().is_empty());
    open(editor.as_deref().unwrap_or(EDITOR), &path)?;
    check(options)
}

/// Runs an editor, which may be a command with arguments, on a file.
fn open(editor: &str, path: &Path) -> Result<(), CommandError> {
    let mut words = editor.split_whitespace();
    let mut command = child::command(words.next().unwrap_or(EDITOR));
    command.args(words).arg(path);
    let ended = command.status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(CommandError::Editor(format!("{editor}: {status}"))),
        Err(error) => Err(CommandError::Editor(format!("{editor}: {error}"))),
    }
}
