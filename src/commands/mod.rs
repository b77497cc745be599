//! What each command does: the only place that knows everyone.

mod answers;
mod board;
mod call;
mod check;
mod completions;
mod config;
mod contacts;
mod demo;
mod directory;
mod files;
mod hooks;
mod launch;
mod man;
mod output;
mod publish;
mod set;
mod simulate;
mod source;
mod status;
mod table;
mod tmux;
mod wait;
mod watch;
mod watcher;

pub use completions::answer_shell;
pub use output::{complain, refuse, report_panics};
pub use tmux::{BarFormat, Dialect, Ink};

use std::io;
use std::path::{Path, PathBuf};

use crate::calling::{ActionError, Misfit};
use crate::cli::{Cli, Command, ContactError, Exit, Options};
use crate::contacts::BookError;
use crate::contacts::exchange::DecodeError;
use crate::directory::DiscoveryError;
use crate::feed::{Config, Credentials, Failure, StartError, failure_in_words, was_reached};
use crate::http::{EndpointError, TrustError};
use crate::log;
use crate::operator::SharedError;
use crate::presence::{Address, AddressError};
use crate::pws::{Class, Endpoint, Error};
use crate::settings::nearest::did_you_mean;
use crate::settings::{Layer, SetUp, Settings, SettingsError};
use crate::simulator::CertificateError;
use crate::sys::console;
use crate::sys::dumps;
use crate::tui::{Background, Depth, Look, ThemeName, Themes, TuiError};

