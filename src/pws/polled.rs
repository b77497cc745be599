//! What `getPolledPresence` and `getSubscribedPresence` answer for each contact.

use std::sync::Arc;

use super::envelope::{elements, service};
use super::error::Error;
use super::kept::Receipt;
use super::reader::Reader;
use crate::presence::tree::Node;
use crate::presence::{Address, Document, Presence, attribute, decode, read_document_node};

/// The answer for one contact.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Whose presence it is; `None` where the answer has no readable address.
    pub address: Option<Address>,
    /// The presence; or why it cannot be read.
    pub said: Result<Said, String>,
    /// For a document that was read: keeps the composed presence for the next time.
    pub receipt: Option<Receipt>,
}

/// The presence of a contact, in the form in which it came.
#[derive(Clone, Debug)]
pub enum Said {
    /// A document.
    Rich(Box<Document>),
    /// A document that is unchanged since [`Receipt::keep`]: the presence that was kept.
    Unchanged(Arc<Presence>),
    /// One word.
    Basic(Box<Presence>),
}

/// Reads the body of an answer to `getPolledPresence`: one entry for each contact that is in it.
/// `charset` is the encoding that the content type names.
///
/// Each document is read alone, so that only those are unreadable that are.
///
/// # Errors
/// [`Error::Fault`] for a fault; else what makes the whole unreadable.
pub fn read_polled_presence(body: &[u8], charset: Option<&str>) -> Result<Vec<Contact>, Error> {
    Reader::default().read(&decode(body, charset))
}

/// Reads the basic statuses of a `getPolledPresenceResponse`, or of the answer to another operation
/// of the same form.
pub(super) fn read_basic(node: Node<'_, '_>) -> Result<Vec<Contact>, Error> {
    let mut contacts = Vec::new();
    let responses = elements(node).filter(|node| service(*node) == Some("presenceResponse"));
    for list in responses.flat_map(elements) {
        if service(list) == Some("basicPresenceList") {
            let named = elements(list).filter(|node| service(*node) == Some("contact"));
            contacts.extend(named.map(basic));
        }
    }
    Ok(contacts)
}

/// The contact of a document that was parsed into a tree.
pub(super) fn rich(node: Node<'_, '_>) -> Contact {
    match read_document_node(node) {
        Ok(document) => Contact {
            address: document.entity.clone(),
            said: Ok(Said::Rich(Box::new(document))),
            receipt: None,
        },
        Err(error) => Contact {
            address: attribute(node, "entity").and_then(|entity| Address::parse(entity).ok()),
            said: Err(error.to_string()),
            receipt: None,
        },
    }
}

fn basic(node: Node<'_, '_>) -> Contact {
    let address = attribute(node, "contactURI");
    let status = attribute(node, "presenceStatus").unwrap_or_default();
    Contact {
        address: address.and_then(|address| Address::parse(address).ok()),
        said: Ok(Said::Basic(Box::new(Presence::basic(status)))),
        receipt: None,
    }
}
