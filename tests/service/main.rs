//! The client and the feed over real HTTP, against the embedded service.

mod answers;
mod awake;
mod directory;
mod faults;
mod feed;
mod keeper;
mod listener;
mod live;
mod loss;
mod nodes;
mod pace;
mod promises;
mod sessions;
mod simulator;
mod subscriptions;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each of the test programs uses its own part")]
mod support;
mod trouble;
mod trust;
mod wire;
