//! The parts of a certificate that people check.

use jiff::Timestamp;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::X509Certificate;

use crate::presence::clean;

/// Subject, names, issuer and end of a certificate, cleaned of control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Whose it is.
    pub subject: String,
    /// The host names and addresses that it is for.
    pub names: Vec<String>,
    /// Who issued it; the subject itself where it is self-signed.
    pub issuer: String,
    /// The last moment at which it is valid.
    pub expires: Timestamp,
}

impl Described {
    /// Reads a certificate in DER; `None` where it cannot be read.
    pub fn read(certificate: &[u8]) -> Option<Described> {
        let (_, read) = x509_parser::parse_x509_certificate(certificate).ok()?;
        let expires = read.validity().not_after.timestamp();
        Some(Described {
            subject: clean(&read.subject().to_string()),
            names: names(&read),
            issuer: clean(&read.issuer().to_string()),
            expires: Timestamp::from_second(expires).unwrap_or(Timestamp::MAX),
        })
    }

    /// Whether it is self-issued.
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(alternatives)) = certificate.subject_alternative_name() else {
        return vec![];
    };
    let names = alternatives.value.general_names.iter();
    names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(clean(name)),
            GeneralName::IPAddress(bytes) => address(bytes),
            _ => None,
        })
        .collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(bytes).to_string());
    }
    let bytes = <[u8; 16]>::try_from(bytes).ok()?;
    Some(std::net::Ipv6Addr::from(bytes).to_string())
}
