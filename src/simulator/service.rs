//! The operations of the service: sign-ins and polls.

use roxmltree::Node as XmlNode;
use secrecy::ExposeSecret;
use tokio::time::Instant;

use super::documents::{self, Style};
use super::envelope::{Call, Operation, SERVICE, child, text};
use super::fault::Fault;
use super::odd;
use super::scenario::Scenario;
use super::session::{ApplicationKey, EndUserKey, Existing, Key, Node};
use super::trouble::Trouble;
use super::world::World;
use super::xml::{Content, Element};
use crate::presence::Address;

/// The most contacts that one request may name.
pub(super) const CONTACTS_A_REQUEST: usize = 100;

/// How a client reaches the nodes: host and port of each, as the client spells the host.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// The node that was asked.
    pub(super) node: Node,
    /// `host:port` of the first node.
    pub(super) first: String,
    /// `host:port` of the second.
    pub(super) second: String,
}

impl Route {
    fn to(&self, node: Node) -> &str {
        match node {
            Node::First => &self.first,
            Node::Second => &self.second,
        }
    }
}

/// A contact as a request names it.
pub(super) struct Asked<'a> {
    pub(super) uri: &'a str,
    pub(super) address: Address,
}

/// Which of the two kinds of presence is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PresenceType {
    Basic,
    Rich,
}

impl World {
    /// Does what a request asks for.
    pub(super) fn serve(
        &mut self,
        call: &Call<'_>,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Fault> {
        self.subscriptions.tidy(&self.sessions, Instant::now());
        match call.operation {
            Operation::Login => self.login(call, route, scenario),
            Operation::Logout => self.logout(call, route),
            Operation::GetPolledPresence => self.poll(call, route, scenario),
            Operation::SetPresence => self.set_presence(call, route),
            Operation::RegisterEndPoint => self.register_end_point(call, route, scenario),
            Operation::UnregisterEndPoint => self.unregister_end_point(call, route),
            Operation::Subscribe => self.subscribe(call, route, scenario),
            Operation::Unsubscribe => self.unsubscribe(call, route),
            Operation::GetSubscribedPresence => self.fetch(call, route, scenario),
        }
    }

    fn login(
        &mut self,
        call: &Call<'_>,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Fault> {
        let login = call.parameters;
        let user = child(login, "username")
            .map(text)
            .ok_or(Fault::NOT_COMPLETE)?;
        let existing = match login.attribute("force").map(str::trim) {
            Some("true" | "1") => Existing::End,
            _ if scenario.has(Trouble::SameKey) => Existing::Reuse,
            _ => Existing::Refuse,
        };
        match (child(login, "password"), child(login, "app-session-id")) {
            (Some(password), None) => {
                let password = password.text().unwrap_or_default();
                self.login_application(user, password, existing, route, scenario)
            }
            (None, Some(key)) => {
                let application = match self.sessions.find(key.text(), route.node)? {
                    Key::Application(key) => key,
                    Key::EndUser(_) => return Err(Fault::NEEDS_APPLICATION),
                };
                self.login_end_user(user, &application, existing, route, scenario)
            }
            _ => Err(Fault::LOGIN_TYPE),
        }
    }

