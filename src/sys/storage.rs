//! What it takes until a new file is found after a loss of power.

use std::io;
use std::path::Path;

/// Forces onto the disk which files a folder holds.
///
/// # Errors
/// Why it cannot be forced.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// Does nothing: the system journals which files a folder holds, and opens no folder as a file.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
