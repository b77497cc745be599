//! What the pure rooms decide, without a network, a process or a clock: documents, the board, what is
//! drawn.

mod architecture;
mod bars;
mod board;
mod broker;
mod calling;
mod counts;
mod directory;
mod documents;
mod exchange;
mod fuzz;
mod hidden;
mod instead;
mod joined;
mod keyboard;
mod lately;
mod linear;
mod lookup;
mod operator;
mod presence;
mod screens;
mod security;
mod several;
mod sign_in;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each of the test programs uses its own part")]
mod support;
mod tabs;
mod tiles;
mod unchanged;
mod wall;
mod watches;
mod world;