/// Why a command failed. The words say what happened, to what, and what to do.
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
    /// The application user's password is not set.
    #[error(
        "the application user's password is not set: set WHOSIN_APP_PASSWORD, or put app_password_command into the settings"
    )]
    NoPassword,
    /// There is no theme of the name that is set.
    #[error(
        "theme ({origin}): there is no theme '{theme}'{near} (there are {known}, or write {})",
        file.display()
    )]
    NoTheme {
        /// Where it is set.
        origin: String,
        /// What is set.
        theme: ThemeName,
        /// The one that may be meant, as a question.
        near: String,
        /// The names that there are.
        known: String,
        /// Where it would be.
        file: PathBuf,
    },
    /// The address of a service is none.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The contact book cannot be read.
    #[error(transparent)]
    Book(#[from] BookError),
    /// A name in the contact book means nothing, and is like one that does.
    #[error("{file}, line {line}: '{name}' means nothing. Did you mean {near}?")]
    Mistyped {
        /// Which, cleaned for the terminal.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The name.
        name: String,
        /// The one that may be meant.
        near: &'static str,
    },
    /// The operator's notes cannot be read or written.
    #[error(transparent)]
    Notes(#[from] SharedError),
    /// The certificates cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The feed cannot be started.
    #[error(transparent)]
    Feed(#[from] StartError),
    /// The simulated service cannot use the certificate that it was given.
    #[error("{0}: {1}")]
    Certificate(String, CertificateError),
    /// A file that was named cannot be read.
    #[error("{file} cannot be read: {error}")]
    Unreadable {
        /// Which, cleaned for the terminal.
        file: String,
        /// Why.
        error: io::Error,
    },
    /// A file that was named cannot be written.
    #[error("{file} cannot be written: {error}")]
    Unwritable {
        /// Which, cleaned for the terminal.
        file: String,
        /// Why.
        error: io::Error,
    },
    /// A file of contacts that was named is no text.
    #[error("{file}: {error}")]
    NoText {
        /// Which, cleaned for the terminal.
        file: String,
        /// Why.
        error: DecodeError,
    },
    /// Contacts were to be exported over the contact book.
    #[error("{0} is the contact book itself: choose another file")]
    OverBook(String),
    /// Contacts were to be exported to a file that is there already.
    #[error("{0} is there already: --force replaces it")]
    FileExists(String),
    /// A list without groups covers nobody who could be gone from it.
    #[error("{0} names no group, so nobody can be found gone: --group says which group it lists")]
    NoGroups(String),
    /// The terminal cannot be used.
    #[error(transparent)]
    Tui(#[from] TuiError),
    /// A word on the command line means nobody, or several.
    #[error(transparent)]
    Contact(#[from] ContactError),
    /// What was given as an address is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Who was to be removed is not there.
    #[error("{0} is not in the contact book")]
    NotInBook(Address),
    /// There is no directory to search.
    #[error(
        "no directory is set{}: put directory = \"cucm.example.com\" into the settings",
        .0.as_ref().map_or(String::new(), |why| format!(" ({why})"))
    )]
    NoDirectory(Option<DiscoveryError>),
    /// The words hold nothing to search for.
    #[error("there is nothing to search for: give the beginning of a name, or a number")]
    NoWords,
    /// Nobody in the directory fits.
    #[error(
        "nobody in the directory fits '{0}': only the beginnings of names and numbers are found"
    )]
    NobodyFound(String),
    /// Several in the directory fit where one is meant.
    #[error("'{words}' fits several in the directory: {fitting}. Say more, or give the address")]
    SeveralFound {
        /// What was given.
        words: String,
        /// Some of them.
        fitting: String,
    },
    /// Somebody in the directory has no address.
    #[error("{0} has no address in the directory: set domain, or give the address")]
    NoAddress(String),
    /// What each change should run is no command.
    #[error("--exec: {0}")]
    Exec(#[from] ActionError),
    /// There is no such action for contacts.
    #[error("{0}")]
    NoAction(String),
    /// An action does not fit the contact.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// A program cannot be run, or failed.
    #[error(transparent)]
    Launch(#[from] launch::LaunchError),
    /// A group was named for contacts to move to, and no contact.
    #[error("nobody is to be moved: name contacts before the group, or a group by --group")]
    NobodyToMove,
    /// A fact that can only be one person's was given for several contacts.
    #[error("--{0} is for one contact: name them one by one")]
    FactForSeveral(&'static str),
    /// A file of a theme is wrong, or its theme is not there.
    #[error("{0}")]
    Theme(String),
    /// The editor of the settings failed.
    #[error("the editor failed: {0}. Set VISUAL or EDITOR to one that runs here")]
    Editor(String),
    /// The text of `--format` cannot be filled in.
    #[error("{0}")]
    Template(String),
    /// The server did not answer as it should; boxed, for it is much larger than the others.
    #[error("{}. {}", .0.what, .0.advice)]
    Server(Box<crate::link::Problem>, Exit),
    /// A signal ended it.
    #[error("interrupted")]
    Ended(Exit),
    /// Presence would be published where others can read or change it on the way.
    #[error(
        "{0} has {1}, and what people do is their own: only a broker on this machine is published to \
         without. Write mqtts://USER@BROKER/PREFIX, with WHOSIN_BROKER_PASSWORD or \
         broker_password_command"
    )]
    OpenBroker(String, &'static str),
    /// There is no broker for the demo of the shared feed.
    #[error(
        "no broker is found for demo --shared: install mosquitto (apt install mosquitto, brew install \
         mosquitto), or leave out --shared"
    )]
    NoBroker,
    /// What a publisher has published would be emptied while it runs.
    #[error(
        "the publisher {0} runs, and would publish all of it again: end it first. One that was killed \
         counts as gone three of its intervals later"
    )]
    PublisherRuns(String),
    /// Two publishers of the same ID, of which this one began later.
    #[error(
        "another publisher with the ID {0} runs already: end that one, or give this one an --id of \
         its own"
    )]
    SecondPublisher(String),
    /// No board has left anything that could be printed.
    #[error(
        "no board has left anything for this server and user: run whosin, or leave out --cached"
    )]
    NothingLeft,
    /// Something of the machine's.
    #[error("{0}: {1}")]
    Io(&'static str, io::Error),
}

