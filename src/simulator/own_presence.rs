//! `setPresence`: an end user says what the end user does.

use roxmltree::Node as XmlNode;

use super::envelope::{Call, Operation, child, text};
use super::events::required_expiration;
use super::fault::Fault;
use super::polling::{PresenceType, presence_type};
use super::publication::Publication;
use super::schema::Refusal;
use super::service::{Route, done};
use super::state::{ByHand, Doing, State};
use super::world::{Set, World};
use super::xml::Element;
use crate::presence::Address;

impl World {
    pub(super) fn set_presence(
        &mut self,
        call: &Call<'_>,
        route: &Route,
    ) -> Result<Element, Refusal> {
        let key = self.end_user(call, route)?;
        let user = self.sessions.user(&key).ok_or(Fault::KEY_NOT_VALID)?;
        let address =
            Address::parse_in(user, Some(&self.domain)).map_err(|_| Fault::PRESENCE_DATA)?;
        let kind = presence_type(call.parameters)?;
        let info = child(call.parameters, "presenceInfo")
            .ok_or_else(|| Refusal::occurrence("presenceInfo"))?;
        let by_hand = match child(info, "override").map(text) {
            Some("true" | "1") => ByHand::Override,
            Some("false" | "0") => ByHand::Persistent,
            _ => return Err(Fault::OVERRIDE.into()),
        };
        let (state, document) = match kind {
            PresenceType::Basic => (State::of(basic(info, by_hand)?), None),
            PresenceType::Rich => {
                let published = Publication::read(child(info, "richPresence"), &address)?;
                (published.state, Some(published.document))
            }
        };
        let until = required_expiration(call.parameters)?;
        let state = State {
            by_hand: Some(by_hand),
            since: Some(jiff::Timestamp::now()),
            ..state
        };
        let set = Set {
            state,
            document,
            until: Some(until),
            by: Some(key),
        };
        self.set(&address, set);
        Ok(done(Operation::SetPresence))
    }
}

/// What `basicPresence` comes to.
fn basic(info: XmlNode<'_, '_>, by_hand: ByHand) -> Result<Doing, Fault> {
    let doing = match child(info, "basicPresence").map(text) {
        None | Some("") => return Err(Fault::PRESENCE_EMPTY),
        Some(status) => doing(status).ok_or(Fault::PRESENCE_DATA)?,
    };
    match (doing, by_hand) {
        (Doing::Available, ByHand::Override) => Err(Fault::AVAILABLE_OVERRIDES),
        (Doing::Dnd, ByHand::Persistent) => Err(Fault::DND_DOES_NOT_OVERRIDE),
        _ => Ok(doing),
    }
}

/// What a status (WSDL `SetPresenceStatusType`) comes to.
fn doing(status: &str) -> Option<Doing> {
    match status {
        "AVAILABLE" => Some(Doing::Available),
        // The server makes one of three; a client has to expect it.
        "AWAY" | "BUSY" | "VACATION" => Some(Doing::Away),
        "DND" => Some(Doing::Dnd),
        "UNAVAILABLE" => Some(Doing::Unavailable),
        _ => None,
    }
}
