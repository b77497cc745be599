use rustls::{AlertDescription as Alert, CertificateError};
use thiserror::Error;

use super::in_words;
use crate::http::Service;
use crate::presence::clean;

/// Why a TLS handshake came to nothing, where it was not for want of trust in the certificate.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TlsFailure {
    /// It speaks nothing that is safe today.
    #[error("the server speaks neither TLS 1.2 nor 1.3 as it is safe today")]
    TooOld,
    /// It hung up without a word.
    #[error("the server ends the handshake")]
    Ended,
    /// The certificate was accepted, but the signature was not made with its key.
    #[error("the server does not prove that it has the certificate's key, or the key is too short")]
    NoProof,
    /// The certificate was accepted, but its key cannot be used; why.
    #[error("the certificate cannot be used: {0}")]
    Certificate(String),
    /// It wants a certificate of the client's (mutual TLS).
    #[error("the server wants a certificate of its clients")]
    ClientCertificate,
    /// It has nothing under the name that was given.
    #[error("the server does not answer to this name")]
    UnknownName,
    /// Something else; the library's words.
    #[error("{0}")]
    Other(String),
}

impl TlsFailure {
    /// Which one an error of the TLS library is.
    pub(in crate::http) fn of(error: &rustls::Error) -> TlsFailure {
        match error {
            rustls::Error::PeerIncompatible(_)
            | rustls::Error::AlertReceived(
                Alert::ProtocolVersion | Alert::HandshakeFailure | Alert::InsufficientSecurity,
            ) => TlsFailure::TooOld,
            rustls::Error::AlertReceived(
                Alert::CertificateRequired | Alert::BadCertificate | Alert::NoCertificate,
            ) => TlsFailure::ClientCertificate,
            rustls::Error::AlertReceived(Alert::UnrecognisedName) => TlsFailure::UnknownName,
            rustls::Error::InvalidCertificate(CertificateError::BadSignature) => {
                TlsFailure::NoProof
            }
            rustls::Error::InvalidCertificate(_) => TlsFailure::Certificate(in_words(error)),
            other => TlsFailure::Other(clean(&other.to_string())),
        }
    }

    /// The words of others in it.
    pub(in crate::http) fn words(&mut self) -> Option<&mut String> {
        match self {
            TlsFailure::Certificate(words) | TlsFailure::Other(words) => Some(words),
            _ => None,
        }
    }

    /// What people can do about it at a server of this service.
    pub(in crate::http) fn advice<S: Service>(&self) -> String {
        match self {
            TlsFailure::TooOld => format!(
                "Old servers speak no modern TLS: ask the administrator for the plain port \
                 (http://…, {}).",
                S::PLAIN_PORT
            ),
            TlsFailure::Ended => format!(
                "Is that the port for TLS ({})? Else something on the way, such as a firewall, \
                 may end it.",
                S::TLS_PORT
            ),
            TlsFailure::NoProof => {
                "Nothing was sent. Somebody may be listening in, or the administrator has to make a \
                 longer key (RSA: 2048 bits)."
                    .into()
            }
            TlsFailure::Certificate(_) => format!(
                "Nothing was sent. Ask the administrator for another certificate; one of version 1 \
                 works with {} or {}.",
                S::PIN,
                S::CA_FILE
            ),
            TlsFailure::ClientCertificate => {
                "whosin has none: ask the administrator for a port that wants none.".into()
            }
            TlsFailure::UnknownName => {
                "Give the server by the name that its certificate carries.".into()
            }
            TlsFailure::Other(_) => "If it stays, tell the administrator.".into(),
        }
    }
}
