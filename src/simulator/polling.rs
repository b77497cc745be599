//! `getPolledPresence`, and what answers about contacts have in common.

use roxmltree::Node as XmlNode;

use super::documents::{self, Style};
use super::envelope::{Call, SERVICE, child, text};
use super::fault::Fault;
use super::odd;
use super::scenario::Scenario;
use super::schema::Refusal;
use super::service::Route;
use super::session::EndUserKey;
use super::trouble::Trouble;
use super::world::World;
use super::xml::{Content, Element};
use crate::presence::Address;

/// The most contacts that one request may name.
const CONTACTS_A_REQUEST: usize = 100;

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
    pub(super) fn poll(
        &mut self,
        call: &Call<'_>,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Refusal> {
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
            self.sessions.steal(key, &mut self.rng);
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
        let list = child(parameters, "contactsList").ok_or(Fault::NO_CONTACT_LIST)?;
        let elements = list.children().filter(XmlNode::is_element);
        let uris = elements
            .map(contact_uri)
            .collect::<Result<Vec<&str>, Fault>>()?;
        self.tally.largest_batch = self.tally.largest_batch.max(uris.len());
        if !(1..=CONTACTS_A_REQUEST).contains(&uris.len()) {
            return Err(Fault::NUMBER_OF_CONTACTS);
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
                Fault::CONTACT_MALFORMED
            } else {
                Fault::CONTACT_EMPTY
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
                ("RICH_PRESENCE", Some(list))
            }
            PresenceType::Basic => {
                let contacts = answered.iter().map(|asked| {
                    let status = self.state_of(&asked.address).doing.basic_status();
                    Element::new(SERVICE, "contact")
                        .with_attribute("contactURI", asked.uri)
                        .with_attribute("presenceStatus", status)
                });
                // A list of no contacts is against the description of the service.
                let list = (!answered.is_empty())
                    .then(|| Element::new(SERVICE, "basicPresenceList").with_all(contacts));
                ("BASIC_PRESENCE", list)
            }
        };
        Element::new(SERVICE, "presenceResponse")
            .with(Element::new(SERVICE, "presenceType").with_text(name))
            .with_all(list)
    }

    fn document(&self, asked: &Asked<'_>, scenario: &Scenario) -> Content {
        if let Some(xml) = self.documents.get(&asked.address) {
            return Content::Verbatim(xml.clone());
        }
        if let Some(xml) = self.published(&asked.address) {
            return Content::Verbatim(xml.to_owned());
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
            Some(index) => &self.population.everybody()[index].name,
            None => asked.address.user(),
        };
        documents::document(address, name, &state, &Style::by_seed(lot)).into()
    }
}

/// The presence type that a request asks for.
pub(super) fn presence_type(parameters: XmlNode<'_, '_>) -> Result<PresenceType, Fault> {
    match child(parameters, "presenceType").map(text) {
        Some("RICH_PRESENCE") => Ok(PresenceType::Rich),
        Some("BASIC_PRESENCE") => Ok(PresenceType::Basic),
        _ => Err(Fault::PRESENCE_TYPE),
    }
}

/// What a `contact` of a list names.
fn contact_uri<'a>(contact: XmlNode<'a, 'a>) -> Result<&'a str, Fault> {
    if !contact.has_tag_name((SERVICE, "contact")) {
        return Err(Fault::LIST_ELEMENT);
    }
    if contact.attributes().any(|it| it.name() != "contactURI") {
        return Err(Fault::LIST_ATTRIBUTE);
    }
    match contact.attribute("contactURI").map(str::trim) {
        None | Some("") => Err(Fault::CONTACT_EMPTY),
        Some(uri) => Ok(uri),
    }
}

/// The address in a `contactURI`, which has to be `user@domain` and nothing else.
fn contact_address(uri: &str) -> Result<Address, Fault> {
    match Address::parse(uri) {
        Ok(address) if uri.contains('@') && address.as_str().len() == uri.len() => Ok(address),
        _ => Err(Fault::CONTACT_MALFORMED),
    }
}
