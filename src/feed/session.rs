//! Signing in: the application user, then the end user, on the node where the user lives.

use secrecy::SecretString;

use crate::presence::SignIn;
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
    app: AppKey,
    app_node: Endpoint,
    /// The end user's key.
    pub user: UserKey,
    /// The node where the end user lives.
    pub home: Endpoint,
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
    /// Signs both users in.
    ///
    /// # Errors
    /// [`Failure`], which says which of the two sign-ins failed and why.
    pub async fn open(
        client: &Client,
        at: &Endpoint,
        who: &Credentials,
    ) -> Result<Session, Box<Failure>> {
        let (app, app_node) = application(client, at, who).await?;
        let (user, home) = end_user(client, &app_node, &app, who).await?;
        Ok(Session {
            app,
            app_node,
            user,
            home,
        })
    }

    /// Signs both users out. What fails here ends by itself on the server.
    pub async fn close(self, client: &Client) {
        let _ = client.logout(&self.home, &self.user).await;
        let _ = client.logout(&self.app_node, &self.app).await;
    }
}

async fn application(
    client: &Client,
    at: &Endpoint,
    who: &Credentials,
) -> Result<(AppKey, Endpoint), Box<Failure>> {
    let mut walk = Walk::new(SignIn::Application, at);
    loop {
        let login =
            |force| client.login_application(&walk.node, &who.app_user, &who.password, force);
        let mut answer = login(false).await;
        if insists_on_force(&answer) {
            answer = login(true).await;
        }
        if let Some(key) = walk.follow(answer)? {
            return Ok((key, walk.node));
        }
    }
}

async fn end_user(
    client: &Client,
    at: &Endpoint,
    app: &AppKey,
    who: &Credentials,
) -> Result<(UserKey, Endpoint), Box<Failure>> {
    let mut walk = Walk::new(SignIn::EndUser, at);
    loop {
        let login = |force| client.login_end_user(&walk.node, &who.user, app, force);
        let mut answer = login(false).await;
        if insists_on_force(&answer) {
            answer = login(true).await;
        }
        if let Some(key) = walk.follow(answer)? {
            return Ok((key, walk.node));
        }
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
}

impl Walk {
    fn new(sign_in: SignIn, at: &Endpoint) -> Walk {
        Walk {
            sign_in,
            node: at.clone(),
            seen: vec![at.clone()],
        }
    }

    /// The key, or `None` after a step to another node.
    fn follow<K>(&mut self, answer: Result<Login<K>, Error>) -> Result<Option<K>, Box<Failure>> {
        let primary = match answer.map_err(|error| self.failure(error))? {
            Login::Success { key, .. } => return Ok(Some(key)),
            Login::Redirect { primary, backup } => primary.or(backup),
        };
        let Some(next) = primary.and_then(|primary| self.node.sibling(&primary).ok()) else {
            return Err(self.failure(Error::NotSoap("a redirect leads nowhere".into())));
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
