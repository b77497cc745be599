//! Checking signatures with keys that the TLS library's own provider does not read: keys on the
//! curve P-521, and those in certificates of version 1.

use std::fmt;
use std::sync::OnceLock;

use p521::ecdsa::signature::hazmat::PrehashVerifier;
use p521::ecdsa::{Signature, VerifyingKey};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm,
    SubjectPublicKeyInfoDer, alg_id,
};
use rustls::{CertificateError, DigitallySignedStruct, PeerMisbehaved, SignatureScheme};
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_parser::asn1_rs::{Any, FromDer};

/// ECDSA with P-521 over a hash.
struct P521 {
    name: &'static str,
    signature: AlgorithmIdentifier,
    hash: fn(&[u8]) -> Vec<u8>,
}

static P521_SHA256: P521 = P521 {
    name: "P521_SHA256",
    signature: alg_id::ECDSA_SHA256,
    hash: |message| Sha256::digest(message).to_vec(),
};
static P521_SHA384: P521 = P521 {
    name: "P521_SHA384",
    signature: alg_id::ECDSA_SHA384,
    hash: |message| Sha384::digest(message).to_vec(),
};
static P521_SHA512: P521 = P521 {
    name: "P521_SHA512",
    signature: alg_id::ECDSA_SHA512,
    hash: |message| Sha512::digest(message).to_vec(),
};

impl fmt::Debug for P521 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl SignatureVerificationAlgorithm for P521 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_| InvalidSignature)?;
        let signature = Signature::from_der(signature).map_err(|_| InvalidSignature)?;
        let hash = (self.hash)(message);
        // The hash counts as a number (FIPS 186-5, 6.4.1); the library wants half the width at least.
        let mut number = vec![0; 64 - hash.len()];
        number.extend(hash);
        key.verify_prehash(&number, &signature)
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P521
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

type Algorithm = &'static dyn SignatureVerificationAlgorithm;

/// The provider's own algorithms, and P-521.
pub(super) fn algorithms() -> WebPkiSupportedAlgorithms {
    // Made once, and kept for good: the library takes lists that live for ever.
    static ALGORITHMS: OnceLock<WebPkiSupportedAlgorithms> = OnceLock::new();
    *ALGORITHMS.get_or_init(|| {
        let own = ring::default_provider().signature_verification_algorithms;
        let ours: [(SignatureScheme, Algorithm); 3] = [
            (SignatureScheme::ECDSA_NISTP521_SHA512, &P521_SHA512),
            // In TLS 1.2 the curve does not follow from the scheme.
            (SignatureScheme::ECDSA_NISTP384_SHA384, &P521_SHA384),
            (SignatureScheme::ECDSA_NISTP256_SHA256, &P521_SHA256),
        ];
        let mut all = own.all.to_vec();
        let mut mapping: Vec<(SignatureScheme, Vec<Algorithm>)> = own
            .mapping
            .iter()
            .map(|(scheme, algorithms)| (*scheme, algorithms.to_vec()))
            .collect();
        for (scheme, algorithm) in ours {
            all.push(algorithm);
            match mapping.iter_mut().find(|(one, _)| *one == scheme) {
                Some((_, algorithms)) => algorithms.push(algorithm),
                None => mapping.push((scheme, vec![algorithm])),
            }
        }
        let mapping: Vec<(SignatureScheme, &'static [Algorithm])> = mapping
            .into_iter()
            .map(|(scheme, algorithms)| (scheme, &*algorithms.leak()))
            .collect();
        WebPkiSupportedAlgorithms {
            all: all.leak(),
            mapping: mapping.leak(),
        }
    })
}

/// The versions of TLS that sign in different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Tls12,
    Tls13,
}

/// Checks that the signature in a handshake was made with a certificate's key, where the library
/// reads no key from the certificate.
pub(super) fn verify_with_key_of(
    version: Version,
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, rustls::Error> {
    let unreadable = || rustls::Error::from(CertificateError::BadEncoding);
    let (_, read) = x509_parser::parse_x509_certificate(certificate).map_err(|_| unreadable())?;
    let key = read.public_key();
    if version == Version::Tls13 {
        let raw = SubjectPublicKeyInfoDer::from(key.raw);
        return verify_tls13_signature_with_raw_key(message, &raw, signed, &algorithms());
    }
    // What the outer sequence begins with is the algorithm.
    let inside = Any::from_der(key.raw).map_err(|_| unreadable())?.1.data;
    let kind = Any::from_der(inside).map_err(|_| unreadable())?.1.data;
    let algorithms = algorithms();
    let mapped = algorithms
        .mapping
        .iter()
        .find(|(scheme, _)| *scheme == signed.scheme)
        .ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
    let fitting = mapped
        .1
        .iter()
        .find(|algorithm| algorithm.public_key_alg_id().as_ref() == kind)
        .ok_or(CertificateError::BadSignature)?;
    fitting
        .verify_signature(&key.subject_public_key.data, message, signed.signature())
        .map_err(|_| CertificateError::BadSignature)?;
    Ok(HandshakeSignatureValid::assertion())
}
