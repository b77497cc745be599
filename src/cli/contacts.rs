//! The command lines of the contact book.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use clap_complete::ArgValueCompleter;

use super::who::{complete_contact, complete_contact_or_group, complete_group};
use crate::contacts::exchange::{Format, Source};
use crate::contacts::{Fact, joined, written_addresses};
use crate::presence::clean;
use crate::settings::values::Kind;

/// What is known of a contact.
#[derive(Debug, Default, Args)]
pub struct Facts {
    /// The name to show, for one contact
    #[arg(long)]
    pub name: Option<String>,
    /// The group to stand in
    #[arg(long, add = ArgValueCompleter::new(complete_group))]
    pub group: Option<String>,
    /// The number to call, for one contact
    #[arg(long)]
    pub number: Option<String>,
    /// The number of the mobile phone, for one contact
    #[arg(long)]
    pub mobile: Option<String>,
    /// The department
    #[arg(long)]
    pub department: Option<String>,
    /// The title of the job
    #[arg(long)]
    pub title: Option<String>,
    /// Other addresses of the same person, with commas between, for one contact
    #[arg(long, value_parser = addresses)]
    pub also: Option<String>,
    /// A note of your own
    #[arg(long)]
    pub note: Option<String>,
    /// How a watch rings: bell, none, a number of bells, or what [[ring]] in the settings names
    #[arg(long)]
    pub ring: Option<String>,
}

/// Addresses with commas between, as the book keeps them.
fn addresses(text: &str) -> Result<String, String> {
    let addresses: Result<Vec<_>, _> = written_addresses(text).collect();
    addresses.map(joined).map_err(|error| error.to_string())
}

impl Facts {
    /// Those that are given, as the book keeps them: an empty one is taken away.
    pub fn given(self) -> Vec<(Fact, Option<String>)> {
        let facts = [
            (Fact::Name, self.name),
            (Fact::Group, self.group),
            (Fact::Number, self.number),
            (Fact::Mobile, self.mobile),
            (Fact::Department, self.department),
            (Fact::Title, self.title),
            (Fact::Also, self.also),
            (Fact::Note, self.note),
            (Fact::Ring, self.ring),
        ];
        let given = facts.into_iter().filter_map(|(fact, text)| {
            let text = clean(&text?);
            Some((fact, (!text.is_empty()).then_some(text)))
        });
        given.collect()
    }
}

