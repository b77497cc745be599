//! What a device can do: service and device capabilities (RFC 5196).

use super::tree::Node;

use super::pidf::{MOST, known, text};
use super::{Device, clean};

/// Reads a `servcaps` or `devcaps` element: what the device says that it has.
pub(super) fn read_capabilities(node: Node<'_, '_>, device: &mut Device) {
    for child in node.children() {
        let Some(name) = known(child) else { continue };
        let value = text(child);
        let to = match name {
            "type" => &mut device.media_types,
            _ => &mut device.capabilities,
        };
        if to.len() >= MOST {
            continue;
        }
        let is = |word: &str| value.eq_ignore_ascii_case(word);
        match name {
            "description" => {}
            _ if is("false") || is("0") => {}
            "type" => to.extend(Some(value).filter(|value| !value.is_empty())),
            _ if is("true") || is("1") => to.push(clean(name)),
            _ if is("") => to.extend(supported(name, child)),
            _ => to.push(format!("{} {value}", clean(name))),
        }
    }
}

/// `<duplex><supported><full/></supported></duplex>` as `duplex full`; an empty element as itself.
fn supported(name: &str, node: Node<'_, '_>) -> Option<String> {
    let mut lists = node.children().filter(Node::is_element).peekable();
    if lists.peek().is_none() {
        return Some(clean(name));
    }
    let has = lists.find(|list| known(*list) == Some("supported"))?;
    let words = has.children().filter(Node::is_element).take(MOST);
    let words: Vec<String> = words.map(|word| clean(word.tag_name().name())).collect();
    (!words.is_empty()).then(|| format!("{} {}", clean(name), words.join(", ")))
}
