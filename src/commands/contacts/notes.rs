//! Operator's notes from a script, the same that boards show; and forgetting these and watches.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{Book, word};
use crate::cli::Exit;
use crate::commands::CommandError;
use crate::commands::output::{print_all, print_json};
use crate::commands::table::print_table;
use crate::operator::{
    self, DeskWatch, DeskWatches, NoteEdit, OperatorNote, OperatorNotes, WatchEdit, Watched, end_in,
};
use crate::presence::Address;

impl Book {
    /// Notes a text on the one whom the word means; an empty text clears the note.
    pub(super) fn annotate(
        &self,
        who: String,
        text: String,
        by: Option<String>,
    ) -> Result<Exit, CommandError> {
        let now = Timestamp::now();
        let zone = TimeZone::system();
        let mut edits = Vec::new();
        let mut lines = String::new();
        for address in self.found(&[who])? {
            let edit = match word(Some(text.clone())) {
                None => {
                    lines.push_str(&format!("the note on {address} is cleared\n"));
                    NoteEdit::Clear(address)
                }
                Some(text) => {
                    let until = end_in(&text, &now.to_zoned_datetime(zone.clone()));
                    let stays = until.map_or("until it is cleared".into(), |until| {
                        format!("until {}", in_zone(until, &zone))
                    });
                    lines.push_str(&format!("{address} has the note {stays}\n"));
                    NoteEdit::Put(OperatorNote {
                        address,
                        text,
                        by: by.clone().unwrap_or_default(),
                        at: now,
                        until,
                    })
                }
            };
            edits.push(edit);
        }
        operator::save::<OperatorNotes>(&self.notes, &self.locks, &edits, now)?;
        print_all(&lines)
    }

    /// Prints the notes that count.
    pub(super) fn list_notes(&self, json: bool) -> Result<Exit, CommandError> {
        let mut notes: OperatorNotes = operator::load(&self.notes)?;
        notes.expire(Timestamp::now());
        if json {
            return print_json(&List::of(&notes));
        }
        let zone = TimeZone::system();
        let rows = notes
            .all()
            .into_iter()
            .map(|note| self.note_row(note, &zone));
        print_table(&rows.collect::<Vec<_>>())
    }

    /// Name, text, when it goes, who wrote it and when.
    fn note_row(&self, note: &OperatorNote, zone: &TimeZone) -> [String; 5] {
        let mut contacts = self.contacts.iter();
        let contact = contacts.find(|contact| contact.address == note.address);
        let name = contact.and_then(|contact| contact.name.clone());
        [
            name.unwrap_or_else(|| note.address.to_string()),
            note.text.clone(),
            note.until.map_or(String::new(), |at| in_zone(at, zone)),
            note.by.clone(),
            in_zone(note.at, zone),
        ]
    }

    /// Clears the notes on these; on everybody where nobody is named. Returns how many.
    pub(super) fn forget_notes(&self, who: &[Address]) -> Result<usize, CommandError> {
        let notes: OperatorNotes = operator::load(&self.notes)?;
        let all = notes.all().into_iter().map(|note| &note.address);
        let gone = all.filter(|address| who.is_empty() || who.contains(address));
        let edits: Vec<NoteEdit> = gone.cloned().map(NoteEdit::Clear).collect();
        if !edits.is_empty() {
            operator::save::<OperatorNotes>(&self.notes, &self.locks, &edits, Timestamp::now())?;
        }
        Ok(edits.len())
    }

    /// Ends the watches on these, and forgets whose watches have rung; all where nobody is named. Returns
    /// how many.
    pub(super) fn forget_watches(&self, who: &[Address]) -> Result<usize, CommandError> {
        let watches: DeskWatches = operator::load(&self.watches)?;
        let names = |watch: &&DeskWatch| {
            let is_on = matches!(&watch.whom, Watched::Contact(address) if who.contains(address));
            let rung = watch.rung.as_ref();
            who.is_empty() || is_on || rung.is_some_and(|rung| who.contains(&rung.who))
        };
        let gone = watches.all().filter(names);
        let edits: Vec<WatchEdit> = gone.map(|one| WatchEdit::Clear(one.whom.clone())).collect();
        if !edits.is_empty() {
            let now = Timestamp::now();
            operator::save::<DeskWatches>(&self.watches, &self.locks, &edits, now)?;
        }
        Ok(edits.len())
    }
}

/// A moment as people write it.
fn in_zone(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned_datetime(zone.clone());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// `contacts notes --json`, schema 1: fields are only ever added.
#[derive(Serialize)]
struct List<'a> {
    schema: u32,
    notes: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    uri: &'a str,
    text: &'a str,
    by: &'a str,
    at: Timestamp,
    until: Option<Timestamp>,
}

impl<'a> List<'a> {
    fn of(notes: &'a OperatorNotes) -> List<'a> {
        let one = |note: &'a OperatorNote| One {
            uri: note.address.as_str(),
            text: &note.text,
            by: &note.by,
            at: note.at,
            until: note.until,
        };
        List {
            schema: 1,
            notes: notes.all().into_iter().map(one).collect(),
        }
    }
}
