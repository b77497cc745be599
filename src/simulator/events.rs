//! The operations of being told: end points, subscriptions, and fetching what changed.

use std::str::FromStr;
use std::time::Duration;

use hyper::Uri;
use roxmltree::Node as XmlNode;
use tokio::time::Instant;

use super::envelope::{Call, Operation, SERVICE, child, text};
use super::fault::Fault;
use super::scenario::Scenario;
use super::service::{Asked, Route, done, presence_type};
use super::session::{ApplicationKey, Key};
use super::trouble::Trouble;
use super::world::World;
use super::xml::Element;
use crate::presence::Address;

/// The only type of event that the service knows.
const EVENT: &str = "PRESENCE_NOTIFICATION";

impl World {
    fn application(&self, call: &Call<'_>, route: &Route) -> Result<ApplicationKey, Fault> {
        match self.sessions.find(call.session_key, route.node)? {
            Key::Application(key) => Ok(key),
            Key::EndUser(_) => Err(Fault::NEEDS_APPLICATION),
        }
    }

    pub(super) fn register_end_point(
        &mut self,
        call: &Call<'_>,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Fault> {
        let owner = self.application(call, route)?;
        let id: i32 = number(call.parameters, "endPointID")?.unwrap_or(0);
        let expires = expiry(call.parameters, Fault::END_POINT_EXPIRATION)?
            .ok_or(Fault::END_POINT_EXPIRATION)?;
        let id = if id == 0 {
            if scenario.number(Trouble::NoEndpoints) == Some(u32::from(Fault::NO_END_POINTS.0)) {
                return Err(Fault::NO_END_POINTS);
            }
            let url = child(call.parameters, "url").map(text).unwrap_or_default();
            let valid = Uri::from_str(url)
                .is_ok_and(|url| url.scheme_str() == Some("http") && url.host().is_some());
            if !valid {
                return Err(Fault::END_POINT_URL);
            }
            self.subscriptions.register(owner, url, expires)
        } else {
            self.subscriptions.renew_end_point(id, &owner, expires)?;
            id
        };
        let id = Element::new(SERVICE, "endPointID").with_text(id.to_string());
        Ok(Element::new(SERVICE, "registerEndPointResponse").with(id))
    }

    pub(super) fn unregister_end_point(
        &mut self,
        call: &Call<'_>,
        route: &Route,
    ) -> Result<Element, Fault> {
        let owner = self.application(call, route)?;
        let id = number(call.parameters, "endPointID")?.ok_or(Fault::END_POINT)?;
        self.subscriptions.unregister(id, &owner)?;
        Ok(done(Operation::UnregisterEndPoint))
    }

    pub(super) fn subscribe(
        &mut self,
        call: &Call<'_>,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Fault> {
        let owner = self.end_user(call, route)?;
        let application = self
            .sessions
            .application_of(&owner)
            .ok_or(Fault::KEY_NOT_VALID)?;
        if child(call.parameters, "subscriptionType").map(text) != Some(EVENT) {
            return Err(Fault::SUBSCRIPTION_TYPE);
        }
        let expires = expiry(call.parameters, Fault::EXPIRATION)?;
        let id: i32 = number(call.parameters, "subscriptionID")?.unwrap_or(0);
        let contacts: Vec<Address> = match child(call.parameters, "contactsList") {
            Some(_) => addresses(self.contacts(call.parameters, scenario)?),
            // A renewal may come without contacts.
            None if id != 0 => vec![],
            None => return Err(Fault::NO_CONTACTS),
        };
        let watched = contacts.clone();
        let id = if id == 0 {
            let refused = scenario.number(Trouble::NoEndpoints);
            if let Some(code) = refused.filter(|&code| Fault(code as u16) != Fault::NO_END_POINTS) {
                return Err(Fault(code as u16));
            }
            let end_point = number(call.parameters, "endPointID")?.ok_or(Fault::END_POINT)?;
            let expires = expires.unwrap_or_else(|| Instant::now() + Duration::from_secs(3600));
            self.subscriptions
                .subscribe(owner, &application, end_point, contacts, expires)?
        } else {
            self.subscriptions.extend(id, &owner, contacts, expires)?;
            id
        };
        self.watch(watched);
        let id = Element::new(SERVICE, "subscriptionID").with_text(id.to_string());
        Ok(Element::new(SERVICE, "subscribeResponse").with(id))
    }

    pub(super) fn unsubscribe(&mut self, call: &Call<'_>, route: &Route) -> Result<Element, Fault> {
        let owner = self.end_user(call, route)?;
        let request = child(call.parameters, "unsubscribeRequest").ok_or(Fault::NOT_COMPLETE)?;
        let id = number(request, "subscriptionID")?.ok_or(Fault::SUBSCRIPTION)?;
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
    ) -> Result<Element, Fault> {
        let owner = self.end_user(call, route)?;
        self.age_sessions(&owner, scenario)?;
        let presence_type = presence_type(call.parameters)?;
        let id = number(call.parameters, "subscriptionID")?.ok_or(Fault::SUBSCRIPTION)?;
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

/// A whole number among the parameters; not complete where it is none.
fn number(parameters: XmlNode<'_, '_>, name: &str) -> Result<Option<i32>, Fault> {
    let number = parameters
        .children()
        .find(|node| node.has_tag_name((SERVICE, name)));
    number
        .map(|node| node.text().unwrap_or_default().trim().parse())
        .transpose()
        .map_err(|_| Fault::NOT_COMPLETE)
}

/// When what is asked for is to end: 3600 to 86400 seconds from now (WSDL `expiration`).
pub(super) fn expiry(
    parameters: XmlNode<'_, '_>,
    out_of_range: Fault,
) -> Result<Option<Instant>, Fault> {
    match number(parameters, "expiration")? {
        None => Ok(None),
        Some(seconds @ 3600..=86400) => {
            let seconds = u64::from(seconds.unsigned_abs());
            Ok(Some(Instant::now() + Duration::from_secs(seconds)))
        }
        Some(_) => Err(out_of_range),
    }
}
