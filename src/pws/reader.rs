//! Reads the answers of a service document by document, even where one of them is beyond reading.

use super::envelope::{is_cut_short, read_tree, service, unreadable};
use super::error::Error;
use super::kept::Kept;
use super::polled::{Contact, Said, read_basic, rich};
use super::salvage;
use crate::presence::markup::Flaw;
use crate::presence::tree::{Builder, Node};
use crate::presence::{DocumentError, LARGEST};

/// No board asks for as many contacts: an answer that lists more is none to its question.
const MOST_CONTACTS: usize = 1 << 15;

/// Reads the answers of one service.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    steps: u64,
    kept: Kept,
}

/// The documents of one list, which have the same around them.
struct List<'t> {
    document: Builder<'t>,
    /// The fingerprint of what is declared around.
    around: u64,
}

impl Reader {
    /// How many steps all reading has taken: each looks at one byte, one part of XML or one node
    /// of a tree. They grow no faster than the answers.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Reads the text of an answer to a poll (see [`super::read_polled_presence`]).
    ///
    /// # Errors
    /// As [`super::read_polled_presence`].
    pub fn read(&mut self, text: &str) -> Result<Vec<Contact>, Error> {
        self.read_answer(text, "getPolledPresenceResponse")
    }

    /// The same of another answer of this form, by the name of its element.
    ///
    /// # Errors
    /// As [`super::read_polled_presence`].
    pub(super) fn read_answer(&mut self, text: &str, answer: &str) -> Result<Vec<Contact>, Error> {
        let mut contacts = Vec::new();
        let mut envelope = Builder::new(text);
        let mut list = None;
        let flaw = loop {
            if envelope.innermost().is_some_and(is_list) && envelope.tokens().is_at_start_tag() {
                if contacts.len() >= MOST_CONTACTS {
                    self.steps += leave(&mut list) + envelope.finish().steps();
                    let words = format!("it lists more than {MOST_CONTACTS} contacts");
                    return Err(Error::NotSoap(words));
                }
                let list = list.get_or_insert_with(|| List {
                    document: envelope.inside(),
                    around: self.kept.print_of(envelope.declared()),
                });
                contacts.push(self.read_next(&mut envelope, list));
                continue;
            }
            match envelope.step() {
                Ok(true) if envelope.innermost().is_some_and(is_list) => {}
                Ok(true) => self.steps += leave(&mut list),
                Ok(false) => break None,
                Err(flaw) => break Some(envelope.tokens().flawed(flaw)),
            }
        };
        self.steps += leave(&mut list);
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
        let basic = read_tree(&envelope, answer, read_basic)?;
        contacts.extend(basic);
        Ok(contacts)
    }

    /// Reads the document that comes next, unless it is unchanged.
    fn read_next<'t>(&mut self, envelope: &mut Builder<'t>, list: &mut List<'t>) -> Contact {
        let text = envelope.tree().text();
        let start = envelope.tokens().at();
        let entity = salvage::written_entity(&text[start..]);
        let known = entity.and_then(|entity| self.kept.find(entity, list.around, &text[start..]));
        if let Some((length, address, presence)) = known {
            self.steps += length as u64;
            envelope.tokens().go_to(start + length);
            return Contact {
                address: Some(address),
                said: Ok(Said::Unchanged(presence)),
                receipt: None,
            };
        }
        let mut contact = self.read_document(envelope, &mut list.document);
        let document = &text[start..envelope.tokens().at()];
        if contact.said.is_ok() {
            let receipt = |entity| self.kept.receipt(entity, list.around, document);
            contact.receipt = entity.map(receipt);
        }
        contact
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
                    receipt: None,
                };
                (contact, end)
            }
        };
        envelope.tokens().go_to(end);
        contact
    }
}

/// Leaves a list. Returns how many steps its documents took.
fn leave(list: &mut Option<List<'_>>) -> u64 {
    list.take().map_or(0, |list| list.document.tree().steps())
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
