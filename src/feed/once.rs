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
    let asked = Visit::pay(client, config, async |session: &Session| {
        ask_everybody(client, session, config, contacts).await
    });
    let (reports, visit) = asked.await?;
    visit.leave(client).await;
    Ok(reports)
}

/// Signs both users in, and leaves the session again.
///
/// # Errors
/// [`Failure`] of a sign-in.
pub async fn sign_in_once(client: &Client, config: &Config) -> Result<(), Box<Failure>> {
    let signed_in = Visit::pay(client, config, async |_: &Session| Ok(())).await?;
    signed_in.1.leave(client).await;
    Ok(())
}

/// Sets the user's own presence for somebody who does not stay. The session stays, for what is set
/// would end with it: the next process of the user's finds it. Where nothing is set any more, it is
/// left.
///
/// # Errors
/// [`Failure`] of a sign-in, or of the setting (then its `sign_in` is the end user's).
pub async fn set_once(
    client: &Client,
    config: &Config,
    own: OwnPresence,
    expiration: Expiration,
) -> Result<(), Box<Failure>> {
    let set = Visit::pay(client, config, async |session: &Session| {
        client
            .set_presence(&session.home, &session.user, own, expiration)
            .await
    });
    let ((), visit) = set.await?;
    if own == OwnPresence::Available {
        visit.leave(client).await;
    }
    Ok(())
}

/// A session that lasts no longer than something is done in it, or the one that others use.
struct Visit {
    sharing: Sharing,
    session: Session,
}

impl Visit {
    /// Signs in and does something, once more where the session that others left has ended since.
    /// Where that fails, the session is left.
    async fn pay<T>(
        client: &Client,
        config: &Config,
        work: impl AsyncFn(&Session) -> Result<T, Error>,
    ) -> Result<(T, Visit), Box<Failure>> {
        let (at, who) = (&config.endpoint, &config.credentials);
        let sharing = Sharing::begin(config.session_folder.as_deref(), at, who).await;
        let session = sharing.open(client, at, who).await?;
        let mut visit = Visit { sharing, session };
        let mut done = work(&visit.session).await;
        let has_ended = |error: &Error| error.class() == Some(Class::SessionEnded);
        if done.as_ref().is_err_and(has_ended) {
            let renewing = visit.sharing.renew(&visit.session, client, at, who);
            visit.session = match renewing.await {
                Ok(renewed) => renewed,
                Err(failure) => {
                    farewell(visit.sharing.leave(None, client)).await;
                    return Err(failure);
                }
            };
            done = work(&visit.session).await;
        }
        match done {
            Ok(done) => Ok((done, visit)),
            Err(error) => {
                let node = visit.session.home.clone();
                visit.leave(client).await;
                Err(Box::new(Failure {
                    sign_in: SignIn::EndUser,
                    node,
                    error,
                }))
            }
        }
    }

    async fn leave(self, client: &Client) {
        farewell(self.sharing.leave(Some(self.session), client)).await;
    }
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
