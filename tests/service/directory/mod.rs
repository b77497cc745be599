//! The client of the directory: against the simulator's, and against a strict one by another hand.

mod discovery;
mod simulated;
mod strict;

use secrecy::SecretString;
use whosin::directory::{Client, Config, Credentials, Endpoint, Failure, Found, Query};
use whosin::http::Route;

/// What a client goes by that asks these nodes, the first before the others.
fn config(nodes: &[String]) -> Config {
    let mut nodes = nodes.iter().map(|node| Endpoint::parse(node).unwrap());
    let first = nodes.next().unwrap();
    Config {
        others: nodes.collect(),
        route: Route::Direct,
        ..Config::new(first)
    }
}

fn client(nodes: &[String]) -> Client {
    Client::new(config(nodes)).unwrap()
}

async fn search(client: &Client, words: &str, most: u32) -> Result<Found, Failure> {
    client.search(&Query::of(words).unwrap(), most).await
}

/// The names of who is found.
fn names(found: &Found) -> Vec<&str> {
    found.entries.iter().map(|entry| &*entry.name).collect()
}

fn credentials(user: &str, password: &str) -> Credentials {
    Credentials {
        user: user.into(),
        password: SecretString::from(password),
    }
}
