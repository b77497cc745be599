//! `whosin call`: runs an action for a contact from a script.

use jiff::Timestamp;

use super::answers::left_by_board;
use super::launch::{PATIENCE, launch};
use super::output::print_all;
use super::{CommandError, load_unlogged};
use crate::calling::Subject;
use crate::cli::{Call, Exit, Options, find_contact_loosely};
use crate::contacts::{self, Contact};
use crate::memory::last_seen;
use crate::memory::snapshot::Person;
use crate::settings::Settings;

/// Runs the action that is named, else the one that calls.
pub async fn call(options: &Options, call: Call) -> Result<Exit, CommandError> {
    let settings = load_unlogged(options)?;
    let actions = settings.contact_actions();
    if actions.all().is_empty() {
        return Err(CommandError::NoAction(
            "the settings allow no actions".into(),
        ));
    }
    let book = contacts::load(&settings.places.contacts)?;
    let address = find_contact_loosely(&call.who, &book, settings.domain.value.as_deref())?;
    let known = book.into_iter().find(|contact| contact.address == address);
    let contact = known.unwrap_or_else(|| Contact::new(address));
    let action = match &call.action {
        Some(name) => actions.named(name),
        None => actions.calling(),
    };
    let action = action.ok_or_else(|| {
        let names: Vec<&str> = actions.all().iter().map(|one| one.name.as_str()).collect();
        let wanted = match &call.action {
            Some(name) => format!("there is no action '{name}'"),
            None => "no action has the key c".into(),
        };
        CommandError::NoAction(format!("{wanted}: {}", names.join(", ")))
    })?;
    let last = last_state(&settings, &contact);
    let name = contact.name.as_deref();
    let invocation = action.fill(Subject {
        contact: &contact,
        name: name.unwrap_or(contact.address.user()),
        state: last.as_ref().map(|person| person.availability.name()),
        activity: last.as_ref().map(|person| person.label.as_str()),
    })?;
    if call.dry_run {
        let arguments = invocation.arguments.iter();
        let lines: String = arguments.map(|argument| format!("{argument}\n")).collect();
        return print_all(&lines);
    }
    launch(&invocation, PATIENCE).await?;
    print_all(&format!("{}\n", invocation.words))
}

/// The contact by what a board left, where that is fresh.
fn last_state(settings: &Settings, contact: &Contact) -> Option<Person> {
    let snapshot = left_by_board(settings)?;
    let fresh = last_seen::is_fresh(&snapshot, None, Timestamp::now());
    let mut people = snapshot.contacts.into_iter();
    let person = people.find(|person| person.uri == contact.address.as_str());
    person.filter(|person| fresh && person.fresh)
}
