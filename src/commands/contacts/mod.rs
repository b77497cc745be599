//! The contact book from a script: needs no server, but to find somebody to add, and may run beside
//! a board.

mod import;
mod notes;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::answers::hint_where_empty;
use super::directory::{Checked, Directory, check_addresses, in_book};
use super::output::{complain, print_all, print_exactly, print_json};
use super::table::print_table;
use super::{CommandError, files, load_unlogged};
use crate::board::{Replace, contact_of};
use crate::cli::{Contacts, Exit, Options, find_contact, find_groups};
use crate::contacts::comparison::Extent;
use crate::contacts::exchange::{self, Format};
use crate::contacts::{self, Contact, Edit, Fact};
use crate::http::Route;
use crate::memory::{history, last_seen};
use crate::presence::{Address, clean};
use crate::settings::Settings;
use import::Run;

/// Does it, and prints what was done.
pub async fn contacts(options: &Options, command: Contacts) -> Result<Exit, CommandError> {
    let settings = load_unlogged(options)?;
    let book = Book::open(&settings)?;
    match command {
        Contacts::List { groups, json } => book.list(&groups, json),
        Contacts::Add {
            addresses,
            find,
            facts,
            pinned,
        } => {
            if find.is_empty() {
                book.add(&addresses, &facts.given(), pinned)
            } else {
                book.add_found(&settings, &find.join(" "), &facts.given(), pinned)
                    .await
            }
        }
        Contacts::Edit {
            who,
            facts,
            pinned,
            unpinned,
        } => {
            let pinned = (pinned || unpinned).then_some(pinned);
            book.edit(&who, &facts.given(), pinned)
        }
        Contacts::Move { words, group } => book.move_to(&words, &group),
        Contacts::Rename { who, name } => {
            let name = word(Some(name));
            book.change(book.found(&[who])?, &[(Fact::Name, name)], None)
        }
        Contacts::Remove { who } => book.remove(&who),
        Contacts::Import {
            file,
            format,
            group,
            owner,
            update,
            sync,
            dry_run,
        } => {
            let extent = match (update, sync) {
                (_, true) => Extent::Sync,
                (true, false) => Extent::Update,
                (false, false) => Extent::Add,
            };
            let run = if dry_run { Run::Dry } else { Run::Real };
            let read = files::read(&file, format, book.domain.as_deref(), owner.as_deref())?;
            book.import(&file, read, group, extent, run)
        }
        Contacts::Export {
            file,
            format,
            force,
        } => {
            let replace = if force {
                Replace::Allowed
            } else {
                Replace::Refused
            };
            book.export(&file, format, replace)
        }
        Contacts::Annotate { who, text } => book.annotate(who, text, settings.user.value.clone()),
        Contacts::Notes { json } => book.list_notes(json),
        Contacts::Forget { who, facts } => book.forget(&who, facts),
        Contacts::Groups { json: false } => print_table(&group_rows(&book.contacts)),
        Contacts::Groups { json: true } => print_json(&Groups::of(&book.contacts)),
    }
}

/// The contact book as it is now.
struct Book {
    contacts: Vec<Contact>,
    path: PathBuf,
    /// The operator's notes.
    notes: PathBuf,
    watches: PathBuf,
    /// The folder of its lock.
    locks: PathBuf,
    /// Where the states of the day are kept.
    history: Option<PathBuf>,
    /// Where the last states are kept.
    last_seen: Option<PathBuf>,
    /// Added to an address without one.
    domain: Option<String>,
}

impl Book {
    fn open(settings: &Settings) -> Result<Book, CommandError> {
        let places = settings.places.clone();
        Ok(Book {
            contacts: contacts::load(&places.contacts)?,
            path: places.contacts,
            notes: places.notes,
            watches: places.watches,
            locks: places.locks,
            history: places.history,
            last_seen: places.last_seen,
            domain: settings.domain.value.clone(),
        })
    }

    fn has(&self, address: &Address) -> bool {
        let mut addresses = self.contacts.iter().map(|contact| &contact.address);
        addresses.any(|known| known == address)
    }

