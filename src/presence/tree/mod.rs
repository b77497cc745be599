//! XML as a tree, in time and memory linear in its bytes for every input.
//!
//! A prefix that is not declared is put up with: what carries it is of no known namespace. The
//! steps that are taken to build a tree and to go through it are counted, for the tests to show
//! that they grow no faster than the text.

mod builder;
mod node;

pub(crate) use builder::{Builder, MOST_OPEN};
pub(crate) use node::Node;

use std::borrow::Cow;
use std::cell::Cell;

use super::markup::Malformed;
use super::namespaces::Standing;

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
                Ok(false) => return Ok(builder.finish()),
                Err(flaw) => return Err(builder.tokens().flawed(flaw)),
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
impl<'t> Entry<'t> {
    fn qualified(&self) -> &'t str {
        match self.kind {
            Kind::Element { name, .. } => name,
            Kind::Text(_) => "",
        }
    }
}
