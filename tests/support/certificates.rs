//! Certificates of all kinds, and services that show them.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use whosin::http::Fingerprint;
use whosin::simulator::{Certificate, Options, Simulator};

/// What goes into a certificate with these names.
pub fn names(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    CertificateParams::new(names).unwrap()
}

/// The same, but it may issue others: `CA:TRUE`.
pub fn authority(mut parameters: CertificateParams) -> CertificateParams {
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters
}

/// The same, but long over.
pub fn expired(mut parameters: CertificateParams) -> CertificateParams {
    parameters.not_before = date_time_ymd(2009, 1, 1);
    parameters.not_after = date_time_ymd(2019, 5, 17);
    parameters
}

/// A self-signed certificate.
pub fn self_signed(parameters: CertificateParams) -> Certificate {
    let key = KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    Certificate::from_pem(&certificate.pem(), &key.serialize_pem()).unwrap()
}

/// An authority that issues certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
}

impl Authority {
    pub fn new(name: &str) -> Authority {
        let mut parameters = authority(names(&[]));
        parameters
            .distinguished_name
            .push(DnType::CommonName, name.to_string());
        let key = KeyPair::generate().unwrap();
        let pem = parameters.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(parameters, key);
        Authority { issuer, pem }
    }

    pub fn issue(&self, parameters: CertificateParams) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        Certificate::from_pem(&certificate.pem(), &key.serialize_pem()).unwrap()
    }
}

pub fn fingerprint(certificate: &Certificate) -> Fingerprint {
    Fingerprint::of(certificate.leaf())
}

/// A file with PEM in it.
pub fn file(folder: &Path, pem: &str) -> PathBuf {
    let path = folder.join("trusted.pem");
    std::fs::write(&path, pem).unwrap();
    path
}

/// A presence service over HTTPS, where nobody moves.
pub async fn service(certificate: &Certificate) -> Simulator {
    let options = Options {
        contacts: 3,
        pace: 0.0,
        certificate: Some(certificate.clone()),
        ..Options::default()
    };
    Simulator::start("127.0.0.1:0".parse().unwrap(), options)
        .await
        .unwrap()
}
