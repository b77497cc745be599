//! The command line.

mod looking;

pub use looking::{Bar, Goal, Wait, Watch};

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use tracing::level_filters::LevelFilter;

use crate::contacts::Contact;
use crate::contacts::exchange::Format;
use crate::feed::Delivery;
use crate::presence::{Address, IconSet, OwnPresence};
use crate::pws::{Fingerprint, SoapVersion};
use crate::simulator::Scenario;
use crate::tui::ThemeName;

/// A presence board for the terminal: who is in, free or on the phone.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "Examples:\n  whosin demo\n  whosin --server cup.example.com --app-user webservice --user klmt\n\nThe application user's password comes from WHOSIN_APP_PASSWORD, from app_password_command or\napp_password in the settings, or is asked for: never from an option."
)]
pub struct Cli {
    /// What everything goes by.
    #[command(flatten)]
    pub options: Options,
    /// What is done; without, the board is shown.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of all commands: each is also a key of `config.toml`.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Options {
    /// The presence server: host, host:port or URL (https and port 8083 where not said); several
    /// with commas between, the primary first
    #[arg(long, global = true, env = "WHOSIN_SERVER")]
    pub server: Option<String>,
    /// The application user, which the administrator made
    #[arg(long, global = true, env = "WHOSIN_APP_USER")]
    pub app_user: Option<String>,
    /// The end user: whose view of presence it is
    #[arg(long, global = true, env = "WHOSIN_USER")]
    pub user: Option<String>,
    /// Added to a contact that is typed without a domain
    #[arg(long, global = true)]
    pub domain: Option<String>,
    /// How often each contact is asked for, such as 5 or 10s [default: 5s]
    #[arg(long, global = true, value_parser = duration)]
    pub interval: Option<Duration>,
    /// How many requests may be under way at once, 1 to 8 [default: 2]
    #[arg(long, global = true, value_parser = in_flight, value_name = "N")]
    pub in_flight: Option<usize>,
    /// Whether the server tells of changes or is asked for them [default: auto]
    #[arg(long, global = true, value_enum)]
    pub mode: Option<Delivery>,
    /// Where to listen for the server's calls [default: where the way to the server begins]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// How the server reaches that, where it is by another address: http://HOST:PORT
    #[arg(long, value_name = "URL", value_parser = callback)]
    pub callback: Option<String>,
    /// The version of SOAP that requests are written in [default: 1.1]
    #[arg(long, global = true, value_parser = soap_version, value_name = "1.1|1.2")]
    pub soap: Option<SoapVersion>,
    /// Trust the certificates in this PEM file
    #[arg(long, global = true, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Trust exactly the certificate with this fingerprint
    #[arg(long, global = true, value_name = "sha256:HEX", value_parser = fingerprint)]
    pub pin: Option<Fingerprint>,
    /// Trust any certificate; the board says so, always
    #[arg(long, global = true)]
    pub insecure: bool,
    /// How much is written into the log file: off, error, warn, info, debug or trace [default: info]
    #[arg(long, global = true, value_name = "LEVEL", value_parser = log_level)]
    pub log_level: Option<LevelFilter>,
    /// Tell on standard error what is done; all of it with -vv
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// The settings file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The contacts file
    #[arg(long, global = true, value_name = "FILE")]
    pub contacts: Option<String>,
    /// Which glyphs are drawn [default: unicode]
    #[arg(long, global = true, value_enum)]
    pub icons: Option<IconSet>,
    /// The colours: auto, dark, light, high-contrast, or a file of the folder themes beside the
    /// settings [default: auto]
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<ThemeName>,
}

