//! The certificate that a service shows, and TLS with it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
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
    acceptor: TlsAcceptor,
}

/// Why a certificate can't be shown.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// The file or text is not PEM, or has nothing of that kind in it.
    #[error("there is no {what} in it: {reason}. It must be PEM")]
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
    /// A certificate with its chain, the leaf first, and the leaf's private key.
    ///
    /// # Errors
    /// [`CertificateError::Unusable`] where the two don't belong together, or there is none.
    pub fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Certificate, CertificateError> {
        let leaf = chain
            .first()
            .cloned()
            .ok_or(rustls::Error::NoCertificatesPresented)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Certificate { leaf, acceptor })
    }

    /// The same, from PEM.
    ///
    /// # Errors
    /// Any [`CertificateError`] but `NotMade`.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Certificate, CertificateError> {
        let missing = |what| {
            move |error: rustls::pki_types::pem::Error| CertificateError::NoPem {
                what,
                reason: error.to_string(),
            }
        };
        let chain = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<Vec<_>, _>>()
            .map_err(missing("certificate"))?;
        if chain.is_empty() {
            return Err(CertificateError::NoPem {
                what: "certificate",
                reason: "it has other things, or nothing".into(),
            });
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(missing("private key"))?;
        Certificate::new(chain, key)
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
        let leaf = parameters.self_signed(&key)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        Certificate::new(vec![leaf.der().clone()], key.into())
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
