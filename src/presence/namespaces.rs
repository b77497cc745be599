//! Which namespaces a presence document is written in, and how far each is trusted.
//!
//! Elements are matched by local name within the known family: the standards, the drafts of them
//! that are still sent, and Cisco's. A namespace that only resembles one of them is read too, but
//! what is read there never makes anybody available by default.

use super::tree::Node;

const STANDARDS: &str = "urn:ietf:params:xml:ns:pidf";
const CISCOS: &str = "urn:cisco:params:xml:ns:pidf";
const CISCO_RPID: &str = "urn:cisco:params:xml:ns:pidf:rpid";
const DATA_MODEL: &str = "urn:ietf:params:xml:ns:pidf:data-model";
/// The namespace of the answer around the documents, which a document without one inherits.
const ENVELOPE: &str = "urn:cisco:cup:presence:soap";

/// How an element's namespace stands to PIDF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// PIDF, its extensions and drafts of both, or Cisco's.
    Known,
    /// None at all.
    Absent,
    /// Not known, but named like one that is.
    Alike,
    /// XMPP, whose `show` gateways write into `status` (RFC 8048).
    Xmpp,
    /// The Open Mobile Alliance's extension: willingness.
    Oma,
    /// Microsoft's: availability in numbers.
    Microsoft,
    /// Anything else.
    Foreign,
}

impl Standing {
    /// The standing of an element's namespace.
    pub fn of(node: Node<'_, '_>) -> Standing {
        node.standing()
    }

    /// The standing of a namespace by its name; an empty one is none.
    pub fn of_namespace(namespace: &str) -> Standing {
        // The usual ones first, for each declaration comes here.
        match namespace {
            STANDARDS | CISCO_RPID | DATA_MODEL => return Standing::Known,
            "" | ENVELOPE => return Standing::Absent,
            "jabber:client" | "jabber:component:accept" | "jabber:server" => return Standing::Xmpp,
            _ => {}
        }
        if let Some(rest) = namespace.strip_prefix(STANDARDS) {
            return of_standards(rest);
        }
        if let Some("" | ":rpid" | ":source") = namespace.strip_prefix(CISCOS) {
            return Standing::Known;
        }
        if namespace.starts_with("urn:oma:xml:") {
            return Standing::Oma;
        }
        if namespace.starts_with("http://schemas.microsoft.com/") {
            return Standing::Microsoft;
        }
        let part = |part: &&str| contains(namespace, part);
        if ["pidf", "rpid", "presence"].iter().any(part) {
            Standing::Alike
        } else {
            Standing::Foreign
        }
    }

    /// Whether an element of this standing is read by its local name like one of PIDF.
    pub fn is_read(self) -> bool {
        matches!(self, Standing::Known | Standing::Absent | Standing::Alike)
    }
}

/// The standing of a namespace that begins like PIDF's, by what follows.
fn of_standards(rest: &str) -> Standing {
    let is_draft_of_rpid = |rest: &str| {
        let rpid = rest.strip_prefix(":status").unwrap_or(rest);
        let after = rpid.strip_prefix(":rpid");
        after.is_some_and(|after| after.is_empty() || after.starts_with([':', '-']))
    };
    match rest {
        "" | ":data-model" | ":person" | ":cipid" | ":servcaps" | ":caps" | ":status"
        | ":timed-status" => Standing::Known,
        _ if is_draft_of_rpid(rest) => Standing::Known,
        _ => Standing::Alike,
    }
}

/// Whether a text contains a word of ASCII, in any case.
fn contains(text: &str, word: &str) -> bool {
    let mut windows = text.as_bytes().windows(word.len());
    windows.any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

/// What is odd about a document: it is read all the same, and the details say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Oddities {
    /// Something of the document has no namespace.
    pub without_namespace: bool,
    /// A namespace that is not known and was read because it is named like one that is, or because
    /// the element stands where only one of PIDF can: the first.
    pub unfamiliar: Option<String>,
    /// Words in a place that decides, and in no catalogue: the first.
    pub unclear: Option<String>,
    /// The person does not want to be reached (OMA `willingness`).
    pub not_willing: bool,
}

impl Oddities {
    /// Notes what is odd about an element that is being read. Returns its standing.
    pub fn note(&mut self, node: Node<'_, '_>) -> Standing {
        let standing = Standing::of(node);
        match standing {
            Standing::Absent => self.without_namespace = true,
            Standing::Alike | Standing::Foreign => {
                let namespace = node.tag_name().namespace().unwrap_or_default();
                let cut = &namespace[..namespace.floor_char_boundary(120)];
                self.unfamiliar.get_or_insert_with(|| super::clean(cut));
            }
            _ => {}
        }
        standing
    }

    /// Notes words that no catalogue has.
    pub fn cannot_read(&mut self, words: &str) {
        let words = super::clean(&words[..words.floor_char_boundary(120)]);
        self.unclear.get_or_insert(words);
    }

    /// The remarks for the details, in sentences.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some(words) = &self.unclear {
            let said = if words.is_empty() {
                "it says nothing that is known".into()
            } else {
                format!("'{words}' is in no catalogue")
            };
            remarks.push(format!(
                "What the person does cannot be read for certain: {said}."
            ));
        }
        if let Some(namespace) = &self.unfamiliar {
            remarks.push(format!(
                "Read by its names, for its namespace is not known: {namespace}."
            ));
        }
        if self.without_namespace {
            remarks.push("Read as PIDF, though it has no namespace.".into());
        }
        if self.not_willing {
            remarks.push("The person does not want to be reached (OMA willingness).".into());
        }
        remarks
    }
}
