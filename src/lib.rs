//! whosin: a presence board for the terminal.
//!
//! The folder tree is the architecture: [`presence`] and [`board`] are pure and know nobody above
//! them; [`pws`] knows `presence`; [`feed`] knows `pws`; [`tui`] knows `board`; only [`commands`]
//! knows everyone.

pub mod board;
pub mod cli;
pub mod commands;
pub mod contacts;
pub mod feed;
pub mod file;
pub mod link;
pub mod log;
pub mod memory;
pub mod presence;
pub mod pws;
pub mod settings;
pub mod simulator;
pub mod tui;
