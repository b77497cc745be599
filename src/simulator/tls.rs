//! The certificate that a service shows, and TLS with it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a client may take for the handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A certificate with those that lead from it to an authority, and its key.
#[derive(Clone)]
pub struct Certificate {
    leaf: CertificateDer<'static>,
    pem: String,
    acceptor: TlsAcceptor,
}

/// Why a certificate can't be shown.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// The text is not PEM, or has nothing of that kind in it.
    #[error("no {what} in PEM: {reason}")]
    NoPem {
        /// What should be there.
        what: &'static str,
        /// Why it can't be had.
        reason: String,
    },
    /// The TLS library can't use certificate and key, as when they don't belong together.
    #[error("certificate and key can't be used together: {0}")]
    Unusable(#[from] rustls::Error),
    /// No certificate can be made for these names.
    #[error("no certificate can be made: {0}")]
    NotMade(#[from] rcgen::Error),
}

impl Certificate {
    /// A certificate in PEM with those after it, the leaf first, and the leaf's private key.
    ///
    /// # Errors
    /// [`CertificateError::NoPem`] where one of them is missing, [`CertificateError::Unusable`]
    /// where they don't belong together.
    pub fn from_pem(chain: &str, key: &str) -> Result<Certificate, CertificateError> {
        let missing = |what, reason: String| CertificateError::NoPem { what, reason };
        let certificates = CertificateDer::pem_slice_iter(chain.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| missing("certificate", error.to_string()))?;
        let leaf = certificates
            .first()
            .cloned()
            .ok_or_else(|| missing("certificate", "it holds none".into()))?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
            .map_err(|error| missing("private key", error.to_string()))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(certificates, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Certificate {
            leaf,
            pem: chain.to_owned(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    /// A new one that is its own authority (`CA:TRUE`), as the service makes one for itself, for
    /// these host names and IP addresses.
    ///
    /// # Errors
    /// [`CertificateError::NotMade`] where a name is none.
    pub fn self_signed(names: &[String]) -> Result<Certificate, CertificateError> {
        let mut parameters = CertificateParams::new(names)?;
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let name = "simulated presence service";
        parameters.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate()?;
        let certificate = parameters.self_signed(&key)?;
        Certificate::from_pem(&certificate.pem(), &key.serialize_pem())
    }

    /// The certificate with those after it, as PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The leaf.
    pub fn leaf(&self) -> &CertificateDer<'static> {
        &self.leaf
    }

    /// A secure connection; `None` where the client wants none, or dawdles.
    pub(super) async fn accept(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        timeout(HANDSHAKE, self.acceptor.accept(stream))
            .await
            .ok()?
            .ok()
    }
}

/// Without the key.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").finish_non_exhaustive()
    }
}