impl CommandError {
    /// How the program ends.
    pub fn exit(&self) -> Exit {
        match self {
            CommandError::Settings(_)
            | CommandError::Mistyped { .. }
            | CommandError::Missing(..)
            | CommandError::NoPassword
            | CommandError::OpenBroker(..)
            | CommandError::SecondPublisher(_)
            | CommandError::NoTheme { .. }
            | CommandError::Endpoint(_)
            | CommandError::Contact(_)
            | CommandError::Address(_)
            | CommandError::NotInBook(_)
            | CommandError::FactForSeveral(_)
            | CommandError::NobodyToMove
            | CommandError::NoGroups(_)
            | CommandError::NoAction(_)
            | CommandError::Exec(_)
            | CommandError::Template(_)
            | CommandError::Theme(_)
            | CommandError::OverBook(_)
            | CommandError::NoDirectory(_)
            | CommandError::NoWords
            | CommandError::SeveralFound { .. }
            | CommandError::NoAddress(_)
            | CommandError::Trust(_)
            | CommandError::Feed(StartError::Trust(_))
            | CommandError::Certificate(..)
            | CommandError::Unreadable { .. } => Exit::Usage,
            CommandError::Server(_, exit) | CommandError::Ended(exit) => *exit,
            CommandError::Book(_)
            | CommandError::Notes(_)
            | CommandError::Misfit(_)
            | CommandError::Launch(_)
            | CommandError::Tui(_)
            | CommandError::NothingLeft
            | CommandError::NoBroker
            | CommandError::PublisherRuns(_)
            | CommandError::NobodyFound(_)
            | CommandError::Editor(_)
            | CommandError::NoText { .. }
            | CommandError::Unwritable { .. }
            | CommandError::FileExists(_)
            | CommandError::Feed(StartError::System(_))
            | CommandError::Io(..) => Exit::Failed,
        }
    }

    /// A file that was named cannot be read.
    fn unreadable(file: &Path, error: io::Error) -> CommandError {
        let file = files::shown(file);
        CommandError::Unreadable { file, error }
    }

