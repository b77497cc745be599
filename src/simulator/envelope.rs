//! SOAP envelopes: a request read, an answer or a fault written in the same version.

use roxmltree::{Document, Node};

use super::fault::{Fault, Shape};
use super::schema::{self, Refusal};
use super::xml::Element;

/// The namespace of the service's own elements.
pub(super) const SERVICE: &str = "urn:cisco:cup:presence:soap";

/// The version of SOAP, by the namespace of the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// SOAP 1.1.
    Soap11,
    /// SOAP 1.2.
    Soap12,
}

impl Version {
    /// The namespace of the envelope.
    pub fn namespace(self) -> &'static str {
        match self {
            Version::Soap11 => "http://schemas.xmlsoap.org/soap/envelope/",
            Version::Soap12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }

    /// The content type of messages.
    pub fn content_type(self) -> &'static str {
        match self {
            Version::Soap11 => "text/xml; charset=utf-8",
            Version::Soap12 => "application/soap+xml; charset=utf-8",
        }
    }

    fn encoding_namespace(self) -> &'static str {
        match self {
            Version::Soap11 => "http://schemas.xmlsoap.org/soap/encoding/",
            Version::Soap12 => "http://www.w3.org/2003/05/soap-encoding",
        }
    }
}

/// An operation of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// `login`, of either kind of user.
    Login,
    /// `logout`.
    Logout,
    /// `getPolledPresence`.
    GetPolledPresence,
    /// `setPresence`.
    SetPresence,
    /// `registerEndPoint`.
    RegisterEndPoint,
    /// `unregisterEndPoint`.
    UnregisterEndPoint,
    /// `subscribe`.
    Subscribe,
    /// `unsubscribe`.
    Unsubscribe,
    /// `getSubscribedPresence`.
    GetSubscribedPresence,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Operation; 9] = [
        Operation::Login,
        Operation::Logout,
        Operation::GetPolledPresence,
        Operation::SetPresence,
        Operation::RegisterEndPoint,
        Operation::UnregisterEndPoint,
        Operation::Subscribe,
        Operation::Unsubscribe,
        Operation::GetSubscribedPresence,
    ];

    /// The local name of its element.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Login => "login",
            Operation::Logout => "logout",
            Operation::GetPolledPresence => "getPolledPresence",
            Operation::SetPresence => "setPresence",
            Operation::RegisterEndPoint => "registerEndPoint",
            Operation::UnregisterEndPoint => "unregisterEndPoint",
            Operation::Subscribe => "subscribe",
            Operation::Unsubscribe => "unsubscribe",
            Operation::GetSubscribedPresence => "getSubscribedPresence",
        }
    }
}

/// A request: what is asked, by whom, with which parameters.
pub(super) struct Call<'a> {
    pub(super) operation: Operation,
    pub(super) session_key: Option<&'a str>,
    pub(super) parameters: Node<'a, 'a>,
}

/// The version of SOAP of a message; 1.1 where it is unknown, as gSOAP does.
pub(super) fn version_of(document: &Document) -> Version {
    match document.root_element().tag_name().namespace() {
        Some(namespace) if namespace == Version::Soap12.namespace() => Version::Soap12,
        _ => Version::Soap11,
    }
}

/// Reads a request.
pub(super) fn read<'a>(document: &'a Document<'a>) -> Result<Call<'a>, Refusal> {
    let soap = version_of(document).namespace();
    let envelope = document.root_element();
    if !envelope.has_tag_name((soap, "Envelope")) {
        return Err(Fault::ROOT_ELEMENT.into());
    }
    let part = |name: &str| envelope.children().find(|n| n.has_tag_name((soap, name)));
    let session_key = part("Header")
        .and_then(|header| child(header, "session-key"))
        .map(text);
    let parameters = part("Body")
        .and_then(|body| body.first_element_child())
        .ok_or_else(|| Refusal::occurrence("SOAP-ENV:Body"))?;
    let operation = Operation::ALL
        .into_iter()
        .find(|operation| parameters.has_tag_name((SERVICE, operation.name())))
        .ok_or_else(|| Refusal::no_method(parameters.tag_name().name()))?;
    schema::check(operation, parameters)?;
    Ok(Call {
        operation,
        session_key,
        parameters,
    })
}

/// The child element of the service's namespace with a name.
pub(super) fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|n| n.has_tag_name((SERVICE, name)))
}

/// The text of an element, without the white space around it.
pub(super) fn text<'a>(node: Node<'a, 'a>) -> &'a str {
    node.text().unwrap_or_default().trim()
}

/// Writes an answer.
pub(super) fn answer(version: Version, operation: Operation, result: Element) -> String {
    // The service writes an empty header where the request had to carry one.
    let header = match operation {
        Operation::Login => None,
        _ => Some(Element::new(version.namespace(), "Header")),
    };
    envelope(version, header, result)
}

/// Writes a fault.
pub(super) fn fault(version: Version, refusal: Refusal, shape: Shape) -> String {
    let element = match refusal {
        Refusal::Fault(fault) => fault.element(version, shape),
        Refusal::Gsoap(words) => Refusal::gsoap_element(version, words),
    };
    envelope(version, None, element)
}

fn envelope(version: Version, header: Option<Element>, content: Element) -> String {
    let soap = version.namespace();
    let envelope = Element::new(soap, "Envelope")
        .with_prefixes(&[
            (soap, "SOAP-ENV"),
            (version.encoding_namespace(), "SOAP-ENC"),
            ("http://www.w3.org/2001/XMLSchema-instance", "xsi"),
            ("http://www.w3.org/2001/XMLSchema", "xsd"),
            (SERVICE, "cup"),
        ])
        .with_all(header)
        .with(Element::new(soap, "Body").with(content));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
        envelope.to_xml()
    )
}
