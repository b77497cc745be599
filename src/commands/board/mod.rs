//! The board: settings or the sign-in form first, then feed, contact book and terminal together.

mod book;
mod effects;
mod show;

pub use show::show;

use secrecy::SecretString;
use tracing::level_filters::LevelFilter;

use super::{CommandError, demo, feed_config, load_unlogged, look};
use crate::cli::{Exit, Options, Population};
use crate::feed::{Config, Credentials, failure_in_words, sign_in_once};
use crate::link::{Problem, SignIn};
use crate::log;
use crate::pws::{Class, Endpoint, Error, Trust};
use crate::settings::{Settings, save_sign_in};
use crate::tui::{self, Draft, Field, SignInOutcome, Verdict};

/// Shows the board, after the sign-in form where something is missing.
pub async fn board(options: &Options) -> Result<Exit, CommandError> {
    let mut settings = load_unlogged(options)?;
    // The terminal is the board's: the log goes into the file alone.
    let (file, level) = (settings.places.log.as_deref(), settings.log_level.value.0);
    let log = log::start(file, level, LevelFilter::OFF);
    let password = settings.password().await?;
    let complete = settings.nodes().is_some()
        && settings.app_user.value.is_some()
        && settings.user.value.is_some()
        && password.is_some();
    let config = if complete {
        feed_config(&settings).await?
    } else {
        match ask(&settings, password).await? {
            Asked::Config {
                config,
                domain,
                saved,
            } => {
                settings.take_typed(&config, domain, saved);
                *config
            }
            Asked::Demo => {
                let population = Population::new(40, 1);
                return demo::demo(options, &population).await;
            }
            Asked::Nothing => return Ok(Exit::Done),
        }
    };
    show(config, &settings, log.err()).await?;
    Ok(Exit::Done)
}

enum Asked {
    Config {
        config: Box<Config>,
        domain: Option<String>,
        saved: bool,
    },
    Demo,
    Nothing,
}

/// Asks for what is missing, tries it, and saves it where the user wants that.
async fn ask(settings: &Settings, password: Option<SecretString>) -> Result<Asked, CommandError> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let draft = Draft {
        server: settings
            .nodes()
            .map(|nodes| nodes.primary.url().to_string())
            .unwrap_or_default(),
        app_user: text(&settings.app_user.value),
        password: password.unwrap_or_default(),
        user: text(&settings.user.value),
        domain: text(&settings.domain.value),
        pin: None,
        save: true,
    };
    let outcome = tui::sign_in(&look(settings)?, &draft, |draft| attempt(settings, draft)).await?;
    match outcome {
        SignInOutcome::Left => Ok(Asked::Nothing),
        SignInOutcome::Demo => Ok(Asked::Demo),
        SignInOutcome::Accepted(draft) => {
            if draft.save {
                save_sign_in(&settings.places.config.value, &draft)?;
            }
            let domain = (!draft.domain.is_empty()).then(|| draft.domain.clone());
            let saved = draft.save;
            let config = config_of(settings, draft)
                .map_err(|(_, problem)| CommandError::Server(Box::new(problem), Exit::Usage))?;
            Ok(Asked::Config {
                config: Box::new(config),
                domain,
                saved,
            })
        }
    }
}

fn config_of(settings: &Settings, draft: Draft) -> Result<Config, (Field, Problem)> {
    let refuse = |what: String| {
        (
            Field::Server,
            Problem {
                what,
                advice: String::new(),
            },
        )
    };
    let endpoint = Endpoint::parse(&draft.server).map_err(|error| refuse(error.to_string()))?;
    let trust = match draft.pin {
        Some(pin) => Trust::Pin(
            pin.parse()
                .map_err(|error: crate::pws::FingerprintError| refuse(error.to_string()))?,
        ),
        None => settings.trust(),
    };
    let credentials = Credentials {
        app_user: draft.app_user,
        password: draft.password,
        user: draft.user,
    };
    Ok(Config {
        trust,
        ..super::config_of(settings, endpoint, credentials)
    })
}

/// Signs both users in and out again, to see whether the draft is right.
async fn attempt(settings: &Settings, draft: Draft) -> Verdict {
    let config = match config_of(settings, draft) {
        Ok(config) => config,
        Err((field, problem)) => return Verdict::Refused(field, problem),
    };
    let client = match config.client() {
        Ok(client) => client,
        Err(error) => {
            let problem = Problem {
                what: error.to_string(),
                advice: String::new(),
            };
            return Verdict::Refused(Field::Server, problem);
        }
    };
    match sign_in_once(&client, &config).await {
        Ok(()) => Verdict::Accepted,
        Err(failure) => {
            // Of one that has changed it is not made so easy.
            if let Error::Certificate { fingerprint, .. } = failure.error {
                return Verdict::UnknownCertificate(fingerprint.to_string());
            }
            let problem = failure_in_words(&failure, &config.credentials);
            let field = match (failure.error.class(), failure.sign_in) {
                (Some(Class::SignInRefused), SignIn::Application) => Field::Password,
                (Some(Class::SignInRefused), SignIn::EndUser) => Field::User,
                _ => Field::Server,
            };
            Verdict::Refused(field, problem)
        }
    }
}
