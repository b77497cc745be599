//! One round for commands that do not stay: in a session that lasts no longer, or in the one that a
//! board uses.

use std::time::{Duration, Instant};

use super::session::{Failure, Session};
use super::shared::Sharing;
use super::{Config, Plan, Rhythm, Step, farewell, poll};
use crate::link::{OwnPresence, Report, SignIn};
use crate::presence::Address;
use crate::pws::{Class, Client, Error, Expiration};

/// One round for somebody who does not stay: signs in, asks for everybody, signs out. Where the
/// session is shared and somebody else uses it, that one serves and stays.
///
/// # Errors
/// [`Failure`] of a sign-in, or of a poll (then its `sign_in` is the end user's).
pub async fn ask_once(
    client: &Client,
    config: &Config,
    contacts: &[Address],
) -> Result<Vec<Report>, Box<Failure>> {
    in_one_session(client, config, async |session: &Session| {
        ask_everybody(client, session, config, contacts).await
    })
    .await
}

/// Does something in a session that lasts no longer, or in the one that others use.
async fn in_one_session<T>(
    client: &Client,
    config: &Config,
    work: impl AsyncFn(&Session) -> Result<T, Error>,
) -> Result<T, Box<Failure>> {
    let (at, who) = (&config.endpoint, &config.credentials);
    let sharing = Sharing::begin(config.session_folder.as_deref(), at, who).await;
    let mut session = sharing.open(client, at, who).await?;
    let mut done = work(&session).await;
    // What others left behind may have ended since.
    if done
        .as_ref()
        .is_err_and(|error| error.class() == Some(Class::SessionEnded))
    {
        session = match sharing.renew(&session, client, at, who).await {
            Ok(renewed) => renewed,
            Err(failure) => {
                farewell(sharing.leave(None, client)).await;
                return Err(failure);
            }
        };
        done = work(&session).await;
    }
    let node = session.home.clone();
    farewell(sharing.leave(Some(session), client)).await;
    done.map_err(|error| {
        Box::new(Failure {
            sign_in: SignIn::EndUser,
            node,
            error,
        })
    })
}

/// Sets the user's own presence for somebody who does not stay.
///
/// # Errors
/// [`Failure`] of a sign-in, or of the setting (then its `sign_in` is the end user's).
pub async fn set_once(
    client: &Client,
    config: &Config,
    own: OwnPresence,
    expiration: Expiration,
) -> Result<(), Box<Failure>> {
    in_one_session(client, config, async |session: &Session| {
        client
            .set_presence(&session.home, &session.user, own, expiration)
            .await
    })
    .await
}

async fn ask_everybody(
    client: &Client,
    session: &Session,
    config: &Config,
    contacts: &[Address],
) -> Result<Vec<Report>, Error> {
    let mut memory = poll::Memory::default();
    let mut plan = Plan::new(Rhythm::Round(Duration::ZERO), Instant::now());
    plan.set_contacts(contacts.to_vec(), Instant::now());
    let mut reports = Vec::with_capacity(plan.len());
    let mut left = plan.len();
    while left > 0 {
        let Step::Ask(batch) = plan.next(Instant::now()) else {
            break;
        };
        let answer = client
            .poll(&session.home, &session.user, &batch, config.kind)
            .await;
        match poll::judge(&batch, answer) {
            poll::Verdict::Answered(contacts) => {
                left -= batch.len();
                reports.extend(memory.learn(&batch, contacts, &config.languages).reports);
            }
            poll::Verdict::Refused(report) => {
                left -= 1;
                reports.push(report);
            }
            poll::Verdict::Divide => plan.divide(&batch),
            poll::Verdict::Failed(error) => return Err(error),
        }
    }
    Ok(reports)
}
