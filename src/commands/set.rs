//! Sets the user's own presence from a script.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::output::{print, print_all};
use super::watcher::{Event, Watcher};
use super::{CommandError, feed_config_with_warning, load};
use crate::cli::{Exit, Options, Set};
use crate::feed::{Update, set_once};
use crate::link::{LinkState, OwnPresence, OwnSet, Problem};
use crate::pws::Expiration;
use crate::settings::Settings;
use crate::tui::clock;

/// Sets it, for as long as is wanted and the service can.
pub async fn set(options: &Options, wanted: &Set) -> Result<Exit, CommandError> {
    let settings = load(options)?;
    if wanted.wait && wanted.state != OwnPresence::Available {
        return stay(&settings, wanted).await;
    }
    let Set {
        state: own, time, ..
    } = *wanted;
    let config = feed_config_with_warning(&settings).await?;
    let client = config.client()?;
    let expiration = time.map_or(Expiration::LONGEST, Expiration::nearest);
    set_once(&client, &config, own, expiration)
        .await
        .map_err(|failure| CommandError::of_failure(&failure, &config.credentials))?;
    if own == OwnPresence::Available {
        return print_all(&format!(
            "{}, phone and calendar decide again\n",
            own.label()
        ));
    }
    let longer = time.is_some_and(|time| time < expiration.time());
    let mut words = until_in_words(own, from_now(expiration.time()));
    if longer {
        words.push_str(": the server keeps it for an hour at least");
    }
    words.push('\n');
    if config.session_folder.is_none() {
        words.push_str(
            "It may end sooner, for the session cannot be kept on this machine: a running board, or \
             --wait, keeps it.\n",
        );
    }
    print_all(&words)
}

/// Sets it and stays until its time is up: whatever ends the session, it is set again.
async fn stay(settings: &Settings, wanted: &Set) -> Result<Exit, CommandError> {
    let time = wanted.time.unwrap_or(Expiration::LONGEST.time());
    let set = OwnSet {
        own: wanted.state,
        until: from_now(time),
    };
    let mut watcher = Watcher::start(settings, Vec::new()).await?;
    watcher.set_own(set);
    let end = tokio::time::sleep(time);
    tokio::pin!(end);
    let mut is_printed = false;
    let exit = loop {
        let event = tokio::select! {
            () = &mut end => break Ok(Exit::Done),
            event = watcher.next() => event,
        };
        match event {
            Event::End(exit) => break Ok(exit),
            Event::Update(Update::Notice(words)) => {
                let problem = Problem {
                    what: words,
                    advice: String::new(),
                };
                break Err(CommandError::Server(Box::new(problem), Exit::Failed));
            }
            Event::Update(Update::Link(link)) => match link.state {
                LinkState::Refused { problem, .. } => {
                    break Err(CommandError::Server(Box::new(problem), Exit::Refused));
                }
                _ if link.own.is_some() && !is_printed => {
                    is_printed = true;
                    let words = until_in_words(set.own, set.until);
                    print(&format!("{words}; Ctrl-C ends it\n"))?;
                }
                _ => {}
            },
            Event::Update(Update::Reports(_) | Update::NewHost(_) | Update::ClockSet(_)) => {}
        }
    };
    watcher.leave().await;
    exit
}

fn until_in_words(own: OwnPresence, until: Timestamp) -> String {
    format!(
        "{}, until {}",
        own.label(),
        clock(until, &TimeZone::system())
    )
}

fn from_now(time: Duration) -> Timestamp {
    Timestamp::now() + SignedDuration::try_from(time).unwrap_or(SignedDuration::ZERO)
}
