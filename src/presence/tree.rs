//! XML as a tree, in time and memory linear in its bytes for every input.
//!
//! A prefix that is not declared is put up with: what carries it is of no known namespace. The
//! steps that are taken to build a tree and to go through it are counted, for the tests to show
//! that they grow no faster than the text.

use std::borrow::Cow;
use std::cell::Cell;

use super::markup::{Flaw, Malformed, Token, Tokens, unescape};
use super::namespaces::Standing;

/// No tag has more attributes than this, but for declarations of namespaces.
const MOST_ATTRIBUTES: usize = 32;
/// No more prefixes than this are declared, in all.
const MOST_PREFIXES: usize = 32;
/// More elements than this say nothing to a person.
const MOST_ELEMENTS: usize = 1 << 20;

/// The namespace of no element: it has none.
const NONE: u32 = 0;
/// The namespace of elements whose prefix is not declared.
const UNDECLARED: u32 = 1;

/// A tree of XML.
#[derive(Debug)]
pub(crate) struct Tree<'t> {
    text: &'t str,
    /// In the order of the text.
    nodes: Vec<Entry<'t>>,
    attributes: Vec<Attribute<'t>>,
    namespaces: Vec<(Cow<'t, str>, Standing)>,
    steps: Cell<u64>,
}

#[derive(Debug)]
struct Entry<'t> {
    parent: u32,
    /// The first node after it that is not inside it.
    end: u32,
    kind: Kind<'t>,
}

#[derive(Debug)]
enum Kind<'t> {
    Element {
        /// Qualified.
        name: &'t str,
        /// Where the local part of the name begins.
        local: u32,
        namespace: u32,
        /// The first of its attributes, and the first after them.
        attributes: (u32, u32),
    },
    Text(Cow<'t, str>),
}

#[derive(Debug)]
struct Attribute<'t> {
    /// Qualified.
    name: &'t str,
    value: Cow<'t, str>,
}

impl<'t> Tree<'t> {
    /// Reads a whole text.
    ///
    /// # Errors
    /// [`Malformed`] where it is not XML, has a declaration of types, or is beyond every measure.
    pub fn parse(text: &'t str) -> Result<Tree<'t>, Malformed> {
        let mut builder = Builder::new(text);
        loop {
            match builder.step() {
                Ok(true) => {}
                Ok(false) => return Ok(builder.tree),
                Err(flaw) => return Err(builder.tokens.flawed(flaw)),
            }
        }
    }

    /// The text that it was read from.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The outermost element.
    pub fn root_element(&self) -> Node<'_, 't> {
        Node { tree: self, id: 0 }
    }

    /// How many steps were taken to build it and to go through it.
    pub fn steps(&self) -> u64 {
        self.steps.get()
    }

    fn count(&self, steps: usize) {
        self.steps.set(self.steps.get() + steps as u64);
    }
}

/// A prefix, and the namespace that it stands for at this place.
#[derive(Clone, Copy, Debug)]
struct Prefix<'t> {
    name: &'t str,
    namespace: u32,
}

/// Which prefixes are declared at the place that is read.
#[derive(Debug)]
struct Scope<'t> {
    /// Each once; the first is the empty one.
    prefixes: Vec<Prefix<'t>>,
    /// For the end of an element: its node, a prefix that it declares and what that was before.
    before: Vec<(u32, u32, u32)>,
}

/// Builds a tree, element by element.
#[derive(Debug)]
pub(crate) struct Builder<'t> {
    tokens: Tokens<'t>,
    tree: Tree<'t>,
    scope: Scope<'t>,
    /// The elements that are open.
    open: Vec<u32>,
    /// Where the last token begins.
    begun: usize,
    /// What is declared around: how many namespaces there are, and the prefixes.
    around: (usize, Vec<Prefix<'t>>),
}

impl<'t> Builder<'t> {
    /// A builder at the beginning of a text.
    pub fn new(text: &'t str) -> Builder<'t> {
        let prefix = |name, namespace| Prefix { name, namespace };
        let tree = Tree {
            text,
            nodes: Vec::new(),
            attributes: Vec::new(),
            namespaces: vec![
                ("".into(), Standing::Absent),
                ("urn:undeclared".into(), Standing::Foreign),
            ],
            steps: Cell::new(0),
        };
        Builder {
            tokens: Tokens::between(text, 0, text.len()),
            tree,
            scope: Scope {
                prefixes: vec![prefix("", NONE)],
                before: Vec::new(),
            },
            open: Vec::new(),
            begun: 0,
            around: (2, vec![prefix("", NONE)]),
        }
    }

    /// A builder for the elements inside the one that is open: what is declared here counts there.
    pub fn inside(&self) -> Builder<'t> {
        let mut inside = Builder::new(self.tree.text);
        inside.tree.namespaces.clone_from(&self.tree.namespaces);
        inside.around = (self.tree.namespaces.len(), self.scope.prefixes.clone());
        inside
    }

