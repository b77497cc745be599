//! Where the files are that whosin reads and writes.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::profile::Profile;
use super::{SettingsError, Value};
use crate::board::Origin;
use crate::file::{self, Stamp};

/// Which settings count: a file that is named, a profile, or the usual ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUp {
    /// The settings file, where one is named.
    pub config: Option<PathBuf>,
    /// The profile, where one is named.
    pub profile: Option<Profile>,
    /// What names the settings file.
    pub origin: Origin,
}

impl Default for SetUp {
    /// The usual settings.
    fn default() -> SetUp {
        SetUp {
            config: None,
            profile: None,
            origin: Origin::Default,
        }
    }
}

impl SetUp {
    /// The settings of this file, which an option names.
    pub fn of_file(path: &Path) -> SetUp {
        SetUp {
            config: Some(path.into()),
            profile: None,
            origin: Origin::Option,
        }
    }

    /// The settings of a profile.
    pub fn of_profile(profile: &Profile) -> SetUp {
        SetUp {
            profile: Some(profile.clone()),
            ..SetUp::default()
        }
    }

    /// Those that the variables name: the file in `WHOSIN_CONFIG`, else the profile in
    /// `WHOSIN_PROFILE`, else the usual ones. An empty variable counts as unset.
    ///
    /// # Errors
    /// [`SettingsError::Variable`] where the variable names no profile.
    pub fn of_environment() -> Result<SetUp, SettingsError> {
        const FILE: Origin = Origin::Variable("config");
        let named = std::env::var_os(FILE.place()).filter(|path| !path.is_empty());
        if let Some(path) = named {
            return Ok(SetUp {
                config: Some(
                    path.to_str()
                        .map_or_else(|| PathBuf::from(&path), file::at_home),
                ),
                profile: None,
                origin: FILE,
            });
        }
        Ok(SetUp {
            profile: Profile::of_environment()?,
            ..SetUp::default()
        })
    }
}

/// The paths; `None` where there is no home folder, and then nothing is kept there.
#[derive(Clone, Debug)]
pub struct Places {
    /// The settings file, and whether an option names it.
    pub config: Value<PathBuf>,
    /// The settings file as it was when it was read; `None` where it was not there.
    pub config_stamp: Option<Stamp>,
    /// The contact book.
    pub contacts: PathBuf,
    /// The operator's notes, beside the contacts.
    pub notes: PathBuf,
    /// The watches of the desk, beside the contacts.
    pub watches: PathBuf,
    /// The folder of the user's own themes.
    pub themes: PathBuf,
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

/// The folders of the user that belong to whosin, or of one profile in them.
pub(super) struct Folders {
    all: Option<ProjectDirs>,
    profile: Option<Profile>,
}

impl Folders {
    /// Those of the platform: on Linux as the `XDG_…` variables say.
    pub(super) fn of_platform(profile: Option<&Profile>) -> Folders {
        Folders {
            all: ProjectDirs::from("", "", "whosin"),
            profile: profile.cloned(),
        }
    }

    /// The profiles that there are.
    pub(super) fn profiles(&self) -> Vec<Profile> {
        let all = self.all.as_ref();
        all.map_or(Vec::new(), |all| Profile::all_inside(all.config_dir()))
    }

    /// The place of the profile in a folder, else the folder itself.
    fn inside(&self, folder: &Path) -> PathBuf {
        match &self.profile {
            Some(profile) => profile.inside(folder),
            None => folder.to_path_buf(),
        }
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
        match (named, &self.all) {
            (Some(path), _) => Ok(path.to_path_buf()),
            (None, Some(folders)) => Ok(self.inside(folders.config_dir()).join(name)),
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
        let folders = self.all.as_ref();
        let state = folders.map(|folders| {
            // Of the machine's own: on Windows the other one goes with the user from one to the next.
            let folder = folders.state_dir().unwrap_or(folders.data_local_dir());
            folder.to_path_buf()
        });
        let runtime = folders.map(|folders| {
            let folder = folders.runtime_dir().unwrap_or(folders.cache_dir());
            folder.to_path_buf()
        });
        // The profiles share them.
        let themes = match (&self.profile, folders) {
            (Some(_), Some(folders)) => folders.config_dir().join("themes"),
            _ => config.value.with_file_name("themes"),
        };
        let beside = contacts.parent().unwrap_or(Path::new(""));
        Places {
            config,
            config_stamp,
            locks: runtime.clone().unwrap_or_else(|| beside.to_path_buf()),
            notes: beside_book(&contacts, ["notes.toml", "operator-notes.toml"]),
            watches: beside_book(&contacts, ["watches.toml", "desk-watches.toml"]),
            contacts,
            session_folder: runtime,
            last_seen: folders.map(|all| self.inside(all.cache_dir()).join("last-seen.json")),
            history: state
                .as_ref()
                .map(|state| self.inside(state).join("history.jsonl")),
            themes,
            log: state.map(|state| state.join("whosin.log")),
        }
    }
}

/// A file beside a contact book, by the second name where the book itself has the first.
fn beside_book(contacts: &Path, names: [&str; 2]) -> PathBuf {
    let is_taken = contacts.file_name().is_some_and(|name| name == names[0]);
    contacts.with_file_name(names[usize::from(is_taken)])
}
