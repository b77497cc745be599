//! One poll, printed.

use std::collections::HashMap;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::{CommandError, feed_config, load};
use crate::cli::{Exit, Options, find_contact};
use crate::contacts::{self, Contact};
use crate::feed::{Config, ask_once};
use crate::presence::{Address, Availability, Outcome, Presence, Report, UserInput};

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Print {
    /// A table for people.
    Table,
    /// JSON for programs.
    Json,
    /// Nothing: the exit code tells.
    Nothing,
}

/// Asks once for those who are named, or for everybody in the contact book.
pub async fn status(
    options: &Options,
    words: &[String],
    print: Print,
) -> Result<Exit, CommandError> {
    let settings = load(options)?;
    let config = feed_config(&settings).await?;
    let book = contacts::load(&settings.contacts_file)?;
    let wanted = chosen(words, &book, settings.domain.as_deref())?;
    let addresses: Vec<Address> = wanted
        .iter()
        .map(|contact| contact.address.clone())
        .collect();
    let client = config.client()?;
    let reports = ask_once(&client, &config, &addresses)
        .await
        .map_err(|failure| CommandError::of_failure(&failure, &config.credentials))?;
    let reports: HashMap<Address, Report> = reports
        .into_iter()
        .map(|report| (report.address.clone(), report))
        .collect();
    let printed = match print {
        Print::Table => print_table(&wanted, &reports),
        Print::Json => print_json(&config, &wanted, &reports),
        Print::Nothing => Ok(()),
    };
    match printed {
        // Whoever reads has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        printed => printed.map_err(|error| CommandError::Io("cannot print", error))?,
    }
    let available = |report: &Report| match &report.outcome {
        Outcome::Answered(presence) => presence.availability == Availability::Available,
        _ => false,
    };
    let nobody = !words.is_empty() && !reports.values().any(available);
    Ok(if nobody { Exit::Nobody } else { Exit::Done })
}

/// Those whom the words mean; everybody where there are none.
fn chosen(
    words: &[String],
    book: &[Contact],
    domain: Option<&str>,
) -> Result<Vec<Contact>, CommandError> {
    if words.is_empty() {
        return Ok(book.to_vec());
    }
    let one = |word: &String| {
        let address = find_contact(word, book, domain).map_err(CommandError::Contact)?;
        let known = book
            .iter()
            .find(|contact| contact.address == address)
            .cloned();
        Ok(known.unwrap_or(Contact {
            address,
            name: None,
            group: None,
        }))
    };
    words.iter().map(one).collect()
}

fn print_table(wanted: &[Contact], reports: &HashMap<Address, Report>) -> io::Result<()> {
    use unicode_width::UnicodeWidthStr;
    let name = |contact: &Contact| {
        contact
            .name
            .clone()
            .unwrap_or_else(|| contact.address.user().to_string())
    };
    let names: Vec<String> = wanted
        .iter()
        .map(|contact| crate::presence::clean(&name(contact)))
        .collect();
    let widest = names
        .iter()
        .map(|name| name.width())
        .max()
        .unwrap_or_default();
    let mut out = io::stdout().lock();
    for (contact, name) in wanted.iter().zip(names) {
        let gap = " ".repeat(widest - name.width());
        let state = match reports.get(&contact.address).map(|report| &report.outcome) {
            Some(Outcome::Answered(presence)) => match &presence.note {
                Some(note) => format!("{:14}  {note}", presence.label()),
                None => presence.label().to_string(),
            },
            Some(Outcome::Refused(words)) => format!("refused: {words}"),
            Some(Outcome::Unreadable(words)) => words.clone(),
            Some(Outcome::NotAnswered) | None => "not answered".into(),
        };
        writeln!(out, "{name}{gap}  {}", state.trim_end())?;
    }
    out.flush()
}

/// `status --json`, schema 1: fields are only ever added.
#[derive(Serialize)]
struct Status<'a> {
    schema: u32,
    server: String,
    user: &'a str,
    at: String,
    contacts: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    uri: &'a str,
    name: Option<&'a str>,
    group: Option<&'a str>,
    availability: &'static str,
    activities: Vec<&'a str>,
    label: &'a str,
    note: Option<&'a str>,
    since: Option<String>,
    until: Option<String>,
    idle: bool,
    idle_since: Option<String>,
    set_by_hand: bool,
    display_name: Option<&'a str>,
    mood: &'a [String],
    place_type: &'a [String],
    place_is: &'a [String],
    privacy: &'a [String],
    relationship: Option<&'a str>,
    sphere: Option<&'a str>,
    service_class: Option<&'a str>,
    status_icon: Option<&'a str>,
    time_offset: Option<i32>,
    phone_status: Option<&'a str>,
    im_status: Option<&'a str>,
    asked_at: Option<String>,
    fresh: bool,
    error: Option<&'a str>,
    devices: Vec<DeviceOut<'a>>,
}

