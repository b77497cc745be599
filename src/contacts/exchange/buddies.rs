//! Lists of buddies in XML: the contacts that Jabber exports, and Pidgin's `blist.xml`.

use roxmltree::{Document, Node};

use super::intake::{Entry, Intake, Reason};
use crate::presence::clean;

/// Protocols of Pidgin whose names are addresses that a presence server may know.
const PROTOCOLS: [&str; 6] = [
    "prpl-jabber",
    "prpl-gtalk",
    "prpl-simple",
    "prpl-sipe",
    "prpl-bonjour",
    "",
];

pub(super) fn looks_like_it(first: &str) -> bool {
    let first = first.to_ascii_lowercase();
    ["<?xml", "<!--", "<buddylist", "<purple", "<blist"]
        .iter()
        .any(|start| first.starts_with(start))
}

pub(super) fn read(text: &str, intake: &mut Intake<'_>) {
    // White space before the declaration, as mail programs put it there.
    let trimmed = text.trim_start();
    let before = text[..text.len() - trimmed.len()].matches('\n').count();
    let document = match Document::parse(trimmed) {
        Ok(document) => document,
        Err(error) => {
            let lines = text.lines().count().max(1);
            let line = (before + error.pos().row as usize).clamp(1, lines);
            let shown = text.lines().nth(line - 1).unwrap_or_default();
            return intake.refuse(line, shown, Reason::Xml(clean(&error.to_string())));
        }
    };
    let line_of =
        |node: Node<'_, '_>| before + document.text_pos_at(node.range().start).row as usize;
    let mut groups = Groups::default();
    let root = document.root_element();
    let buddies = root.descendants().filter(|node| node.is_element());
    match root.tag_name().name().to_ascii_lowercase().as_str() {
        "buddylist" => {
            for user in buddies.filter(|node| named(*node, "user")) {
                groups.enter(user);
                intake.take(Entry {
                    line: line_of(user),
                    text: child(user, "uname"),
                    addresses: filled(line_of(user), child(user, "uname")),
                    name: child(user, "fname"),
                    group: groups.name.clone(),
                    ..Entry::default()
                });
            }
        }
        "purple" | "blist" => {
            for buddy in buddies.filter(|node| named(*node, "buddy")) {
                groups.enter(buddy);
                let protocol = buddy.attribute("proto").unwrap_or_default();
                let (line, address) = (line_of(buddy), child(buddy, "name"));
                if !PROTOCOLS.contains(&protocol) {
                    let protocol = clean(protocol.trim_start_matches("prpl-"));
                    intake.refuse(line, &address, Reason::Network(protocol));
                    continue;
                }
                let alias = || {
                    let contact = buddy.parent().and_then(|parent| parent.attribute("alias"));
                    contact.unwrap_or_default().to_string()
                };
                let name = child(buddy, "alias");
                intake.take(Entry {
                    line,
                    text: address.clone(),
                    addresses: filled(line, address),
                    name: if name.is_empty() { alias() } else { name },
                    group: groups.name.clone(),
                    ..Entry::default()
                });
            }
        }
        _ => intake.refuse(line_of(root), root.tag_name().name(), Reason::OtherXml),
    }
}

/// The group that the buddies of the moment stand in.
#[derive(Default)]
struct Groups<'a, 'input> {
    of: Option<Node<'a, 'input>>,
    name: String,
}

impl<'a, 'input> Groups<'a, 'input> {
    /// The group around a buddy. Looking for its name once for all of its buddies keeps a group of
    /// thousands quick.
    fn enter(&mut self, buddy: Node<'a, 'input>) {
        // A buddy stands in a group, or in a contact of it.
        let around = buddy.ancestors().take(3).find(|node| named(*node, "group"));
        if around == self.of {
            return;
        }
        self.of = around;
        self.name = around.map_or(String::new(), |group| match group.attribute("name") {
            Some(name) => name.into(),
            None => child(group, "gname"),
        });
    }
}

fn named(node: Node<'_, '_>, name: &str) -> bool {
    node.tag_name().name().eq_ignore_ascii_case(name)
}

/// The text of a child, with all its parts; empty where there is none.
fn child(node: Node<'_, '_>, name: &str) -> String {
    let found = node.children().find(|child| named(*child, name));
    let texts = found.into_iter().flat_map(|found| found.children());
    texts
        .filter_map(|part| part.text())
        .collect::<String>()
        .trim()
        .into()
}

fn filled(line: usize, address: String) -> Vec<(usize, String)> {
    if address.is_empty() {
        Vec::new()
    } else {
        vec![(line, address)]
    }
}
