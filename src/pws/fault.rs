//! SOAP faults: their numbers, what each means, what is done about it.

use std::fmt;
use std::time::Duration;

use roxmltree::Node;

use crate::presence::clean;

/// A SOAP fault of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The service's error number, where one could be found.
    pub code: Option<u16>,
    /// The server's words, cleaned; bounded once the client has taken its secrets out of them.
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
    /// 123, 130 to 134, 136, 137, 142, 144, 145: the end point or subscription is gone.
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

/// A number that the service gives.
struct Meaning {
    code: u16,
    class: Class,
    /// What it means.
    words: &'static str,
    /// What people can do about it, where that is more than the class tells.
    advice: Option<&'static str>,
}

const fn row(code: u16, class: Class, words: &'static str) -> Meaning {
    Meaning {
        code,
        class,
        words,
        advice: None,
    }
}

const fn with_advice(
    code: u16,
    class: Class,
    words: &'static str,
    advice: &'static str,
) -> Meaning {
    Meaning {
        advice: Some(advice),
        ..row(code, class, words)
    }
}

/// The numbers that the service gives, and what each means.
#[rustfmt::skip]
static MEANINGS: [Meaning; 52] = [
    row(100, Class::SessionEnded, "the request carried no session key"),
    row(101, Class::SessionEnded, "the session has ended"),
    row(102, Class::ClientDefect, "the request was not complete"),
    row(103, Class::ClientDefect, "the request was not understood"),
    row(110, Class::ClientDefect, "the kind of presence is not known there"),
    with_advice(111, Class::SignInRefused, "the password is wrong",
        "The administrator knows the application user's password."),
    with_advice(112, Class::SignInRefused, "the kind of sign-in is not allowed",
        "Is the application user in the group 'Admin-3rd Party API'?"),
    with_advice(113, Class::SignInRefused, "the user name is not known",
        "Is it spelled as the server knows it, and licensed for presence?"),
    with_advice(114, Class::SignInRefused, "the sign-in failed",
        "Is the user enabled for presence on this server?"),
    row(115, Class::SettingRefused, "the presence to set is missing"),
    row(120, Class::SettingRefused, "this presence cannot be set"),
    row(121, Class::SettingRefused, "'available' cannot override other sources"),
    row(122, Class::SettingRefused, "'do not disturb' has to override other sources"),
    row(123, Class::SubscriptionGone, "an end point cannot change its address"),
    row(124, Class::BadContact, "the address of a contact is malformed"),
    row(125, Class::SettingRefused, "the time is not between an hour and a day"),
    row(130, Class::SubscriptionGone, "the end point's address is empty"),
    row(131, Class::SubscriptionGone, "the end point's time is not between an hour and a day"),
    row(132, Class::SubscriptionGone, "the end point is not known"),
    row(133, Class::SubscriptionGone, "the subscription is not known"),
    row(134, Class::SubscriptionGone, "the type of subscription is not known"),
    row(135, Class::ClientDefect, "too many contacts, or none"),
    row(136, Class::SubscriptionGone, "the end point is someone else's"),
    row(137, Class::SubscriptionGone, "the subscription is someone else's"),
    with_advice(138, Class::NoRoom, "the server has no free end points",
        "The administrator can allow more of them."),
    with_advice(139, Class::NoRoom, "the server has no free subscriptions",
        "The administrator can allow more of them."),
    row(140, Class::ClientDefect, "only an end user may ask for this"),
    row(141, Class::ClientDefect, "only the application user may ask for this"),
    row(142, Class::SubscriptionGone, "the end point's address holds spaces"),
    row(143, Class::BadContact, "the address of a contact is empty"),
    row(144, Class::SubscriptionGone, "a contact is not in the subscription"),
    row(145, Class::SubscriptionGone, "neither a time nor contacts were given"),
    row(146, Class::ClientDefect, "no list of contacts was given"),
    row(147, Class::BadContact, "the element of a contact is not valid"),
    row(148, Class::BadContact, "the attribute of a contact is not valid"),
    row(150, Class::ClientDefect, "the body of the request could not be read"),
    row(160, Class::AlreadySignedIn, "the user is signed in already, elsewhere"),
    row(161, Class::SettingRefused, "another source has set the presence over it"),
    row(162, Class::SettingRefused, "the source of the presence is not valid"),
    row(200, Class::ServerError, "the server has an internal error"),
    row(201, Class::ServerError, "the server could not end the end point"),
    row(202, Class::ServerError, "the server could not subscribe"),
    row(203, Class::ServerError, "the server could not end the subscription"),
    row(204, Class::SettingRefused, "the server could not set the presence"),
    row(205, Class::ServerError, "the server could not sign out"),
    row(206, Class::ServerError, "the server has no number for the end point"),
    row(207, Class::ServerError, "the server has no number for the subscription"),
    with_advice(208, Class::SignInRefused, "the server could not sign the user in",
        "Is the user enabled for presence, and are the server's services running?"),
    with_advice(209, Class::ServerError, "the server could not answer",
        "Are the server's presence services running?"),
    with_advice(210, Class::Throttled, "the server is at the limit of its CPU",
        "The administrator sees what keeps it busy."),
    with_advice(211, Class::NoRoom, "the server has no free SIP subscriptions",
        "The administrator can allow more of them."),
    with_advice(212, Class::Throttled, "the server gets too many requests a second",
        "The administrator can allow more of them."),
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

    fn meaning(&self) -> Option<&'static Meaning> {
        let code = self.code?;
        MEANINGS.iter().find(|row| row.code == code)
    }

    /// What is to be done about it.
    pub fn class(&self) -> Class {
        self.meaning().map_or(Class::ServerError, |row| row.class)
    }

    /// What it means, in our words.
    pub fn in_words(&self) -> &'static str {
        self.meaning()
            .map_or("the server refused the request", |row| row.words)
    }

    /// What whosin does about it, and what people can do.
    pub fn advice(&self) -> String {
        let does = match self.class() {
            Class::SessionEnded => "whosin signs in again.",
            Class::ClientDefect => "This is a defect of whosin: please report it.",
            Class::SignInRefused => {
                "Correct name and password; whosin does not try again by itself."
            }
            Class::AlreadySignedIn => "Another client uses the same user.",
            Class::BadContact => "The contact is set aside.",
            Class::SubscriptionGone => "It is made anew.",
            Class::NoRoom => "whosin asks instead of being told.",
            Class::SettingRefused => "Choose another state.",
            Class::Throttled => "whosin asks more slowly.",
            Class::ServerError => "If it stays, tell the administrator.",
        };
        match self.meaning().and_then(|row| row.advice) {
            Some(advice) => format!("{does} {advice}"),
            None => does.into(),
        }
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
    // Far more than is shown: what is cut off here cannot be searched for secrets.
    const LONGEST: usize = 16_384;
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
    let known = |number: &u16| MEANINGS.iter().any(|row| row.code == *number);
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
