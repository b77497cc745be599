//! The troubles that a service makes in life, by name.

/// A kind of trouble that the simulator can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trouble {
    /// More requests a second than the limit are refused: 210, 212, or a plain 503.
    Throttle,
    /// End users' sessions end after some polls.
    Expire,
    /// The application user's session, and all that hang on it, ends after some polls.
    ExpireApp,
    /// The login of an end user at the first node is redirected to the second.
    Redirect,
    /// Each node redirects to the other.
    RedirectLoop,
    /// A login names the second node as backup; the first dies after some requests and comes back.
    Backup,
    /// The first node restarts after some requests, and is down meanwhile.
    Restart,
    /// Somebody else signs in by force as the same end user.
    Steal,
    /// A user who is signed in gets error 160 without force, instead of the same key again.
    AlreadyIn,
    /// Some contacts make the request fail with 124 or 143.
    BadContact,
    /// Answers come late.
    Slow,
    /// Some requests are never answered.
    Hang,
    /// Some answers are cut short.
    Cut,
    /// Some answers are the HTML error page of a proxy.
    Html,
    /// Some answers are empty.
    Empty,
    /// Some kept-alive connections are reset instead of answered.
    Reset,
    /// No end points or subscriptions are left: 138, 139 or 211.
    NoEndpoints,
    /// Calls to clients are lost, as behind a firewall.
    LostCallbacks,
    /// Subscriptions are lost without a word, as when the service restarts.
    LoseSubscriptions,
    /// The network swallows everything for some seconds of each minute.
    Swallow,
    /// The presence that a user set outlasts the session.
    KeepPresence,
    /// Faults come with HTTP 500 instead of 200.
    Http500,
    /// Faults come in words alone, without their numbers.
    Unnumbered,
    /// Some requests fail with 200 to 209.
    ServerError,
    /// The application user's login is refused.
    RefuseApp,
    /// The end user's login is refused.
    RefuseUser,
    /// Some contacts are left out of each answer.
    Missing,
    /// Some contacts have odd or hostile documents.
    Odd,
    /// Some answers of the directory come late.
    DirectorySlow,
    /// The directory wants a sign-in at some nodes.
    DirectorySignIn,
    /// The directory of the first node is overloaded.
    DirectoryBusy,
    /// Some answers of the directory are web pages.
    DirectoryHtml,
    /// The directory counts and lists no further than its limit.
    DirectoryCapped,
    /// The directory has no display names.
    DirectoryNameless,
    /// Addresses are directory URIs, not user ids with the domain.
    DirectoryUri,
    /// Troubles that pass come and go at random. It stays the last of the list.
    Storm,
}

/// One line of the list of scenarios.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    /// The trouble.
    pub trouble: Trouble,
    /// Its name on the command line.
    pub name: &'static str,
    /// What the number after the name means, where one may be given (`throttle=5`): the number
    /// that holds without, the range it may have.
    pub number: Option<Number>,
    /// What it does, in one line.
    pub about: &'static str,
}

/// The number that may stand behind a scenario's name.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    /// The one that holds when none is given.
    pub default: u32,
    /// The least that may be given.
    pub least: u32,
    /// The most that may be given.
    pub most: u32,
}

const fn listed(trouble: Trouble, name: &'static str, about: &'static str) -> Listed {
    Listed {
        trouble,
        name,
        number: None,
        about,
    }
}

const fn numbered(
    trouble: Trouble,
    name: &'static str,
    (least, default, most): (u32, u32, u32),
    about: &'static str,
) -> Listed {
    Listed {
        trouble,
        name,
        number: Some(Number {
            default,
            least,
            most,
        }),
        about,
    }
}

const EVERY: (u32, u32, u32) = (1, 5, 1_000_000);

