//! Sees when somebody else changes the book: another board, an editor, `git pull`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{EventKind, RecursiveMode, Watcher};
use tokio::sync::Notify;

use crate::file::{self, Stamp};

/// So long nothing must happen to the file before it counts as written: some editors empty it first.
const SETTLED: Duration = Duration::from_millis(100);

/// Notifies of changes of a file, however they are made: written over, replaced, or, where it is a
/// link, pointed elsewhere. The system sends notifications; what it does not send is found by
/// [`Changes::check`].
pub struct Changes {
    path: PathBuf,
    changed: Arc<Notify>,
    watched: notify::Result<Watched>,
}

impl Changes {
    /// Begins to watch a file, which need not be there yet. Its folder is made where it is missing.
    pub fn of(path: &Path) -> Changes {
        let changed = Arc::new(Notify::new());
        Changes {
            path: path.to_path_buf(),
            watched: Watched::new(path, changed.clone()),
            changed,
        }
    }

    /// Why the system cannot watch the file, where it cannot.
    pub fn unwatched(&self) -> Option<&notify::Error> {
        self.watched.as_ref().err()
    }

    /// Watches the file that the path leads to by now. It counts as changed where its stamp is
    /// another than `known`.
    pub fn check(&mut self, known: Option<Stamp>) {
        let is_current = |watched: &Watched| watched.is_of(&self.path);
        if !self.watched.as_ref().is_ok_and(is_current) && self.path.exists() {
            self.watched = Watched::new(&self.path, self.changed.clone());
        }
        if Stamp::of(&self.path) != known {
            self.changed.notify_one();
        }
    }

    /// Waits until the file was changed and then left alone for a moment. Nothing is lost when the
    /// waiting is given up and begun again.
    pub async fn next(&mut self) {
        self.changed.notified().await;
        // Whoever stops waiting here still gets the change next time.
        let mut untold = Untold(Some(&self.changed));
        while tokio::time::timeout(SETTLED, self.changed.notified())
            .await
            .is_ok()
        {}
        untold.0 = None;
    }
}

/// A change that nobody has got yet; dropped, it comes again.
struct Untold<'a>(Option<&'a Notify>);

impl Drop for Untold<'_> {
    fn drop(&mut self) {
        if let Some(changed) = self.0 {
            changed.notify_one();
        }
    }
}

/// The folders of a file and of the target where it is a link.
struct Watched {
    target: PathBuf,
    folders: Vec<(PathBuf, Option<Stamp>)>,
    _watcher: notify::RecommendedWatcher,
}

impl Watched {
    fn new(path: &Path, changed: Arc<Notify>) -> notify::Result<Watched> {
        let places = [path.to_path_buf(), file::target(path)];
        let mut names: Vec<OsString> = places
            .iter()
            .filter_map(|place| place.file_name().map(OsString::from))
            .collect();
        names.dedup();
        let mut folders: Vec<PathBuf> = Vec::new();
        for place in &places {
            folders.push(file::folder_of(place)?);
        }
        folders.dedup();
        let mut watcher = notify::recommended_watcher(move |event| {
            if concerns(&event, &names) {
                changed.notify_one();
            }
        })?;
        for folder in &folders {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
        let stamped = |folder: PathBuf| {
            let stamp = Stamp::of(&folder);
            (folder, stamp)
        };
        Ok(Watched {
            target: file::target(path),
            folders: folders.into_iter().map(stamped).collect(),
            _watcher: watcher,
        })
    }

    /// Whether this is what `path` leads to still: not where a link leads elsewhere by now, or a
    /// folder was replaced by another.
    fn is_of(&self, path: &Path) -> bool {
        let same = |(folder, before): &(PathBuf, Option<Stamp>)| {
            let both = Stamp::of(folder).zip(*before);
            both.is_some_and(|(now, before)| now.is_of_the_same(&before))
        };
        self.target == file::target(path) && self.folders.iter().all(same)
    }
}

/// Whether an event is about one of these files.
fn concerns(event: &notify::Result<notify::Event>, names: &[OsString]) -> bool {
    // What was missed may have been a change.
    let Ok(event) = event else { return true };
    let named = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| names.iter().any(|own| own == name))
    };
    !matches!(event.kind, EventKind::Access(_))
        && (event.need_rescan() || event.paths.iter().any(named))
}
