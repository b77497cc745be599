//! Files and folders for their owner alone.
//!
//! Unix has modes for that. Windows has none: there the user's profile, where whosin keeps what is
//! private, is closed to other users by the list of rights that its folders inherit.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a file as `options` say, and makes it where it is missing: for its owner alone.
///
/// # Errors
/// Why it cannot be opened.
pub fn open_private(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // A named pipe that nobody reads would keep whoever opens it for ever.
        let flags = rustix::fs::OFlags::NONBLOCK.bits();
        options.mode(0o600).custom_flags(flags.cast_signed());
    }
    options.create(true).open(path)
}

/// Makes a file readable by its owner alone, where it is there: a secret is about to go into it.
///
/// # Errors
/// Why its mode cannot be changed.
#[cfg(unix)]
pub fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        changed => changed,
    }
}

/// Leaves a file as it is: its folder says who may read it.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn make_private(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether the mode of a file lets others than its owner read it.
#[cfg(unix)]
pub fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0)
}

/// No: there are no modes.
#[cfg(not(unix))]
pub fn others_can_read(_path: &Path) -> bool {
    false
}

/// Makes a folder where it is missing, and those around it: for its owner alone.
///
/// # Errors
/// Why it cannot be made.
#[cfg(unix)]
pub fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// Makes a folder where it is missing, and those around it. It inherits who may read it.
///
/// # Errors
/// Why it cannot be made.
#[cfg(not(unix))]
pub fn make_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

/// Whether a folder is the user's own and nobody else can look into it.
///
/// # Errors
/// Why it is not.
#[cfg(unix)]
pub fn check_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let data = std::fs::metadata(folder)?;
    let own = data.uid() == rustix::process::geteuid().as_raw();
    if data.is_dir() && own && data.mode() & 0o077 == 0 {
        return Ok(());
    }
    let words = format!("{} is not a folder of yours alone", folder.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, words))
}

/// Takes a folder as the user's own: it lies in the user's profile.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn check_private(_folder: &Path) -> io::Result<()> {
    Ok(())
}
