//! Only the embedded service.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use tempfile::NamedTempFile;

use super::{CommandError, output};
use crate::cli::{Exit, Population, Security, Simulate};
use crate::file::{self, Kind};
use crate::http::Fingerprint;
use crate::simulator::{Certificate, Node, Options, Simulator};
use crate::sys::signals::Signals;

/// Runs the service until Ctrl-C, or the signal to end.
pub async fn simulate(simulated: Simulate) -> Result<Exit, CommandError> {
    let Simulate {
        listen,
        directory,
        directory_listen,
        accounts,
        security,
        population,
        scenario,
    } = simulated;
    let secure = security.tls || security.tls_cert.is_some();
    let port = if secure { 8083 } else { 8082 };
    let listen = listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let directory = directory.then(|| {
        let port = if secure { 8443 } else { 8080 };
        directory_listen.unwrap_or(SocketAddr::new(listen.ip(), port))
    });
    let certificate = certificate(&security, listen)?;
    let options = Options {
        contacts: population.contacts(),
        others: directory.map_or(0, |_| Population::OTHERS),
        directory,
        seed: population.seed,
        scenario,
        certificate: certificate.clone(),
        application_user: accounts.app_user.clone(),
        application_password: accounts.app_password.clone().into(),
        end_users: accounts.user.clone(),
        ..Options::default()
    };
    let domain = options.domain.clone();
    let simulator = Simulator::start(listen, options)
        .await
        .map_err(|error| CommandError::Io("the service cannot listen there", error))?;
    let made = match (&certificate, &security.tls_cert) {
        (Some(certificate), None) => Some(
            write(certificate)
                .map_err(|error| CommandError::Io("the certificate cannot be written", error))?,
        ),
        _ => None,
    };
    let mut words = format!("Listening at {}\n", simulator.url());
    if let Some(url) = simulator.directory_url(Node::First) {
        words.push_str(&format!("Directory: {url}\n"));
    }
    if let Some(certificate) = &certificate {
        let pin = Fingerprint::of(certificate.leaf());
        words.push_str(&format!("Trust it with --pin {pin}\n"));
    }
    if let Some(file) = made.as_ref().map(NamedTempFile::path) {
        words.push_str(&format!("or with --ca-file {}\n", file.display()));
    }
    let people = simulator.people();
    let first = people.first().map(|person| person.address.to_string());
    words.push_str(&format!(
        "Application user: {}   password: {}   end user: {}   domain: {domain}\n\
         People: {} and others. Ctrl-C ends it.\n",
        accounts.app_user,
        accounts.app_password,
        if accounts.user.is_empty() {
            "anybody".into()
        } else {
            accounts.user.join(", ")
        },
        first.unwrap_or_default()
    ));
    // Whoever reads where it listens may end it.
    let mut signals =
        Signals::new().map_err(|error| CommandError::Io("signals cannot be heard", error))?;
    // Who does not listen may still want the service.
    output::print(&words)?;
    signals.next().await;
    simulator.stop().await;
    Ok(Exit::Done)
}

/// The certificate to show; `None` for plain HTTP.
fn certificate(
    security: &Security,
    listen: SocketAddr,
) -> Result<Option<Certificate>, CommandError> {
    let read = |path: &Path| {
        file::read_text(path, Kind::Certificates)
            .map_err(|error| CommandError::unreadable(path, error))
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
