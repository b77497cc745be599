//! The faults of the service: their numbers, words, and the shapes they come in.

use super::envelope::{SERVICE, Version};
use super::xml::Element;

/// A fault of the Presence Web Service, by the number in its table of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fault(pub u16);

/// Where in a fault the number stands: releases of the service differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// In an element of its own inside the detail.
    Detail,
    /// It is the fault string.
    FaultString,
    /// Somewhere in the words of the fault string.
    Words,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Shape; 3] = [Shape::Detail, Shape::FaultString, Shape::Words];
}

impl Fault {
    pub(super) const NO_KEY: Fault = Fault(100);
    pub(super) const KEY_NOT_VALID: Fault = Fault(101);
    pub(super) const NOT_SOAP: Fault = Fault(102);
    pub(super) const NOT_COMPLETE: Fault = Fault(103);
    pub(super) const PRESENCE_TYPE: Fault = Fault(110);
    pub(super) const PASSWORD: Fault = Fault(111);
    pub(super) const LOGIN_TYPE: Fault = Fault(112);
    pub(super) const USER_NAME: Fault = Fault(113);
    pub(super) const CONTACT_WITHOUT_DOMAIN: Fault = Fault(124);
    pub(super) const PRESENCE_STATUS: Fault = Fault(115);
    pub(super) const PRESENCE_MISSING: Fault = Fault(120);
    pub(super) const AVAILABLE_OVERRIDES: Fault = Fault(121);
    pub(super) const DND_DOES_NOT_OVERRIDE: Fault = Fault(122);
    pub(super) const EXPIRATION: Fault = Fault(125);
    pub(super) const END_POINT: Fault = Fault(130);
    pub(super) const END_POINT_URL: Fault = Fault(131);
    pub(super) const END_POINT_EXPIRATION: Fault = Fault(132);
    pub(super) const SUBSCRIPTION: Fault = Fault(133);
    pub(super) const END_POINT_OF_ANOTHER: Fault = Fault(134);
    pub(super) const SUBSCRIPTION_TYPE: Fault = Fault(136);
    pub(super) const SUBSCRIPTION_GONE: Fault = Fault(137);
    pub(super) const NO_END_POINTS: Fault = Fault(138);
    pub(super) const SUBSCRIPTION_OF_ANOTHER: Fault = Fault(142);
    pub(super) const END_POINT_GONE: Fault = Fault(144);
    pub(super) const NOT_SUBSCRIBED: Fault = Fault(145);
    pub(super) const RICH_NOT_SET: Fault = Fault(161);
    pub(super) const NO_CONTACTS: Fault = Fault(135);
    pub(super) const NEEDS_APPLICATION: Fault = Fault(140);
    pub(super) const NEEDS_END_USER: Fault = Fault(141);
    pub(super) const CONTACT_MALFORMED: Fault = Fault(143);
    pub(super) const TOO_MANY_CONTACTS: Fault = Fault(146);
    pub(super) const NO_SUCH_OPERATION: Fault = Fault(150);
    pub(super) const ALREADY_IN: Fault = Fault(160);

    /// The service's own words for the fault.
    pub fn words(self) -> &'static str {
        match self.0 {
            100 => "The request carries no session key",
            101 => "The session key is not valid",
            102 => "The request is not a SOAP message",
            103 => "The request does not agree with the schema",
            110 => "The presence type is not valid",
            111 => "The password is not valid",
            112 => "The login type is not valid",
            113 => "The user name is not valid",
            114 => "The login failed",
            115 => "The presence status is not valid",
            120 => "The presence information is missing",
            121 => "AVAILABLE can not override",
            122 => "DND has to override",
            124 => "A contact URI has no domain",
            125 => "The expiration is out of range",
            130 => "The end point id is not valid",
            131 => "The URL of the end point is not valid",
            132 => "The expiration of the end point is out of range",
            133 => "The subscription id is not valid",
            134 => "The end point belongs to another application user",
            135 => "The request names no contacts",
            136 => "The subscription type is not valid",
            137 => "The subscription is gone",
            138 => "No more end points are available",
            139 => "No more subscriptions are available",
            140 => "This request needs an application user",
            141 => "This request needs an end user",
            142 => "The subscription belongs to another user",
            143 => "A contact URI is malformed",
            144 => "The end point is gone",
            145 => "The contact is not part of the subscription",
            146 => "The request names too many contacts",
            147 | 148 => "A contact is not accepted",
            150 => "No such operation",
            160 => "The user is logged in already",
            161 | 162 | 204 => "Setting the presence was refused",
            200..=203 | 205..=207 | 209 => "Internal server error",
            208 => "The login failed on the server",
            210 => "The CPU limit of the server is reached",
            211 => "No more SIP subscriptions are available",
            212 => "Too many requests a second",
            _ => "Error",
        }
    }

    /// Whether the service answers with HTTP 503.
    pub(super) fn means_overload(self) -> bool {
        matches!(self.0, 210 | 212)
    }

    /// The SOAP `Fault` element, in the words of a version of SOAP.
    pub(super) fn element(self, version: Version, shape: Shape) -> Element {
        let Fault(code) = self;
        let string = match shape {
            Shape::Detail => self.words().to_owned(),
            Shape::FaultString => code.to_string(),
            Shape::Words => format!("{}. (Error code: {code})", self.words()),
        };
        let details = match shape {
            Shape::Detail => vec![
                Element::new(SERVICE, "errorCode").with_text(code.to_string()),
                Element::new(SERVICE, "errorMessage").with_text(self.words()),
            ],
            Shape::FaultString => {
                vec![Element::new(SERVICE, "errorMessage").with_text(self.words())]
            }
            Shape::Words => vec![],
        };
        // 2xx are the server's own troubles; the others are the caller's doing.
        let callers = code < 200;
        let soap = version.namespace();
        match version {
            Version::Soap11 => {
                let side = if callers { "Client" } else { "Server" };
                let fault = Element::new(soap, "Fault")
                    .with(Element::new("", "faultcode").with_text(format!("SOAP-ENV:{side}")))
                    .with(Element::new("", "faultstring").with_text(string));
                if details.is_empty() {
                    fault
                } else {
                    fault.with(Element::new("", "detail").with_all(details))
                }
            }
            Version::Soap12 => {
                let side = if callers { "Sender" } else { "Receiver" };
                let code = Element::new(soap, "Value").with_text(format!("SOAP-ENV:{side}"));
                let text = Element::new(soap, "Text")
                    .with_attribute("xml:lang", "en")
                    .with_text(string);
                let fault = Element::new(soap, "Fault")
                    .with(Element::new(soap, "Code").with(code))
                    .with(Element::new(soap, "Reason").with(text));
                if details.is_empty() {
                    fault
                } else {
                    fault.with(Element::new(soap, "Detail").with_all(details))
                }
            }
        }
    }
}
