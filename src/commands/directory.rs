//! The company's directory from a script, and what other commands need of it.

use serde::Serialize;

use super::output::{complain, print_all, print_json};
use super::table::print_table;
use super::{CommandError, exit_of, feed_config, load};
use crate::cli::{Exit, Options, Search};
use crate::contacts::{self, Contact};
use crate::directory::{
    Client, Config, Credentials, Discovery, DiscoveryError, Endpoint, Entry, Error, Failure, Found,
    Matching, Query, Scheme, confirmed, discover,
};
use crate::feed::ask_once;
use crate::http::Route;
use crate::presence::{Address, clean};
use crate::pws;
use crate::settings::Settings;

/// A command lists so many people at most.
const MOST: u32 = 200;

/// Searches, and prints who is found.
pub async fn directory(options: &Options, search: &Search) -> Result<Exit, CommandError> {
    let settings = load(options)?;
    let book = contacts::load(&settings.places.contacts)?;
    let directory = Directory::open(&settings, Route::Environment).await?;
    let found = directory.search(&search.words.join(" "), MOST).await?;
    if search.json {
        print_json(&People::of(&found, &directory, &book))?;
    } else {
        print_table(&rows(&found, &directory, &book))?;
        if found.entries.is_empty() {
            print_all("nobody is found\n")?;
        }
        if let Some(advice) = found.advice() {
            complain(format_args!("({advice})"));
        }
    }
    if found.entries.is_empty() {
        return Ok(Exit::Failed);
    }
    Ok(Exit::Done)
}

/// The directory, and what makes addresses of what it says.
pub struct Directory {
    client: Client,
    /// The likelier of the two kinds of address.
    pub scheme: Scheme,
    /// The domain of addresses that are made of the user id.
    pub domain: Option<String>,
}

impl Directory {
    /// The directory that is set, else the one that DNS names for the domain. Only DNS is asked here.
    ///
    /// # Errors
    /// [`CommandError::NoDirectory`], or what makes its trust unusable.
    pub async fn open(settings: &Settings, route: Route) -> Result<Directory, CommandError> {
        let (endpoint, others) = nodes(settings).await?;
        let config = Config {
            others,
            trust: settings.directory_trust(),
            route,
            credentials: settings.directory_credentials(),
            ..Config::new(endpoint)
        };
        Ok(Directory {
            client: Client::new(config)?,
            scheme: settings.directory_address.value.unwrap_or(Scheme::User),
            domain: settings.domain.value.clone(),
        })
    }

    /// The node that answered last, by host and port; before any has, the first choice.
    pub fn node(&self) -> String {
        self.client.node().to_string()
    }

    /// Finds at most so many people.
    ///
    /// # Errors
    /// [`CommandError::NoWords`], or the server's.
    pub async fn search(&self, words: &str, most: u32) -> Result<Found, CommandError> {
        let query = Query::of(words).ok_or(CommandError::NoWords)?;
        let found = self.ask(&query, most).await;
        found.map_err(|failure| CommandError::of_directory(&failure))
    }

    /// Finds at most so many people.
    ///
    /// # Errors
    /// The directory's own.
    pub async fn ask(&self, query: &Query, most: u32) -> Result<Found, Failure> {
        self.client.search(query, most).await
    }

    /// Signs in as somebody from now on, where the directory wants it.
    pub fn sign_in(&self, credentials: Credentials) {
        self.client.sign_in(credentials);
    }

    /// The one person whom the words mean: the only one that is found, or that has just this name or
    /// user id.
    ///
    /// # Errors
    /// As [`Directory::search`]; [`CommandError::NobodyFound`], [`CommandError::SeveralFound`].
    pub async fn find_one(&self, words: &str) -> Result<Entry, CommandError> {
        const SHOWN: usize = 5;
        let mut found = self.search(words, MOST).await?;
        let lower = words.to_lowercase();
        let is_meant = |entry: &&Entry| {
            entry.name.to_lowercase() == lower || entry.user_name.to_lowercase() == lower
        };
        let mut meant = found.entries.iter().filter(is_meant);
        if let (Some(one), None) = (meant.next(), meant.next()) {
            return Ok(one.clone());
        }
        match found.entries.len() {
            0 => Err(CommandError::NobodyFound(clean(words))),
            1 => Ok(found.entries.remove(0)),
            count => {
                let names = found.entries.iter().take(SHOWN);
                let names: Vec<&str> = names.map(|entry| &*entry.name).collect();
                let mut fitting = names.join(", ");
                if count > SHOWN {
                    fitting.push_str(" …");
                }
                Err(CommandError::SeveralFound {
                    words: clean(words),
                    fitting,
                })
            }
        }
    }

    /// The addresses that somebody may have, the likeliest first.
    pub fn addresses(&self, entry: &Entry) -> Vec<Address> {
        entry.addresses(self.scheme, self.domain.as_deref())
    }
}

