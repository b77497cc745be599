//! What gSOAP refuses before the service itself sees a request: operations that there are none of,
//! and parameters that are not in the service's description.

use roxmltree::Node;

use super::envelope::{Operation, SERVICE, Version, child};
use super::fault::{self, Fault, Side};
use super::xml::Element;
use crate::presence::clean;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// By the service, with a number of its table of errors.
    Fault(Fault),
    /// By gSOAP, in these words and without a number.
    Gsoap(String),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        Refusal::Fault(fault)
    }
}

impl Refusal {
    /// There is no such operation.
    pub(super) fn no_method(name: &str) -> Refusal {
        Refusal::Gsoap(format!(
            "Method '{}' not implemented: method name or namespace not recognized",
            clean(name)
        ))
    }

    fn violation(what: &str, element: &str) -> Refusal {
        Refusal::Gsoap(format!(
            "Validation constraint violation: {what} in element '{}'",
            clean(element)
        ))
    }

    /// The element does not belong there.
    fn unknown(element: &str) -> Refusal {
        Refusal::violation("tag name or namespace mismatch", element)
    }

    /// The element has to be there, or more often, or less often.
    pub(super) fn occurrence(element: &str) -> Refusal {
        Refusal::violation("occurrence violation", element)
    }

    /// The element holds no value of its type.
    pub(super) fn type_of(element: &str) -> Refusal {
        Refusal::violation("data type mismatch", element)
    }

    /// The SOAP `Fault` element that gSOAP writes.
    pub(super) fn gsoap_element(version: Version, words: String) -> Element {
        fault::element(version, Side::Caller, words, vec![])
    }
}

/// The parameters that an operation's element may hold.
pub(super) fn parameters_of(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::Login => &["username", "password", "app-session-id"],
        Operation::Logout => &[],
        Operation::GetPolledPresence => &["contactsList", "presenceType"],
        Operation::SetPresence => &["presenceType", "presenceInfo", "expiration"],
        Operation::RegisterEndPoint => &["url", "endPointID", "expiration"],
        Operation::UnregisterEndPoint => &["endPointID"],
        Operation::Subscribe => &[
            "contactsList",
            "subscriptionType",
            "expiration",
            "endPointID",
            "subscriptionID",
        ],
        Operation::Unsubscribe => &["unsubscribeRequest"],
        Operation::GetSubscribedPresence => &["subscriptionID", "presenceType"],
    }
}

/// The parameters that are structures themselves, and what they may hold.
pub(super) const STRUCTURES: [(&str, &[&str]); 2] = [
    (
        "presenceInfo",
        &["basicPresence", "richPresence", "override"],
    ),
    (
        "unsubscribeRequest",
        &["subscriptionID", "contactsList", "unsubscribeAll"],
    ),
];

/// Checks the parameters of a request: each known, and none of them twice.
pub(super) fn check(operation: Operation, parameters: Node<'_, '_>) -> Result<(), Refusal> {
    check_children(parameters, parameters_of(operation))?;
    for (name, allowed) in STRUCTURES {
        if let Some(structure) = child(parameters, name) {
            check_children(structure, allowed)?;
        }
    }
    Ok(())
}

fn check_children(parent: Node<'_, '_>, allowed: &[&str]) -> Result<(), Refusal> {
    let mut seen: Vec<&str> = vec![];
    for node in parent.children().filter(Node::is_element) {
        let name = node.tag_name().name();
        if node.tag_name().namespace() != Some(SERVICE) || !allowed.contains(&name) {
            return Err(Refusal::unknown(name));
        }
        if seen.contains(&name) {
            return Err(Refusal::occurrence(name));
        }
        seen.push(name);
    }
    Ok(())
}