/// Every trouble, in the order of the list that people see.
pub(super) const LIST: &[Listed] = &[
    numbered(
        Trouble::Throttle,
        "throttle",
        (1, 5, 10_000),
        "refuse more than N requests a second (210, 212, or a plain 503)",
    ),
    numbered(
        Trouble::Expire,
        "expire",
        (1, 4, 1_000_000),
        "end an end user's session after N polls",
    ),
    numbered(
        Trouble::ExpireApp,
        "expire-app",
        (1, 6, 1_000_000),
        "end the application user's session, and all that hang on it, after N polls",
    ),
    listed(
        Trouble::Redirect,
        "redirect",
        "redirect the end user's login to the second node",
    ),
    listed(
        Trouble::RedirectLoop,
        "redirect-loop",
        "each node redirects the end user's login to the other",
    ),
    numbered(
        Trouble::Backup,
        "backup",
        (1, 5, 1_000_000),
        "name the second node as backup; the first dies after N requests, for 20 s",
    ),
    numbered(
        Trouble::Restart,
        "restart",
        (1, 20, 1_000_000),
        "the first node restarts after N requests, and is down for 3 s",
    ),
    numbered(
        Trouble::Steal,
        "steal",
        (1, 3, 1_000_000),
        "somebody else signs in by force as the same user after N polls",
    ),
    listed(
        Trouble::AlreadyIn,
        "already-in",
        "a user who is signed in gets error 160 without force, not the same key again",
    ),
    numbered(
        Trouble::BadContact,
        "bad-contact",
        (1, 20, 1_000_000),
        "one contact in N makes the whole request fail (124, 143)",
    ),
    numbered(
        Trouble::Slow,
        "slow",
        (1, 2, 3600),
        "answer after up to N seconds",
    ),
    numbered(
        Trouble::Hang,
        "hang",
        EVERY,
        "never answer every Nth request",
    ),
    numbered(Trouble::Cut, "cut", EVERY, "cut every Nth answer short"),
    numbered(
        Trouble::Html,
        "html",
        EVERY,
        "answer every Nth request with a proxy's HTML error page",
    ),
    numbered(
        Trouble::Empty,
        "empty",
        EVERY,
        "answer every Nth request with nothing",
    ),
    numbered(
        Trouble::Reset,
        "reset",
        EVERY,
        "reset the connection instead of answering every Nth request",
    ),
    numbered(
        Trouble::NoEndpoints,
        "no-endpoints",
        (138, 138, 211),
        "no end points or subscriptions are left (N: 138 for end points, 139 or 211 for subscriptions)",
    ),
    numbered(
        Trouble::LostCallbacks,
        "lost-callbacks",
        (1, 1, 1_000_000),
        "lose every Nth call to a client; with 1 all, as behind a firewall",
    ),
    numbered(
        Trouble::LoseSubscriptions,
        "lose-subscriptions",
        (1, 30, 86_400),
        "lose each subscription without a word after N seconds, as in a restart",
    ),
    numbered(
        Trouble::Swallow,
        "swallow",
        (1, 20, 60),
        "the network swallows everything in the last N seconds of each minute",
    ),
    listed(
        Trouble::KeepPresence,
        "keep-presence",
        "the presence that a user set outlasts the session",
    ),
    listed(
        Trouble::Http500,
        "http-500",
        "faults come with HTTP 500, not 200",
    ),
    listed(
        Trouble::Unnumbered,
        "unnumbered",
        "faults come in words alone, without their numbers",
    ),
    numbered(
        Trouble::ServerError,
        "server-error",
        EVERY,
        "fail every Nth request with 200 to 209",
    ),
    numbered(
        Trouble::RefuseApp,
        "refuse-app",
        (100, 114, 299),
        "refuse the application user with fault N",
    ),
    numbered(
        Trouble::RefuseUser,
        "refuse-user",
        (100, 114, 299),
        "refuse the end user with fault N",
    ),
    numbered(
        Trouble::Missing,
        "missing",
        EVERY,
        "leave one contact in N out of each answer",
    ),
    numbered(
        Trouble::Odd,
        "odd",
        EVERY,
        "one contact in N has an odd or hostile document",
    ),
    numbered(
        Trouble::DirectorySlow,
        "directory-slow",
        (1, 3, 3600),
        "the directory answers after N seconds",
    ),
    numbered(
        Trouble::DirectorySignIn,
        "directory-sign-in",
        (1, 2, 2),
        "the first N nodes of the directory want a sign-in: an end user, the password of the application user",
    ),
    numbered(
        Trouble::DirectoryBusy,
        "directory-busy",
        (1, 1, 1_000_000),
        "the first node of the directory answers every Nth search with 503",
    ),
    numbered(
        Trouble::DirectoryHtml,
        "directory-html",
        EVERY,
        "the directory answers every Nth request with a web page",
    ),
    listed(
        Trouble::DirectoryCapped,
        "directory-capped",
        "the directory counts and lists no further than its limit of 64",
    ),
    listed(
        Trouble::DirectoryNameless,
        "directory-nameless",
        "the directory has no display names",
    ),
    listed(
        Trouble::DirectoryUri,
        "directory-uri",
        "the directory's user ids are numbers: addresses are directory URIs",
    ),
    numbered(
        Trouble::Storm,
        "storm",
        (1, 10, 3600),
        "troubles that pass come and go at random, every N seconds",
    ),
];

impl Trouble {
    /// Its line in the list of scenarios.
    pub fn listed(self) -> &'static Listed {
        LIST.iter()
            .find(|listed| listed.trouble == self)
            .expect("a test checks that every trouble is listed")
    }
}