    /// A file that was named cannot be written.
    fn unwritable(file: &Path, error: io::Error) -> CommandError {
        let file = files::shown(file);
        CommandError::Unwritable { file, error }
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
    // Before there is a secret in memory.
    dumps::forbid();
    match cli.command {
        None => board::board(&cli.options).await,
        Some(Command::Demo(wanted)) => demo::demo(&cli.options, &wanted).await,
        Some(Command::Simulate(simulated)) => simulate::simulate(simulated).await,
        Some(Command::Status(wanted)) => {
            let print = match (wanted.quiet, wanted.json) {
                (true, _) => status::Print::Nothing,
                (false, true) => status::Print::Json,
                (false, false) => status::Print::Table,
            };
            let source = if wanted.cached {
                status::Source::LastSeen
            } else {
                status::Source::Server
            };
            status::status(&cli.options, &wanted.whom, source, print).await
        }
        Some(Command::Set(wanted)) => set::set(&cli.options, &wanted).await,
        Some(Command::Tmux(bar)) => tmux::tmux(&cli.options, &bar).await,
        Some(Command::Wait(wait)) => wait::wait(&cli.options, &wait).await,
        Some(Command::Watch(watch)) => watch::watch(&cli.options, &watch).await,
        Some(Command::Publish(publish)) => publish::publish(&cli.options, &publish).await,
        Some(Command::Check { report }) => check::check(&cli.options, report.as_deref()).await,
        Some(Command::Config(command)) => config::config(&cli.options, &command),
        Some(Command::Call(call)) => call::call(&cli.options, call).await,
        Some(Command::Contacts(command)) => contacts::contacts(&cli.options, command).await,
        Some(Command::Directory(search)) => directory::directory(&cli.options, &search).await,
        Some(Command::Completions { shell }) => completions::completions(&shell),
        Some(Command::Man { dir }) => man::man(dir.as_deref()),
    }
}

/// The settings, as options, variables and file say.
fn load_unlogged(options: &Options) -> Result<Settings, SettingsError> {
    let set_up = options.set_up()?;
    if let Some(path) = set_up.config.as_ref().filter(|path| !path.exists()) {
        return Err(SettingsError::Missing(path.clone()));
    }
    Settings::load(&options.settings, &set_up)
}

/// The settings of a command that talks to the server and is not a board; what is done is logged.
fn load(options: &Options) -> Result<Settings, CommandError> {
    let settings = load_unlogged(options)?;
    let verbose = log::verbosity(options.verbose);
    let level = settings.log_level.value.0;
    let started = log::start(settings.places.log.as_deref(), level, verbose);
    if let Err(words) = started {
        complain(format_args!("whosin: {words}"));
    }
    Ok(settings)
}

/// What the feed goes by, from complete settings.
async fn feed_config(settings: &Settings) -> Result<Config, CommandError> {
    let missing = CommandError::Missing;
    let nodes = settings.nodes();
    let nodes = nodes.ok_or(missing("the server", "server", "server"))?;
    let app_user = settings.app_user.value.clone();
    let app_user = app_user.ok_or(missing("the application user", "app-user", "app_user"))?;
    let user = settings.user.value.clone();
    let user = user.ok_or(missing("your user name", "user", "user"))?;
    let password = settings.password().await?;
    let password = password.ok_or(CommandError::NoPassword)?;
    let credentials = Credentials {
        app_user,
        password,
        user,
    };
    let config = config_of(settings, nodes.primary.clone(), credentials);
    if let Some(warning) = config.unused_trust() {
        tracing::warn!("{warning}");
    }
    Ok(config)
}

/// The same for a command without a header: what would stand there goes to standard error.
async fn feed_config_with_warning(settings: &Settings) -> Result<Config, CommandError> {
    let config = feed_config(settings).await?;
    if let Some(warning) = config.unused_trust() {
        complain(format_args!("whosin: {warning}"));
    }
    Ok(config)
}

/// What the feed goes by, once it is known who signs in where.
fn config_of(settings: &Settings, endpoint: Endpoint, credentials: Credentials) -> Config {
    let others = settings.nodes().map(|nodes| nodes.others.clone());
    let callback = settings.callback.value.as_ref();
    Config {
        others: others.unwrap_or_default(),
        session_folder: settings.places.session_folder.clone(),
        interval: settings.interval.value.into(),
        delivery: settings.mode.value,
        listen: settings.listen.value,
        callback: callback.map(|callback| callback.as_str().to_string()),
        in_flight: settings.in_flight.value.get(),
        soap: settings.soap.value,
        trust: settings.trust(),
        languages: languages(),
        ..Config::new(endpoint, credentials)
    }
}

/// The languages of the user's environment, the most wanted first.
fn languages() -> Vec<String> {
    let variables = ["LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG"];
    let values = variables.iter().filter_map(|name| std::env::var(name).ok());
    let tags = values.flat_map(|value| value.split(':').map(String::from).collect::<Vec<_>>());
    let tag = |text: String| text.split('.').next().unwrap_or_default().replace('_', "-");
    let named: Vec<String> = tags
        .map(tag)
        .filter(|tag| !tag.is_empty() && tag != "C" && tag != "POSIX")
        .collect();
    if named.is_empty() {
        // Windows sets no variable, nor does macOS outside of a terminal.
        return sys_locale::get_locales()
            .filter(|tag| tag != "C" && tag != "POSIX")
            .collect();
    }
    named
}

/// The themes that there are, and the chosen one, for a terminal of so many colours.
fn themes(settings: &Settings, depth: Depth) -> Result<Themes, CommandError> {
    let theme = &settings.theme.value;
    let themes = known_themes(settings, depth);
    if themes.has(theme) {
        return Ok(themes);
    }
    let names = themes.names();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    Err(CommandError::NoTheme {
        origin: settings.theme.origin.place(),
        theme: theme.clone(),
        near: did_you_mean(&theme.to_string(), &known),
        known: known.join(", "),
        file: settings.places.themes.join(format!("{theme}.toml")),
    })
}

/// The themes that there are, whether the chosen one is there or not.
fn known_themes(settings: &Settings, depth: Depth) -> Themes {
    let background = Background::of_environment(|name| std::env::var(name).ok());
    let theme = settings.theme.value.clone();
    Themes::new(&settings.places.themes, theme, background, depth)
}

fn look(settings: &Settings) -> Result<Look, CommandError> {
    let depth = Depth::of_environment(console::variable);
    let themes = themes(settings, depth)?;
    Ok(Look {
        theme: themes.theme(),
        themes,
        icons: settings.icons.value,
        keys: settings.keys.value.clone(),
        dim: settings.wall_dim.value.filter(|_| settings.wall.value),
        zone: jiff::tz::TimeZone::system(),
    })
}

/// Settings for a command that reads none of the user's files: those of an empty folder.
fn settings_without_files(options: &Options, folder: &Path) -> Result<Settings, CommandError> {
    let layer = Layer {
        contacts: Some(folder.join("contacts.toml")),
        ..options.settings.clone()
    };
    let set_up = SetUp::of_file(&folder.join("config.toml"));
    Ok(Settings::load(&layer, &set_up)?)
}
