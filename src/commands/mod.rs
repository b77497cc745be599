//! What each command does: the only place that knows everyone.

mod answers;
mod board;
mod book;
mod check;
mod completions;
mod contacts;
mod demo;
mod doing;
mod files;
mod following;
mod man;
mod reader;
mod remembering;
mod set;
mod signals;
mod simulate;
mod status;
mod tmux;
mod wait;
mod watch;

pub use completions::answer_shell;

use std::io::{self, Write};

use crate::cli::{Cli, Command, Exit, Options};
use crate::contacts::BookError;
use crate::feed::{Config, Credentials, Failure, failure_in_words, was_reached};
use crate::log;
use crate::pws::{Class, Endpoint, Error, TrustError};
use crate::settings::{Settings, SettingsError};
use crate::simulator::CertificateError;
use crate::tui::{Depth, Look, TuiError};

/// Why a command failed; its words tell what to do.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The settings cannot be followed.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Something is not set that the command needs.
    #[error(
        "{0} is not set: give --{1}, put {2} into the settings, or run whosin once for the sign-in form"
    )]
    Missing(&'static str, &'static str, &'static str),
    /// The contact book cannot be read.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The certificates cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The simulated service cannot use the certificate that it was given.
    #[error("{0}: {1}")]
    Certificate(String, CertificateError),
    /// A file that was named cannot be read.
    #[error("{0} cannot be read: {1}")]
    File(String, io::Error),
    /// The terminal cannot be used.
    #[error(transparent)]
    Tui(#[from] TuiError),
    /// A word on the command line means nobody, or several.
    #[error("{0}")]
    Contact(String),
    /// The server did not answer as it should; boxed, for it is much larger than the others.
    #[error("{}. {}", .0.what, .0.advice)]
    Server(Box<crate::link::Problem>, Exit),
    /// No board has left anything that could be told.
    #[error(
        "no board has left anything for this server and user: run whosin, or leave out --cached"
    )]
    NothingLeft,
    /// A file of contacts is not text, or cannot be written.
    #[error("{0}: {1}")]
    Exchange(String, String),
    /// Something of the machine's.
    #[error("{0}: {1}")]
    Io(&'static str, io::Error),
}

impl CommandError {
    /// How the program ends.
    pub fn exit(&self) -> Exit {
        match self {
            CommandError::Settings(_) | CommandError::Missing(..) | CommandError::Contact(_) => {
                Exit::Usage
            }
            CommandError::Trust(_) | CommandError::Certificate(..) | CommandError::File(..) => {
                Exit::Usage
            }
            CommandError::Server(_, exit) => *exit,
            CommandError::Book(_)
            | CommandError::Tui(_)
            | CommandError::NothingLeft
            | CommandError::Exchange(..)
            | CommandError::Io(..) => Exit::Failed,
        }
    }

    fn of_failure(failure: &Failure, credentials: &Credentials) -> CommandError {
        let words = failure_in_words(failure, credentials);
        CommandError::Server(Box::new(words), exit_of(&failure.error))
    }
}

/// How the program ends for want of an answer.
fn exit_of(error: &Error) -> Exit {
    match error.class() {
        Some(Class::SignInRefused | Class::AlreadySignedIn) => Exit::Refused,
        _ if !was_reached(error) => Exit::NotReached,
        _ => Exit::Failed,
    }
}

