//! Where the service is, and how people set it.

use crate::http::{self, Service};

/// Cisco's User Data Services, at any node of the call manager.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Uds {}

impl Service for Uds {
    const NAME: &'static str = "directory";
    const TLS_PORT: u16 = 8443;
    // Redirected or closed on newer releases; it is used only where somebody writes http://.
    const PLAIN_PORT: u16 = 8080;
    const PATH: &'static str = "/cucm-uds";
    const SERVER: &'static str = "directory in the settings";
    const PIN: &'static str = "directory_pin in the settings";
    const CA_FILE: &'static str = "directory_ca_file";
}

/// The address of the directory at one node.
pub type Endpoint = http::Endpoint<Uds>;
