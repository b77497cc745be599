//! Who is signed in: application users by password, end users by an application's key.

use std::collections::HashMap;

use fastrand::Rng;

use super::fault::Fault;

/// A node of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Node {
    /// The node that clients are configured with.
    First,
    /// The other one.
    Second,
}

impl Node {
    pub(super) fn other(self) -> Node {
        match self {
            Node::First => Node::Second,
            Node::Second => Node::First,
        }
    }
}

/// The key of an application user's session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ApplicationKey(String);

/// The key of an end user's session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct EndUserKey(String);

impl ApplicationKey {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl EndUserKey {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A key that is valid, by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Application(ApplicationKey),
    EndUser(EndUserKey),
}

#[derive(Debug)]
struct ApplicationSession {
    user: String,
    polls: u32,
}

#[derive(Debug)]
struct EndUserSession {
    user: String,
    polls: u32,
    application: ApplicationKey,
    node: Node,
}

/// The first keys that are given: those of the captured conversation, so that its requests can be
/// replayed as they are.
const FIRST_KEYS: [&str; 2] = [
    "551e35c6-1be-1d90757b-2faf-7",
    "551e376c-13b-44f32be3-312c-7",
];

/// How a login stands to a session that the same user has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existing {
    /// It is ended (`force` true).
    End,
    /// The login is refused with 160 (`force` false, on some releases).
    Refuse,
    /// Its key is given again (`force` false, on others).
    Reuse,
}

impl Existing {
    /// The key of an older session, where it is given again.
    fn reused<K>(self, older: Option<K>, end: impl FnOnce(&K)) -> Result<Option<K>, Fault> {
        match (older, self) {
            (Some(_), Existing::Refuse) => Err(Fault::ALREADY_IN),
            (older, Existing::Reuse) => Ok(older),
            (older, _) => {
                older.as_ref().map(end);
                Ok(None)
            }
        }
    }
}

/// The sessions of the whole cluster. An application user's key is good at every node, an end
/// user's only at the node that gave it.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    applications: HashMap<ApplicationKey, ApplicationSession>,
    end_users: HashMap<EndUserKey, EndUserSession>,
    /// How many keys were given.
    given: u64,
}

impl Sessions {
    pub(super) fn login_application(
        &mut self,
        user: &str,
        existing: Existing,
        rng: &mut Rng,
    ) -> Result<ApplicationKey, Fault> {
        let older = self
            .applications
            .iter()
            .find(|(_, session)| session.user == user)
            .map(|(key, _)| key.clone());
        if let Some(key) = existing.reused(older, |key| self.end_application(key))? {
            return Ok(key);
        }
        let key = ApplicationKey(self.new_key(rng));
        let session = ApplicationSession {
            user: user.to_owned(),
            polls: 0,
        };
        self.applications.insert(key.clone(), session);
        Ok(key)
    }

    pub(super) fn login_end_user(
        &mut self,
        user: &str,
        application: &ApplicationKey,
        node: Node,
        existing: Existing,
        rng: &mut Rng,
    ) -> Result<EndUserKey, Fault> {
        let older = self
            .end_users
            .iter()
            .find(|(_, session)| session.user == user && session.node == node)
            .map(|(key, _)| key.clone());
        if let Some(key) = existing.reused(older, |key| self.end_user(key))? {
            return Ok(key);
        }
        let key = EndUserKey(self.new_key(rng));
        let session = EndUserSession {
            user: user.to_owned(),
            polls: 0,
            application: application.clone(),
            node,
        };
        self.end_users.insert(key.clone(), session);
        Ok(key)
    }

    /// A key in the manner of the service.
    fn new_key(&mut self, rng: &mut Rng) -> String {
        self.given += 1;
        if let Some(key) = FIRST_KEYS.get(self.given as usize - 1) {
            return (*key).to_owned();
        }
        format!(
            "{:08x}-{:x}-{:08x}-{:x}-{:x}",
            0x551e_376c + self.given,
            rng.u16(0x100..0x1000),
            rng.u32(..),
            rng.u16(0x1000..),
            rng.u8(1..16),
        )
    }

    /// The session behind a key as it came over the wire.
    pub(super) fn find(&self, key: Option<&str>, node: Node) -> Result<Key, Fault> {
        let key = match key.map(str::trim) {
            None | Some("") => return Err(Fault::NO_KEY),
            Some(key) => key,
        };
        let application = ApplicationKey(key.to_owned());
        if self.applications.contains_key(&application) {
            return Ok(Key::Application(application));
        }
        let end_user = EndUserKey(key.to_owned());
        match self.end_users.get(&end_user) {
            Some(session) if session.node == node => Ok(Key::EndUser(end_user)),
            _ => Err(Fault::KEY_NOT_VALID),
        }
    }

    /// The name of the end user whose session it is.
    pub(super) fn user(&self, key: &EndUserKey) -> Option<&str> {
        self.end_users.get(key).map(|session| session.user.as_str())
    }

    pub(super) fn has_application(&self, key: &ApplicationKey) -> bool {
        self.applications.contains_key(key)
    }

    pub(super) fn has_end_user(&self, key: &EndUserKey) -> bool {
        self.end_users.contains_key(key)
    }

    /// Counts a poll: of the end user's session and of the application user's; returns both.
    pub(super) fn count_poll(&mut self, key: &EndUserKey) -> (u32, u32) {
        let Some(session) = self.end_users.get_mut(key) else {
            return (0, 0);
        };
        session.polls += 1;
        let application = self.applications.get_mut(&session.application);
        let of_application = application.map_or(0, |application| {
            application.polls += 1;
            application.polls
        });
        (session.polls, of_application)
    }

    pub(super) fn application_of(&self, key: &EndUserKey) -> Option<ApplicationKey> {
        self.end_users
            .get(key)
            .map(|session| session.application.clone())
    }

    pub(super) fn end_user(&mut self, key: &EndUserKey) {
        self.end_users.remove(key);
    }

    /// Ends an application user's session, and with it the sessions of its end users.
    pub(super) fn end_application(&mut self, key: &ApplicationKey) {
        self.applications.remove(key);
        self.end_users
            .retain(|_, session| session.application != *key);
    }

    /// Somebody else signs in by force as the same user: the session has another key.
    pub(super) fn steal(&mut self, key: &EndUserKey, rng: &mut Rng) {
        if let Some(session) = self.end_users.remove(key) {
            let session = EndUserSession {
                polls: 0,
                ..session
            };
            let key = EndUserKey(self.new_key(rng));
            self.end_users.insert(key, session);
        }
    }

    pub(super) fn end_all_applications(&mut self) {
        self.applications.clear();
        self.end_users.clear();
    }

    pub(super) fn end_all_end_users(&mut self) {
        self.end_users.clear();
    }

    /// Somebody else signs in by force as each end user.
    pub(super) fn steal_all(&mut self, rng: &mut Rng) {
        let keys: Vec<EndUserKey> = self.end_users.keys().cloned().collect();
        for key in keys {
            self.steal(&key, rng);
        }
    }

    /// A node went down: what it gave is gone.
    pub(super) fn lose_node(&mut self, node: Node) {
        self.end_users.retain(|_, session| session.node != node);
    }

    /// How many application users and end users are signed in.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.applications.len(), self.end_users.len())
    }
}
