//! How the directory's answers are read.

use super::entry::Entry;
use super::error::Error;
use crate::presence::clean;
use crate::presence::tree::{Node, Tree};

/// One answer of `users`: part of those who match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Those who have a user id, in the directory's order.
    pub entries: Vec<Entry>,
    /// How many users the directory says it returned, of whom some may have no user id.
    pub returned: u32,
    /// How many match, as far as the directory says: it may stop counting at its limit.
    pub total: Option<u32>,
}

impl Page {
    /// The highest limit that the directory can be set to; what comes beyond it is not read.
    const MOST: usize = 500;

    /// Reads the text of an answer.
    ///
    /// # Errors
    /// [`Error::WebPage`], [`Error::NotUds`].
    pub fn read(text: &str) -> Result<Page, Error> {
        let tree = tree(text)?;
        let users = expect(&tree, "users")?;
        let all = elements(users, "user").take(Page::MOST);
        let all: Vec<Node<'_, '_>> = all.collect();
        let number = |name| {
            users
                .attribute(name)
                .and_then(|text| text.trim().parse().ok())
        };
        Ok(Page {
            // The count of elements is what can be believed.
            returned: all.len() as u32,
            total: number("totalCount"),
            entries: all.into_iter().filter_map(Entry::read).collect(),
        })
    }
}

/// Reads an answer of `servers`: the nodes by name, as the directory writes them.
///
/// # Errors
/// As [`Page::read`].
pub fn read_servers(text: &str) -> Result<Vec<String>, Error> {
    const MOST: usize = 32;
    let tree = tree(text)?;
    let servers = expect(&tree, "servers")?;
    let names = elements(servers, "server").filter_map(|server| server.text().map(clean));
    Ok(names.filter(|name| !name.is_empty()).take(MOST).collect())
}

fn tree(text: &str) -> Result<Tree<'_>, Error> {
    Tree::parse(text).map_err(|error| {
        let start = text.trim_start().get(..14).unwrap_or_default();
        let start = start.to_ascii_lowercase();
        if start.starts_with("<html") || start.starts_with("<!doctype html") {
            Error::WebPage
        } else {
            Error::NotUds(error.to_string())
        }
    })
}

/// The root, which has to be of this name.
fn expect<'a, 't>(tree: &'a Tree<'t>, name: &str) -> Result<Node<'a, 't>, Error> {
    let root = tree.root_element();
    match root.tag_name().name() {
        found if found == name => Ok(root),
        found if found.eq_ignore_ascii_case("html") => Err(Error::WebPage),
        found => {
            let found = clean(found);
            Err(Error::NotUds(format!("<{found}> came instead of <{name}>")))
        }
    }
}

fn elements<'a, 't>(parent: Node<'a, 't>, name: &str) -> impl Iterator<Item = Node<'a, 't>> {
    parent
        .children()
        .filter(move |node| node.tag_name().name() == name)
}
