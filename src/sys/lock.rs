//! Locks of files that several processes change: each reads, edits and replaces the file while the
//! others wait. No lock file stays beside it, for it may stand in a checkout.

use std::fs::File;
use std::io;
use std::path::Path;

#[cfg(unix)]
use super::storage::{identity, open_at_once};

/// The lock of a file, held until it is dropped; none where there is no file yet, and so nothing to
/// lock.
pub struct Lock(Option<File>);

#[cfg(unix)]
impl Lock {
    /// Waits for the lock of the file at `path`: that of the file itself, so that other users and
    /// machines see it, too.
    ///
    /// # Errors
    /// Why it cannot be locked.
    pub fn of(path: &Path, _locks: &Path) -> io::Result<Lock> {
        loop {
            let file = match open_at_once(path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Lock(None)),
                Err(error) => return Err(error),
            };
            file.lock()?;
            // Whoever held it before has put another file in its place.
            let locked = identity(&file.metadata()?);
            if std::fs::metadata(path).is_ok_and(|now| identity(&now) == locked) {
                return Ok(Lock(Some(file)));
            }
        }
    }
}

#[cfg(windows)]
impl Lock {
    /// Waits for the lock of the file at `path`: a file of its own in the folder `locks`, for a
    /// locked file cannot be read by others, nor replaced.
    ///
    /// # Errors
    /// Why it cannot be locked.
    pub fn of(path: &Path, locks: &Path) -> io::Result<Lock> {
        use sha2::{Digest, Sha256};
        super::private::make_folder(locks)?;
        let digest = Sha256::digest(std::path::absolute(path)?.as_os_str().as_encoded_bytes());
        let name: String = digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let lock = File::create(locks.join(format!("{name}.lock")))?;
        lock.lock()?;
        Ok(Lock(path.exists().then_some(lock)))
    }
}

impl Lock {
    /// Whether there was a file to lock.
    pub fn is_held(&self) -> bool {
        self.0.is_some()
    }
}