    /// The prefixes that are declared at this place, and their namespaces.
    pub fn declared(&self) -> impl Iterator<Item = (&str, &str)> {
        let namespace = |one: &Prefix<'t>| &*self.tree.namespaces[one.namespace as usize].0;
        self.scope
            .prefixes
            .iter()
            .map(move |one| (one.name, namespace(one)))
    }

    /// The tree as far as it is built.
    pub fn tree(&self) -> &Tree<'t> {
        &self.tree
    }

    /// The innermost element that is open.
    pub fn innermost(&self) -> Option<Node<'_, 't>> {
        let &id = self.open.last()?;
        let tree = &self.tree;
        Some(Node { tree, id })
    }

    /// The qualified names of the elements that are open, the outermost first.
    pub fn open_names(&self) -> Vec<&'t str> {
        let open = self.open.iter();
        open.map(|&id| self.tree.nodes[id as usize].qualified())
            .collect()
    }

    /// Where the token begins that was read last, or could not be read.
    pub fn last_token(&self) -> usize {
        self.begun
    }

    /// The tokens that are read next.
    pub fn tokens(&mut self) -> &mut Tokens<'t> {
        &mut self.tokens
    }

    /// Reads one token into the tree. Returns whether there was one.
    pub fn step(&mut self) -> Result<bool, Flaw> {
        let begun = self.tokens.at();
        self.begun = begun;
        let read = self.read_token();
        let passed = match read {
            // What is not ended was looked for in all the rest.
            Err(Flaw::CutShort) => self.tokens.end() - begun,
            _ => self.tokens.at() - begun,
        };
        self.tree.count(1 + passed);
        read
    }

    fn read_token(&mut self) -> Result<bool, Flaw> {
        match self.tokens.next()? {
            Some(Token::Start(name)) => self.start(name)?,
            Some(Token::End(name)) => self.end(name)?,
            Some(Token::Text(text)) if is_space(text) => self.space(text),
            Some(Token::Text(text)) => self.text(unescape(text)?)?,
            Some(Token::Characters(text)) => self.text(text.into())?,
            Some(Token::Aside) => {}
            None if self.open.is_empty() && !self.tree.nodes.is_empty() => return Ok(false),
            None => return Err(Flaw::CutShort),
        }
        Ok(true)
    }

    /// Reads the element that begins at a place, alone, in the place of what is in the tree.
    /// Returns where it ends.
    ///
    /// # Errors
    /// [`Malformed`] where it does not end before `limit`, or is no XML.
    pub fn read_element(&mut self, start: usize, limit: usize) -> Result<usize, Malformed> {
        self.tokens = Tokens::between(self.tree.text, start, limit);
        // What an earlier element left.
        self.open.clear();
        self.tree.nodes.clear();
        self.tree.attributes.clear();
        self.tree.namespaces.truncate(self.around.0);
        self.scope.prefixes.clone_from(&self.around.1);
        self.scope.before.clear();
        loop {
            self.step().map_err(|flaw| self.tokens.flawed(flaw))?;
            if self.open.is_empty() {
                return Ok(self.tokens.at());
            }
        }
    }

    fn start(&mut self, name: &'t str) -> Result<(), Flaw> {
        let is_second = self.open.is_empty() && !self.tree.nodes.is_empty();
        if is_second {
            return Err(Flaw::BesideRoot);
        }
        if self.tree.nodes.len() >= MOST_ELEMENTS {
            return Err(Flaw::ManyElements(MOST_ELEMENTS));
        }
        let id = self.tree.nodes.len() as u32;
        let first = self.tree.attributes.len();
        while let Some((name, value)) = self.tokens.attribute()? {
            self.attribute(id, first, name, value)?;
        }
        let (prefix, local) = match name.bytes().position(|byte| byte == b':') {
            Some(colon) => (&name[..colon], colon + 1),
            None => ("", 0),
        };
        let namespace = self.resolve(prefix);
        self.tree.nodes.push(Entry {
            parent: self.open.last().copied().unwrap_or_default(),
            end: id + 1,
            kind: Kind::Element {
                name,
                local: local as u32,
                namespace,
                attributes: (first as u32, self.tree.attributes.len() as u32),
            },
        });
        if self.tokens.ended_itself() {
            self.scope.leave(id);
        } else {
            self.open.push(id);
        }
        Ok(())
    }

    fn attribute(
        &mut self,
        id: u32,
        first: usize,
        name: &'t str,
        value: &'t str,
    ) -> Result<(), Flaw> {
        let value = unescape(value)?;
        if let Some(rest) = name.strip_prefix("xmlns")
            && let Some(prefix) = rest.strip_prefix(':').or(rest.is_empty().then_some(rest))
        {
            return self.declare(id, prefix, value);
        }
        let others = &self.tree.attributes[first..];
        if others.len() >= MOST_ATTRIBUTES {
            return Err(Flaw::ManyAttributes(MOST_ATTRIBUTES));
        }
        self.tree.count(others.len());
        if others.iter().any(|other| other.name == name) {
            return Err(Flaw::AttributeTwice(super::clean(name)));
        }
        self.tree.attributes.push(Attribute { name, value });
        Ok(())
    }

    /// Declares a prefix for the element with this node and what is inside it.
    fn declare(&mut self, id: u32, prefix: &'t str, uri: Cow<'t, str>) -> Result<(), Flaw> {
        let namespace = if uri.is_empty() {
            NONE
        } else {
            let standing = Standing::of_namespace(&uri);
            self.tree.namespaces.push((uri, standing));
            self.tree.namespaces.len() as u32 - 1
        };
        let prefixes = &mut self.scope.prefixes;
        self.tree.count(prefixes.len());
        let slot = match prefixes.iter().position(|one| one.name == prefix) {
            Some(slot) => slot,
            None if prefixes.len() > MOST_PREFIXES => {
                return Err(Flaw::ManyPrefixes(MOST_PREFIXES));
            }
            None => {
                prefixes.push(Prefix {
                    name: prefix,
                    namespace: UNDECLARED,
                });
                prefixes.len() - 1
            }
        };
        let before = std::mem::replace(&mut prefixes[slot].namespace, namespace);
        self.scope.before.push((id, slot as u32, before));
        Ok(())
    }

    fn resolve(&self, prefix: &str) -> u32 {
        if prefix.is_empty() {
            return self.scope.prefixes[0].namespace;
        }
        self.tree.count(self.scope.prefixes.len());
        let mut prefixes = self.scope.prefixes.iter();
        let found = prefixes.find(|one| one.name == prefix);
        found.map_or(UNDECLARED, |one| one.namespace)
    }

    fn end(&mut self, name: &'t str) -> Result<(), Flaw> {
        let found = || super::clean(name);
        let Some(&id) = self.open.last() else {
            return Err(Flaw::EndsNothing(found()));
        };
        let end = self.tree.nodes.len() as u32;
        let entry = &mut self.tree.nodes[id as usize];
        if entry.qualified() != name {
            let open = super::clean(entry.qualified());
            let found = found();
            return Err(Flaw::Mismatch { open, found });
        }
        entry.end = end;
        self.open.pop();
        self.scope.leave(id);
        Ok(())
    }

    fn text(&mut self, text: Cow<'t, str>) -> Result<(), Flaw> {
        let Some(&parent) = self.open.last() else {
            return Err(Flaw::BesideRoot);
        };
        let nodes = &mut self.tree.nodes;
        let end = nodes.len() as u32 + 1;
        match nodes.last_mut() {
            Some(Entry {
                parent: other,
                kind: Kind::Text(whole),
                ..
            }) if *other == parent => whole.to_mut().push_str(&text),
            _ => nodes.push(Entry {
                parent,
                end,
                kind: Kind::Text(text),
            }),
        }
        Ok(())
    }

    /// White space, which says something only after other text.
    fn space(&mut self, text: &str) {
        if let Some(Entry {
            parent,
            kind: Kind::Text(whole),
            ..
        }) = self.tree.nodes.last_mut()
            && self.open.last() == Some(parent)
        {
            whole.to_mut().push_str(text);
        }
    }

    /// Ends whatever is open.
    pub fn finish(mut self) -> Tree<'t> {
        let end = self.tree.nodes.len() as u32;
        for id in self.open {
            self.tree.nodes[id as usize].end = end;
        }
        self.tree
    }
}

/// Whether a text is nothing but white space.
fn is_space(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}

impl Scope<'_> {
    /// Takes back what an element declared.
    fn leave(&mut self, id: u32) {
        while let Some(&(of, slot, before)) = self.before.last()
            && of == id
        {
            self.prefixes[slot as usize].namespace = before;
            self.before.pop();
        }
    }
}

impl<'t> Entry<'t> {
    fn qualified(&self) -> &'t str {
        match self.kind {
            Kind::Element { name, .. } => name,
            Kind::Text(_) => "",
        }
    }
}

/// An element or a text of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a, 't> {
    tree: &'a Tree<'t>,
    id: u32,
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
    pub(super) fn standing(self) -> Standing {
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
