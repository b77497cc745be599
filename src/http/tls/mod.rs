//! Whom to trust: the platform's authorities, certificates given as a file, certificates by their
//! fingerprints, or everybody.

mod certificate;
mod failure;
mod signatures;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore,
    SignatureScheme,
};
use rustls_platform_verifier::Verifier as PlatformVerifier;
use sha2::{Digest, Sha256};
use thiserror::Error;

pub use certificate::Described;
pub use failure::TlsFailure;

use super::proxies::ProxyError;
use super::zone::certified_name;
use crate::file::{self, Kind};
use signatures::Version;

/// Whose certificate is accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Those of the platform's authorities.
    #[default]
    Platform,
    /// Those of the authorities in a PEM file, with the right name and in their time; or the very
    /// certificates in it, as with [`Trust::Pins`].
    CaFile(PathBuf),
    /// Those with one of these fingerprints, whatever name they carry, and also when they have
    /// expired: a pin means the certificate itself, not what it says.
    Pins(Vec<Fingerprint>),
    /// Any certificate; the board always shows a warning.
    Anyone,
}

/// The SHA-256 fingerprint of a certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

/// A text that is no fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "'{0}' is not a fingerprint: write sha256: and 64 hexadecimal digits, or what \
     'openssl x509 -noout -fingerprint -sha256' prints"
)]
pub struct FingerprintError(String);

/// Why a client cannot be set up: whom it trusts, or its way.
#[derive(Debug, Error)]
pub enum TrustError {
    /// The file with certificates cannot be read.
    #[error("{path}: {reason}. Give a PEM file with at least one certificate")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The TLS library refused.
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
    /// A variable of the environment names no proxy.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
}

impl Fingerprint {
    /// The fingerprint of a certificate in DER, or of anything else.
    pub fn of(certificate: &[u8]) -> Fingerprint {
        Fingerprint(Sha256::digest(certificate).into())
    }

    /// Reads fingerprints that follow each other, with commas or blanks between: at least one.
    ///
    /// # Errors
    /// [`FingerprintError`] with the first text that is none.
    pub fn read_all(text: &str) -> Result<Vec<Fingerprint>, FingerprintError> {
        // Each begins with the name of the hash, and blanks may stand within one.
        let lower = text.to_ascii_lowercase();
        let mut starts: Vec<usize> = lower.match_indices("sha").map(|(at, _)| at).collect();
        if starts.first() != Some(&0) {
            starts.insert(0, 0);
        }
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        starts
            .iter()
            .zip(ends)
            .map(|(&start, end)| {
                text[start..end].trim_matches(|c: char| c == ',' || c.is_whitespace())
            })
            .filter(|part| !part.is_empty() || starts.len() == 1)
            .map(str::parse)
            .collect()
    }