#[derive(Serialize)]
struct DeviceOut<'a> {
    id: &'a str,
    open: Option<bool>,
    activities: Vec<&'a str>,
    capabilities: &'a [String],
    note: Option<&'a str>,
    idle: Option<String>,
    user_input: Option<&'static str>,
    media_types: &'a [String],
    contact: Option<&'a str>,
    priority: Option<f64>,
    relationship: Option<&'a str>,
    service_class: Option<&'a str>,
    source: Option<&'a str>,
    reported: Option<String>,
}

/// Whole seconds in UTC.
fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn one<'a>(contact: &'a Contact, report: Option<&'a Report>) -> One<'a> {
    let presence: Option<&Presence> = report.and_then(|report| match &report.outcome {
        Outcome::Answered(presence) => Some(&**presence),
        _ => None,
    });
    let error = report.and_then(|report| match &report.outcome {
        Outcome::Refused(words) | Outcome::Unreadable(words) => Some(words.as_str()),
        _ => None,
    });
    let told = presence.and_then(|presence| presence.display_name.as_deref());
    let extras = presence.and_then(|presence| presence.extras.as_deref());
    One {
        uri: contact.address.as_str(),
        name: contact.name.as_deref().or(told),
        group: contact.group.as_deref(),
        availability: presence
            .map_or(Availability::Unknown, |presence| presence.availability)
            .name(),
        activities: presence.map_or(Vec::new(), |presence| {
            presence
                .activities
                .iter()
                .map(|activity| activity.name())
                .collect()
        }),
        label: presence.map_or(Availability::Unknown.label(), Presence::label),
        note: presence.and_then(|presence| presence.note.as_deref()),
        since: presence.and_then(|presence| presence.since).map(stamp),
        until: presence.and_then(|presence| presence.until).map(stamp),
        idle: presence.is_some_and(|presence| presence.idle),
        idle_since: presence.and_then(|presence| presence.idle_since).map(stamp),
        set_by_hand: presence.is_some_and(|presence| presence.set_by_hand),
        display_name: told,
        mood: extras.map_or(&[], |extras| &extras.moods),
        place_type: extras.map_or(&[], |extras| &extras.place_types),
        place_is: extras.map_or(&[], |extras| &extras.place_is),
        privacy: extras.map_or(&[], |extras| &extras.privacy),
        relationship: extras.and_then(|extras| extras.relationship.as_deref()),
        sphere: extras.and_then(|extras| extras.sphere.as_deref()),
        service_class: extras.and_then(|extras| extras.service_class.as_deref()),
        status_icon: extras.and_then(|extras| extras.status_icon.as_deref()),
        time_offset: extras.and_then(|extras| extras.time_offset_minutes),
        phone_status: extras.and_then(|extras| extras.phone_status.as_deref()),
        im_status: extras.and_then(|extras| extras.im_status.as_deref()),
        asked_at: report.map(|report| stamp(report.at)),
        fresh: presence.is_some(),
        error,
        devices: presence.map_or(Vec::new(), |presence| {
            let device = |device: &'a crate::presence::Device| DeviceOut {
                id: &device.id,
                open: device.open,
                activities: device
                    .activities
                    .iter()
                    .map(|activity| activity.name())
                    .collect(),
                capabilities: &device.capabilities,
                note: device.note.as_deref(),
                idle: device.user_input.and_then(UserInput::idle_since).map(stamp),
                user_input: device.user_input.map(|input| match input {
                    UserInput::Active => "active",
                    UserInput::Idle(_) => "idle",
                }),
                media_types: &device.media_types,
                contact: device.contact.as_deref(),
                priority: device
                    .priority
                    .map(|thousandths| f64::from(thousandths) / 1000.0),
                relationship: device.relationship.as_deref(),
                service_class: device.service_class.as_deref(),
                source: device.source.as_deref(),
                reported: device.reported.map(stamp),
            };
            presence.devices.iter().map(device).collect()
        }),
    }
}

fn print_json(
    config: &Config,
    wanted: &[Contact],
    reports: &HashMap<Address, Report>,
) -> io::Result<()> {
    let status = Status {
        schema: 1,
        server: config.endpoint.origin(),
        user: &config.credentials.user,
        at: stamp(Timestamp::now()),
        contacts: wanted
            .iter()
            .map(|contact| one(contact, reports.get(&contact.address)))
            .collect(),
    };
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &status)?;
    writeln!(out)?;
    out.flush()
}
