//! The topics of the shared feed, below a prefix and the version of the scheme.

use crate::presence::Address;

/// The topics below a prefix.
///
/// ```text
/// PREFIX/v1/publisher/ID                           a publisher's heartbeat
/// PREFIX/v1/presence/DOMAIN/USER                   a contact, as JSON
/// PREFIX/v1/presence/DOMAIN/USER/availability      the same in one plain word
/// PREFIX/v1/wanted/DOMAIN/USER                     a board asks for a contact whom nobody publishes
/// ```
/// The domain stands first, so that an access list of a broker can allow one domain:
/// `PREFIX/v1/presence/example.com/#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topics {
    prefix: String,
}

/// What a topic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic<'a> {
    /// The heartbeat of the publisher with this ID.
    Publisher(&'a str),
    /// The state of a contact, as JSON.
    Presence,
    /// The same in one plain word; the topic of the state that it belongs to.
    Word(&'a str),
    /// That a board wants a contact.
    Wanted,
    /// Anything else.
    Other,
}

impl Topics {
    /// The topics below this prefix; `None` where it cannot begin topics (MQTT 5, section 4.7).
    pub fn new(prefix: &str) -> Option<Topics> {
        let is_level = |level: &str| {
            let is_wild = |letter| matches!(letter, '+' | '#');
            !level.is_empty() && !level.contains(is_wild) && !level.contains(char::is_control)
        };
        let is_prefix = !prefix.starts_with('$') && prefix.split('/').all(is_level);
        is_prefix.then(|| Topics {
            prefix: prefix.into(),
        })
    }

    /// The prefix.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The state of a contact.
    pub fn presence(&self, contact: &Address) -> String {
        self.of_contact("presence", contact)
    }

    /// That a board wants a contact.
    pub fn wanted(&self, contact: &Address) -> String {
        self.of_contact("wanted", contact)
    }

    /// The topic of the state of the contact whom a wish at this topic is for; `None` where it is not
    /// the topic of a wish.
    pub fn state_of_wish(&self, topic: &str) -> Option<String> {
        let prefix = &self.prefix;
        let contact = topic.strip_prefix(&format!("{prefix}/v1/wanted/"))?;
        Some(format!("{prefix}/v1/presence/{contact}"))
    }

    /// Whom boards want.
    pub fn wishes(&self) -> String {
        format!("{}/v1/wanted/#", self.prefix)
    }

    fn of_contact(&self, what: &str, contact: &Address) -> String {
        // Topics differ by the case of their letters, addresses do not.
        let address = contact.as_str().to_lowercase();
        // An address has a user and a domain.
        let (user, domain) = address.rsplit_once('@').unwrap_or((&address, ""));
        let (user, domain) = (escaped(user), escaped(domain));
        format!("{}/v1/{what}/{domain}/{user}", self.prefix)
    }

    /// The state of a contact in one plain word.
    pub fn availability(&self, contact: &Address) -> String {
        format!("{}/availability", self.presence(contact))
    }

    /// The states of everybody and their plain words.
    pub fn everybody(&self) -> String {
        format!("{}/v1/presence/#", self.prefix)
    }

    /// The heartbeat of a publisher.
    pub fn publisher(&self, id: &str) -> String {
        format!("{}/v1/publisher/{}", self.prefix, escaped(id))
    }

    /// The heartbeats of all publishers.
    pub fn publishers(&self) -> String {
        format!("{}/v1/publisher/+", self.prefix)
    }

    /// What a topic is about.
    pub fn read<'a>(&self, topic: &'a str) -> Topic<'a> {
        let rest = topic.strip_prefix(&self.prefix);
        let Some(rest) = rest.and_then(|rest| rest.strip_prefix("/v1/")) else {
            return Topic::Other;
        };
        let levels: Vec<&str> = rest.split('/').collect();
        match levels[..] {
            ["publisher", id] => Topic::Publisher(id),
            ["presence", _domain, _user] => Topic::Presence,
            ["presence", _domain, _user, "availability"] => topic
                .strip_suffix("/availability")
                .map_or(Topic::Other, Topic::Word),
            ["wanted", _domain, _user] => Topic::Wanted,
            _ => Topic::Other,
        }
    }
}

/// A text as one level of a topic: what parts levels, is a wildcard, or is no text for brokers is
/// percent-encoded.
pub(super) fn escaped(text: &str) -> String {
    let mut level = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() || matches!(letter, '/' | '+' | '#' | '%' | '@' | ':' | ' ') {
            let mut bytes = [0; 4];
            for byte in letter.encode_utf8(&mut bytes).bytes() {
                level.push_str(&format!("%{byte:02X}"));
            }
        } else {
            level.push(letter);
        }
    }
    level
}
