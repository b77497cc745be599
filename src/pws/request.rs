//! Requests to the service, and how they are written as SOAP.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use secrecy::{ExposeSecret, SecretString};

use super::session::{AppKey, SessionKey};
use super::subscription::{EndPointId, Expiration, SubscriptionId};
use crate::link::OwnPresence;
use crate::presence::Address;

/// The most contacts of one request (`ContactListType` of the WSDL).
pub const BATCH: usize = 100;

/// The namespace of the service.
pub(super) const SERVICE: &str = "urn:cisco:cup:presence:soap";
pub(super) const SOAP_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub(super) const SOAP_1_2: &str = "http://www.w3.org/2003/05/soap-envelope";

/// The version of SOAP that requests are written in; answers are read in either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SoapVersion {
    /// `text/xml`, with a `SOAPAction` header.
    #[default]
    V1_1,
    /// `application/soap+xml`, with the action in the content type.
    V1_2,
}

impl SoapVersion {
    /// Both versions.
    pub const ALL: [SoapVersion; 2] = [SoapVersion::V1_1, SoapVersion::V1_2];

    /// The name in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            SoapVersion::V1_1 => "1.1",
            SoapVersion::V1_2 => "1.2",
        }
    }
}

/// In which form the service answers a contact's presence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PresenceType {
    /// One word.
    Basic,
    /// A PIDF document.
    #[default]
    Rich,
}

impl PresenceType {
    fn name(self) -> &'static str {
        match self {
            PresenceType::Basic => "BASIC_PRESENCE",
            PresenceType::Rich => "RICH_PRESENCE",
        }
    }
}

/// A request to the service.
#[derive(Debug)]
pub enum Request<'a> {
    /// The application user's `login`.
    LoginApplication {
        /// Its name.
        user: &'a str,
        /// Its password.
        password: &'a SecretString,
        /// Whether to end an older session.
        force: bool,
    },
    /// The end user's `login`.
    LoginEndUser {
        /// Its name.
        user: &'a str,
        /// The application's session.
        app: &'a AppKey,
        /// Whether to end an older session.
        force: bool,
    },
    /// `getPolledPresence`: at most [`BATCH`] contacts.
    Poll {
        /// Whose presence is polled.
        contacts: &'a [Address],
        /// In which form.
        kind: PresenceType,
    },
    /// `logout` of the key in the header.
    Logout,
    /// `registerEndPoint` of a new endpoint; with the application user's key.
    Register {
        /// The URL to which notifications are sent.
        url: &'a str,
        /// For how long.
        expiration: Expiration,
    },
    /// `registerEndPoint` of one that is registered: renews it.
    RenewEndPoint {
        /// Which.
        end_point: EndPointId,
        /// For how long from now.
        expiration: Expiration,
    },
    /// `unregisterEndPoint`.
    Unregister {
        /// Which.
        end_point: EndPointId,
    },
    /// `subscribe` without an earlier subscription: 1 to [`BATCH`] contacts.
    Subscribe {
        /// Whose changes are notified.
        contacts: &'a [Address],
        /// The endpoint that receives the notifications.
        end_point: EndPointId,
        /// For how long.
        expiration: Expiration,
    },
    /// `subscribe` with more contacts for a subscription, 1 to [`BATCH`].
    Extend {
        /// Which.
        subscription: SubscriptionId,
        /// Whose changes are notified, too.
        contacts: &'a [Address],
        /// The endpoint that receives the notifications.
        end_point: EndPointId,
    },
    /// `subscribe` to what is subscribed to, for longer.
    RenewSubscription {
        /// Which.
        subscription: SubscriptionId,
        /// The endpoint that receives the notifications.
        end_point: EndPointId,
        /// For how long from now.
        expiration: Expiration,
    },
    /// `unsubscribe` from some contacts, 1 to [`BATCH`].
    Unsubscribe {
        /// From which.
        subscription: SubscriptionId,
        /// Whose changes are no longer notified.
        contacts: &'a [Address],
    },
    /// `unsubscribe` from everybody.
    UnsubscribeAll {
        /// From which.
        subscription: SubscriptionId,
    },
    /// `getSubscribedPresence`: what has changed.
    Fetch {
        /// Of which subscription.
        subscription: SubscriptionId,
        /// In which form.
        kind: PresenceType,
    },
    /// `setPresence` of the end user's own.
    SetPresence {
        /// What is set.
        own: OwnPresence,
        /// For how long.
        expiration: Expiration,
    },
}

