//! What the simulator counted.

use std::collections::BTreeMap;

use super::envelope::{Operation, Version};
use super::fault::Fault;

/// What a simulator has seen and done since it was started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests that were understood, by operation.
    pub requests: BTreeMap<Operation, u64>,
    /// Everything that came by HTTP, understood or not.
    pub http_requests: u64,
    /// Logins of application users that succeeded.
    pub application_logins: u64,
    /// Logins of end users that succeeded.
    pub end_user_logins: u64,
    /// Faults given, by number.
    pub faults: BTreeMap<Fault, u64>,
    /// Requests refused by gSOAP, for elements that do not belong into them or are missing.
    pub violations: u64,
    /// Requests refused with a plain HTTP 503.
    pub plain_503s: u64,
    /// Connections accepted.
    pub connections: u64,
    /// The most contacts that one request named.
    pub largest_batch: usize,
    /// Contacts asked for in all polls together.
    pub contacts_asked: u64,
    /// Requests refused for want of a Content-Length.
    pub without_length: u64,
    /// The most requests that were under way at the same time.
    pub most_in_flight: u64,
    /// Calls made to end points of clients.
    pub callbacks: u64,
    /// Calls to end points of clients that were not answered with success.
    pub failed_callbacks: u64,
    /// Requests to the directory.
    pub directory_requests: u64,
    /// Requests that the directory refused for want of a sign-in, or for a wrong one.
    pub directory_refusals: u64,
    pub(super) in_flight: u64,
}

impl Tally {
    /// How many requests of an operation came.
    pub fn of(&self, operation: Operation) -> u64 {
        self.requests.get(&operation).copied().unwrap_or(0)
    }

    /// How often a fault was given.
    pub fn given(&self, code: u16) -> u64 {
        self.faults.get(&Fault(code)).copied().unwrap_or(0)
    }

    /// How many faults were given.
    pub fn all_faults(&self) -> u64 {
        self.faults.values().sum()
    }
}

/// A request as it came, for tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The operation.
    pub operation: Operation,
    /// The version of SOAP.
    pub version: Version,
    /// The `Content-Type` header.
    pub content_type: String,
    /// The `SOAPAction` header, where there was one.
    pub action: Option<String>,
    /// The body.
    pub body: String,
}
