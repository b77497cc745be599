//! Whom to trust: the platform's authorities, a certificate given as a file, exactly one
//! certificate by its fingerprint, or everybody.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier as PlatformVerifier;
use thiserror::Error;

/// Whose certificate is accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Those of the platform's authorities.
    #[default]
    Platform,
    /// Those of the authorities in a PEM file; or the very certificates in it, whatever name they
    /// carry.
    CaFile(PathBuf),
    /// The one with this fingerprint, whatever name it carries.
    Pin(Fingerprint),
    /// Any. The board says so, always.
    Anyone,
}

/// The SHA-256 fingerprint of a certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

/// A text that is no fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{0}' is not a fingerprint: write sha256: and 64 hexadecimal digits")]
pub struct FingerprintError(String);

/// Why trust cannot be set up.
#[derive(Debug, Error)]
pub enum TrustError {
    /// The file with certificates cannot be read.
    #[error("{path}: {reason}. --ca-file takes a PEM file with at least one certificate")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The TLS library refused.
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
}

impl Fingerprint {
    /// The fingerprint of a certificate.
    pub fn of(certificate: &CertificateDer<'_>) -> Fingerprint {
        let digest = rustls_digest(certificate);
        Fingerprint(digest)
    }
}

/// SHA-256 by the cryptography that TLS uses anyway.
fn rustls_digest(bytes: &[u8]) -> [u8; 32] {
    let suite = ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
    let hash = suite
        .tls13()
        .expect("a TLS 1.3 suite")
        .common
        .hash_provider
        .hash(bytes);
    hash.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Fingerprint, FingerprintError> {
        let error = || FingerprintError(crate::presence::clean(text));
        let hex = text.trim();
        let hex = hex
            .strip_prefix("sha256:")
            .or(hex.strip_prefix("SHA256:"))
            .ok_or_else(error)?;
        let digits: Vec<u8> = hex.bytes().filter(|byte| *byte != b':').collect();
        let mut bytes = [0; 32];
        if digits.len() != 64 {
            return Err(error());
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| error())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| error())?;
        }
        Ok(Fingerprint(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the verifier last refused, for the message about it.
#[derive(Clone, Debug, Default)]
pub(super) struct LastRefused(Arc<Mutex<Option<Fingerprint>>>);

impl LastRefused {
    /// The fingerprint of the certificate that was refused last.
    pub fn take(&self) -> Option<Fingerprint> {
        self.0.lock().ok()?.take()
    }

    fn note(&self, fingerprint: Fingerprint) {
        if let Ok(mut last) = self.0.lock() {
            *last = Some(fingerprint);
        }
    }
}

impl Trust {
    /// The TLS configuration for it, and where refused certificates are noted.
    pub(super) fn config(&self) -> Result<(ClientConfig, LastRefused), TrustError> {
        let provider = Arc::new(ring::default_provider());
        let setup = |error: &dyn fmt::Display| TrustError::Setup(error.to_string());
        let rule = match self {
            Trust::Platform => Rule::Authorities(Arc::new(
                PlatformVerifier::new(provider.clone()).map_err(|error| setup(&error))?,
            )),
            Trust::CaFile(path) => {
                let file = |reason: String| TrustError::File {
                    path: path.clone(),
                    reason,
                };
                let listed = CertificateDer::pem_file_iter(path)
                    .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                    .map_err(|error| file(error.to_string()))?;
                if listed.is_empty() {
                    return Err(file("it has no certificate".into()));
                }
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(listed.iter().cloned());
                let authorities =
                    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
                let fingerprints = listed.iter().map(Fingerprint::of).collect();
                Rule::Listed(fingerprints, authorities.build().ok())
            }
            Trust::Pin(pin) => Rule::Listed(vec![*pin], None),
            Trust::Anyone => Rule::Anyone,
        };
        let refused = LastRefused::default();
        let verifier = Verifier {
            rule,
            provider: provider.clone(),
            refused: refused.clone(),
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| setup(&error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok((config, refused))
    }
}

/// Accepts certificates by one rule, and notes those that it refuses.
#[derive(Debug)]
struct Verifier {
    rule: Rule,
    provider: Arc<CryptoProvider>,
    refused: LastRefused,
}

#[derive(Debug)]
enum Rule {
    Authorities(Arc<PlatformVerifier>),
    /// These very certificates, or those of these authorities. A server's self-signed leaf is no
    /// authority in the eyes of a verifier, and rarely carries the right name.
    Listed(Vec<Fingerprint>, Option<Arc<WebPkiServerVerifier>>),
    Anyone,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = match &self.rule {
            Rule::Anyone => Ok(ServerCertVerified::assertion()),
            Rule::Authorities(authorities) => {
                authorities.verify_server_cert(leaf, chain, name, ocsp, now)
            }
            Rule::Listed(listed, authorities) => {
                let shown = Fingerprint::of(leaf);
                match (listed.contains(&shown), authorities, listed.as_slice()) {
                    (true, ..) => Ok(ServerCertVerified::assertion()),
                    (false, Some(authorities), _) => {
                        authorities.verify_server_cert(leaf, chain, name, ocsp, now)
                    }
                    (false, None, [pin]) => Err(rustls::Error::General(format!(
                        "the server shows {shown}, but only {pin} is trusted"
                    ))),
                    (false, None, _) => Err(rustls::Error::General(
                        "the certificate is not the one that was given".into(),
                    )),
                }
            }
        };
        if verdict.is_err() {
            self.refused.note(Fingerprint::of(leaf));
        }
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let schemes = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, schemes)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let schemes = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, schemes)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
