//! The operations on endpoints and subscriptions, and fetching what changed.

use std::time::Duration;

use hyper::Uri;
use roxmltree::Node as XmlNode;
use tokio::time::Instant;

use super::envelope::{Call, Operation, SERVICE, child, text};
use super::fault::Fault;
use super::polling::{Asked, presence_type};
use super::scenario::Scenario;
use super::schema::Refusal;
use super::service::{Route, done};
use super::trouble::Trouble;
use super::world::World;
use super::xml::Element;
use crate::presence::Address;

/// The only type of event that the service knows.
const EVENT: &str = "PRESENCE_NOTIFICATION";

impl World {
    pub(super) fn register_end_point(
        &mut self,
        call: &Call<'_>,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Refusal> {
        let owner = self.application(call, route)?;
        let id: i32 = required_number(call.parameters, "endPointID")?;
        let url = child(call.parameters, "url").map(text);
        let expires = required_expiration(call.parameters)?;
        let id = match (id, url) {
            (0, url) => {
                let url = callable(url.unwrap_or_default())?;
                if scenario.number(Trouble::NoEndpoints) == Some(u32::from(Fault::NO_END_POINTS.0))
                {
                    return Err(Fault::NO_END_POINTS.into());
                }
                self.subscriptions.register(owner, url, expires)
            }
            (_, Some(_)) => return Err(Fault::RENEWAL_WITH_URL.into()),
            (id, None) => {
                self.subscriptions.renew_end_point(id, &owner, expires)?;
                id
            }
        };
        let id = Element::new(SERVICE, "endPointID").with_text(id.to_string());
        Ok(Element::new(SERVICE, "registerEndPointResponse").with(id))
    }

    pub(super) fn unregister_end_point(
        &mut self,
        call: &Call<'_>,
        route: &Route,
    ) -> Result<Element, Refusal> {
        let owner = self.application(call, route)?;
        let id = required_number(call.parameters, "endPointID")?;
        self.subscriptions.unregister(id, &owner)?;
        Ok(done(Operation::UnregisterEndPoint))
    }

    pub(super) fn subscribe(
        &mut self,
        call: &Call<'_>,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Refusal> {
        let owner = self.end_user(call, route)?;
        let application = self
            .sessions
            .application_of(&owner)
            .ok_or(Fault::KEY_NOT_VALID)?;
        let id: i32 = required_number(call.parameters, "subscriptionID")?;
        let end_point = required_number(call.parameters, "endPointID")?;
        match child(call.parameters, "subscriptionType").map(text) {
            Some(EVENT) => {}
            Some(_) => return Err(Fault::SUBSCRIPTION_TYPE.into()),
            None => return Err(Refusal::occurrence("subscriptionType")),
        }
        let expiration = expiration(call.parameters)?;
        let contacts = match child(call.parameters, "contactsList") {
            Some(_) => Some(addresses(self.contacts(call.parameters, scenario)?)),
            None => None,
        };
        let watched = contacts.clone().unwrap_or_default();
        let id = if id == 0 {
            let contacts = contacts.ok_or(Fault::NO_CONTACT_LIST)?;
            let expires = match expiration {
                Some(Expiration::After(time)) => Instant::now() + time,
                Some(Expiration::Unchanged) => return Err(Fault::EXPIRATION.into()),
                None => Instant::now() + SHORTEST,
            };
            let refused = scenario.number(Trouble::NoEndpoints);
            if let Some(code) = refused.filter(|&code| Fault(code as u16) != Fault::NO_END_POINTS) {
                return Err(Fault(code as u16).into());
            }
            self.subscriptions
                .subscribe(owner, &application, end_point, contacts, expires)?
        } else {
            let expires = match expiration {
                Some(Expiration::After(time)) => Some(Instant::now() + time),
                Some(Expiration::Unchanged) | None => None,
            };
            // A renewal may come without contacts, contacts may come without a renewal.
            if contacts.is_none() && expires.is_none() {
                return Err(Fault::NOTHING_TO_RENEW.into());
            }
            let end_point = (end_point, &application);
            self.subscriptions.extend(
                id,
                &owner,
                end_point,
                contacts.unwrap_or_default(),
                expires,
            )?;
            id
        };
        self.watch(watched);
        let id = Element::new(SERVICE, "subscriptionID").with_text(id.to_string());
        Ok(Element::new(SERVICE, "subscribeResponse").with(id))
    }

