//! The command lines of the simulated service.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use clap::builder::StyledStr;
use clap_complete::{ArgValueCompleter, CompletionCandidate};

use crate::settings::values::Kind;
use crate::simulator::Scenario;

/// Running only the service.
#[derive(Clone, Debug, Args)]
pub struct Simulate {
    /// Where to listen [default: 127.0.0.1:8082, with TLS 127.0.0.1:8083]
    // The global option of the same name makes way for this one, which has its id and its type.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Run the call manager's directory, too, with people beside the contacts
    #[arg(long)]
    pub directory: bool,
    /// Where the directory listens [default: port 8080, with TLS 8443]
    #[arg(long, value_name = "ADDR", requires = "directory")]
    pub directory_listen: Option<SocketAddr>,
    /// Who may sign in
    #[command(flatten)]
    pub accounts: Accounts,
    /// How it is secured
    #[command(flatten)]
    pub security: Security,
    /// Who is there
    #[command(flatten)]
    pub population: Population,
    /// Troubles to make, with commas between
    #[arg(
        long,
        default_value = "quiet",
        value_name = "NAMES",
        long_help = scenarios(),
        add = ArgValueCompleter::new(complete_scenario)
    )]
    pub scenario: Scenario,
}

/// The users of the simulated service, as an existing client has them in its settings.
// The global options of the same names make way for these, which have their ids and types.
#[derive(Clone, Debug, Args)]
pub struct Accounts {
    /// The application user
    #[arg(long, value_name = "NAME", default_value = "whosin")]
    pub app_user: String,
    /// The application user's password: no secret, for it opens nothing but this
    #[arg(long, value_name = "PASSWORD", default_value = "simulated")]
    pub app_password: String,
    /// An end user who may sign in; may be given several times [default: anybody]
    #[arg(long, value_name = "NAME")]
    pub user: Vec<String>,
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
        value_parser = <PathBuf as Kind>::parser(),
        requires = "tls_key",
        conflicts_with = "tls"
    )]
    pub tls_cert: Option<PathBuf>,
    /// The PEM file with the certificate's private key
    #[arg(long, value_name = "FILE", value_parser = <PathBuf as Kind>::parser(), requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

/// The board against the simulated service.
#[derive(Clone, Debug, Args)]
pub struct Demo {
    /// Who is there
    #[command(flatten)]
    pub population: Population,
    /// By way of a broker: a publisher asks the service, and the board reads what it publishes. Needs
    /// mosquitto
    #[arg(long)]
    pub shared: bool,
    /// Two servers on one board: a second service, with people of its own, as the joined profile munich
    #[arg(long, conflicts_with = "shared")]
    pub two: bool,
}

/// The people of the simulated service.
#[derive(Clone, Debug, Args)]
pub struct Population {
    /// How many contacts there are, 1 to 5000
    // The global option of the same name, a file, makes way for this one, which has its id and its
    // type: clap wants one type for an id.
    #[arg(long, default_value = "40", value_name = "N", value_parser = population)]
    contacts: PathBuf,
    /// The same seed gives the same people again
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

impl Population {
    /// So many people stand in the directory beside the contacts, so that there is somebody to find.
    pub const OTHERS: usize = 100;

    /// So many people, by this seed.
    pub fn new(contacts: usize, seed: u64) -> Population {
        Population {
            contacts: contacts.to_string().into(),
            seed,
        }
    }

    /// How many contacts there are.
    pub fn contacts(&self) -> usize {
        let number = self.contacts.to_str().and_then(|text| text.parse().ok());
        number.expect("population() has read it")
    }
}

fn population(text: &str) -> Result<PathBuf, String> {
    match text.parse() {
        Ok(1..=5000_usize) => Ok(text.into()),
        _ => Err("write a number from 1 to 5000".into()),
    }
}

/// The scenarios that a text may go on to: the last of several with commas between.
fn complete_scenario(begun: &OsStr) -> Vec<CompletionCandidate> {
    let Some(text) = begun.to_str() else {
        return Vec::new();
    };
    let (before, last) = text.split_at(text.rfind(',').map_or(0, |at| at + 1));
    let listed = Scenario::ALL
        .iter()
        .filter(|listed| listed.name.starts_with(last));
    listed
        .map(|listed| {
            let help = StyledStr::from(listed.about);
            CompletionCandidate::new(format!("{before}{}", listed.name)).help(Some(help))
        })
        .collect()
}

/// What `--scenario` can be.
fn scenarios() -> String {
    let mut text =
        String::from("Troubles to make, with commas between; some take a number (throttle=5):\n");
    for listed in Scenario::ALL {
        text.push_str(&format!("\n  {:14} {}", listed.name, listed.about));
    }
    text
}
