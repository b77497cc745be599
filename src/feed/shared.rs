//! One session a user and machine: everybody who runs as the same user finds the keys in a file, so
//! that panes do not throw each other out.
//!
//! Three files in a folder of the user's own, named by a hash of who signs in where: the keys; a lock
//! for signing in, so that of many whose session ended one signs in and the others take what it got;
//! a lock that everybody holds together who uses the session, so that the last one out notices.
//! The system frees the locks of whoever crashes. Keys that a crash left behind are tried first.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::application::Applications;
use super::session::{Credentials, Failure, Origin, Session};
use crate::file::{self, Kind};
use crate::http::Fingerprint;
use crate::pws::{AppKey, Class, Client, Endpoint, SessionKey, UserKey};

/// How long somebody else may take to sign in or out. After that nobody waits any longer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked whether a lock is free.
const LOOK: Duration = Duration::from_millis(20);

/// Where sessions of a user at a service are shared.
#[derive(Debug)]
pub(super) struct Sharing {
    /// Without it every session is its holder's own.
    place: Option<Place>,
    applications: Applications,
}

#[derive(Debug)]
struct Place {
    /// The end user whose session it is.
    end_user: String,
    keys: PathBuf,
    signing_in: PathBuf,
    /// Locked together with all others who use the session.
    holders: File,
}

/// The keys, as they lie in the file.
#[derive(Deserialize, Serialize)]
struct Keys {
    app_key: SecretText,
    app_node: String,
    user_key: SecretText,
    home: String,
    backup: Option<String>,
    /// Whether it stands for a session that somebody else had ended.
    #[serde(default)]
    taken_over: bool,
}

/// A secret that may be written, into this file.
#[derive(Deserialize)]
pub(super) struct SecretText(pub SecretString);

impl Serialize for SecretText {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.expose_secret())
    }
}

impl Sharing {
    /// Nothing is shared.
    pub fn none() -> Sharing {
        Sharing {
            place: None,
            applications: Applications::default(),
        }
    }

    /// Shares in this folder, which is made where it is missing. Where that does not work nothing
    /// is shared: whosin works all the same.
    pub async fn begin(folder: Option<&Path>, primary: &Endpoint, who: &Credentials) -> Sharing {
        let place = match folder {
            Some(folder) => Place::take(folder, primary, who).await,
            None => return Sharing::none(),
        };
        let place = place
            .inspect_err(|error| tracing::warn!(%error, "the session is not shared"))
            .ok();
        Sharing {
            applications: Applications::new(folder.filter(|_| place.is_some())),
            place,
        }
    }

    /// The session that others use already, or a new one at this node.
    ///
    /// # Errors
    /// [`Failure`] of a sign-in.
    pub async fn open(
        &self,
        client: &Client,
        at: &Endpoint,
        who: &Credentials,
    ) -> Result<Session, Box<Failure>> {
        self.find_or_open(Place::read, client, at, who).await
    }

    /// Another session in place of one that has ended: that which somebody else got meanwhile, or
    /// a new one.
    ///
    /// # Errors
    /// [`Failure`] of a sign-in.
    pub async fn renew(
        &self,
        ended: &Session,
        client: &Client,
        at: &Endpoint,
        who: &Credentials,
    ) -> Result<Session, Box<Failure>> {
        let Some(place) = &self.place else {
            return self.sign_in(client, at, who).await;
        };
        let lock = place.lock().await;
        if let Some(newer) = place.newer_than(ended) {
            return Ok(newer);
        }
        let renewed = self.sign_in(client, at, who).await?;
        // Without the lock it may have been one of us.
        let taken_over = lock.is_some() && renewed.origin == Origin::TakenOver;
        place.keep(&renewed, taken_over);
        Ok(renewed)
    }

    /// A session at another node in place of one whose node is gone or is not wanted any more:
    /// that which somebody else got meanwhile, or a new one. Nothing is asked of the old node.
    ///
    /// # Errors
    /// [`Failure`] of a sign-in.
    pub async fn replace(
        &self,
        old: &Session,
        client: &Client,
        at: &Endpoint,
        who: &Credentials,
    ) -> Result<Session, Box<Failure>> {
        let newer = |place: &Place| place.newer_than(old);
        self.find_or_open(newer, client, at, who).await
    }

    async fn find_or_open(
        &self,
        find: impl FnOnce(&Place) -> Option<Session>,
        client: &Client,
        at: &Endpoint,
        who: &Credentials,
    ) -> Result<Session, Box<Failure>> {
        let Some(place) = &self.place else {
            return self.sign_in(client, at, who).await;
        };
        let _lock = place.lock().await;
        if let Some(found) = find(place) {
            return Ok(found);
        }
        let opened = self.sign_in(client, at, who).await?;
        // Any session that had to be forced out was stale, or our own.
        place.keep(&opened, false);
        Ok(opened)
    }

    /// Signs both users in; the application user only where no key of it is known that serves.
    async fn sign_in(
        &self,
        client: &Client,
        at: &Endpoint,
        who: &Credentials,
    ) -> Result<Session, Box<Failure>> {
        let application = self.applications.get(client, at, who).await?;
        match application.clone().sign_in_user(client, who).await {
            Err(failure) if failure.error.class() == Some(Class::SessionEnded) => {
                self.applications.forget(at, who, &application);
                let anew = self.applications.get(client, at, who).await?;
                anew.sign_in_user(client, who).await
            }
            signed_in => signed_in,
        }
    }

