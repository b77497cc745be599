//! Notifications: waits for the next change of somebody who is watched, and calls the clients.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::Uri;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use super::subscription::CallBack;
use super::trouble::Trouble;
use super::world::{World, lock};
use crate::presence::Address;

/// How long a client may take to answer a call.
const PATIENCE: Duration = Duration::from_secs(5);

/// When those who are watched will do something else.
#[derive(Debug, Default)]
pub(super) struct Watched {
    due: BinaryHeap<Reverse<(Instant, Address)>>,
    /// The entry that counts for each person who is watched; others in the heap are outdated.
    next: HashMap<Address, Option<Instant>>,
}

impl World {
    /// Looks out for the changes of some people from now on.
    pub(super) fn watch(&mut self, people: Vec<Address>) {
        for address in people {
            if !self.watched.next.contains_key(&address) {
                self.look_out_for(address);
            }
        }
        self.news.notify_one();
    }

    /// Says that somebody does something else than before.
    pub(super) fn changed(&mut self, who: &Address) {
        self.subscriptions.changed(who);
        if self.watched.next.contains_key(who) {
            self.look_out_for(who.clone());
        }
        self.news.notify_one();
    }

    fn look_out_for(&mut self, who: Address) {
        let next = self.next_change(&who);
        self.watched.next.insert(who.clone(), next);
        if let Some(due) = next {
            self.watched.due.push(Reverse((due, who)));
        }
    }

    /// The calls that are due, and when the next change comes.
    fn due(&mut self, now: Instant) -> (Vec<CallBack>, Option<Instant>) {
        self.tidy(now);
        while let Some(Reverse((due, _))) = self.watched.due.peek() {
            if *due > now {
                break;
            }
            let Some(Reverse((due, who))) = self.watched.due.pop() else {
                break;
            };
            if self.watched.next.get(&who) != Some(&Some(due)) {
                continue;
            }
            if self.subscriptions.watches(&who) {
                self.subscriptions.changed(&who);
                self.look_out_for(who);
            } else {
                self.watched.next.remove(&who);
            }
        }
        let scenario = self.scenario();
        let swallowed = self.swallows(&scenario);
        let calls = self.subscriptions.calls();
        let calls: Vec<CallBack> = calls
            .into_iter()
            .filter(|_| {
                self.calls += 1;
                !swallowed
                    && scenario
                        .number(Trouble::LostCallbacks)
                        .is_none_or(|every| !self.calls.is_multiple_of(u64::from(every)))
            })
            .collect();
        self.tally.callbacks += calls.len() as u64;
        let next = self.watched.due.peek().map(|Reverse((due, _))| *due);
        (calls, next)
    }
}

/// Notifies clients of changes, for ever.
pub(super) async fn run(world: Arc<Mutex<World>>, news: Arc<Notify>) {
    let mut calls = JoinSet::new();
    loop {
        let (due, next) = lock(&world).due(Instant::now());
        for call_back in due {
            let world = world.clone();
            calls.spawn(async move {
                let answered = timeout(PATIENCE, call(&call_back)).await;
                if !matches!(answered, Ok(Ok(()))) {
                    lock(&world).tally.failed_callbacks += 1;
                }
            });
        }
        let wait = async {
            match next {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = news.notified() => {}
            () = wait => {}
            Some(_) = calls.join_next() => {}
        }
    }
}

/// Calls a client: `GET url?id=SUBSCRIPTION&eventType=PRESENCE_NOTIFICATION`.
async fn call(call_back: &CallBack) -> io::Result<()> {
    let url: Uri = call_back.url.parse().map_err(io::Error::other)?;
    let host = url.host().ok_or(io::ErrorKind::InvalidInput)?;
    let port = url.port_u16().unwrap_or(80);
    let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let joint = if url.query().is_some() { '&' } else { '?' };
    let request = format!(
        "GET {path}{joint}id={}&eventType=PRESENCE_NOTIFICATION HTTP/1.1\r\n\
         Host: {host}:{port}\r\nUser-Agent: gSOAP/2.8\r\nConnection: close\r\n\r\n",
        call_back.subscription
    );
    stream.write_all(request.as_bytes()).await?;
    let mut status = [0; 10];
    stream.read_exact(&mut status).await?;
    if status.starts_with(b"HTTP/1.") && status.ends_with(b"2") {
        Ok(())
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}
