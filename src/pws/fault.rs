use std::fmt;

use std::time::Duration;

use roxmltree::Node;

use crate::presence::clean;

/// A SOAP fault of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The service's error number, where one could be found.
    pub code: Option<u16>,
    /// The server's words, cleaned and bounded.
    pub words: String,
    /// How long to wait before the next request, where the answer's `Retry-After` says so.
    pub retry_after: Option<Duration>,
}

/// What a client does about a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 100, 101: sign in again, then repeat the request once.
    SessionEnded,
    /// 102, 103, 110, 135, 140, 141, 146, 150: whosin asked for something wrong.
    ClientDefect,
    /// 111 to 114, 208: the sign-in is refused; nothing is repeated without the user.
    SignInRefused,
    /// 160: the user is signed in elsewhere.
    AlreadySignedIn,
    /// 124, 143, 147, 148: one of the contacts is malformed.
    BadContact,
    /// 130 to 134, 136, 137, 142, 144, 145: the endpoint or subscription is gone.
    SubscriptionGone,
    /// 138, 139, 211: the server has no room for endpoints or subscriptions.
    NoRoom,
    /// 115, 120, 121, 122, 125, 161, 162, 204: setting the own presence is refused.
    SettingRefused,
    /// 210, 212: the server asks for fewer requests.
    Throttled,
    /// 200 to 203, 205 to 207, 209, and whatever has no number: the server's own trouble.
    ServerError,
}

/// The numbers that the service gives, and what each means.
const MEANINGS: [(u16, Class, &str); 51] = [
    (100, Class::SessionEnded, "no session key"),
    (101, Class::SessionEnded, "the session has ended"),
    (102, Class::ClientDefect, "the request was not understood"),
    (103, Class::ClientDefect, "the request was not understood"),
    (
        110,
        Class::ClientDefect,
        "the kind of presence is not known there",
    ),
    (111, Class::SignInRefused, "the password is wrong"),
    (
        112,
        Class::SignInRefused,
        "the kind of sign-in is not allowed",
    ),
    (113, Class::SignInRefused, "the user name is not known"),
    (114, Class::SignInRefused, "the sign-in failed"),
    (115, Class::SettingRefused, "the presence cannot be set"),
    (120, Class::SettingRefused, "the presence cannot be set"),
    (121, Class::SettingRefused, "available cannot override"),
    (122, Class::SettingRefused, "do not disturb must override"),
    (124, Class::BadContact, "a contact is malformed"),
    (125, Class::SettingRefused, "the time is out of range"),
    (130, Class::SubscriptionGone, "the endpoint is not valid"),
    (131, Class::SubscriptionGone, "the endpoint is not valid"),
    (
        132,
        Class::SubscriptionGone,
        "the subscription is not valid",
    ),
    (
        133,
        Class::SubscriptionGone,
        "the subscription is not valid",
    ),
    (
        134,
        Class::SubscriptionGone,
        "the subscription is not valid",
    ),
    (135, Class::ClientDefect, "no contacts were asked for"),
    (
        136,
        Class::SubscriptionGone,
        "the subscription belongs to someone else",
    ),
    (137, Class::SubscriptionGone, "the subscription is gone"),
    (138, Class::NoRoom, "the server has no free endpoints"),
    (139, Class::NoRoom, "the server has no free subscriptions"),
    (140, Class::ClientDefect, "the wrong kind of user asked"),
    (141, Class::ClientDefect, "the wrong kind of user asked"),
    (142, Class::SubscriptionGone, "the endpoint is gone"),
    (143, Class::BadContact, "a contact is malformed"),
    (144, Class::SubscriptionGone, "the endpoint is gone"),
    (145, Class::SubscriptionGone, "the subscription is gone"),
    (146, Class::ClientDefect, "too many contacts were asked for"),
    (147, Class::BadContact, "a contact is malformed"),
    (148, Class::BadContact, "a contact is malformed"),
    (150, Class::ClientDefect, "the request was not understood"),
    (
        160,
        Class::AlreadySignedIn,
        "the user is signed in elsewhere",
    ),
    (161, Class::SettingRefused, "the presence cannot be set"),
    (162, Class::SettingRefused, "the presence cannot be set"),
    (200, Class::ServerError, "the server has an internal error"),
    (201, Class::ServerError, "the server has an internal error"),
    (202, Class::ServerError, "the server has an internal error"),
    (203, Class::ServerError, "the server has an internal error"),
    (204, Class::SettingRefused, "the presence cannot be set"),
    (205, Class::ServerError, "the server has an internal error"),
    (206, Class::ServerError, "the server has an internal error"),
    (207, Class::ServerError, "the server has an internal error"),
    (208, Class::SignInRefused, "the sign-in failed"),
    (209, Class::ServerError, "the server has an internal error"),
    (210, Class::Throttled, "the server is at its CPU limit"),
    (
        211,
        Class::NoRoom,
        "the server has no free SIP subscriptions",
    ),
    (
        212,
        Class::Throttled,
        "the server gets too many requests a second",
    ),
];