/// What is done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the board against a presence service inside the program
    #[command(
        after_help = "Example:\n  whosin demo --contacts 200\n\nNo settings are read or written."
    )]
    Demo(Population),
    /// Run only the presence service, for trying things out
    #[command(
        after_help = "Examples:\n  whosin simulate --listen 127.0.0.1:8082 --scenario throttle=5,expire\n  whosin simulate --tls\n\nSign in as the application user 'whosin' with the password 'simulated', and as any end user."
    )]
    Simulate {
        /// Where to listen [default: 127.0.0.1:8082, with TLS 127.0.0.1:8083]
        #[arg(long, value_name = "ADDR")]
        listen: Option<SocketAddr>,
        /// How it is secured
        #[command(flatten)]
        security: Security,
        /// Who is there
        #[command(flatten)]
        population: Population,
        /// Troubles to make, with commas between
        #[arg(long, default_value = "quiet", value_name = "NAMES", long_help = scenarios())]
        scenario: Scenario,
    },
    /// Ask once, print, and end
    #[command(
        after_help = "Examples:\n  whosin status\n  whosin status --json\n  whosin status --cached ben\n  until whosin status -q ben; do sleep 60; done"
    )]
    Status {
        /// Whom to ask for: a name or address of the contact book, or any address; all when none
        // The id must not be that of the global option of the same name.
        #[arg(id = "who", value_name = "CONTACT")]
        contacts: Vec<String>,
        /// Print JSON (schema 1)
        #[arg(long)]
        json: bool,
        /// Print nothing: the exit code tells whether anyone of them is available
        #[arg(short, long)]
        quiet: bool,
        /// Take what a board knows or knew, without asking the server; old states count as nobody's
        #[arg(long)]
        cached: bool,
    },
    /// Set my own presence
    #[command(
        after_help = "Examples:\n  whosin set dnd --for 2h\n  whosin set clear\n\nThe server keeps it for an hour at least and a day at most."
    )]
    Set {
        /// available (or clear: phone and calendar decide again), away, busy, dnd, or vacation
        #[arg(value_parser = own_presence)]
        state: OwnPresence,
        /// For how long [default: a day]
        #[arg(long = "for", value_name = "TIME", value_parser = duration)]
        time: Option<Duration>,
    },
    /// Print one short line for the status bar of tmux, polybar or waybar
    #[command(
        name = "tmux",
        after_help = "Examples:\n  set -g status-right '#(whosin tmux --colors) %H:%M'     in ~/.tmux.conf\n  whosin tmux ben 'Carla Three'\n  whosin tmux --format '{available} free, {busy} busy' --max-age 2m\n  whosin tmux ben --format '{icon} {name}: {state} ({age})'\n  whosin tmux --format waybar\n\nFields: {available} {away} {busy} {dnd} {off} {unknown} count fresh states, {stale} the others,\n{total} all; {age} is how old the answer is. Where contacts are named also {icon} {name} {state}\n{note}, filled for each. {{ and }} are braces. Waybar gets the state of the most reachable as class,\n'stale' or 'unknown'.\n\nThe line comes from what a running board left; only where that is too old the server is asked.\nWhere neither tells anything the line is 'whosin ?' and the exit code 2 (settings), 3 (sign-in\nrefused), 4 (server not reached) or 1."
    )]
    Tmux(Bar),
    /// Wait until a contact gets there
    #[command(
        after_help = "Examples:\n  whosin wait ben && notify-send 'Ben is free'\n  whosin wait ben carla --for available,away --timeout 30m\n  whosin wait ben --for changed --quiet\n\nPrints the moment, the name and the state. Only what the server says now counts. Trouble with the\nserver is waited out. Exit codes: 0 somebody got there, 5 the time is up, 3 sign-in refused, 4 the\ntime is up and the server was never reached, 130 interrupted."
    )]
    Wait(Wait),
    /// Print a line for each change, for screen readers, logs and pipes
    #[command(
        after_help = "Examples:\n  whosin watch --plain\n  whosin watch ben 'Carla Three' | tee -a presence.log\n  whosin watch --json | jq -r 'select(.kind == \"change\").contact.name'\n\nFirst the present states, then each change: time, name, state, note. Trouble with the server is a\nline, too. Each JSON object has schema, at and kind: state (a first answer) and change with contact\nas in 'status --json', link with link (trouble or up) and words."
    )]
    Watch(Watch),
    /// Sign in step by step; say what each step found and what to do
    #[command(
        after_help = "Examples:\n  whosin check\n  whosin check --server cup.example.com --report report.txt\n\nExit codes: 0 all is well, 1 failed, 2 settings, 3 sign-in refused, 4 server not reached."
    )]
    Check {
        /// Write a report without secrets, to send to somebody who can help; - prints it
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// Look at and change the contact book, also while a board shows it
    #[command(
        subcommand,
        after_help = "Examples:\n  whosin contacts add ben@example.com --name 'Ben Two' --group 'Front desk'\n  whosin contacts import people.csv\n  whosin contacts export people.vcf"
    )]
    Contacts(Contacts),
}