    /// Leaves the session; the last one out signs out. The next may sign in once that is done.
    pub async fn leave(&self, session: Option<Session>, client: &Client) {
        let Some(place) = &self.place else {
            if let Some(session) = session {
                // What is left over ends by itself.
                let _ = session.close(client).await;
            }
            return;
        };
        // Held together by all; alone by the last. Whether it was given up shows at the next step:
        // nobody gets it alone beside a hold of their own.
        let _ = place.holders.unlock();
        if place.holders.try_lock().is_err() {
            return;
        }
        let shared = place.read();
        // What is gone already needs no removing.
        let _ = fs::remove_file(&place.keys);
        if let Some(session) = shared.or(session) {
            let _ = session.close(client).await;
        }
    }
}

/// The session that another process of the user's uses now, if there is one.
pub fn in_use(config: &super::Config) -> Option<Session> {
    let folder = config.session_folder.as_deref()?;
    let place = Place::find(folder, &config.endpoint, &config.credentials).ok()?;
    match place.holders.try_lock() {
        Err(TryLockError::WouldBlock) => place.read(),
        _ => None,
    }
}

impl Place {
    async fn take(folder: &Path, primary: &Endpoint, who: &Credentials) -> io::Result<Place> {
        let place = Place::find(folder, primary, who)?;
        wait_for(|| place.holders.try_lock_shared()).await?;
        Ok(place)
    }

    fn find(folder: &Path, primary: &Endpoint, who: &Credentials) -> io::Result<Place> {
        let inside = |name: &str| folder.join(name);
        file::make_folder(folder)?;
        file::check_private(folder)?;
        let name = name_of(
            "session",
            &[primary.url().as_str(), &who.app_user, &who.user],
        );
        let holders = open_lock(&inside(&format!("{name}.holders")))?;
        Ok(Place {
            end_user: who.user.clone(),
            keys: inside(&format!("{name}.json")),
            signing_in: inside(&format!("{name}.lock")),
            holders,
        })
    }

    /// The lock for signing in, until it is dropped. Who does not get it goes on without: what it
    /// gets is put there all the same, so that the others come to it instead of fighting.
    async fn lock(&self) -> Option<File> {
        let locked = async {
            let lock = open_lock(&self.signing_in)?;
            wait_for(|| lock.try_lock()).await?;
            Ok::<File, io::Error>(lock)
        };
        locked
            .await
            .inspect_err(|error| tracing::warn!(%error, "signing in without the lock"))
            .ok()
    }

    /// What lies there, where it can be understood.
    fn read(&self) -> Option<Session> {
        let text = file::read_text(&self.keys, Kind::Session).ok()?;
        let keys: Keys = serde_json::from_str(&text).ok()?;
        Some(Session {
            app: AppKey::new(keys.app_key.0.expose_secret()),
            app_node: Endpoint::parse(&keys.app_node).ok()?,
            end_user: self.end_user.clone(),
            user: UserKey::new(keys.user_key.0.expose_secret()),
            home: Endpoint::parse(&keys.home).ok()?,
            backup: keys.backup.and_then(|node| Endpoint::parse(&node).ok()),
            origin: if keys.taken_over {
                Origin::FoundTakenOver
            } else {
                Origin::Found
            },
        })
    }

    fn newer_than(&self, old: &Session) -> Option<Session> {
        let found = self.read()?;
        (found.user.expose() != old.user.expose()).then_some(found)
    }

    /// Puts a session there for the others.
    fn keep(&self, session: &Session, taken_over: bool) {
        let secret = |key: &str| SecretText(SecretString::from(key));
        let keys = Keys {
            app_key: secret(session.app.expose()),
            app_node: session.app_node.url().to_string(),
            user_key: secret(session.user.expose()),
            home: session.home.url().to_string(),
            backup: session.backup.as_ref().map(|node| node.url().to_string()),
            taken_over,
        };
        let kept = serde_json::to_vec(&keys)
            .map_err(io::Error::from)
            .and_then(|text| file::replace_private(&self.keys, &text));
        if let Err(error) = kept {
            tracing::warn!(%error, "the session is not shared");
        }
    }
}

/// The name of files that belong to these: of other parts it is another.
pub(super) fn name_of(kind: &str, parts: &[&str]) -> String {
    // Quoted, no two lists of parts read the same.
    let parts: String = parts.iter().map(|part| format!("{part:?}")).collect();
    let hash = Fingerprint::of(parts.as_bytes()).to_string();
    format!("{kind}-{}", &hash[hash.len() - 32..])
}

/// Waits until a lock is got, for [`PATIENCE`] at most.
pub(super) async fn wait_for(mut lock: impl FnMut() -> Result<(), TryLockError>) -> io::Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        match lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() >= end => {
                return Err(io::Error::from(io::ErrorKind::TimedOut));
            }
            Err(TryLockError::WouldBlock) => sleep(LOOK).await,
        }
    }
}

/// A file to be locked, which holds nothing.
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    file::open_private(File::options().write(true).truncate(false), path)
}