    fn list(&self, groups: &[String], json: bool) -> Result<Exit, CommandError> {
        hint_where_empty(&self.contacts);
        let listed: Vec<&Contact> = if groups.is_empty() {
            self.contacts.iter().collect()
        } else {
            find_groups(groups, &self.contacts)?
        };
        if json {
            print_json(&List::of(&listed))
        } else {
            print_table(&listed.into_iter().map(row).collect::<Vec<_>>())
        }
    }

    fn add(
        &self,
        words: &[String],
        facts: &[(Fact, Option<String>)],
        pinned: bool,
    ) -> Result<Exit, CommandError> {
        for_so_many(words, facts)?;
        let read = |word: &String| Address::parse_in(word, self.domain.as_deref());
        let addresses = once(words.iter().map(read).collect::<Result<_, _>>()?);
        let contact = |address| with_facts(Contact::new(address), facts, pinned);
        self.add_all(addresses.into_iter().map(contact).collect())
    }

    /// Adds the one whom the directory finds, under the address that the presence server knows, with
    /// what the directory knows of them.
    async fn add_found(
        &self,
        settings: &Settings,
        words: &str,
        facts: &[(Fact, Option<String>)],
        pinned: bool,
    ) -> Result<Exit, CommandError> {
        let directory = Directory::open(settings, Route::Environment).await?;
        let entry = directory.find_one(words).await?;
        let addresses = directory.addresses(&entry);
        if let Some(known) = in_book(&addresses, &self.contacts) {
            return print_all(&format!("{known} is there already\n"));
        }
        let (address, doubt) = match check_addresses(settings, &addresses).await {
            Some(Checked::Known(address)) => (address, None),
            Some(Checked::Unknown(address)) => {
                let doubt = format!("the presence server knows nothing of {address}");
                (address, Some(doubt))
            }
            Some(Checked::NotAsked(address, why)) => {
                let doubt = format!("the presence server was not asked for {address}: {why}");
                (address, Some(doubt))
            }
            None => return Err(CommandError::NoAddress(entry.name)),
        };
        if let Some(doubt) = doubt {
            // Who closed standard error does not want to know.
            complain(format_args!("whosin: {doubt}"));
        }
        let contact = contact_of(&entry, address);
        self.add_all(vec![with_facts(contact, facts, pinned)])
    }

    fn add_all(&self, new: Vec<Contact>) -> Result<Exit, CommandError> {
        let line = |contact: &Contact| {
            let address = &contact.address;
            if self.has(address) {
                format!("{address} is there already\n")
            } else {
                format!("{address} is added\n")
            }
        };
        let lines: String = new.iter().map(line).collect();
        let edits: Vec<Edit> = new.into_iter().map(Edit::add).collect();
        contacts::save(&self.path, &self.locks, &edits)?;
        print_all(&lines)
    }

    /// Those in the book whom the words mean, each once, as the book writes them.
    fn found(&self, words: &[String]) -> Result<Vec<Address>, CommandError> {
        let find = |word: &String| {
            let address = find_contact(word, &self.contacts, self.domain.as_deref())?;
            let mut known = self.contacts.iter().map(|contact| &contact.address);
            let known = known.find(|known| **known == address).cloned();
            known.ok_or(CommandError::NotInBook(address))
        };
        Ok(once(words.iter().map(find).collect::<Result<_, _>>()?))
    }

    fn edit(
        &self,
        words: &[String],
        facts: &[(Fact, Option<String>)],
        pinned: Option<bool>,
    ) -> Result<Exit, CommandError> {
        for_so_many(words, facts)?;
        self.change(self.found(words)?, facts, pinned)
    }

    /// Moves those whom all words but the last mean, and everybody of these groups, to the group that
    /// the last word names.
    fn move_to(&self, words: &[String], from: &[String]) -> Result<Exit, CommandError> {
        let Some((group, who)) = words.split_last() else {
            return Err(CommandError::NobodyToMove);
        };
        let mut addresses = self.found(who)?;
        let members = find_groups(from, &self.contacts)?;
        addresses.extend(members.into_iter().map(|contact| contact.address.clone()));
        if addresses.is_empty() {
            return Err(CommandError::NobodyToMove);
        }
        let group = word(Some(group.clone()));
        self.change(once(addresses), &[(Fact::Group, group)], None)
    }