/// What is done with the contact book.
#[derive(Debug, Subcommand)]
pub enum Contacts {
    /// Print name, address and group of everybody
    #[command(
        after_help = "Examples:\n  whosin contacts list\n  whosin contacts list --json | jq -r '.contacts[].uri'"
    )]
    List {
        /// Print JSON (schema 1)
        #[arg(long)]
        json: bool,
    },
    /// Add contacts at the end
    #[command(
        after_help = "Examples:\n  whosin contacts add ben@example.com --name 'Ben Two' --group 'Front desk'\n  whosin --domain example.com contacts add carla dan eve"
    )]
    Add {
        /// Whom: user@domain, or only the user where a domain is set
        #[arg(required = true, value_name = "ADDRESS")]
        addresses: Vec<String>,
        /// The name to show, for one contact
        #[arg(long)]
        name: Option<String>,
        /// The group to stand in
        #[arg(long)]
        group: Option<String>,
    },
    /// Remove contacts
    #[command(
        after_help = "Examples:\n  whosin contacts remove ben\n  whosin contacts remove ben@example.com 'Carla Three'\n\nWhere a name fits several, all are told and nobody is removed."
    )]
    Remove {
        /// Whom: a name or address of the contact book
        #[arg(required = true, value_name = "WHO")]
        who: Vec<String>,
    },
    /// Add the contacts of a file: CSV, vCard, LDIF, or a list of addresses
    #[command(
        after_help = "Examples:\n  whosin contacts import people.csv --dry-run\n  ldapsearch -LLL '(department=Sales)' cn mail | whosin contacts import - --group Sales\n\nWho is there already stays as it is. What cannot be read is told as FILE:LINE: reason, and the\nrest goes in. Exit code 1: something was refused and nobody came in."
    )]
    Import {
        /// The file; - is standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// How it is written [default: by its name and content]
        #[arg(long, value_enum)]
        format: Option<Format>,
        /// The group that all stand in, whatever the file says
        #[arg(long)]
        group: Option<String>,
        /// Only tell what would come in
        #[arg(long)]
        dry_run: bool,
    },
    /// Write the contact book for another program
    #[command(
        after_help = "Examples:\n  whosin contacts export people.vcf\n  whosin contacts export --format ldif > people.ldif"
    )]
    Export {
        /// The file; - is standard output
        #[arg(default_value = "-", value_name = "FILE")]
        file: PathBuf,
        /// How to write it [default: by the name of the file, else csv]
        #[arg(long, value_enum)]
        format: Option<Format>,
    },
    /// Forget what is kept of the day (history = true in the settings)
    #[command(
        after_help = "Examples:\n  whosin contacts forget\n  whosin contacts forget ben\n\nThe contact book stays as it is. A board that runs has in memory what it saw itself."
    )]
    Forget {
        /// Whose: a name or address of the contact book, or any address; everybody's when none
        #[arg(value_name = "WHO")]
        who: Vec<String>,
    },
    /// Print the groups and how many stand in each
    #[command(after_help = "Examples:\n  whosin contacts groups\n  whosin contacts groups --json")]
    Groups {
        /// Print JSON (schema 1)
        #[arg(long)]
        json: bool,
    },
}

/// The certificate of the simulated service; plain HTTP without.
#[derive(Clone, Debug, Args)]
pub struct Security {
    /// Speak HTTPS with a new self-signed certificate
    #[arg(long)]
    pub tls: bool,
    /// Speak HTTPS with the certificate in this PEM file, and those after it
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        conflicts_with = "tls"
    )]
    pub tls_cert: Option<PathBuf>,
    /// The PEM file with the certificate's private key
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

/// The people of the simulated service.
#[derive(Clone, Debug, Args)]
pub struct Population {
    /// How many contacts there are, 1 to 5000
    // The name is also a global option's, a file: here it takes that one's place, and so its type.
    #[arg(long, default_value = "40", value_name = "N", value_parser = population)]
    contacts: String,
    /// The same seed gives the same people again
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

impl Population {
    /// So many people, by this seed.
    pub fn new(contacts: usize, seed: u64) -> Population {
        Population {
            contacts: contacts.to_string(),
            seed,
        }
    }