impl Request<'_> {
    /// The name of the operation.
    pub fn operation(&self) -> &'static str {
        match self {
            Request::LoginApplication { .. } | Request::LoginEndUser { .. } => "login",
            Request::Poll { .. } => "getPolledPresence",
            Request::Logout => "logout",
            Request::Register { .. } | Request::RenewEndPoint { .. } => "registerEndPoint",
            Request::Unregister { .. } => "unregisterEndPoint",
            Request::Subscribe { .. }
            | Request::Extend { .. }
            | Request::RenewSubscription { .. } => "subscribe",
            Request::Unsubscribe { .. } | Request::UnsubscribeAll { .. } => "unsubscribe",
            Request::Fetch { .. } => "getSubscribedPresence",
            Request::SetPresence { .. } => "setPresence",
        }
    }

    /// The name of the element that answers it.
    pub(super) fn answer(&self) -> String {
        format!("{}Response", self.operation())
    }

    /// The value of `SOAPAction` (`soapAction` of the WSDL's binding).
    pub fn action(&self) -> String {
        let name = match self {
            Request::Poll { .. } => "getPresence",
            other => other.operation(),
        };
        format!("{SERVICE}/{name}")
    }

    /// The envelope, with a session key in its header where one is given.
    pub fn write(&self, version: SoapVersion, key: Option<&str>) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        self.write_to(&mut writer, version, key)
            .expect("writing to memory cannot fail");
        writer.into_inner()
    }

    /// The envelope with its secrets redacted: for the log.
    pub(super) fn write_for_log(&self, version: SoapVersion) -> String {
        let (nothing, no_key) = (SecretString::from("…"), AppKey::new("…"));
        let written = match self {
            Request::LoginApplication { user, force, .. } => Request::LoginApplication {
                user,
                password: &nothing,
                force: *force,
            }
            .write(version, None),
            Request::LoginEndUser { user, force, .. } => Request::LoginEndUser {
                user,
                app: &no_key,
                force: *force,
            }
            .write(version, None),
            other => other.write(version, Some("…")),
        };
        String::from_utf8_lossy(&written).into_owned()
    }

    /// The secrets in it, besides the session key in its header.
    pub(super) fn secret(&self) -> Option<&str> {
        match self {
            Request::LoginApplication { password, .. } => Some(password.expose_secret()),
            Request::LoginEndUser { app, .. } => Some(app.expose()),
            _ => None,
        }
    }

    fn write_to(
        &self,
        to: &mut Writer<Vec<u8>>,
        version: SoapVersion,
        key: Option<&str>,
    ) -> io::Result<()> {
        let soap = match version {
            SoapVersion::V1_1 => SOAP_1_1,
            SoapVersion::V1_2 => SOAP_1_2,
        };
        let namespaces = [("xmlns:soapenv", soap), ("xmlns:urn", SERVICE)];
        open(to, "soapenv:Envelope", &namespaces)?;
        if let Some(key) = key {
            open(to, "soapenv:Header", &[])?;
            leaf(to, "urn:session-key", key)?;
            close(to, "soapenv:Header")?;
        }
        open(to, "soapenv:Body", &[])?;
        match self {
            Request::LoginApplication {
                user,
                password,
                force,
            } => {
                open(to, "urn:login", &[("force", boolean(*force))])?;
                leaf(to, "urn:username", user)?;
                leaf(to, "urn:password", password.expose_secret())?;
                close(to, "urn:login")?;
            }
            Request::LoginEndUser { user, app, force } => {
                open(to, "urn:login", &[("force", boolean(*force))])?;
                leaf(to, "urn:username", user)?;
                leaf(to, "urn:app-session-id", app.expose())?;
                close(to, "urn:login")?;
            }
            Request::Poll { contacts, kind } => {
                open(to, "urn:getPolledPresence", &[])?;
                list(to, contacts)?;
                leaf(to, "urn:presenceType", kind.name())?;
                close(to, "urn:getPolledPresence")?;
            }
            Request::Logout => empty(to, "urn:logout")?,
            Request::Register { url, expiration } => {
                open(to, "urn:registerEndPoint", &[])?;
                leaf(to, "urn:url", url)?;
                leaf(to, "urn:endPointID", "0")?;
                leaf(to, "urn:expiration", &expiration.to_string())?;
                close(to, "urn:registerEndPoint")?;
            }
            Request::RenewEndPoint {
                end_point,
                expiration,
            } => {
                open(to, "urn:registerEndPoint", &[])?;
                leaf(to, "urn:endPointID", &end_point.0.to_string())?;
                leaf(to, "urn:expiration", &expiration.to_string())?;
                close(to, "urn:registerEndPoint")?;
            }
            Request::Unregister { end_point } => {
                open(to, "urn:unregisterEndPoint", &[])?;
                leaf(to, "urn:endPointID", &end_point.0.to_string())?;
                close(to, "urn:unregisterEndPoint")?;
            }
            Request::Subscribe {
                contacts,
                end_point,
                expiration,
            } => subscribe(
                to,
                contacts,
                Some(*expiration),
                *end_point,
                SubscriptionId(0),
            )?,
            Request::Extend {
                subscription,
                contacts,
                end_point,
            } => subscribe(to, contacts, None, *end_point, *subscription)?,
            Request::RenewSubscription {
                subscription,
                end_point,
                expiration,
            } => subscribe(to, &[], Some(*expiration), *end_point, *subscription)?,
            Request::Unsubscribe {
                subscription,
                contacts,
            } => {
                unsubscribe(to, *subscription, |to| list(to, contacts))?;
            }
            Request::UnsubscribeAll { subscription } => {
                unsubscribe(to, *subscription, |to| empty(to, "urn:unsubscribeAll"))?;
            }
            Request::Fetch { subscription, kind } => {
                open(to, "urn:getSubscribedPresence", &[])?;
                leaf(to, "urn:subscriptionID", &subscription.0.to_string())?;
                leaf(to, "urn:presenceType", kind.name())?;
                close(to, "urn:getSubscribedPresence")?;
            }
            Request::SetPresence { own, expiration } => {
                open(to, "urn:setPresence", &[])?;
                leaf(to, "urn:presenceType", PresenceType::Basic.name())?;
                open(to, "urn:presenceInfo", &[])?;
                leaf(to, "urn:basicPresence", status(*own))?;
                leaf(to, "urn:override", boolean(overrides(*own)))?;
                close(to, "urn:presenceInfo")?;
                leaf(to, "urn:expiration", &expiration.to_string())?;
                close(to, "urn:setPresence")?;
            }
        }
        close(to, "soapenv:Body")?;
        close(to, "soapenv:Envelope")
    }
}