impl Fault {
    /// Reads a SOAP 1.1 or 1.2 `Fault` element. Where the number stands differs between releases:
    /// it is looked for in the detail, in the fault string or reason, then in any of the text.
    pub(super) fn read(node: Node<'_, '_>) -> Fault {
        let named = |wanted: &[&str]| {
            let found = node
                .descendants()
                .find(|node| wanted.contains(&node.tag_name().name()));
            found.map(all_text).unwrap_or_default()
        };
        let detail = named(&["detail", "Detail"]);
        let reason = named(&["faultstring", "Reason", "Text"]);
        let whole = all_text(node);
        let code = [&detail, &reason, &whole]
            .into_iter()
            .find_map(|text| number_in(text));
        let code = code.or_else(|| {
            let attributes = node.descendants().flat_map(|node| node.attributes());
            attributes
                .filter_map(|attribute| number_in(attribute.value()))
                .next()
        });
        let code = code.or_else(|| code_by_words(&whole));
        let words = [reason, detail, whole]
            .into_iter()
            .find(|text| !text.is_empty());
        Fault {
            code,
            words: words.unwrap_or_else(|| "no reason given".into()),
            retry_after: None,
        }
    }

    fn meaning(&self) -> Option<&'static (u16, Class, &'static str)> {
        let code = self.code?;
        MEANINGS.iter().find(|row| row.0 == code)
    }

    /// What is to be done about it.
    pub fn class(&self) -> Class {
        self.meaning().map_or(Class::ServerError, |row| row.1)
    }

    /// What it means, in our words.
    pub fn in_words(&self) -> &str {
        self.meaning()
            .map_or("the server refused the request", |row| row.2)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{} (error {code}: {})", self.in_words(), self.words),
            None => write!(f, "{} ({})", self.in_words(), self.words),
        }
    }
}

fn all_text(node: Node<'_, '_>) -> String {
    const LONGEST: usize = 300;
    let mut whole = String::new();
    for text in node
        .descendants()
        .filter(Node::is_text)
        .filter_map(|node| node.text())
    {
        let end = text.floor_char_boundary(LONGEST.saturating_sub(whole.len()));
        whole.push_str(&text[..end]);
        whole.push(' ');
    }
    clean(&whole)
}

/// The first number of the service's that stands by itself in the text.
fn number_in(text: &str) -> Option<u16> {
    let numbers = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-');
    let bare = numbers.map(|word| word.trim_matches(['.', '-']));
    let known = |number: &u16| MEANINGS.iter().any(|row| row.0 == *number);
    bare.filter_map(|word| word.parse().ok()).find(known)
}

/// Some releases give only a message.
fn code_by_words(text: &str) -> Option<u16> {
    let text = text.to_lowercase();
    let says = |words: &[&str]| words.iter().all(|word| text.contains(word));
    let table: [(&[&str], u16); 14] = [
        (&["session", "key", "not valid"], 101),
        (&["session", "invalid"], 101),
        (&["invalid", "session"], 101),
        (&["session", "expired"], 101),
        (&["no session"], 100),
        (&["already", "logged"], 160),
        (&["password"], 111),
        (&["user", "name"], 113),
        (&["username"], 113),
        (&["login", "failed"], 114),
        (&["authentication"], 114),
        (&["too many requests"], 212),
        (&["cpu"], 210),
        (&["contact", "uri"], 124),
    ];
    table
        .into_iter()
        .find(|(words, _)| says(words))
        .map(|(_, code)| code)
}
