//! `setPresence`: an end user says what the end user does.

use super::envelope::{Call, Operation, child, text};
use super::events::expiry;
use super::fault::Fault;
use super::service::{PresenceType, Route, done, presence_type};
use super::state::{ByHand, Doing, State};
use super::world::World;
use super::xml::Element;
use crate::presence::Address;

impl World {
    pub(super) fn set_presence(
        &mut self,
        call: &Call<'_>,
        route: &Route,
    ) -> Result<Element, Fault> {
        let key = self.end_user(call, route)?;
        let user = self.sessions.user(&key).ok_or(Fault::KEY_NOT_VALID)?;
        let address = Address::parse_in(user, Some(&self.domain)).map_err(|_| Fault::USER_NAME)?;
        if presence_type(call.parameters)? != PresenceType::Basic {
            return Err(Fault::RICH_NOT_SET);
        }
        let info = child(call.parameters, "presenceInfo").ok_or(Fault::PRESENCE_MISSING)?;
        let status = child(info, "basicPresence")
            .map(text)
            .ok_or(Fault::PRESENCE_MISSING)?;
        let doing = doing(status).ok_or(Fault::PRESENCE_STATUS)?;
        let by_hand = match child(info, "override").map(text) {
            Some("true" | "1") => ByHand::Override,
            Some("false" | "0") => ByHand::Persistent,
            _ => return Err(Fault::NOT_COMPLETE),
        };
        match (doing, by_hand) {
            (Doing::Available, ByHand::Override) => return Err(Fault::AVAILABLE_OVERRIDES),
            (Doing::Dnd, ByHand::Persistent) => return Err(Fault::DND_DOES_NOT_OVERRIDE),
            _ => {}
        }
        let until = expiry(call.parameters, Fault::EXPIRATION)?.ok_or(Fault::EXPIRATION)?;
        let state = State {
            by_hand: Some(by_hand),
            since: Some(jiff::Timestamp::now()),
            ..State::of(doing)
        };
        self.set(&address, state, Some(until));
        Ok(done(Operation::SetPresence))
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
