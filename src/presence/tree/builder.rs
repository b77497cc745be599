//! Builds a tree of XML from its tokens, and knows which prefixes are declared where it is.

use std::borrow::Cow;
use std::cell::Cell;

use super::{Attribute, Entry, Kind, NONE, Node, Tree, UNDECLARED};
use crate::presence::clean;
use crate::presence::markup::{Flaw, Malformed, Mismatch, Token, Tokens, unescape};
use crate::presence::namespaces::Standing;

/// No tag has more attributes than this, but for declarations of namespaces.
const MOST_ATTRIBUTES: usize = 32;
/// No more prefixes than this are declared, in all.
const MOST_PREFIXES: usize = 32;
/// More elements than this say nothing to a person: in a whole answer, and in one document of it,
/// which cannot have as many unless most of them are empty.
const MOST_ELEMENTS: usize = 450_000;
const MOST_IN_DOCUMENT: usize = 40_000;
/// No answer has as many elements open at once.
pub(crate) const MOST_OPEN: usize = 1 << 17;

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
    /// No more nodes than this are built.
    most: usize,
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
            most: MOST_ELEMENTS,
            open: Vec::new(),
            begun: 0,
            around: (2, vec![prefix("", NONE)]),
        }
    }

    /// A builder for the elements inside the one that is open: what is declared here counts there.
    pub fn inside(&self) -> Builder<'t> {
        let mut inside = Builder::new(self.tree.text);
        inside.tree.namespaces.clone_from(&self.tree.namespaces);
        inside.most = MOST_IN_DOCUMENT;
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
    #[inline]
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

    #[inline]
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

    #[inline]
    fn start(&mut self, name: &'t str) -> Result<(), Flaw> {
        let is_second = self.open.is_empty() && !self.tree.nodes.is_empty();
        if is_second {
            return Err(Flaw::BesideRoot);
        }
        if self.tree.nodes.len() >= self.most {
            return Err(Flaw::ManyElements(self.most));
        }
        if self.open.len() >= MOST_OPEN {
            return Err(Flaw::ManyOpen(MOST_OPEN));
        }
        let id = self.tree.nodes.len() as u32;
        let first = self.tree.attributes.len();
        while let Some((name, value)) = self.tokens.attribute()? {
            self.attribute(id, first, name, value)?;
        }
        let (namespace, local) = match name.bytes().position(|byte| byte == b':') {
            Some(colon) => (self.resolve(&name[..colon]), colon + 1),
            None => (self.scope.prefixes[0].namespace, 0),
        };
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
            return Err(Flaw::AttributeTwice(clean(name).into()));
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
        let found = || clean(name);
        let Some(&id) = self.open.last() else {
            return Err(Flaw::EndsNothing(found().into()));
        };
        let end = self.tree.nodes.len() as u32;
        let entry = &mut self.tree.nodes[id as usize];
        if entry.qualified() != name {
            let open = clean(entry.qualified());
            let found = found();
            return Err(Flaw::Mismatch(Box::new(Mismatch { open, found })));
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