/// What is done with the contact book.
#[derive(Debug, Subcommand)]
pub enum Contacts {
    /// Print name, address, group and number of everybody
    #[command(
        visible_alias = "ls",
        after_help = "Examples:\n  whosin contacts list\n  whosin contacts list --group Sales\n  whosin contacts list --json | jq -r '.contacts[].uri'"
    )]
    List {
        /// Only those in this group; may be given several times
        #[arg(
            long = "group",
            value_name = "GROUP",
            add = ArgValueCompleter::new(complete_group)
        )]
        groups: Vec<String>,
        /// Print JSON (schema 1)
        #[arg(long)]
        json: bool,
    },
    /// Add contacts at the end
    #[command(
        after_help = "Examples:\n  whosin contacts add ben@example.com --name 'Ben Two' --group 'Front desk'\n  whosin --domain example.com contacts add carla dan eve\n  whosin contacts add --find anna berg --group Sales"
    )]
    Add {
        /// Whom: user@domain, or only the user where a domain is set
        #[arg(required_unless_present = "find", value_name = "ADDRESS")]
        addresses: Vec<String>,
        /// The one whom the directory finds by these words: part of a name, or a number
        #[arg(long, value_name = "WORDS", num_args = 1.., conflicts_with = "addresses")]
        find: Vec<String>,
        /// What is known of them
        #[command(flatten)]
        facts: Facts,
        /// Pin above all groups
        #[arg(long)]
        pinned: bool,
    },
    /// Change what the book keeps of contacts
    #[command(
        after_help = "Examples:\n  whosin contacts edit ben --number 3216 --department Sales\n  whosin contacts edit ben --note 'back at 14:00, deputy Eva'\n  whosin contacts edit ben carla --group 'Front desk' --pinned\n\nAn empty text takes a fact away: --note ''."
    )]
    #[command(group = ArgGroup::new("change").required(true).multiple(true).args(
        [
            "name", "group", "number", "mobile", "department", "title", "also", "note", "ring",
            "pinned", "unpinned",
        ]
    ))]
    Edit {
        /// Whom: a name or address of the contact book
        #[arg(required = true, value_name = "WHO", add = ArgValueCompleter::new(complete_contact))]
        who: Vec<String>,
        /// What is known of them
        #[command(flatten)]
        facts: Facts,
        /// Pin above all groups
        #[arg(long)]
        pinned: bool,
        /// Take the pin away
        #[arg(long, conflicts_with = "pinned")]
        unpinned: bool,
    },
    /// Move contacts to another group
    #[command(
        after_help = "Examples:\n  whosin contacts move ben carla 'Front desk'\n  whosin contacts move --group Sales 'Sales north'\n  whosin contacts move ben ''\n\nAn empty GROUP takes them out of their group."
    )]
    Move {
        /// Whom, and then the group: names or addresses of the contact book; with --group the group
        /// alone
        #[arg(
            required = true,
            value_names = ["WHO", "GROUP"],
            num_args = 1..,
            add = ArgValueCompleter::new(complete_contact_or_group)
        )]
        words: Vec<String>,
        /// Everybody in this group, too: so a group is renamed
        #[arg(long, value_name = "GROUP", add = ArgValueCompleter::new(complete_group))]
        group: Vec<String>,
    },
    /// Give a contact another name
    #[command(
        after_help = "Examples:\n  whosin contacts rename ben 'Ben Two'\n  whosin contacts rename ben ''\n\nAn empty NAME leaves the name that the server has."
    )]
    Rename {
        /// Whom: a name or address of the contact book
        #[arg(value_name = "WHO", add = ArgValueCompleter::new(complete_contact))]
        who: String,
        /// The name to show
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Remove contacts
    #[command(
        visible_alias = "rm",
        after_help = "Examples:\n  whosin contacts remove ben\n  whosin contacts remove ben@example.com 'Carla Three'\n\nWhere a name fits several, all are told and nobody is removed."
    )]
    Remove {
        /// Whom: a name or address of the contact book
        #[arg(required = true, value_name = "WHO", add = ArgValueCompleter::new(complete_contact))]
        who: Vec<String>,
    },
    /// Add the contacts of a file: CSV, vCard, LDIF, a list of addresses, or another program's own
    #[command(
        after_help = "Examples:\n  whosin contacts import people.csv --dry-run\n  ldapsearch -LLL '(department=Sales)' cn mail | whosin contacts import - --group Sales\n  whosin contacts import bulk-export.csv --owner klmt\n  whosin contacts import team.csv --sync --dry-run\n\nThe lists of Jabber (exported XML), Pidgin (blist.xml), abook and mutt are known by their content.\nWho is there already stays as it is, unless --update or --sync is given. --sync keeps a team's list\ncurrent: who stands in a group that the file names (or in --group) and is not in the file any more\nis removed; other groups, pins, and what the file says nothing of stay. Where a line cannot be\nread nobody is removed. What cannot be read is told as FILE:LINE: reason, and the\nrest goes in. Exit code 1: something was refused and nobody came in."
    )]
    Import {
        /// The file; - is standard input
        #[arg(value_name = "FILE", value_parser = <PathBuf as Kind>::parser())]
        file: PathBuf,
        /// How it is written [default: by its name and content]
        #[arg(long, value_enum)]
        format: Option<Source>,
        /// Whose list to take of a bulk export: user, or user@domain
        #[arg(long, value_name = "USER")]
        owner: Option<String>,
        /// The group that all stand in, whatever the file says
        #[arg(long, add = ArgValueCompleter::new(complete_group))]
        group: Option<String>,
        /// Change who is there already to what the file says; what it does not say stays
        #[arg(long, conflicts_with = "sync")]
        update: bool,
        /// The same, and remove who stands in a group of the file, but not in the file
        #[arg(long)]
        sync: bool,
        /// Only say who would come in, change and go, and which columns are not used
        #[arg(long)]
        dry_run: bool,
    },
    /// Write the contact book for another program
    #[command(
        after_help = "Examples:\n  whosin contacts export people.vcf\n  whosin contacts export people.vcf --force\n  whosin contacts export --format ldif > people.ldif"
    )]
    Export {
        /// The file; - is standard output
        #[arg(default_value = "-", value_name = "FILE", value_parser = <PathBuf as Kind>::parser())]
        file: PathBuf,
        /// How to write it [default: by the name of the file, else csv]
        #[arg(long, value_enum)]
        format: Option<Format>,
        /// Replace a file that is there already
        #[arg(long)]
        force: bool,
    },
    /// Note something on a contact for everybody at the desk; a time in it ends the note
    #[command(
        after_help = "Examples:\n  whosin contacts annotate ben 'out until 14:00, deputy Eva'\n  whosin contacts annotate ben 'back tomorrow 9'\n  whosin contacts annotate ben ''\n\nThe note goes by itself at the time that it names: 14:00, 2pm, until 14, +30m, for 2h, tomorrow 9,\nuntil Monday. Without one it stays until it is cleared, by an empty TEXT. Boards show it at once."
    )]
    Annotate {
        /// Whom: a name or address of the contact book
        #[arg(value_name = "WHO", add = ArgValueCompleter::new(complete_contact))]
        who: String,
        /// What to note; an empty text clears the note
        #[arg(value_name = "TEXT")]
        text: String,
    },
    /// Print the notes of the desk: on whom, what, until when, by whom, and when they were written
    #[command(
        after_help = "Examples:\n  whosin contacts notes\n  whosin contacts notes --json | jq -r '.notes[].text'"
    )]
    Notes {
        /// Print JSON (schema 1)
        #[arg(long)]
        json: bool,
    },
    /// Forget what is kept of people: last states, the history of the day, numbers and notes
    #[command(
        after_help = "Examples:\n  whosin contacts forget ben\n  whosin contacts forget\n  whosin contacts forget --facts\n\nOf those who are named the last states go, the notes and watches of the desk and, from the contact book,\nnumber, mobile number, department, title and note; address, name, group and ring stay. Without a name\nthe last states, notes and watches of everybody go, and with --facts also what the contact book has of\nthem. A board that runs has in memory what it saw itself."
    )]
    Forget {
        /// Whose: a name or address of the contact book, or any address; everybody's when none
        #[arg(value_name = "WHO", add = ArgValueCompleter::new(complete_contact))]
        who: Vec<String>,
        /// Also everybody's numbers, departments, titles and notes
        #[arg(long, conflicts_with = "who")]
        facts: bool,
    },
    /// Print the groups and how many stand in each
    #[command(after_help = "Examples:\n  whosin contacts groups\n  whosin contacts groups --json")]
    Groups {
        /// Print JSON (schema 1)
        #[arg(long)]
        json: bool,
    },
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Format] {
        &Format::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Source {
    fn value_variants<'a>() -> &'a [Source] {
        &Source::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}
