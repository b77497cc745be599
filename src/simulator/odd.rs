//! Odd and hostile documents: well-formed XML that a careless reader trips over.

use super::xml::Content;

/// A document that nobody should trust, for an address; which one is chosen by `lot`.
pub(super) fn document(address: &str, lot: u64) -> Content {
    let mut kinds: Vec<fn(&str) -> String> = vec![
        |_| r#"<presence xmlns="urn:ietf:params:xml:ns:pidf"/>"#.into(),
        |address| {
            format!(r#"<presence entity="sip:{address}" xmlns="urn:ietf:params:xml:ns:pidf"/>"#)
        },
        |address| {
            format!(
                r#"<presence entity="sip:{address}" xmlns="urn:example:nothing"><tuple/></presence>"#
            )
        },
        |address| {
            format!(
                r#"<watcherinfo entity="sip:{address}" xmlns="urn:ietf:params:xml:ns:watcherinfo"/>"#
            )
        },
        |_| r#"<presence entity="sip:@@:::" xmlns="urn:ietf:params:xml:ns:pidf"/>"#.into(),
        nested,
        shouting,
        disguised,
        crowded,
        contradicting,
        out_of_time,
    ];
    let kind = kinds.swap_remove((lot % kinds.len() as u64) as usize);
    Content::Verbatim(kind(address))
}

fn presence(address: &str, inside: &str) -> String {
    format!(
        r#"<presence entity="sip:{address}" xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:r="urn:ietf:params:xml:ns:pidf:rpid" xmlns:c="urn:cisco:params:xml:ns:pidf:rpid">{inside}</presence>"#
    )
}

/// Elements in elements, two hundred deep.
fn nested(address: &str) -> String {
    let depth = 200;
    let inside = format!(
        "{}{}",
        "<r:other>".repeat(depth),
        "</r:other>".repeat(depth)
    );
    presence(
        address,
        &format!("<dm:person><r:activities>{inside}</r:activities></dm:person>"),
    )
}

/// A note of a hundred thousand letters.
fn shouting(address: &str) -> String {
    let note = "HELLO ".repeat(17_000);
    presence(
        address,
        &format!(
            "<dm:person><r:activities><c:available/></r:activities><dm:note>{note}</dm:note></dm:person>"
        ),
    )
}

/// A note with characters that turn text around, hide it or move the cursor.
fn disguised(address: &str) -> String {
    presence(
        address,
        "<dm:person><r:activities><c:busy/></r:activities><dm:note>\u{202e}evil\u{2066} \u{200b}\u{9b}31m\u{feff}&#x85; text\t\n\u{61c}</dm:note></dm:person>",
    )
}

/// A thousand activities that nobody has heard of, and one that counts.
fn crowded(address: &str) -> String {
    let strange: String = (0..1000).map(|n| format!("<c:state-{n}/>")).collect();
    presence(
        address,
        &format!("<dm:person><r:activities>{strange}<r:meeting/></r:activities></dm:person>"),
    )
}

/// Everything at once.
fn contradicting(address: &str) -> String {
    let all = "<c:available/><c:dnd/><r:vacation/><c:unavailable/><r:unknown/>";
    presence(
        address,
        &format!(
            "<dm:person><r:activities>{all}</r:activities></dm:person><dm:person/>\
             <tuple id=\"\"><status><basic>ajar</basic></status></tuple><tuple/>"
        ),
    )
}

/// Times that no calendar has.
fn out_of_time(address: &str) -> String {
    presence(
        address,
        "<dm:person><r:activities from=\"yesterday\" until=\"2026-02-30T25:61:00Z\"><r:meeting/></r:activities>\
         <r:user-input last-input=\"-1\">idle</r:user-input><r:time-offset>1e99</r:time-offset></dm:person>\
         <tuple id=\"t\"><status><basic>open</basic></status><contact priority=\"7\">sip:</contact><timestamp/></tuple>",
    )
}
