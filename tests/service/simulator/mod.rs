//! The embedded Presence Web Service, asked over real HTTP.

mod client;
mod description;
mod events;
mod publication;
mod scenarios;
mod wire;
