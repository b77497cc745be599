//! Signing in from the board's first screen: tries what is typed there.

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc;

use crate::board::{Draft, Field, SignInEffect, SignInMessage, Way, WorldEffect, WorldMessage};
use crate::broker::{self, Connection, Failure};
use crate::commands::config_of;
use crate::commands::source::Source;
use crate::feed::{Config, Credentials, failure_in_words, sign_in_once};
use crate::http::{self, Fingerprint, Trust};
use crate::link::{Problem, SignIn};
use crate::pws::{Class, Endpoint, Error};
use crate::settings::Settings;

/// How the user left the form.
pub enum Chosen {
    /// Signed in there, with what was typed.
    Source(Source, Draft),
    /// The demo.
    Demo,
    /// Neither.
    Nothing,
}

/// What is known before anything is typed.
pub fn draft(settings: &Settings, password: Option<SecretString>) -> Draft {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let nodes = settings.nodes();
    Draft {
        way: Way::Service {
            server: nodes.map_or_else(String::new, |nodes| nodes.primary.to_text()),
            app_user: text(&settings.app_user.value),
            user: text(&settings.user.value),
        },
        password: password.unwrap_or_default(),
        domain: text(&settings.domain.value),
        pin: None,
        save: true,
    }
}

/// Tries what the form wants tried until something is accepted or the user leaves the board. An
/// attempt ends when the user leaves meanwhile.
pub async fn sign_in(
    settings: &Settings,
    effects: &mut mpsc::UnboundedReceiver<WorldEffect>,
    board: &mpsc::Sender<WorldMessage>,
) -> Chosen {
    while let Some(effect) = effects.recv().await {
        let draft = match effect {
            WorldEffect::SignIn(SignInEffect::Demo) => return Chosen::Demo,
            WorldEffect::SignIn(SignInEffect::Try(draft)) => draft,
            _ => continue,
        };
        let left = async { while effects.recv().await.is_some() {} };
        let answer = tokio::select! {
            answer = attempt(settings, &draft) => answer,
            () = left => return Chosen::Nothing,
        };
        match answer {
            Ok(source) => return Chosen::Source(source, draft),
            // A board that is gone needs no answer.
            Err(message) => drop(board.send(WorldMessage::SignIn(message)).await),
        }
    }
    Chosen::Nothing
}

/// Signs in and out again, to see whether the draft is right.
async fn attempt(settings: &Settings, draft: &Draft) -> Result<Source, SignInMessage> {
    let trust = match &draft.pin {
        Some(pin) => Trust::Pins(Fingerprint::read_all(pin).map_err(unusable)?),
        None => settings.trust(),
    };
    match &draft.way {
        Way::Service {
            server,
            app_user,
            user,
        } => {
            let endpoint = Endpoint::parse(server).map_err(unusable)?;
            let credentials = Credentials {
                app_user: app_user.clone(),
                password: draft.password.clone(),
                user: user.clone(),
            };
            let config = Config {
                trust,
                ..config_of(settings, endpoint, credentials)
            };
            at_service(&config).await?;
            Ok(Source::Service(Box::new(config)))
        }
        Way::Broker(place) => {
            let password = Some(draft.password.clone());
            let config = broker::Config {
                place: place.parse().map_err(unusable)?,
                password: password.filter(|password| !password.expose_secret().is_empty()),
                trust,
            };
            at_broker(&config).await?;
            Ok(Source::Broker(Box::new(config)))
        }
    }
}

/// What makes that no server.
fn unusable(why: impl ToString) -> SignInMessage {
    let (what, advice) = (why.to_string(), String::new());
    SignInMessage::Refused(Field::Server, Problem { what, advice })
}

/// Signs both users in.
async fn at_service(config: &Config) -> Result<(), SignInMessage> {
    let client = config.client().map_err(unusable)?;
    let Err(failure) = sign_in_once(&client, config).await else {
        return Ok(());
    };
    if let Error::Transport(error) = &failure.error
        && let Some(unknown) = unknown_certificate(error)
    {
        return Err(unknown);
    }
    let problem = failure_in_words(&failure, &config.credentials);
    let field = match (failure.error.class(), failure.sign_in) {
        (Some(Class::SignInRefused), SignIn::Application) => Field::Password,
        (Some(Class::SignInRefused), SignIn::EndUser) => Field::User,
        _ => Field::Server,
    };
    Err(SignInMessage::Refused(field, problem))
}

/// Connects to the broker. A name, a port or a certificate that is wrong is named by itself.
async fn at_broker(config: &broker::Config) -> Result<(), SignInMessage> {
    let node = config.place.endpoint().map_err(unusable)?;
    let reached = async {
        let stream = http::connect(&http::resolve(&node).await?).await?;
        if node.is_tls() {
            http::secure(&node, &config.trust, stream).await?;
        }
        Ok(())
    };
    if let Err(error) = reached.await {
        return Err(unknown_certificate(&error).unwrap_or_else(|| {
            let what = format!("{node}: {error}");
            let advice = error.advice::<broker::Mqtt>();
            SignInMessage::Refused(Field::Server, Problem { what, advice })
        }));
    }
    match Connection::open(config).await.map_err(unusable)? {
        Ok(connection) => {
            connection.leave().await;
            Ok(())
        }
        Err(Failure::Refused(problem)) => Err(SignInMessage::Refused(Field::Password, problem)),
        Err(Failure::Lost(problem)) => Err(SignInMessage::Refused(Field::Server, problem)),
    }
}

/// The certificate that is not known, where that is the reason. One that has changed is not trusted
/// so easily.
fn unknown_certificate(error: &http::Error) -> Option<SignInMessage> {
    match error {
        http::Error::Certificate { fingerprint, .. } => {
            Some(SignInMessage::UnknownCertificate(fingerprint.to_string()))
        }
        _ => None,
    }
}
