//! Which error of the service's table a fault is.
//!
//! Where the number stands differs between releases, and some give words alone. A number that is
//! marked as the error's counts most, then the words, then any other number: a sentence such as
//! "at most 100 contacts" has a number in it that is not the error's.

use crate::presence::tree::Node;

use super::table::meaning;

/// Finds the number in a SOAP `Fault`, of which `texts` are the detail, the reason and the whole
/// text, in this order.
pub(super) fn code(fault: Node<'_, '_>, texts: [&str; 3]) -> Option<u16> {
    let by_text = |find: fn(&str) -> Option<u16>| texts.into_iter().find_map(find);
    in_markup(fault)
        .or_else(|| by_text(marked_number))
        .or_else(|| by_text(by_words))
        .or_else(|| by_text(lone_number))
}

/// A number of the table.
fn known(text: &str) -> Option<u16> {
    let code = text.trim().parse().ok()?;
    meaning(code).map(|row| row.code)
}

/// A number that is the whole of an element or an attribute; one whose name says that it is the
/// error's counts before others.
fn in_markup(fault: Node<'_, '_>) -> Option<u16> {
    let elements = fault.descendants().filter_map(|node| {
        let code = known(node.text()?)?;
        node.is_element().then(|| (node.tag_name().name(), code))
    });
    let attributes = fault
        .descendants()
        .flat_map(|node| node.attributes())
        .filter_map(|(name, value)| Some((name, known(value)?)));
    let found: Vec<(&str, u16)> = elements.chain(attributes).collect();
    let names_error = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["code", "error", "fault"]
            .iter()
            .any(|part| name.contains(part))
    };
    let named = found.iter().find(|(name, _)| names_error(name));
    named.or(found.first()).map(|(_, code)| *code)
}

/// The words of a text, with the numbers among them.
fn words(text: &str) -> Vec<String> {
    // A dot or a hyphen inside keeps addresses and versions from looking like error numbers.
    text.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-')
        .map(|word| word.trim_matches(['.', '-']))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// A number that stands where error numbers stand: alone, at the start of the text, at its end, or
/// after a word such as 'error' or 'code'; or after the dot of a fault code (`Client.111`).
fn marked_number(text: &str) -> Option<u16> {
    const MARKS: [&str; 8] = [
        "error",
        "code",
        "errorcode",
        "fault",
        "faultcode",
        "number",
        "no",
        "errno",
    ];
    let words = words(text);
    let last = words.len().checked_sub(1)?;
    words.iter().enumerate().find_map(|(at, word)| {
        if let Some((name, number)) = word.rsplit_once('.')
            && name.chars().all(char::is_alphabetic)
        {
            return known(number);
        }
        let after_mark = at > 0 && MARKS.contains(&words[at - 1].as_str());
        let marked = at == 0 || at == last || after_mark;
        known(word).filter(|_| marked && !is_quantity(&words, at))
    })
}

/// Any number that is no quantity.
fn lone_number(text: &str) -> Option<u16> {
    let words = words(text);
    let numbers = words.iter().enumerate();
    let lone = numbers.filter(|(at, _)| !is_quantity(&words, *at));
    lone.filter_map(|(_, word)| known(word)).next()
}

/// Whether the number there says how many of something there are.
fn is_quantity(words: &[String], at: usize) -> bool {
    const BEFORE: [&str; 14] = [
        "to", "than", "of", "and", "most", "least", "maximum", "minimum", "max", "min", "limit",
        "within", "port", "line",
    ];
    const AFTER: [&str; 10] = [
        "contact",
        "contacts",
        "second",
        "seconds",
        "s",
        "request",
        "requests",
        "characters",
        "endpoints",
        "subscriptions",
    ];
    let before = at.checked_sub(1).map(|before| words[before].as_str());
    let after = words.get(at + 1).map(String::as_str);
    before.is_some_and(|word| BEFORE.contains(&word))
        || after.is_some_and(|word| AFTER.contains(&word))
}

/// Longer sentences contain many words by chance.
const LONGEST_SENTENCE: usize = 24;

/// The number whose documented sentence, or a variant of it, a sentence of the text is: the one
/// with the most words in common.
fn by_words(text: &str) -> Option<u16> {
    let sentences = text.split(['.', ';', '!', '?', '(', ')', '\n']);
    let found = sentences.filter_map(|sentence| {
        let sentence = normalised(sentence);
        let words: Vec<&str> = sentence.split(' ').collect();
        if words.len() > LONGEST_SENTENCE {
            return None;
        }
        let best = SENTENCES
            .iter()
            .flat_map(|(code, variants)| variants.iter().map(|variant| (*code, *variant)))
            .filter(|(_, variant)| variant.split(' ').all(|word| words.contains(&word)))
            .map(|(code, variant)| (variant.split(' ').count(), code));
        // Of several with as many words, the first of the table.
        best.reduce(|best, next| if next.0 > best.0 { next } else { best })
    });
    found
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, code)| code)
}

