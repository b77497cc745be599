//! The embedded Presence Web Service, asked over real HTTP.

mod client;
mod events;
mod scenarios;
mod wire;
