//! Where the files are that whosin reads and writes.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::{SettingsError, Value};
use crate::file::Stamp;

/// The paths; `None` where there is no home folder, and then nothing is kept there.
#[derive(Clone, Debug)]
pub struct Places {
    /// The settings file, and whether an option names it.
    pub config: Value<PathBuf>,
    /// The settings file as it was when it was read; `None` where it was not there.
    pub config_stamp: Option<Stamp>,
    /// The contact book.
    pub contacts: PathBuf,
    /// The folder of the session that the processes of a user share.
    pub session_folder: Option<PathBuf>,
    /// The folder of the locks of contact books.
    pub locks: PathBuf,
    /// What the last board knew.
    pub last_seen: Option<PathBuf>,
    /// The states of the day.
    pub history: Option<PathBuf>,
    /// The log.
    pub log: Option<PathBuf>,
}

/// The folders of the user that belong to whosin.
pub(super) struct Folders(Option<ProjectDirs>);

impl Folders {
    /// Those of the platform: on Linux as the `XDG_…` variables say.
    pub(super) fn of_platform() -> Folders {
        Folders(ProjectDirs::from("", "", "whosin"))
    }

    /// The file that was named, else the one of this name in the folder of settings.
    ///
    /// # Errors
    /// [`SettingsError::NoHome`] where nothing was named and there is no such folder.
    pub(super) fn config(
        &self,
        named: Option<&Path>,
        name: &str,
    ) -> Result<PathBuf, SettingsError> {
        match (named, &self.0) {
            (Some(path), _) => Ok(path.to_path_buf()),
            (None, Some(folders)) => Ok(folders.config_dir().join(name)),
            (None, None) => Err(SettingsError::NoHome),
        }
    }

    /// All places, with these files for settings and contacts.
    pub(super) fn places(
        &self,
        config: Value<PathBuf>,
        config_stamp: Option<Stamp>,
        contacts: PathBuf,
    ) -> Places {
        let folders = self.0.as_ref();
        let state = |name: &str| {
            folders.map(|folders| {
                // Of the machine's own: on Windows the other one goes with the user from one to the next.
                let folder = folders.state_dir().unwrap_or(folders.data_local_dir());
                folder.join(name)
            })
        };
        let runtime = folders.map(|folders| {
            let folder = folders.runtime_dir().unwrap_or(folders.cache_dir());
            folder.to_path_buf()
        });
        let beside = contacts.parent().unwrap_or(Path::new(""));
        Places {
            config,
            config_stamp,
            locks: runtime.clone().unwrap_or_else(|| beside.to_path_buf()),
            contacts,
            session_folder: runtime,
            last_seen: folders.map(|folders| folders.cache_dir().join("last-seen.json")),
            history: state("history.jsonl"),
            log: state("whosin.log"),
        }
    }
}
