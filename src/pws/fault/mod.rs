//! SOAP faults: their numbers, what each means, what is done about it.

mod recognition;
mod table;

use std::fmt;
use std::time::Duration;

use crate::presence::tree::Node;

pub use table::Class;

use crate::link::SignIn;
use crate::presence::clean;
use table::{Meaning, meaning};

/// A SOAP fault of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The service's error number, where one could be found.
    pub code: Option<u16>,
    /// The server's words, cleaned; bounded once the client has taken its secrets out of them.
    pub words: String,
    /// How long to wait before the next request, from `Retry-After`.
    pub retry_after: Option<Duration>,
}

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
        let code = recognition::code(node, [&detail, &reason, &whole]);
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
        meaning(self.code?)
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
            Class::SubscriptionDiffers => "It is brought in step.",
            Class::CannotNotify => "whosin polls instead.",
            Class::SettingRefused => "Choose another state.",
            Class::Throttled => "whosin sends fewer requests.",
            Class::ServerError => "If it stays, tell the administrator.",
        };
        self.with_own_advice(does)
    }

    /// What people can do about a sign-in that was refused: what comes first to mind differs
    /// between the two.
    pub fn sign_in_advice(&self, sign_in: SignIn) -> String {
        let check = match (self.code, sign_in) {
            (Some(114 | 208), SignIn::Application) => {
                "Correct its password; the administrator knows it, and whether the user is in the \
                 group 'Admin-3rd Party API'. whosin does not try again by itself."
            }
            (Some(114 | 208), SignIn::EndUser) => {
                "Is the name spelled as the server knows it, and is the user enabled for \
                 presence? whosin does not try again by itself."
            }
            _ => return self.advice(),
        };
        self.with_own_advice(check)
    }

    fn with_own_advice(&self, general: &str) -> String {
        match self.meaning().and_then(|row| row.advice) {
            Some(own) => format!("{general} {own}"),
            None => general.into(),
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