    fn login_application(
        &mut self,
        user: &str,
        password: &str,
        existing: Existing,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Fault> {
        if let Some(code) = scenario.number(Trouble::RefuseApp) {
            return Err(Fault(code as u16));
        }
        let (name, secret) = &self.application;
        if user != name {
            return Err(Fault::USER_NAME);
        }
        if password != secret.expose_secret() {
            return Err(Fault::PASSWORD);
        }
        let key = self
            .sessions
            .login_application(user, existing, &mut self.rng)?;
        self.tally.application_logins += 1;
        Ok(self.signed_in(key.as_str(), route, scenario))
    }

    fn login_end_user(
        &mut self,
        user: &str,
        application: &ApplicationKey,
        existing: Existing,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Fault> {
        if let Some(code) = scenario.number(Trouble::RefuseUser) {
            return Err(Fault(code as u16));
        }
        let known = self.end_users.is_empty() || self.end_users.iter().any(|name| name == user);
        if user.is_empty() || user.contains(char::is_whitespace) || !known {
            return Err(Fault::USER_NAME);
        }
        let elsewhere = scenario.has(Trouble::RedirectLoop)
            || (scenario.has(Trouble::Redirect) && route.node == Node::First);
        if elsewhere {
            let redirect = Element::new(SERVICE, "redirect")
                .with_attribute("primaryServer", route.to(route.node.other()))
                .with_attribute("backupServer", route.to(route.node));
            return Ok(Element::new(SERVICE, "loginResponse").with(redirect));
        }
        let key =
            self.sessions
                .login_end_user(user, application, route.node, existing, &mut self.rng)?;
        self.tally.end_user_logins += 1;
        Ok(self.signed_in(key.as_str(), route, scenario))
    }

    /// `success`, with the white space around the key that some releases write.
    fn signed_in(&mut self, key: &str, route: &Route, scenario: &Scenario) -> Element {
        let key = match self.rng.u8(..3) {
            0 => format!("\n{key}\n"),
            _ => key.to_owned(),
        };
        let mut success = Element::new(SERVICE, "success")
            .with(Element::new(SERVICE, "session-key").with_text(key));
        if scenario.has(Trouble::Backup) {
            success = success.with_attribute("backupServer", route.to(route.node.other()));
        }
        Element::new(SERVICE, "loginResponse").with(success)
    }

    fn logout(&mut self, call: &Call<'_>, route: &Route) -> Result<Element, Fault> {
        match self.sessions.find(call.session_key, route.node)? {
            Key::Application(key) => self.sessions.end_application(&key),
            Key::EndUser(key) => self.sessions.end_user(&key),
        }
        Ok(done(Operation::Logout))
    }

    /// The end user's key that a request carries.
    pub(super) fn end_user(&self, call: &Call<'_>, route: &Route) -> Result<EndUserKey, Fault> {
        match self.sessions.find(call.session_key, route.node)? {
            Key::EndUser(key) => Ok(key),
            Key::Application(_) => Err(Fault::NEEDS_END_USER),
        }
    }

    fn poll(
        &mut self,
        call: &Call<'_>,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Fault> {
        let key = self.end_user(call, route)?;
        self.age_sessions(&key, scenario)?;
        let presence_type = presence_type(call.parameters)?;
        let asked = self.contacts(call.parameters, scenario)?;
        self.tally.contacts_asked += asked.len() as u64;
        let response = self.presence_response(&asked, presence_type, scenario);
        Ok(Element::new(SERVICE, "getPolledPresenceResponse").with(response))
    }

    /// Ends sessions that have seen so many polls, where the scenario says so.
    pub(super) fn age_sessions(
        &mut self,
        key: &EndUserKey,
        scenario: &Scenario,
    ) -> Result<(), Fault> {
        let (of_user, of_application) = self.sessions.count_poll(key);
        let over = |trouble, polls| scenario.number(trouble).is_some_and(|most| polls > most);
        if over(Trouble::ExpireApp, of_application) {
            if let Some(application) = self.sessions.application_of(key) {
                self.sessions.end_application(&application);
            }
        } else if over(Trouble::Expire, of_user) {
            self.sessions.end_user(key);
        } else if over(Trouble::Steal, of_user) {
            self.sessions.steal(key);
        } else {
            return Ok(());
        }
        Err(Fault::KEY_NOT_VALID)
    }

    /// The contacts that a request names, each checked.
    pub(super) fn contacts<'a>(
        &mut self,
        parameters: XmlNode<'a, 'a>,
        scenario: &Scenario,
    ) -> Result<Vec<Asked<'a>>, Fault> {
        let list = child(parameters, "contactsList").ok_or(Fault::NO_CONTACTS)?;
        let uris: Vec<&str> = list
            .children()
            .filter(|node| node.has_tag_name((SERVICE, "contact")))
            .map(|contact| contact.attribute("contactURI").unwrap_or_default())
            .collect();
        self.tally.largest_batch = self.tally.largest_batch.max(uris.len());
        match uris.len() {
            0 => return Err(Fault::NO_CONTACTS),
            1..=CONTACTS_A_REQUEST => {}
            _ => return Err(Fault::TOO_MANY_CONTACTS),
        }
        uris.into_iter()
            .map(|uri| {
                let address = contact_address(uri)?;
                match self.refusal(&address, scenario) {
                    Some(fault) => Err(fault),
                    None => Ok(Asked { uri, address }),
                }
            })
            .collect()
    }

