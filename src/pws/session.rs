use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// The session key of the application user: good for signing end users in, and for nothing else.
#[derive(Clone)]
pub struct AppKey(SecretString);

/// The session key of an end user: good for asking for presence.
#[derive(Clone)]
pub struct UserKey(SecretString);

/// A key that goes into the SOAP header `session-key`.
pub trait SessionKey {
    /// Wraps the key that the service gave. White space around it is not part of it.
    fn new(key: &str) -> Self;

    /// The key, to be written on the wire and nowhere else.
    fn expose(&self) -> &str;
}

macro_rules! session_key {
    ($name:ident) => {
        impl SessionKey for $name {
            fn new(key: &str) -> $name {
                $name(SecretString::from(key.trim()))
            }

            fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(secret)"))
            }
        }
    };
}

session_key!(AppKey);
session_key!(UserKey);