    /// Writes several, with something between.
    pub fn join(all: &[Fingerprint], between: &str) -> String {
        let all: Vec<String> = all.iter().map(Fingerprint::to_string).collect();
        all.join(between)
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Fingerprint, FingerprintError> {
        let error = || FingerprintError(crate::presence::clean(text));
        let hex = text.trim().to_ascii_lowercase();
        // As `openssl x509 -fingerprint -sha256` prints it: `sha256 Fingerprint=AB:CD:…`.
        let hex = match hex.split_once(['=', ':']) {
            Some((kind, hex)) => {
                let kind = kind.trim().trim_end_matches("fingerprint").trim();
                match kind {
                    "sha256" | "sha-256" => hex,
                    _ => return Err(error()),
                }
            }
            None => return Err(error()),
        };
        let digits: Vec<u8> = hex
            .bytes()
            .filter(|byte| *byte != b':' && *byte != b' ')
            .collect();
        let mut bytes = [0; 32];
        // Signs would be read as numbers, too.
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
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

/// Why the verifier refused a certificate; the TLS library carries it inside its own error.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Refused {
    /// No trusted authority issued it.
    #[error("{reason}")]
    Untrusted {
        /// Why, in words.
        reason: String,
        /// The one that was shown.
        seen: Fingerprint,
    },
    /// Others are pinned.
    #[error("{} is pinned, {seen} is shown", Fingerprint::join(expected, " or "))]
    Changed {
        /// Those that are pinned.
        expected: Vec<Fingerprint>,
        /// The one that was shown.
        seen: Fingerprint,
    },
}

impl Refused {
    /// The verifier's reason inside an error of the TLS library.
    pub fn of(error: &rustls::Error) -> Option<&Refused> {
        match error {
            rustls::Error::InvalidCertificate(CertificateError::Other(other)) => {
                other.0.downcast_ref()
            }
            _ => None,
        }
    }
}

impl From<Refused> for rustls::Error {
    fn from(refused: Refused) -> rustls::Error {
        CertificateError::Other(OtherError(Arc::new(refused))).into()
    }
}

impl Trust {
    /// The TLS configuration for it, for a protocol by its name for ALPN (RFC 7301).
    ///
    /// # Errors
    /// [`TrustError`] where certificates cannot be read, or the TLS library refuses.
    pub fn config(&self, protocol: &str) -> Result<ClientConfig, TrustError> {
        let provider = Arc::new(CryptoProvider {
            signature_verification_algorithms: signatures::algorithms(),
            ..ring::default_provider()
        });
        let setup = |error: &dyn fmt::Display| TrustError::Setup(error.to_string());
        let rule = match self {
            // A bare system has no authorities; servers that need none must work there.
            Trust::Platform => match PlatformVerifier::new(provider.clone()) {
                Ok(authorities) => Rule::Authorities(Box::new(authorities)),
                Err(error) => Rule::Nobody(error.to_string()),
            },
            Trust::CaFile(path) => {
                let wrong = |reason: String| TrustError::File {
                    path: path.clone(),
                    reason,
                };
                let pem = file::read(path, Kind::Certificates)
                    .map_err(|error| wrong(error.to_string()))?;
                // Editors on Windows begin a file with a byte order mark.
                let pem = pem.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&pem);
                let listed = CertificateDer::pem_slice_iter(pem)
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(|error| wrong(error.to_string()))?;
                if listed.is_empty() {
                    return Err(wrong("it has no certificate".into()));
                }
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(listed.iter().cloned());
                let authorities =
                    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
                let fingerprints = listed
                    .iter()
                    .map(|certificate| Fingerprint::of(certificate))
                    .collect();
                Rule::Listed(fingerprints, authorities.build().ok())
            }
            Trust::Pins(pins) => Rule::Pinned(pins.clone()),
            Trust::Anyone => Rule::Anyone,
        };
        let verifier = Verifier {
            rule,
            provider: provider.clone(),
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| setup(&error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        Ok(config)
    }
}

/// Accepts certificates by one rule. That whoever shows one has its key, is checked by every rule.
#[derive(Debug)]
struct Verifier {
    rule: Rule,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug)]
enum Rule {
    Authorities(Box<dyn ServerCertVerifier>),
    /// These very certificates, or those of these authorities. A server's self-signed leaf is no
    /// authority in the eyes of a verifier, and rarely carries the right name.
    Listed(Vec<Fingerprint>, Option<Arc<WebPkiServerVerifier>>),
    Pinned(Vec<Fingerprint>),
    /// The system has no authorities, for this reason.
    Nobody(String),
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
        let seen = Fingerprint::of(leaf);
        let name = &certified_name(name);
        let untrusted = |reason: String| Refused::Untrusted { reason, seen };
        let refused = match &self.rule {
            Rule::Anyone => return Ok(ServerCertVerified::assertion()),
            Rule::Authorities(authorities) => {
                match authorities.verify_server_cert(leaf, chain, name, ocsp, now) {
                    Err(error) => untrusted(in_words(&error)),
                    verified => return verified,
                }
            }
            Rule::Listed(listed, _) if listed.contains(&seen) => {
                return Ok(ServerCertVerified::assertion());
            }
            Rule::Listed(_, Some(authorities)) => {
                match authorities.verify_server_cert(leaf, chain, name, ocsp, now) {
                    Err(error) => untrusted(in_words(&error)),
                    verified => return verified,
                }
            }
            Rule::Listed(_, None) => {
                untrusted("it is not among the certificates that are given".into())
            }
            Rule::Pinned(pins) if pins.contains(&seen) => {
                return Ok(ServerCertVerified::assertion());
            }
            Rule::Pinned(pins) => Refused::Changed {
                expected: pins.clone(),
                seen,
            },
            Rule::Nobody(why) => untrusted(format!("this system knows no authorities ({why})")),
        };
        Err(refused.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verify_signature(Version::Tls12, message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verify_signature(Version::Tls13, message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl Verifier {
    /// Checks a signature as the library does, and with a certificate of version 1 by its key.
    fn verify_signature(
        &self,
        version: Version,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let verify = match version {
            Version::Tls12 => rustls::crypto::verify_tls12_signature,
            Version::Tls13 => rustls::crypto::verify_tls13_signature,
        };
        let schemes = &self.provider.signature_verification_algorithms;
        match verify(message, certificate, signature, schemes) {
            Err(error) if has_old_version(&error) => {
                signatures::verify_with_key_of(version, message, certificate, signature)
            }
            checked => checked,
        }
    }
}

/// Whether the library reads no key from a certificate because it is one of version 1.
fn has_old_version(error: &rustls::Error) -> bool {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(other)) => {
            other.0.to_string() == "UnsupportedCertVersion"
        }
        _ => false,
    }
}

/// Why a certificate is not accepted, in words for people.
fn in_words(error: &rustls::Error) -> String {
    use CertificateError as Reason;
    let rustls::Error::InvalidCertificate(reason) = error else {
        return crate::presence::clean(&error.to_string());
    };
    let day = |time: &UnixTime| {
        let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        time.strftime("%F").to_string()
    };
    match reason {
        // A certificate with an authority's name but another's signature gives the latter two.
        Reason::UnknownIssuer
        | Reason::BadSignature
        | Reason::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "no authority that is trusted here has issued it".into()
        }
        Reason::NotValidForNameContext {
            expected,
            presented,
        } => {
            let names = match presented.as_slice() {
                [] => "no name at all".into(),
                names => crate::presence::clean(&names.join(", ")),
            };
            format!("it is not for '{}', but for {names}", expected.to_str())
        }
        Reason::ExpiredContext { not_after, .. } => format!("it expired on {}", day(not_after)),
        Reason::NotValidYetContext { not_before, .. } => {
            format!("it is not valid before {}", day(not_before))
        }
        Reason::Revoked => "its authority has revoked it".into(),
        // What webpki finds has no names of its own here.
        Reason::Other(other) => match other.to_string().as_str() {
            "CaUsedAsEndEntity" => "it is an authority of its own (self-signed)".into(),
            "UnsupportedCertVersion" => "it is not an X.509 certificate of version 3".into(),
            other => crate::presence::clean(other),
        },
        other => crate::presence::clean(&other.to_string()),
    }
}
