//! Signs in step by step, and prints what each step found and what to do.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::{Duration, Instant};

use super::directory::probe;
use super::files::shown;
use super::output::print_exactly;
use super::{CommandError, exit_of, feed_config, load};
use crate::board::Setting;
use crate::cli::{Exit, Options};
use crate::contacts;
use crate::feed::{Applications, Config, Failure, Session, SignOut, failure_in_words, in_use};
use crate::http::{self, Described, Trust};
use crate::link::Problem;
use crate::presence::{Address, IconSet, clean};
use crate::pws::{BATCH, Class, Client, Error};
use crate::settings::Settings;
use crate::sys::console;

/// The steps, in their order.
const STEPS: [&str; 9] = [
    "settings",
    "name",
    "port",
    "TLS",
    "application user",
    "end user",
    "poll",
    "sign-out",
    "directory",
];
const WIDEST: usize = 16;

/// How a step ended.
enum Outcome {
    /// As it should; what was found.
    Passed(String),
    /// It is not needed here; why.
    Skipped(String),
    /// It failed; what is wrong, what to do, and how the program ends.
    Failed(Problem, Exit),
}

/// What is printed of the steps as they come.
struct Printed {
    icons: IconSet,
    colours: bool,
    text: String,
    next: usize,
    exit: Exit,
    /// An error while printing is reported once, at the end.
    trouble: Option<CommandError>,
}

impl Printed {
    fn new(icons: IconSet) -> Printed {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Printed {
            icons,
            colours: io::stdout().is_terminal() && !no_colour && console::takes_escapes(),
            text: String::new(),
            next: 0,
            exit: Exit::Done,
            trouble: None,
        }
    }

    fn marks(&self) -> [&'static str; 3] {
        match self.icons {
            IconSet::Ascii => ["ok  ", "FAIL", "-   "],
            IconSet::Unicode | IconSet::Nerd => ["✓", "✗", "–"],
        }
    }

    fn line(&mut self, mark: usize, took: Option<Duration>, words: &str) {
        let name = STEPS[self.next];
        let sign = self.marks()[mark];
        let took = took.map_or(String::new(), |took| format!("{} ms", took.as_millis()));
        let line = format!("{name:WIDEST$} {took:>8}  {}", clean(words));
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{sign} {line}");
        let colour = match (self.colours, mark) {
            (true, 0) => "\x1b[32m",
            (true, 1) => "\x1b[31m",
            _ => "",
        };
        let end = if colour.is_empty() { "" } else { "\x1b[0m" };
        self.print(&format!("{colour}{sign}{end} {line}\n"));
        self.next += 1;
    }

    /// Prints what was cleaned before it was coloured.
    fn print(&mut self, text: &str) {
        if let Err(error) = print_exactly(text) {
            self.trouble.get_or_insert(error);
        }
    }

    /// Prints a step. Whether the next can be tried.
    fn step(&mut self, began: Instant, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Passed(found) => self.line(0, Some(began.elapsed()), &found),
            Outcome::Skipped(why) => self.line(2, None, &why),
            Outcome::Failed(problem, exit) => {
                self.line(1, Some(began.elapsed()), &problem.what);
                if !problem.advice.is_empty() {
                    let indent = " ".repeat(WIDEST + 13);
                    let advice = format!("{indent}{}\n", clean(&problem.advice));
                    self.text.push_str(&advice);
                    self.print(&advice);
                }
                // The first trouble is the one to begin with.
                if self.exit == Exit::Done {
                    self.exit = exit;
                }
                return false;
            }
        }
        true
    }

    /// The steps up to one (from 0) are not tried, where they have not been.
    fn skip_to(&mut self, step: usize) {
        while self.next < step {
            self.line(2, None, "not tried");
        }
    }
}

/// Checks, and writes a report of it where one is wanted (`-`: to standard output).
pub async fn check(options: &Options, report: Option<&Path>) -> Result<Exit, CommandError> {
    let mut printed = Printed::new(options.settings.icons.unwrap_or_default());
    let settings = steps(options, &mut printed).await;
    printed.skip_to(STEPS.len());
    if let Some(path) = report {
        let text = report_of(settings.as_ref(), &printed.text);
        if path == Path::new("-") {
            printed.print(&format!("\n{text}"));
        } else {
            crate::file::replace(path, text.as_bytes())
                .map_err(|error| CommandError::unwritable(path, error))?;
            printed.print(&format!("\nThe report is in {}\n", shown(path)));
        }
    }
    match printed.trouble {
        Some(error) => Err(error),
        None => Ok(printed.exit),
    }
}

