//! Which [`Error`] a failure of HTTP, TLS or TCP is.

use std::error::Error as _;
use std::io;

use super::connections::Limits;
use super::error::Error;
use super::tls::{Refused, TlsFailure};

/// The error for a failure of the transport.
pub(super) fn explain(error: &reqwest::Error, limits: &Limits) -> Error {
    for cause in causes(error) {
        if let Some(error) = cause.downcast_ref::<rustls::Error>() {
            return explain_tls(error);
        }
        if cause.downcast_ref().is_some_and(hyper::Error::is_parse) {
            return Error::NoHttp;
        }
        if let Some(error) = cause.downcast_ref::<io::Error>() {
            match error.kind() {
                io::ErrorKind::ConnectionRefused => return Error::ConnectionRefused,
                io::ErrorKind::TimedOut => return Error::TimedOut(limits.connect),
                io::ErrorKind::UnexpectedEof if cause.to_string().contains("handshake") => {
                    return TlsFailure::Ended.into();
                }
                io::ErrorKind::UnexpectedEof if error_is_in_body(&cause) => {
                    return Error::CutShort;
                }
                _ => {}
            }
        }
    }
    let words: Vec<String> = causes(error).map(ToString::to_string).collect();
    let contains = |what: &str| words.iter().any(|words| words.contains(what));
    if error.is_timeout() {
        let limit = if error.is_connect() {
            limits.connect
        } else {
            limits.whole
        };
        Error::TimedOut(limit)
    } else if contains("dns error") || contains("failed to lookup address") {
        Error::NameNotFound
    } else if let Some(why) = words.iter().find_map(|w| w.strip_prefix("tunnel error: ")) {
        if why.contains("authorization required") {
            Error::ProxySignIn
        } else {
            Error::Proxy(crate::presence::clean(why))
        }
    } else if error.is_connect() {
        let last = words.last().cloned().unwrap_or_default();
        Error::NotConnected(crate::presence::clean(&last))
    } else if error.is_body() || error.is_decode() {
        Error::CutShort
    } else {
        Error::Broken
    }
}

/// The error for a failed TLS handshake.
pub(super) fn explain_handshake(error: &io::Error) -> Error {
    let inside = error.get_ref().and_then(|held| held.downcast_ref());
    match (inside, error.kind()) {
        (Some(error), _) => explain_tls(error),
        (None, io::ErrorKind::UnexpectedEof) => TlsFailure::Ended.into(),
        (None, _) => TlsFailure::Other(crate::presence::clean(&error.to_string())).into(),
    }
}

fn error_is_in_body(cause: &&(dyn std::error::Error + 'static)) -> bool {
    cause.to_string().contains("body")
}

/// The error for one of the TLS library's.
fn explain_tls(error: &rustls::Error) -> Error {
    match (Refused::of(error).cloned(), error) {
        (Some(Refused::Untrusted { reason, seen }), _) => Error::Certificate {
            reason,
            fingerprint: seen,
        },
        (Some(Refused::Changed { expected, seen }), _) => {
            Error::CertificateChanged { expected, seen }
        }
        (None, rustls::Error::InvalidMessage(_)) => Error::NoTls,
        (None, error) => TlsFailure::of(error).into(),
    }
}

/// An error and what caused it, the deepest last.
fn causes<'a>(
    error: &'a reqwest::Error,
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |&error| {
        // An I/O error calls the source of what it holds its own, and leaves out what it holds.
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(held) => Some(held as &(dyn std::error::Error + 'static)),
            None => error.source(),
        }
    })
}