/// A sentence in lower case, without punctuation, with one word for each of several that mean the
/// same.
fn normalised(sentence: &str) -> String {
    let mut words = String::from(" ");
    for word in sentence.split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() {
            words.push_str(&word.to_lowercase());
            words.push(' ');
        }
    }
    for (variant, word) in SYNONYMS {
        words = words.replace(&format!(" {variant} "), &format!(" {word} "));
    }
    words.trim().to_string()
}

/// Words that are read as others, in the order in which they are replaced.
#[rustfmt::skip]
const SYNONYMS: &[(&str, &str)] = &[
    ("end point", "endpoint"), ("end points", "endpoint"), ("endpoints", "endpoint"),
    ("endpointid", "endpoint id"), ("subscriptionid", "subscription id"),
    ("subscriptions", "subscription"), ("contacts", "contact"), ("requests", "request"),
    ("elements", "element"), ("attributes", "attribute"), ("spaces", "space"),
    ("contactslist", "contact list"), ("contactlist", "contact list"),
    ("list of contact", "contact list"), ("contacturi", "contact url"),
    ("sessionkey", "session key"), ("session id", "session key"),
    ("presencetype", "presence type"), ("basicpresence", "basic presence"),
    ("subscriptiontype", "subscription type"), ("type of subscription", "subscription type"),
    ("type of presence", "presence type"), ("enduser", "end user"), ("app user", "application user"),
    ("user name", "username"), ("user id", "username"), ("userid", "username"),
    ("uri", "url"), ("address", "url"), ("expiry", "expiration"), ("license", "licence"),
    ("licensed", "licence"), ("log in", "login"), ("log on", "login"), ("logon", "login"),
    ("sign in", "login"), ("signin", "login"), ("signed in", "loggedin"),
    ("logged in", "loggedin"), ("logged on", "loggedin"), ("log out", "logout"),
    ("log off", "logout"), ("logoff", "logout"), ("sign out", "logout"), ("signout", "logout"),
    ("can not", "cannot"), ("can t", "cannot"), ("could not", "cannot"), ("couldn t", "cannot"),
    ("unable to", "cannot"), ("failed to", "cannot"), ("failure", "failed"), ("fails", "failed"),
    ("is not valid", "invalid"), ("not valid", "invalid"), ("isn t valid", "invalid"),
    ("incorrect", "invalid"), ("wrong", "invalid"), ("bad", "invalid"), ("illegal", "invalid"),
    ("does not exist", "unknown"), ("doesn t exist", "unknown"), ("not found", "unknown"),
    ("not known", "unknown"), ("no such", "unknown"), ("not recognised", "unknown"),
    ("not recognized", "unknown"), ("missing", "empty"), ("blank", "empty"), ("null", "empty"),
    ("not present", "empty"), ("not specified", "empty"), ("not provided", "empty"),
    ("not supplied", "empty"), ("not given", "empty"), ("not set", "unset"),
    ("out of range", "range"), ("not between", "range"), ("not within", "range"),
    ("must be between", "range"), ("too many", "toomany"), ("exceeded", "limit"),
    ("exceeds", "limit"), ("maximum", "limit"), ("max", "limit"), ("limits", "limit"),
    ("required", "needed"), ("requires", "needed"), ("needs", "needed"), ("must be", "needed"),
    ("only", "needed"), ("belongs", "another"), ("someone else s", "another"),
    ("somebody else s", "another"), ("not owned", "another"), ("different", "another"),
    ("parsed", "parse"), ("parsing", "parse"), ("parser", "parse"), ("renewing", "renew"),
    ("renewal", "renew"), ("renewed", "renew"), ("registering", "register"),
    ("registration", "register"), ("subscribing", "subscribe"),
    ("unsubscribing", "unsubscribe"), ("unregistering", "unregister"),
    ("assign", "generate"), ("allocate", "generate"), ("create", "generate"),
];