    pub(super) fn unsubscribe(
        &mut self,
        call: &Call<'_>,
        route: &Route,
    ) -> Result<Element, Refusal> {
        let owner = self.end_user(call, route)?;
        let request = child(call.parameters, "unsubscribeRequest")
            .ok_or_else(|| Refusal::occurrence("unsubscribeRequest"))?;
        let id = required_number(request, "subscriptionID")?;
        if child(request, "unsubscribeAll").is_some() {
            self.subscriptions.unsubscribe(id, &owner)?;
        } else {
            let contacts = addresses(self.contacts(request, &Scenario::quiet())?);
            self.subscriptions.remove(id, &owner, &contacts)?;
        }
        Ok(done(Operation::Unsubscribe))
    }

    pub(super) fn fetch(
        &mut self,
        call: &Call<'_>,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Refusal> {
        let owner = self.end_user(call, route)?;
        self.age_sessions(&owner, scenario)?;
        let presence_type = presence_type(call.parameters)?;
        let id = required_number(call.parameters, "subscriptionID")?;
        let with_all = self.rng.u8(..8) == 0;
        let (changed, all) = self.subscriptions.fetch(id, &owner)?;
        // Some releases answer with everybody, not only with those who changed.
        let addresses = if with_all { all.clone() } else { changed };
        let asked: Vec<Asked<'_>> = addresses
            .iter()
            .map(|address| Asked {
                uri: address.as_str(),
                address: address.clone(),
            })
            .collect();
        let response = self.presence_response(&asked, presence_type, scenario);
        Ok(Element::new(SERVICE, "getSubscribedPresenceResponse").with(response))
    }
}

fn addresses(asked: Vec<Asked<'_>>) -> Vec<Address> {
    asked.into_iter().map(|asked| asked.address).collect()
}

/// The url of a listener, which has to be one that can be called.
fn callable(url: &str) -> Result<&str, Fault> {
    if url.is_empty() {
        return Err(Fault::URL_EMPTY);
    }
    if url.contains(char::is_whitespace) {
        return Err(Fault::URL_WITH_SPACES);
    }
    match url.parse::<Uri>() {
        Ok(read) if read.scheme_str() == Some("http") && read.host().is_some() => Ok(url),
        _ => Err(Fault::NOT_REGISTERED),
    }
}

/// A whole number among the parameters.
fn number(parameters: XmlNode<'_, '_>, name: &str) -> Result<Option<i32>, Refusal> {
    child(parameters, name)
        .map(|node| text(node).parse())
        .transpose()
        .map_err(|_| Refusal::type_of(name))
}

fn required_number(parameters: XmlNode<'_, '_>, name: &str) -> Result<i32, Refusal> {
    number(parameters, name)?.ok_or_else(|| Refusal::occurrence(name))
}

/// The shortest time that endpoints, subscriptions and set presence last; the longest is a day.
pub(super) const SHORTEST: Duration = Duration::from_secs(3600);

/// What `expiration` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expiration {
    /// 3600 to 86400 s from now.
    After(Duration),
    /// 0: what holds goes on to hold (`subscribe` with more contacts).
    Unchanged,
}

/// Reads `expiration`, which has to be given and to be a time.
pub(super) fn required_expiration(parameters: XmlNode<'_, '_>) -> Result<Instant, Refusal> {
    match expiration(parameters)? {
        Some(Expiration::After(time)) => Ok(Instant::now() + time),
        Some(Expiration::Unchanged) => Err(Fault::EXPIRATION.into()),
        None => Err(Refusal::occurrence("expiration")),
    }
}

/// Reads `expiration`, where it is given.
fn expiration(parameters: XmlNode<'_, '_>) -> Result<Option<Expiration>, Refusal> {
    match number(parameters, "expiration")? {
        None => Ok(None),
        Some(0) => Ok(Some(Expiration::Unchanged)),
        Some(seconds @ 3600..=86400) => {
            let seconds = u64::from(seconds.unsigned_abs());
            Ok(Some(Expiration::After(Duration::from_secs(seconds))))
        }
        Some(_) => Err(Fault::EXPIRATION.into()),
    }
}
