//! The contact book.
use crate::presence::Address;
/// A contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Address.
    pub address: Address,
    /// Name.
    pub name: Option<String>,
    /// Group.
    pub group: Option<String>,
}
/// A change of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Add.
    Add(Contact),
    /// Remove.
    Remove(Address),
    /// Change.
    Change {
        /// Who.
        address: Address,
        /// Name.
        name: Option<String>,
        /// Group.
        group: Option<String>,
    },
}
