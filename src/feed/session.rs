//! Signing in: the application user, then the end user, on the node where the user lives.

use secrecy::SecretString;

use crate::link::SignIn;
use crate::pws::{AppKey, Class, Client, Endpoint, Error, Login, UserKey};

/// How often a sign-in may be sent to another node.
const REDIRECTS: usize = 4;

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

/// The application user, signed in; the first of the two sign-ins.
#[derive(Clone, Debug)]
pub struct Application {
    key: AppKey,
    /// The node where it is signed in.
    pub node: Endpoint,
    backup: Option<Endpoint>,
    forced: bool,
}

impl Application {
    /// Signs the application user in.
    ///
    /// # Errors
    /// [`Failure`], which says why and where.
    pub async fn sign_in(
        client: &Client,
        at: &Endpoint,
        who: &Credentials,
    ) -> Result<Application, Box<Failure>> {
        let mut walk = Walk::new(SignIn::Application, at);
        loop {
            let login =
                |force| client.login_application(&walk.node, &who.app_user, &who.password, force);
            let mut answer = login(false).await;
            let forced = insists_on_force(&answer);
            if forced {
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

    /// Signs the end user in, on the strength of it.
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
            let login = |force| client.login_end_user(&walk.node, &who.user, &self.key, force);
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

    /// Signs it out.
    ///
    /// # Errors
    /// Any [`Error`]; what is left over ends by itself on the server.
    pub async fn close(self, client: &Client) -> Result<(), Error> {
        client.logout(&self.node, &self.key).await
    }
}

impl Session {
    /// Signs both users in.
    ///
    /// # Errors
    /// [`Failure`], which says which of the two sign-ins failed and why.
    pub async fn open(
        client: &Client,
        at: &Endpoint,
        who: &Credentials,
    ) -> Result<Session, Box<Failure>> {
        let application = Application::sign_in(client, at, who).await?;
        application.sign_in_user(client, who).await
    }

    /// Signs the end user in again, and the application user where its session has ended, too.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub async fn renew(
        &self,
        client: &Client,
        at: &Endpoint,
        who: &Credentials,
    ) -> Result<Session, Box<Failure>> {
        let application = Application {
            key: self.app.clone(),
            node: self.app_node.clone(),
            backup: None,
            forced: false,
        };
        match application.sign_in_user(client, who).await {
            Err(failure) if failure.error.class() == Some(Class::SessionEnded) => {
                Session::open(client, at, who).await
            }
            renewed => renewed,
        }
    }

    /// The application user's key: end points belong to it.
    pub fn application(&self) -> &AppKey {
        &self.app
    }

    /// Signs both users out.
    ///
    /// # Errors
    /// The first [`Error`] of the two; what is left over ends by itself on the server.
    pub async fn close(self, client: &Client) -> Result<(), Error> {
        let user = client.logout(&self.home, &self.user).await;
        let app = client.logout(&self.app_node, &self.app).await;
        user.and(app)
    }
}

/// An older session is ended only where the server insists: forcing throws out everyone who
/// shares it.
fn insists_on_force<K>(answer: &Result<Login<K>, Error>) -> bool {
    matches!(answer, Err(error) if error.class() == Some(Class::AlreadySignedIn))
}

/// The way of a sign-in from node to node, as the servers send it.
struct Walk {
    sign_in: SignIn,
    node: Endpoint,
    seen: Vec<Endpoint>,
    /// Where to go when the present node is gone, as the last answer named it.
    backup: Option<Endpoint>,
    /// Whether an older session had to be ended.
    forced: bool,
}

impl Walk {
    fn new(sign_in: SignIn, at: &Endpoint) -> Walk {
        Walk {
            sign_in,
            node: at.clone(),
            seen: vec![at.clone()],
            backup: None,
            forced: false,
        }
    }

    /// The key, or `None` after a step to another node.
    fn follow<K>(&mut self, answer: Result<Login<K>, Error>) -> Result<Option<K>, Box<Failure>> {
        let sibling = |node: &String| self.node.sibling(node).ok();
        let next = match answer {
            Ok(Login::Success { key, backup }) => {
                // Where no other is named, the one of the redirect still holds.
                self.backup = backup.as_ref().and_then(sibling).or(self.backup.take());
                return Ok(Some(key));
            }
            Ok(Login::Redirect { primary, backup }) => {
                let backup = backup.as_ref().and_then(sibling);
                let primary = primary.as_ref().and_then(sibling);
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
