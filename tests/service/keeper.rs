//! What is kept for the next run never delays what is shown now.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use whosin::feed::{self, Command, Gone, Sink, Update};
use whosin::link::{Outcome, Report};
use whosin::memory::keeper::{Files, Inbox, Keeper, News};
use whosin::memory::last_seen;
use whosin::presence::Availability;
use whosin::simulator::Doing;

use crate::support::desk::{contact, doing};
use crate::support::service::{config, everybody, service, still};

fn files(folder: &Path) -> Files {
    Files {
        last_seen: folder.join("last-seen.json"),
        history: None,
        server: "https://cup.example.com:8083".into(),
        user: "klmt".into(),
    }
}

fn link() -> whosin::link::Link {
    crate::support::desk::link(whosin::link::LinkState::Up)
}

/// To somebody who shows and to a keeper, as a board has it; with the moment at which the feed knew it.
struct Both {
    shown: tokio::sync::mpsc::Sender<(Instant, Update)>,
    kept: Inbox,
}

impl Sink for Both {
    async fn send(&self, update: Update) -> Result<(), Gone> {
        let known = Instant::now();
        if let Update::Reports(reports) = &update {
            self.kept.put(News::Reports(reports.clone()));
        }
        self.shown.send((known, update)).await.map_err(|_| Gone)
    }
}

#[tokio::test]
async fn while_a_disk_hangs_every_change_is_known_at_once() {
    let (service, folder) = (service(still(10)).await, tempfile::tempdir().unwrap());
    let (hangs, is_hanging) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let write = Box::new(move |path: &Path, head: &_, entries: &[_], after| {
        let _ = hangs.send(());
        let _ = released.recv();
        last_seen::write_entries(path, head, entries, after)
    });
    let people = everybody(&service);
    let book = people.iter().map(|who| contact(who.as_str(), "", ""));
    let book = book.collect();
    let keeper = Keeper::start(files(folder.path()), link(), book, write, drop).unwrap();
    let (shown, mut updates) = tokio::sync::mpsc::channel(64);
    let kept = keeper.inbox();
    let feed = feed::start(config(&service, "simulated"), Both { shown, kept }).unwrap();
    feed.commands
        .send(Command::Contacts(people.clone()))
        .unwrap();
    while is_hanging.try_recv().is_err() {
        updates.recv().await.unwrap();
    }
    for (who, state) in people
        .iter()
        .zip([Doing::Dnd, Doing::Available].into_iter().cycle())
    {
        let wanted = match state {
            Doing::Dnd => Availability::Dnd,
            _ => Availability::Available,
        };
        service.set(who, state);
        let begun = Instant::now();
        let is = |report: &Report| match &report.outcome {
            Outcome::Answered(presence) => {
                report.address == *who && presence.availability == wanted
            }
            _ => false,
        };
        let known = loop {
            if let (known, Update::Reports(reports)) = updates.recv().await.unwrap()
                && reports.iter().any(is)
            {
                break known;
            }
        };
        // From the answer to the screen nothing is in the way; before that, a poll has to come by.
        let delay = known.elapsed();
        assert!(delay < Duration::from_millis(500), "{delay:?}");
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{:?}",
            begun.elapsed()
        );
    }
    // Nor does it hold up who leaves.
    let begun = Instant::now();
    keeper.close(Duration::from_millis(50)).await;
    assert!(begun.elapsed() < Duration::from_secs(5));
    drop(release);
    let _ = feed.commands.send(Command::Leave);
    drop(updates);
    feed.ended.await.unwrap();
}

#[tokio::test]
async fn a_queue_that_nobody_empties_stays_as_small_as_the_book() {
    let folder = tempfile::tempdir().unwrap();
    let (hangs, is_hanging) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let (count, counted) = mpsc::channel();
    let write = Box::new(move |path: &Path, head: &_, entries: &[_], after| {
        let _ = hangs.send(());
        let _ = released.recv();
        last_seen::write_entries(path, head, entries, after)?;
        let _ = count.send(());
        Ok(())
    });
    let who = ["ursula@sie.at", "ben@sie.at"];
    let book = who.map(|who| contact(who, "", "")).to_vec();
    let keeper = Keeper::start(files(folder.path()), link(), book, write, drop).unwrap();
    let inbox = keeper.inbox();
    let report = |who: &str, activity: &str| Report {
        address: who.parse().unwrap(),
        at: Timestamp::now(),
        outcome: Outcome::Answered(doing(activity).into()),
    };
    let reports = |activity: &str| News::Reports(who.map(|who| report(who, activity)).to_vec());
    inbox.put(reports("<r:away/>"));
    is_hanging.recv().unwrap();
    let again = reports("<r:busy/>");
    for _ in 0..50_000 {
        inbox.put(again.clone());
    }
    inbox.put(reports("<r:meeting/>"));
    assert!(inbox.waiting() <= 20_002, "{}", inbox.waiting());
    drop(release);
    keeper.close(Duration::from_secs(20)).await;
    assert_eq!(counted.try_iter().count(), 2);
    let files = files(folder.path());
    let left = last_seen::read(&files.last_seen, &files.server, &files.user).unwrap();
    let labels: Vec<&str> = left.contacts.iter().map(|one| one.label.as_str()).collect();
    assert_eq!(labels, ["In a meeting", "In a meeting"]);
}
