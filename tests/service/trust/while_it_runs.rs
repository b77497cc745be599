//! A certificate that changes while the feed runs.

use crate::support::service::{Feed, spawn};
use std::time::Duration;

use whosin::feed::{Command, Config, Update};
use whosin::http::{Route, Trust};
use whosin::link::LinkState;
use whosin::pws::Endpoint;

use super::credentials;
use crate::support::certificates::{fingerprint, names, self_signed, service};

async fn link(feed: &mut Feed, wanted: impl Fn(&LinkState) -> bool) -> LinkState {
    loop {
        let update = tokio::time::timeout(Duration::from_secs(20), feed.updates.recv())
            .await
            .unwrap()
            .unwrap();
        if let Update::Link(link) = update
            && wanted(&link.state)
        {
            return link.state;
        }
    }
}

#[tokio::test]
async fn another_certificate_is_refused_loudly_and_the_pinned_one_is_taken_again() {
    let (pinned, other) = (self_signed(names(&[])), self_signed(names(&[])));
    let service = service(&pinned).await;
    let mut feed = spawn(Config {
        interval: Duration::from_millis(200),
        trust: Trust::Pins(vec![fingerprint(&pinned)]),
        route: Route::Direct,
        ..Config::new(Endpoint::parse(&service.url()).unwrap(), credentials())
    })
    .unwrap();
    let everybody = service.people().into_iter().map(|person| person.address);
    let contacts = Command::Contacts(everybody.collect());
    feed.commands.send(contacts).unwrap();
    link(&mut feed, |state| *state == LinkState::Up).await;

    service.set_certificate(other.clone());
    service.hang_up();
    let changed = |state: &LinkState| match state {
        LinkState::Trouble { problem, .. } => problem.what.contains("CHANGED"),
        _ => false,
    };
    let LinkState::Trouble { problem, .. } = link(&mut feed, changed).await else {
        unreachable!("changed() says so");
    };
    for certificate in [&pinned, &other] {
        let fingerprint = fingerprint(certificate).to_string();
        assert!(problem.what.contains(&fingerprint), "{}", problem.what);
    }

    service.set_certificate(pinned);
    link(&mut feed, |state| *state == LinkState::Up).await;
    feed.commands.send(Command::Leave).unwrap();
    feed.ended.await.unwrap();
}