/// The nodes to ask.
async fn nodes(settings: &Settings) -> Result<(Endpoint, Vec<Endpoint>), CommandError> {
    if let Some(nodes) = settings.directory.value.clone() {
        return Ok((nodes.primary, nodes.others));
    }
    let domain = settings.domain.value.as_deref();
    let domain = domain.ok_or(CommandError::NoDirectory(None))?;
    let none = |error: DiscoveryError| CommandError::NoDirectory(Some(error));
    let discovery = Discovery::of_system().map_err(none)?;
    let mut found = discover(&discovery, domain).await.map_err(none)?;
    let first = found.remove(0);
    Ok((first, found))
}

/// Looks for the end user in the directory; what was found, in words.
///
/// # Errors
/// As [`Directory::open`] and [`Directory::search`].
pub async fn probe(settings: &Settings) -> Result<String, CommandError> {
    let directory = Directory::open(settings, Route::Environment).await?;
    let user = settings.user.value.as_deref().unwrap_or_default();
    let found = directory.search(user, 1).await?;
    let words = match found.entries.first() {
        Some(entry) => format!("it answers, and knows '{}'", entry.name),
        None => format!("it answers, and finds nobody by '{}'", clean(user)),
    };
    Ok(format!("{}: {words}", directory.node()))
}

/// What the presence server says of the addresses that somebody may have.
pub enum Checked {
    /// It knows this one.
    Known(Address),
    /// It knows none of them: the likeliest.
    Unknown(Address),
    /// It was not asked, or did not answer: the likeliest, and why.
    NotAsked(Address, CommandError),
}

/// Asks the presence server, once, which of some addresses it knows; `None` where there is none.
pub async fn check_addresses(settings: &Settings, addresses: &[Address]) -> Option<Checked> {
    let likeliest = addresses.first()?.clone();
    let asked = async {
        let config = feed_config(settings).await?;
        let client = config.client()?;
        let reports = ask_once(&client, &config, addresses).await;
        reports.map_err(|failure| CommandError::of_failure(&failure, &config.credentials))
    };
    Some(match asked.await {
        Ok(reports) => match confirmed(addresses, &reports) {
            Some(known) => Checked::Known(known),
            None => Checked::Unknown(likeliest),
        },
        Err(error) => Checked::NotAsked(likeliest, error),
    })
}

impl CommandError {
    fn of_directory(failure: &Failure) -> CommandError {
        let mut problem = failure.problem();
        let exit = match &failure.error {
            Error::SignInWanted => {
                problem.advice = "Set WHOSIN_DIRECTORY_PASSWORD, or directory_password in the \
                                  settings; and directory_user where that is not the end user."
                    .into();
                Exit::Refused
            }
            Error::SignInRefused(_) => Exit::Refused,
            Error::Transport(error) => exit_of(&pws::Error::Transport(error.clone())),
            _ => Exit::Failed,
        };
        CommandError::Server(Box::new(problem), exit)
    }
}

/// Name, number, department and address of each; who is on the board is marked.
fn rows(found: &Found, directory: &Directory, book: &[Contact]) -> Vec<[String; 5]> {
    let rows = found.entries.iter().map(|entry| {
        let addresses = directory.addresses(entry);
        let known = in_book(&addresses, book);
        let address = known.or(addresses.first());
        [
            entry.name.clone(),
            entry.number.clone().unwrap_or_default(),
            entry.department.clone().unwrap_or_default(),
            address.map_or_else(|| "no address".into(), Address::to_string),
            known.map_or("", |_| "on the board").to_string(),
        ]
    });
    rows.collect()
}

/// Under which of some addresses somebody is in the contact book.
pub fn in_book<'a>(addresses: &'a [Address], book: &[Contact]) -> Option<&'a Address> {
    let is_known = |address: &&Address| book.iter().any(|contact| contact.address == **address);
    addresses.iter().find(is_known)
}

/// `directory --json`, schema 1: fields are only ever added.
#[derive(Serialize)]
struct People<'a> {
    schema: u32,
    people: Vec<Person<'a>>,
    /// How many match; where `complete` is false there may be more.
    matching: u32,
    complete: bool,
}

#[derive(Serialize)]
struct Person<'a> {
    uri: Option<Address>,
    name: &'a str,
    user: &'a str,
    number: Option<&'a str>,
    mobile: Option<&'a str>,
    department: Option<&'a str>,
    title: Option<&'a str>,
    email: Option<&'a str>,
    /// Whether the contact book has them.
    contact: bool,
}

impl<'a> People<'a> {
    fn of(found: &'a Found, directory: &Directory, book: &[Contact]) -> People<'a> {
        let person = |entry: &'a Entry| {
            let addresses = directory.addresses(entry);
            let known = in_book(&addresses, book);
            Person {
                uri: known.or(addresses.first()).cloned(),
                name: &entry.name,
                user: &entry.user_name,
                number: entry.number.as_deref(),
                mobile: entry.mobile.as_deref(),
                department: entry.department.as_deref(),
                title: entry.title.as_deref(),
                email: entry.email.as_deref(),
                contact: known.is_some(),
            }
        };
        let (matching, is_sure) = match found.matching {
            Matching::Exactly(count) => (count, true),
            Matching::AtLeast(count) => (count, false),
        };
        People {
            schema: 1,
            people: found.entries.iter().map(person).collect(),
            matching,
            complete: is_sure && found.advice().is_none(),
        }
    }
}
