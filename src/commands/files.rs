//! Files of contacts, for the board and for scripts: reading them, writing them, completing their
//! names.

use std::fs;
use std::io::{self, Write};
use std::path::{MAIN_SEPARATOR, Path, PathBuf, is_separator};

use super::CommandError;
use crate::board::{Replace, WorldMessage};
use crate::contacts::exchange::{self, Format, Imported, Source};
use crate::contacts::{self, Contact};
use crate::file::{self, Kind, at_home};
use crate::presence::clean;

/// The path; none where it means the standard streams.
pub fn named(file: &Path) -> Option<&Path> {
    (file != Path::new("-")).then_some(file)
}

/// A path for people: without what would control the terminal.
pub fn shown(file: &Path) -> String {
    clean(&file.display().to_string())
}

/// Reads contacts from a file or, where it is `-`, from standard input. Of a bulk export the list
/// of the owner is read.
pub fn read(
    file: &Path,
    source: Option<Source>,
    domain: Option<&str>,
    owner: Option<&str>,
) -> Result<Imported, CommandError> {
    let bytes = bytes_of(file).map_err(|error| CommandError::unreadable(file, error))?;
    let decoded = exchange::decode(&bytes).map_err(|error| CommandError::NoText {
        file: shown(file),
        error,
    })?;
    // Large ones are in memory once less.
    drop(bytes);
    let source = source.unwrap_or_else(|| Source::guess(named(file), &decoded.text));
    file::check_memory(exchange::weight(&decoded.text, source), Kind::Import)
        .map_err(|error| CommandError::unreadable(file, error))?;
    Ok(Imported {
        encoding: decoded.encoding,
        ..exchange::read(&decoded.text, source, domain, owner)
    })
}

fn bytes_of(file: &Path) -> io::Result<Vec<u8>> {
    match named(file) {
        Some(path) => file::read(path, Kind::Import),
        None => file::read_from(io::stdin().lock(), Kind::Import),
    }
}

/// Writes contacts into a file, which must not be one of these contact books, nor be there already where
/// it must not be replaced.
pub fn write(
    path: &Path,
    contacts: &[Contact],
    format: Format,
    replace: Replace,
    books: &[PathBuf],
) -> Result<(), CommandError> {
    let there = fs::canonicalize(path).ok();
    let mut books = books.iter().filter_map(|book| fs::canonicalize(book).ok());
    if there.is_some_and(|path| books.any(|book| book == path)) {
        return Err(CommandError::OverBook(shown(path)));
    }
    let text = exchange::write(contacts, format);
    let mut options = fs::OpenOptions::new();
    match replace {
        // A pipe or a device loses nothing.
        Replace::Refused if path.is_file() || !path.exists() => {
            options.write(true).create_new(true)
        }
        Replace::Refused | Replace::Allowed => options.write(true).create(true).truncate(true),
    };
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => CommandError::FileExists(shown(path)),
        _ => CommandError::unwritable(path, error),
    })
}

/// Reads a file that was named on the board.
pub fn import(path: &str, group: Option<String>, domain: Option<&str>) -> WorldMessage {
    let path = at_home(path);
    match read(&path, None, domain, None) {
        Ok(imported) => WorldMessage::Imported {
            file: file_name(&path),
            imported,
            group,
        },
        Err(error) => WorldMessage::FileTrouble(error.to_string()),
    }
}

/// Writes a file that was named on the board.
pub fn export(
    path: &str,
    contacts: &[Contact],
    replace: Replace,
    books: &[PathBuf],
) -> WorldMessage {
    let path = at_home(path);
    let format = Format::of_file_name(&path).unwrap_or(Format::Csv);
    match write(&path, contacts, format, replace, books) {
        Err(CommandError::FileExists(file)) => {
            WorldMessage::FileExists(format!("{file} is there already: Enter replaces it"))
        }
        Ok(()) => {
            let (count, file) = (contacts::counted(contacts.len()), shown(&path));
            WorldMessage::Exported(format!("{count} written to {file} ({})", format.name()))
        }
        Err(error) => WorldMessage::FileTrouble(error.to_string()),
    }
}

/// Completes a path: as far as all files agree that begin like this. `None` where none does.
pub fn complete(path: &str) -> Option<String> {
    let (folder, begun) = path.split_at(path.rfind(is_separator).map_or(0, |at| at + 1));
    let place = match folder {
        "" => PathBuf::from("."),
        folder => at_home(folder),
    };
    let found = fs::read_dir(place).ok()?.filter_map(|entry| {
        let entry = entry.ok()?;
        let name = entry.file_name().into_string().ok()?;
        // Hidden ones only where they are meant; and nothing that cannot be shown.
        let meant = name.starts_with(begun) && (begun.starts_with('.') || !name.starts_with('.'));
        let folder = entry.path().is_dir();
        (meant && clean(&name) == name).then(|| {
            if folder {
                format!("{name}{MAIN_SEPARATOR}")
            } else {
                name
            }
        })
    });
    let common = found.reduce(|one, other| {
        let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b);
        same.map(|(a, _)| a).collect()
    })?;
    Some(format!("{folder}{common}"))
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| shown(path), |name| shown(Path::new(name)))
}