    /// Changes facts and pin of these.
    fn change(
        &self,
        addresses: Vec<Address>,
        facts: &[(Fact, Option<String>)],
        pinned: Option<bool>,
    ) -> Result<Exit, CommandError> {
        let changes = |address: &Address| {
            let set = facts.iter().map(|(fact, text)| Edit::Set {
                address: address.clone(),
                fact: *fact,
                text: text.clone(),
            });
            let pin = pinned.map(|pinned| Edit::Pin {
                address: address.clone(),
                pinned,
            });
            set.chain(pin).collect::<Vec<_>>()
        };
        let edits: Vec<Edit> = addresses.iter().flat_map(changes).collect();
        contacts::save(&self.path, &self.locks, &edits)?;
        let lines = addresses
            .iter()
            .map(|address| format!("{address} is changed\n"));
        print_all(&lines.collect::<String>())
    }

    fn remove(&self, words: &[String]) -> Result<Exit, CommandError> {
        let addresses = self.found(words)?;
        let edits: Vec<Edit> = addresses.iter().cloned().map(Edit::Remove).collect();
        contacts::save(&self.path, &self.locks, &edits)?;
        let lines = addresses
            .iter()
            .map(|address| format!("{address} is removed\n"));
        print_all(&lines.collect::<String>())
    }

    /// Removes what is kept of those whom the words mean; of everybody without any, and then from
    /// the book only where `facts` says so.
    fn forget(&self, words: &[String], facts: bool) -> Result<Exit, CommandError> {
        let find = |word: &String| find_contact(word, &self.contacts, self.domain.as_deref());
        let who: Vec<Address> = words.iter().map(find).collect::<Result<_, _>>()?;
        let forget = |path: &Option<PathBuf>,
                      forget: fn(&Path, &[Address]) -> io::Result<usize>| {
            let forgotten = path.as_ref().map(|path| {
                forget(path, &who).map_err(|error| CommandError::unwritable(path, error))
            });
            Ok::<usize, CommandError>(forgotten.transpose()?.unwrap_or(0))
        };
        let states = forget(&self.history, history::forget)?;
        let last = forget(&self.last_seen, last_seen::forget)?;
        let notes = self.forget_notes(&who)?;
        let watches = self.forget_watches(&who)?;
        let means = |contact: &&Contact| facts || who.contains(&contact.address);
        let edits: Vec<Edit> = self.contacts.iter().filter(means).flat_map(bared).collect();
        contacts::save(&self.path, &self.locks, &edits)?;
        let lines = [
            (states, "state of the day is", "states of the day are"),
            (last, "last state is", "last states are"),
            (notes, "note of the desk is", "notes of the desk are"),
            (watches, "watch of the desk is", "watches of the desk are"),
            (
                edits.len(),
                "fact of the contact book is",
                "facts of the contact book are",
            ),
        ];
        let lines = lines.into_iter().filter(|(count, ..)| *count > 0);
        let lines: String = lines
            .map(|(count, one, several)| {
                let words = if count == 1 { one } else { several };
                format!("{count} {words} forgotten\n")
            })
            .collect();
        print_all(if lines.is_empty() {
            "nothing was kept\n"
        } else {
            &lines
        })
    }

    fn export(
        &self,
        file: &Path,
        format: Option<Format>,
        replace: Replace,
    ) -> Result<Exit, CommandError> {
        let by_name = || files::named(file).and_then(Format::of_file_name);
        let format = format.or_else(by_name).unwrap_or(Format::Csv);
        let Some(path) = files::named(file) else {
            print_exactly(&exchange::write(&self.contacts, format))?;
            return Ok(Exit::Done);
        };
        let books = std::slice::from_ref(&self.path);
        files::write(path, &self.contacts, format, replace, books)?;
        Ok(Exit::Done)
    }
}

/// The contact with facts that count in the place of what was known of it.
fn with_facts(mut contact: Contact, facts: &[(Fact, Option<String>)], pinned: bool) -> Contact {
    contact.pinned = pinned;
    for (fact, text) in facts {
        contact.set(*fact, text.clone());
    }
    contact
}

