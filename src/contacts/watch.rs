//! Sees when somebody else changes the book: another board, an editor, `git pull`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{EventKind, RecursiveMode, Watcher};
use tokio::sync::Notify;

use crate::file;

/// So long nothing must happen to the file before it counts as written: some editors empty it first.
const SETTLED: Duration = Duration::from_millis(100);

/// Tells when a file was changed, however that is done: written over, replaced, or, where it is a
/// link, pointed elsewhere. The system sends notifications; nothing is polled.
pub struct Changes {
    changed: Arc<Notify>,
    _watcher: notify::RecommendedWatcher,
}

impl Changes {
    /// Begins to watch a file, which need not be there yet. Its folder is made where it is missing.
    ///
    /// # Errors
    /// Why the system cannot watch it.
    pub fn of(path: &Path) -> notify::Result<Changes> {
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
        let changed = Arc::new(Notify::new());
        let changes = changed.clone();
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let concerns = match &event {
                    Ok(event) => {
                        !matches!(event.kind, EventKind::Access(_))
                            && (event.need_rescan()
                                || event.paths.iter().any(|path| {
                                    path.file_name()
                                        .is_some_and(|name| names.iter().any(|own| own == name))
                                }))
                    }
                    // What was missed may have been a change.
                    Err(_) => true,
                };
                if concerns {
                    changes.notify_one();
                }
            })?;
        for folder in &folders {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
        Ok(Changes {
            changed,
            _watcher: watcher,
        })
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
