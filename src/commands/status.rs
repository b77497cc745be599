//! One poll, printed; or what a board left, printed.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr;

use super::answers::{about, chosen, from_server, left_by_board};
use super::output::{print, print_json};
use super::{CommandError, load};
use crate::board::age;
use crate::cli::{Exit, Options};
use crate::contacts;
use crate::memory::last_seen;
use crate::memory::snapshot::{Person, Snapshot};
use crate::presence::{Availability, clean};
use crate::tui::{lower_first, moment};

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Print {
    /// A table for people.
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
    words: &[String],
    source: Source,
    what: Print,
) -> Result<Exit, CommandError> {
    let settings = load(options)?;
    let book = contacts::load(&settings.places.contacts)?;
    let wanted = chosen(words, &book, settings.domain.value.as_deref())?;
    let snapshot = match source {
        Source::Server => from_server(&settings, &wanted).await?,
        Source::LastSeen => {
            let left = left_by_board(&settings).ok_or(CommandError::NothingLeft)?;
            let is_fresh = last_seen::is_fresh(&left, None, Timestamp::now());
            about(left, &wanted, is_fresh)
        }
    };
    match what {
        Print::Table => {
            let mut text = table(&snapshot);
            if source == Source::LastSeen {
                text.push_str(&told_when(&snapshot));
            }
            print(&text)?;
        }
        Print::Json => {
            print_json(&snapshot)?;
        }
        Print::Nothing => {}
    }
    // Only a state that is sure counts.
    let available =
        |person: &Person| person.fresh && person.availability == Availability::Available;
    let nobody = !words.is_empty() && !snapshot.contacts.iter().any(available);
    Ok(if nobody { Exit::Nobody } else { Exit::Done })
}

fn table(snapshot: &Snapshot) -> String {
    let names: Vec<String> = snapshot
        .contacts
        .iter()
        .map(|person| clean(person.shown_name()))
        .collect();
    let widest = names.iter().map(|name| name.width()).max();
    let widest = widest.unwrap_or_default();
    let mut text = String::new();
    for (person, name) in snapshot.contacts.iter().zip(names) {
        let gap = " ".repeat(widest - name.width());
        let line = format!("{name}{gap}  {}", state(person, snapshot.at));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The state in words; one that is not sure with when it was heard.
fn state(person: &Person, now: Timestamp) -> String {
    if let Some(error) = &person.error {
        return clean(error);
    }
    let label = clean(&person.label);
    match (person.fresh, person.why, person.asked_at) {
        (true, ..) => match &person.note {
            Some(note) => format!("{label:14}  {}", clean(note)),
            None => label,
        },
        (false, Some(_), Some(asked_at)) => {
            let when = moment(asked_at, now, &TimeZone::system());
            format!("was {} {when}", lower_first(&label))
        }
        _ => "not answered".into(),
    }
}

fn told_when(snapshot: &Snapshot) -> String {
    let zone = TimeZone::system();
    let at = snapshot.at.to_zoned_datetime(zone);
    let at = at.strftime("%Y-%m-%d %H:%M:%S");
    let ago = age::seconds(snapshot.at, Timestamp::now());
    format!("As of {at}, {ago} ago\n")
}
