//! Files that people edit and whosin replaces: in one step, so that a crash leaves the old or the
//! new, and never as a different file than the one that was meant.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf, is_separator};
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

mod limit;
mod text;
mod way;
mod weight;
mod words;

pub use limit::{
    Kind, MOST_MEMORY, check_memory, check_toml, read, read_from, read_if_there, read_text,
    read_toml_if_there,
};

pub use crate::sys::lock::Lock;
pub use crate::sys::private::{
    check_private, make_folder, make_private, open_private, others_can_read,
};
use crate::sys::storage::{hold, identity, put_in_place, sync_folder, take_unheld};
pub use text::Text;
pub use way::Way;
pub use weight::weight_of_toml;
pub use words::toml_words;

/// What a file is called that is still written, before and after the name of the one it replaces.
const DRAFT: (&str, &str) = (".", ".new");
/// Nobody writes at a file for so long: who began it was killed. This counts where the system cannot
/// tell whether the writer lives.
const ABANDONED: Duration = Duration::from_secs(600);

/// What is really replaced: the target of links, of the file or of a folder that it is in, for it may
/// live in a checkout. The target need not exist.
pub fn target(path: &Path) -> PathBuf {
    // Not the library's own: on Windows that makes paths of it that people do not know.
    if let Ok(target) = dunce::canonicalize(path) {
        return target;
    }
    Way::of(path).into_target()
}

/// A path as people write it: `~` and `~/` are the home folder.
pub fn at_home(path: &str) -> PathBuf {
    let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_path_buf());
    let inside = match path.strip_prefix('~') {
        Some("") => Some(""),
        Some(inside) => inside.strip_prefix(is_separator),
        None => None,
    };
    match inside.zip(home()) {
        Some((inside, home)) => home.join(inside),
        None => path.into(),
    }
}

/// The name of a file, for a line in which a long path would push out what follows it.
pub fn name_of(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
}

/// The folder that a file is in, made where it is missing: for its owner alone.
///
/// # Errors
/// Why it cannot be made.
pub fn folder_of(path: &Path) -> io::Result<PathBuf> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    make_folder(folder)?;
    Ok(folder.to_path_buf())
}

/// Which file is at a path, and how it was last written: differs where anything was done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    identity: u64,
    modified: Option<std::time::SystemTime>,
    length: u64,
}

impl Stamp {
    /// The stamp of what is at this path, or where a link there leads; `None` where nothing is.
    pub fn of(path: &Path) -> Option<Stamp> {
        fs::metadata(path).ok().map(Stamp::from)
    }

    /// Whether both are of the same file or folder, whatever was written there.
    pub fn is_of_the_same(&self, other: &Stamp) -> bool {
        self.identity == other.identity
    }
}

impl From<fs::Metadata> for Stamp {
    fn from(data: fs::Metadata) -> Stamp {
        Stamp {
            identity: identity(&data),
            modified: data.modified().ok(),
            length: data.len(),
        }
    }
}

/// A new file in the folder, which is to take the place of the one at `path`: it carries its name, and
/// is held as long as its writer lives. Those whose writer was killed are removed, for they hold what
/// the file holds.
fn draft(path: &Path, folder: &Path) -> io::Result<NamedTempFile> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!("{}{name}.", DRAFT.0);
    remove_abandoned(folder, &prefix);
    loop {
        let draft = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(DRAFT.1)
            .tempfile_in(folder)?;
        hold(draft.as_file());
        // Before it was held another writer may have taken it for abandoned.
        if draft.path().exists() {
            return Ok(draft);
        }
    }
}

/// Removes drafts that a killed process has left. Where that fails they do no harm.
fn remove_abandoned(folder: &Path, prefix: &str) {
    let now = SystemTime::now();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with(prefix) || !name.ends_with(DRAFT.1) {
            continue;
        }
        let is_old = || {
            let modified = entry.metadata().and_then(|data| data.modified()).ok();
            let age = modified.and_then(|modified| now.duration_since(modified).ok());
            age.is_some_and(|age| age > ABANDONED)
        };
        // Whoever takes it keeps it until it is removed, so that its writer notices.
        let taken = take_unheld(&entry.path());
        if taken.is_some() || is_old() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Writes beside the file, then puts it in the file's place. A new file is readable by its owner
/// alone; an old one keeps its mode.
///
/// # Errors
/// Why it cannot be written; then the old file is as it was.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = target(path);
    let folder = folder_of(&path)?;
    let mut file = draft(&path, &folder)?;
    if let Ok(data) = fs::metadata(&path) {
        file.as_file().set_permissions(data.permissions())?;
    }
    file.write_all(content)?;
    file.as_file().sync_all()?;
    put_in_place(file, &path)?;
    sync_folder(&folder)
}

/// Makes a file that must not exist yet, in one step, readable by its owner alone.
///
/// # Errors
/// Why it cannot be written; [`io::ErrorKind::AlreadyExists`] where it exists.
pub fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = target(path);
    let folder = folder_of(&path)?;
    let mut file = draft(&path, &folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(&path)?;
    sync_folder(&folder)
}

/// The same for a file that is often made anew and whose loss costs nothing: readable by its owner
/// alone, whatever it was before, and not forced onto the disk.
///
/// # Errors
/// Why it cannot be written; then the old file is as it was.
pub fn replace_private(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_private_by(path, |file| file.write_all(content))
}

/// The same for content that is written piece by piece.
///
/// # Errors
/// Why it cannot be written; then the old file is as it was.
pub fn replace_private_by(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
) -> io::Result<()> {
    let folder = folder_of(path)?;
    // Such a file is made readable by its owner alone.
    let file = draft(path, &folder)?;
    let mut buffered = BufWriter::new(file.as_file());
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    put_in_place(file, path)
}

/// The line, from 1, at which a span of the text begins; the first where there is none.
pub fn line_of(text: &str, span: Option<Range<usize>>) -> usize {
    let at = span.map_or(0, |span| span.start.min(text.len()));
    line_of_byte(text.as_bytes(), at)
}

/// The line, from 1, of the byte at this place of a text.
fn line_of_byte(text: &[u8], at: usize) -> usize {
    let before = text[..at].iter();
    before.filter(|byte| **byte == b'\n').count() + 1
}
