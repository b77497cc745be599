//! Signing in from the board's first screen: tries what is typed there.

use secrecy::SecretString;
use tokio::sync::mpsc;

use crate::board::{Draft, Field, SignInEffect, SignInMessage, WorldEffect, WorldMessage};
use crate::commands::config_of;
use crate::feed::{Config, Credentials, failure_in_words, sign_in_once};
use crate::http::{self, Fingerprint, Trust};
use crate::link::{Problem, SignIn};
use crate::pws::{Class, Endpoint, Error};
use crate::settings::Settings;

/// How the user left the form.
pub enum Chosen {
    /// Signed in, with what was typed.
    Server(Box<Config>, Draft),
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
        server: nodes.map_or_else(String::new, |nodes| nodes.primary.to_text()),
        app_user: text(&settings.app_user.value),
        password: password.unwrap_or_default(),
        user: text(&settings.user.value),
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
            Ok(config) => return Chosen::Server(Box::new(config), draft),
            // A board that is gone needs no answer.
            Err(message) => drop(board.send(WorldMessage::SignIn(message)).await),
        }
    }
    Chosen::Nothing
}

/// Signs both users in and out again, to see whether the draft is right.
async fn attempt(settings: &Settings, draft: &Draft) -> Result<Config, SignInMessage> {
    let unusable = |what: String| {
        let advice = String::new();
        SignInMessage::Refused(Field::Server, Problem { what, advice })
    };
    let endpoint = Endpoint::parse(&draft.server).map_err(|error| unusable(error.to_string()))?;
    let trust = match &draft.pin {
        Some(pin) => {
            Trust::Pins(Fingerprint::read_all(pin).map_err(|error| unusable(error.to_string()))?)
        }
        None => settings.trust(),
    };
    let credentials = Credentials {
        app_user: draft.app_user.clone(),
        password: draft.password.clone(),
        user: draft.user.clone(),
    };
    let config = Config {
        trust,
        ..config_of(settings, endpoint, credentials)
    };
    let client = config.client();
    let client = client.map_err(|error| unusable(error.to_string()))?;
    match sign_in_once(&client, &config).await {
        Ok(()) => Ok(config),
        Err(failure) => {
            // One that has changed is not trusted so easily.
            if let Error::Transport(http::Error::Certificate { fingerprint, .. }) = failure.error {
                let fingerprint = fingerprint.to_string();
                return Err(SignInMessage::UnknownCertificate(fingerprint));
            }
            let problem = failure_in_words(&failure, &config.credentials);
            let field = match (failure.error.class(), failure.sign_in) {
                (Some(Class::SignInRefused), SignIn::Application) => Field::Password,
                (Some(Class::SignInRefused), SignIn::EndUser) => Field::User,
                _ => Field::Server,
            };
            Err(SignInMessage::Refused(field, problem))
        }
    }
}