/// Runs a command.
///
/// # Errors
/// [`CommandError`], which knows the exit code.
pub async fn run(cli: Cli) -> Result<Exit, CommandError> {
    match cli.command {
        None => board::board(&cli.options).await,
        Some(Command::Demo(population)) => demo::demo(&cli.options, &population).await,
        Some(Command::Simulate {
            listen,
            security,
            population,
            scenario,
        }) => simulate::simulate(listen, &security, &population, scenario).await,
        Some(Command::Status {
            contacts,
            json,
            quiet,
            cached,
        }) => {
            let print = match (quiet, json) {
                (true, _) => status::Print::Nothing,
                (false, true) => status::Print::Json,
                (false, false) => status::Print::Table,
            };
            let source = match cached {
                true => status::Source::LastSeen,
                false => status::Source::Server,
            };
            status::status(&cli.options, &contacts, source, print).await
        }
        Some(Command::Set { state, time }) => set::set(&cli.options, state, time).await,
        Some(Command::Tmux(bar)) => tmux::tmux(&cli.options, &bar).await,
        Some(Command::Wait(wait)) => wait::wait(&cli.options, &wait).await,
        Some(Command::Watch(watch)) => watch::watch(&cli.options, &watch).await,
        Some(Command::Check { report }) => check::check(&cli.options, report.as_deref()).await,
        Some(Command::Contacts(command)) => contacts::contacts(&cli.options, command),
        Some(Command::Completions { shell }) => completions::completions(&shell),
        Some(Command::Man { dir }) => man::man(dir.as_deref()),
    }
}

/// The settings of a command that talks to the server and is not a board; what is done is logged.
fn load(options: &Options) -> Result<Settings, CommandError> {
    let settings = Settings::load(options)?;
    let verbose = log::verbosity(options.verbose);
    let started = log::start(settings.log_file.as_deref(), settings.log_level, verbose);
    if let Err(words) = started {
        // Who closed standard error does not want to know.
        let _ = writeln!(io::stderr(), "whosin: {words}");
    }
    Ok(settings)
}

/// What the feed goes by, from complete settings.
async fn feed_config(settings: &Settings) -> Result<Config, CommandError> {
    let missing = CommandError::Missing;
    let endpoint = settings
        .server
        .clone()
        .ok_or(missing("the server", "server", "server"))?;
    let app_user =
        settings
            .app_user
            .clone()
            .ok_or(missing("the application user", "app-user", "app_user"))?;
    let user = settings
        .user
        .clone()
        .ok_or(missing("your user name", "user", "user"))?;
    let password = settings.password().await?.ok_or_else(|| {
        CommandError::Settings(SettingsError::Value(
            "the application user's password is not set: set WHOSIN_APP_PASSWORD, or put \
             app_password_command into the settings"
                .into(),
        ))
    })?;
    let credentials = Credentials {
        app_user,
        password,
        user,
    };
    Ok(config_of(settings, endpoint, credentials))
}

/// What the feed goes by, once it is known who signs in where.
fn config_of(settings: &Settings, endpoint: Endpoint, credentials: Credentials) -> Config {
    Config {
        others: settings.other_servers.clone(),
        session_folder: settings.session_folder.clone(),
        interval: settings.interval,
        delivery: settings.delivery,
        listen: settings.listen,
        callback: settings.callback.clone(),
        in_flight: settings.in_flight,
        soap: settings.soap,
        trust: settings.trust.clone(),
        languages: languages(),
        ..Config::new(endpoint, credentials)
    }
}

/// The languages of the user's environment, the most wanted first.
fn languages() -> Vec<String> {
    let variables = ["LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG"];
    let said = variables.iter().filter_map(|name| std::env::var(name).ok());
    let tags = said.flat_map(|said| said.split(':').map(String::from).collect::<Vec<_>>());
    let tag = |text: String| text.split('.').next().unwrap_or_default().replace('_', "-");
    tags.map(tag)
        .filter(|tag| !tag.is_empty() && tag != "C" && tag != "POSIX")
        .collect()
}

fn look(settings: &Settings) -> Result<Look, CommandError> {
    let depth = Depth::of_environment(|name| std::env::var(name).ok());
    let themes = settings.themes(depth)?;
    Ok(Look {
        theme: themes.theme(),
        themes,
        icons: settings.icons,
        keys: settings.keys.clone(),
        zone: jiff::tz::TimeZone::system(),
    })
}

/// Settings for a command that reads no file: the options alone count.
fn settings_without_files(
    options: &Options,
    folder: &std::path::Path,
) -> Result<Settings, CommandError> {
    let options = Options {
        config: Some(folder.join("config.toml")),
        contacts: Some(folder.join("contacts.toml").display().to_string()),
        ..options.clone()
    };
    Ok(Settings::load(&options)?)
}