/// All steps up to the first that fails; the settings, where they can be read.
async fn steps(options: &Options, printed: &mut Printed) -> Option<Settings> {
    let began = Instant::now();
    let wrong = |error: &dyn std::fmt::Display| {
        let (what, advice) = (error.to_string(), String::new());
        Outcome::Failed(Problem { what, advice }, Exit::Usage)
    };
    let settings = match load(options) {
        Ok(settings) => settings,
        Err(error) => {
            printed.step(began, wrong(&error));
            return None;
        }
    };
    let config = match feed_config(&settings).await {
        Ok(config) => config,
        Err(error) => {
            printed.step(began, wrong(&error));
            return Some(settings);
        }
    };
    let client = match config.client() {
        Ok(client) => client,
        Err(error) => {
            printed.step(began, wrong(&error));
            return Some(settings);
        }
    };
    let book = match contacts::load(&settings.places.contacts) {
        Ok(book) => book,
        Err(error) => {
            printed.step(began, wrong(&error));
            return Some(settings);
        }
    };
    printed.icons = settings.icons.value;
    printed.step(began, Outcome::Passed(described(&settings, &config)));
    if way(&config, &client, printed).await {
        let mut asked: Vec<Address> = book
            .into_iter()
            .map(|contact| contact.address)
            .take(BATCH)
            .collect();
        if asked.is_empty() {
            // Without a domain there is nobody to ask for.
            let own = Address::parse_in(&config.credentials.user, settings.domain.value.as_deref());
            asked.extend(own);
        }
        sign_in(&config, &client, &asked, printed).await;
    }
    printed.skip_to(STEPS.len() - 1);
    directory(&settings, printed).await;
    Some(settings)
}

fn described(settings: &Settings, config: &Config) -> String {
    let who = &config.credentials;
    format!(
        "{}: {} signs in at {} for {}; the password is from {}",
        settings.places.config.value.display(),
        who.app_user,
        config.endpoint.origin(),
        who.user,
        settings.password_source(),
    )
}

/// Name, port and TLS. Whether the next step can be tried.
async fn way(config: &Config, client: &Client, printed: &mut Printed) -> bool {
    let node = &config.endpoint;
    if client.is_proxied(node) {
        for _ in 0..3 {
            let words = "by the proxy that the environment names".into();
            printed.step(Instant::now(), Outcome::Skipped(words));
        }
        return true;
    }
    let failed = |error: http::Error| {
        let is_plain = error == http::Error::NoTls;
        let mut problem = Error::from(error).problem(&node.to_string());
        if is_plain {
            problem.advice = "Is that the plain port? Then give --server http://…".into();
        }
        Outcome::Failed(problem, Exit::NotReached)
    };
    let began = Instant::now();
    let addresses = match http::resolve(node).await {
        Ok(addresses) => addresses,
        Err(error) => return printed.step(began, failed(error)),
    };
    let words = if node.is_address() {
        format!("{} is an address, not a name", node.host())
    } else {
        let all: Vec<String> = addresses.iter().map(|at| at.ip().to_string()).collect();
        format!("{} is {}", node.host(), all.join(", "))
    };
    printed.step(began, Outcome::Passed(words));
    let began = Instant::now();
    let stream = match http::connect(&addresses).await {
        Ok(stream) => stream,
        Err(error) => return printed.step(began, failed(error)),
    };
    let words = format!("port {} takes connections", node.port());
    printed.step(began, Outcome::Passed(words));
    let began = Instant::now();
    if !node.is_tls() {
        let mut words = "plain HTTP: whoever is on the way can read the password".to_string();
        if let Some(unused) = config.unused_trust() {
            words.push_str("; ");
            words.push_str(unused);
        }
        return printed.step(began, Outcome::Skipped(words));
    }
    match http::secure(node, &config.trust, stream).await {
        Ok(secured) => {
            let trusted = match &config.trust {
                Trust::Platform => "trusted by the platform".to_string(),
                Trust::CaFile(path) => format!("trusted by {}", path.display()),
                Trust::Pins(_) => "the pinned one".into(),
                Trust::Anyone => "NOT CHECKED".into(),
            };
            let shown = secured
                .fingerprint
                .map_or(String::new(), |it| it.to_string());
            let mut words = format!("{}; certificate {shown}, {trusted}", secured.version);
            if let Some(certificate) = &secured.certificate {
                words.push_str("; ");
                words.push_str(&in_words(certificate));
            }
            printed.step(began, Outcome::Passed(words))
        }
        Err(error) => printed.step(began, failed(error)),
    }
}

/// Whose a certificate is, for which names, who issued it, and until when it is valid.
fn in_words(certificate: &Described) -> String {
    let Described { subject, names, .. } = certificate;
    let names = if names.is_empty() {
        "no names".to_string()
    } else {
        names.join(", ")
    };
    let issuer = if certificate.is_self_issued() {
        "itself"
    } else {
        &certificate.issuer
    };
    let expires = certificate.expires.strftime("%Y-%m-%d");
    format!("it is of {subject} for {names}, issued by {issuer}, valid until {expires}")
}

