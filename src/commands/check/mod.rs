//! Signs in step by step, and prints what each step found and what to do.

mod broker;
mod printed;
mod server;
mod way;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use super::directory::probe;
use super::files::shown;
use super::source::Source;
use super::{CommandError, load};
use crate::board::Setting;
use crate::cli::{Exit, Options};
use crate::contacts;
use crate::presence::clean;
use crate::settings::Settings;
use printed::{Outcome, Printed};

/// Checks, and writes a report of it where one is wanted (`-`: to standard output).
pub async fn check(options: &Options, report: Option<&Path>) -> Result<Exit, CommandError> {
    let mut printed = Printed::new(options.settings.icons.unwrap_or_default(), &server::STEPS);
    let settings = steps(options, &mut printed).await;
    printed.finish();
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
    let wrong = |error: &dyn std::fmt::Display| Outcome::failed(error, Exit::Usage);
    let settings = match load(options) {
        Ok(settings) => settings,
        Err(error) => {
            printed.step(began, wrong(&error));
            return None;
        }
    };
    let book = match contacts::load(&settings.places.contacts) {
        Ok(book) => book,
        Err(error) => {
            printed.step(began, wrong(&error));
            return Some(settings);
        }
    };
    let contacts = book.into_iter().map(|contact| contact.address).collect();
    match Source::of(&settings).await {
        Err(error) => {
            printed.step(began, wrong(&error));
            return Some(settings);
        }
        Ok(Source::Service(config)) => {
            let client = match config.client() {
                Ok(client) => client,
                Err(error) => {
                    printed.step(began, wrong(&error));
                    return Some(settings);
                }
            };
            printed.icons = settings.icons.value;
            let found = server::described(&settings, &config);
            printed.step(began, Outcome::Passed(found));
            server::check(&config, &client, &settings, contacts, printed).await;
        }
        Ok(Source::Broker(config)) => {
            printed.icons = settings.icons.value;
            printed.go_on_by(&broker::STEPS);
            let found = broker::described(&settings, &config);
            printed.step(began, Outcome::Passed(found));
            broker::check(&config, contacts, printed).await;
        }
    }
    printed.skip_to_last();
    directory(&settings, printed).await;
    Some(settings)
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
        Err(error) => Outcome::failed(&error, error.exit()),
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
