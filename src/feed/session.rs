//! Sessions of both users, the way of a sign-in from node to node, and the sign-out.

use std::time::Duration;

use secrecy::SecretString;

use crate::link::SignIn;
use crate::pws::{AppKey, Class, Client, Endpoint, Error, Login, SessionKey, UserKey};

/// How often a sign-in may be sent to another node.
const REDIRECTS: usize = 4;
/// How often a step of a sign-in is sent while the server says that it has too much to do.
const STEPS: usize = 5;
/// The pauses between these: at least, and at most, whatever the server asks for.
const GAP: Duration = Duration::from_secs(1);
const LONGEST_GAP: Duration = Duration::from_secs(5);

/// Who signs in.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The application user.
    pub app_user: String,
    /// Its password.
    pub password: SecretString,
    /// The end user.
    pub user: String,
}

/// Both users, signed in.
#[derive(Clone, Debug)]
pub struct Session {
    pub(super) app: AppKey,
    pub(super) app_node: Endpoint,
    pub(super) end_user: String,
    /// The end user's key.
    pub user: UserKey,
    /// The node where the end user lives.
    pub home: Endpoint,
    /// The node to go to when that one is gone, where the service named one.
    pub backup: Option<Endpoint>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a session comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A sign-in.
    New,
    /// A sign-in that had to end an older session: somebody else's, or one left behind.
    TakenOver,
    /// Another process of the same user signed in.
    Found,
    /// Another process of the same user signed in again, and had to end somebody else's session.
    FoundTakenOver,
}

impl Origin {
    /// Whether it is the sign-in of another process.
    pub fn is_found(self) -> bool {
        matches!(self, Origin::Found | Origin::FoundTakenOver)
    }
}

/// A sign-in that did not work, and which of the two it was.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which.
    pub sign_in: SignIn,
    /// Where.
    pub node: Endpoint,
    /// Why.
    pub error: Error,
}

impl Session {
    /// The application user's key: end points belong to it.
    pub fn application(&self) -> &AppKey {
        &self.app
    }

    /// Signs the end user out, where nobody else can hold the key: a service that refuses a second
    /// sign-in (error 160) gives each key to one client alone. One that gives the same key again may
    /// have given it to another machine of the user's, so that session is left to end by itself. The
    /// application user's session is everybody's who uses the account, and is never ended.
    ///
    /// # Errors
    /// Any [`Error`] of the two requests; then the session ends by itself on the server.
    pub async fn close(self, client: &Client) -> Result<SignOut, Error> {
        let second = client
            .login_end_user(&self.home, &self.end_user, &self.app, false)
            .await;
        match second {
            Err(error) if error.class() == Some(Class::AlreadySignedIn) => {
                client.logout(&self.home, &self.user).await?;
                Ok(SignOut::Done)
            }
            Ok(Login::Success { key, .. }) if key.expose() == self.user.expose() => {
                Ok(SignOut::LeftToOthers)
            }
            // The session had ended: what began now is nobody's but ours.
            Ok(Login::Success { key, .. }) => {
                client.logout(&self.home, &key).await?;
                Ok(SignOut::Done)
            }
            // The user lives elsewhere now, or the application's session has ended, and with it
            // this one.
            Ok(Login::Redirect { .. }) => Ok(SignOut::Done),
            Err(error) if error.class() == Some(Class::SessionEnded) => Ok(SignOut::Done),
            Err(error) => Err(error),
        }
    }
}

/// How a session was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOut {
    /// The end user is signed out.
    Done,
    /// The end user is signed in still, for another client may hold the same key.
    LeftToOthers,
}

/// Sends a step of a sign-in, and again while the server says no more than that it has too much to do:
/// a key that the steps before have brought is too dear to be lost for that.
pub(super) async fn patiently<T, F>(step: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    for _ in 1..STEPS {
        match step().await {
            Err(error) if error.class() == Some(Class::Throttled) => {
                let pause = error.retry_after().unwrap_or_default();
                let pause = pause.clamp(GAP, LONGEST_GAP);
                tokio::time::sleep(pause.mul_f64(1.0 + fastrand::f64() / 4.0)).await;
            }
            other => return other,
        }
    }
    step().await
}

/// An older session is ended only where the server insists: forcing throws out everyone who
/// shares it.
pub(super) fn insists_on_force<K>(answer: &Result<Login<K>, Error>) -> bool {
    matches!(answer, Err(error) if error.class() == Some(Class::AlreadySignedIn))
}

/// The way of a sign-in from node to node, as the servers send it.
pub(super) struct Walk {
    sign_in: SignIn,
    pub node: Endpoint,
    seen: Vec<Endpoint>,
    /// Where to go when the present node is gone, as the last answer named it.
    pub backup: Option<Endpoint>,
    /// Whether an older session had to be ended.
    pub forced: bool,
}

impl Walk {
    pub fn new(sign_in: SignIn, at: &Endpoint) -> Walk {
        Walk {
            sign_in,
            node: at.clone(),
            seen: vec![at.clone()],
            backup: None,
            forced: false,
        }
    }

    /// The key, or `None` after a step to another node, which secrets may go to: see
    /// [`Endpoint::may_lead_to`].
    pub fn follow<K>(
        &mut self,
        answer: Result<Login<K>, Error>,
    ) -> Result<Option<K>, Box<Failure>> {
        let sibling = |node: &String| self.node.sibling(node).ok();
        let may_follow = |other: &Endpoint| self.node.may_lead_to(other);
        let next = match answer {
            Ok(Login::Success { key, backup }) => {
                // Where no other is named, the one of the redirect still holds.
                let backup = backup.as_ref().and_then(sibling).filter(may_follow);
                self.backup = backup.or(self.backup.take());
                return Ok(Some(key));
            }
            Ok(Login::Redirect { primary, backup }) => {
                let backup = backup.as_ref().and_then(sibling).filter(may_follow);
                let primary = primary.as_ref().and_then(sibling);
                if let Some(primary) = primary.as_ref().filter(|primary| !may_follow(primary)) {
                    return Err(self.failure(Error::InTheClear(primary.to_string())));
                }
                let next = primary.or_else(|| backup.clone());
                self.backup = backup.filter(|backup| Some(backup) != next.as_ref());
                next.ok_or_else(|| self.failure(Error::NotSoap("a redirect leads nowhere".into())))?
            }
            // A node that others send us to may be the one that is down.
            Err(error) if self.seen.len() > 1 && !super::was_reached(&error) => {
                self.backup.take().ok_or_else(|| self.failure(error))?
            }
            Err(error) => return Err(self.failure(error)),
        };
        if self.seen.contains(&next) || self.seen.len() > REDIRECTS {
            let way: Vec<String> = self
                .seen
                .iter()
                .chain([&next])
                .map(ToString::to_string)
                .collect();
            return Err(self.failure(Error::RedirectLoop(way.join(" → "))));
        }
        self.seen.push(next.clone());
        self.node = next;
        Ok(None)
    }

    fn failure(&self, error: Error) -> Box<Failure> {
        Box::new(Failure {
            sign_in: self.sign_in,
            node: self.node.clone(),
            error,
        })
    }
}
