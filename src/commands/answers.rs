//! Where commands that show no board get their answers: from the server, or from what a board left.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::CommandError;
use super::output::complain;
use super::source::Source;
use super::watcher::{Event, Watcher};
use crate::board::Roster;
use crate::cli::{Exit, Whom, find_contact_loosely, find_groups};
use crate::contacts::{self, Contact};
use crate::feed::{Config, Update, ask_once};
use crate::link::LinkState;
use crate::memory::last_seen;
use crate::memory::snapshot::{Person, Snapshot};
use crate::presence::Address;
use crate::settings::Settings;

/// Those who are meant, each once: who is named, then who stands in the groups; everybody in the
/// contact book where nobody is. A user who is not in the book, and a book that is empty, are said
/// on standard error.
///
/// # Errors
/// [`CommandError::Contact`] where a word means nobody, or several; [`CommandError::Book`].
pub fn chosen(whom: &Whom, settings: &Settings) -> Result<Vec<Contact>, CommandError> {
    let book = contacts::load(&settings.places.contacts)?;
    if whom.is_everybody() {
        hint_where_empty(&book);
        return Ok(book);
    }
    let domain = settings.domain.value.as_deref();
    let mut chosen: Vec<Contact> = Vec::new();
    let mut choose = |contact: Contact| {
        if chosen.iter().all(|known| known.address != contact.address) {
            chosen.push(contact);
        }
    };
    for word in &whom.contacts {
        let address = find_contact_loosely(word, &book, domain)?;
        let known = book.iter().find(|contact| contact.address == address);
        if known.is_none() && Address::parse(word).is_err() {
            complain(format_args!(
                "whosin: nobody in the contact book fits '{word}': {address} is meant"
            ));
        }
        choose(known.cloned().unwrap_or_else(|| Contact::new(address)));
    }
    for contact in find_groups(&whom.groups, &book)? {
        choose(contact.clone());
    }
    Ok(chosen)
}

/// Says on standard error how an empty contact book is filled.
pub fn hint_where_empty(book: &[Contact]) {
    if book.is_empty() {
        complain(
            "whosin: the contact book is empty: whosin contacts add ben@example.com, or whosin contacts import FILE",
        );
    }
}

/// Asks the source once: the server, or the broker for what is published.
///
/// # Errors
/// [`CommandError`], for settings that are missing, or where the source does not answer.
pub async fn from_source(
    settings: &Settings,
    wanted: &[Contact],
) -> Result<Snapshot, CommandError> {
    match Source::with_warning(settings).await? {
        Source::Service(config) => from_server(*config, wanted).await,
        broker => from_broker(broker, wanted).await,
    }
}

/// Takes what is published of these, once the broker has sent all that it keeps.
async fn from_broker(source: Source, wanted: &[Contact]) -> Result<Snapshot, CommandError> {
    let (server, user) = (source.origin(), source.user().to_string());
    let mut watcher = Watcher::of(source, wanted.to_vec())?;
    let mut missing: HashSet<Address> = watcher.roster.addresses().into_iter().collect();
    let mut is_up = false;
    while !is_up || !missing.is_empty() {
        match watcher.next().await {
            Event::End(exit) => return Err(CommandError::Ended(exit)),
            Event::Update(Update::Reports(reports)) => {
                for report in &reports {
                    missing.remove(&report.address);
                    watcher.roster.learn(report);
                }
            }
            Event::Update(Update::Link(link)) => {
                is_up = link.state == LinkState::Up;
                let error = match &link.state {
                    LinkState::Trouble { problem, .. } => Some((problem, Exit::NotReached)),
                    LinkState::Refused { problem, .. } => Some((problem, Exit::Refused)),
                    LinkState::SigningIn | LinkState::Up => None,
                };
                if let Some((problem, exit)) = error {
                    let problem = Box::new(problem.clone());
                    watcher.leave().await;
                    return Err(CommandError::Server(problem, exit));
                }
                watcher.roster.set_link(link, Timestamp::now());
            }
            Event::Update(Update::Notice(_) | Update::NewHost(_) | Update::ClockSet(_)) => {}
        }
    }
    let now = Timestamp::now();
    let snapshot = Snapshot::of(
        server,
        user,
        watcher.roster.entries(),
        watcher.roster.confirmed_after(now),
        now,
    );
    watcher.leave().await;
    Ok(snapshot)
}

async fn from_server(config: Config, wanted: &[Contact]) -> Result<Snapshot, CommandError> {
    let client = config.client()?;
    let mut link = config.link();
    link.state = LinkState::Up;
    let mut roster = Roster::new(link);
    roster.set_contacts(wanted.to_vec());
    let reports = ask_once(&client, &config, &roster.addresses())
        .await
        .map_err(|failure| CommandError::of_failure(&failure, &config.credentials))?;
    for report in &reports {
        roster.learn(report);
    }
    Ok(Snapshot::of(
        config.endpoint.origin(),
        config.credentials.user,
        roster.entries(),
        // All of it came in this round, however long it took.
        Timestamp::MIN,
        Timestamp::now(),
    ))
}

/// What a board left for the server and user that are set; `None` where it left nothing.
pub fn left_by_board(settings: &Settings) -> Option<Snapshot> {
    let path = settings.places.last_seen.as_deref()?;
    let (server, user) = match &settings.from.value {
        Some(place) => (place.origin(), place.user().unwrap_or_default()),
        None => (
            settings.nodes()?.primary.origin(),
            settings.user.value.as_deref()?,
        ),
    };
    last_seen::find(path, &server, user).1
}

/// The part of a snapshot that is about these, in this order and by these names. Who is not in it
/// was not answered; where it does not speak of now (`is_fresh`), nobody's state is sure.
pub fn about(snapshot: Snapshot, wanted: &[Contact], is_fresh: bool) -> Snapshot {
    let people = snapshot.contacts.into_iter();
    let mut people: HashMap<Address, Person> = people
        .filter_map(|person| Some((Address::parse(&person.uri).ok()?, person)))
        .collect();
    let one = |contact: &Contact| {
        let mut person = people
            .remove(&contact.address)
            .unwrap_or_else(|| Person::not_asked(contact));
        person.name = contact.name.clone().or(person.display_name.clone());
        person.group.clone_from(&contact.group);
        person.fresh &= is_fresh;
        person
    };
    Snapshot {
        contacts: wanted.iter().map(one).collect(),
        ..snapshot
    }
}
