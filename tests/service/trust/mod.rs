//! Whom the client trusts, over real TLS.

mod handshakes;
mod redirects;
mod servers;
mod while_it_runs;
mod whom;

use crate::support::service::open_session;
use std::time::Duration;

use secrecy::SecretString;
use whosin::feed::Credentials;
use whosin::http::{Limits, Trust};
use whosin::pws::{Client, Endpoint, Error, SoapVersion};

fn credentials() -> Credentials {
    Credentials {
        app_user: "whosin".into(),
        password: SecretString::from("simulated"),
        user: "klmt".into(),
    }
}

fn client(trust: &Trust, limits: Limits) -> Client {
    Client::new(trust, SoapVersion::V1_1, limits).unwrap()
}

/// Signs both users in at an address.
async fn sign_in(url: &str, trust: Trust) -> Result<(), Error> {
    sign_in_within(Limits::default(), url, trust).await
}

async fn sign_in_within(limits: Limits, url: &str, trust: Trust) -> Result<(), Error> {
    let client = client(&trust, limits);
    let at = Endpoint::parse(url).unwrap();
    match open_session(&client, &at, &credentials()).await {
        Ok(_) => Ok(()),
        Err(failure) => Err(failure.error),
    }
}

/// Not much time for a connection.
fn hasty() -> Limits {
    Limits {
        connect: Duration::from_millis(300),
        ..Limits::default()
    }
}

/// All that the user is told.
fn words(error: &Error) -> String {
    let problem = error.problem("cup.example.com");
    format!("{}. {}", problem.what, problem.advice)
}
