//! What an answer of `getPolledPresence` says of each contact, even where one of the documents in
//! it is beyond reading.

use roxmltree::Node;

use super::envelope::{
    elements, expect_one_of, is_cut_short, parse, read_tree, service, unreadable,
};
use super::error::Error;
use super::salvage::salvage;
use crate::presence::{Address, Document, Presence, attribute, decode, read_document_node};

/// What a poll says of one contact.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Who; `None` where the answer does not say it readably.
    pub address: Option<Address>,
    /// What is said; or why that cannot be read.
    pub said: Result<Said, String>,
}

/// What is said of a contact.
#[derive(Clone, Debug)]
pub enum Said {
    /// A document.
    Rich(Box<Document>),
    /// One word.
    Basic(Box<Presence>),
}

/// Reads the body of an answer to `getPolledPresence`: one entry for each contact that is in it.
/// `charset` is what the content type says of the encoding.
///
/// A document that is not well-formed XML makes the whole answer so; then each document is read
/// by itself, and only those are unreadable that are.
///
/// # Errors
/// [`Error::Fault`] for a fault; else what makes the whole unreadable.
pub fn read_polled_presence(body: &[u8], charset: Option<&str>) -> Result<Vec<Contact>, Error> {
    read_polled(&decode(body, charset))
}

pub(super) fn read_polled(text: &str) -> Result<Vec<Contact>, Error> {
    match parse(text) {
        Ok(tree) => read_tree(&tree, read_contacts),
        // Declarations of types stand before everything, so no single document is at fault.
        Err(error @ roxmltree::Error::DtdDetected) => Err(unreadable(text, &error)),
        Err(error) if is_cut_short(&error) => Err(unreadable(text, &error)),
        // Without a single document in it, it is no such answer, and its own error tells more.
        Err(error) => salvage(text).ok_or_else(|| unreadable(text, &error)),
    }
}

/// Reads a `getPolledPresenceResponse`, or the answer to another operation of the same form.
pub(super) fn read_contacts(node: Node<'_, '_>) -> Result<Vec<Contact>, Error> {
    expect_one_of(
        node,
        &["getPolledPresenceResponse", "getSubscribedPresenceResponse"],
    )?;
    let mut contacts = Vec::new();
    let responses = elements(node).filter(|node| service(*node) == Some("presenceResponse"));
    for list in responses.flat_map(elements) {
        match service(list) {
            Some("richPresenceList") => contacts.extend(elements(list).map(rich)),
            Some("basicPresenceList") => {
                let named = elements(list).filter(|node| service(*node) == Some("contact"));
                contacts.extend(named.map(basic));
            }
            _ => {}
        }
    }
    Ok(contacts)
}

fn rich(node: Node<'_, '_>) -> Contact {
    match read_document_node(node) {
        Ok(document) => Contact {
            address: document.entity.clone(),
            said: Ok(Said::Rich(Box::new(document))),
        },
        Err(error) => Contact {
            address: attribute(node, "entity").and_then(|entity| Address::parse(entity).ok()),
            said: Err(error.to_string()),
        },
    }
}

fn basic(node: Node<'_, '_>) -> Contact {
    let address = attribute(node, "contactURI");
    let status = attribute(node, "presenceStatus").unwrap_or_default();
    Contact {
        address: address.and_then(|address| Address::parse(address).ok()),
        said: Ok(Said::Basic(Box::new(Presence::basic(status)))),
    }
}
