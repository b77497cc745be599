//! The faults of the service: their numbers, words, and the shapes they come in.

use super::envelope::{SERVICE, Version};
use super::xml::Element;

/// A fault of the Presence Web Service, by the number in its documented table of errors.
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
    /// Nowhere: there are words alone.
    Unnumbered,
}

impl Shape {
    /// Every shape that has the number.
    pub const ALL: [Shape; 3] = [Shape::Detail, Shape::FaultString, Shape::Words];
}

impl Fault {
    pub(super) const NO_KEY: Fault = Fault(100);
    pub(super) const KEY_NOT_VALID: Fault = Fault(101);
    pub(super) const NOT_XML: Fault = Fault(102);
    pub(super) const ROOT_ELEMENT: Fault = Fault(103);
    pub(super) const PRESENCE_TYPE: Fault = Fault(110);
    pub(super) const PASSWORD_EMPTY: Fault = Fault(111);
    pub(super) const LOGIN_TYPE: Fault = Fault(112);
    pub(super) const USER_NAME_EMPTY: Fault = Fault(113);
    pub(super) const LOGIN_FAILED: Fault = Fault(114);
    pub(super) const PRESENCE_EMPTY: Fault = Fault(115);
    pub(super) const PRESENCE_DATA: Fault = Fault(120);
    pub(super) const AVAILABLE_OVERRIDES: Fault = Fault(121);
    pub(super) const DND_DOES_NOT_OVERRIDE: Fault = Fault(122);
    pub(super) const RENEWAL_WITH_URL: Fault = Fault(123);
    pub(super) const CONTACT_MALFORMED: Fault = Fault(124);
    pub(super) const OVERRIDE: Fault = Fault(125);
    pub(super) const URL_EMPTY: Fault = Fault(130);
    pub(super) const EXPIRATION: Fault = Fault(131);
    pub(super) const END_POINT_UNKNOWN: Fault = Fault(132);
    pub(super) const SUBSCRIPTION_UNKNOWN: Fault = Fault(133);
    pub(super) const SUBSCRIPTION_TYPE: Fault = Fault(134);
    pub(super) const NUMBER_OF_CONTACTS: Fault = Fault(135);
    pub(super) const END_POINT_OF_ANOTHER: Fault = Fault(136);
    pub(super) const SUBSCRIPTION_OF_ANOTHER: Fault = Fault(137);
    pub(super) const NO_END_POINTS: Fault = Fault(138);
    pub(super) const NEEDS_END_USER: Fault = Fault(140);
    pub(super) const NEEDS_APPLICATION: Fault = Fault(141);
    pub(super) const URL_WITH_SPACES: Fault = Fault(142);
    pub(super) const CONTACT_EMPTY: Fault = Fault(143);
    pub(super) const NOT_SUBSCRIBED: Fault = Fault(144);
    pub(super) const NOTHING_TO_RENEW: Fault = Fault(145);
    pub(super) const NO_CONTACT_LIST: Fault = Fault(146);
    pub(super) const LIST_ELEMENT: Fault = Fault(147);
    pub(super) const LIST_ATTRIBUTE: Fault = Fault(148);
    pub(super) const BODY_NOT_READ: Fault = Fault(150);
    pub(super) const ALREADY_IN: Fault = Fault(160);
    pub(super) const OVERRIDE_TUPLE: Fault = Fault(161);
    pub(super) const SOURCE: Fault = Fault(162);
    pub(super) const NOT_REGISTERED: Fault = Fault(209);

