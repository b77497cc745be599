//! One poll, printed; or what a board left, printed.

use std::io::{self, IsTerminal};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::backend::IntoCrossterm;
use ratatui::crossterm::style::ContentStyle;

use super::answers::{about, chosen, from_source, left_by_board};
use super::output::{complain, print, print_exactly, print_json};
use super::table::{aligned, tabbed};
use super::{CommandError, load, look};
use crate::board::age;
use crate::cli::{Exit, Options, Whom};
use crate::memory::last_seen;
use crate::memory::snapshot::{Person, Snapshot};
use crate::presence::{Availability, clean};
use crate::tui::{Look, lower_first, moment};

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Print {
    /// A table: columns on a terminal, tabs between for programs.
    Table,
    /// JSON for programs.
    Json,
    /// Nothing: the exit code is the answer.
    Nothing,
}

/// Where the answers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The server is asked.
    Server,
    /// What a board left is taken, however old it is.
    LastSeen,
}

/// Prints the states of those who are named, or of everybody in the contact book.
pub async fn status(
    options: &Options,
    whom: &Whom,
    source: Source,
    what: Print,
) -> Result<Exit, CommandError> {
    let settings = load(options)?;
    let wanted = chosen(whom, &settings)?;
    let snapshot = match source {
        Source::Server => from_source(&settings, &wanted).await?,
        Source::LastSeen => {
            let left = left_by_board(&settings).ok_or(CommandError::NothingLeft)?;
            let is_fresh = last_seen::is_fresh(&left, None, Timestamp::now());
            about(left, &wanted, is_fresh)
        }
    };
    match what {
        Print::Table => {
            let is_for_people = io::stdout().is_terminal();
            if is_for_people {
                print_exactly(&for_people(&snapshot, &look(&settings)?))?;
            } else {
                print_exactly(&for_programs(&snapshot))?;
            }
            if source == Source::LastSeen {
                let when = as_of(&snapshot);
                if is_for_people {
                    print(&format!("{when}\n"))?;
                } else {
                    complain(format_args!("whosin: {when}"));
                }
            }
        }
        Print::Json => {
            print_json(&snapshot)?;
        }
        Print::Nothing => {}
    }
    // Only a state that is sure counts.
    let available =
        |person: &Person| person.fresh && person.availability == Availability::Available;
    let nobody = !whom.is_everybody() && !snapshot.contacts.iter().any(available);
    Ok(if nobody { Exit::Nobody } else { Exit::Done })
}

/// For programs: name, address, state, age, group and note.
fn for_programs(snapshot: &Snapshot) -> String {
    let row = |person: &Person| {
        [
            clean(person.shown_name()),
            clean(&person.uri),
            state(person, snapshot.at),
            age_of(person, snapshot.at),
            clean(person.group.as_deref().unwrap_or_default()),
            note(person),
        ]
    };
    tabbed(&snapshot.contacts.iter().map(row).collect::<Vec<_>>())
}

/// For people: name, icon and state in its colour, age, group and note.
fn for_people(snapshot: &Snapshot, look: &Look) -> String {
    const STATE: usize = 1;
    let row = |person: &Person| {
        let presence = person.presence().filter(|_| person.fresh);
        let unknown = Availability::Unknown.glyph(look.icons);
        let glyph = presence.map_or(unknown.into(), |known| known.glyph(look.icons).to_string());
        [
            clean(person.shown_name()),
            format!("{glyph} {}", state(person, snapshot.at)),
            age_of(person, snapshot.at),
            clean(person.group.as_deref().unwrap_or_default()),
            note(person),
        ]
    };
    let people = &snapshot.contacts;
    let rows: Vec<_> = people.iter().map(row).collect();
    aligned(&rows, |row, column, cell| {
        let person = &people[row];
        let style = match column {
            STATE if person.fresh => look.theme.state(person.availability),
            STATE => look.theme.dim(),
            _ => return cell.into(),
        };
        let style: ContentStyle = style.into_crossterm();
        style.apply(cell).to_string()
    })
}

/// How long it has been so, where the server says; how long ago it was heard, where it does not, or
/// where the state is not sure.
fn age_of(person: &Person, now: Timestamp) -> String {
    let since = person.since.filter(|_| person.fresh).or(person.asked_at);
    since.map_or_else(String::new, |since| age::short(since, now))
}

/// The person's note, where the state is sure.
fn note(person: &Person) -> String {
    let note = person.note.as_deref().filter(|_| person.fresh);
    clean(note.unwrap_or_default())
}

/// The state in words; one that is not sure with when it was heard.
fn state(person: &Person, now: Timestamp) -> String {
    if let Some(error) = &person.error {
        return clean(error);
    }
    let label = clean(&person.label);
    match (person.fresh, person.why, person.asked_at) {
        (true, ..) => label,
        (false, Some(_), Some(asked_at)) => {
            let when = moment(asked_at, now, &TimeZone::system());
            format!("was {} {when}", lower_first(&label))
        }
        _ => "not answered".into(),
    }
}

/// Of which moment the states are.
fn as_of(snapshot: &Snapshot) -> String {
    let zone = TimeZone::system();
    let at = snapshot.at.to_zoned_datetime(zone);
    let at = at.strftime("%Y-%m-%d %H:%M:%S");
    let ago = age::seconds(snapshot.at, Timestamp::now());
    format!("As of {at}, {ago} ago")
}
