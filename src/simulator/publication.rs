//! A presence document that an end user sets (`setPresence` with RICH_PRESENCE).

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use roxmltree::Node;

use super::documents::{PIDF, SOURCE};
use super::fault::Fault;
use super::state::{Doing, State};
use crate::presence::Address;

/// The names that the service takes for the tuple that says what was set.
pub(super) const TUPLES: [&str; 2] = ["pws-override", "pws-persistent"];

/// A document that was set, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Publication {
    /// What it says that the person does.
    pub(super) state: State,
    /// The document, for whoever asks for the person.
    pub(super) document: String,
}

impl Publication {
    /// Reads the document in `richPresence`.
    pub(super) fn read(
        rich_presence: Option<Node<'_, '_>>,
        address: &Address,
    ) -> Result<Publication, Fault> {
        let document = rich_presence
            .and_then(|rich_presence| rich_presence.first_element_child())
            .ok_or(Fault::PRESENCE_DATA)?;
        if !document.has_tag_name((PIDF, "presence")) {
            return Err(Fault::ROOT_ELEMENT);
        }
        let mut tuples = document
            .children()
            .filter(|node| node.has_tag_name((PIDF, "tuple")));
        let named = |tuple: &Node<'_, '_>| TUPLES.contains(&tuple.attribute("id").unwrap_or(""));
        let tuple = tuples.next().ok_or(Fault::OVERRIDE_TUPLE)?;
        if !named(&tuple) || tuples.any(|tuple| !named(&tuple)) {
            return Err(Fault::OVERRIDE_TUPLE);
        }
        let mut sources = document
            .descendants()
            .filter(|node| node.tag_name().name() == "source");
        let empty = |source: &Node<'_, '_>| source.text().is_none_or(|it| it.trim().is_empty());
        if sources.any(|source| source.tag_name().namespace() != Some(SOURCE) || empty(&source)) {
            return Err(Fault::SOURCE);
        }
        Ok(Publication {
            state: state(document),
            document: copied(document, address),
        })
    }
}

/// What a document says that the person does: its first activity that has a name here, else
/// whether the device is open.
fn state(document: Node<'_, '_>) -> State {
    let activity = document
        .descendants()
        .filter(|node| node.tag_name().name() == "activities")
        .flat_map(|activities| activities.children().filter(Node::is_element))
        .find_map(|activity| Doing::named(activity.tag_name().name()));
    let open = document
        .descendants()
        .any(|node| node.has_tag_name((PIDF, "basic")) && node.text() == Some("open"));
    let by_device = if open {
        Doing::Available
    } else {
        Doing::Unavailable
    };
    let note = document
        .descendants()
        .find(|node| node.tag_name().name() == "note")
        .and_then(|note| note.text());
    State {
        note: note.map(str::to_owned),
        ..State::of(activity.unwrap_or(by_device))
    }
}

/// The document as text of its own, about this address: the namespaces that the request declares
/// around it are declared again.
fn copied(document: Node<'_, '_>, address: &Address) -> String {
    let mut writer = Writer::new(Vec::new());
    let entity = format!("sip:{address}");
    write(&mut writer, document, Some(&entity), "").expect("writing to memory does not fail");
    String::from_utf8(writer.into_inner()).expect("the writer was given text only")
}

fn write(
    to: &mut Writer<Vec<u8>>,
    node: Node<'_, '_>,
    entity: Option<&str>,
    default: &str,
) -> std::io::Result<()> {
    let name = node.tag_name().name();
    let namespace = node.tag_name().namespace().unwrap_or_default();
    let mut start = BytesStart::new(name);
    if namespace != default {
        start.push_attribute(("xmlns", namespace));
    }
    for attribute in node.attributes() {
        match (attribute.namespace(), attribute.name()) {
            (None, "entity") if entity.is_some() => {}
            (None, name) => start.push_attribute((name, attribute.value())),
            (Some(roxmltree::NS_XML_URI), name) => {
                start.push_attribute((format!("xml:{name}").as_str(), attribute.value()));
            }
            // Nothing in presence documents has attributes of other namespaces.
            (Some(_), _) => {}
        }
    }
    if let Some(entity) = entity {
        start.push_attribute(("entity", entity));
    }
    to.write_event(Event::Start(start))?;
    for child in node.children() {
        if child.is_element() {
            write(to, child, None, namespace)?;
        } else if let Some(text) = child.text().filter(|_| child.is_text()) {
            to.write_event(Event::Text(BytesText::new(text)))?;
        }
    }
    to.write_event(Event::End(BytesEnd::new(name)))
}