    /// The service's own words for the fault.
    pub fn words(self) -> &'static str {
        match self.0 {
            100 => "No session key",
            101 => "Session key is not valid",
            102 => "The XML cannot be parsed",
            103 => "Wrong root element",
            110 => "Presence type is neither BASIC_PRESENCE nor RICH_PRESENCE",
            111 => "Password is empty",
            112 => "Neither an application user's nor an end user's login",
            113 => "User name is empty",
            114 => "Login failed",
            115 => "Basic presence is empty",
            120 => "Presence data is not valid",
            121 => "AVAILABLE with override",
            122 => "DND without override",
            123 => "Endpoint is renewed with a url",
            124 => "Contact is malformed",
            125 => "Override is neither true nor false",
            130 => "Endpoint url is empty",
            131 => "Expiration is not between 3600 and 86400",
            132 => "Endpoint is not known",
            133 => "Subscription is not known",
            134 => "Subscription type is not PRESENCE_NOTIFICATION",
            135 => "Number of contacts is out of range",
            136 => "Endpoint belongs to another session",
            137 => "Subscription belongs to another session",
            138 => "No free endpoints",
            139 => "No free subscriptions",
            140 => "An end user is needed",
            141 => "An application user is needed",
            142 => "Endpoint url contains spaces",
            143 => "Contact is empty",
            144 => "Contact is not part of the subscription",
            145 => "Neither expiration nor contacts are given",
            146 => "No contact list",
            147 => "Element in the contact list is not valid",
            148 => "Attribute in the contact list is not valid",
            150 => "The body cannot be read",
            160 => "User is already logged in",
            161 => "Override tuple is not named pws-override or pws-persistent",
            162 => "Source element is wrong",
            200 => "Internal server error",
            201 => "Unregister failed",
            202 => "Subscribe failed",
            203 => "Unsubscribe failed",
            204 => "The server could not set the presence",
            205 => "Logout failed",
            206 => "No number for an endpoint",
            207 => "No number for a subscription",
            208 => "The server could not log in",
            209 => "Registering failed",
            210 => "CPU limit is reached",
            211 => "No free SIP subscriptions",
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
            Shape::Detail | Shape::Unnumbered => self.words().to_owned(),
            Shape::FaultString => code.to_string(),
            Shape::Words => format!("{}. (Error code: {code})", self.words()),
        };
        let message = || Element::new(SERVICE, "errorMessage").with_text(self.words());
        let details = match shape {
            Shape::Detail => vec![
                Element::new(SERVICE, "errorCode").with_text(code.to_string()),
                message(),
            ],
            Shape::FaultString => vec![message()],
            Shape::Words | Shape::Unnumbered => vec![],
        };
        // 2xx are the server's own troubles; the others are the caller's doing.
        let side = if code < 200 {
            Side::Caller
        } else {
            Side::Server
        };
        element(version, side, string, details)
    }
}

/// Whose doing a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Caller,
    Server,
}

/// A SOAP `Fault` element.
pub(super) fn element(
    version: Version,
    side: Side,
    string: String,
    details: Vec<Element>,
) -> Element {
    let soap = version.namespace();
    let value = match (version, side) {
        (Version::Soap11, Side::Caller) => "SOAP-ENV:Client",
        (Version::Soap11, Side::Server) => "SOAP-ENV:Server",
        (Version::Soap12, Side::Caller) => "SOAP-ENV:Sender",
        (Version::Soap12, Side::Server) => "SOAP-ENV:Receiver",
    };
    let (fault, detail) = match version {
        Version::Soap11 => (
            Element::new(soap, "Fault")
                .with(Element::new("", "faultcode").with_text(value))
                .with(Element::new("", "faultstring").with_text(string)),
            Element::new("", "detail"),
        ),
        Version::Soap12 => {
            let code = Element::new(soap, "Value").with_text(value);
            let text = Element::new(soap, "Text")
                .with_attribute("xml:lang", "en")
                .with_text(string);
            (
                Element::new(soap, "Fault")
                    .with(Element::new(soap, "Code").with(code))
                    .with(Element::new(soap, "Reason").with(text)),
                Element::new(soap, "Detail"),
            )
        }
    };
    if details.is_empty() {
        fault
    } else {
        fault.with(detail.with_all(details))
    }
}
