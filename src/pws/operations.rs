//! The operations of the service, each a method of the client.

use crate::presence::tree::Node;
use secrecy::{ExposeSecret, SecretString};

use super::client::Client;
use super::envelope::{LoginAnswer, read_body, read_login, read_number, read_status};
use super::error::Error;
use super::polled::Contact;
use super::request::{PresenceType, Request};
use super::service::Endpoint;
use super::session::{AppKey, SessionKey, UserKey};
use super::subscription::{EndPointId, Expiration, SubscriptionId};
use crate::link::OwnPresence;
use crate::presence::Address;

/// What a sign-in was answered with.
#[derive(Clone, Debug)]
pub enum Login<K> {
    /// In, with this key.
    Success {
        /// The key.
        key: K,
        /// Where to go when the node is gone.
        backup: Option<String>,
    },
    /// The user lives on another node.
    Redirect {
        /// That node.
        primary: Option<String>,
        /// Where to go when that one is gone.
        backup: Option<String>,
    },
}

impl Client {
    /// Signs the application user in.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn login_application(
        &self,
        at: &Endpoint,
        user: &str,
        password: &SecretString,
        force: bool,
    ) -> Result<Login<AppKey>, Error> {
        let request = Request::LoginApplication {
            user,
            password,
            force,
        };
        self.login(at, &request).await
    }

    /// Signs the end user in, with the application user's session key.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn login_end_user(
        &self,
        at: &Endpoint,
        user: &str,
        app: &AppKey,
        force: bool,
    ) -> Result<Login<UserKey>, Error> {
        self.login(at, &Request::LoginEndUser { user, app, force })
            .await
    }

    async fn login<K: SessionKey>(
        &self,
        at: &Endpoint,
        request: &Request<'_>,
    ) -> Result<Login<K>, Error> {
        let answer = self.ask(at, request, None, read_login).await?;
        Ok(match answer {
            LoginAnswer::Success { key, backup } => {
                self.secrets.remember(key.expose_secret());
                Login::Success {
                    key: K::new(key.expose_secret()),
                    backup,
                }
            }
            LoginAnswer::Redirect { primary, backup } => Login::Redirect { primary, backup },
        })
    }

    /// Polls the presence of at most [`super::BATCH`] contacts.
    ///
    /// # Errors
    /// Any [`Error`]; one contact's odd document is not one.
    pub async fn poll(
        &self,
        at: &Endpoint,
        key: &UserKey,
        contacts: &[Address],
        kind: PresenceType,
    ) -> Result<Vec<Contact>, Error> {
        let request = Request::Poll { contacts, kind };
        let mut answers = self.presence(at, key, &request).await?;
        // The answer to a poll of one contact is about that contact, also where it names nobody.
        if let ([polled], [answer]) = (contacts, answers.as_mut_slice()) {
            answer.address.get_or_insert_with(|| polled.clone());
        }
        Ok(answers)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn logout(&self, at: &Endpoint, key: &impl SessionKey) -> Result<(), Error> {
        let key = Some(key.expose());
        self.ask(at, &Request::Logout, key, read_status).await
    }

    /// Registers the URL of our listener as an endpoint.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn register(
        &self,
        at: &Endpoint,
        key: &AppKey,
        url: &str,
        expiration: Expiration,
    ) -> Result<EndPointId, Error> {
        let request = Request::Register { url, expiration };
        self.end_point(at, key, &request).await
    }

    /// Renews an endpoint.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn renew_end_point(
        &self,
        at: &Endpoint,
        key: &AppKey,
        end_point: EndPointId,
        expiration: Expiration,
    ) -> Result<EndPointId, Error> {
        let request = Request::RenewEndPoint {
            end_point,
            expiration,
        };
        self.end_point(at, key, &request).await
    }

    async fn end_point(
        &self,
        at: &Endpoint,
        key: &AppKey,
        request: &Request<'_>,
    ) -> Result<EndPointId, Error> {
        let read = |node: Node<'_, '_>| read_number(node, "endPointID");
        let id = self.ask(at, request, Some(key.expose()), read).await?;
        Ok(EndPointId(id))
    }

    /// Unregisters an endpoint; its subscriptions end with it.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn unregister(
        &self,
        at: &Endpoint,
        key: &AppKey,
        end_point: EndPointId,
    ) -> Result<(), Error> {
        let request = Request::Unregister { end_point };
        let key = Some(key.expose());
        self.ask(at, &request, key, read_status).await
    }

    /// Subscribes: [`Request::Subscribe`], [`Request::Extend`] or [`Request::RenewSubscription`].
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn subscribe(
        &self,
        at: &Endpoint,
        key: &UserKey,
        request: &Request<'_>,
    ) -> Result<SubscriptionId, Error> {
        let read = |node: Node<'_, '_>| read_number(node, "subscriptionID");
        let id = self.ask(at, request, Some(key.expose()), read).await?;
        Ok(SubscriptionId(id))
    }

    /// Ends a subscription in part or as a whole: [`Request::Unsubscribe`] or
    /// [`Request::UnsubscribeAll`].
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn unsubscribe(
        &self,
        at: &Endpoint,
        key: &UserKey,
        request: &Request<'_>,
    ) -> Result<(), Error> {
        self.ask(at, request, Some(key.expose()), read_status).await
    }

    /// Fetches the presence that changed within a subscription; some releases answer with all of it.
    ///
    /// # Errors
    /// Any [`Error`]; one contact's odd document is not one.
    pub async fn fetch(
        &self,
        at: &Endpoint,
        key: &UserKey,
        subscription: SubscriptionId,
        kind: PresenceType,
    ) -> Result<Vec<Contact>, Error> {
        let request = Request::Fetch { subscription, kind };
        self.presence(at, key, &request).await
    }

    /// Sets the end user's own presence.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn set_presence(
        &self,
        at: &Endpoint,
        key: &UserKey,
        own: OwnPresence,
        expiration: Expiration,
    ) -> Result<(), Error> {
        let request = Request::SetPresence { own, expiration };
        let key = Some(key.expose());
        self.ask(at, &request, key, read_status).await
    }

    /// One request, and the element that answers it as `read` understands it.
    async fn ask<T>(
        &self,
        at: &Endpoint,
        request: &Request<'_>,
        key: Option<&str>,
        read: impl FnOnce(Node<'_, '_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let read = |text: &str| read_body(text, &request.answer(), read);
        self.call(at, request, key, read).await
    }

    /// One request that is answered by presence.
    async fn presence(
        &self,
        at: &Endpoint,
        key: &UserKey,
        request: &Request<'_>,
    ) -> Result<Vec<Contact>, Error> {
        let mut reader = self.reader.clone();
        let read = |text: &str| reader.read_answer(text, &request.answer());
        self.call(at, request, Some(key.expose()), read).await
    }
}