    /// Why this contact makes every request fail, where it does.
    fn refusal(&self, address: &Address, scenario: &Scenario) -> Option<Fault> {
        if let Some(fault) = self.refused.get(address) {
            return Some(*fault);
        }
        let one_in = scenario.number(Trouble::BadContact)?;
        let lot = self.lot(address) >> 8;
        lot.is_multiple_of(u64::from(one_in)).then_some({
            if lot & 0x1_0000 == 0 {
                Fault::CONTACT_WITHOUT_DOMAIN
            } else {
                Fault::CONTACT_MALFORMED
            }
        })
    }

    /// A number that belongs to an address, by seed.
    pub(super) fn lot(&self, address: &Address) -> u64 {
        // FNV-1a, for it has to be the same in each run and build.
        let key = address.as_str().to_lowercase();
        let hash = key.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        fastrand::Rng::with_seed(hash ^ self.seed).u64(..)
    }

    /// `presenceResponse`: the states of some contacts, in an order of the server's own.
    pub(super) fn presence_response(
        &mut self,
        asked: &[Asked<'_>],
        presence_type: PresenceType,
        scenario: &Scenario,
    ) -> Element {
        let turn = self.tally.http_requests;
        let left_out = |world: &World, asked: &Asked<'_>| match scenario.number(Trouble::Missing) {
            Some(one_in) => (world.lot(&asked.address) ^ turn).is_multiple_of(u64::from(one_in)),
            None => false,
        };
        let mut answered: Vec<&Asked<'_>> = asked
            .iter()
            .filter(|asked| !left_out(self, asked))
            .collect();
        self.rng.shuffle(&mut answered);
        let (name, list) = match presence_type {
            PresenceType::Rich => {
                let documents = answered.iter().map(|asked| self.document(asked, scenario));
                let list = Element::new(SERVICE, "richPresenceList")
                    .with_own_default()
                    .with_all(documents);
                ("RICH_PRESENCE", list)
            }
            PresenceType::Basic => {
                let contacts = answered.iter().map(|asked| {
                    let status = self.state_of(&asked.address).doing.basic_status();
                    Element::new(SERVICE, "contact")
                        .with_attribute("contactURI", asked.uri)
                        .with_attribute("presenceStatus", status)
                });
                let list = Element::new(SERVICE, "basicPresenceList").with_all(contacts);
                ("BASIC_PRESENCE", list)
            }
        };
        Element::new(SERVICE, "presenceResponse")
            .with(Element::new(SERVICE, "presenceType").with_text(name))
            .with(list)
    }

    fn document(&self, asked: &Asked<'_>, scenario: &Scenario) -> Content {
        if let Some(xml) = self.documents.get(&asked.address) {
            return Content::Verbatim(xml.clone());
        }
        let address = asked.address.as_str();
        let lot = self.lot(&asked.address);
        if let Some(one_in) = scenario.number(Trouble::Odd)
            && (lot >> 16).is_multiple_of(u64::from(one_in))
        {
            return odd::document(address, lot);
        }
        let state = self.state_of(&asked.address);
        let name = match self.population.index(&asked.address) {
            Some(index) => &self.population.people()[index].name,
            None => asked.address.user(),
        };
        documents::document(address, name, &state, &Style::by_seed(lot)).into()
    }
}

/// The answer to a request that only succeeds or not.
pub(super) fn done(operation: Operation) -> Element {
    Element::new(SERVICE, format!("{}Response", operation.name()))
        .with(Element::new(SERVICE, "status").with_text("SUCCESS"))
}

/// The presence type that a request asks for.
pub(super) fn presence_type(parameters: XmlNode<'_, '_>) -> Result<PresenceType, Fault> {
    let presence_type = parameters
        .children()
        .find(|node| node.has_tag_name((SERVICE, "presenceType")))
        .and_then(|node| node.text())
        .map(str::trim);
    match presence_type {
        Some("RICH_PRESENCE") => Ok(PresenceType::Rich),
        Some("BASIC_PRESENCE") => Ok(PresenceType::Basic),
        _ => Err(Fault::PRESENCE_TYPE),
    }
}

/// The address in a `contactURI`, which has to be `user@domain` and nothing else.
fn contact_address(uri: &str) -> Result<Address, Fault> {
    let uri = uri.trim();
    if !uri.contains('@') {
        return Err(Fault::CONTACT_WITHOUT_DOMAIN);
    }
    match Address::parse(uri) {
        Ok(address) if address.as_str().len() == uri.len() => Ok(address),
        _ => Err(Fault::CONTACT_MALFORMED),
    }
}
