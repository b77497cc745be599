//! Reads SOAP answers, by namespace and local name.

use secrecy::SecretString;

use super::error::Error;
use super::fault::Fault;
use super::request::{SERVICE, SOAP_1_1, SOAP_1_2};
use crate::http;
use crate::presence::markup::{Flaw, Malformed};
use crate::presence::tree::{Node, Tree};
use crate::presence::{attribute, clean};

/// What a `login` was answered with.
#[derive(Clone, Debug)]
pub(super) enum LoginAnswer {
    /// In, with this key; and where to go when the node is gone.
    Success {
        key: SecretString,
        backup: Option<String>,
    },
    /// The user lives on another node.
    Redirect {
        primary: Option<String>,
        backup: Option<String>,
    },
}

/// Whether an answer ends in the middle.
pub(super) fn is_cut_short(error: &Malformed) -> bool {
    error.flaw == Flaw::CutShort
}

/// Parses an answer and hands the first element of its body to `read`, where it is the one that
/// answers the request (see [`super::request::Request::answer`]).
///
/// # Errors
/// [`Error::Fault`] for a fault; [`Error::NotSoap`] for XML that is no SOAP, and for the answer to
/// something else; else what makes it unreadable.
pub(super) fn read_body<T>(
    text: &str,
    answer: &str,
    read: impl FnOnce(Node<'_, '_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let tree = Tree::parse(text).map_err(|error| unreadable(text, &error))?;
    read_tree(&tree, answer, read)
}

/// The same of an answer that is parsed.
///
/// # Errors
/// As [`read_body`].
pub(super) fn read_tree<T>(
    tree: &Tree<'_>,
    answer: &str,
    read: impl FnOnce(Node<'_, '_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let root = tree.root_element();
    let soap = root.tag_name().namespace().unwrap_or_default();
    if root.tag_name().name() != "Envelope" || ![SOAP_1_1, SOAP_1_2].contains(&soap) {
        if root.tag_name().name().eq_ignore_ascii_case("html") {
            return Err(Error::WebPage(title(tree.text())));
        }
        return Err(Error::NotSoap(format!(
            "its root is '{}'",
            clean(root.tag_name().name())
        )));
    }
    let body = elements(root).find(|node| node.has_tag_name((soap, "Body")));
    let first = body.and_then(|body| elements(body).next());
    let Some(first) = first else {
        return Err(Error::NotSoap("its body is empty".into()));
    };
    if first.has_tag_name((soap, "Fault")) {
        return Err(Error::Fault(Fault::read(first)));
    }
    if service(first) != Some(answer) {
        return Err(Error::NotSoap(format!(
            "'{answer}' was expected, '{}' came",
            clean(first.tag_name().name())
        )));
    }
    read(first)
}

/// What makes an answer unreadable that is no XML.
pub(super) fn unreadable(text: &str, error: &Malformed) -> Error {
    let start = text
        .trim_start()
        .get(..64)
        .unwrap_or(text.trim_start())
        .to_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        Error::WebPage(title(text))
    } else if text.trim().is_empty() {
        Error::Empty
    } else if is_cut_short(error) {
        http::Error::CutShort.into()
    } else {
        Error::NotSoap(clean(&error.to_string()))
    }
}

/// The title of a web page, for the message.
fn title(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let inside = lower.find("<title>").and_then(|start| {
        let end = lower[start..].find("</title>")? + start;
        text.get(start + 7..end)
    });
    let title = clean(inside.unwrap_or_default());
    let end = title.floor_char_boundary(80);
    title[..end].to_string()
}

pub(super) fn elements<'a, 'input>(
    node: Node<'a, 'input>,
) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

pub(super) fn service<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    (node.tag_name().namespace() == Some(SERVICE)).then(|| node.tag_name().name())
}

/// Reads a `loginResponse`.
pub(super) fn read_login(node: Node<'_, '_>) -> Result<LoginAnswer, Error> {
    let server = |node: Node<'_, '_>, name: &str| {
        attribute(node, name)
            .map(clean)
            .filter(|server| !server.is_empty())
    };
    for choice in elements(node) {
        let backup = server(choice, "backupServer");
        match service(choice) {
            Some("success") => {
                let key = elements(choice).find(|node| service(*node) == Some("session-key"));
                let key = key.and_then(|key| key.text()).unwrap_or_default().trim();
                if key.is_empty() {
                    return Err(Error::NotSoap(
                        "the sign-in was answered without a key".into(),
                    ));
                }
                return Ok(LoginAnswer::Success {
                    key: SecretString::from(key),
                    backup,
                });
            }
            Some("redirect") => {
                return Ok(LoginAnswer::Redirect {
                    primary: server(choice, "primaryServer"),
                    backup,
                });
            }
            _ => {}
        }
    }
    Err(Error::NotSoap(
        "the sign-in was answered with neither success nor redirect".into(),
    ))
}

/// Reads the number that an answer consists of: an end point's or a subscription's.
pub(super) fn read_number(node: Node<'_, '_>, name: &'static str) -> Result<i32, Error> {
    let number = elements(node).find(|node| service(*node) == Some(name));
    number
        .and_then(|number| number.text()?.trim().parse().ok())
        .ok_or_else(|| Error::NotSoap(format!("it has no {name}")))
}

/// Reads the status of any other answer (`ResponseStatusType` of the WSDL).
pub(super) fn read_status(node: Node<'_, '_>) -> Result<(), Error> {
    let status = elements(node).find(|node| service(*node) == Some("status"));
    match status.and_then(|status| status.text()).map(str::trim) {
        Some("SUCCESS") => Ok(()),
        Some("FAILURE") => Err(Error::NotDone),
        _ => Err(Error::NotSoap(
            "it says neither that it was done nor that it was not".into(),
        )),
    }
}