/// As the service calls it (`SetPresenceStatusType` of the WSDL).
fn status(own: OwnPresence) -> &'static str {
    match own {
        OwnPresence::Available => "AVAILABLE",
        OwnPresence::Away => "AWAY",
        OwnPresence::Busy => "BUSY",
        OwnPresence::Dnd => "DND",
        OwnPresence::Vacation => "VACATION",
    }
}

/// Whether it wins over what phone and calendar say. The service demands that it does for
/// do-not-disturb (fault 122) and does not for available (fault 121); what else is
/// set by hand is to win.
fn overrides(own: OwnPresence) -> bool {
    own != OwnPresence::Available
}

fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn open(to: &mut Writer<Vec<u8>>, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    let element = BytesStart::new(name).with_attributes(attributes.iter().copied());
    to.write_event(Event::Start(element))
}

fn close(to: &mut Writer<Vec<u8>>, name: &str) -> io::Result<()> {
    to.write_event(Event::End(BytesEnd::new(name)))
}

fn leaf(to: &mut Writer<Vec<u8>>, name: &str, text: &str) -> io::Result<()> {
    open(to, name, &[])?;
    to.write_event(Event::Text(BytesText::new(text)))?;
    close(to, name)
}

fn empty(to: &mut Writer<Vec<u8>>, name: &str) -> io::Result<()> {
    to.write_event(Event::Empty(BytesStart::new(name)))
}

/// `contactsList` (`ContactListType` of the WSDL).
fn list(to: &mut Writer<Vec<u8>>, contacts: &[Address]) -> io::Result<()> {
    open(to, "urn:contactsList", &[])?;
    for contact in contacts {
        let mut element = BytesStart::new("urn:contact");
        element.push_attribute(("contactURI", contact.as_str()));
        to.write_event(Event::Empty(element))?;
    }
    close(to, "urn:contactsList")
}

/// `subscribe`, in the order that the WSDL demands.
fn subscribe(
    to: &mut Writer<Vec<u8>>,
    contacts: &[Address],
    expiration: Option<Expiration>,
    end_point: EndPointId,
    subscription: SubscriptionId,
) -> io::Result<()> {
    open(to, "urn:subscribe", &[])?;
    if !contacts.is_empty() {
        list(to, contacts)?;
    }
    leaf(to, "urn:subscriptionType", "PRESENCE_NOTIFICATION")?;
    if let Some(expiration) = expiration {
        leaf(to, "urn:expiration", &expiration.to_string())?;
    }
    leaf(to, "urn:endPointID", &end_point.0.to_string())?;
    leaf(to, "urn:subscriptionID", &subscription.0.to_string())?;
    close(to, "urn:subscribe")
}

fn unsubscribe(
    to: &mut Writer<Vec<u8>>,
    subscription: SubscriptionId,
    from: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>,
) -> io::Result<()> {
    open(to, "urn:unsubscribe", &[])?;
    open(to, "urn:unsubscribeRequest", &[])?;
    leaf(to, "urn:subscriptionID", &subscription.0.to_string())?;
    from(to)?;
    close(to, "urn:unsubscribeRequest")?;
    close(to, "urn:unsubscribe")
}
