//! What an answer of `getPolledPresence` says of each contact, even where one of the documents in
//! it is beyond reading.

use super::envelope::{elements, expect_one_of, is_cut_short, read_tree, service, unreadable};
use super::error::Error;
use super::salvage;
use crate::presence::markup::Flaw;
use crate::presence::tree::{Builder, Node};
use crate::presence::{
    Address, Document, DocumentError, LARGEST, Presence, attribute, decode, read_document_node,
};

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
    let mut reader = Reader::default();
    reader.read(text)
}

/// Reads the answers of one service.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    steps: u64,
}

impl Reader {
    /// How many steps all reading has taken: each looks at one byte, one part of XML or one node
    /// of a tree. They grow no faster than the answers.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Reads the text of an answer (see [`read_polled_presence`]).
    ///
    /// # Errors
    /// As [`read_polled_presence`].
    pub fn read(&mut self, text: &str) -> Result<Vec<Contact>, Error> {
        let mut contacts = Vec::new();
        let mut envelope = Builder::new(text);
        // For the documents of one list, which have the same around them.
        let mut inside = None;
        let flaw = loop {
            if envelope.innermost().is_some_and(is_list) && envelope.tokens().is_at_start_tag() {
                let document = inside.get_or_insert_with(|| envelope.inside());
                contacts.push(self.read_document(&mut envelope, document));
                continue;
            }
            match envelope.step() {
                Ok(true) if envelope.innermost().is_some_and(is_list) => {}
                Ok(true) => self.steps += leave(&mut inside),
                Ok(false) => break None,
                Err(flaw) => break Some(envelope.tokens().flawed(flaw)),
            }
        };
        self.steps += leave(&mut inside);
        let open = envelope.open_names();
        let envelope = envelope.finish();
        self.steps += envelope.steps();
        if let Some(flaw) = flaw {
            // What a document leaves open swallows the rest, but an answer that the connection
            // cut short does not end as it should.
            let ends = open.first().is_some_and(|root| is_ended_by(text, root));
            if contacts.is_empty() || flaw.flaw == Flaw::Types || is_cut_short(&flaw) && !ends {
                return Err(unreadable(text, &flaw));
            }
        }
        let basic = read_tree(&envelope, read_basic)?;
        contacts.extend(basic);
        Ok(contacts)
    }

    /// Reads the document that comes next, alone: what is wrong with it is wrong with no other.
    fn read_document<'t>(
        &mut self,
        envelope: &mut Builder<'t>,
        document: &mut Builder<'t>,
    ) -> Contact {
        let text = envelope.tree().text();
        let start = envelope.tokens().at();
        let limit = text.floor_char_boundary(start.saturating_add(LARGEST));
        let read = document.read_element(start, limit);
        let (contact, end) = match read {
            Ok(end) => (rich(document.tree().root_element()), end),
            Err(flaw) => {
                let (end, steps) = salvage::end(document, &envelope.open_names());
                self.steps += steps;
                let error = if end - start > LARGEST {
                    DocumentError::TooLarge
                } else {
                    DocumentError::Xml(flaw.to_string())
                };
                let contact = Contact {
                    address: salvage::entity(&text[start..end]),
                    said: Err(error.to_string()),
                };
                (contact, end)
            }
        };
        envelope.tokens().go_to(end);
        contact
    }
}

/// Leaves a list. Returns how many steps its documents took.
fn leave(inside: &mut Option<Builder<'_>>) -> u64 {
    inside
        .take()
        .map_or(0, |documents| documents.tree().steps())
}

/// Whether the text ends with the end of its root element.
fn is_ended_by(text: &str, root: &str) -> bool {
    let end = text.trim_end().strip_suffix('>').map(str::trim_end);
    end.and_then(|end| end.strip_suffix(root))
        .is_some_and(|rest| rest.ends_with("</"))
}

/// Whether documents stand in an element.
fn is_list(node: Node<'_, '_>) -> bool {
    service(node) == Some("richPresenceList")
}

/// Reads the basic statuses of a `getPolledPresenceResponse`, or of the answer to another operation
/// of the same form.
fn read_basic(node: Node<'_, '_>) -> Result<Vec<Contact>, Error> {
    expect_one_of(
        node,
        &["getPolledPresenceResponse", "getSubscribedPresenceResponse"],
    )?;
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
