//! The way to a server: its name, its port, TLS.

use std::time::Instant;

use super::printed::{Outcome, Printed};
use crate::cli::Exit;
use crate::http::{self, Described, Endpoint, Service, Trust};
use crate::link::Problem;

/// What is said of a server without TLS.
pub struct Plain {
    /// How such a server is given.
    pub address: &'static str,
    /// What it means, where it is given so.
    pub words: String,
}

/// Name, port and TLS. Whether the next step can be tried.
pub async fn way<S: Service>(
    node: &Endpoint<S>,
    trust: &Trust,
    plain: &Plain,
    printed: &mut Printed,
) -> bool {
    let failed = |error: http::Error| {
        let advice = match error {
            http::Error::NoTls => format!("Is that the plain port? Then give {}", plain.address),
            _ => error.advice::<S>(),
        };
        let what = format!("{node}: {error}");
        Outcome::Failed(Problem { what, advice }, Exit::NotReached)
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
        return printed.step(began, Outcome::Skipped(plain.words.clone()));
    }
    match http::secure(node, trust, stream).await {
        Ok(secured) => {
            let trusted = match trust {
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