/// Both sign-ins, a poll, the sign-out.
async fn sign_in(config: &Config, client: &Client, asked: &[Address], printed: &mut Printed) {
    let failed = |failure: &Failure| {
        let words = failure_in_words(failure, &config.credentials);
        Outcome::Failed(words, exit_of(&failure.error))
    };
    // Signing in beside a running board would end its session.
    if let Some(session) = in_use(config) {
        for _ in 0..2 {
            let words =
                "not tried: another whosin of yours is signed in, its session serves".into();
            printed.step(Instant::now(), Outcome::Skipped(words));
        }
        poll(config, client, &session, asked, printed).await;
        let words = "left to the other whosin".into();
        printed.step(Instant::now(), Outcome::Skipped(words));
        return;
    }
    let who = &config.credentials;
    let began = Instant::now();
    let applications = Applications::new(config.session_folder.as_deref());
    let application = match applications.get(client, &config.endpoint, who).await {
        Ok(application) => application,
        Err(failure) => {
            printed.step(began, failed(&failure));
            return;
        }
    };
    let words = format!("'{}' is signed in at {}", who.app_user, application.node);
    printed.step(began, Outcome::Passed(words));
    let began = Instant::now();
    let signed_in = match application.clone().sign_in_user(client, who).await {
        // The key that another process left has ended since.
        Err(failure) if failure.error.class() == Some(Class::SessionEnded) => {
            applications.forget(&config.endpoint, who, &application);
            match applications.get(client, &config.endpoint, who).await {
                Ok(anew) => anew.sign_in_user(client, who).await,
                Err(failure) => Err(failure),
            }
        }
        signed_in => signed_in,
    };
    let session = match signed_in {
        Ok(session) => session,
        Err(failure) => {
            printed.step(began, failed(&failure));
            return;
        }
    };
    let mut words = format!("'{}' is signed in at {}", who.user, session.home);
    if session.home != config.endpoint {
        words.push_str(", where the server sent us");
    }
    if let Some(backup) = &session.backup {
        // Writing to a string cannot fail.
        let _ = write!(words, "; the backup is {backup}");
    }
    printed.step(began, Outcome::Passed(words));
    poll(config, client, &session, asked, printed).await;
    let began = Instant::now();
    let home = session.home.to_string();
    let outcome = match session.close(client).await {
        Ok(SignOut::Done) => {
            let words = format!("'{}' is signed out; '{}' stays", who.user, who.app_user);
            Outcome::Passed(format!("{words}, for it is everybody's"))
        }
        Ok(SignOut::LeftToOthers) => Outcome::Passed(
            "left signed in: the service gives one key to all clients of a user".into(),
        ),
        Err(error) => Outcome::Failed(error.problem(&home), exit_of(&error)),
    };
    printed.step(began, outcome);
}

async fn poll(
    config: &Config,
    client: &Client,
    session: &Session,
    asked: &[Address],
    printed: &mut Printed,
) {
    let began = Instant::now();
    if asked.is_empty() {
        let words = "the contact book is empty: nobody to ask for".into();
        printed.step(began, Outcome::Skipped(words));
        return;
    }
    let answered = client
        .poll(&session.home, &session.user, asked, config.kind)
        .await;
    let outcome = match answered {
        Ok(contacts) => {
            let read = contacts.iter().filter(|one| one.said.is_ok()).count();
            let unreadable = contacts.len() - read;
            Outcome::Passed(format!(
                "{} asked for, {} answered, {unreadable} of them unreadable",
                asked.len(),
                contacts.len(),
            ))
        }
        // The board finds the one and goes on.
        Err(error) if error.class() == Some(Class::BadContact) => {
            Outcome::Passed(format!("one of the contacts is refused: {error}"))
        }
        Err(error) => Outcome::Failed(error.problem(&session.home.to_string()), exit_of(&error)),
    };
    printed.step(began, outcome);
}

/// The directory is another server, whatever became of the steps before.
async fn directory(settings: &Settings, printed: &mut Printed) {
    let began = Instant::now();
    let outcome = match probe(settings).await {
        Ok(found) => Outcome::Passed(found),
        Err(CommandError::NoDirectory(why)) => Outcome::Skipped(match why {
            Some(why) => why.to_string(),
            None => "none is set".into(),
        }),
        Err(CommandError::Server(problem, exit)) => Outcome::Failed(*problem, exit),
        Err(error) => {
            let (what, advice) = (error.to_string(), String::new());
            Outcome::Failed(Problem { what, advice }, error.exit())
        }
    };
    printed.step(began, outcome);
}

/// What an administrator or a maintainer wants to know, without a secret.
fn report_of(settings: Option<&Settings>, steps: &str) -> String {
    let mut text = format!(
        "whosin {} on {} ({})\nat {}\n\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        jiff::Timestamp::now(),
    );
    if let Some(settings) = settings {
        for Setting { name, value, .. } in settings.shown(&[]) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name} = {}", clean(&value));
        }
        text.push('\n');
    }
    text.push_str(steps);
    text
}
