//! The service's description, as it answers it at `?wsdl`: written for the simulator from what the
//! protocol is, for clients that are generated from one.

/// The description of a service at an address.
pub(super) fn at(location: &str) -> String {
    include_str!("service.wsdl").replace("{location}", location)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use roxmltree::{Document, Node};

    use super::super::envelope::{Operation, SERVICE};
    use super::super::schema::{STRUCTURES, parameters_of};
    use super::*;

    const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema";
    const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";

    /// The names of the elements that are declared inside another, but not inside those.
    fn declared<'a>(inside: Node<'a, 'a>) -> HashSet<&'a str> {
        let inner = |node: &Node<'_, '_>| node.has_tag_name((SCHEMA, "element"));
        inside
            .descendants()
            .filter(|node| *node != inside && inner(node))
            .filter_map(|node| node.attribute("name"))
            .collect()
    }

    fn named<'a>(document: &'a Document<'a>, kind: (&str, &str), name: &str) -> Node<'a, 'a> {
        document
            .descendants()
            .find(|node| node.has_tag_name(kind) && node.attribute("name") == Some(name))
            .unwrap_or_else(|| panic!("no {name}"))
    }

    #[test]
    fn it_describes_what_is_accepted_and_nothing_else() {
        let text = at("http://cup:8082/presence-service/soap");
        let document = Document::parse(&text).unwrap();
        let schema = document
            .descendants()
            .find(|node| node.has_tag_name((SCHEMA, "schema")))
            .unwrap();
        assert_eq!(schema.attribute("targetNamespace"), Some(SERVICE));
        for operation in Operation::ALL {
            let request = schema
                .children()
                .find(|node| node.attribute("name") == Some(operation.name()))
                .unwrap();
            let accepted = parameters_of(operation).iter().copied().collect();
            assert_eq!(declared(request), accepted, "{operation:?}");
            named(&document, (WSDL, "operation"), operation.name());
        }
        for (structure, accepted) in STRUCTURES {
            let element = named(&document, (SCHEMA, "element"), structure);
            let of = element.attribute("type").unwrap();
            let of = named(&document, (SCHEMA, "complexType"), &of["pws:".len()..]);
            assert_eq!(
                declared(of),
                accepted.iter().copied().collect(),
                "{structure}"
            );
        }
    }

    #[test]
    fn it_says_where_the_service_was_found() {
        let text = at("https://cup:8083/presence-service/soap");
        let document = Document::parse(&text).unwrap();
        let locations: Vec<&str> = document
            .descendants()
            .filter_map(|node| node.attribute("location"))
            .collect();
        assert_eq!(locations, ["https://cup:8083/presence-service/soap"; 2]);
    }
}
