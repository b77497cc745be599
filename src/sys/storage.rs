//! Files that are read and replaced while other programs have them open, and that are found in their
//! place even after a loss of power.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// Puts a finished file in the place of the one at `path`, or of none.
///
/// # Errors
/// Why it cannot be put there; then the old file is as it was.
#[cfg(not(windows))]
pub fn put_in_place(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.persist(path)?;
    Ok(())
}

/// Puts a finished file in the place of the one at `path`, or of none, [`when_free`].
///
/// # Errors
/// Why it cannot be put there, and what to do; then the old file is as it was.
#[cfg(windows)]
pub fn put_in_place(file: NamedTempFile, path: &Path) -> io::Result<()> {
    if std::fs::metadata(path).is_ok_and(|old| old.permissions().readonly()) {
        let words = "it is marked read-only: 'attrib -r' takes the mark off";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, words));
    }
    let (open, written) = file.into_parts();
    drop(open);
    let written = written.keep()?;
    let put = when_free(|| std::fs::rename(&written, path));
    if put.is_err() {
        // What is not in its place is of no use.
        let _ = std::fs::remove_file(&written);
    }
    put
}

/// Does something with a file, once: no program keeps another one from it.
///
/// # Errors
/// Those of what is done.
#[cfg(not(windows))]
pub fn when_free<T>(mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    act()
}

/// Does something with a file. Windows refuses it while another program, such as an editor or a virus
/// scanner, has the file for itself, mostly for a moment: tried again for a second and a quarter.
///
/// # Errors
/// Those of what is done; where the file stays held, that it is, and what to do.
#[cfg(windows)]
pub fn when_free<T>(mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    // ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_USER_MAPPED_FILE.
    let is_held = |error: &io::Error| matches!(error.raw_os_error(), Some(5 | 32 | 33 | 1224));
    for pause in [10, 20, 40, 80, 160, 320, 640] {
        match act() {
            Err(error) if is_held(&error) => {
                std::thread::sleep(std::time::Duration::from_millis(pause));
            }
            done => return done,
        }
    }
    act().map_err(|error| {
        if !is_held(&error) {
            return error;
        }
        let words = format!(
            "{error}. If another program has it open, such as an editor or a virus scanner, close it \
             there and try again"
        );
        io::Error::new(error.kind(), words)
    })
}

/// Opens a file to read it, and waits for nobody: a named pipe that nobody writes into would keep
/// whoever opens it for ever.
///
/// # Errors
/// Why it cannot be opened.
#[cfg(unix)]
pub fn open_at_once(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NONBLOCK.bits();
    let mut options = File::options();
    options.read(true).custom_flags(flags.cast_signed());
    options.open(path)
}

/// Opens a file to read it. Nothing in a folder makes whoever opens it wait.
///
/// # Errors
/// Why it cannot be opened.
#[cfg(windows)]
pub fn open_at_once(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Holds a file that is being written, for as long as this process has it open: a lock, which goes
/// when the process does. A file system without locks does without.
#[cfg(unix)]
pub fn hold(file: &File) {
    let _ = file.lock();
}

/// Does nothing: a locked file could not be put in its place.
#[cfg(windows)]
pub fn hold(_file: &File) {}

/// Takes a file that a process has begun to write and that none holds any more; `None` where one does,
/// or where that cannot be told.
#[cfg(unix)]
pub fn take_unheld(path: &Path) -> Option<File> {
    let file = open_at_once(path).ok()?;
    file.try_lock().is_ok().then_some(file)
}

/// It cannot be told.
#[cfg(windows)]
pub fn take_unheld(_path: &Path) -> Option<File> {
    None
}

/// What something is that is no file, in words.
#[cfg(unix)]
pub fn special_kind(data: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = data.file_type();
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// What something is that is no file, in words.
#[cfg(windows)]
pub fn special_kind(data: &Metadata) -> &'static str {
    if data.is_dir() {
        "a folder"
    } else {
        "a device"
    }
}

/// Whether it is the device that is always empty, which people name where they want no file.
#[cfg(unix)]
pub fn is_null_device(data: &Metadata) -> bool {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    let is_same = |null: Metadata| null.rdev() == data.rdev();
    data.file_type().is_char_device() && std::fs::metadata("/dev/null").is_ok_and(is_same)
}

/// Whether it is the device that is always empty: that has no data of its own here.
#[cfg(windows)]
pub fn is_null_device(_data: &Metadata) -> bool {
    false
}

/// Whether it is cheap to watch a folder: it is the user's own, so that no others are busy in it, and
/// Linux sends nothing of what happens deeper.
#[cfg(target_os = "linux")]
pub fn is_cheap_to_watch(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let own = rustix::process::geteuid().as_raw();
    let data = std::fs::metadata(folder);
    data.is_ok_and(|data| data.uid() == own && data.mode() & 0o002 == 0)
}

/// Whether it is cheap to watch a folder: other systems send what happens deeper, too, or keep the
/// folder from being moved.
#[cfg(not(target_os = "linux"))]
pub fn is_cheap_to_watch(_folder: &Path) -> bool {
    false
}

/// Forces onto the disk which files a folder holds.
///
/// # Errors
/// Why it cannot be forced.
#[cfg(not(windows))]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// Does nothing: Windows journals which files a folder holds, and opens no folder as a file.
///
/// # Errors
/// None.
#[cfg(windows)]
pub fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// What distinguishes a file or folder from another one of the same name: its number on the file
/// system.
#[cfg(unix)]
pub fn identity(data: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(data)
}

/// What distinguishes a file or folder from another one of the same name: when it was made.
#[cfg(windows)]
pub fn identity(data: &Metadata) -> u64 {
    std::os::windows::fs::MetadataExt::creation_time(data)
}