/// The edits that leave of a contact no more than address, name, group, pin and how it rings.
fn bared(contact: &Contact) -> Vec<Edit> {
    let mut bare = contact.clone();
    let facts = Fact::ALL.into_iter();
    for fact in facts.filter(|fact| !matches!(fact, Fact::Name | Fact::Group | Fact::Ring)) {
        bare.set(fact, None);
    }
    Edit::between(contact, &bare)
}

/// Refuses to give several contacts a fact that can only be one person's.
fn for_so_many(words: &[String], facts: &[(Fact, Option<String>)]) -> Result<(), CommandError> {
    let personal =
        |fact: &Fact| matches!(fact, Fact::Name | Fact::Number | Fact::Mobile | Fact::Also);
    let mut facts = facts.iter().filter(|(_, text)| text.is_some());
    match facts.find(|(fact, _)| personal(fact)) {
        Some((fact, _)) if words.len() > 1 => Err(CommandError::FactForSeveral(fact.key())),
        _ => Ok(()),
    }
}

/// Each only once, in their order.
fn once(mut addresses: Vec<Address>) -> Vec<Address> {
    let mut seen = HashSet::new();
    addresses.retain(|address| seen.insert(address.clone()));
    addresses
}

/// A word as the book keeps it; empty is none.
fn word(text: Option<String>) -> Option<String> {
    text.map(|text| clean(&text))
        .filter(|text| !text.is_empty())
}

/// Name, address, group and number.
fn row(contact: &Contact) -> [String; 4] {
    let name = contact.name.as_deref();
    [
        name.unwrap_or(contact.address.user()).to_string(),
        contact.address.to_string(),
        contact.group.clone().unwrap_or_default(),
        contact.number.clone().unwrap_or_default(),
    ]
}

/// Each group, and how many stand in it.
fn group_rows(contacts: &[Contact]) -> Vec<[String; 2]> {
    let row = |group: &Group| {
        [
            group.name.unwrap_or("(no group)").to_string(),
            group.contacts.to_string(),
        ]
    };
    Groups::of(contacts).groups.iter().map(row).collect()
}

/// `contacts list --json`, schema 1: fields are only ever added.
#[derive(Serialize)]
struct List<'a> {
    schema: u32,
    contacts: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    uri: &'a str,
    name: Option<&'a str>,
    group: Option<&'a str>,
    number: Option<&'a str>,
    mobile: Option<&'a str>,
    department: Option<&'a str>,
    title: Option<&'a str>,
    also: Vec<String>,
    note: Option<&'a str>,
    ring: Option<&'a str>,
    pinned: bool,
}

impl<'a> List<'a> {
    fn of(contacts: &[&'a Contact]) -> List<'a> {
        let one = |contact: &&'a Contact| One {
            uri: contact.address.as_str(),
            name: contact.name.as_deref(),
            group: contact.group.as_deref(),
            number: contact.number.as_deref(),
            mobile: contact.mobile.as_deref(),
            department: contact.department.as_deref(),
            title: contact.title.as_deref(),
            also: contact
                .others()
                .map(|address| address.to_string())
                .collect(),
            note: contact.note.as_deref(),
            ring: contact.ring.as_deref(),
            pinned: contact.pinned,
        };
        List {
            schema: 1,
            contacts: contacts.iter().map(one).collect(),
        }
    }
}

/// `contacts groups --json`, schema 1: fields are only ever added.
#[derive(Serialize)]
struct Groups<'a> {
    schema: u32,
    groups: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct Group<'a> {
    /// None: those who stand in no group.
    name: Option<&'a str>,
    contacts: usize,
}

impl<'a> Groups<'a> {
    /// In the order in which the book first names them.
    fn of(contacts: &'a [Contact]) -> Groups<'a> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        for contact in contacts {
            let name = contact.group.as_deref();
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.contacts += 1,
                None => groups.push(Group { name, contacts: 1 }),
            }
        }
        Groups { schema: 1, groups }
    }
}
