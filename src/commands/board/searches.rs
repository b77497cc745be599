//! Searches the directory for the board, one name at a time.

use std::sync::Arc;

use tokio::sync::{OnceCell, mpsc};
use tokio::task::AbortHandle;

use crate::board::{Lookup, SearchError, WorldMessage};
use crate::commands::CommandError;
use crate::commands::directory::Directory;
use crate::directory::{Credentials, Error, Found, Query};
use crate::http::Route;
use crate::link::Problem;
use crate::settings::Settings;

/// The directory, which nobody looks for before the first search, and the search that is under way.
pub struct Searches {
    settings: Arc<Settings>,
    route: Route,
    directory: Arc<OnceCell<Directory>>,
    under_way: Option<AbortHandle>,
}

impl Searches {
    /// Searches in the directory of these settings, on this way.
    pub fn new(settings: &Settings, route: Route) -> Searches {
        Searches {
            settings: Arc::new(settings.clone()),
            route,
            directory: Arc::default(),
            under_way: None,
        }
    }

    /// Follows other settings from now on. A directory that is the same stays, with whoever has signed
    /// in there.
    pub fn follow(&mut self, settings: &Settings) {
        if directory_of(settings) != directory_of(&self.settings) {
            *self = Searches::new(settings, self.route);
        }
    }

    /// Searches for some words, beside everything else. Nobody waits any more for the search before.
    pub fn search(&mut self, number: u64, words: String, board: mpsc::Sender<WorldMessage>) {
        let (settings, route) = (self.settings.clone(), self.route);
        let directory = self.directory.clone();
        let searching = tokio::spawn(async move {
            let opening = directory.get_or_try_init(|| Directory::open(&settings, route));
            let found = match opening.await {
                Ok(directory) => find(directory, &words).await,
                Err(CommandError::NoDirectory(_)) => Err(SearchError::NoDirectory),
                Err(error) => Err(SearchError::Failed(Problem {
                    what: error.to_string(),
                    advice: String::new(),
                })),
            };
            // A board that is gone needs none.
            let _ = board.send(WorldMessage::Searched(number, found)).await;
        });
        let before = self.under_way.replace(searching.abort_handle());
        before.iter().for_each(AbortHandle::abort);
    }

    /// Signs in at the directory as somebody from now on.
    pub fn sign_in(&self, credentials: Credentials) {
        // Only a directory that was found has wanted it.
        if let Some(directory) = self.directory.get() {
            directory.sign_in(credentials);
        }
    }
}

/// What the directory goes by.
fn directory_of(settings: &Settings) -> impl PartialEq {
    (
        settings.directory.value.clone(),
        settings.domain.value.clone(),
        settings.directory_address.value,
        settings.directory_trust(),
        settings.directory_credentials(),
    )
}

async fn find(directory: &Directory, words: &str) -> Result<Found, SearchError> {
    let Some(query) = Query::of(words) else {
        return Ok(Found::default());
    };
    let found = directory.ask(&query, Lookup::MOST).await;
    found.map_err(|failure| match failure.error {
        Error::SignInWanted | Error::SignInRefused(_) => {
            SearchError::SignInWanted(failure.problem())
        }
        _ => SearchError::Failed(failure.problem()),
    })
}
