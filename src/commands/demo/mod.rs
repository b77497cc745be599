//! The board against the embedded service, over real HTTP, in throw-away folders.

mod shared;

use std::convert::identity;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::board::{Joined, Sources, show};
use super::source::Source;
use super::{CommandError, languages, settings_without_files};
use crate::cli::{self, Exit, Options, Population};
use crate::contacts::{self, Contact, Edit};
use crate::directory;
use crate::feed::{Config, Credentials};
use crate::http::Route;
use crate::pws::Endpoint;
use crate::settings::Settings;
use crate::simulator::{self, Simulator};
use crate::sys::signals::Signals;
use shared::Shared;

/// The demo's interval by default: short enough to see people move.
const INTERVAL: Duration = Duration::from_secs(2);

/// So many people does the second service of a demo of two have.
const SECOND: usize = 12;

/// Runs the demo until the user leaves it.
pub async fn demo(options: &Options, wanted: &cli::Demo) -> Result<Exit, CommandError> {
    let demo = Demo::start(options, &wanted.population).await?;
    let shown = if wanted.shared {
        show_shared(&demo).await
    } else if wanted.two {
        show_two(&demo, options, wanted.population.seed).await
    } else {
        show(demo.source().into(), &demo.settings, None, None).await
    };
    demo.stop().await;
    shown
}

/// Shows the demo beside a second one, as the contacts of a joined profile.
async fn show_two(demo: &Demo, options: &Options, seed: u64) -> Result<Exit, CommandError> {
    let others = Population::new(SECOND, seed.wrapping_add(1));
    let in_munich = |group| format!("{group} Munich");
    let second = Demo::with_groups(options, &others, in_munich).await?;
    let joined = Joined {
        profile: "munich".parse().expect("letters are a name"),
        settings: second.settings.clone(),
        source: Ok(second.source()),
    };
    let sources = Sources {
        main: demo.source(),
        joined: vec![joined],
    };
    let shown = show(sources, &demo.settings, None, None).await;
    second.stop().await;
    shown
}

/// Shows the demo by way of a broker, which ends with it.
async fn show_shared(demo: &Demo) -> Result<Exit, CommandError> {
    // From here on a signal ends nothing before what was started is ended, too.
    let signals = Signals::new();
    let mut signals =
        signals.map_err(|error| CommandError::Io("signals cannot be received", error))?;
    let shared = tokio::select! {
        shared = Shared::start(demo) => shared?,
        end = signals.next() => return Ok(end.into()),
    };
    let shown = show(shared.source().into(), &demo.settings, None, None).await;
    shared.stop().await;
    shown
}

/// The service of a demo that runs, with folders that vanish with it.
pub struct Demo {
    /// How to sign in at it.
    pub config: Config,
    /// Those of its own folders.
    pub settings: Settings,
    simulator: Simulator,
    folder: TempDir,
}

impl Demo {
    /// Starts the service, and fills the contact book with its people.
    pub async fn start(options: &Options, population: &Population) -> Result<Demo, CommandError> {
        Demo::with_groups(options, population, identity).await
    }

    /// The same, with other names for the groups.
    async fn with_groups(
        options: &Options,
        population: &Population,
        name: fn(String) -> String,
    ) -> Result<Demo, CommandError> {
        let folder =
            tempfile::tempdir().map_err(|error| CommandError::Io("no throw-away folder", error))?;
        let mut settings = settings_without_files(options, folder.path())?;
        // Nothing of the demo may be taken for the user's own colleagues.
        settings.places.last_seen = None;
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let service = simulator::Options {
            contacts: population.contacts(),
            seed: population.seed,
            others: Population::OTHERS,
            directory: Some(anywhere),
            pace: simulator::Options::LIVELY,
            ..simulator::Options::default()
        };
        settings
            .domain
            .value
            .get_or_insert_with(|| service.domain.clone());

        let (app_user, password) = (
            service.application_user.clone(),
            service.application_password.clone(),
        );
        let simulator = Simulator::start(anywhere, service)
            .await
            .map_err(|error| CommandError::Io("the demo's service cannot listen", error))?;
        if let Some(url) = simulator.directory_url(simulator::Node::First) {
            settings.set_directory(directory::Endpoint::parse(&url)?);
        }
        let people = simulator.people();
        let user = people
            .first()
            .map(|person| person.address.user().to_string())
            .unwrap_or_default();
        let edits: Vec<Edit> = people
            .into_iter()
            .map(|person| {
                Edit::add(Contact {
                    name: Some(person.name),
                    department: Some(person.group.clone()),
                    group: Some(name(person.group)),
                    number: Some(person.number),
                    mobile: person.mobile,
                    title: person.title,
                    ..Contact::new(person.address)
                })
            })
            .collect();
        contacts::save(&settings.places.contacts, &settings.places.locks, &edits)?;
        let endpoint = Endpoint::parse(&simulator.url())?;
        let credentials = Credentials {
            app_user,
            password,
            user,
        };
        let config = Config {
            interval: options.settings.interval.map_or(INTERVAL, Duration::from),
            delivery: settings.mode.value,
            in_flight: settings.in_flight.value.get(),
            soap: settings.soap.value,
            route: Route::Direct,
            languages: languages(),
            ..Config::new(endpoint, credentials)
        };
        Ok(Demo {
            config,
            settings,
            simulator,
            folder,
        })
    }

    /// The demo's service as a source of presence.
    pub fn source(&self) -> Source {
        Source::Service(Box::new(self.config.clone()))
    }

    /// The folder that vanishes with it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops the service.
    pub async fn stop(self) {
        self.simulator.stop().await;
    }
}
