//! Only the embedded service.

use std::net::SocketAddr;

use super::CommandError;
use crate::cli::{Exit, Population};
use crate::simulator::{Options, Scenario, Simulator};

/// Runs the service until Ctrl-C.
pub async fn simulate(
    listen: SocketAddr,
    population: &Population,
    scenario: Scenario,
) -> Result<Exit, CommandError> {
    let options = Options {
        contacts: population.contacts(),
        seed: population.seed,
        scenario,
        ..Options::default()
    };
    let (user, domain) = (options.application_user.clone(), options.domain.clone());
    let simulator = Simulator::start(listen, options)
        .await
        .map_err(|error| CommandError::Io("the service cannot listen there", error))?;
    println!("Listening at {}", simulator.url());
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
