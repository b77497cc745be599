//! Link-local addresses with their zone (RFC 4007, section 11), such as `fe80::1%eth0`: without the
//! interface nobody knows which network they are in.
//!
//! A URL has no place for a zone (RFC 9844), so there a host name stands for both, in a domain that
//! never exists (RFC 6761, section 6.4). [`Resolver`] turns it into the address again.

use std::fmt;
use std::io;
use std::net::{Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::pki_types::ServerName;

const DOMAIN: &str = ".zone.invalid";
/// The longest name of an interface, in bytes: twice as many letters fit into a label of a host name.
const LONGEST: usize = 31;

/// A link-local address and its interface, by name or number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zoned {
    pub(super) address: Ipv6Addr,
    zone: String,
}

impl Zoned {
    /// With this interface; `None` where no interface has such a name.
    pub(super) fn new(address: Ipv6Addr, zone: &str) -> Option<Zoned> {
        let odd = |c: char| c.is_whitespace() || c.is_control() || "/%[]:".contains(c);
        let fits = (1..=LONGEST).contains(&zone.len()) && !zone.contains(odd);
        fits.then(|| Zoned {
            address,
            zone: zone.into(),
        })
    }

    /// The host name that stands for it.
    pub(super) fn host_name(&self) -> String {
        let zone = self.zone.bytes().map(|byte| format!("{byte:02x}"));
        let address = self.address.to_bits();
        format!("{address:032x}.{}{DOMAIN}", zone.collect::<String>())
    }

    /// What a host name stands for; `None` for a usual one.
    pub(super) fn of_host_name(name: &str) -> Option<Zoned> {
        let (address, zone) = name.strip_suffix(DOMAIN)?.split_once('.')?;
        let address = u128::from_str_radix(address, 16).ok()?;
        let bytes = zone.as_bytes().chunks(2);
        let bytes: Option<Vec<u8>> = bytes
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        Zoned::new(
            Ipv6Addr::from_bits(address),
            &String::from_utf8(bytes?).ok()?,
        )
    }
}

impl fmt::Display for Zoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%{}", self.address, self.zone)
    }
}

/// The addresses of a host, as it stands in a URL: a name, an address, or what stands for one with a
/// zone.
///
/// # Errors
/// The system's own: the host is not known.
pub(super) async fn look_up(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let bare = host.trim_matches(['[', ']']);
    // The system knows its interfaces.
    let zoned = Zoned::of_host_name(bare).map(|zoned| zoned.to_string());
    let found = tokio::net::lookup_host((zoned.as_deref().unwrap_or(bare), port)).await?;
    Ok(found.collect())
}

/// The name that a certificate has to carry for a host: the address alone, for a certificate knows
/// no zones.
pub(super) fn certified_name<'a>(name: &ServerName<'a>) -> ServerName<'a> {
    match Zoned::of_host_name(&name.to_str()) {
        Some(zoned) => ServerName::IpAddress(zoned.address.into()),
        None => name.clone(),
    }
}

/// Looks names up as [`look_up`] does.
#[derive(Debug)]
pub(super) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = look_up(name.as_str(), 0).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
