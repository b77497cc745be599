//! How long it takes until a change at the service is known to the board: told, and asked for every
//! 5 s. `cargo bench --bench changes`; 1,000 contacts, 200 changes told, 20 asked for, on loopback.

use std::time::{Duration, Instant};

use secrecy::SecretString;
use tokio::sync::mpsc;
use whosin::feed::{self, Command, Config, Credentials, Delivery, Update};
use whosin::http::Route;
use whosin::link::{Mode, Outcome};
use whosin::presence::{Address, Availability};
use whosin::pws::Endpoint;
use whosin::simulator::{Doing, Options, Simulator};

const CONTACTS: usize = 1000;

async fn known(updates: &mut mpsc::Receiver<Update>, who: &Address, wanted: Availability) {
    while let Some(update) = updates.recv().await {
        let Update::Reports(reports) = update else {
            continue;
        };
        let is = |report: &whosin::link::Report| match &report.outcome {
            Outcome::Answered(presence) => {
                report.address == *who && presence.availability == wanted
            }
            _ => false,
        };
        if reports.iter().any(is) {
            return;
        }
    }
}

async fn measure(delivery: Delivery, changes: usize) {
    let options = Options {
        contacts: CONTACTS,
        pace: 0.0,
        ..Options::default()
    };
    let anywhere = "127.0.0.1:0".parse().expect("an address");
    let service = Simulator::start(anywhere, options)
        .await
        .expect("loopback can be listened at");
    let credentials = Credentials {
        app_user: "whosin".into(),
        password: SecretString::from("simulated"),
        user: "klmt".into(),
    };
    let endpoint = Endpoint::parse(&service.url()).expect("the service's own");
    let (found, mut updates) = mpsc::channel(64);
    let config = Config {
        delivery,
        route: Route::Direct,
        ..Config::new(endpoint, credentials)
    };
    let feed = feed::start(config, found).expect("the platform's certificates");
    let people: Vec<Address> = service
        .people()
        .into_iter()
        .map(|one| one.address)
        .collect();
    let _ = feed.commands.send(Command::Contacts(people.clone()));
    let mut answered = 0;
    let mut live = delivery == Delivery::Poll;
    while answered < CONTACTS || !live {
        match updates.recv().await {
            Some(Update::Reports(reports)) => answered += reports.len(),
            Some(Update::Link(link)) => live |= link.mode == Mode::Live,
            Some(Update::Notice(_) | Update::NewHost(_) | Update::ClockSet(_)) => {}
            None => return,
        }
    }
    let mut took: Vec<Duration> = Vec::with_capacity(changes);
    for change in 0..changes {
        let who = &people[(change * 37) % CONTACTS];
        let (doing, wanted) = match service.state_of(who).availability() {
            Availability::Dnd => (Doing::Available, Availability::Available),
            _ => (Doing::Dnd, Availability::Dnd),
        };
        if delivery == Delivery::Poll {
            // Or every change would come at the same moment of a round.
            tokio::time::sleep(Duration::from_secs_f64(fastrand::f64() * 5.0)).await;
        }
        let began = Instant::now();
        service.set(who, doing);
        known(&mut updates, who, wanted).await;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share).round() as usize];
    println!(
        "{delivery:?}: {changes} changes; median {:?}, 99th percentile {:?}, slowest {:?}",
        at(0.5),
        at(0.99),
        at(1.0)
    );
    drop(updates);
    let _ = feed.commands.send(Command::Leave);
    let _ = feed.ended.await;
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        measure(Delivery::Notify, 200).await;
        measure(Delivery::Poll, 20).await;
    });
}
