//! Locks of files that several processes change: each reads, edits and replaces the file while the
//! others wait. No lock file stays beside it, for it may stand in a checkout.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::file::{self, Stamp};

/// The lock of a file, held until it is dropped.
pub struct Lock {
    path: PathBuf,
    /// `None` where there is no file yet, and so nothing to lock.
    held: Option<File>,
}

#[cfg(unix)]
impl Lock {
    /// Waits for the lock of the file at `path`: that of the file itself, so that other users and
    /// machines see it, too.
    ///
    /// # Errors
    /// Why it cannot be locked.
    pub fn of(path: &Path, _locks: &Path) -> io::Result<Lock> {
        let lock = |held| Lock {
            path: path.to_path_buf(),
            held,
        };
        loop {
            let file = match File::open(path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(lock(None)),
                Err(error) => return Err(error),
            };
            file.lock()?;
            // Whoever held it before has put another file in its place.
            let locked = Stamp::of_file(&file)?;
            if Stamp::of(path).is_some_and(|now| now.is_of_the_same(&locked)) {
                return Ok(lock(Some(file)));
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
        file::make_folder(locks)?;
        let digest = Sha256::digest(std::path::absolute(path)?.as_os_str().as_encoded_bytes());
        let name: String = digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let lock = File::create(locks.join(format!("{name}.lock")))?;
        lock.lock()?;
        Ok(Lock {
            path: path.to_path_buf(),
            held: path.exists().then_some(lock),
        })
    }
}

impl Lock {
    /// Replaces the file in one step.
    ///
    /// # Errors
    /// Why it cannot be written; [`io::ErrorKind::AlreadyExists`] where there was no file, and
    /// somebody else has made it meanwhile. Then it is as it was.
    pub fn replace(self, content: &[u8]) -> io::Result<()> {
        match self.held {
            Some(_) => file::replace(&self.path, content),
            None => file::create(&self.path, content),
        }
    }
}
