//! What is said to the service and what it says, as SOAP: written with an XML writer, read by
//! namespace and local name.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use roxmltree::{Document as Tree, Node, ParsingOptions};
use secrecy::{ExposeSecret, SecretString};

use super::error::Error;
use super::fault::Fault;
use super::session::{AppKey, SessionKey};
use crate::presence::{Address, attribute, clean};

/// At most so many contacts fit into one request (`ContactListType` of the WSDL).
pub const BATCH: usize = 100;

/// The namespace of the service.
const SERVICE: &str = "urn:cisco:cup:presence:soap";
const SOAP_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_1_2: &str = "http://www.w3.org/2003/05/soap-envelope";
/// An answer for 100 contacts has some thousand elements; far more is an attack or a defect.
pub(super) const MOST_NODES: u32 = 1_000_000;

/// The version of SOAP that requests are written in; answers are read in either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SoapVersion {
    /// `text/xml`, with a `SOAPAction` header.
    #[default]
    V1_1,
    /// `application/soap+xml`, with the action in the content type.
    V1_2,
}

/// How much the service tells of a contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PresenceType {
    /// One word.
    Basic,
    /// A PIDF document.
    #[default]
    Rich,
}

impl PresenceType {
    fn name(self) -> &'static str {
        match self {
            PresenceType::Basic => "BASIC_PRESENCE",
            PresenceType::Rich => "RICH_PRESENCE",
        }
    }
}

/// A request to the service.
#[derive(Debug)]
pub enum Request<'a> {
    /// The application user's `login`.
    LoginApplication {
        /// Its name.
        user: &'a str,
        /// Its password.
        password: &'a SecretString,
        /// Whether to end an older session.
        force: bool,
    },
    /// The end user's `login`.
    LoginEndUser {
        /// Its name.
        user: &'a str,
        /// The application's session.
        app: &'a AppKey,
        /// Whether to end an older session.
        force: bool,
    },
    /// `getPolledPresence`: at most [`BATCH`] contacts.
    Poll {
        /// Who is asked for.
        contacts: &'a [Address],
        /// How much is asked.
        kind: PresenceType,
    },
    /// `logout` of the key in the header.
    Logout,
}

impl Request<'_> {
    /// The name of the operation.
    pub fn operation(&self) -> &'static str {
        match self {
            Request::LoginApplication { .. } | Request::LoginEndUser { .. } => "login",
            Request::Poll { .. } => "getPolledPresence",
            Request::Logout => "logout",
        }
    }

    /// The value of `SOAPAction` (`soapAction` of the WSDL's binding).
    pub fn action(&self) -> String {
        let name = match self {
            Request::Poll { .. } => "getPresence",
            other => other.operation(),
        };
        format!("{SERVICE}/{name}")
    }

    /// The envelope, with a session key in its header where one is given.
    pub fn write(&self, version: SoapVersion, key: Option<&str>) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        self.write_to(&mut writer, version, key)
            .expect("writing to memory cannot fail");
        writer.into_inner()
    }

    fn write_to(
        &self,
        to: &mut Writer<Vec<u8>>,
        version: SoapVersion,
        key: Option<&str>,
    ) -> io::Result<()> {
        let soap = match version {
            SoapVersion::V1_1 => SOAP_1_1,
            SoapVersion::V1_2 => SOAP_1_2,
        };
        let namespaces = [("xmlns:soapenv", soap), ("xmlns:urn", SERVICE)];
        open(to, "soapenv:Envelope", &namespaces)?;
        if let Some(key) = key {
            open(to, "soapenv:Header", &[])?;
            leaf(to, "urn:session-key", key)?;
            close(to, "soapenv:Header")?;
        }
        open(to, "soapenv:Body", &[])?;
        match self {
            Request::LoginApplication {
                user,
                password,
                force,
            } => {
                open(to, "urn:login", &[("force", boolean(*force))])?;
                leaf(to, "urn:username", user)?;
                leaf(to, "urn:password", password.expose_secret())?;
                close(to, "urn:login")?;
            }
            Request::LoginEndUser { user, app, force } => {
                open(to, "urn:login", &[("force", boolean(*force))])?;
                leaf(to, "urn:username", user)?;
                leaf(to, "urn:app-session-id", app.expose())?;
                close(to, "urn:login")?;
            }
            Request::Poll { contacts, kind } => {
                open(to, "urn:getPolledPresence", &[])?;
                open(to, "urn:contactsList", &[])?;
                for contact in *contacts {
                    let mut element = BytesStart::new("urn:contact");
                    element.push_attribute(("contactURI", contact.as_str()));
                    to.write_event(Event::Empty(element))?;
                }
                close(to, "urn:contactsList")?;
                leaf(to, "urn:presenceType", kind.name())?;
                close(to, "urn:getPolledPresence")?;
            }
            Request::Logout => to.write_event(Event::Empty(BytesStart::new("urn:logout")))?,
        }
        close(to, "soapenv:Body")?;
        close(to, "soapenv:Envelope")
    }
}

fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn open(to: &mut Writer<Vec<u8>>, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    let element = BytesStart::new(name).with_attributes(attributes.iter().copied());
    to.write_event(Event::Start(element))
}

fn close(to: &mut Writer<Vec<u8>>, name: &str) -> io::Result<()> {
    to.write_event(Event::End(BytesEnd::new(name)))
}

fn leaf(to: &mut Writer<Vec<u8>>, name: &str, text: &str) -> io::Result<()> {
    open(to, name, &[])?;
    to.write_event(Event::Text(BytesText::new(text)))?;
    close(to, name)
}

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

/// Parses an answer, with bounds: no declarations of types, and not too many elements.
pub(super) fn parse(text: &str) -> Result<Tree<'_>, roxmltree::Error> {
    let options = ParsingOptions {
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    Tree::parse_with_options(text, options)
}

/// Whether an answer ends in the middle.
pub(super) fn is_cut_short(error: &roxmltree::Error) -> bool {
    matches!(
        error,
        roxmltree::Error::UnexpectedEndOfStream
            | roxmltree::Error::UnclosedRootNode
            | roxmltree::Error::NoRootNode
    )
}

/// Parses an answer and hands the first element of its body to `read`.
///
/// # Errors
/// [`Error::Fault`] for a fault; [`Error::NotSoap`] for XML that is no SOAP; else what makes it
/// unreadable.
pub(super) fn read_body<T>(
    text: &str,
    read: impl FnOnce(Node<'_, '_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let tree = parse(text).map_err(|error| unreadable(text, &error))?;
    read_tree(&tree, read)
}

/// Hands the first element of a parsed answer's body to `read`.
///
/// # Errors
/// As [`read_body`].
pub(super) fn read_tree<T>(
    tree: &Tree<'_>,
    read: impl FnOnce(Node<'_, '_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let root = tree.root_element();
    let soap = root.tag_name().namespace().unwrap_or_default();
    if root.tag_name().name() != "Envelope" || ![SOAP_1_1, SOAP_1_2].contains(&soap) {
        if root.tag_name().name().eq_ignore_ascii_case("html") {
            return Err(Error::WebPage(title(tree.input_text())));
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
    read(first)
}

/// What makes an answer unreadable that is no XML.
pub(super) fn unreadable(text: &str, error: &roxmltree::Error) -> Error {
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
        Error::CutShort
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

pub(super) fn expect(node: Node<'_, '_>, name: &str) -> Result<(), Error> {
    match service(node) {
        Some(found) if found == name => Ok(()),
        _ => Err(Error::NotSoap(format!(
            "'{name}' was expected, '{}' came",
            clean(node.tag_name().name())
        ))),
    }
}

/// Reads a `loginResponse`.
pub(super) fn read_login(node: Node<'_, '_>) -> Result<LoginAnswer, Error> {
    expect(node, "loginResponse")?;
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

/// Reads the status of any other answer.
pub(super) fn read_status(node: Node<'_, '_>) -> Result<(), Error> {
    let status = node
        .descendants()
        .find(|node| service(*node) == Some("status"));
    match status.and_then(|status| status.text()).map(str::trim) {
        Some("FAILURE") => Err(Error::NotDone),
        _ => Ok(()),
    }
}
