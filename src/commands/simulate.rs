//! Only the embedded service.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use tempfile::NamedTempFile;

use super::CommandError;
use crate::cli::{Exit, Population, Security};
use crate::pws::Fingerprint;
use crate::simulator::{Certificate, Options, Scenario, Simulator};

/// Runs the service until Ctrl-C.
pub async fn simulate(
    listen: Option<SocketAddr>,
    security: &Security,
    population: &Population,
    scenario: Scenario,
) -> Result<Exit, CommandError> {
    let secure = security.tls || security.tls_cert.is_some();
    let port = if secure { 8083 } else { 8082 };
    let listen = listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let certificate = certificate(security, listen)?;
    let options = Options {
        contacts: population.contacts(),
        seed: population.seed,
        scenario,
        certificate: certificate.clone(),
        ..Options::default()
    };
    let (user, domain) = (options.application_user.clone(), options.domain.clone());
    let simulator = Simulator::start(listen, options)
        .await
        .map_err(|error| CommandError::Io("the service cannot listen there", error))?;
    println!("Listening at {}", simulator.url());
    let made = match (&certificate, &security.tls_cert) {
        (Some(certificate), None) => Some(
            write(certificate)
                .map_err(|error| CommandError::Io("the certificate cannot be written", error))?,
        ),
        _ => None,
    };
    if let Some(certificate) = &certificate {
        println!(
            "Trust it with --pin {}",
            Fingerprint::of(certificate.leaf())
        );
    }
    if let Some(file) = made.as_ref().map(NamedTempFile::path) {
        println!("or with --ca-file {}", file.display());
    }
    println!(
        "Application user: {user}   password: simulated   end user: anybody   domain: {domain}"
    );
    println!(
        "People: {} and others. Ctrl-C ends it.",
        simulator
            .people()
            .first()
            .map_or(String::new(), |person| person.address.to_string())
    );
    let ended = tokio::signal::ctrl_c().await;
    simulator.stop().await;
    ended.map_err(|error| CommandError::Io("signals cannot be heard", error))?;
    Ok(Exit::Done)
}

/// The certificate to show; `None` for plain HTTP.
fn certificate(
    security: &Security,
    listen: SocketAddr,
) -> Result<Option<Certificate>, CommandError> {
    let read = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|error| CommandError::File(path.display().to_string(), error))
    };
    match (&security.tls_cert, &security.tls_key) {
        (Some(chain), Some(key)) => {
            let refuse = |error| CommandError::Certificate(chain.display().to_string(), error);
            Certificate::from_pem(&read(chain)?, &read(key)?)
                .map(Some)
                .map_err(refuse)
        }
        _ if security.tls => {
            let names = ["localhost".to_string(), listen.ip().to_string()];
            Certificate::self_signed(&names)
                .map(Some)
                .map_err(|error| CommandError::Certificate("--tls".into(), error))
        }
        _ => Ok(None),
    }
}

/// A file with the certificate, which goes when the service does.
fn write(certificate: &Certificate) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix("whosin-")
        .suffix(".pem")
        .tempfile()?;
    file.write_all(certificate.pem().as_bytes())?;
    Ok(file)
}
