//! Which nodes the domain names in DNS: the SRV records of `_cisco-uds._tcp` (Cisco's deployment
//! guides; RFC 2782).

use std::net::SocketAddr;
use std::time::Duration;

use fastrand::Rng;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, Record as Answered};
use hickory_resolver::{ResolverBuilder, TokioResolver};
use thiserror::Error;

use super::service::Endpoint;
use crate::presence::clean;

/// The service and protocol before the domain.
const NAME: &str = "_cisco-uds._tcp";
/// How long one server of DNS may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// A cluster has some twenty nodes; more records are not looked at.
const MOST: usize = 32;

/// Asks DNS.
pub struct Discovery {
    resolver: TokioResolver,
}

/// Why DNS names no nodes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DiscoveryError {
    /// The system's own settings of DNS cannot be read.
    #[error("the system's settings of DNS cannot be read: {0}")]
    Settings(String),
    /// There is no such record, or no answer.
    #[error("DNS names no directory for {domain}: {reason}")]
    Nothing {
        /// The domain.
        domain: String,
        /// Why.
        reason: String,
    },
}

/// One SRV record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The lowest is asked first.
    pub priority: u16,
    /// Among equal priorities, how often one is to come first.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host, with or without a dot at its end.
    pub target: String,
}

impl Discovery {
    /// Asks the servers that the system is set to.
    ///
    /// # Errors
    /// [`DiscoveryError::Settings`].
    pub fn of_system() -> Result<Discovery, DiscoveryError> {
        let settings = |error: NetError| DiscoveryError::Settings(clean(&error.to_string()));
        let builder = TokioResolver::builder_tokio().map_err(settings)?;
        Discovery::of(builder)
    }

    /// Asks one server, over UDP.
    ///
    /// # Errors
    /// As [`Discovery::of_system`].
    pub fn at(server: SocketAddr) -> Result<Discovery, DiscoveryError> {
        let mut udp = ConnectionConfig::udp();
        udp.port = server.port();
        let server = NameServerConfig::new(server.ip(), true, vec![udp]);
        let config = ResolverConfig::from_name_servers(vec![server]);
        let provider = TokioRuntimeProvider::default();
        Discovery::of(TokioResolver::builder_with_config(config, provider))
    }

    fn of(mut builder: ResolverBuilder<TokioRuntimeProvider>) -> Result<Discovery, DiscoveryError> {
        let options = builder.options_mut();
        // Somebody waits for the answer, and it is asked for once.
        options.timeout = PATIENCE;
        options.attempts = 1;
        options.cache_size = 0;
        let resolver = builder.build();
        let settings = |error: NetError| DiscoveryError::Settings(clean(&error.to_string()));
        let resolver = resolver.map_err(settings)?;
        Ok(Discovery { resolver })
    }

    /// The records of a domain, in no order.
    async fn records(&self, domain: &str) -> Result<Vec<Record>, DiscoveryError> {
        let nothing = |reason: String| DiscoveryError::Nothing {
            domain: clean(domain),
            reason,
        };
        // The final dot keeps the resolver from adding the machine's own domain.
        let name = format!("{NAME}.{}.", domain.trim_matches('.'));
        let found = self.resolver.srv_lookup(name).await;
        let found = found.map_err(|error| nothing(clean(&error.to_string())))?;
        let record = |record: &Answered| match &record.data {
            RData::SRV(srv) => Some(Record {
                priority: srv.priority,
                weight: srv.weight,
                port: srv.port,
                target: srv.target.to_utf8(),
            }),
            _ => None,
        };
        let records: Vec<Record> = found
            .answers()
            .iter()
            .filter_map(record)
            .take(MOST)
            .collect();
        if records.is_empty() {
            return Err(nothing("there is no such record".into()));
        }
        Ok(records)
    }
}

/// The nodes that the domain names, in the order in which they are to be asked.
///
/// # Errors
/// [`DiscoveryError::Nothing`] where there are none.
pub async fn discover(by: &Discovery, domain: &str) -> Result<Vec<Endpoint>, DiscoveryError> {
    let records = by.records(domain).await?;
    let ordered = by_preference(records, &mut Rng::new());
    let nodes: Vec<Endpoint> = ordered.iter().filter_map(Record::endpoint).collect();
    if nodes.is_empty() {
        return Err(DiscoveryError::Nothing {
            domain: clean(domain),
            reason: "its records name no host".into(),
        });
    }
    Ok(nodes)
}

impl Record {
    /// The node; `None` where the record says that there is none (RFC 2782: the target is the
    /// root), or names no host.
    fn endpoint(&self) -> Option<Endpoint> {
        let host = self.target.trim_end_matches('.');
        Endpoint::parse(&format!("{host}:{}", self.port)).ok()
    }
}

/// Records in the order in which they are to be tried: by priority, and within one priority by lot,
/// each as often first as its weight says (RFC 2782).
pub fn by_preference(mut records: Vec<Record>, rng: &mut Rng) -> Vec<Record> {
    // Those without weight first: the lot can fall on them only when it is 0.
    records.sort_by_key(|record| (record.priority, record.weight));
    let mut ordered = Vec::with_capacity(records.len());
    while let Some(first) = records.first() {
        let priority = first.priority;
        let equal = records
            .iter()
            .take_while(|record| record.priority == priority);
        let weights: Vec<u32> = equal.map(|record| u32::from(record.weight)).collect();
        let lot = rng.u32(0..=weights.iter().sum());
        let mut sum = 0;
        let drawn = weights.iter().position(|weight| {
            sum += weight;
            sum >= lot
        });
        ordered.push(records.remove(drawn.unwrap_or_default()));
    }
    ordered
}
