//! Sees when somebody else changes the book: another board, an editor, `git pull`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{ErrorKind, EventKind, RecursiveMode, Watcher};
use tokio::sync::Notify;

use crate::file::{Stamp, Way};

/// So long nothing must happen to the file before it counts as written: some editors empty it first.
const SETTLED: Duration = Duration::from_millis(100);
/// A way that changes while it is looked at is looked at again, so often.
const ATTEMPTS: usize = 4;
/// The number of the error that a process, or its user, has no more to watch by (EMFILE).
const USED_UP: i32 = 24;

/// Notifies of changes of a file, however they are made: written over, replaced, away with its folder
/// and put back, or, where a link leads there, pointed elsewhere. The system sends notifications; what
/// it does not send is found by [`Changes::check`].
pub struct Changes {
    path: PathBuf,
    changed: Arc<Notify>,
    watched: notify::Result<Watched>,
    /// Whether it was said that the system cannot watch the file.
    was_said: bool,
}

impl Changes {
    /// Begins to watch a file, which need not be there yet, nor its folder.
    pub fn of(path: &Path) -> Changes {
        let changed = Arc::new(Notify::new());
        Changes {
            path: path.to_path_buf(),
            watched: Watched::new(path, &changed),
            changed,
            was_said: false,
        }
    }

    /// Why the system cannot watch the file, where it cannot and this was not said before.
    pub fn unwatched(&mut self) -> Option<String> {
        let error = self.watched.as_ref().err();
        let is_news = error.is_some() && !self.was_said;
        self.was_said = error.is_some();
        let error = error.filter(|_| is_news)?;
        tracing::warn!(path = %self.path.display(), %error, "changes by others are not sent");
        let reason = match &error.kind {
            ErrorKind::MaxFilesWatch => {
                "the system watches no more files (fs.inotify.max_user_watches)".into()
            }
            ErrorKind::Io(error) if error.raw_os_error() == Some(USED_UP) => {
                "your programs watch files in too many places (fs.inotify.max_user_instances)"
                    .into()
            }
            _ => error.to_string(),
        };
        let words = "What others change in files shows at the next poll, or with r";
        Some(format!("{words}: {reason}"))
    }

    /// Watches the file that the path leads to by now. It counts as changed where its stamp is
    /// another than `known`.
    pub fn check(&mut self, known: Option<Stamp>) {
        let is_current = |watched: &Watched| watched.is_of(&self.path);
        if !self.watched.as_ref().is_ok_and(is_current) {
            self.watched = Watched::new(&self.path, &self.changed);
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

/// The folders in which something happens where the file changes, or the way there.
struct Watched {
    way: Way,
    folders: Vec<(PathBuf, Option<Stamp>)>,
    _watcher: notify::RecommendedWatcher,
}

impl Watched {
    fn new(path: &Path, changed: &Arc<Notify>) -> notify::Result<Watched> {
        let mut watched = Watched::once(path, changed)?;
        // What comes back piece by piece may have gone on before its folder was watched.
        for _ in 1..ATTEMPTS {
            if watched.is_of(path) {
                break;
            }
            watched = Watched::once(path, changed)?;
        }
        Ok(watched)
    }

    fn once(path: &Path, changed: &Arc<Notify>) -> notify::Result<Watched> {
        let way = Way::of(path);
        let names: Vec<OsString> = way.names().map(OsString::from).collect();
        let changed = changed.clone();
        let mut watcher = notify::recommended_watcher(move |event| {
            if concerns(&event, &names) {
                changed.notify_one();
            }
        })?;
        let folders = stamped(&way);
        for (at, (folder, _)) in folders.iter().enumerate() {
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                // It has gone meanwhile: the way is another by now.
                Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => {}
                // Into those further up not everybody may look.
                Err(_) if at + 1 < folders.len() => {}
                watched => watched?,
            }
        }
        Ok(Watched {
            way,
            folders,
            _watcher: watcher,
        })
    }

    /// Whether this is the way to `path` still: not where a link leads elsewhere by now, or a folder
    /// was replaced by another, is gone, or is back.
    fn is_of(&self, path: &Path) -> bool {
        let way = Way::of(path);
        let folders = stamped(&way);
        let pairs = self.folders.iter().zip(&folders);
        let mut same = pairs.map(|((before, stamp), (now, other))| {
            let both = stamp.zip(*other);
            before == now && both.is_some_and(|(stamp, other)| stamp.is_of_the_same(&other))
        });
        self.way == way && self.folders.len() == folders.len() && same.all(|same| same)
    }
}

fn stamped(way: &Way) -> Vec<(PathBuf, Option<Stamp>)> {
    let folders = way.folders().into_iter();
    let stamped = folders.map(|folder| {
        let stamp = Stamp::of(&folder);
        (folder, stamp)
    });
    stamped.collect()
}

/// Whether an event is about one of these files or folders.
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
