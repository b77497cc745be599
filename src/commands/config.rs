//! The settings: where they are, what they are, and what is wrong with them.

use std::path::Path;

use serde::Serialize;

use super::output::{print_all, print_json};
use super::table::print_table;
use super::{CommandError, complain, load_unlogged, look};
use crate::cli::{Config, Exit, Options};
use crate::contacts;
use crate::file;
use crate::presence::clean;
use crate::settings::{Settings, SettingsError, example};
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

/// Reads everything that people edit; the first mistake is the error.
fn check(options: &Options) -> Result<Exit, CommandError> {
    let settings = load_unlogged(options)?;
    let book = &settings.places.contacts;
    let count = contacts::load(book)?.len();
    let joined = settings.joined()?;
    for (_, joined) in &joined {
        contacts::load(&joined.places.contacts)?;
    }
    if let Some(words) = look(&settings)?.themes.trouble() {
        return Err(CommandError::Theme(words));
    }
    let file = &settings.places.config.value;
    let state = if file.exists() {
        "fine"
    } else {
        "not there: defaults count"
    };
    let count = contacts::counted(count);
    print_all(&format!(
        "{}: {state}\n{}: {count}\n",
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
