//! Where the service is, and how people set it.

use crate::http::{self, Service};

/// Cisco's Presence Web Service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pws {}

impl Service for Pws {
    const NAME: &'static str = "presence server";
    const TLS_PORT: u16 = 8083;
    const PLAIN_PORT: u16 = 8082;
    const PATH: &'static str = "/presence-service/soap";
    const SERVER: &'static str = "--server";
    const PIN: &'static str = "--pin";
    const CA_FILE: &'static str = "--ca-file";
}

/// The address of one node's Presence Web Service.
pub type Endpoint = http::Endpoint<Pws>;
