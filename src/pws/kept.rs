//! A cache of composed presence, by the bytes of its document: a document that comes again unchanged
//! is not read again, which in a refresh is nearly every one.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use crate::presence::{Address, Presence};

/// Of more documents than this nothing is kept.
const MOST: usize = 1 << 16;

/// The documents whose presence is kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept(Arc<Mutex<HashMap<u64, Entry>>>, RandomState);

#[derive(Debug)]
struct Entry {
    length: usize,
    print: u64,
    address: Address,
    presence: Arc<Presence>,
}

/// With this, the presence that a document was turned into is kept.
#[derive(Clone, Debug)]
pub struct Receipt {
    kept: Kept,
    entity: u64,
    length: usize,
    print: u64,
}

impl Receipt {
    /// Keeps what the document says, for when the same comes again. Only for a document that is
    /// settled (see [`crate::presence::Document::is_settled`]).
    pub fn keep(self, address: &Address, presence: &Arc<Presence>) {
        let mut entries = self.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST {
            entries.clear();
        }
        let entry = Entry {
            length: self.length,
            print: self.print,
            address: address.clone(),
            presence: presence.clone(),
        };
        entries.insert(self.entity, entry);
    }
}

impl Kept {
    /// A fingerprint of the namespaces that are declared around documents.
    pub fn print_of<'a>(&self, declared: impl Iterator<Item = (&'a str, &'a str)>) -> u64 {
        let mut hasher = self.1.build_hasher();
        declared.for_each(|one| one.hash(&mut hasher));
        hasher.finish()
    }

    fn print(&self, around: u64, document: &str) -> u64 {
        let mut hasher = self.1.build_hasher();
        hasher.write_u64(around);
        hasher.write(document.as_bytes());
        hasher.finish()
    }

    /// Where `text` begins with the document of `entity` that is kept: how long it is, who it is
    /// about and what it says.
    pub fn find(
        &self,
        entity: &str,
        around: u64,
        text: &str,
    ) -> Option<(usize, Address, Arc<Presence>)> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(&self.1.hash_one(entity))?;
        let document = text.get(..entry.length)?;
        let is_same = self.print(around, document) == entry.print;
        is_same.then(|| (entry.length, entry.address.clone(), entry.presence.clone()))
    }

    /// A receipt for a document that was read.
    pub fn receipt(&self, entity: &str, around: u64, document: &str) -> Receipt {
        Receipt {
            kept: self.clone(),
            entity: self.1.hash_one(entity),
            length: document.len(),
            print: self.print(around, document),
        }
    }
}
