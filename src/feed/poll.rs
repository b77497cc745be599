//! One batch: asking, matching the answers to those who were asked for, finding the bad contact.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::session::Session;
use crate::presence::{Address, Outcome, Presence, Report};
use crate::pws::{Class, Client, Contact, Error, PresenceType, Said};

/// What was last told of each contact, so that equal states are held once.
#[derive(Debug, Default)]
pub(super) struct Memory(HashMap<Address, Arc<Presence>>);

impl Memory {
    fn hold(&mut self, address: &Address, presence: Presence) -> Arc<Presence> {
        match self.0.get(address) {
            Some(known) if **known == presence => known.clone(),
            _ => {
                let new = Arc::new(presence);
                self.0.insert(address.clone(), new.clone());
                new
            }
        }
    }

    /// Forgets those who are not on the list any more.
    pub fn keep(&mut self, addresses: &[Address]) {
        let kept: std::collections::HashSet<&Address> = addresses.iter().collect();
        self.0.retain(|address, _| kept.contains(address));
    }
}

/// Asks for a batch. Where the server says that one of the contacts is malformed, the batch is
/// halved until it is found: it alone is refused, the others are answered.
///
/// # Errors
/// Any [`Error`] but that of a malformed contact.
pub(super) async fn poll(
    client: &Client,
    session: &Session,
    batch: &[Address],
    kind: PresenceType,
    languages: &[String],
    memory: &mut Memory,
) -> Result<Vec<Report>, Error> {
    let mut reports = Vec::with_capacity(batch.len());
    let mut parts = vec![batch];
    while let Some(part) = parts.pop() {
        match client.poll(&session.home, &session.user, part, kind).await {
            Ok(answers) => reports.extend(report(part, answers, languages, memory)),
            Err(error) if error.class() == Some(Class::BadContact) => {
                if let [bad] = part {
                    reports.push(Report {
                        address: bad.clone(),
                        at: Timestamp::now(),
                        outcome: Outcome::Refused(error.to_string()),
                    });
                } else {
                    let (one, other) = part.split_at(part.len() / 2);
                    parts.extend([other, one]);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(reports)
}

/// Matches answers to those who were asked for: by address, whatever the order and case. Who is
/// missing was not answered, which is not the same as offline.
fn report(
    asked: &[Address],
    answers: Vec<Contact>,
    languages: &[String],
    memory: &mut Memory,
) -> Vec<Report> {
    let now = Timestamp::now();
    let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
    let mut said: HashMap<Address, Result<Said, String>> = HashMap::new();
    for Contact {
        address,
        said: what,
    } in answers
    {
        let Some(address) = address else { continue };
        // Of two documents about the same, one that cannot be read tells nothing.
        if what.is_ok() || !said.contains_key(&address) {
            said.insert(address, what);
        }
    }
    let mut outcome = |address: &Address| match said.remove(address) {
        None => Outcome::NotAnswered,
        Some(Err(reason)) => Outcome::Unreadable(reason),
        Some(Ok(Said::Basic(presence))) => Outcome::Answered(memory.hold(address, *presence)),
        Some(Ok(Said::Rich(document))) => {
            Outcome::Answered(memory.hold(address, document.presence(now, &languages)))
        }
    };
    asked
        .iter()
        .map(|address| Report {
            address: address.clone(),
            at: now,
            outcome: outcome(address),
        })
        .collect()
}
