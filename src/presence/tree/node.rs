//! The nodes of a tree: how what it holds is reached.

use super::{Entry, Kind, NONE, Tree};
use crate::presence::namespaces::Standing;

/// An element or a text of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a, 't> {
    pub(super) tree: &'a Tree<'t>,
    pub(super) id: u32,
}

/// The name of an element, without its prefix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a> {
    name: &'a str,
    namespace: Option<&'a str>,
}

impl<'a> Name<'a> {
    /// The local part; empty for what is no element.
    pub fn name(self) -> &'a str {
        self.name
    }

    /// The namespace, where it has one.
    pub fn namespace(self) -> Option<&'a str> {
        self.namespace
    }
}

impl<'a, 't> Node<'a, 't> {
    fn entry(self) -> &'a Entry<'t> {
        &self.tree.nodes[self.id as usize]
    }

    /// Whether it is an element; else it is text.
    pub fn is_element(&self) -> bool {
        matches!(self.entry().kind, Kind::Element { .. })
    }

    /// Whether it is text.
    pub fn is_text(&self) -> bool {
        !self.is_element()
    }

    /// The name of an element.
    pub fn tag_name(self) -> Name<'a> {
        match self.entry().kind {
            Kind::Element {
                name,
                local,
                namespace,
                ..
            } => Name {
                name: &name[local as usize..],
                namespace: (namespace != NONE)
                    .then(|| &*self.tree.namespaces[namespace as usize].0),
            },
            Kind::Text(_) => Name {
                name: "",
                namespace: None,
            },
        }
    }

    /// Whether it is an element of that namespace and local name.
    pub fn has_tag_name(self, (namespace, name): (&str, &str)) -> bool {
        let own = self.tag_name();
        own.name == name && own.namespace == Some(namespace)
    }

    /// How the element's namespace stands to PIDF.
    pub(in crate::presence) fn standing(self) -> Standing {
        match self.entry().kind {
            Kind::Element { namespace, .. } => self.tree.namespaces[namespace as usize].1,
            Kind::Text(_) => Standing::Absent,
        }
    }

    /// The attribute with this qualified name.
    pub fn attribute(self, name: &str) -> Option<&'a str> {
        let Kind::Element {
            attributes: (first, end),
            ..
        } = self.entry().kind
        else {
            return None;
        };
        let attributes = &self.tree.attributes[first as usize..end as usize];
        let found = attributes.iter().find(|one| one.name == name)?;
        Some(&found.value)
    }

    /// The attributes of an element: the local part of each name, and the value.
    pub fn attributes(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let (first, end) = match self.entry().kind {
            Kind::Element { attributes, .. } => attributes,
            Kind::Text(_) => (0, 0),
        };
        let attributes = &self.tree.attributes[first as usize..end as usize];
        attributes.iter().map(|one| {
            let local = one.name.rsplit(':').next().unwrap_or(one.name);
            (local, &*one.value)
        })
    }

    /// A text; of an element, the text that it begins with.
    pub fn text(self) -> Option<&'a str> {
        match &self.entry().kind {
            Kind::Text(text) => Some(text),
            Kind::Element { .. } => self.children().next().filter(Node::is_text)?.text(),
        }
    }

    /// Whether there is anything in it.
    pub fn has_children(self) -> bool {
        self.children().next().is_some()
    }

    /// What stands in it, one level deep.
    pub fn children(self) -> impl Iterator<Item = Node<'a, 't>> {
        let end = self.entry().end;
        let tree = self.tree;
        let mut next = self.id + 1;
        std::iter::from_fn(move || {
            let id = next;
            if id >= end {
                return None;
            }
            tree.count(1);
            next = tree.nodes[id as usize].end;
            Some(Node { tree, id })
        })
    }

    /// It, and everything inside it.
    pub fn descendants(self) -> impl Iterator<Item = Node<'a, 't>> {
        let tree = self.tree;
        (self.id..self.entry().end).map(move |id| Node { tree, id })
    }

    /// It, and the elements around it.
    pub fn ancestors(self) -> impl Iterator<Item = Node<'a, 't>> {
        let above = |node: &Node<'a, 't>| {
            let id = node.entry().parent;
            let tree = node.tree;
            (node.id != 0).then_some(Node { tree, id })
        };
        std::iter::successors(Some(self), above)
    }
}
