//! The application user's session: the first of the two sign-ins.
//!
//! All colleagues of a company use one account, usually, and where its session ends, all end users that
//! signed in through it are signed out. So the key is kept and shared by the processes of a user, the
//! session is never ended, and an older one is forced out only where there is no other way to a key.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::session::{Credentials, Failure, Origin, Session, Walk, insists_on_force, patiently};
use super::shared::{SecretText, name_of, open_lock, wait_for};
use crate::file::{self, Kind};
use crate::link::SignIn;
use crate::pws::{AppKey, Client, Endpoint, SessionKey};

/// The application user, signed in.
#[derive(Clone, Debug)]
pub struct Application {
    key: AppKey,
    /// The node where it is signed in.
    pub node: Endpoint,
    backup: Option<Endpoint>,
    forced: bool,
}

impl Application {
    /// Signs the application user in, by force where that is the only way.
    ///
    /// # Errors
    /// [`Failure`], which says why and where.
    pub async fn sign_in(
        client: &Client,
        at: &Endpoint,
        who: &Credentials,
    ) -> Result<Application, Box<Failure>> {
        Application::sign_in_or(|| None, client, at, who).await
    }

    /// The same, but where the user is signed in already it is what `known` has that serves.
    async fn sign_in_or(
        known: impl Fn() -> Option<Application>,
        client: &Client,
        at: &Endpoint,
        who: &Credentials,
    ) -> Result<Application, Box<Failure>> {
        let mut walk = Walk::new(SignIn::Application, at);
        loop {
            let (node, password) = (&walk.node, &who.password);
            let login = |force| {
                patiently(move || client.login_application(node, &who.app_user, password, force))
            };
            let mut answer = login(false).await;
            let forced = insists_on_force(&answer);
            if forced {
                if let Some(known) = known() {
                    return Ok(known);
                }
                answer = login(true).await;
            }
            walk.forced |= forced;
            if let Some(key) = walk.follow(answer)? {
                return Ok(Application {
                    key,
                    node: walk.node,
                    backup: walk.backup,
                    forced: walk.forced,
                });
            }
        }
    }

    /// Signs the end user in, with its key.
    ///
    /// # Errors
    /// [`Failure`], which says why and where.
    pub async fn sign_in_user(
        self,
        client: &Client,
        who: &Credentials,
    ) -> Result<Session, Box<Failure>> {
        let mut walk = Walk::new(SignIn::EndUser, &self.node);
        loop {
            let (node, key) = (&walk.node, &self.key);
            let login =
                |force| patiently(move || client.login_end_user(node, &who.user, key, force));
            let mut answer = login(false).await;
            let forced = insists_on_force(&answer);
            if forced {
                answer = login(true).await;
            }
            walk.forced |= forced;
            if let Some(user) = walk.follow(answer)? {
                return Ok(Session {
                    app: self.key,
                    app_node: self.node,
                    end_user: who.user.clone(),
                    user,
                    home: walk.node,
                    backup: walk.backup.or(self.backup),
                    origin: if self.forced || walk.forced {
                        Origin::TakenOver
                    } else {
                        Origin::New
                    },
                });
            }
        }
    }
}

/// The keys of application users that are known, by the node that they were got at.
#[derive(Debug, Default)]
pub struct Applications {
    /// Where the processes of a user share them; without it they are this process's own.
    folder: Option<PathBuf>,
    known: Mutex<Option<(Endpoint, Application)>>,
}

/// A key, as it lies in the file.
#[derive(Deserialize, Serialize)]
struct Kept {
    key: SecretText,
    node: String,
}

impl Applications {
    /// Shares in this folder; without one, nothing.
    pub fn new(folder: Option<&Path>) -> Applications {
        Applications {
            folder: folder.map(Path::to_path_buf),
            known: Mutex::default(),
        }
    }

    /// The application user, signed in at this node: by the key that this process has, else by a
    /// sign-in, which shows whether the password is right, too. Where the service gives no second
    /// key, the one that another process left serves.
    ///
    /// # Errors
    /// [`Failure`] of the sign-in.
    pub async fn get(
        &self,
        client: &Client,
        at: &Endpoint,
        who: &Credentials,
    ) -> Result<Application, Box<Failure>> {
        if let Some(known) = self.known_at(at) {
            return Ok(known);
        }
        // Of many who want a key at once one signs in. Without the lock it may be forced twice.
        let lock = async {
            let lock = open_lock(&self.path(at, who)?.with_extension("lock")).ok()?;
            wait_for(|| lock.try_lock()).await.ok()?;
            Some(lock)
        };
        let _lock = lock.await;
        let left = || read(&self.path(at, who)?);
        let application = Application::sign_in_or(left, client, at, who).await?;
        self.keep(at, who, &application);
        Ok(application)
    }

    /// The service does not know this key any more.
    pub fn forget(&self, at: &Endpoint, who: &Credentials, ended: &Application) {
        let is_ended = |one: &Application| one.key.expose() == ended.key.expose();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.take_if(|(_, one)| is_ended(one));
        if let Some(path) = self.path(at, who)
            && read(&path).is_some_and(|one| is_ended(&one))
        {
            // What is gone already needs no removing.
            let _ = fs::remove_file(path);
        }
    }

    fn known_at(&self, at: &Endpoint) -> Option<Application> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let here = known.as_ref().filter(|(node, _)| node == at);
        here.map(|(_, application)| application.clone())
    }

    fn keep(&self, at: &Endpoint, who: &Credentials, application: &Application) {
        // Whether it was forced counts once: for the session that is opened now.
        let later = Application {
            forced: false,
            ..application.clone()
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((at.clone(), later));
        let Some(path) = self.path(at, who) else {
            return;
        };
        let kept = Kept {
            key: SecretText(SecretString::from(application.key.expose())),
            node: application.node.url().to_string(),
        };
        let written = serde_json::to_vec(&kept)
            .map_err(std::io::Error::from)
            .and_then(|text| file::replace_private(&path, &text));
        if let Err(error) = written {
            tracing::warn!(%error, "the application user's session is not shared");
        }
    }

    /// Where the key is shared; `None` where it cannot be.
    fn path(&self, at: &Endpoint, who: &Credentials) -> Option<PathBuf> {
        let folder = self.folder.as_deref()?;
        file::make_folder(folder).ok()?;
        file::check_private(folder).ok()?;
        let name = name_of("application", &[at.url().as_str(), &who.app_user]);
        Some(folder.join(name).with_extension("json"))
    }
}

/// What lies there, where it can be understood.
fn read(path: &Path) -> Option<Application> {
    let kept: Kept = serde_json::from_str(&file::read_text(path, Kind::Session).ok()?).ok()?;
    Some(Application {
        key: AppKey::new(kept.key.0.expose_secret()),
        node: Endpoint::parse(&kept.node).ok()?,
        backup: None,
        forced: false,
    })
}
