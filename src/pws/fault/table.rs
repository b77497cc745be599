//! The service's table of errors: what each number means, and what a client does about it.

/// What a client does about a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 100, 101: sign in again, then repeat the request once.
    SessionEnded,
    /// 102, 103, 110, 112, 115, 121 to 123, 125, 131, 134, 135, 140, 141, 146, 150, 161, 162: the
    /// request itself was wrong, which is a defect of whosin.
    ClientDefect,
    /// 111, 113, 114, 208: the sign-in is refused; nothing is repeated before the user acts, for
    /// retries could lock the account.
    SignInRefused,
    /// 160: the user is signed in elsewhere.
    AlreadySignedIn,
    /// 124, 143, 147, 148: one of the contacts is malformed.
    BadContact,
    /// 132, 133, 136, 137: the endpoint or the subscription is gone, or another session's; make it
    /// anew.
    SubscriptionGone,
    /// 144, 145: what the client takes for subscribed is not what the service has; bring the
    /// subscription in step.
    SubscriptionDiffers,
    /// 130, 138, 139, 142, 211: the service cannot notify this client, for it has no room left or
    /// does not accept the url; poll instead.
    CannotNotify,
    /// 120, 204: setting the own presence is refused.
    SettingRefused,
    /// 210, 212: the server wants fewer requests.
    Throttled,
    /// 200 to 203, 205 to 207, 209, and whatever has no number: the server's own trouble.
    ServerError,
}

/// A number that the service gives.
pub(super) struct Meaning {
    pub(super) code: u16,
    pub(super) class: Class,
    /// What it means.
    pub(super) words: &'static str,
    /// What people can do about it, where that is more than the class says.
    pub(super) advice: Option<&'static str>,
}

/// The row of a number; `None` where the service's table has no such number.
pub(super) fn meaning(code: u16) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|row| row.code == code)
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

/// Every number of the service's table.
#[rustfmt::skip]
static MEANINGS: [Meaning; 52] = [
    row(100, Class::SessionEnded, "the request carried no session key"),
    row(101, Class::SessionEnded, "the session has ended"),
    row(102, Class::ClientDefect, "the XML of the request could not be parsed"),
    row(103, Class::ClientDefect, "the request's root element is wrong"),
    row(110, Class::ClientDefect, "the presence type is neither BASIC nor RICH"),
    with_advice(111, Class::SignInRefused, "the password is empty", "Fill in the password."),
    row(112, Class::ClientDefect,
        "the sign-in is neither an application user's nor an end user's"),
    with_advice(113, Class::SignInRefused, "the user name is empty", "Fill in the user name."),
    row(114, Class::SignInRefused, "the sign-in failed: name, password or licence is wrong"),
    row(115, Class::ClientDefect, "the presence to set is empty"),
    row(120, Class::SettingRefused, "this presence cannot be set"),
    row(121, Class::ClientDefect, "'available' cannot override other sources"),
    row(122, Class::ClientDefect, "'do not disturb' has to override other sources"),
    row(123, Class::ClientDefect, "an endpoint cannot change its url"),
    row(124, Class::BadContact, "the address of a contact is malformed"),
    row(125, Class::ClientDefect, "'override' is neither true nor false"),
    row(130, Class::CannotNotify, "the endpoint's url is empty"),
    row(131, Class::ClientDefect, "the expiration is not between an hour and a day"),
    row(132, Class::SubscriptionGone, "the endpoint is not known"),
    row(133, Class::SubscriptionGone, "the subscription is not known"),
    row(134, Class::ClientDefect, "the type of subscription is not known"),
    row(135, Class::ClientDefect, "there are too many contacts, or none"),
    row(136, Class::SubscriptionGone, "the endpoint belongs to another session"),
    row(137, Class::SubscriptionGone, "the subscription belongs to another session"),
    with_advice(138, Class::CannotNotify, "the server has no free endpoints",
        "The administrator can allow more of them."),
    with_advice(139, Class::CannotNotify, "the server has no free subscriptions",
        "The administrator can allow more of them."),
    row(140, Class::ClientDefect, "only an end user may request this"),
    row(141, Class::ClientDefect, "only the application user may request this"),
    row(142, Class::CannotNotify, "the endpoint's url has spaces in it"),
    row(143, Class::BadContact, "the address of a contact is empty"),
    row(144, Class::SubscriptionDiffers, "a contact is not part of the subscription"),
    row(145, Class::SubscriptionDiffers, "neither an expiration nor contacts were given"),
    row(146, Class::ClientDefect, "no list of contacts was given"),
    row(147, Class::BadContact, "an element in the list of contacts is not valid"),
    row(148, Class::BadContact, "an attribute in the list of contacts is not valid"),
    row(150, Class::ClientDefect, "the body of the request could not be read"),
    row(160, Class::AlreadySignedIn, "the user is signed in already, elsewhere"),
    row(161, Class::ClientDefect, "the override tuple of the presence has a wrong name"),
    row(162, Class::ClientDefect, "the source element of the presence is wrong"),
    row(200, Class::ServerError, "the server has an internal error"),
    row(201, Class::ServerError, "the server could not unregister the endpoint"),
    row(202, Class::ServerError, "the server could not subscribe"),
    row(203, Class::ServerError, "the server could not unsubscribe"),
    row(204, Class::SettingRefused, "the server could not set the presence"),
    row(205, Class::ServerError, "the server could not sign out"),
    row(206, Class::ServerError, "the server has no number for the endpoint"),
    row(207, Class::ServerError, "the server has no number for the subscription"),
    with_advice(208, Class::SignInRefused, "the server could not sign the user in",
        "Are the server's presence services running?"),
    row(209, Class::ServerError, "the server could not register the endpoint"),
    with_advice(210, Class::Throttled, "the server is at the limit of its CPU",
        "The administrator sees what keeps it busy."),
    with_advice(211, Class::CannotNotify, "the server has no free SIP subscriptions",
        "The administrator can allow more of them."),
    with_advice(212, Class::Throttled, "the server gets too many requests a second",
        "The administrator can allow more of them."),
];
