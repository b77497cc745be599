//! The steps at the Presence Web Service.

use std::fmt::Write as _;
use std::time::Instant;

use super::printed::{Outcome, Printed};
use super::way::{Plain, way};
use crate::commands::exit_of;
use crate::feed::{Applications, Config, Failure, Session, SignOut, failure_in_words, in_use};
use crate::presence::Address;
use crate::pws::{BATCH, Class, Client};
use crate::settings::Settings;

/// The steps, in their order.
pub const STEPS: [&str; 9] = [
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

/// What the settings say, in words.
pub fn described(settings: &Settings, config: &Config) -> String {
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

/// All steps at the server, which is asked for some of these contacts.
pub async fn check(
    config: &Config,
    client: &Client,
    settings: &Settings,
    contacts: Vec<Address>,
    printed: &mut Printed,
) {
    if client.is_proxied(&config.endpoint) {
        for _ in 0..3 {
            let words = "by the proxy that the environment names".into();
            printed.step(Instant::now(), Outcome::Skipped(words));
        }
    } else {
        let mut words = "plain HTTP: whoever is on the way can read the password".to_string();
        if let Some(unused) = config.unused_trust() {
            words.push_str("; ");
            words.push_str(unused);
        }
        let plain = Plain {
            address: "--server http://…",
            words,
        };
        if !way(&config.endpoint, &config.trust, &plain, printed).await {
            return;
        }
    }
    let mut asked: Vec<Address> = contacts.into_iter().take(BATCH).collect();
    if asked.is_empty() {
        // Without a domain there is nobody to ask for.
        let own = Address::parse_in(&config.credentials.user, settings.domain.value.as_deref());
        asked.extend(own);
    }
    sign_in(config, client, &asked, printed).await;
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