    /// How many contacts there are.
    pub fn contacts(&self) -> usize {
        self.contacts.parse().expect("population() has read it")
    }
}

fn population(text: &str) -> Result<String, String> {
    match text.parse() {
        Ok(1..=5000_usize) => Ok(text.into()),
        _ => Err("write a number from 1 to 5000".into()),
    }
}

impl ValueEnum for IconSet {
    fn value_variants<'a>() -> &'a [IconSet] {
        &IconSet::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Delivery {
    fn value_variants<'a>() -> &'a [Delivery] {
        &[Delivery::Auto, Delivery::Poll, Delivery::Notify]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(match self {
            Delivery::Auto => "auto",
            Delivery::Poll => "poll",
            Delivery::Notify => "notify",
        }))
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Format] {
        &Format::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

/// Reads `5`, `10s`, `2m` or `1h`.
///
/// # Errors
/// Words that say how to write it.
pub fn duration(text: &str) -> Result<Duration, String> {
    let error = || format!("'{text}' is not a time: write it like 5, 10s, 2m or 1h");
    let text_end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text[..text_end].parse().map_err(|_| error())?;
    let unit = match text[text_end..].trim() {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(error()),
    };
    match number.checked_mul(unit) {
        Some(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err(format!("'{text}' is out of range: one second to one day")),
    }
}

/// Reads how many requests may be under way at once.
///
/// # Errors
/// Words that say how many.
pub fn in_flight(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=8) => Ok(number),
        _ => Err(format!("'{text}' requests at once cannot be: 1 to 8")),
    }
}

/// Reads an own presence by its name; `clear` is available.
///
/// # Errors
/// Words that say which there are.
pub fn own_presence(text: &str) -> Result<OwnPresence, String> {
    let named = |own: &OwnPresence| own.name() == text;
    match OwnPresence::ALL.into_iter().find(named) {
        Some(own) => Ok(own),
        None if text == "clear" => Ok(OwnPresence::Available),
        None => Err("say available, away, busy, dnd, vacation, or clear".into()),
    }
}

/// Reads a level of the log.
///
/// # Errors
/// Words that say which there are.
pub fn log_level(text: &str) -> Result<LevelFilter, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is no level: off, error, warn, info, debug or trace"))
}

/// Reads the address at which the server calls back: plain HTTP (the service speaks no other), a host
/// and a port.
///
/// # Errors
/// Words that say how to write it.
pub fn callback(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text).ok();
    match url.filter(|url| url.scheme() == "http" && url.has_host() && url.query().is_none()) {
        Some(_) => Ok(text.into()),
        None => Err(format!(
            "'{text}' is no address to call: write it like http://10.1.2.3:9000"
        )),
    }
}

/// Reads `1.1` or `1.2`.
///
/// # Errors
/// Words that say so.
pub fn soap_version(text: &str) -> Result<SoapVersion, String> {
    match text {
        "1.1" => Ok(SoapVersion::V1_1),
        "1.2" => Ok(SoapVersion::V1_2),
        _ => Err(format!("'{text}' is not a version of SOAP: 1.1 or 1.2")),
    }
}

fn fingerprint(text: &str) -> Result<Fingerprint, String> {
    text.parse()
        .map_err(|error: crate::pws::FingerprintError| error.to_string())
}

fn scenarios() -> String {
    let mut text =
        String::from("Troubles to make, with commas between; some take a number (throttle=5):\n");
    for listed in Scenario::ALL {
        text.push_str(&format!("\n  {:14} {}", listed.name, listed.about));
    }
    text
}

/// How the program ends. The numbers are a contract with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// The command line or the settings are wrong.
    Usage = 2,
    /// A sign-in was refused.
    Refused = 3,
    /// The server was not reached.
    NotReached = 4,
    /// Nobody of those asked for is available, or got there in time.
    Nobody = 5,
    /// Ended by Ctrl-C, as shells count it.
    Interrupted = 130,
    /// Ended by the signal to do so.
    Terminated = 143,
}

/// Finds the one contact that a word means: an address, or else a user, a name, or a part of these,
/// in this order.
///
/// # Errors
/// Words that say that nobody or several fit.
pub fn find_contact(
    word: &str,
    contacts: &[Contact],
    domain: Option<&str>,
) -> Result<Address, String> {
    if let Ok(address) = Address::parse(word) {
        return Ok(address);
    }
    let word_lower = word.to_lowercase();
    let user = |contact: &Contact| contact.address.user().to_lowercase();
    let name = |contact: &Contact| contact.name.as_deref().unwrap_or_default().to_lowercase();
    let fits: [&dyn Fn(&Contact) -> bool; 3] = [
        &|contact| user(contact) == word_lower,
        &|contact| name(contact) == word_lower,
        &|contact| name(contact).contains(&word_lower) || user(contact).contains(&word_lower),
    ];
    for fits in fits {
        let found = contacts.iter().filter(|contact| fits(contact));
        let found: Vec<&Address> = found.map(|contact| &contact.address).collect();
        match found.as_slice() {
            [] => {}
            [one] => return Ok(Address::clone(one)),
            several => {
                let several: Vec<&str> = several.iter().map(|address| address.as_str()).collect();
                return Err(format!("'{word}' fits several: {}", several.join(", ")));
            }
        }
    }
    Address::parse_in(word, domain).map_err(|_| format!("nobody in the contact book fits '{word}'"))
}
