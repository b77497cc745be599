//! Contacts from a file: those who are new, and where it is wished those who changed and are gone.

use std::path::Path;

use super::super::output::{complain, print_all};
use super::super::{CommandError, files};
use super::{Book, word};
use crate::cli::Exit;
use crate::contacts::comparison::{self, Comparison, Extent};
use crate::contacts::exchange::{Encoding, Imported, Reason, Refused};
use crate::contacts::{self, Contact, Fact};

/// Whether something is done, or only said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// It is done.
    Real,
    /// Only what would be done is said.
    Dry,
}

impl Book {
    /// Brings in the contacts of a file as far as it counts; all of them stand in `group` where that
    /// is given. Says what was done, or would be.
    pub fn import(
        &self,
        file: &Path,
        mut read: Imported,
        group: Option<String>,
        extent: Extent,
        run: Run,
    ) -> Result<Exit, CommandError> {
        if let Some(group) = word(group) {
            let contacts = read.contacts.iter_mut();
            contacts.for_each(|contact| contact.group = Some(group.clone()));
        }
        let file = files::shown(file);
        let refused = read.refused.len();
        let is_twice = |one: &Refused| matches!(one.reason, Reason::Twice { .. });
        // A line that cannot be read may be about somebody who would be taken for gone.
        let is_whole = read.refused.iter().all(is_twice);
        let mut comparison = Comparison::of(&self.contacts, &read.contacts, extent);
        if !is_whole {
            comparison.gone.clear();
        }
        if read.encoding == Encoding::Windows1252 {
            complain(format_args!(
                "{file}: not UTF-8, so it is read as {}: see whether the names are right",
                read.encoding
            ));
        }
        for one in &read.refused {
            complain(format_args!("{file}:{}: {}", one.line, one.reason));
        }
        if !is_whole && extent == Extent::Sync {
            complain("whosin: nobody is removed, for not everything could be read");
        }
        if run == Run::Dry && !read.unused.is_empty() {
            complain(format_args!("{file}: not used: {}", read.unused.join(", ")));
        }
        if extent == Extent::Sync && comparison::groups(&read.contacts).is_empty() {
            return Err(CommandError::NoGroups(file));
        }
        if run == Run::Real {
            contacts::save(&self.path, &self.locks, &comparison.edits())?;
        }
        let mut text = String::new();
        if run == Run::Dry || extent != Extent::Add {
            text = changes(&comparison, run);
        }
        text.push_str(&summary(&comparison, extent, run, refused));
        print_all(&text)?;
        let done = comparison.new.len() + comparison.changed.len();
        Ok(match (refused, done) {
            (1.., 0) => Exit::Failed,
            (1.., _) if extent == Extent::Sync && !is_whole => Exit::Failed,
            _ => Exit::Done,
        })
    }
}

/// A line for each who comes in, changes or goes.
fn changes(comparison: &Comparison, run: Run) -> String {
    let verb = |done: &'static str, would: &'static str| match run {
        Run::Real => done,
        Run::Dry => would,
    };
    let new = comparison.new.iter().map(|contact| {
        let verb = verb("came in", "would come in");
        format!("{} {verb}{}\n", contact.address, in_brackets(contact))
    });
    let changed = comparison.changed.iter().map(|(old, new)| {
        let verb = verb("changed", "would change");
        format!("{} {verb}: {}\n", old.address, differences(old, new))
    });
    let gone = comparison.gone.iter().map(|contact| {
        let verb = verb("is removed", "would be removed");
        format!("{} {verb}{}\n", contact.address, in_brackets(contact))
    });
    new.chain(changed).chain(gone).collect()
}

/// Name and group behind an address, where they are known.
fn in_brackets(contact: &Contact) -> String {
    let known: Vec<&str> = [&contact.name, &contact.group]
        .into_iter()
        .filter_map(|text| text.as_deref())
        .collect();
    match known.as_slice() {
        [] => String::new(),
        known => format!(" ({})", known.join(", ")),
    }
}

/// The facts that differ, as they were and are to be.
fn differences(old: &Contact, new: &Contact) -> String {
    let facts = Fact::ALL.into_iter();
    let facts = facts.filter(|fact| old.fact(*fact) != new.fact(*fact));
    let facts = facts.map(|fact| {
        let (key, new) = (fact.key(), new.fact(fact).unwrap_or("none"));
        match old.fact(fact) {
            Some(old) => format!("{key} {new} (was {old})"),
            None => format!("{key} {new}"),
        }
    });
    facts.collect::<Vec<_>>().join(", ")
}

/// How many came in, changed, went and stayed, and how many lines were refused.
fn summary(comparison: &Comparison, extent: Extent, run: Run, refused: usize) -> String {
    let (new, changed) = (comparison.new.len(), comparison.changed.len());
    let (gone, same) = (comparison.gone.len(), comparison.same);
    let (came, change, go) = match run {
        Run::Real => ("came in", "changed", "removed"),
        Run::Dry => ("would come in", "would change", "would be removed"),
    };
    let counts = match extent {
        Extent::Add => format!("{new} {came}, {same} there already"),
        Extent::Update => format!("{new} {came}, {changed} {change}, {same} as they were"),
        Extent::Sync => {
            format!("{new} {came}, {changed} {change}, {gone} {go}, {same} as they were")
        }
    };
    format!("{counts}, {refused} refused\n")
}
