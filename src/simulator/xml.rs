//! Elements to be written, and how their namespaces are spelled: by prefixes, or by a default
//! namespace that is declared again wherever it changes. The service does both, in one answer.

use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

/// A prefix for a namespace.
pub(super) type Prefix = (&'static str, &'static str);

/// An element with what is in it.
#[derive(Clone, Debug)]
pub(super) struct Element {
    namespace: &'static str,
    name: Cow<'static, str>,
    attributes: Vec<(&'static str, String)>,
    prefixes: Vec<Prefix>,
    own_default: bool,
    content: Vec<Content>,
}

/// What may stand in an element.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// An element.
    Element(Element),
    /// Text, to be escaped.
    Text(String),
    /// XML that is written as it stands.
    Verbatim(String),
}

impl From<Element> for Content {
    fn from(element: Element) -> Content {
        Content::Element(element)
    }
}

impl Element {
    /// An empty element of a namespace.
    pub(super) fn new(namespace: &'static str, name: impl Into<Cow<'static, str>>) -> Element {
        Element {
            namespace,
            name: name.into(),
            attributes: vec![],
            prefixes: vec![],
            own_default: false,
            content: vec![],
        }
    }

    /// Adds an attribute of no namespace, or of `xml`'s.
    pub(super) fn with_attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// Adds a child.
    pub(super) fn with(mut self, child: Element) -> Self {
        self.content.push(Content::Element(child));
        self
    }

    /// Adds children.
    pub(super) fn with_all<C: Into<Content>>(
        mut self,
        children: impl IntoIterator<Item = C>,
    ) -> Self {
        self.content.extend(children.into_iter().map(Into::into));
        self
    }

    /// Adds text.
    pub(super) fn with_text(mut self, text: impl Into<String>) -> Self {
        self.content.push(Content::Text(text.into()));
        self
    }

    /// Declares prefixes here; elements of their namespaces use them from here on.
    pub(super) fn with_prefixes(mut self, prefixes: &[Prefix]) -> Self {
        self.prefixes.extend_from_slice(prefixes);
        self
    }

    /// Makes the element's namespace the default one here, though a prefix may be at hand.
    pub(super) fn with_own_default(mut self) -> Self {
        self.own_default = true;
        self
    }

    /// The element as text.
    pub(super) fn to_xml(&self) -> String {
        let mut writer = Writer::new(Vec::new());
        self.write(&mut writer, &mut vec![], "")
            .expect("writing to memory does not fail");
        String::from_utf8(writer.into_inner()).expect("the writer was given text only")
    }

    fn write(
        &self,
        writer: &mut Writer<Vec<u8>>,
        prefixes: &mut Vec<Prefix>,
        default: &str,
    ) -> io::Result<()> {
        let outer_prefixes = prefixes.len();
        prefixes.extend_from_slice(&self.prefixes);
        let prefix = prefixes
            .iter()
            .rev()
            .find(|(namespace, _)| *namespace == self.namespace)
            .map(|&(_, prefix)| prefix);
        let prefixed = !self.own_default && self.namespace != default;
        let (name, declares_default) = match prefix {
            Some(prefix) if prefixed => (format!("{prefix}:{}", self.name), false),
            _ => (self.name.to_string(), self.namespace != default),
        };
        let mut start = BytesStart::new(name.as_str());
        for (attribute, value) in &self.attributes {
            start.push_attribute((*attribute, value.as_str()));
        }
        if declares_default {
            start.push_attribute(("xmlns", self.namespace));
        }
        for (namespace, prefix) in &self.prefixes {
            start.push_attribute((format!("xmlns:{prefix}").as_str(), *namespace));
        }
        let default = if declares_default {
            self.namespace
        } else {
            default
        };
        if self.content.is_empty() {
            writer.write_event(Event::Empty(start))?;
        } else {
            writer.write_event(Event::Start(start))?;
            for content in &self.content {
                match content {
                    Content::Element(child) => child.write(writer, prefixes, default)?,
                    Content::Text(text) => {
                        writer.write_event(Event::Text(BytesText::new(text)))?;
                    }
                    Content::Verbatim(xml) => {
                        writer.write_event(Event::Text(BytesText::from_escaped(xml)))?;
                    }
                }
            }
            writer.write_event(Event::End(BytesEnd::new(name.as_str())))?;
        }
        prefixes.truncate(outer_prefixes);
        Ok(())
    }
}