/// For each number, sets of words that a sentence with its meaning has; in the words of
/// [`SYNONYMS`]. None is a single word: 'password' stands in sentences of all kinds.
#[rustfmt::skip]
const SENTENCES: &[(u16, &[&str])] = &[
    (100, &["no session key", "session key empty", "without session key"]),
    (101, &["session key invalid", "session key unknown", "session key expired",
        "session invalid", "session expired", "session ended"]),
    (102, &["xml parse", "xml malformed", "xml well formed"]),
    (103, &["root element"]),
    (110, &["presence type invalid", "presence type unknown", "presence type neither",
        "presence type needed"]),
    (111, &["password empty", "no password"]),
    (112, &["login type", "neither application end user", "neither form login"]),
    (113, &["username empty", "no username"]),
    (114, &["login failed", "authentication failed", "username password invalid",
        "password invalid", "credentials invalid", "username unknown", "username invalid",
        "user unknown", "user not licence", "not authenticated", "login refused",
        "login denied"]),
    (115, &["basic presence empty"]),
    (120, &["presence data invalid", "presence unset", "presence cannot set",
        "presence information invalid"]),
    (121, &["available override"]),
    (122, &["dnd override", "do not disturb override"]),
    (123, &["endpoint renew url", "endpoint renew with url"]),
    (124, &["contact malformed", "contact invalid", "contact url malformed",
        "contact url invalid"]),
    (125, &["override neither", "override invalid", "override neither true false",
        "override needed true false"]),
    (130, &["endpoint url empty", "endpoint no url"]),
    (131, &["expiration range", "expiration invalid", "expiration needed between"]),
    (132, &["endpoint unknown", "endpoint invalid", "endpoint id invalid", "endpoint id unknown",
        "endpoint expired"]),
    (133, &["subscription unknown", "subscription invalid", "subscription id invalid",
        "subscription id unknown", "subscription expired"]),
    (134, &["subscription type invalid", "subscription type unknown", "subscription type not",
        "subscription type needed"]),
    (135, &["number contact", "toomany contact", "contact limit"]),
    (136, &["endpoint another session", "endpoint another user", "endpoint another application",
        "endpoint another"]),
    (137, &["subscription another session", "subscription another user", "subscription another"]),
    (138, &["no endpoint free", "no endpoint available", "endpoint limit", "no more endpoint"]),
    (139, &["no subscription free", "no subscription available", "subscription limit",
        "no more subscription"]),
    (140, &["end user needed"]),
    (141, &["application user needed"]),
    (142, &["endpoint url space", "url space"]),
    (143, &["contact empty", "contact url empty"]),
    (144, &["contact not part subscription", "contact not in subscription",
        "contact not subscribed"]),
    (145, &["neither expiration contact", "expiration contact empty"]),
    (146, &["contact list empty", "no contact list"]),
    (147, &["element contact list invalid", "element contact list", "contact element invalid"]),
    (148, &["attribute contact list invalid", "attribute contact list",
        "contact attribute invalid"]),
    (150, &["body cannot read", "body read", "request body"]),
    (160, &["already loggedin", "already login"]),
    (161, &["override tuple", "override tuple named"]),
    (162, &["source element", "source element invalid"]),
    (200, &["internal error", "server error", "internal server error"]),
    (201, &["cannot unregister", "unregister failed", "unregister endpoint failed"]),
    (202, &["cannot subscribe", "subscribe failed", "subscription failed"]),
    (203, &["cannot unsubscribe", "unsubscribe failed"]),
    (204, &["server cannot set presence", "set presence failed", "setpresence failed"]),
    (205, &["cannot logout", "logout failed"]),
    (206, &["no number endpoint", "cannot generate endpoint", "cannot generate endpoint id"]),
    (207, &["no number subscription", "cannot generate subscription",
        "cannot generate subscription id"]),
    (208, &["cannot login", "server cannot login", "login failed server"]),
    (209, &["cannot register", "register failed", "register endpoint failed"]),
    (210, &["cpu limit", "cpu usage", "cpu high", "cpu overloaded"]),
    (211, &["no sip subscription free", "no sip subscription available", "sip subscription limit",
        "no more sip subscription"]),
    (212, &["toomany request", "request limit", "request rate"]),
];
