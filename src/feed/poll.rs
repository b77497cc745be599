//! What the answer to one batch means: matching it to those who were asked for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::link::{Outcome, Report};
use crate::presence::{Address, Presence};
use crate::pws::{Class, Contact, Error, Said};

/// What is to be done about an answer.
pub(super) enum Verdict {
    /// The contacts of it are to be read.
    Answered(Vec<Contact>),
    /// The only contact of the batch was refused.
    Refused(Report),
    /// One of the batch was refused; which, is found by asking for each half of it.
    Divide,
    /// The whole request failed.
    Failed(Error),
}

/// Judges the answer to a batch.
pub(super) fn judge(batch: &[Address], answer: Result<Vec<Contact>, Error>) -> Verdict {
    match (answer, batch) {
        (Ok(contacts), _) => Verdict::Answered(contacts),
        (Err(error), batch) if error.class() == Some(Class::BadContact) => match batch {
            [bad] => Verdict::Refused(Report {
                address: bad.clone(),
                at: Timestamp::now(),
                outcome: Outcome::Refused(error.to_string()),
            }),
            _ => Verdict::Divide,
        },
        (Err(error), _) => Verdict::Failed(error),
    }
}

/// The last state of each contact, so that equal states are held once.
#[derive(Debug, Default)]
pub(super) struct Memory(HashMap<Address, Arc<Presence>>);

/// What was learned from an answer.
pub(super) struct Learned {
    /// One for each who was asked for.
    pub reports: Vec<Report>,
    /// Whether somebody who was known does something else than before.
    pub changed: bool,
}

impl Memory {
    /// The presence as it is held, and whether it took the place of another.
    fn hold(&mut self, address: &Address, presence: Arc<Presence>) -> (Arc<Presence>, bool) {
        match self.0.get(address) {
            Some(known) if Arc::ptr_eq(known, &presence) || *known == presence => {
                (known.clone(), false)
            }
            _ => {
                let before = self.0.insert(address.clone(), presence.clone());
                (presence, before.is_some())
            }
        }
    }

    /// Forgets those who are not on the list any more.
    pub fn keep(&mut self, addresses: &[Address]) {
        let kept: HashSet<&Address> = addresses.iter().collect();
        self.0.retain(|address, _| kept.contains(address));
    }

    /// Matches answers to those who were asked for: by address, whatever the order and case. Who is
    /// missing was not answered, which is not the same as offline.
    pub fn learn(
        &mut self,
        asked: &[Address],
        answers: Vec<Contact>,
        languages: &[String],
    ) -> Learned {
        let mut changed = false;
        let now = Timestamp::now();
        let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
        let mut by_address: HashMap<Address, Contact> = HashMap::new();
        for contact in answers {
            let Some(address) = contact.address.clone() else {
                continue;
            };
            // Of two documents for one contact prefer the readable one.
            if contact.said.is_ok() || !by_address.contains_key(&address) {
                by_address.insert(address, contact);
            }
        }
        let mut answered = |address: &Address, presence: Arc<Presence>| {
            let (held, is_another) = self.hold(address, presence);
            changed |= is_another;
            held
        };
        let mut outcome = |address: &Address| {
            let Some(contact) = by_address.remove(address) else {
                return Outcome::NotAnswered;
            };
            Outcome::Answered(match contact.said {
                Err(reason) => return Outcome::Unreadable(reason),
                Ok(Said::Unchanged(presence)) => answered(address, presence),
                Ok(Said::Basic(presence)) => answered(address, Arc::from(presence)),
                Ok(Said::Rich(document)) => {
                    let receipt = contact.receipt.filter(|_| document.is_settled(now));
                    let presence = document.presence(now, &languages);
                    let held = answered(address, Arc::new(presence));
                    if let Some(receipt) = receipt {
                        receipt.keep(address, &held);
                    }
                    held
                }
            })
        };
        let reports = asked
            .iter()
            .map(|address| Report {
                address: address.clone(),
                at: now,
                outcome: outcome(address),
            })
            .collect();
        Learned { reports, changed }
    }
}
